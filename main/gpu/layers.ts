/** All layers by name. What touches libraries of this machine is handed in, so that a recording needs none of them. */
import type { DetectionLayer } from '../../shared/machine.ts'
import type { MachineSource } from '../system/machine-source.ts'
import type { OpenClListing } from '../system/opencl-device.ts'
import { amdSmiLayer } from './amd/amd-smi.ts'
import { rocmSmiLayer } from './amd/rocm-smi.ts'
import { createSysfsLayer } from './linux-pci.ts'
import type { Nvml } from './nvidia/nvml.ts'
import { createNvmlLayer } from './nvidia/nvml-layer.ts'
import { createSmiLayer, type SmiLayerOptions } from './nvidia/smi-layer.ts'
import { createOpenClLayer } from './opencl.ts'
import { createOsLayer } from './os-layer.ts'
import type { Layer } from './vendor.ts'

export interface Libraries {
  loadNvml(machine: MachineSource): Nvml | null
  listOpenCl(): OpenClListing
  nodeNvidiaSmi: SmiLayerOptions['nodeNvidiaSmi']
  readSystemInformation(machine: MachineSource): Promise<unknown>
}

/** For a process that must not load any: recordings are read all the same. */
export const noLibraries: Libraries = {
  loadNvml: () => null,
  listOpenCl: () => ({ ok: false, reason: 'not asked in this process' }),
  nodeNvidiaSmi: null,
  readSystemInformation: async () => null,
}

export function createLayers(libraries: Libraries): Record<DetectionLayer, Layer> {
  return {
    nvml: createNvmlLayer({ load: libraries.loadNvml }),
    'nvidia-smi': createSmiLayer({ nodeNvidiaSmi: libraries.nodeNvidiaSmi }),
    sysfs: createSysfsLayer(),
    'amd-smi': amdSmiLayer,
    'rocm-smi': rocmSmiLayer,
    opencl: createOpenClLayer({ list: libraries.listOpenCl }),
    os: createOsLayer({ read: libraries.readSystemInformation }),
  }
}
