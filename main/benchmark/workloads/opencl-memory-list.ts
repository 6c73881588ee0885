/** The workloads that move bytes: memories, caches, the way from and to the machine, and what a launch costs. */
import { attentionDecode } from './attention-decode.ts'
import { cacheBandwidth } from './cache-bandwidth.ts'
import { deviceToHost } from './device-to-host.ts'
import { deviceToHostPageable } from './device-to-host-pageable.ts'
import { hostToDevice } from './host-to-device.ts'
import { hostToDevicePageable } from './host-to-device-pageable.ts'
import { launchLatency } from './launch-latency.ts'
import { memoryBandwidth } from './memory-bandwidth.ts'
import { memoryCopy } from './memory-copy.ts'
import { memoryLatency } from './memory-latency.ts'
import { memoryRead } from './memory-read.ts'
import { memoryWrite } from './memory-write.ts'
import type { OpenClWorkload } from './workload.ts'

export const openClMemoryWorkloads: readonly OpenClWorkload[] = [
  memoryBandwidth,
  memoryRead,
  memoryWrite,
  memoryCopy,
  cacheBandwidth,
  memoryLatency,
  hostToDevice,
  hostToDevicePageable,
  deviceToHost,
  deviceToHostPageable,
  launchLatency,
  attentionDecode,
]
