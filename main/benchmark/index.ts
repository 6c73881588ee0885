/** Measures cards, one at a time or all at once, each in a process of its own; keeps the results and says what is going on. */
import { join } from 'node:path'
import type { BenchmarkPhase, BenchmarkResult, Hold, OctaneScore, RunningCard } from '../../shared/benchmark.ts'
import type { GpuFacts } from '../../shared/gpu-facts.ts'
import type { HistoryEvent } from '../../shared/history.ts'
import type { Gpu, Machine, Surroundings } from '../../shared/machine.ts'
import type { BenchmarkState } from '../../shared/state.ts'
import type { GpuSample } from '../../shared/telemetry.ts'
import type { History } from '../history/index.ts'
import type { WorkerHandle } from '../host.ts'
import type { Clock } from '../system/clock.ts'
import type { Log } from '../system/log.ts'
import { NotPossible } from '../system/not-possible.ts'
import { hasFigures, isWorthKeeping } from './card-result.ts'
import { eventsOf, pastOf } from './events.ts'
import type { StopReason } from './guard.ts'
import { keyOf } from './holds.ts'
import { kernelSetOf } from './kernel-set.ts'
import { measureCard, type CardOptions, type CardRun } from './measure-card.ts'
import { notMeasured, whyNotMeasurable } from './refusals.ts'
import { planOf, whyNotPlanned, type BenchmarkInput, type RunPlan } from './run-plan.ts'
import type { SanityProbe } from './sanity-probe.ts'

export type { BenchmarkInput }

/** States go out so often at most while nothing but figures changes. */
const publishEveryMs = 150

export interface BenchmarkOptions {
  version: string
  startWorker: (name: 'bench', env?: Record<string, string>) => WorkerHandle
  resourcesFolder: string
  clock: Clock
  log: Log
  history: History
  gpuOf(gpuId: string): Gpu | null
  /** Every card that is here, for the holds that the state tells. */
  gpuIds(): string[]
  machine(): Pick<Machine, 'os' | 'cpuName'> | null
  factsOf(model: string | null): GpuFacts | null
  follow(gpuId: string, listener: (sample: GpuSample) => void): () => void
  /** Where the machine stands now; null: not known. */
  surroundings(): Surroundings | null
  /** Why this card is not to be measured now, with that ceiling or its own. The seam for the run policy. */
  holds(gpuId: string, maxTemperatureC?: number): Hold[]
  /** Why measuring cannot start at all (a recorded machine); null: it can. */
  blocked(): string | null
  octaneScores(): Record<string, OctaneScore>
  onState(state: BenchmarkState): void
  /** Wrong values, memory errors, driver resets. */
  onEvents(events: HistoryEvent[]): void
}

export interface Benchmark {
  /** Rejects with NotPossible when refused. Resolves when started. */
  start(input: BenchmarkInput): Promise<void>
  /** Starts and waits; one result per card that was begun, in the order asked for. */
  run(input: BenchmarkInput): Promise<BenchmarkResult[]>
  /** Resolves once the worker processes are gone, within 1 s. Nothing running: at once. */
  cancel(): Promise<void>
  /** Newest first. */
  past(gpuId: string, limit: number): BenchmarkResult[]
  /** Something that holds or imports depend on may have changed: the state is told anew where it did. */
  refresh(): void
  stop(): Promise<void>
}

/** The cards of one request. */
interface Run {
  input: BenchmarkInput
  plan: RunPlan
  startedAt: number
  cards: Map<string, CardRun>
  running: Map<string, RunningCard>
  queued: string[]
  isCancelled: boolean
  /** Why no further card is begun: the driver reset one. */
  stopsBecause: string | null
  done: Promise<BenchmarkResult[]>
}

