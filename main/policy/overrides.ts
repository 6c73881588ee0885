/** What the user said for a while: "pause for 1 h", "run now". Pure. */
import type { Override, OverrideAsk, PolicySettings } from '../../shared/policy.ts'

const minuteMs = 60_000
const mostOverrides = 50
const keptMs = 24 * 60 * minuteMs
/** What a start by hand counts for. */
export const runNowMinutes = 60

type Scope = Pick<Override, 'gpuId' | 'programmeId'>

export function overrideOf(ask: OverrideAsk, at: number, id: string): Override {
  const until = ask.until ?? (ask.minutes === undefined ? null : at + Math.round(ask.minutes * minuteMs))
  return { id, kind: ask.kind, gpuId: ask.gpuId, programmeId: ask.programmeId, since: at, until, isFor: ask.minutes !== undefined }
}

/**
 * The newest wish counts: a pause ends every "run now" that it touches, or one for a single programme would go on past it.
 * A pause never shortens a longer one: "I need my GPU" for an hour within "until I resume" leaves that as it is.
 */
export function withOverride(overrides: readonly Override[], asked: Override): Override[] {
  const longer = asked.kind === 'pause' ? overrides.find((old) => old.kind === 'pause' && isSame(old, asked) && !isOver(old, asked.since) && endsLater(old, asked)) : undefined
  const added = longer === undefined ? asked : { ...asked, until: longer.until, isFor: longer.isFor }
  const kept = overrides.filter((old) => (isSame(old, added) ? false : added.kind === 'run-now' || old.kind === 'pause' || !touches(old, added)))
  const all = [...kept, added]
  return (all.length > mostOverrides ? holding(all, asked.since) : all).slice(-mostOverrides)
}

function endsLater(one: Override, other: Override): boolean {
  return other.until !== null && (one.until === null || one.until > other.until)
}

export function isOver({ until }: Override, at: number): boolean {
  return until !== null && until <= at
}

/** Those that hold; the same list where all do. */
export function holding(overrides: readonly Override[], at: number): readonly Override[] {
  return overrides.some((one) => isOver(one, at)) ? overrides.filter((one) => !isOver(one, at)) : overrides
}

/** Without what is only kept. */
export function shownSettings(settings: PolicySettings, at: number): PolicySettings {
  return { ...settings, overrides: [...holding(settings.overrides, at)] }
}

/** The same list where nothing is to go. "Until 18:00" is kept for a day: where the clock was wrong for a moment, it holds again. */
export function pruned(overrides: readonly Override[], at: number): readonly Override[] {
  const isGone = (one: Override): boolean => isOver(one, one.isFor ? at : at - keptMs)
  return overrides.some(isGone) ? overrides.filter((one) => !isGone(one)) : overrides
}

/** The wall clock moved by itself: "for 1 h" stays an hour, "until 18:00" stays 18:00. */
export function moved(overrides: readonly Override[], ms: number): readonly Override[] {
  if (!overrides.some(({ isFor }) => isFor)) return overrides
  const by = Math.round(ms)
  return overrides.map((one) => (one.isFor ? { ...one, since: Math.max(0, one.since + by), until: one.until === null ? null : Math.max(0, one.until + by) } : one))
}

/** The pause that holds for everything now; the one that ends last. */
export function pauseOfAll(settings: Pick<PolicySettings, 'overrides'>, at: number): Override | null {
  const pauses = settings.overrides.filter((one) => one.kind === 'pause' && one.gpuId === null && one.programmeId === null && !isOver(one, at))
  return [...pauses].sort((one, other) => (other.until ?? Infinity) - (one.until ?? Infinity))[0] ?? null
}

/** "Everything", "GeForce RTX 4090", "Practice worker on GeForce RTX 4090". */
export function scopeWords(scope: Scope, names: { card(gpuId: string): string; programme(programmeId: string): string }): string {
  if (scope.programmeId !== null) return `${names.programme(scope.programmeId)}${scope.gpuId === null ? '' : ` on ${names.card(scope.gpuId)}`}`
  return scope.gpuId === null ? 'Everything' : names.card(scope.gpuId)
}

function isSame(one: Scope, other: Scope): boolean {
  return one.gpuId === other.gpuId && one.programmeId === other.programmeId
}

/** Whether there is a pair of card and programme that both speak of. */
function touches(one: Scope, other: Scope): boolean {
  const meet = (a: string | null, b: string | null): boolean => a === null || b === null || a === b
  return meet(one.gpuId, other.gpuId) && meet(one.programmeId, other.programmeId)
}
