/** What minutes of load show: real shapes of curves, noise and missing readings, and the cause told from the evidence. */
import { describe, expect, test } from 'vitest'
import * as fc from 'fast-check'
import { analyseSustained, thinned } from '../../../main/benchmark/sustained-analysis.ts'
import type { SustainedPoint } from '../../../shared/benchmark.ts'

/** Repeatable noise of ± 1. */
function noise(index: number): number {
  const x = Math.sin(index * 12.9898) * 43758.5453
  return (x - Math.floor(x)) * 2 - 1
}

function curve(seconds: number, at: (second: number) => Partial<SustainedPoint>): SustainedPoint[] {
  return Array.from({ length: seconds }, (_, index) => ({
    atSeconds: index + 1, value: 35_000 * (1 + 0.004 * noise(index)), coreClockMhz: 1900, memoryClockMhz: 9500, powerW: 330, temperatureC: 70, hotspotC: null, memoryC: null, fan: 0.6, throttle: [], ...at(index + 1),
  }))
}

function analyse(points: SustainedPoint[], more: { powerLimitW?: number | null; slowdownC?: number | null } = {}) {
  return analyseSustained({ points, workload: 'fp32-compute', unit: 'GFLOP/s', minutes: points.length / 60, powerLimitW: 350, slowdownC: 93, stoppedBecause: null, ...more })
}

describe('a figure that stays', () => {
  test('noise is no drop', () => {
    const run = analyse(curve(600, (second) => ({ value: 35_000 * (1 + 0.015 * noise(second)) })))
    expect(run.first).toBeGreaterThan(34_500)
    expect(Math.abs(run.drop ?? 1)).toBeLessThan(0.02)
    expect(run).toMatchObject({ dropAtSeconds: null, cause: null, heldBack: [], meanW: 330, energyJ: 330 * 600 })
  })
  test('a few bad seconds are no drop either', () => {
    const run = analyse(curve(600, (second) => (second % 100 < 4 ? { value: 9_000 } : {})))
    expect(run).toMatchObject({ dropAtSeconds: null, cause: null })
  })
  test('warming up to speed is no rise', () => {
    const run = analyse(curve(300, (second) => ({ value: second < 8 ? 4_000 * second : 35_000 })))
    expect(run.first).toBe(35_000)
    expect(run.drop).toBe(0)
  })
  test('a minute without any answer is left out, not counted as zero', () => {
    const run = analyse(curve(600, (second) => (second > 200 && second < 260 ? { value: null, powerW: null, throttle: [] } : {})))
    expect(run).toMatchObject({ dropAtSeconds: null, cause: null, meanW: 330 })
  })
})

describe('a figure that falls', () => {
  test('a step at three minutes by heat: when, how far, and why with the readings', () => {
    const run = analyse(curve(600, (second) => (second < 180 ? {} : { value: 31_500, coreClockMhz: 1710, temperatureC: 91, powerW: 300, throttle: ['sw_thermal_slowdown'] })))
    expect(run.drop).toBeCloseTo(0.1, 2)
    expect(run.dropAtSeconds).toBe(180)
    expect(run.cause?.id).toBe('temperature')
    expect(run.cause?.sentence).toBe('After 3 min it fell by 10 %, from 35,000 to 31,500 GFLOP/s: the card names heat as the reason in 100 % of that time; its slowdown point is 93 °C (core 1900 → 1710 MHz, board 330 → 300 W, temperature 70 → 91 °C).'.replace('35,000', run.cause?.sentence.match(/from ([\d,]+)/)?.[1] ?? ''))
    expect(run.heldBack).toEqual([{ reason: 'sw_thermal_slowdown', share: expect.closeTo(421 / 600, 5) }])
  })
  test('a step within the first seconds does not hide in the first figure', () => {
    const run = analyse(curve(300, (second) => (second < 16 ? {} : { value: 28_000, coreClockMhz: 1500, throttle: ['hw_thermal_slowdown'] })))
    expect(run.first).toBeGreaterThan(34_000)
    expect(run.dropAtSeconds).toBe(16)
    expect(run.drop).toBeCloseTo(0.2, 1)
  })
  test('a slow sag at the power limit', () => {
    const run = analyse(curve(1200, (second) => ({ value: 35_000 * (1 - 0.08 * Math.min(1, second / 900)), coreClockMhz: 1900 * (1 - 0.08 * Math.min(1, second / 900)), powerW: 349, temperatureC: 50 + Math.min(30, second / 20), throttle: ['sw_power_cap'] })))
    expect(run.drop).toBeGreaterThan(0.06)
    expect(run.dropAtSeconds).toBeGreaterThan(250)
    expect(run.dropAtSeconds).toBeLessThan(500)
    expect(run.cause).toMatchObject({ id: 'power', sentence: expect.stringContaining('power limit of 350 W, and a warmer chip needs more watts') })
  })
  test('a swing is told as a swing', () => {
    const run = analyse(curve(600, (second) => (second > 60 && second % 40 < 20 ? { value: 28_000, coreClockMhz: 1500, throttle: ['hw_thermal_slowdown'], temperatureC: 92 } : { temperatureC: 88 })))
    expect(run.dropAtSeconds).toBeGreaterThan(50)
    expect(run.dropAtSeconds).toBeLessThan(90)
    expect(run.cause).toMatchObject({ id: 'temperature', sentence: expect.stringMatching(/it swung between 3\d,\d\d0 and 28,000 GFLOP\/s, 1\d times/) })
  })
  test('another program takes a part for two minutes and goes', () => {
    const run = analyse(curve(600, (second) => (second >= 200 && second < 320 ? { value: 20_000 } : {})))
    expect(run.cause).toMatchObject({ id: 'other-load', sentence: expect.stringContaining('and came back later: its clocks stayed') })
    expect(run.dropAtSeconds).toBe(200)
    expect(Math.abs(run.drop ?? 1)).toBeLessThan(0.01)
  })
  test('without reasons: heat by its temperature, power by its watts, clocks by themselves, nothing by nothing', () => {
    const fallen = (of: Partial<SustainedPoint>): SustainedPoint[] => curve(400, (second) => (second < 120 ? {} : { value: 30_000, ...of }))
    expect(analyse(fallen({ coreClockMhz: 1600, temperatureC: 91 })).cause?.id).toBe('temperature')
    expect(analyse(fallen({ coreClockMhz: 1600, temperatureC: 84 }), { slowdownC: null }).cause?.id).toBe('temperature')
    expect(analyse(fallen({ coreClockMhz: 1600, powerW: 348 })).cause?.id).toBe('power')
    expect(analyse(fallen({ coreClockMhz: 1600 })).cause?.id).toBe('clock')
    expect(analyse(fallen({ memoryClockMhz: 5000 })).cause).toMatchObject({ id: 'clock', sentence: expect.stringContaining('memory clock fell') })
    const blind = fallen({}).map((point) => ({ ...point, coreClockMhz: null, memoryClockMhz: null, powerW: null, temperatureC: null, fan: null }))
    expect(analyse(blind)).toMatchObject({ cause: { id: 'unknown', sentence: expect.stringMatching(/cause is not known\.$/) }, meanW: null, energyJ: null, heldBack: [] })
  })
  test('a brake of the power supply is named as such', () => {
    const run = analyse(curve(300, (second) => (second < 100 ? {} : { value: 20_000, coreClockMhz: 900, throttle: ['hw_power_brake_slowdown'] })))
    expect(run.cause).toMatchObject({ id: 'power', sentence: expect.stringContaining('power supply braked it') })
  })
})

