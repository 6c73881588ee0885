/** What is remembered from call to call, made fit for the present one: clocks that jump, gaps that nobody watched. Pure. */
import { forgetsMs, gapMs, isCardStop, recentCardStops, recentRuns, shortRunMs, type CardStop } from './calm.ts'
import type { PairMemory, PolicyInputs, PolicyMemory } from './inputs.ts'
import type { Do, PolicyProgramme, RuleId } from '../../shared/policy-state.ts'

export interface Moment {
  at: number
  steadyMs: number
}

/** The time that counts, whatever a clock says. */
export function momentOf(inputs: PolicyInputs, previous: PolicyMemory): Moment {
  // −0 would not come back from JSON as it was.
  return {
    at: Number.isFinite(inputs.at) ? inputs.at + 0 : (previous.at ?? 0),
    steadyMs: Number.isFinite(inputs.steadyMs) ? inputs.steadyMs + 0 : (previous.steadyMs ?? 0),
  }
}

/** A steady clock that went back is another clock: every length stays as it was. After a gap, calm that nobody watched is none. */
export function rememberedAt(previous: PolicyMemory, moment: Moment, isAfterGap: boolean): PolicyMemory {
  const { steadyMs } = moment
  const byMs = previous.steadyMs !== null && steadyMs < previous.steadyMs ? steadyMs - previous.steadyMs : 0
  const same = byMs === 0 ? previous : movedBy(previous, byMs)
  return isAfterGap || byMs !== 0 || isGap(previous, moment) ? unwatched(same, steadyMs) : same
}

function isGap(previous: PolicyMemory, { at, steadyMs }: Moment): boolean {
  if (previous.steadyMs === null || previous.at === null || previous.watchedSteady === null || previous.wasGoingToSleep) return true
  const passed = steadyMs - previous.steadyMs
  // The wall clock went on alone: the machine slept, or somebody set it.
  if (Math.abs(at - previous.at - passed) > gapMs) return true
  return previous.dueSteady !== null && steadyMs > previous.dueSteady + gapMs
}

function movedBy(previous: PolicyMemory, byMs: number): PolicyMemory {
  const moved = (value: number | null): number | null => (value === null ? null : value + byMs)
  const pairs = Object.entries(previous.pairs).map(([key, pair]): [string, PairMemory] => [
    key,
    { ...pair, sinceSteady: pair.sinceSteady + byMs, startedSteady: moved(pair.startedSteady), stoppedSteady: moved(pair.stoppedSteady), quietSteady: moved(pair.quietSteady), awaySteady: moved(pair.awaySteady), shortRuns: pair.shortRuns.map((at) => at + byMs), cardStops: pair.cardStops.map(({ steady, rule }) => ({ steady: steady + byMs, rule })) },
  ])
  const holds = Object.entries(previous.holds).map(([key, { steady, at }]): [string, { steady: number; at: number }] => [key, { steady: steady + byMs, at }])
  return { ...previous, pairs: Object.fromEntries(pairs), holds: Object.fromEntries(holds), watchedSteady: moved(previous.watchedSteady), dueSteady: null }
}

/** Holds of these kinds are lengths of quiet: they begin anew. */
const quietKeys = /^calm\||\|off$/

function unwatched(previous: PolicyMemory, steadyMs: number): PolicyMemory {
  const pairs = Object.entries(previous.pairs).map(([key, pair]): [string, PairMemory] => [
    key,
    { ...pair, quietSteady: pair.quietSteady === null ? null : steadyMs, awaySteady: pair.awaySteady === null ? null : steadyMs },
  ])
  const holds = Object.entries(previous.holds).filter(([key]) => !quietKeys.test(key))
  return { ...previous, pairs: Object.fromEntries(pairs), holds: Object.fromEntries(holds), watchedSteady: steadyMs }
}

const upPhases: ReadonlySet<PolicyProgramme['phase']> = new Set(['starting', 'running', 'finishing', 'waiting'])

