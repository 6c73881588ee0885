/** Prices of several services: what is believed, how far, and what is refused with which reason. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { crossCheck, whyRefused, type PriceQuote } from '../../../main/market-data/cross-check.ts'

const now = Date.UTC(2026, 10, 23, 12)
const hour = 3_600_000
const quote = (title: string, usd: number | null, more: Partial<PriceQuote> = {}): PriceQuote => ({ sourceId: `prices/${title}`, title, voice: title, usd, fault: null, toldAt: null, readAt: now, ...more })
const last = (usd: number, at = now - hour) => ({ usd, at })

describe('two services', () => {
  test.each([
    ['agree', 1, 1.02, 'high', 1.01],
    ['lie near each other', 1, 1.1, 'medium', 1.05],
    ['contradict each other: the one nearer to the last good', 1, 1.5, 'low', 1],
  ])('that %s', (_what, a, b, confidence, usd) => {
    const checked = crossCheck([quote('A', a), quote('B', b)], last(1.05), now)
    expect(checked.usd).toBeCloseTo(usd, 12)
    expect(checked.confidence).toBe(confidence)
  })
  test('that contradict each other name both numbers', () => {
    expect(crossCheck([quote('A', 1), quote('B', 2)], last(1.9), now)).toMatchObject({ usd: 2, note: expect.stringMatching(/A 1 USD.*B 2 USD.*1\.9 USD/) as string })
    expect(crossCheck([quote('A', 1), quote('B', 2)], null, now)).toMatchObject({ usd: 1, confidence: 'low' })
  })
  test('of one voice are one: no check on each other', () => {
    const checked = crossCheck([quote('A', 1), quote('relay', 1, { voice: 'A' })], null, now)
    expect(checked).toMatchObject({ usd: 1, confidence: 'medium', sourceIds: ['prices/A'] })
    expect(checked.quotes[1]?.refused).toBe('it repeats A')
  })
  test('of which one has been silent for hours leave one', () => {
    expect(crossCheck([quote('A', 1, { readAt: now - 5 * hour }), quote('B', 2)], null, now)).toMatchObject({ usd: 2, confidence: 'medium', note: expect.stringContaining('A does not count: it has not answered for 5 h') as string })
  })
})

test('of three, two that agree outvote the third', () => {
  expect(crossCheck([quote('A', 9), quote('B', 1), quote('C', 1.01)], null, now)).toMatchObject({ usd: 1.005, confidence: 'medium', sourceIds: ['prices/B', 'prices/C'] })
})

test('a tenfold jump needs a second service; alone it leaves the last good price', () => {
  expect(crossCheck([quote('A', 11)], last(1), now)).toMatchObject({ usd: null, note: expect.stringContaining('the last good one stays') as string })
  expect(crossCheck([quote('A', 0.09)], last(1), now).usd).toBeNull()
  expect(crossCheck([quote('A', 11), quote('B', 11.1)], last(1), now).usd).toBeCloseTo(11.05, 9)
  expect(crossCheck([quote('A', 11), quote('B', 22)], last(1), now).usd).toBeNull()
  expect(crossCheck([quote('A', 11)], last(1, now - 60 * 24 * hour), now)).toMatchObject({ usd: 11, confidence: 'low', note: expect.stringContaining('11 times the 1 USD of 2026-09-24') as string })
})

const day = 24 * hour
test.each([
  ['one service, a bundled price of 57 days ago', [1e5], last(0.7, now - 57 * day), null, 'none'],
  ['one service, next to nothing', [0.00001], last(0.7, now - 57 * day), null, 'none'],
  ['one service, a price of two years ago', [1e5], last(0.7, now - 700 * day), null, 'none'],
  ['one service, a hundredfold after a year and a half', [70], last(0.7, now - 500 * day), 70, 'low'],
  ['two that agree against yesterday', [1e5, 1e5], last(0.7, now - day), 1e5, 'medium'],
  ['two that agree, twentyfold in two months', [14, 14], last(0.7, now - 57 * day), 14, 'high'],
  ['two that agree beyond all measure', [1e5, 1e5], last(0.7, now - 57 * day), 1e5, 'medium'],
  ['nothing known before', [1e5], null, 1e5, 'medium'],
] as [string, number[], { usd: number; at: number } | null, number | null, string][])('a jump: %s', (_what, prices, before, usd, confidence) => {
  expect(crossCheck(prices.map((price, index) => quote('AB'[index] as string, price)), before, now)).toMatchObject({ usd, confidence })
})

test('the doubt of a jump outlasts the next reading, ends with time, and never stands in the way back', () => {
  const alone = (usd: number, at: number) => quote('A', usd, { readAt: at })
  const first = crossCheck([alone(40, now)], last(1, now - 60 * day), now)
  const again = (usd: number, later: number, more: PriceQuote[] = []) => crossCheck([alone(usd, now + later), ...more], { usd: 40, at: now }, now + later, first.jump)
  expect(first).toMatchObject({ confidence: 'low', jump: { since: now, atMost: 'low' } })
  expect(again(41, hour)).toMatchObject({ usd: 41, confidence: 'low', jump: first.jump, note: expect.stringContaining('41 times the 1 USD') as string })
  expect(again(41, hour, [quote('B', 41, { readAt: now + hour })])).toMatchObject({ usd: 41, confidence: 'medium' })
  expect(again(41, 2 * day, [quote('B', 41, { readAt: now + 2 * day })])).toMatchObject({ confidence: 'high', jump: null })
  expect(again(41, 8 * day)).toMatchObject({ confidence: 'medium', jump: null })
  expect(again(1.1, hour)).toMatchObject({ usd: 1.1, confidence: 'medium', jump: null })
  expect(again(900, hour).usd).toBeNull()
})

test.each([
  ['negative', { usd: -1 }, 'negative'],
  ['zero', { usd: 0 }, 'is 0'],
  ['no number', { usd: Number.NaN }, 'not a number'],
  ['without end', { usd: Number.POSITIVE_INFINITY }, 'not a number'],
  ['1e12', { usd: 1e12 }, 'beyond any token'],
  ['of tomorrow', { toldAt: now + 20 * hour }, 'lies ahead'],
  ['of the day before yesterday', { toldAt: now - 47 * hour }, 'more than a day old'],
  ['of no moment', { toldAt: Number.NaN }, 'its date is none'],
  ['missing', { usd: null, fault: 'it gives the price in EUR, not in USD' }, 'in EUR'],
])('a price that is %s is refused', (_what, more, why) => {
  const bad = quote('A', 1, more)
  expect(whyRefused(bad, now)).toContain(why)
  expect(crossCheck([bad], last(1), now)).toMatchObject({ usd: null, confidence: 'none' })
  expect(crossCheck([bad, quote('B', 2)], last(2), now)).toMatchObject({ usd: 2, confidence: 'medium', note: expect.stringContaining('A does not count') as string })
})

test('whatever comes in, a price is one that could be, lies within what was given, and never throws', () => {
  const any = fc.record({
    usd: fc.oneof(fc.double(), fc.constant(null), fc.double({ min: 0.001, max: 100, noNaN: true })),
    toldAt: fc.oneof(fc.constant(null), fc.double(), fc.integer({ min: now - 100 * hour, max: now + 100 * hour })),
    readAt: fc.integer({ min: now - 30 * hour, max: now }),
    voice: fc.constantFrom('a', 'b', 'c'),
  })
  const lastGood = fc.option(fc.record({ usd: fc.double({ min: 1e-6, max: 1e6, noNaN: true }), at: fc.integer({ min: 0, max: now }) }))
  fc.assert(
    fc.property(fc.array(any, { maxLength: 4 }), lastGood, (rows, before) => {
      const quotes = rows.map((row, i) => quote(`S${i}`, row.usd, row))
      const { usd, confidence, note, quotes: judged } = crossCheck(quotes, before, now)
      expect(note).not.toBe('')
      expect(judged).toHaveLength(quotes.length)
      const counted = judged.flatMap((one) => (one.refused === null ? [one.usd as number] : []))
      if (usd === null) {
        expect(confidence).toBe('none')
        return
      }
      expect(usd).toBeGreaterThanOrEqual(Math.min(...counted))
      expect(usd).toBeLessThanOrEqual(Math.max(...counted))
      expect(usd > 0 && usd <= 1e6).toBe(true)
      expect(confidence === 'high' ? counted.length > 1 : true).toBe(true)
    }),
  )
})

test('the order of two services does not matter where they are within 15 %', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 1000, noNaN: true }), fc.double({ min: 0, max: 0.149, noNaN: true }), (usd, spread) => {
      const [a, b] = [quote('A', usd), quote('B', usd * (1 + spread))]
      expect(crossCheck([a, b], null, now).usd).toBe(crossCheck([b, a], null, now).usd)
      expect(crossCheck([a, b], null, now).confidence).toBe(crossCheck([b, a], null, now).confidence)
    }),
  )
})
