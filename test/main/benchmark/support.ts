/** What the benchmark's tests share: a card, a history in a folder of its own, and workers that follow a script. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { createBenchmark, type Benchmark, type BenchmarkOptions } from '../../../main/benchmark/index.ts'
import type { ToWorker, WorkerSays } from '../../../main/benchmark/worker-messages.ts'
import type { BenchmarkInput } from '../../../main/benchmark/run-plan.ts'
import { openHistory, type History } from '../../../main/history/index.ts'
import type { WorkerHandle } from '../../../main/host.ts'
import { systemClock } from '../../../main/system/clock.ts'
import { createLog } from '../../../main/system/log.ts'
import { startNodeWorker } from '../../../main/system/node-worker.ts'
import type { OpenClDevice } from '../../../main/system/opencl-device.ts'
import { presentCard, unknownCardDetails, type Gpu } from '../../../shared/machine.ts'
import { workloadIds, type BenchmarkResult, type WorkloadId } from '../../../shared/benchmark.ts'
import type { HistoryEvent } from '../../../shared/history.ts'
import type { BenchmarkState } from '../../../shared/state.ts'
import { unknownSample, type GpuSample } from '../../../shared/telemetry.ts'

export const root = fileURLToPath(new URL('../../../', import.meta.url))
export const resourcesFolder = path.join(root, 'resources')
export const silent = createLog('silent', () => {})
export const startRealWorker = (): WorkerHandle => startNodeWorker(path.join(root, 'main/benchmark/bench-worker.ts'))

export function card(changes: Partial<Gpu> = {}): Gpu {
  return {
    ...unknownCardDetails,
    ...presentCard,
    views: [],
    disagreements: [],
    id: 'GPU-1', uuid: 'GPU-1', name: 'GeForce RTX 4090', driverName: null, vendor: 'nvidia', model: 'GeForce RTX 4090', kind: 'gpu',
    memoryBytes: 25_757_220_864, driverVersion: '550.1', cudaVersion: null, vbiosVersion: null, pciAddress: '0000:01:00.0', pciDeviceId: '10de:2684',
    pciSubsystemId: null, cudaComputeCapability: null, pcieGenerationMax: null, pcieLanesMax: null, drivesDisplay: null, isIntegrated: null,
    eccEnabled: null, mig: null, powerLimitW: null, powerLimitDefaultW: null, powerLimitMinW: null, powerLimitMaxW: null, seenBy: ['opencl'],
    opencl: { platform: 0, device: 0, name: 'NVIDIA GeForce RTX 4090', driverVersion: '550.1' }, sample: null, problems: [],
    ...changes,
  }
}

/** The card that detection would make of a real OpenCL device. */
export function cardOf(device: OpenClDevice): Gpu {
  return card({
    id: 'opencl:0', uuid: null, name: device.name, vendor: 'other', model: null, kind: device.type === 'cpu' ? 'cpu-device' : 'gpu', driverVersion: device.driverVersion,
    pciAddress: device.pciAddress, pciDeviceId: null, opencl: { platform: device.platform, device: device.device, name: device.name, driverVersion: device.driverVersion },
  })
}

export function sample(powerW: number | null, utilisation: number | null = 0): GpuSample {
  return { ...unknownSample(Date.now(), 'a test'), powerW, utilisation }
}

/** A request with every default filled in. */
export function asked(changes: Partial<BenchmarkInput> & { gpuIds: string[] }): BenchmarkInput {
  return { mode: 'quick', minutes: 10, parallel: false, evenAfterCrash: false, evenIfBusy: false, ...changes }
}

export interface Stand {
  events: HistoryEvent[]
  benchmark: Benchmark
  history: History
  states: BenchmarkState[]
  /** Resolves with the first state, past or future, that fits. */
  until(fits: (state: BenchmarkState) => boolean): Promise<BenchmarkState>
  end(): Promise<void>
}