export function createBenchmark(options: BenchmarkOptions): Benchmark {
  const { history, clock, log } = options
  const kernelSet = kernelSetOf(join(options.resourcesFolder, 'kernels'))
  let now: BenchmarkPhase = { phase: 'idle' }
  let latest = history.latestResults()
  let lastFailure: BenchmarkState['lastFailure'] = null
  let current: Run | null = null
  /** The look at a card after a cancelled run; it does not keep anybody waiting. */
  let afterCare: { probes: SanityProbe[]; done: Promise<void> } | null = null
  let isStopped = false
  let told = ''
  let publishedAt = 0
  let cancelPublish: (() => void) | null = null

  function outside(): Pick<BenchmarkState, 'holds' | 'octaneScores' | 'blocked'> {
    const holds = Object.fromEntries(options.gpuIds().map((id) => [id, options.holds(id)] as const).filter(([, found]) => found.length > 0))
    return { holds, octaneScores: options.octaneScores(), blocked: options.blocked() }
  }

  function publish(): void {
    cancelPublish?.()
    cancelPublish = null
    publishedAt = clock.now()
    const around = outside()
    told = keyOf(around)
    // What is at work now has its marker too, and is no crash.
    const crashes = history.markers().filter(({ startedAt }) => current === null || startedAt < current.startedAt)
    options.onState({ now, latest, crashes, lastFailure, ...around })
  }

  /** Figures come many times a second, and with every card more. */
  function publishSoon(): void {
    if (cancelPublish) return
    const leftMs = publishedAt + publishEveryMs - clock.now()
    if (leftMs <= 0 || leftMs > publishEveryMs) return publish()
    cancelPublish = clock.after(leftMs, publish)
  }

  function showRunning(run: Run, isStep: boolean): void {
    if (now.phase === 'cancelling') return
    now = { phase: 'running', mode: run.input.mode, startedAt: run.startedAt, cards: [...run.running.values()], queued: [...run.queued] }
    if (isStep) publish()
    else publishSoon()
  }

  /** Without those that the user chose to ignore. */
  function holdsOn(gpuId: string, input: BenchmarkInput): Hold[] {
    return options.holds(gpuId, input.maxTemperatureC).filter((hold) => !(input.evenIfBusy && hold.canOverride))
  }

  function whyNotNow(gpu: Gpu, input: BenchmarkInput): string | null {
    return whyNotMeasurable(gpu) ?? holdsOn(gpu.id, input)[0]?.sentence ?? null
  }

  /** What ends work that is under way; null: nothing. */
  function whyStop(gpu: Gpu, input: BenchmarkInput): StopReason | null {
    if (options.gpuOf(gpu.id) === null) return { why: `Stopped, because ${gpu.name} is not found any more: it was taken out, or its driver lost it.`, isLoss: true }
    const hold = holdsOn(gpu.id, input)[0]
    return hold ? { why: `Stopped. ${hold.sentence}`, isLoss: false } : null
  }

  /** Throws NotPossible where none of the cards can be measured, or one is not known. */
  function begin(input: BenchmarkInput): Promise<BenchmarkResult[]> {
    if (isStopped) throw new NotPossible('Idlewatt is ending.')
    const blocked = options.blocked()
    if (blocked !== null) throw new NotPossible(blocked)
    if (current) throw new NotPossible(now.phase === 'cancelling' ? 'The last measurement is still being ended.' : 'A measurement is running already. Wait for it, or cancel it.')
    const unplanned = whyNotPlanned(input)
    if (unplanned !== null) throw new NotPossible(unplanned)
    const gpus = [...new Set(input.gpuIds)].map((id) => {
      const gpu = options.gpuOf(id)
      if (!gpu) throw new NotPossible(`There is no GPU with the id "${id}" in this machine.`)
      return gpu
    })
    if (gpus.length === 0) throw new NotPossible('Name at least one GPU to measure.')
    const refusals = gpus.map((gpu) => whyNotNow(gpu, input))
    if (!refusals.includes(null)) throw new NotPossible(refusals[0] as string)

    const run: Run = {
      input, plan: planOf(input), startedAt: clock.now(), cards: new Map(), running: new Map(), queued: gpus.map((gpu) => gpu.id), isCancelled: false, stopsBecause: null, done: Promise.resolve([]),
    }
    current = run
    lastFailure = null
    run.done = runAll(run, gpus)
    return run.done
  }

  async function runAll(run: Run, gpus: Gpu[]): Promise<BenchmarkResult[]> {
    try {
      await endAfterCare()
      if (run.isCancelled) return []
      if (run.input.parallel) return await Promise.all(gpus.map((gpu) => measureOne(run, gpu)))
      const results: BenchmarkResult[] = []
      for (const gpu of gpus) {
        if (run.isCancelled) break
        results.push(await measureOne(run, gpu))
      }
      return results
    } finally {
      current = null
      now = { phase: 'idle' }
      publish()
    }
  }

  async function measureOne(run: Run, gpu: Gpu): Promise<BenchmarkResult> {
    run.queued = run.queued.filter((id) => id !== gpu.id)
    // What stood in nobody's way at the beginning may do so by now.
    const refusal = run.stopsBecause ?? (options.gpuOf(gpu.id) === null ? `${gpu.name} is not found any more.` : whyNotNow(gpu, run.input))
    if (refusal !== null || !gpu.opencl) return note(run, notMeasured(gpu, run.input.mode, refusal ?? 'It cannot be measured.', clock.now()))
    const card = measureCard({
      ...options,
      gpu: gpu as CardOptions['gpu'],
      facts: gpu.kind === 'cpu-device' ? null : options.factsOf(gpu.model),
      plan: run.plan,
      evenAfterCrash: run.input.evenAfterCrash,
      maxTemperatureC: run.input.maxTemperatureC,
      inParallel: run.input.parallel && run.input.gpuIds.length > 1,
      kernelSet,
      machine: options.machine(),
      whyStop: () => whyStop(gpu, run.input),
      onRunning(running) {
        const before = run.running.get(gpu.id)
        run.running.set(gpu.id, running)
        if (current === run) showRunning(run, before === undefined || before.step !== running.step || (running.curve.length <= 1 && before.words !== running.words))
      },
      onResult: keep,
    })
    run.cards.set(gpu.id, card)
    try {
      const { result, driverTrouble, didWork } = await card.done
      tellEvents(result, driverTrouble)
      if (driverTrouble !== null) stopSuite(run, gpu, driverTrouble)
      if (run.isCancelled && didWork) careFor(card, gpu)
      return note(run, result)
    } finally {
      run.cards.delete(gpu.id)
      run.running.delete(gpu.id)
      if (current === run && now.phase === 'running' && run.running.size > 0) showRunning(run, true)
    }
  }

  /** A run that found nothing is told, not kept: it must not hide the last good one. */
  function keep(result: BenchmarkResult): void {
    if (!isWorthKeeping(result)) return
    history.saveResult(result)
    latest = { ...latest, [result.gpuId]: result }
    publish()
  }

  /** One driver reset may be bad luck; Windows stops the machine after several within a minute. */
  function stopSuite(run: Run, gpu: Gpu, trouble: string): void {
    if (run.stopsBecause !== null) return
    run.stopsBecause = `It was not measured, because the driver had trouble with ${gpu.name} in the same run: another reset could take the machine down. ${trouble}`
    for (const [id, other] of run.cards) if (id !== gpu.id) other.cancel(`Stopped, because the driver had trouble with ${gpu.name} in the same run.`)
  }

  function tellEvents(result: BenchmarkResult, driverTrouble: string | null): void {
    const events = eventsOf(result, driverTrouble, pastOf(history, result.gpuId, log))
    if (events.length > 0) options.onEvents(events)
  }

  /** A process that was killed amid a kernel may leave its card unwell; the user is not kept waiting for the answer. */
  function careFor(card: CardRun, gpu: Gpu): void {
    if (isStopped) return
    const probe = card.probe()
    const done = probe.done.then((sanity) => {
      if (sanity.kind !== 'gone' && sanity.kind !== 'failing') return
      lastFailure = { gpuId: gpu.id, sentence: sanity.sentence, at: clock.now() }
      options.onEvents([{ at: clock.now(), id: 'benchmark-driver-reset', gpuId: gpu.id, sentence: sanity.sentence }])
      publish()
    })
    afterCare = { probes: [...(afterCare?.probes ?? []), probe], done: Promise.all([afterCare?.done, done]).then(() => {}) }
  }

  async function endAfterCare(): Promise<void> {
    const care = afterCare
    afterCare = null
    for (const probe of care?.probes ?? []) probe.stop()
    await care?.done
  }

  function note(run: Run, result: BenchmarkResult): BenchmarkResult {
    if (!hasFigures(result) && !run.isCancelled) lastFailure = { gpuId: result.gpuId, sentence: result.reasons.join(' '), at: clock.now() }
    log.info('a card was measured', { gpu: result.gpuId, mode: result.mode, verdict: result.verdict, reasons: result.reasons })
    return result
  }

  async function cancel(): Promise<void> {
    const run = current
    if (!run) return
    run.isCancelled = true
    now = { phase: 'cancelling', gpuIds: [...run.running.keys()] }
    publish()
    for (const card of run.cards.values()) card.cancel(null)
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
    refresh() {
      if (!isStopped && keyOf(outside()) !== told) publish()
    },
    async stop() {
      isStopped = true
      await cancel()
      await endAfterCare()
      cancelPublish?.()
    },
  }
}
