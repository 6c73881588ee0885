/** Runs of our own for measuring: the whole benchmark as the app makes it, and single workloads in its worker. */
import { join } from 'node:path'
import type { BenchmarkResult, WorkloadId } from '../../shared/benchmark.ts'
import type { GpuFacts } from '../../shared/gpu-facts.ts'
import { benchmarkStartSchema } from '../../shared/requests.ts'
import { presentCard, type Gpu, type GpuVendor } from '../../shared/machine.ts'
import { converse } from '../../main/benchmark/conversation.ts'
import { createBenchmark, type Benchmark } from '../../main/benchmark/index.ts'
import { loadGpuTable } from '../../main/earnings/gpu-table.ts'
import { blankCard } from '../../main/gpu/vendor.ts'
import { openHistory } from '../../main/history/index.ts'
import { systemClock } from '../../main/system/clock.ts'
import { createLog } from '../../main/system/log.ts'
import { startNodeWorker } from '../../main/system/node-worker.ts'
import type { OpenClDevice } from '../../main/system/opencl-device.ts'

const root = join(import.meta.dirname, '..', '..')
const resourcesFolder = join(root, 'resources')
const startWorker = (): ReturnType<typeof startNodeWorker> => startNodeWorker(join(root, 'main', 'benchmark', 'bench-worker.ts'))

/** The table's row of this device; null: not in it, or a processor. */
export function factsOf(device: OpenClDevice): GpuFacts | null {
  return device.type === 'cpu' ? null : loadGpuTable(resourcesFolder).match({ name: device.name, memoryBytes: device.memoryBytes, vendor: vendorOf(device) })
}

function vendorOf({ vendor, platformName }: OpenClDevice): GpuVendor {
  const words = `${vendor} ${platformName}`.toLowerCase()
  return words.includes('nvidia') ? 'nvidia' : words.includes('advanced micro') || words.includes('amd') ? 'amd' : words.includes('intel') ? 'intel' : 'other'
}

export async function runBenchmark(device: OpenClDevice, mode: 'quick' | 'full', folder: string): Promise<BenchmarkResult> {
  const log = createLog('error', (line) => process.stderr.write(line))
  const history = openHistory({ folder, clock: systemClock, log, onNotice: (notice) => log.warn(notice.sentence) })
  const gpu = gpuOf(device)
  const benchmark: Benchmark = createBenchmark({
    version: 'measure',
    startWorker,
    resourcesFolder,
    clock: systemClock,
    log,
    history,
    gpuOf: (id) => (id === gpu.id ? gpu : null),
    gpuIds: () => [gpu.id],
    machine: () => null,
    factsOf: () => factsOf(device),
    follow: () => () => {},
    surroundings: () => null,
    holds: () => [],
    blocked: () => null,
    octaneScores: () => ({}),
    onState: () => {},
    onEvents: () => {},
  })
  try {
    const [result] = await benchmark.run(benchmarkStartSchema.parse({ gpuIds: [gpu.id], mode, evenAfterCrash: true, evenIfBusy: true }))
    return result as BenchmarkResult
  } finally {
    await benchmark.stop()
    history.close()
  }
}

/** As detection would list it, without the layers that measuring does not need. */
function gpuOf(device: OpenClDevice): Gpu {
  const { layer: _layer, pciRevision: _revision, ...blank } = blankCard('opencl')
  return {
    ...blank,
    ...presentCard,
    id: `opencl:${device.platform}:${device.device}`,
    name: device.name,
    driverName: null,
    vendor: vendorOf(device),
    model: factsOf(device)?.model ?? null,
    kind: device.type === 'cpu' ? 'cpu-device' : 'gpu',
    memoryBytes: device.memoryBytes,
    driverVersion: device.driverVersion,
    pciAddress: device.pciAddress,
    seenBy: ['opencl'],
    views: [],
    disagreements: [],
    opencl: { platform: device.platform, device: device.device, name: device.name, driverVersion: device.driverVersion },
  }
}

/** About what a workload may take in a full run of the app. */
const limitMs = 7_000
const leastMs = 1_500
const hungMs = 20_000

export type Single = { ok: true; value: number; spread: number | null; variant: string } | { ok: false; reason: string; isOffered: boolean }

/** Measures these workloads one after another in one worker, as the app asks for them. */
export async function runWorkloads(device: OpenClDevice, workloads: readonly WorkloadId[]): Promise<Map<WorkloadId, Single>> {
  const worker = converse(startWorker(), systemClock)
  const found = new Map<WorkloadId, Single>()
  try {
    const heard = async (): ReturnType<typeof worker.next> => worker.next(systemClock.now() + hungMs)
    worker.ask({ ask: 'open', wanted: { platform: device.platform, device: device.device, name: device.name, pciAddress: device.pciAddress }, kernelsFolder: join(resourcesFolder, 'kernels') })
    const opened = await heard()
    if (opened.tell !== 'opened') throw new Error(`the worker did not open the device: ${'reason' in opened ? opened.reason : opened.tell}`)
    for (const workload of workloads) {
      worker.ask({ ask: 'measure', workload, limitMs, leastMs })
      let told = await heard()
      while (told.tell === 'progress') told = await heard()
      if (told.tell !== 'measured') throw new Error(`${workload}: ${'reason' in told ? told.reason : told.tell}`)
      const { measured } = told
      found.set(workload, measured.ok ? { ok: true, value: measured.value, spread: measured.spread, variant: measured.variant } : { ok: false, reason: measured.reason, isOffered: measured.status !== 'not-offered' })
    }
    return found
  } finally {
    await worker.end(1_000)
  }
}