/** Its software runs, or is about to: `waiting` is started again by itself. */
export function isUpPhase(phase: PolicyProgramme['phase']): boolean {
  return upPhases.has(phase)
}

export function isLeavingPhase(phase: PolicyProgramme['phase']): boolean {
  return phase === 'stopping' || phase === 'stop-failed'
}

/** When it was seen to start and to stop, by the steady clock. */
export function runTimes(programme: PolicyProgramme, before: PairMemory | null, { at, steadyMs }: Moment): Pick<PairMemory, 'startedSteady' | 'stoppedSteady'> {
  if (isUpPhase(programme.phase)) {
    if (before !== null && before.startedSteady !== null) return before
    // Seen for the first time: it may have run for long.
    const ranMs = before === null ? Math.max(0, at - programme.since) : 0
    return { startedSteady: steadyMs - (Number.isFinite(ranMs) ? ranMs : 0), stoppedSteady: before?.stoppedSteady ?? null }
  }
  if (before === null) return { startedSteady: null, stoppedSteady: null }
  // What is still ending has not stopped.
  if (isLeavingPhase(programme.phase)) return before.startedSteady === null ? { startedSteady: null, stoppedSteady: steadyMs } : { startedSteady: before.startedSteady, stoppedSteady: before.stoppedSteady }
  return before.startedSteady === null ? before : { startedSteady: null, stoppedSteady: steadyMs }
}

interface Ran {
  before: PairMemory | null
  isUp: boolean
  startedSteady: number | null
}

/** Rules that stop software because somebody asked for it, by hand, by schedule or by price, or for another programme's turn. */
const asked: ReadonlySet<RuleId> = new Set(['not-set-up', 'observed', 'not-armed', 'policy-off', 'cannot-start', 'going-to-sleep', 'benchmark', 'exclusive', 'paused', 'card-never', 'run-now', 'quiet-hours', 'schedule', 'at-a-loss', 'calm', 'dwell', 'other-card', 'free'])

/** A run that is ended now, and by this rule. */
function isEnded({ before, isUp, startedSteady }: Ran, doing: Do): boolean {
  const wasRun = before === null || before.do === 'run' || before.do === 'finish'
  return isUp && startedSteady !== null && wasRun && (doing === 'stop' || doing === 'finish')
}

/** A stop soon after the start that nobody asked for, and any stop at a ceiling; each run counts once. */
export function shortRunsAfter(look: Ran & { shortRuns: readonly number[] }, next: { do: Do; rule: RuleId }, steadyMs: number): readonly number[] {
  const runs = recentRuns(look.shortRuns, steadyMs)
  const { startedSteady } = look
  if (!isEnded(look, next.do) || startedSteady === null || asked.has(next.rule) || isCardStop(next.rule)) return runs
  if (next.rule !== 'ceiling' && (next.do !== 'stop' || steadyMs - startedSteady >= shortRunMs)) return runs
  const last = runs.at(-1)
  return last !== undefined && last >= startedSteady ? runs : [...runs, steadyMs].slice(-10)
}

/** A stop for heat or noise; each run counts once, and a long run without one makes up for those before. */
export function cardStopsAfter(look: Ran & { before: PairMemory | null }, next: { do: Do; rule: RuleId }, steadyMs: number): readonly CardStop[] {
  const stops = recentCardStops(look.before?.cardStops ?? [], steadyMs)
  const { startedSteady, isUp } = look
  const last = stops.at(-1)
  const isCounted = last !== undefined && startedSteady !== null && last.steady >= startedSteady
  if (isCardStop(next.rule) && isEnded(look, next.do)) return isCounted ? stops : [...stops, { steady: steadyMs, rule: next.rule }].slice(-20)
  return stops.length > 0 && isUp && !isCounted && startedSteady !== null && steadyMs - startedSteady >= forgetsMs ? [] : stops
}
