/** What an hour is worth before power: with the estimate's own price it comes back to the estimate, whatever that price is. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compare, type CompareOptions } from '../../../main/earnings/compare.ts'
import { worthOf } from '../../../main/earnings/worth.ts'
import { networks, practice } from '../../../main/networks/index.ts'
import { netOf } from '../../../main/policy/money.ts'
import type { Estimate } from '../../../shared/earnings.ts'
import type { Gpu } from '../../../shared/machine.ts'
import { defaultSettings } from '../../../shared/settings.ts'
import { at, detection, gpu, gpuTable, markets } from './estimating.ts'

const bundled = markets({}, { RENDER: 2, IO: 0.14, AKT: 0.7 })
const compared = (gpus: Gpu[], usdPerKwh: number, more: Partial<CompareOptions> = {}): Estimate[] =>
  compare({ detection: detection(gpus), gpuTable, networks, markets: bundled, results: {}, settings: defaultSettings, overrides: { usdPerKwh }, at, ...more })
const models = ['GeForce RTX 4090', 'GeForce RTX 3090', 'GeForce RTX 3060 12 GB', 'L4', 'H100 SXM5 80 GB', 'Radeon RX 7900 XTX']
const cards = (count: number, of = models): Gpu[] => Array.from({ length: count }, (_, index) => gpu(of[index % of.length] ?? '', { id: `card-${index}` }))

describe('the inverse of the estimate', () => {
  test('for any machine and price, zero and below too: gross less power is its net, in each case', () => {
    let figured = 0
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 5 }), fc.constantFrom(0, -0.05, 0.15, 0.35, 2), fc.constantFrom(null, 0.01), (count, first, usdPerKwh, wearPerHour) => {
        const estimates = compared(cards(count, [...models.slice(first), ...models.slice(0, first)]), usdPerKwh, { settings: { ...defaultSettings, wearPerHour, wallPowerFactor: 1.1, wallPowerOffsetW: 12 } })
        for (const programme of networks.flatMap((network) => network.programmes)) {
          const rows = estimates.filter(({ programmeId }) => programmeId === programme.id)
          const worth = worthOf(rows)
          const known = rows.filter(({ net }) => net.low !== null || net.expected !== null || net.high !== null)
          expect(worth === null, programme.id).toBe(known.length === 0)
          if (worth === null) continue
          figured += 1
          for (const which of ['low', 'expected', 'high'] as const) {
            const sums = known.map((row) => row.lines.reduce<number | null>((sum, line) => (sum === null || line[which] === null ? null : sum + line[which]), 0))
            const gross = worth.grossUsdPerHour[which]
            if (sums.includes(null)) expect(gross).toBeNull()
            else expect((gross ?? Number.NaN) - worth.kwhPerHour[which] * usdPerKwh).toBeCloseTo(known.reduce((sum, row, index) => sum + ((sums[index] ?? Number.NaN) * row.gpuCount) / 24, 0), 9)
          }
          const only = known[0]
          if (known.length === 1 && only) for (const which of ['low', 'expected', 'high'] as const) if (only.net[which] !== null) expect(netOf(worth, which, usdPerKwh)).toBeCloseTo((only.net[which] * only.gpuCount) / 24, 9)
        }
      }),
      { numRuns: 25 },
    )
    expect(figured).toBeGreaterThan(20)
  })
  test('the price of power changes nothing of it', () => {
    const of = (usdPerKwh: number) => worthOf(compared(cards(1), usdPerKwh).filter(({ programmeId }) => programmeId === 'io-net/worker' || programmeId === 'akash/homenode').slice(0, 1))
    const [cheap, dear] = [of(0), of(3)]
    expect(cheap).not.toBeNull()
    expect(dear?.kwhPerHour).toEqual(cheap?.kwhPerHour)
    expect(dear?.grossUsdPerHour).toEqual(cheap?.grossUsdPerHour)
    // 450 W at work, 45 W while waiting, and the rest of the machine where that is taken too.
    expect(cheap?.kwhPerHour.expected).toBeGreaterThan(0.04)
    expect(cheap?.kwhPerHour.expected).toBeLessThan(0.6)
  })
})

describe('what is not known', () => {
  const row = (over: Partial<Estimate>): Estimate => ({ ...(compared(cards(1), 0.2).find(({ net }) => net.expected !== null) as Estimate), ...over })
  test('no row, no figure, no kilowatt-hours: null', () => {
    expect(worthOf([])).toBeNull()
    expect(worthOf([row({ lines: [{ id: 'pay', label: '', kind: 'income', low: null, expected: null, high: null, formula: '', inputs: [] }] })])).toBeNull()
    expect(worthOf([row({ kwhPerDay: { low: null, expected: null, high: null } })])).toBeNull()
    const { kwhPerDay: _left, ...old } = row({})
    expect(worthOf([old])).toBeNull()
  })
  test('a rule of pay that is not published: the hopeful case alone', () => {
    const lines = row({}).lines.map((line) => ({ ...line, expected: null }))
    const worth = worthOf([row({ lines, kwhPerDay: { low: 1, expected: null, high: 4.8 } })])
    expect(worth?.grossUsdPerHour.expected).toBeNull()
    expect(worth?.kwhPerHour).toEqual({ low: expect.any(Number), expected: expect.any(Number), high: expect.closeTo((4.8 * row({}).gpuCount) / 24, 12) })
    expect(Object.values(worth?.kwhPerHour ?? {}).every(Number.isFinite)).toBe(true)
  })
  test('a group of cards without any figure is left out; one without this case makes the sum unknown', () => {
    const none = row({ lines: row({}).lines.map((line) => ({ ...line, low: null, expected: null, high: null })), kwhPerDay: { low: null, expected: null, high: null } })
    expect(worthOf([row({}), none])).toEqual(worthOf([row({})]))
    const noMiddle = row({ lines: row({}).lines.map((line) => ({ ...line, expected: null })) })
    expect(worthOf([row({}), noMiddle])?.grossUsdPerHour).toMatchObject({ expected: null, high: expect.any(Number) })
  })
  test('what is practised with is worth nothing that is known', () => {
    expect(worthOf(compared(cards(1), 0.2, { networks: [practice] }))).toBeNull()
  })
})
