/** What a plan has an opened card do: its workloads one after another, a sustained load, or a memory test. */
import type { MemoryTestRun } from '../../shared/benchmark.ts'
import type { GpuSample } from '../../shared/telemetry.ts'
import type { CardNotes } from './card-notes.ts'
import { measureStep, memoryStep, sustainStep, type Ended, type StepPlace } from './card-steps.ts'
import { capital, longSteps, stillGoingOn, whyEnded } from './card-words.ts'
import { believableLimit } from './ceiling.ts'
import { freshSample } from './fresh-sample.ts'
import { cacheRemark, isCompilerTrouble } from './kernel-cache.ts'
import { leftAlone } from './memory-share.ts'
import type { CardOptions } from './measure-card.ts'
import type { RunPlan } from './run-plan.ts'
import { median, spreadOf } from './spread.ts'
import { analyseSustained } from './sustained-analysis.ts'
import type { WattsRecorder } from './watts.ts'
import type { NotMeasured } from './worker-messages.ts'
import type { Workload } from './workloads/workload.ts'

/** Kept back at the end of a run for the last launch, the last check, the ending and the look at the card after. */
const endingMs = 2_200
/** Seconds at the end of a sustained run that tell what it keeps up. */
const lastSeconds = 60

export interface CardWork {
  options: CardOptions
  place: StepPlace
  notes: CardNotes
  watts: WattsRecorder
  hasWatts: boolean
  /** The newest sample; null: there is none. */
  latest(): GpuSample | null
  /** Aborted once the run is to end. */
  signal: AbortSignal
  /** Why work was stopped from outside; null: the user asked for it. */
  stopWhy(): string | null
  save(): void
  /** Another worker with an empty kernel cache, in `place`; null: there was one already, or none can be had. */
  startAfresh(): Promise<{ ok: true } | Ended | null>
}

type Step<T> = { ok: true; got: T } | Ended

/** Where no kernel could be made, the driver's own cache of them may be damaged: once more with an empty one. */
async function withKernels<T>(work: CardWork, run: () => Promise<Step<T>>, failureOf: (got: T) => string | null): Promise<Step<T>> {
  const hasNone = (step: Step<T>): boolean => {
    if (!step.ok) return step.wasPreparing === true || (step.kind === 'failed' && isCompilerTrouble(step.how))
    return isCompilerTrouble(failureOf(step.got) ?? '')
  }
  const first = await run()
  const afresh = hasNone(first) ? await work.startAfresh() : null
  if (afresh === null) return first
  if (!afresh.ok) return afresh
  const second = await run()
  if (!hasNone(second)) work.notes.remarks.push(cacheRemark)
  return second.ok ? second : { ...second, wasAfresh: true }
}

/** What the worker says of work that did not come about; a device that lacks something is none. */
function failedWords(problem: NotMeasured | null): string | null {
  return problem?.status === 'failed' ? problem.reason : null
}

export async function measureAll(work: CardWork, ready: Workload[]): Promise<void> {
  const { notes } = work
  for (const [index, workload] of ready.entries()) {
    const ended = await measureOne(work, workload, index, ready.length)
    if (ended === null) continue
    const wasStopped = ended.kind === 'stopped'
    if (!wasStopped) notes.ended(ended, workload.title, workload)
    // A user who cancelled knows why the rest is missing.
    if (wasStopped && work.stopWhy() === null) return
    for (const left of ready.slice(index + (wasStopped ? 0 : 1))) notes.fail(left, 'failed', `${capital(left.title)} was not measured, because the run had ended.`)
    return
  }
}

/** null: the worker can be asked for more. */
async function measureOne(work: CardWork, workload: Workload, index: number, count: number): Promise<Ended | null> {
  const { options, place, notes, watts, hasWatts, save } = work
  const { plan, clock } = options
  watts.mark('working', clock.now())
  const run = (): ReturnType<typeof measureStep> => {
    const limitMs = Math.min(plan.workloadLimitMs, Math.max(500, (place.deadline - endingMs - clock.now()) / (count - index)))
    return measureStep(place, workload, { limitMs, leastMs: Math.min(limitMs, hasWatts ? plan.leastMs.withWatts : plan.leastMs.without), from: index / count, width: 1 / count })
  }
  const step = await withKernels(work, run, (got) => ('value' in got ? null : failedWords(got)))
  watts.mark('neither', clock.now())
  if (!step.ok) return step
  const { got } = step
  if ('value' in got) notes.measured(workload, got)
  else if (got.lost) return { ok: false, kind: 'lost', how: got.reason }
  else if (got.status !== 'not-offered') notes.fail(workload, got.status, got.status === 'wrong' ? wrongWords(workload, got.reason) : `${capital(workload.title)} was not measured: ${got.reason}`)
  else if (plan.tellsNotOffered) notes.fail(workload, 'not-offered', got.reason)
  save()
  return null
}

