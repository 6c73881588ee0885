/** What an hour brings after power at its own price, and until when it brings too little. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { netOf, outlook } from '../../../main/policy/money.ts'
import type { PriceStep, ProgrammeWorth } from '../../../shared/policy-state.ts'

const hour = 3_600_000
const at = Date.parse('2026-11-23T12:00:00Z')
/** Pays 0.10 USD an hour and takes 0.4 kWh. */
const plain: ProgrammeWorth = { grossUsdPerHour: { low: 0.05, expected: 0.1, high: 0.2 }, kwhPerHour: { low: 0.3, expected: 0.4, high: 0.5 } }
const steps = (...prices: [hours: number, usdPerKwh: number][]): PriceStep[] => {
  let from = at
  return prices.map(([hours, usdPerKwh]) => ({ from, to: (from += hours * hour), usdPerKwh, how: 'dated price' }))
}

describe('an hour after power', () => {
  test('is the case that is asked for, least and greatest at that very price', () => {
    expect(netOf(plain, 'expected', 0.25)).toBeCloseTo(0, 12)
    expect(netOf(plain, 'low', 0.25)).toBeCloseTo(-0.025, 12)
    expect(netOf(plain, 'high', 0.25)).toBeCloseTo(0.075, 12)
    // At 2 USD a kWh the case that works most loses most.
    expect(netOf(plain, 'low', 2)).toBeCloseTo(0.2 - 1, 12)
    expect(netOf(plain, 'high', 2)).toBeCloseTo(0.05 - 0.6, 12)
  })
  test('a negative price pays for the power', () => {
    expect(netOf(plain, 'expected', -0.1)).toBeCloseTo(0.14, 12)
  })
  test('where a case has no figure another stands in; where none has, nothing is known', () => {
    const only = (gross: Partial<ProgrammeWorth['grossUsdPerHour']>): ProgrammeWorth => ({ ...plain, grossUsdPerHour: { low: null, expected: null, high: null, ...gross } })
    expect(netOf(only({ high: 0.2 }), 'expected', 0)).toBe(0.2)
    expect(netOf(only({ high: 0.2, expected: 0.1 }), 'low', 0)).toBe(0.1)
    expect(netOf(only({ low: 0.05 }), 'high', 0)).toBe(0.05)
    expect((['low', 'expected', 'high'] as const).map((which) => netOf(only({}), which, 0.3))).toEqual([null, null, null])
    expect(netOf(plain, 'expected', Number.NaN)).toBeNull()
  })
})

