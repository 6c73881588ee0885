/** Measures cards, one at a time, each in a process of its own; keeps the results and says what is going on. */
import type { BenchmarkPhase, BenchmarkResult } from '../../shared/benchmark.ts'
import type { GpuFacts } from '../../shared/gpu-facts.ts'
import type { Gpu } from '../../shared/machine.ts'
import type { BenchmarkState } from '../../shared/state.ts'
import type { GpuSample } from '../../shared/telemetry.ts'
import type { History } from '../history/index.ts'
import type { WorkerHandle } from '../host.ts'
import type { Clock } from '../system/clock.ts'
import type { Log } from '../system/log.ts'
import { NotPossible } from '../system/not-possible.ts'
import { measureCard, quickLimitMs, type CardOptions, type CardRun } from './measure-card.ts'

export interface BenchmarkOptions {
  startWorker: (name: 'bench') => WorkerHandle
  resourcesFolder: string
  clock: Clock
  log: Log
  history: History
  gpuOf(gpuId: string): Gpu | null
  factsOf(model: string | null): GpuFacts | null
  follow(gpuId: string, listener: (sample: GpuSample) => void): () => void
  /** Why measuring cannot start now (a recorded machine, …); null: it can. The seam for the run policy. */
  blocked(): string | null
  onState(state: BenchmarkState): void
}

export interface BenchmarkInput {
  gpuIds: string[]
  mode: 'quick'
  evenAfterCrash: boolean
}

export interface Benchmark {
  /** Rejects with NotPossible when refused. Resolves when started. */
  start(input: BenchmarkInput): Promise<void>
  /** Starts and waits; one result per card that was begun, in the order asked for. */
  run(input: BenchmarkInput): Promise<BenchmarkResult[]>
  /** Resolves once the worker process is gone, within 1 s. Nothing running: at once. */
  cancel(): Promise<void>
  /** Newest first. */
  past(gpuId: string, limit: number): BenchmarkResult[]
  stop(): Promise<void>
}

/** The cards of one request. */
interface Run {
  card: CardRun | null
  isCancelled: boolean
  done: Promise<BenchmarkResult[]>
}

export function createBenchmark(options: BenchmarkOptions): Benchmark {
  const { history, clock, log } = options
  let now: BenchmarkPhase = { phase: 'idle' }
  let latest = history.latestResults()
  let lastFailure: BenchmarkState['lastFailure'] = null
  let current: Run | null = null
  let isStopped = false

  function publish(): void {
    options.onState({ now, latest, crashes: history.markers(), blocked: options.blocked(), lastFailure })
  }

  /** Throws NotPossible where none of the cards can be measured, or one is not known. */
  function begin(input: BenchmarkInput): Promise<BenchmarkResult[]> {
    if (isStopped) throw new NotPossible('Idlewatt is ending.')
    const blocked = options.blocked()
    if (blocked !== null) throw new NotPossible(blocked)
    if (current) throw new NotPossible(now.phase === 'cancelling' ? 'The last measurement is still being ended.' : 'A measurement is running already. Wait for it, or cancel it.')
    const gpus = [...new Set(input.gpuIds)].map((id) => {
      const gpu = options.gpuOf(id)
      if (!gpu) throw new NotPossible(`There is no GPU with the id "${id}" in this machine.`)
      return gpu
    })
    if (gpus.length === 0) throw new NotPossible('Name at least one GPU to measure.')
    const refusals = gpus.map(whyNotMeasurable)
    if (!refusals.includes(null)) throw new NotPossible(refusals[0] as string)

    const run: Run = { card: null, isCancelled: false, done: Promise.resolve([]) }
    current = run
    lastFailure = null
    run.done = runAll(run, gpus, input.evenAfterCrash)
    return run.done
  }

  async function runAll(run: Run, gpus: Gpu[], evenAfterCrash: boolean): Promise<BenchmarkResult[]> {
    const results: BenchmarkResult[] = []
    try {
      for (const [index, gpu] of gpus.entries()) {
        if (run.isCancelled) break
        const queued = gpus.slice(index + 1).map((later) => later.id)
        results.push(await measureOne(run, gpu, queued, evenAfterCrash))
      }
      return results
    } finally {
      current = null
      now = { phase: 'idle' }
      publish()
    }
  }

  async function measureOne(run: Run, gpu: Gpu, queued: string[], evenAfterCrash: boolean): Promise<BenchmarkResult> {
    const refusal = whyNotMeasurable(gpu)
    if (refusal !== null || !gpu.opencl) return note(run, gpu, notMeasured(gpu, refusal ?? 'It cannot be measured.', clock.now()))
    const startedAt = clock.now()
    now = { phase: 'running', gpuId: gpu.id, workload: null, step: 'starting', progress: 0, startedAt, limitSeconds: quickLimitMs / 1000, queued }
    publish()
    run.card = measureCard({
      ...options,
      gpu: gpu as CardOptions['gpu'],
      facts: gpu.kind === 'cpu-device' ? null : options.factsOf(gpu.model),
      evenAfterCrash,
      onProgress(progress) {
        if (now.phase !== 'running') return
        now = { ...now, ...progress }
        publish()
      },
      onResult(result) {
        // A run without any figure is told, not kept: it must not hide the last good one.
        if (result.results.every((one) => one.value === null)) return
        history.saveResult(result)
        latest = { ...latest, [gpu.id]: result }
        publish()
      },
    })
    try {
      return note(run, gpu, await run.card.done)
    } finally {
      run.card = null
    }
  }

  function note(run: Run, gpu: Gpu, result: BenchmarkResult): BenchmarkResult {
    const hasFigure = result.results.some((one) => one.value !== null)
    if (!hasFigure && !run.isCancelled) lastFailure = { gpuId: gpu.id, sentence: result.reasons.join(' '), at: clock.now() }
    log.info('a card was measured', { gpu: gpu.id, verdict: result.verdict, reasons: result.reasons })
    return result
  }

  async function cancel(): Promise<void> {
    const run = current
    if (!run) return
    run.isCancelled = true
    if (now.phase === 'running') {
      now = { phase: 'cancelling', gpuId: now.gpuId }
      publish()
    }
    run.card?.cancel()
    await run.done.catch(() => {})
  }

  return {
    async start(input) {
      // The outcome goes to the state; a bug on the way to the log.
      begin(input).catch((error: unknown) => log.error('measuring failed', { error: error instanceof Error ? (error.stack ?? error.message) : String(error) }))
    },
    async run(input) {
      return await begin(input)
    },
    cancel,
    past: (gpuId, limit) => history.pastResults(gpuId, limit),
    async stop() {
      isStopped = true
      await cancel()
    },
  }
}

/** null: it can be measured. */
function whyNotMeasurable(gpu: Gpu): string | null {
  if (gpu.kind === 'virtual') return `${gpu.name} is a virtual display adapter: there is nothing to measure.`
  if (!gpu.opencl) return `${gpu.name} cannot be measured, because no driver here offers it through OpenCL. Install the maker's own graphics driver, then look for GPUs again.`
  return null
}

function notMeasured(gpu: Gpu, reason: string, at: number): BenchmarkResult {
  return { gpuId: gpu.id, gpuName: gpu.name, startedAt: at, endedAt: at, mode: 'quick', driverVersion: gpu.driverVersion, results: [], power: null, verdict: 'unknown', reasons: [reason] }
}