describe('runs that are short or strange', () => {
  test('twenty seconds tell nothing, and say so by nulls', () => {
    const run = analyseSustained({ points: curve(20, () => ({})), workload: 'fp32-compute', unit: 'GFLOP/s', minutes: 10, powerLimitW: null, slowdownC: null, stoppedBecause: 'It was cancelled.' })
    expect(run).toMatchObject({ first: null, last: null, drop: null, dropAtSeconds: null, cause: null, meanW: 330, stoppedBecause: 'It was cancelled.' })
    expect(run.points).toHaveLength(20)
  })
  test('a fall in the last seconds is not yet a lasting one', () => {
    expect(analyse(curve(300, (second) => (second > 290 ? { value: 10_000 } : {}))).dropAtSeconds).toBeNull()
  })
  test('no points, points without figures and impossible figures', () => {
    expect(analyse([])).toMatchObject({ first: null, points: [], meanW: null, energyJ: null })
    expect(analyse(curve(200, () => ({ value: null })))).toMatchObject({ first: null, drop: null, meanW: 330 })
    const run = analyse(curve(200, (second) => ({ value: second % 2 === 0 ? Number.NaN : 35_000, powerW: Infinity })))
    expect(run).toMatchObject({ first: 35_000, last: 35_000, drop: 0, meanW: null })
  })
  test('an hour is thinned to 720 points, with means and every reason', () => {
    const run = analyse(curve(3600, (second) => ({ value: second, throttle: second === 1801 ? ['sw_power_cap'] : [] })))
    expect(run.points).toHaveLength(720)
    expect(run.points[0]).toMatchObject({ atSeconds: 5, value: 3 })
    expect(run.points.filter((point) => point.throttle.length > 0)).toHaveLength(1)
  })
  test('whatever comes in, the shares are shares and a drop has a time within the run', () => {
    const reading = fc.option(fc.double({ min: -10, max: 1e6, noNaN: false }), { nil: null })
    const point = fc.record({ atSeconds: fc.double({ min: -5, max: 4000, noNaN: true }), value: reading, coreClockMhz: reading, memoryClockMhz: reading, powerW: reading, temperatureC: reading, hotspotC: reading, memoryC: reading, fan: reading, throttle: fc.subarray(['sw_power_cap', 'gpu_idle', 'hw_thermal_slowdown', 'whatever']) })
    fc.assert(
      fc.property(fc.array(point, { maxLength: 900 }), (points) => {
        const run = analyse(points)
        expect(run.points.length).toBeLessThanOrEqual(720)
        for (const { share, reason } of run.heldBack) {
          expect(share).toBeGreaterThan(0)
          expect(share).toBeLessThanOrEqual(1)
          expect(reason).not.toBe('gpu_idle')
        }
        expect(run.cause === null).toBe(run.dropAtSeconds === null)
        if (run.drop !== null) expect(run.drop).toBeLessThanOrEqual(1)
        expect(thinned(points, 10).length).toBeLessThanOrEqual(Math.max(10, 0))
      }),
      { numRuns: 60 },
    )
  })
})
