/** How lines become a band and break-even: the worked example, and rules that hold for any numbers. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { composeEstimate } from '../../../main/earnings/compose-estimate.ts'
import type { Economics, PowerPlan } from '../../../shared/earnings.ts'

function economics(change: Partial<Economics> = {}): Economics {
  return {
    lines: [{ id: 'paid-work', label: 'Work', kind: 'income', usdPerDay: { cautious: 2.016, expected: 4.752, hopeful: 8.82 }, formula: '', inputs: [] }],
    busy: { cautious: 0.3, expected: 0.6, hopeful: 0.75 }, payWhenAlwaysBusy: 7.92, payWithoutWork: 0, inputs: [], capital: [], confidence: 'medium', notModelled: [], reasons: [], ...change,
  }
}
const power = (change: Partial<PowerPlan> = {}): PowerPlan => ({ wattsWork: 450, wattsWait: 20, hostWatts: 0, usdPerKwh: 0.15, inputs: [], ...change })

describe('the worked example', () => {
  const made = composeEstimate(economics(), power())
  test('net and break-even', () => {
    expect(made.net.low).toBeCloseTo(1.4796, 9)
    expect(made.net.expected).toBeCloseTo(3.7512, 9)
    expect(made.net.high).toBeCloseTo(7.587, 9)
    expect(made.breakEven.utilisation).toBeCloseTo(0.072 / (7.92 - 1.548), 12)
  })
  test('at the break-even price nothing is left', () => {
    expect(composeEstimate(economics(), power({ usdPerKwh: made.breakEven.usdPerKwh ?? 0 })).net.expected).toBeCloseTo(0, 9)
  })
})

describe('edges', () => {
  test('a working hour that costs more power than it pays has no break-even and says so', () => {
    const made = composeEstimate(economics(), power({ usdPerKwh: 2 }))
    expect(made.breakEven.utilisation).toBeNull()
    expect(made.reasons[0]).toMatch(/Not worth running here/)
    expect(made.net.low ?? 0).toBeLessThanOrEqual(made.net.high ?? 0)
  })
  test('pay that covers waiting breaks even without any work', () => expect(composeEstimate(economics({ payWithoutWork: 1 }), power()).breakEven.utilisation).toBe(0))
  test('free power breaks even at once and has no break-even price of 0', () => {
    expect(composeEstimate(economics(), power({ usdPerKwh: 0 })).breakEven.utilisation).toBe(0)
    expect(composeEstimate(economics(), power({ wattsWork: 0, wattsWait: 0 })).breakEven.usdPerKwh).toBeNull()
  })
  test('no published middle: the band stays, without an expected value', () => {
    const made = composeEstimate(economics({ busy: { cautious: 0, expected: null, hopeful: 1 }, payWhenAlwaysBusy: null, payWithoutWork: null }), power())
    expect(made.net.expected).toBeNull()
    expect(made.net.low).not.toBeNull()
    expect(made.breakEven).toEqual({ utilisation: null, usdPerKwh: null })
  })
  test('unknown watts give no net, the pay lines stay, and the reason leads', () => {
    const made = composeEstimate(economics(), null)
    expect(made.net).toEqual({ low: null, expected: null, high: null })
    expect(made.lines[0]?.expected).toBe(4.752)
    expect(made.reasons[0]).toMatch(/draws is not known/)
    expect(made.confidence).toBe('none')
  })
  test('checks of the network load a waiting card', () => {
    const made = composeEstimate(economics({ lines: [], busy: { cautious: 0, expected: 0, hopeful: 0 }, waitingLoad: 0.25 }), power())
    expect(made.net.expected).toBeCloseTo(-(24 * 0.15 * (20 + 0.25 * 430)) / 1000, 12)
  })
  test('a fee is taken off whichever sign it was written with', () => {
    const fee = (usd: number) => economics({ lines: [...economics().lines, { id: 'fee', label: 'Fee', kind: 'cost', usdPerDay: { cautious: usd, expected: usd, hopeful: usd }, formula: '', inputs: [] }] })
    expect(composeEstimate(fee(1), power()).net).toEqual(composeEstimate(fee(-1), power()).net)
  })
  test('the rest of the machine is a line of its own', () => {
    const made = composeEstimate(economics(), power({ hostWatts: 60 }))
    expect(made.lines.find((line) => line.id === 'electricity-host')?.expected).toBeCloseTo(-0.216, 12)
    expect(made.net.expected).toBeCloseTo(3.7512 - 0.216, 9)
  })
})

test('for any pay and power: the band is ordered, lines add up to its ends, and nothing is infinite', () => {
  const usd = fc.double({ min: 0, max: 1000, noNaN: true })
  const share = fc.double({ min: 0, max: 1, noNaN: true })
  const triple = (of: fc.Arbitrary<number>) => fc.record({ cautious: of, expected: fc.option(of), hopeful: of })
  fc.assert(
    fc.property(triple(usd), triple(share), fc.double({ min: 0, max: 2000, noNaN: true }), fc.double({ min: 0, max: 500, noNaN: true }), fc.double({ min: -5, max: 10, noNaN: true }), fc.double({ min: 0, max: 100, noNaN: true }), (pay, busy, work, wait, price, host) => {
      const known = pay.expected !== null && busy.expected !== null
      const made = composeEstimate(
        economics({ lines: [{ id: 'paid-work', label: '', kind: 'income', usdPerDay: pay, formula: '', inputs: [] }], busy, payWhenAlwaysBusy: known ? pay.expected : null }),
        power({ wattsWork: work, wattsWait: wait, usdPerKwh: price, hostWatts: host }),
      )
      const { low, expected, high } = made.net
      expect(low).not.toBeNull()
      expect(high).not.toBeNull()
      if (low === null || high === null) return
      expect(low).toBeLessThanOrEqual(high)
      if (expected !== null) expect(expected >= low && expected <= high).toBe(true)
      const sums = (['low', 'expected', 'high'] as const).map((scenario) => made.lines.reduce<number | null>((sum, line) => (sum === null || line[scenario] === null ? null : sum + line[scenario]), 0))
      const [cautious, middle, hopeful] = sums
      expect(middle).toEqual(expected)
      expect([cautious, middle, hopeful].filter((sum) => sum !== null)).toContain(low)
      expect([cautious, middle, hopeful].filter((sum) => sum !== null)).toContain(high)
      for (const value of [low, high, made.breakEven.utilisation, made.breakEven.usdPerKwh]) if (value !== null) expect(Number.isNaN(value)).toBe(false)
      if (made.breakEven.utilisation !== null) expect(made.breakEven.utilisation).toBeGreaterThanOrEqual(0)
    }),
  )
})