export function stand(gpus: Gpu[], startWorker: BenchmarkOptions['startWorker'], changes: Partial<BenchmarkOptions> = {}): Stand {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'idlewatt-bench-'))
  const history = openHistory({ folder, clock: systemClock, log: silent, onNotice: () => {} })
  const states: BenchmarkState[] = []
  const events: HistoryEvent[] = []
  const waiting: { fits: (state: BenchmarkState) => boolean; found: (state: BenchmarkState) => void }[] = []
  const benchmark = createBenchmark({
    version: '0.0.0-test', startWorker, resourcesFolder, clock: systemClock, log: silent, history,
    gpuIds: () => gpus.map((gpu) => gpu.id),
    machine: () => ({ os: 'Testian 1', cpuName: 'a processor' }),
    surroundings: () => null,
    holds: () => [],
    octaneScores: () => ({}),
    onEvents(told) {
      events.push(...told)
      history.addEvents(told)
    },
    gpuOf: (id) => gpus.find((gpu) => gpu.id === id) ?? null,
    factsOf: () => null,
    follow: (_gpuId, listener) => {
      queueMicrotask(() => listener(sample(null)))
      return () => {}
    },
    blocked: () => null,
    onState(state) {
      states.push(state)
      for (const one of waiting) if (one.fits(state)) one.found(state)
    },
    ...changes,
  })
  return {
    benchmark, history, states, events,
    until: (fits) => {
      const past = states.find(fits)
      return past ? Promise.resolve(past) : new Promise((found) => void waiting.push({ fits, found }))
    },
    async end() {
      await benchmark.stop()
      history.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A stand that ends with its test. */
export function begin(...given: Parameters<typeof stand>): Stand {
  const made = stand(...given)
  onTestFinished(() => made.end())
  return made
}

/** A worker in this process that answers as told; `kill` ends it like a real one. Started again it is a new process with the same script. */
export function scriptedWorker(answer: (message: ToWorker, tell: (message: WorkerSays) => void, die: (code: number | null, signal: string | null) => void) => void): WorkerHandle & { asked: ToWorker[] } {
  const listeners: ((message: unknown) => void)[] = []
  const exits: ((how: { code: number | null; signal: string | null }) => void)[] = []
  const asked: ToWorker[] = []
  let isGone = false
  function die(code: number | null, signal: string | null): void {
    if (isGone) return
    isGone = true
    queueMicrotask(() => exits.forEach((listener) => listener({ code, signal })))
  }
  return {
    pid: undefined,
    asked,
    send(message) {
      asked.push(message as ToWorker)
      if ((message as ToWorker).ask === 'open') isGone = false
      const tell = (told: WorkerSays): void => queueMicrotask(() => isGone || listeners.forEach((listener) => listener(structuredClone(told))))
      if (!isGone) answer(message as ToWorker, tell, die)
    },
    onMessage: (listener) => void listeners.push(listener),
    onExit: (listener) => void exits.push(listener),
    kill: () => die(null, 'SIGKILL'),
  }
}

/** What a card in good health says to the opening, to a probe and to a workload it does not offer; false: it was something else. */
export function answerUsual(message: ToWorker, tell: (message: WorkerSays) => void): boolean {
  if (message.ask === 'open') tell({ tell: 'opened', name: 'a card', driverVersion: '550.1', platformName: 'a platform' })
  else if (message.ask === 'probe') tell({ tell: 'probed', why: null })
  else if (message.ask === 'measure' && !basic.includes(message.workload)) {
    tell({ tell: 'measured', workload: message.workload, measured: { ok: false, status: 'not-offered', reason: `No ${message.workload} here.` } })
  } else return false
  return true
}
const basic: readonly WorkloadId[] = workloadIds.slice(0, 2)

/** A worker that measures these figures at once, and offers nothing else. */
export function goodWorker(values: { compute: number; bandwidth: number; spread?: number }): ReturnType<typeof scriptedWorker> {
  return scriptedWorker((message, tell) => {
    if (answerUsual(message, tell) || message.ask !== 'measure') return
    const value = message.workload === 'fp32-compute' ? values.compute : values.bandwidth
    tell({ tell: 'progress', workload: message.workload, step: 'measuring, run 1', share: 0.5, rate: value })
    tell({ tell: 'measured', workload: message.workload, measured: { ok: true, value, spread: values.spread ?? 0.01, runs: 8, variant: 'float' } })
  })
}

/** What came out for the two workloads that every card has, in the order they run. */
export function basics(result: BenchmarkResult | undefined): [WorkloadId, number | null][] {
  return (result?.results ?? []).filter((one) => basic.includes(one.workload)).map((one) => [one.workload, one.value])
}

/** True while a process of this id exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** A clock that moves only when told; `advance` runs what falls due, in order. */
export function steppedClock(start: number): { now(): number; after(ms: number, run: () => void): () => void; advance(ms: number): Promise<void> } {
  let at = start
  let due: { when: number; run: () => void }[] = []
  return {
    now: () => at,
    after(ms, run) {
      const entry = { when: at + ms, run }
      due.push(entry)
      return () => void (due = due.filter((one) => one !== entry))
    },
    async advance(ms) {
      const end = at + ms
      for (;;) {
        // Lets everything that is ready to go on do so before time moves.
        await new Promise((resolve) => setImmediate(resolve))
        const next = due.filter((one) => one.when <= end).sort((a, b) => a.when - b.when)[0]
        if (!next) break
        due = due.filter((one) => one !== next)
        at = next.when
        next.run()
      }
      at = end
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}
