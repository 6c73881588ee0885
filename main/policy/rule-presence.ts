/** Whether somebody is at the machine, as far as anything tells. Pure. */
import type { PolicyMachine } from '../../shared/policy-state.ts'
import type { PolicySettings } from '../../shared/policy.ts'
import { clockText, insideOf, lengthText } from './words.ts'

export type Presence =
  /** `awayInMs`: then nobody counts as there any more, if nothing is touched. */
  | { is: 'here'; sentence: string; evidence: string[]; awayInMs: number }
  | { is: 'away'; sentence: string; evidence: string[] }
  | { is: 'unknown'; sentence: string; evidence: string[] }

/** For a machine that nobody was looked for at: no time of day is made up. */
export function asAssumed(sentence: string): string {
  return sentence.replace(/Nobody has used keyboard or mouse since [^.]*\./u, 'Nobody is assumed to be there.')
}

export function presenceOf(machine: PolicyMachine, settings: PolicySettings, { at, zone }: { at: number; zone: string }): Presence {
  const { idleMs, isAttended, isLocked } = machine
  if (isAttended.value === false) return { is: 'away', sentence: 'Nobody is logged in at a screen.', evidence: [`nobody at a screen (${isAttended.how})`] }
  if (settings.countsLock && isLocked.value === true) return { is: 'away', sentence: 'The screen is locked.', evidence: [`screen locked (${isLocked.how})`] }
  const idle = idleMs.value
  if (idle === null || !Number.isFinite(idle)) {
    const why = idleMs.value === null ? idleMs.why : 'The figure that was read is none.'
    return { is: 'unknown', sentence: `Whether somebody is there cannot be told: ${insideOf(why)}`, evidence: [`keyboard and mouse: not known (${why})`] }
  }
  const enough = settings.idleAfterMinutes * 60_000
  // A clock that was set back gives less than nothing: then somebody has just been there.
  const since = Math.max(0, idle)
  const how = idleMs.value === null ? '' : ` (${idleMs.how})`
  // Told as a time of day: it stays the same from second to second.
  const last = clockText(at - since, zone, at)
  const evidence = [`keyboard and mouse: last used at ${last}${how}`]
  if (since >= enough) return { is: 'away', sentence: `Nobody has used keyboard or mouse since ${last}.`, evidence }
  return { is: 'here', sentence: `You are at the machine: keyboard or mouse was used less than ${lengthText(enough)} ago.`, evidence, awayInMs: enough - since }
}
