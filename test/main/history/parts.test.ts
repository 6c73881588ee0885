/** The pure parts: packing, folding, energy, the clock's watch. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { blockOf, fold, type SampleRow } from '../../../main/history/block.ts'
import { decodeChunk, encodeChunk } from '../../../main/history/chunk.ts'
import { watchClock } from '../../../main/history/clock-watch.ts'
import { addEnergy, type EnergyMemory } from '../../../main/history/energy.ts'
import { chooseStep, levelFor, levels } from '../../../main/history/levels.ts'
import { fromUnits, metricCount, throttleOf, toUnits } from '../../../main/history/metrics.ts'
import { historyLevels, metricIds } from '../../../shared/history.ts'
import { sample } from './support.ts'

const every = new Set(Array.from({ length: metricCount }, (_, index) => index))
const units = fc.oneof(fc.constant(Number.NaN), fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: -(2 ** 43), max: 2 ** 43 }).map(Math.round), fc.maxSafeInteger().map((n) => n % 2 ** 43))
const row = fc.record({
  at: fc.integer({ min: 0, max: 4_102_444_800_000 }),
  joules: fc.nat(3000),
  knownTenths: fc.nat(150),
  throttle: fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), { maxLength: 3 }).map((reasons) => reasons.sort()),
  units: fc.array(units, { minLength: metricCount, maxLength: metricCount }),
}) satisfies fc.Arbitrary<SampleRow>

describe('packing', () => {
  test('gives back what went in, single samples and steps', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), fc.constantFrom(1, 10, 900), (rows, step) => {
        const block = step === 1 ? blockOf(rows) : fold([blockOf(rows)], step, [...every])
        const back = decodeChunk(encodeChunk(block), every)
        expect(plain(back)).toEqual(plain(block))
      }),
      { numRuns: 200 },
    )
  })

  test('a mean of next to nothing below zero is zero, before and after', () => {
    const rows = [1, -2].map((value): SampleRow => ({ at: 0, joules: 0, knownTenths: 0, throttle: [], units: new Array<number>(metricCount).fill(value) }))
    const block = fold([blockOf(rows)], 10, [...every])
    expect(plain(decodeChunk(encodeChunk(block), every))).toEqual(plain(block))
  })

  test('bytes that were changed or cut are refused, never misread into a crash', () => {
    const rows = Array.from({ length: 50 }, (_, n): SampleRow => ({ at: n * 1000, joules: 1, knownTenths: 10, throttle: [], units: new Array<number>(metricCount).fill(n) }))
    const bytes = encodeChunk(blockOf(rows))
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.boolean(), (at, value, isCut) => {
        const broken = isCut ? bytes.slice(0, at) : Uint8Array.from(bytes, (byte, i) => (i === at ? value : byte))
        try {
          expect(decodeChunk(broken, every).length).toBeLessThan(100_001)
        } catch (error) {
          expect((error as Error).name).toBe('DamagedBytes')
        }
      }),
      { numRuns: 500 },
    )
  })
})

function plain(block: ReturnType<typeof blockOf>): unknown {
  const lists = (columns: Float64Array[]): number[][] => columns.map((column) => [...column])
  return { ...block, at: [...block.at], seconds: [...block.seconds], joules: [...block.joules], knownTenths: [...block.knownTenths], throttle: [...block.throttle].map((index) => block.throttleSets[index]), throttleSets: null, low: lists(block.low), mean: lists(block.mean), high: lists(block.high), missing: lists(block.missing) }
}

describe('folding', () => {
  test('over several levels gives the extremes and the sums of all samples, and a mean between the extremes', () => {
    const small = row.map((one) => ({ ...one, at: one.at % 10_000_000, units: one.units.map((value) => (Number.isNaN(value) ? value : value % 100_000)) }))
    fc.assert(
      fc.property(fc.array(small, { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 59 }), (rows, split) => {
        const all = [...every]
        const tens = [blockOf(rows.slice(0, split)), blockOf(rows.slice(split))].map((block) => fold([block], 10, all))
        const hours = fold([fold(tens, 60, all)], 3600, all)
        const direct = fold([blockOf(rows)], 3600, all)
        expect([...hours.at]).toEqual([...direct.at])
        expect([...hours.joules]).toEqual([...direct.joules])
        for (const index of all) {
          expect([...(hours.low[index] ?? [])]).toEqual([...(direct.low[index] ?? [])])
          expect([...(hours.high[index] ?? [])]).toEqual([...(direct.high[index] ?? [])])
          for (const [i, mean] of (hours.mean[index] ?? []).entries()) if (!Number.isNaN(mean)) expect(mean >= (hours.low[index]?.[i] ?? 0) && mean <= (hours.high[index]?.[i] ?? 0)).toBe(true)
        }
        expect([...hours.throttle].map((set) => hours.throttleSets[set])).toEqual([...direct.throttle].map((set) => direct.throttleSets[set]))
      }),
    )
  })
})

describe('stored units', () => {
  test('readings come back without the dust of binary fractions', () => {
    const values: [string, number][] = [['utilisation', 0.37], ['powerW', 31.27], ['temperatureC', -12.5], ['memoryUsedBytes', 4 * 2 ** 40], ['pcieGeneration', 5], ['fan', 0.392]]
    for (const [id, value] of values) {
      const index = metricIds.findIndex((metric) => metric === id)
      expect(fromUnits(index, toUnits(index, value))).toBe(value)
    }
    expect([null, undefined, Number.NaN, Number.POSITIVE_INFINITY, 1e300].map((value) => fromUnits(0, toUnits(0, value)))).toEqual([null, null, null, null, null])
  })

  test('a card with nothing to do is not throttled', () => {
    expect(throttleOf(sample(0, { throttle: ['gpu_idle', 'sw_power_cap'] }))).toEqual(['sw_power_cap'])
    expect(throttleOf(sample(0, { throttle: null }))).toEqual([])
  })
})

describe('steps', () => {
  test('fit the points, are whole multiples of what exists, and a level holds them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 1e12 }), fc.integer({ min: 10, max: 5000 }), fc.constantFrom(...historyLevels.map((level) => level.stepSeconds)), (width, points, finest) => {
        const step = chooseStep(width, { points }, finest)
        expect(step % finest).toBe(0)
        expect(width / 1000 / step).toBeLessThanOrEqual(points)
        expect(step % levelFor(step).stepSeconds).toBe(0)
        expect(levelFor(step).stepSeconds).toBeGreaterThanOrEqual(finest)
      }),
    )
    expect(chooseStep(1000, { stepSeconds: 25, points: 10 }, 10)).toBe(30)
  })

  test('every level is a multiple of the one before, and so is what becomes one chunk', () => {
    for (const [i, level] of levels.entries()) {
      expect(level.chunkSeconds % level.stepSeconds).toBe(0)
      const next = levels[i + 1]
      if (next) expect([next.stepSeconds % level.stepSeconds, next.chunkSeconds % level.chunkSeconds]).toEqual([0, 0])
    }
  })
})

describe('energy', () => {
  function total(seconds: number, values: (n: number) => { powerW: number | null; counterJ: number | null }, spanMs = 1000): { joules: number; tenths: number } {
    let memory: EnergyMemory | null = null
    const sum = { joules: 0, tenths: 0 }
    for (let n = 0; n <= seconds; n++) {
      const step = addEnergy(memory, { steadyMs: n * spanMs, ...values(n) })
      memory = step.memory
      sum.joules += step.joules
      sum.tenths += step.knownTenths
    }
    return sum
  }

  test('watts over time, with nothing lost to rounding', () => {
    const { joules, tenths } = total(36_000, () => ({ powerW: 0.33, counterJ: null }))
    expect(Math.abs(joules - 11_880)).toBeLessThanOrEqual(1)
    expect(Math.abs(tenths - 360_000)).toBeLessThanOrEqual(1)
  })

  test('the card\'s own counter where it agrees, the watts where it stands still, jumps or starts again', () => {
    expect(total(1000, (n) => ({ powerW: 100, counterJ: 104 * n })).joules).toBeGreaterThan(103_500)
    expect(total(1000, () => ({ powerW: 100, counterJ: 7 })).joules).toBe(100_000)
    expect(total(1000, (n) => ({ powerW: 100, counterJ: n === 500 ? 1e12 : 100 * n })).joules).toBe(100_000)
    expect(total(1000, (n) => ({ powerW: 100, counterJ: 100 * (n % 400) })).joules).toBe(100_000)
    expect(total(1000, (n) => ({ powerW: null, counterJ: 100 * n })).joules).toBe(100_000)
  })

  test('a gap is not bridged, unknown watts are unknown, and a reader asked every ten seconds has no gaps', () => {
    expect(total(2, (n) => ({ powerW: 100, counterJ: 100 * n }), 20_000)).toEqual({ joules: 0, tenths: 0 })
    expect(total(10, (n) => ({ powerW: n < 5 ? 100 : null, counterJ: null }))).toEqual({ joules: 400, tenths: 40 })
    expect(total(10, () => ({ powerW: 100, counterJ: null }), 10_000)).toEqual({ joules: 9000, tenths: 900 })
  })
})

test('the clock is believed only after an hour without a jump, over restarts too', () => {
  let { memory } = watchClock(null, { at: 0, steadyMs: 0 })
  for (let n = 1; n <= 3000; n++) memory = watchClock(memory, { at: n * 1000, steadyMs: n * 1000 }).memory
  memory = watchClock({ ...memory, steadyMs: null }, { at: 10_000_000, steadyMs: 5 }).memory
  expect(memory.trustedForMs).toBe(3_000_000)
  expect(watchClock(memory, { at: 10_002_000, steadyMs: 1005 })).toMatchObject({ jumpMs: null })
  expect(watchClock(memory, { at: 9_000_000, steadyMs: 1005 })).toMatchObject({ jumpMs: -1_001_000, memory: { trustedForMs: 0 } })
  expect(watchClock({ ...memory, steadyMs: null }, { at: 9e11, steadyMs: 5 })).toMatchObject({ jumpMs: null, memory: { trustedForMs: 0 } })
})
