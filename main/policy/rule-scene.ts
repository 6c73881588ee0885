/** Gathers what is the same for all pairs in one call of `decide`, and keeps what the next call must know. */
import type { PolicyInputs, PolicyMemory } from './inputs.ts'
import type { Moment } from './memory.ts'
import { presenceOf } from './rule-presence.ts'
import type { Scene } from './rule-types.ts'
import { quietAt } from './schedule.ts'

export interface OpenScene extends Scene {
  /** What is to be remembered. */
  kept(): PolicyMemory['holds']
  nextInMs(): number | null
}

/** `previous`: already fit for this moment. */
export function openScene(inputs: PolicyInputs, previous: PolicyMemory, moment: Moment, isExplaining: boolean): OpenScene {
  const { at, steadyMs } = moment
  const holds: Record<string, { steady: number; at: number }> = {}
  let next: number | null = null

  function wakeIn(ms: number): void {
    if (ms > 0 && Number.isFinite(ms) && (next === null || ms < next)) next = ms
  }

  function heldSince(key: string, isHolding: boolean): { steady: number; at: number } | null {
    if (!isHolding) return null
    const since = holds[key] ?? previous.holds[key] ?? { steady: steadyMs, at }
    holds[key] = since
    return since
  }

  const quiet = quietAt(inputs.settings, inputs.zone, at)
  if (quiet.until !== null) wakeIn(quiet.until - at)
  const presence = presenceOf(inputs.machine, inputs.settings, { at, zone: inputs.zone })
  if (presence.is === 'here') wakeIn(presence.awayInMs)

  return {
    inputs,
    at,
    steadyMs,
    isExplaining,
    watchedSteady: previous.watchedSteady ?? steadyMs,
    presence,
    isQuietNow: quiet.isQuiet,
    quietUntil: quiet.isQuiet ? quiet.until : null,
    quietFrom: quiet.isQuiet ? null : quiet.until,
    wakeIn,
    wakeAt: (moment) => wakeIn(moment - at),
    heldSince,
    remember: (key, first) => (holds[key] ??= previous.holds[key] ?? first),
    holdsOn(key, isOn, isOff, offMs) {
      if (isOn) return heldSince(key, true) !== null
      if (previous.holds[key] === undefined) return false
      if (!isOff) return heldSince(key, true) !== null
      const off = previous.holds[`${key}|off`] ?? { steady: steadyMs, at }
      const leftMs = off.steady + offMs - steadyMs
      if (leftMs <= 0) return false
      heldSince(key, true)
      heldSince(`${key}|off`, true)
      wakeIn(leftMs)
      return true
    },
    kept: () => holds,
    // Whole and never less than 1 ms: so small a wait would not move the clock on, and who waits by it would not get on.
    nextInMs: () => (next === null ? null : Math.max(1, Math.ceil(next))),
  }
}
