/** The measuring worker's program: opens one device and measures what it is asked to. A driver that crashes takes this process alone. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { startDeadMan } from '../system/dead-man.ts'
import { loadOpenCl } from '../system/opencl-bindings.ts'
import { describeOpenClDevice, openClHandles, type OpenClHandles } from '../system/opencl.ts'
import type { OpenClDevice } from '../system/opencl-device.ts'
import { openWorkerPort, type WorkerPort } from '../system/worker-port.ts'
import { findDevice } from './find-device.ts'
import { measureWorkload } from './measure.ts'
import { openDevice, type OpenDevice } from './open-device.ts'
import type { FromWorker, ToWorker } from './worker-messages.ts'
import { workloadOf } from './workloads/index.ts'

interface Opened {
  device: OpenDevice
  kernelsFolder: string
}

function serve(port: WorkerPort): void {
  let opened: Opened | null = null
  const tell = (message: FromWorker): void => port.send(message)

  async function answer(message: ToWorker): Promise<void> {
    if (message.ask === 'open') {
      const found = open(message)
      opened = { device: found.device, kernelsFolder: message.kernelsFolder }
      tell({ tell: 'opened', name: found.described.name, driverVersion: found.described.driverVersion })
      return
    }
    if (!opened) throw new Error('The measuring process was asked to measure before it had a device.')
    const workload = workloadOf(message.workload)
    const measured = await measureWorkload({
      workload,
      device: opened.device,
      kernelText: readFileSync(join(opened.kernelsFolder, workload.kernelFile), 'utf8'),
      limitMs: message.limitMs,
      leastMs: message.leastMs,
      now: () => performance.now(),
      onProgress: (step, share) => tell({ tell: 'progress', workload: workload.id, step, share }),
    })
    // Lets what was sent leave the process before the device is asked for more.
    await setImmediate()
    tell({ tell: 'measured', workload: workload.id, measured })
  }

  port.onMessage((message) => {
    answer(message as ToWorker).catch((error: unknown) => tell({ tell: 'failed', reason: error instanceof Error ? error.message : String(error) }))
  })
}

function open(ask: Extract<ToWorker, { ask: 'open' }>): { device: OpenDevice; described: OpenClDevice } {
  const cl = loadOpenCl()
  const devices: (OpenClDevice & { handles: OpenClHandles })[] = []
  for (const handles of openClHandles(cl)) {
    try {
      devices.push({ ...describeOpenClDevice(cl, handles), handles })
    } catch {
      // A device that does not even say its name is not the one we want.
      continue
    }
  }
  const described = findDevice(devices, ask.wanted)
  if (!described) throw new Error(`OpenCL no longer shows "${ask.wanted.name}"${ask.wanted.pciAddress ? ` at ${ask.wanted.pciAddress}` : ''}. Look for GPUs again, then measure.`)
  return { device: openDevice(cl, described.handles), described }
}

/** A driver call that lasts longer than this hangs: one of ours takes well under a second. */
const deadMan = startDeadMan(90)
setInterval(deadMan.alive, 10_000).unref()
serve(openWorkerPort())
