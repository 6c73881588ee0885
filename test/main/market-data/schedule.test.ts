/** When a source is asked next: never too soon, never forgotten, whatever the clock did. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { afterFailed, afterGood, firstTurn, isDue, startSpreadMs } from '../../../main/market-data/schedule.ts'
import { everyMsFor } from '../../../main/market-data/sources.ts'

const minute = 60_000
const hour = 60 * minute
const now = Date.UTC(2026, 10, 23, 12)

test('a source is asked twice within its shelf life, at least ten minutes and at most six hours apart', () => {
  expect([minute, hour, 8 * hour, 24 * hour, 1000 * hour].map(everyMsFor)).toEqual([10 * minute, 30 * minute, 4 * hour, 6 * hour, 6 * hour])
})

test('what fails is tried after 1, 2, 4 … minutes, but no later than what is good', () => {
  expect([1, 2, 3, 4, 50].map((failures) => afterFailed(failures, 6 * hour, 0))).toEqual([minute, 2 * minute, 4 * minute, 8 * minute, hour])
  expect(afterFailed(50, 15 * minute, 0)).toBe(15 * minute)
})

test('waits grow with failures and stay within their jitter', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 10 * minute, max: 6 * hour }), fc.double({ min: 0, max: 0.999999, noNaN: true }), (failures, everyMs, random) => {
      expect(afterFailed(failures + 1, everyMs, random)).toBeGreaterThanOrEqual(afterFailed(failures, everyMs, random))
      expect(afterFailed(failures, everyMs, random)).toBeLessThanOrEqual(1.5 * hour)
      expect(afterGood(everyMs, random)).toBeGreaterThanOrEqual(everyMs)
      expect(afterGood(everyMs, random)).toBeLessThanOrEqual(1.1 * everyMs)
    }),
  )
})

test('after a start, what is fresh waits its turn; what was never asked, or noted ahead of now, is asked within seconds', () => {
  const turn = { lastGoodAt: now - hour, lastTriedAt: now - hour, failures: 0 }
  expect(firstTurn(turn, 6 * hour, now, 0)).toBe(now + 5 * hour)
  expect(firstTurn({ ...turn, lastGoodAt: null, lastTriedAt: null }, 6 * hour, now, 0.5)).toBe(now + startSpreadMs / 2)
  expect(firstTurn({ ...turn, lastGoodAt: now + 1000 * hour }, 6 * hour, now, 0.5)).toBe(now + startSpreadMs / 2)
  expect(firstTurn({ lastGoodAt: null, lastTriedAt: now - 10_000, failures: 1 }, 6 * hour, now, 0)).toBe(now + 50_000)
  expect(firstTurn({ lastGoodAt: now - 100 * hour, lastTriedAt: now - 100 * hour, failures: 0 }, hour, now, 0)).toBe(now)
})

test('a clock that was put back by a year does not silence a source', () => {
  const nextAt = now + 6 * hour
  expect(isDue(nextAt, 6 * hour, now)).toBe(false)
  expect(isDue(nextAt, 6 * hour, now + 6 * hour)).toBe(true)
  expect(isDue(nextAt, 6 * hour, now - 365 * 24 * hour)).toBe(true)
})
