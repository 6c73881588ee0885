/** One step of a card's run, asked of an open worker: a workload, a sustained load, a memory test. Each behind its crash marker. */
import type { MarkedStep, MemoryTestRun, SustainedPoint, WorkloadResult } from '../../shared/benchmark.ts'
import type { GpuSample } from '../../shared/telemetry.ts'
import type { History } from '../history/index.ts'
import type { Clock } from '../system/clock.ts'
import type { Conversation, Heard } from './conversation.ts'
import type { RunningView } from './running-card.ts'
import type { RunPlan } from './run-plan.ts'
import type { NotMeasured, ToWorker } from './worker-messages.ts'
import type { Workload } from './workloads/workload.ts'

/** A worker that says nothing for so long has hung: a launch takes 0.2 s, and what takes longer says so on the way. */
export const silenceMs = 6_000
/** Drivers of machines with many cards take their time to open one. */
export const openingMs = 9_000
/** A compiler may be slow on a busy machine; it does not work on the card. */
export const preparingSilenceMs = 20_000

export interface StepPlace {
  gpuId: string
  clock: Clock
  history: History
  worker: Conversation
  view: RunningView
  driverVersion: string | null
  /** ms since epoch at which the whole run ends. */
  deadline: number
  /** A stop came from trouble with the driver or the card, not from a person or another program. */
  isStoppedByTrouble(): boolean
}

export type Ended =
  /** `isSlow`: it was at work to the end; not a crash. The worker can be asked for nothing more in any case. */
  { ok: false; kind: 'stopped' | 'slow' | 'silent' | 'gone' | 'not-prepared' | 'failed' | 'lost'; how: string; /** Its kernel was still being made: nothing had run. */ wasPreparing?: boolean; /** Although the kernel cache was empty. */ wasAfresh?: boolean }

/** Asks and hears until `take` has what it wants. Writes the marker first, and clears it unless the end looks like a crash; `isLost`: the worker could still say it, but the card is gone all the same. */
async function hold<T>(place: StepPlace, step: MarkedStep, question: ToWorker, take: (heard: Heard) => { got: T; isLost?: boolean } | null): Promise<{ ok: true; got: T } | Ended> {
  const { gpuId, clock, history, worker } = place
  history.setMarker({ gpuId, workload: step, startedAt: clock.now(), driverVersion: place.driverVersion })
  worker.ask(question)
  let lastHeardAt = clock.now()
  let patienceMs = silenceMs
  let isPreparing = false
  for (;;) {
    const heard = await worker.next(Math.min(place.deadline, lastHeardAt + patienceMs))
    const got = take(heard)
    if (got) {
      if (!got.isLost) history.clearMarker(gpuId, step)
      return { ok: true, got: got.got }
    }
    if (heard.tell === 'progress' || heard.tell === 'rate' || heard.tell === 'memory-so-far') {
      lastHeardAt = clock.now()
      isPreparing = heard.tell === 'progress' && heard.step.startsWith('preparing')
      patienceMs = isPreparing ? preparingSilenceMs : silenceMs
      continue
    }
    const ended = endOf(heard, { wasAtWork: clock.now() - lastHeardAt < silenceMs, isPreparing })
    // A stop is our own doing, and neither a slow run nor a failure that the worker could still put into words is a crash.
    // A card that the driver lost is one: the step that did it is not run again unasked.
    const isCrash = ended.kind === 'silent' || ended.kind === 'gone' || ended.kind === 'lost' || (ended.kind === 'stopped' && place.isStoppedByTrouble())
    if (!isCrash) history.clearMarker(gpuId, step)
    return ended
  }
}

function endOf(heard: Heard, { wasAtWork, isPreparing }: { wasAtWork: boolean; isPreparing: boolean }): Ended {
  switch (heard.tell) {
    case 'stopped':
      return { ok: false, kind: 'stopped', how: '' }
    case 'too-late':
      return { ok: false, kind: wasAtWork ? 'slow' : 'silent', how: '' }
    case 'gone':
      // A compiler that gives up by itself has not touched the card.
      return { ok: false, kind: isPreparing && isGivenUp(heard.how) ? 'not-prepared' : 'gone', how: heard.how, wasPreparing: isPreparing }
    case 'failed':
      return { ok: false, kind: heard.lost ? 'lost' : 'failed', how: heard.reason }
    default:
      return { ok: false, kind: 'failed', how: 'The measuring process answered what it was not asked.' }
  }
}

/** A process that ended itself, as a compiler does that finds what cannot be. */
export function isGivenUp(how: string): boolean {
  return how === 'signal SIGABRT'
}

export type MeasuredHere = { value: number; spread: number | null; runs: number; variant: string } | NotMeasured