export async function sustain(work: CardWork, plan: NonNullable<RunPlan['sustained']>): Promise<void> {
  const { options, place, notes, watts, latest, stopWhy, save } = work
  const { gpu, clock } = options
  const { workload } = plan
  const title = longSteps['sustained-load']

  function analyse(stoppedBecause: string | null): void {
    if (notes.points.length === 0) return
    notes.sustained = analyseSustained({
      points: notes.points,
      workload: workload.id,
      unit: workload.unit,
      minutes: plan.seconds / 60,
      powerLimitW: latest()?.powerLimitW ?? gpu.powerLimitW,
      slowdownC: believableLimit(gpu.temperatureLimits?.slowdownC),
      stoppedBecause,
    })
  }

  watts.mark('working', clock.now())
  const run = (): ReturnType<typeof sustainStep> =>
    sustainStep(place, plan, notes.points, latest, () => {
      analyse(stillGoingOn)
      save()
    })
  // Once seconds were counted, kernels are there.
  const step = await withKernels(work, run, ({ problem, points }) => (points.length > 0 ? null : failedWords(problem)))
  watts.mark('neither', clock.now())
  const problem = step.ok ? step.got.problem : null
  const ended: Ended | null = !step.ok ? step : problem?.lost ? { ok: false, kind: 'lost', how: problem.reason } : null
  if (ended) analyse(ended.kind === 'stopped' ? (stopWhy() ?? 'It was cancelled.') : whyEnded(ended, title, Math.round(options.plan.limitMs / 1000)))
  else analyse(problem?.reason ?? null)

  if (ended && ended.kind !== 'stopped') notes.ended(ended, title, notes.points.length === 0 ? workload : null)
  else if (problem) notes.fail(workload, problem.status, problem.status === 'wrong' ? wrongWords(workload, problem.reason) : `${capital(workload.title)} was not kept up: ${problem.reason}`)
  // Whoever asks for this one by name is told why there is nothing of it.
  if (problem?.status === 'not-offered') notes.trouble.push(`${capital(workload.title)} is not offered here: ${problem.reason}`)
  if (!problem && notes.points.length > 0) tellKeptUp(notes, workload, step.ok ? step.got.variant : null)
  save()
}

/** The figure of the last minute: what it keeps up. */
function tellKeptUp(notes: CardNotes, workload: Workload, variant: string | null): void {
  const figures = notes.points.flatMap(({ value }) => (value === null ? [] : [value])).slice(-lastSeconds)
  if (figures.length === 0) return notes.fail(workload, 'failed', `${capital(workload.title)} gave no figure in any second.`)
  // Of all seconds but the odd one: a card that swings keeps nothing up.
  const odd = Math.floor(figures.length / 20)
  const counted = [...figures].sort((one, other) => one - other).slice(odd, figures.length - odd)
  notes.measured(workload, { value: median(figures), spread: spreadOf(counted), runs: figures.length, variant })
}

/** A memory test is written down at once when it first finds something, then so often while new places come, and so often otherwise. */
const memorySaveMs = { newPlace: 1_000, usual: 10_000 }

export async function testMemory(work: CardWork, plan: NonNullable<RunPlan['memory']>): Promise<void> {
  const { options, place, notes, watts, latest, signal, stopWhy, save } = work
  const { gpu, clock } = options
  // What the opened card takes for itself is free no more; an older sample does not know of it.
  const fresh = gpu.kind === 'gpu' ? await freshSample({ clock, follow: (listener) => options.follow(gpu.id, listener), signal, since: clock.now() }) : null
  const sample = fresh ?? latest()
  const totalBytes = sample?.memoryTotalBytes ?? gpu.memoryBytes
  const freeBytes = sample !== null && sample.memoryTotalBytes !== null && sample.memoryUsedBytes !== null ? Math.max(0, sample.memoryTotalBytes - sample.memoryUsedBytes) : null
  const leave = leftAlone(gpu.drivesDisplay, gpu.kind !== 'gpu' ? null : { totalBytes, freeBytes, isFresh: fresh !== null })
  const title = longSteps['memory-test']
  let savedAt = clock.now()

  /** Wrong places go to disk when they are found: the card may take the machine down with the next launch. */
  function keep(run: MemoryTestRun): void {
    const knownPlaces = notes.memory?.errors.length ?? 0
    const waitMs = run.errors.length === knownPlaces ? memorySaveMs.usual : knownPlaces === 0 ? 0 : memorySaveMs.newPlace
    notes.memory = { ...run, stoppedBecause: stillGoingOn }
    if (clock.now() - savedAt < waitMs) return
    savedAt = clock.now()
    save()
  }

  watts.mark('working', clock.now())
  const step = await withKernels(work, () => memoryStep(place, { ask: 'test-memory', totalBytes, freeBytes, ...leave, ...plan }, keep), () => null)
  watts.mark('neither', clock.now())
  if (step.ok) notes.memory = step.got
  else {
    if (step.kind !== 'stopped') notes.ended(step, title, null)
    // One that read nothing back has nothing to tell.
    const stoppedBecause = step.kind === 'stopped' ? (stopWhy() ?? 'It was cancelled.') : whyEnded(step, title, Math.round(options.plan.limitMs / 1000))
    notes.memory = notes.memory !== null && notes.memory.bytesChecked > 0 ? { ...notes.memory, stoppedBecause } : null
  }
  save()
}

function wrongWords(workload: Workload, reason: string): string {
  return `${capital(workload.title)} computed wrong values: ${reason}`
}
