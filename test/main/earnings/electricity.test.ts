/** What electricity an estimate reckons with, and that it says where each watt and cent is from. */
import { describe, expect, test } from 'vitest'
import { planPower, type PowerQuestion } from '../../../main/earnings/electricity.ts'
import type { Tariffs } from '../../../main/earnings/tariffs.ts'
import type { BenchmarkResult } from '../../../shared/benchmark.ts'
import { defaultSettings, type Settings } from '../../../shared/settings.ts'
import { at, gpu, gpuTable, markets } from './estimating.ts'

const facts = gpuTable.byModel('GeForce RTX 4090')
function plan(change: Partial<PowerQuestion> & { set?: Partial<Settings> } = {}) {
  const { set, ...rest } = change
  return planPower({ gpus: [], facts, count: 1, takesWholeMachine: false, results: {}, settings: { ...defaultSettings, ...set }, overrides: {}, markets: markets(), at, ...rest })
}
const origins = (found: ReturnType<typeof plan>): Record<string, string> => Object.fromEntries(found?.inputs.map((input) => [input.id, input.origin]) ?? [])
const result = (gpuId: string, workW: number | null, waitW: number | null): BenchmarkResult => ({
  gpuId, gpuName: '', startedAt: at - 1000, endedAt: at, mode: 'quick', driverVersion: null, results: [], power: { workW, waitW }, verdict: 'unknown', reasons: [],
})

describe('watts', () => {
  test('nothing measured: board power and a tenth of it, marked as assumed', () => {
    expect(plan()).toMatchObject({ wattsWork: 450, wattsWait: 45, hostWatts: 0 })
    expect(origins(plan())).toMatchObject({ 'watts-work': 'assumed', 'watts-wait': 'assumed', 'board-power': 'bundled' })
  })

  test('measured: the mean over the cards, and board power only for what was not measured', () => {
    const gpus = [gpu('GeForce RTX 4090', { id: 'a' }), gpu('GeForce RTX 4090', { id: 'b' })]
    const both = plan({ gpus, results: { a: result('a', 400, 20), b: result('b', 420, 30) } })
    expect(both).toMatchObject({ wattsWork: 410, wattsWait: 25 })
    expect(origins(both)).toMatchObject({ 'watts-work': 'measured', 'watts-wait': 'measured' })
    expect(origins(both)['board-power']).toBeUndefined()
    expect(plan({ gpus, results: { a: result('a', 400, null) } })).toMatchObject({ wattsWork: 400, wattsWait: 45 })
  })

  test("a laptop's own limit counts for more than a nominal figure; an unknown card's limit is all there is", () => {
    const laptop = gpuTable.byModel('GeForce RTX 4070 Mobile')
    expect(plan({ facts: laptop, gpus: [gpu('GeForce RTX 4070 Mobile', { powerLimitDefaultW: 80 })] })?.wattsWork).toBe(80)
    expect(plan({ facts: null, gpus: [gpu('Quadro P400', { powerLimitDefaultW: 30 })] })?.wattsWork).toBe(30)
    expect(plan({ facts: null })).toBeNull()
  })

  test('calibration, and what exists once per machine is divided by the cards', () => {
    const set = { wallPowerFactor: 1.1, wallPowerOffsetW: 20 }
    expect(plan({ set, count: 4 })?.wattsWork).toBeCloseTo(450 * 1.1 + 5, 9)
    expect(plan({ takesWholeMachine: true, count: 4 })?.hostWatts).toBe(15)
    expect(plan({ takesWholeMachine: true, count: 2, set: { hostPowerW: 100 } })?.hostWatts).toBe(50)
    expect(origins(plan({ takesWholeMachine: true }))['host-power']).toBe('assumed')
    expect(plan({ set: { wallPowerOffsetW: -500 } })?.wattsWait).toBe(0)
  })

  test('cards of other models that could take part carry their share, and that is said', () => {
    const mixed = plan({ takesWholeMachine: true, count: 1, sharing: 3, set: { wallPowerOffsetW: 30 } })
    expect(mixed).toMatchObject({ hostWatts: 20, wattsWork: 460 })
    expect(mixed?.inputs.find((input) => input.id === 'host-power')?.note).toBe('assumed until set; shared by the 3 cards of the machine that could take part')
    expect(plan({ takesWholeMachine: true, count: 1 })?.inputs.find((input) => input.id === 'host-power')?.note).toBe('assumed until set; one card carries it')
  })

  test('explicit watts are wall figures and replace all of it', () => {
    const found = plan({ overrides: { wattsWork: 500, wattsWait: 0 }, takesWholeMachine: true, set: { wallPowerFactor: 2, wallPowerOffsetW: 50 } })
    expect(found).toMatchObject({ wattsWork: 500, wattsWait: 0, hostWatts: 0 })
    expect(Object.keys(origins(found)).sort()).toEqual(['usd-per-kwh', 'watts-wait', 'watts-work'])
    expect(plan({ facts: null, overrides: { wattsWork: 500 } })).toMatchObject({ wattsWork: 500, wattsWait: 50 })
    expect(plan({ overrides: { wattsWait: 10 } })).toMatchObject({ wattsWork: 450, wattsWait: 10 })
    expect(plan({ facts: null, overrides: { wattsWait: 10 } })).toBeNull()
  })
})

