/** What the user said for a while ("pause for 1 h", "run now"), as far as it is about one pair. Pure. */
import type { Override } from '../../shared/policy.ts'

/** An expired one is nothing. */
export function activeOverrides(overrides: readonly Override[], at: number): Override[] {
  return overrides.filter(({ until }) => until === null || at < until)
}

/**
 * The narrower goes before the wider, of equal width the later in the list. One thing goes before that: a pause that was asked for after
 * "run now" holds however wide it is, since "I need my GPU" means all that runs.
 */
export function overrideOf(active: readonly Override[], gpuId: string | null, programmeId: string): Override | null {
  if (active.length === 0) return null
  const about = active.filter((one) => (one.gpuId === null || one.gpuId === gpuId) && (one.programmeId === null || one.programmeId === programmeId))
  const runNows = about.filter(({ kind }) => kind === 'run-now')
  // By their order in the list: a wall clock may have been set back between them.
  const pauses = about.filter((pause, index) => pause.kind === 'pause' && !about.some((one, other) => one.kind === 'run-now' && other > index && width(one) >= width(pause)))
  return longest(pauses) ?? longest(runNows)
}

/** Greater is narrower: a programme's before a card's before all. */
function width({ gpuId, programmeId }: Override): number {
  return (programmeId === null ? 0 : 2) + (gpuId === null ? 0 : 1)
}

function longest(overrides: readonly Override[]): Override | null {
  let found: Override | null = null
  for (const one of overrides) {
    if (found === null || (found.until !== null && (one.until === null || one.until > found.until))) found = one
  }
  return found
}
