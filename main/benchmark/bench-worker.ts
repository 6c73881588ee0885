/** The measuring worker's program: opens one device and does what it is asked to. A driver that crashes takes this process alone. */
import { readFileSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { MarkedStep, WorkloadId } from '../../shared/benchmark.ts'
import { startDeadMan } from '../system/dead-man.ts'
import { loadOpenCl } from '../system/opencl-bindings.ts'
import { describeOpenClDevice, openClHandles, type OpenClHandles } from '../system/opencl.ts'
import type { OpenClDevice } from '../system/opencl-device.ts'
import { openWorkerPort, type WorkerPort } from '../system/worker-port.ts'
import { DeviceAbsent, findDevice } from './find-device.ts'
import { lossOf } from './lost-device.ts'
import { isLost, measureWorkload, sentence } from './measure.ts'
import { memoryShare } from './memory-share.ts'
import { testMemory } from './memory-test.ts'
import { CudaFailure, openCuda, type OpenCuda } from './open-cuda.ts'
import { openDevice, type OpenDevice } from './open-device.ts'
import { checkSanity } from './sanity.ts'
import { sustainWorkload } from './sustain.ts'
import type { NotMeasured, ToWorker, WorkerSays } from './worker-messages.ts'
import { workloadOf } from './workloads/index.ts'
import type { Candidate, Workload } from './workloads/workload.ts'

interface Opened {
  device: OpenDevice
  described: OpenClDevice
  kernelsFolder: string
  pciAddress: string | null
  /** Opened once the first workload of its kind comes; null: not yet. */
  cuda: OpenCuda | null
}

type Ready = { ok: true; workload: Workload; candidates: Candidate[] } | NotMeasured

const now = (): number => performance.now()

function serve(port: WorkerPort): void {
  let opened: Opened | null = null
  const tell = (message: WorkerSays): void => port.send(message)

  async function answer(message: ToWorker): Promise<void> {
    if (message.ask === 'open') {
      opened = open(message)
      const { name, driverVersion, platformName } = opened.described
      tell({ tell: 'opened', name, driverVersion, platformName: platformName === '' ? null : platformName })
      return
    }
    if (!opened) throw new Error('The measuring process was asked to measure before it had a device.')
    switch (message.ask) {
      case 'measure':
        return await measure(opened, message)
      case 'sustain':
        return await sustain(opened, message)
      case 'test-memory':
        return await testMemoryOf(opened, message)
      case 'probe':
        return tell({ tell: 'probed', why: await sanityOf(opened) })
    }
  }

  /** Opening CUDA may take a slow driver long, and nothing can be said meanwhile. */
  async function prepareTold(at: Opened, id: WorkloadId, step: MarkedStep): Promise<Ready> {
    if (workloadOf(id).api === 'cuda' && !at.cuda) {
      tell({ tell: 'progress', workload: step, step: 'preparing CUDA', share: 0 })
      await setImmediate()
    }
    return prepare(at, id)
  }

  async function measure(at: Opened, { workload: id, limitMs, leastMs }: Extract<ToWorker, { ask: 'measure' }>): Promise<void> {
    const ready = await prepareTold(at, id, id)
    const measured = ready.ok
      ? await measureWorkload({
          workload: ready.workload,
          candidates: ready.candidates,
          limitMs,
          leastMs,
          now,
          stillAnswers: () => stillAnswers(at),
          onProgress: (step, share, rate) => tell({ tell: 'progress', workload: id, step, share, rate }),
        })
      : ready
    // Lets what was sent leave the process before the device is asked for more.
    await setImmediate()
    tell({ tell: 'measured', workload: id, measured })
  }

  async function sustain(at: Opened, { workload: id, seconds }: Extract<ToWorker, { ask: 'sustain' }>): Promise<void> {
    const ready = await prepareTold(at, id, 'sustained-load')
    const begun = now()
    const outcome = ready.ok
      ? await sustainWorkload({
          workload: ready.workload,
          candidates: ready.candidates,
          seconds,
          now,
          stillAnswers: () => stillAnswers(at),
          onProgress: (step) => tell({ tell: 'progress', workload: 'sustained-load', step, share: Math.min(1, (now() - begun) / seconds / 1000), rate: null }),
          onRate: (atSeconds, value) => tell({ tell: 'rate', atSeconds, value }),
        })
      : ready
    await setImmediate()
    tell({ tell: 'sustained', outcome })
  }

  async function testMemoryOf(at: Opened, ask: Extract<ToWorker, { ask: 'test-memory' }>): Promise<void> {
    const { facts } = at.device
    // `availableMemory` also knows the bounds of a container.
    const share = memoryShare({ ...ask, statedBytes: facts.memoryBytes, sharesMemory: facts.sharesMemory, machineTotalBytes: os.totalmem(), machineFreeBytes: Math.min(os.freemem(), process.availableMemory()) })
    try {
      const run = await testMemory({
        device: at.device,
        kernelText: readFileSync(join(at.kernelsFolder, 'memory-test.cl'), 'utf8'),
        ...share,
        passes: ask.passes,
        secondsAtMost: ask.secondsAtMost,
        now,
        onProgress: ({ words, share: done, bytesChecked, errors }) => tell({ tell: 'progress', workload: 'memory-test', step: words, share: done, memory: { bytesChecked, errors } }),
        onSoFar: (run) => tell({ tell: 'memory-so-far', run }),
      })
      await setImmediate()
      tell({ tell: 'memory', run })
    } catch (error) {
      tell({ tell: 'failed', reason: sentence(error), lost: await isLost(error, { stillAnswers: () => stillAnswers(at) }) })
    }
  }

  port.onMessage((message) => {
    answer(message as ToWorker).catch((error: unknown) => tell({ tell: 'failed', reason: sentence(error), lost: opened !== null && lossOf(error) === 'lost', isAbsent: error instanceof DeviceAbsent }))
  })
}

/** Throws what stands in the way of reading a kernel. */
function prepare(at: Opened, id: WorkloadId): Ready {
  const workload = workloadOf(id)
  if (workload.api === 'opencl') {
    const why = workload.notOffered(at.device.facts)
    if (why !== null) return notOffered(why)
    const text = workload.kernelFile === null ? '' : readFileSync(join(at.kernelsFolder, workload.kernelFile), 'utf8')
    return { ok: true, workload, candidates: workload.candidates(at.device, text) }
  }
  const cuda = cudaOf(at)
  if ('ok' in cuda) return cuda
  const why = workload.notOffered(cuda.facts)
  if (why !== null) return notOffered(why)
  return { ok: true, workload, candidates: workload.candidates(cuda, (file) => readFileSync(join(at.kernelsFolder, 'cuda', file), 'utf8')) }
}

/** The very same card through CUDA, or why there is no way to it. */
function cudaOf(at: Opened): OpenCuda | NotMeasured {
  if (at.cuda) return at.cuda
  if (at.described.type === 'cpu' || !/nvidia/i.test(`${at.described.vendor} ${at.described.platformName}`)) return notOffered('It is measured on the tensor cores of NVIDIA’s cards alone, through CUDA; this is no such card.')
  try {
    at.cuda = openCuda(at.pciAddress ?? at.described.pciAddress, at.described.name)
    return at.cuda
  } catch (error) {
    // Without a number it is a library that is missing or hides the card; with one, a driver that is not well.
    const isDriver = error instanceof CudaFailure && error.code !== null
    return isDriver ? { ok: false, status: 'failed', reason: error.message, lost: false } : notOffered(sentence(error))
  }
}

function notOffered(reason: string): NotMeasured {
  return { ok: false, status: 'not-offered', reason, lost: false }
}

/** Different every time, so that a stale answer in memory is no right one. */
function sanityOf({ device, kernelsFolder }: Opened): Promise<string | null> {
  return checkSanity(device, readFileSync(join(kernelsFolder, 'sanity.cl'), 'utf8'), Date.now() % 8191)
}

async function stillAnswers(at: Opened): Promise<boolean> {
  try {
    return (await sanityOf(at)) === null
  } catch {
    return false
  }
}

function open(ask: Extract<ToWorker, { ask: 'open' }>): Opened {
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
  if (!described) throw new DeviceAbsent(`OpenCL no longer shows "${ask.wanted.name}"${ask.wanted.pciAddress ? ` at ${ask.wanted.pciAddress}` : ''}. Look for GPUs again, then measure.`)
  return { device: openDevice(cl, described.handles), described, kernelsFolder: ask.kernelsFolder, pciAddress: ask.wanted.pciAddress, cuda: null }
}

/** A driver call that lasts longer than this hangs: one of ours takes well under a second. */
const deadMan = startDeadMan(90)
setInterval(deadMan.alive, 10_000).unref()
serve(openWorkerPort())