export async function measureStep(place: StepPlace, workload: Workload, given: { limitMs: number; leastMs: number; from: number; width: number }): Promise<{ ok: true; got: MeasuredHere } | Ended> {
  const { view, clock } = place
  view.begin(workload.id, `measuring ${workload.title}`, workload.unit)
  return await hold<MeasuredHere>(place, workload.id, { ask: 'measure', workload: workload.id, limitMs: given.limitMs, leastMs: given.leastMs }, (heard) => {
    if (heard.tell === 'progress') {
      view.say(heard.step, given.from + given.width * Math.min(1, heard.share))
      if (heard.rate !== null) view.point(clock.now(), heard.rate)
    }
    return heard.tell === 'measured' ? { got: heard.measured, isLost: !heard.measured.ok && heard.measured.lost } : null
  })
}

export interface SustainedLoad {
  points: SustainedPoint[]
  /** null: it went on to the end, and every check was right. */
  problem: NotMeasured | null
  variant: string | null
}

const sustainedSaveMs = 10_000

/** `soFar` is filled on the way, so that whoever stops it keeps what was measured. `latest` is the newest sample. */
export async function sustainStep(place: StepPlace, plan: NonNullable<RunPlan['sustained']>, soFar: SustainedPoint[], latest: () => GpuSample | null, save: () => void): Promise<{ ok: true; got: SustainedLoad } | Ended> {
  const { view, clock } = place
  const { workload, seconds } = plan
  view.begin('sustained-load', `keeping up ${workload.title}`, workload.unit)
  let savedAt = clock.now()
  return await hold<SustainedLoad>(place, 'sustained-load', { ask: 'sustain', workload: workload.id, seconds }, (heard) => {
    if (heard.tell === 'progress') view.say(heard.step, 0)
    if (heard.tell === 'rate') {
      soFar.push(pointOf(heard.atSeconds, heard.value, latest(), clock.now()))
      if (heard.value !== null) view.point(clock.now(), heard.value)
      view.say(`keeping up ${workload.title}, ${clockWords(heard.atSeconds)} of ${clockWords(seconds)}`, heard.atSeconds / seconds)
      if (clock.now() - savedAt >= sustainedSaveMs) {
        savedAt = clock.now()
        save()
      }
    }
    if (heard.tell !== 'sustained') return null
    const { outcome } = heard
    return { got: { points: soFar, problem: outcome.ok ? null : outcome, variant: outcome.ok ? outcome.variant : null }, isLost: !outcome.ok && outcome.lost }
  })
}

/** A sample older than this is not of that second. */
const freshMs = 2_500

function pointOf(atSeconds: number, value: number | null, sample: GpuSample | null, at: number): SustainedPoint {
  const of = sample !== null && at - sample.takenAt <= freshMs ? sample : null
  return {
    atSeconds,
    value,
    coreClockMhz: of?.coreClockMhz ?? null,
    memoryClockMhz: of?.memoryClockMhz ?? null,
    powerW: of?.powerW ?? null,
    temperatureC: of?.temperatureC ?? null,
    hotspotC: of?.hotspotC ?? null,
    memoryC: of?.memoryC ?? null,
    fan: of?.fan ?? null,
    throttle: of?.throttle ?? [],
  }
}

/** `onSoFar` hears of the test on the way, so that one that is stopped keeps what it found. */
export async function memoryStep(place: StepPlace, question: Extract<ToWorker, { ask: 'test-memory' }>, onSoFar: (run: MemoryTestRun) => void): Promise<{ ok: true; got: MemoryTestRun } | Ended> {
  place.view.begin('memory-test', 'testing the memory', null)
  let soFar: MemoryTestRun | null = null
  return await hold(place, 'memory-test', question, (heard) => {
    if (heard.tell === 'progress') place.view.say(heard.step, heard.share)
    if (heard.tell === 'memory-so-far') onSoFar((soFar = heard.run))
    else if (heard.tell === 'progress' && heard.memory && soFar) onSoFar((soFar = { ...soFar, bytesChecked: heard.memory.bytesChecked }))
    return heard.tell === 'memory' ? { got: heard.run } : null
  })
}

/** A row without a figure. */
export function rowWithout(workload: Workload, status: NonNullable<WorkloadResult['status']>, reason: string, expected: WorkloadResult['expected']): WorkloadResult {
  return { workload: workload.id, status, reason, value: null, unit: workload.unit, spread: null, runs: 0, expected, variant: null, workW: null, energyPerUnit: null, heldBack: [], neverObserved: isNeverObserved(workload) }
}

export function isNeverObserved(workload: Workload): boolean {
  return workload.api === 'cuda' && !workload.observed
}

/** Watts ÷ figure; of a latency there is no such thing. Pure. */
export function energyOf(workload: Pick<Workload, 'better' | 'unit'>, value: number, workW: number | null): WorkloadResult['energyPerUnit'] {
  if (workW === null || workload.better === 'lower' || value <= 0 || !workload.unit.endsWith('/s')) return null
  return { value: workW / value, unit: `J per ${workload.unit.slice(0, -2)}` }
}

/** "7:05". */
function clockWords(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`
}
