/** Which hours electricity is reckoned for: those in which the schedule and the quiet hours let some card run. */
import { expect, test } from 'vitest'
import { hoursOf } from '../../../main/policy/hours.ts'
import { defaultPolicySettings, type PolicySettings, type RunMode } from '../../../shared/policy.ts'

const at = (text: string): number => Date.parse(`2026-11-23T${text}:00Z`)
const week = [1, 2, 3, 4, 5, 6, 7]
const set = (over: Partial<PolicySettings>): PolicySettings => ({ ...defaultPolicySettings, ...over })
const block = (from: string, to: string, may: RunMode, gpuId: string | null = null) => ({ days: week, from, to, may, gpuId })
const counted = (settings: PolicySettings, gpuIds?: string[]): boolean[] | null => {
  const hours = hoursOf(settings, 'UTC', gpuIds)
  return hours === null ? null : ['03:00', '09:00', '15:00', '21:00'].map((time) => hours(at(time)))
}

test('where nothing is out, all hours count', () => {
  expect(counted(set({}))).toBeNull()
  expect(counted(set({ schedule: [block('08:00', '12:00', 'when-idle')], otherwise: 'always' }))).toBeNull()
  expect(counted(set({ quietFrom: '20:00', quietTo: '06:00', quietMaxFan: 0.4 })), 'quietly it runs on').toBeNull()
  expect(counted(set({ quietFrom: '20:00' })), 'half of quiet hours is none').toBeNull()
  expect(counted(set({ isOn: false, otherwise: 'never' })), 'switched off, nobody knows').toBeNull()
})
test('hours of "never", and quiet hours in which no fan may turn, are out', () => {
  expect(counted(set({ schedule: [block('08:00', '12:00', 'never')] }))).toEqual([true, false, true, true])
  expect(counted(set({ schedule: [block('20:00', '06:00', 'always')], otherwise: 'never' }))).toEqual([true, false, false, true])
  expect(counted(set({ quietFrom: '20:00', quietTo: '06:00' }))).toEqual([false, true, true, false])
  expect(counted(set({ schedule: [block('08:00', '12:00', 'never')], quietFrom: '20:00', quietTo: '06:00' }))).toEqual([false, false, true, false])
})
test('an hour counts where any card may run; of known cards only those are asked', () => {
  const one = set({ schedule: [block('08:00', '16:00', 'never', 'a')] })
  expect(counted(one)).toEqual([true, true, true, true])
  expect(counted(one, ['a'])).toEqual([true, false, false, true])
  expect(counted(one, ['a', 'b'])).toEqual([true, true, true, true])
  expect(counted(set({ schedule: [block('20:00', '06:00', 'always', 'a')], otherwise: 'never' }))).toEqual([true, false, false, true])
})
test('the same settings give the same function, others another', () => {
  const settings = set({ otherwise: 'never' })
  expect(hoursOf(settings, 'UTC', ['a'])).toBe(hoursOf(settings, 'UTC', ['a']))
  expect(hoursOf(settings, 'UTC', ['a'])).not.toBe(hoursOf(settings, 'Europe/Berlin', ['a']))
  expect(hoursOf({ ...settings }, 'UTC', ['a'])).not.toBe(hoursOf(settings, 'UTC', ['a']))
})