describe('price', () => {
  test('given for this estimate, then set, then assumed and dated', () => {
    expect(plan({ overrides: { usdPerKwh: -0.02 }, set: { electricityPricePerKwh: 0.4 } })?.usdPerKwh).toBe(-0.02)
    expect(plan({ set: { electricityPricePerKwh: 0.4 } })?.usdPerKwh).toBe(0.4)
    const assumed = plan()?.inputs.find((input) => input.id === 'usd-per-kwh')
    expect(assumed).toMatchObject({ origin: 'assumed', value: 0.1872, confidence: 'low' })
    expect(assumed?.source?.date).toBe('2026-04-26')
  })

  test('a tariff: the mean over the coming week, how it came about, and the date', () => {
    const week = { perKwh: 0.25, least: 0.1, greatest: 0.4, how: 'mean of your weekly table; lowest 0.1, highest 0.4 EUR', remarks: ['Dated prices are known to 2026-11-24 00:00; the weekly table holds after.'] }
    const asked: number[][] = []
    const tariffs = { mean: (from: number, to: number) => (asked.push([from, to]), week) } as unknown as Tariffs
    const found = plan({ tariffs, set: { tariffKind: 'weekly', currency: 'EUR', usdPerCurrencyUnit: 1.2 } })
    expect(found?.usdPerKwh).toBeCloseTo(0.3, 12)
    expect(asked).toEqual([[at, at + 168 * 3_600_000]])
    expect(found?.inputs.find((input) => input.id === 'usd-per-kwh')).toMatchObject({
      origin: 'user', takenAt: at,
      note: '0.25 EUR: mean of your weekly table; lowest 0.1, highest 0.4 EUR; round the clock over the coming seven days; dated prices are known to 2026-11-24 00:00; the weekly table holds after',
    })
    expect(plan({ tariffs, overrides: { usdPerKwh: 0.1 }, set: { tariffKind: 'weekly' } })?.usdPerKwh).toBe(0.1)
    expect(plan({ tariffs, set: { electricityPricePerKwh: 0.4 } })?.usdPerKwh, 'fixed').toBe(0.4)
    expect(plan({ tariffs: { mean: () => null } as unknown as Tariffs, set: { tariffKind: 'dated' } })?.inputs.find((input) => input.id === 'usd-per-kwh')?.origin).toBe('assumed')
  })

  test('another currency is converted by a dated rate, or by the user\'s own', () => {
    const euro = plan({ set: { electricityPricePerKwh: 0.3, currency: 'EUR' } })
    expect(euro?.usdPerKwh).toBeCloseTo(0.3 / 0.89087, 12)
    expect(euro?.inputs.find((input) => input.id === 'currency-rate')).toMatchObject({ origin: 'bundled', stale: true })
    expect(plan({ set: { electricityPricePerKwh: 0.3, currency: 'EUR', usdPerCurrencyUnit: 1.2 } })?.usdPerKwh).toBeCloseTo(0.36, 12)
  })
})