describe('the coming hours', () => {
  test('worth running: until when', () => {
    expect(outlook(plain, 'expected', steps([3, 0.1], [2, 0.5], [1, 0.1]), at, 0)).toEqual({ netNow: expect.closeTo(0.06, 9), lossUntil: null, lossUsd: 0, nextGoodAt: at, goodUntil: at + 3 * hour })
    expect(outlook(plain, 'expected', steps([3, 0.1]), at + hour, 0)).toMatchObject({ nextGoodAt: at + hour, goodUntil: null })
  })
  test('a loss: until when, what it comes to, and when it is worth it again', () => {
    expect(outlook(plain, 'expected', steps([3, 0.5], [1, 0.4], [4, 0.1]), at + hour, 0)).toEqual({ netNow: expect.closeTo(-0.1, 9), lossUntil: at + 4 * hour, lossUsd: expect.closeTo(2 * 0.1 + 0.06, 9), nextGoodAt: at + 4 * hour, goodUntil: null })
  })
  test('a loss with no better hour in sight lasts to the end of what is known', () => {
    expect(outlook(plain, 'expected', steps([3, 0.5]), at, 0)).toMatchObject({ lossUntil: at + 3 * hour, lossUsd: expect.closeTo(0.3, 9), nextGoodAt: null })
  })
  test('a good quarter of an hour does not end a loss, and lessens it; half an hour does', () => {
    const quarter = outlook(plain, 'expected', steps([2, 0.5], [0.25, 0.1], [2, 0.5], [2, 0.1]), at, 0)
    expect(quarter).toMatchObject({ lossUntil: at + 4.25 * hour, lossUsd: expect.closeTo(0.4 - 0.25 * 0.06, 9) })
    expect(outlook(plain, 'expected', steps([2, 0.5], [0.25, 0.1], [0.25, 0.12], [2, 0.5]), at, 0)).toMatchObject({ lossUntil: at + 2 * hour, lossUsd: expect.closeTo(0.2, 9), nextGoodAt: at + 2 * hour })
    expect(outlook(plain, 'expected', steps([2, 0.5], [0.25, 0.1]), at, 0), 'good up to where prices end').toMatchObject({ lossUntil: at + 2 * hour, nextGoodAt: at + 2 * hour })
  })
  test('an hour within the margin is neither good nor a loss', () => {
    const even = steps([2, 0.2505], [2, 0.2495], [2, 0.1])
    expect(outlook(plain, 'expected', even, at, 0)).toMatchObject({ lossUntil: null, lossUsd: 0, nextGoodAt: at + 4 * hour, goodUntil: null })
    expect(outlook(plain, 'expected', even, at, 0, { marginUsd: 0 })).toMatchObject({ lossUntil: at + 2 * hour, nextGoodAt: at + 2 * hour })
  })
  test('what an hour must bring counts', () => {
    expect(outlook(plain, 'expected', steps([2, 0.1], [2, 0]), at, 0.08)).toMatchObject({ netNow: expect.closeTo(0.06, 9), lossUntil: at + 2 * hour, lossUsd: expect.closeTo(0.04, 9) })
  })
  test('nothing known, nothing judged', () => {
    const nothing = { netNow: null, lossUntil: null, lossUsd: 0, nextGoodAt: null, goodUntil: null }
    expect(outlook(null, 'expected', steps([3, 0.5]), at, 0)).toEqual(nothing)
    expect(outlook(plain, 'expected', [], at, 0)).toEqual(nothing)
    expect(outlook(plain, 'expected', steps([3, 0.5]), at + 3 * hour, 0)).toEqual(nothing)
    expect(outlook(plain, 'expected', steps([3, 0.5]), at - 1, 0)).toEqual(nothing)
    expect(outlook({ ...plain, grossUsdPerHour: { low: null, expected: null, high: null } }, 'expected', steps([3, 0.5]), at, 0)).toEqual(nothing)
    expect(outlook(plain, 'expected', steps([3, 0.5]), Number.NaN, 0)).toEqual(nothing)
  })
  test('for any prices: the sum is that of the stretch, a loss ends where a good hour begins or prices do', () => {
    const prices = fc.array(fc.tuple(fc.constantFrom(0.25, 0.5, 1, 3), fc.double({ min: -0.5, max: 1, noNaN: true })), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(prices, fc.double({ min: -0.1, max: 0.1, noNaN: true }), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (raw, least, into) => {
        const all = steps(...raw)
        const end = all.at(-1)?.to ?? at
        const now = Math.min(end - 1, Math.floor(at + into * (end - at)))
        const found = outlook(plain, 'expected', all, now, least)
        const net = (when: number): number => netOf(plain, 'expected', all.find(({ from, to }) => from <= when && when < to)?.usdPerKwh ?? Number.NaN) ?? Number.NaN
        expect(found.netNow).toBe(net(now))
        expect(found.lossUntil !== null).toBe(net(now) < least - 0.002)
        if (found.lossUntil !== null) {
          const sum = all.reduce((total, one) => total + ((least - net(one.from)) * Math.max(0, Math.min(one.to, found.lossUntil ?? 0) - Math.max(one.from, now))) / hour, 0)
          expect(found.lossUsd).toBeCloseTo(sum, 9)
          expect(found.nextGoodAt ?? end).toBe(found.lossUntil)
        }
        if (found.nextGoodAt !== null) expect(net(found.nextGoodAt)).toBeGreaterThanOrEqual(least + 0.002)
        if (found.goodUntil !== null) expect(net(found.goodUntil)).toBeLessThan(least + 0.002)
      }),
      { numRuns: 300 },
    )
  })
})
