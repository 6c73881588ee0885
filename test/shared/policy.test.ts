/** What may be said to the policy: a change of one thing changes nothing else. */
import { describe, expect, it } from 'vitest'
import { defaultPolicySettings, overrideAskSchema, policyChangeSchema, policySettingsSchema } from '../../shared/policy.ts'

describe('a change of the policy', () => {
  it('holds what it names and nothing else, in cards and programmes too', () => {
    const change = { idleAfterMinutes: 5, cards: { a: { may: 'never' }, b: null }, programmes: { x: { priority: 2 } } }
    expect(policyChangeSchema.parse(change)).toEqual(change)
    expect(policyChangeSchema.parse({})).toEqual({})
  })

  it.each([{ idleAfterMinute: 5 }, { overrides: [] }, { idleAfterMinutes: 0 }, { schedule: [{ days: [0], from: '22:00', to: '06:00', may: 'never' }] }, { cards: { a: { may: 'sometimes' } } }, { programmes: { x: { isArmed: 'yes' } } }, { schedule: [{ days: [1], from: '24:00', to: '06:00', may: 'never' }] }])('is refused: %j', (change) => {
    expect(policyChangeSchema.safeParse(change).success).toBe(false)
  })
})

it('an empty policy is the standard one', () => {
  expect(policySettingsSchema.parse({})).toEqual(defaultPolicySettings)
})

it('a pause has a length or an end, not both', () => {
  expect(overrideAskSchema.safeParse({ kind: 'pause', minutes: 60, until: 5 }).success).toBe(false)
  expect(overrideAskSchema.parse({ kind: 'pause' })).toEqual({ kind: 'pause', gpuId: null, programmeId: null })
})
