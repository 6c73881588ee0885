/** The machine as the last readings tell it: the first reader that knows, nothing that is too old, and which change is news. Pure. */
import type { PolicyMachine, Sensed } from '../../shared/policy-state.ts'
import type { Readings, SensedField } from './readers.ts'
import type { FinalUnknown } from './senses-reader.ts'

export interface Taken {
  reading: Sensed<unknown>
  steadyMs: number
}

export interface Polled {
  name: string
  fields: readonly SensedField[]
  /** A reading older than this is none. */
  keepsMs: number
  last: ReadonlyMap<SensedField, Taken>
}

/** What it says of a field that no reader on this system has. */
export type Untold = Record<SensedField, string>

export const sensedFields = ['idleMs', 'isAttended', 'isLocked', 'fullScreen', 'gameMode', 'onBattery', 'charge', 'isLidClosed', 'isMetered', 'trafficTodayBytes', 'diskFreeBytes', 'processorLoad'] as const satisfies readonly SensedField[]

export function pick(readers: readonly Polled[], untold: Untold, now: { at: number; steadyMs: number }, isGoingToSleep: boolean): PolicyMachine {
  const machine = Object.fromEntries(sensedFields.map((field) => [field, pickField(readers, field, untold, now)])) as Readings
  return { ...(machine as Required<Readings>), isGoingToSleep }
}

function pickField(readers: readonly Polled[], field: SensedField, untold: Untold, now: { at: number; steadyMs: number }): Sensed<unknown> {
  let why: Sensed<unknown> | null = null
  for (const reader of readers) {
    if (!reader.fields.includes(field)) continue
    const taken = reader.last.get(field)
    if (taken === undefined) {
      why ??= { value: null, why: 'Not read yet.', at: now.at }
      continue
    }
    if (isFinal(taken.reading)) return { value: null, why: taken.reading.why, at: taken.reading.at }
    const agoMs = now.steadyMs - taken.steadyMs
    if (taken.reading.value === null) why ??= taken.reading
    else if (agoMs > reader.keepsMs || agoMs < 0) why ??= { value: null, why: `${reader.name} told it last ${Math.round(Math.max(0, agoMs) / 1000)} s ago; since then nothing has been heard.`, at: taken.reading.at }
    else return taken.reading
  }
  return why ?? { value: null, why: untold[field], at: now.at }
}

/** Nobody further down the list is asked: they would tell of somebody who is not at the screen. */
export function isFinal(reading: Sensed<unknown> | undefined): reading is FinalUnknown {
  return reading !== undefined && 'isFinal' in reading
}

/** Idle time that grows is no news; that it fell by this much after somebody was away for so long is. */
const backAfterMs = 5_000
const newsFields = ['isAttended', 'isLocked', 'fullScreen', 'gameMode', 'onBattery', 'isLidClosed', 'isMetered'] as const

/** Whether the policy should look at once and not at its next second. */
export function isNews(before: PolicyMachine, after: PolicyMachine): boolean {
  if (before.isGoingToSleep !== after.isGoingToSleep) return true
  if (newsFields.some((field) => before[field].value !== after[field].value)) return true
  const was = before.idleMs.value
  const is = after.idleMs.value
  if ((was === null) !== (is === null)) return true
  return was !== null && is !== null && was >= backAfterMs && is < was
}
