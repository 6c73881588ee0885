/** The band for next week: its shape for any weeks, and how it does in worlds that are calm, wild, drifting or jumping. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BacktestScore } from '../../../../shared/backtest.ts'
import { baselines, roll, scoreBands } from '../../../../main/networks/render/backtest.ts'
import { predictBand, type RateBand } from '../../../../main/networks/render/rate-band.ts'
import bundled from '../../../../main/networks/render/reward-weeks.json' with { type: 'json' }
import { drawFrom, wander } from './weeks.ts'

const pastOf = (rates: readonly number[]) => rates.map((rate, week) => ({ week, rate }))
const bandOf = (rates: readonly number[], ahead = 1): RateBand => predictBand(pastOf(rates), rates.length - 1 + ahead) ?? { low: NaN, expected: NaN, high: NaN }
const widthOf = ({ low, high }: RateBand): number => high / low
const real = bundled.weeks.map((week) => week.renderPer1000Obh)

describe('whatever the weeks were', () => {
  const rates = fc.array(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 40 })

  test('the band is ordered, positive and finite, one week ahead and sixty', () => {
    fc.assert(fc.property(rates, fc.integer({ min: 1, max: 60 }), (drawn, ahead) => {
      const { low, expected, high } = bandOf(drawn, ahead)
      expect(low).toBeGreaterThan(0)
      expect(expected).toBeGreaterThan(low)
      expect(high).toBeGreaterThan(expected)
      expect(Number.isFinite(high)).toBe(true)
    }))
  })

  test('a thousand times the rates is a thousand times the band', () => {
    fc.assert(fc.property(rates, fc.double({ min: 1e-3, max: 1e3, noNaN: true }), (drawn, factor) => {
      const band = bandOf(drawn)
      const scaled = bandOf(drawn.map((rate) => rate * factor))
      for (const key of ['low', 'expected', 'high'] as const) expect(Math.abs(scaled[key] / band[key] / factor - 1)).toBeLessThan(1e-4)
    }))
  })

  test('the same weeks give the same band, in whatever order they are handed in', () => {
    fc.assert(fc.property(rates, (drawn) => {
      const past = pastOf(drawn)
      expect(predictBand([...past].reverse(), past.length)).toEqual(predictBand(past, past.length))
    }))
  })

  test('weeks without pay, the week itself and later ones are not looked at', () => {
    const past = pastOf(real)
    const noise = [{ week: 12, rate: 50 }, { week: 30, rate: 1 }, { week: 3.5, rate: 0 }, { week: 4.5, rate: NaN }]
    expect(predictBand([...past, ...noise], 12)).toEqual(predictBand(past, 12))
    expect(predictBand([], 1)).toBeNull()
    expect(predictBand([{ week: 0, rate: 0 }], 1)).toBeNull()
  })
})

describe('how wide it is', () => {
  test('six calm weeks narrow it, twenty more so, and it never closes', () => {
    const calm = (length: number) => bandOf(wander(length, drawFrom(5), { persistence: 0, spread: 0.1 }))
    expect(widthOf(calm(6))).toBeLessThan(widthOf(calm(2)))
    expect(widthOf(calm(26))).toBeLessThan(1.6)
    expect(widthOf(calm(26))).toBeGreaterThan(1.2)
    expect(widthOf(bandOf(Array.from({ length: 60 }, () => 1)))).toBeGreaterThan(1.03)
  })

  test('one week known: as wide as weeks of the longer record vary', () => {
    expect(widthOf(bandOf([0.7]))).toBeGreaterThan(2.5)
    expect(widthOf(bandOf([0.7]))).toBeLessThan(8)
  })

  test('further ahead it grows to that of any week and stays there', () => {
    const widths = [1, 2, 4, 8, 16, 32, 64].map((ahead) => widthOf(bandOf(real, ahead)))
    expect(widths).toEqual([...widths].sort((a, b) => a - b))
    expect(widthOf(bandOf(real, 500)) / widthOf(bandOf(real, 64))).toBeLessThan(1.05)
  })

  test('after a week of three times the usual, the usual and three times the usual both lie inside', () => {
    const calm = wander(14, drawFrom(5), { persistence: 0, spread: 0.15 })
    const { low, high } = bandOf([...calm, 3])
    expect(low).toBeLessThan(1.1)
    expect(high).toBeGreaterThan(2.8)
  })

  test('a gap of unknown weeks makes it wider', () => {
    const past = pastOf(real)
    expect(widthOf(predictBand(past, 20) as RateBand)).toBeGreaterThan(widthOf(predictBand(past, 12) as RateBand))
  })

  test('a prediction takes about a millisecond', () => {
    const rates = wander(60, drawFrom(1), { persistence: 0.6, spread: 0.4 })
    bandOf(rates)
    const began = performance.now()
    for (let round = 0; round < 20; round++) bandOf(rates)
    expect((performance.now() - began) / 20).toBeLessThan(10)
  })
})

describe('worlds of weeks, twelve to thirty long, each week predicted from those before', () => {
  const worlds = {
    'calm, half of a week\'s distance is left': { persistence: 0.5, spread: 0.12 },
    'as the record': { persistence: 0.65, spread: 0.4 },
    'as the record, with jumps of a factor three': { persistence: 0.5, spread: 0.25, jumps: 0.08 },
    wild: { persistence: 0.6, spread: 0.6 },
    'calm between jumps': { persistence: 0, spread: 0.15, jumps: 0.08 },
  }

  test.each(Object.entries(worlds))('%s: four weeks in five inside, and a better score than both simple rules', (_name, world) => {
    const score = (predict: typeof predictBand): BacktestScore => scoreBands([12, 18, 24, 30].flatMap((length) => Array.from({ length: 8 }, (_, seed) => roll(pastOf(wander(length, drawFrom(1000 * length + seed), world)), 6, predict)).flat()))
    const own = score(predictBand)
    expect(own.coverage).toBeGreaterThanOrEqual(0.8)
    expect(own.coverage).toBeLessThanOrEqual(0.92)
    for (const { predict } of baselines) expect(own.winkler).toBeLessThan(score(predict as typeof predictBand).winkler)
  })

  test('calm weeks that turn five times wilder: it widens within ten weeks, and scores better than both simple rules', () => {
    const calm = { persistence: 0.6, spread: 0.1 }
    const series = Array.from({ length: 12 }, (_, seed) => [...wander(15, drawFrom(100 + seed), calm), ...wander(15, drawFrom(900 + seed), { ...calm, spread: 0.5 })])
    const score = (predict: typeof predictBand, from: number): BacktestScore => scoreBands(series.flatMap((rates) => roll(pastOf(rates), from, predict)))
    const own = score(predictBand, 15)
    expect(own.coverage).toBeGreaterThan(0.6)
    expect(score(predictBand, 24).coverage).toBeGreaterThan(0.75)
    for (const { predict } of baselines) expect(own.winkler).toBeLessThan(score(predict as typeof predictBand, 15).winkler)
  })

  test.each([['as they were', 1], ['calmer', 0.4], ['wilder', 1.5]])('the real weeks, %s', (_name, stretch) => {
    const past = pastOf(real.map((rate) => rate ** stretch))
    const own = scoreBands(roll(past, 6, predictBand))
    expect(own.coverage).toBeGreaterThanOrEqual(0.8)
    for (const { predict } of baselines) expect(own.winkler).toBeLessThan(scoreBands(roll(past, 6, predict)).winkler)
  })
})
