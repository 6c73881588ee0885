/** What the benchmark's tests share: a card, a history in a folder of its own, and workers that follow a script. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { createBenchmark, type Benchmark, type BenchmarkOptions } from '../../../main/benchmark/index.ts'
import type { FromWorker, ToWorker } from '../../../main/benchmark/worker-messages.ts'
import { openHistory, type History } from '../../../main/history/index.ts'
import type { WorkerHandle } from '../../../main/host.ts'
import { systemClock } from '../../../main/system/clock.ts'
import { createLog } from '../../../main/system/log.ts'
import { startNodeWorker } from '../../../main/system/node-worker.ts'
import type { OpenClDevice } from '../../../main/system/opencl-device.ts'
import { presentCard, unknownCardDetails, type Gpu } from '../../../shared/machine.ts'
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

export interface Stand {
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
  const waiting: { fits: (state: BenchmarkState) => boolean; found: (state: BenchmarkState) => void }[] = []
  const benchmark = createBenchmark({
    startWorker, resourcesFolder, clock: systemClock, log: silent, history,
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
    benchmark, history, states,
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

/** A worker in this process that answers as told; `kill` ends it like a real one. */
export function scriptedWorker(answer: (message: ToWorker, tell: (message: FromWorker) => void, die: (code: number | null, signal: string | null) => void) => void): WorkerHandle & { asked: ToWorker[] } {
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
      const tell = (told: FromWorker): void => queueMicrotask(() => isGone || listeners.forEach((listener) => listener(structuredClone(told))))
      if (!isGone) answer(message as ToWorker, tell, die)
    },
    onMessage: (listener) => void listeners.push(listener),
    onExit: (listener) => void exits.push(listener),
    kill: () => die(null, 'SIGKILL'),
  }
}

/** A worker that measures these figures at once. */
export function goodWorker(values: { compute: number; bandwidth: number; spread?: number }): ReturnType<typeof scriptedWorker> {
  return scriptedWorker((message, tell) => {
    if (message.ask === 'open') return tell({ tell: 'opened', name: 'a card', driverVersion: '550.1' })
    const value = message.workload === 'fp32-compute' ? values.compute : values.bandwidth
    tell({ tell: 'progress', workload: message.workload, step: 'measuring, run 1', share: 0.5 })
    tell({ tell: 'measured', workload: message.workload, measured: { ok: true, value, spread: values.spread ?? 0.01, runs: 8, variant: 'float' } })
  })
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
