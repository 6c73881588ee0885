/** What is said of whether the network lasts: from live answers, from bundled figures, from neither, and from hostile ones. */
import { expect, test } from 'vitest'
import { network } from '../../../../main/networks/akash/index.ts'
import listedModels from '../../../../main/networks/akash/listed-models.json' with { type: 'json' }
import { modelOf } from '../../../../main/networks/akash/model-use.ts'
import { priceNames } from '../../../../main/networks/akash/cards.ts'
import { cardOfModel } from '../../../../main/earnings/cards.ts'
import type { EstimateInput } from '../../../../shared/earnings.ts'
import type { NetworkFigure } from '../../../../shared/network-health.ts'
import { at, gpuTable } from '../../earnings/estimating.ts'
import { healthSubject, live, recorded, told } from './subject.ts'

const all = told('capacity', 'dashboard', 'graphs', 'burn-mint', 'chain')
const market = live(recorded('gpu-prices-with-breakdown.json'))
const by = (figures: NetworkFigure[], id: string): NetworkFigure | undefined => figures.find((one) => one.id === id)

test('everything asked: use and revenue lead, each figure with source, date and past', () => {
  const { figures, sentence, missing } = network.health(healthSubject({ value: all, market }))
  expect(figures[0]?.id).toBe('utilisation')
  expect(figures.map((one) => one.group)).toEqual([...figures.map((one) => one.group)].sort((one, other) => ['use', 'revenue', 'supply', 'token'].indexOf(one) - ['use', 'revenue', 'supply', 'token'].indexOf(other)))
  expect(by(figures, 'utilisation')).toMatchObject({ value: 320 / 421, unit: 'share', origin: 'live', isStale: false, trend: [{ value: expect.closeTo(0.742, 9) }, { value: expect.closeTo(0.751, 9) }] })
  expect(by(figures, 'active-leases')).toMatchObject({ value: 1234, takenAt: Date.parse('2026-11-23T10:00:00Z'), trend: [{ value: 1180 }, { value: 1200 }] })
  expect(by(figures, 'revenue-usd-day')).toMatchObject({ value: 7800, unit: 'USD/day' })
  expect(by(figures, 'providers')?.value).toBe(62)
  expect(by(figures, 'blocks-per-hour')?.value).toBeCloseTo(608.79, 2)
  expect(by(figures, 'bid-deposit')?.value).toBe(0.5)
  expect(by(figures, 'burned-day')?.value).toBe(9500)
  for (const one of figures) if (one.value !== null) expect(one.source?.url, one.id).toMatch(/^https:/)
  expect(sentence).toBe('76 % of some 421 GPUs are leased, and tenants spend about 7,800 USD a day on 1,234 leases. A provider is paid by tenants alone.')
  expect(missing.some((text) => text.includes('HomeNode'))).toBe(true)
})

test('use by model: the last day where a model has one row, its own counts where it has several, and what has no price', () => {
  const { models, modelsSource } = network.health(healthSubject({ market }))
  expect(models.map(({ listed, model, total, used, utilisation }) => ({ listed, model, total, used, utilisation }))).toEqual([
    { listed: 'a100 80 GiB SXM4', model: 'A100 SXM4 80 GB', total: 40, used: 10, utilisation: 0.25 },
    { listed: 'a100 40 GiB SXM4', model: 'A100 SXM4 40 GB', total: 10, used: 5, utilisation: 0.5 },
    { listed: 'rtx4090 24 GiB PCIe', model: 'GeForce RTX 4090', total: 8, used: 2, utilisation: 0.25 },
    { listed: 'l40s', model: 'L40S', total: 4, used: 4, utilisation: 1 },
  ])
  expect(models[2]).toMatchObject({ price: { low: 0.28, middle: 0.33, high: 0.49 }, trend: [{ value: 1 }, { value: 0.25 }] })
  expect(models[3]?.price).toBeNull()
  expect(modelsSource?.origin).toBe('live')
})

test('the console\'s price stands beside the cross-checked one, and is no further opinion', () => {
  const tokenUsd = (symbol: string): EstimateInput => ({ id: 'x', label: symbol, value: 0.712, unit: 'USD', origin: 'live', source: { url: 'https://example.org', date: null }, takenAt: at, confidence: 'high', stale: false })
  const { figures } = network.health(healthSubject({ value: told('market-data'), tokenUsd }))
  expect(by(figures, 'token-price-akt')).toMatchObject({ value: 0.712 })
  expect(by(figures, 'console-price-akt')).toMatchObject({ value: 0.7104, group: 'token', note: expect.stringMatching(/CoinGecko's voice.*; -1\.96 % in 24 hours/) })
  expect(by(figures, 'volume-usd-day')).toMatchObject({ value: 5_120_345.5, unit: 'USD/day', group: 'token' })
  expect(by(figures, 'market-cap')).toMatchObject({ value: 203_456_789, note: 'by CoinGecko; place 214 of all tokens' })
})

test('nothing asked: dated figures that are bundled, marked so; the recorded price list is believed before a count of others', () => {
  const bundled = live({ availability: { total: 419, available: 215 }, models: [] }, { origin: 'bundled', takenAt: Date.parse('2026-08-01'), stale: true })
  const { figures, sentence } = network.health(healthSubject({ market: bundled }))
  expect(by(figures, 'utilisation')).toMatchObject({ value: 204 / 419, origin: 'bundled', isStale: true, note: expect.stringContaining('2026-10-01') })
  expect(by(figures, 'revenue-usd-day')).toMatchObject({ value: 7800, origin: 'bundled', takenAt: Date.parse('2026-10-01') })
  expect(by(figures, 'active-leases')).toMatchObject({ value: null, confidence: 'none', note: expect.stringMatching(/not been asked/) })
  expect(sentence).toMatch(/were leased.*by dated figures/)
  expect(by(network.health(healthSubject()).figures, 'utilisation')).toMatchObject({ value: 0.78, origin: 'bundled' })
})

test('without graphs the past is what was kept here, else the day before', () => {
  const kept = [{ at: at - 2, value: 7000 }, { at: at + 1e9, value: 1 }, { at: at - 1, value: NaN }]
  const { figures } = network.health(healthSubject({ value: told('dashboard'), kept: (id) => (id === 'providers' ? kept : []) }))
  expect(by(figures, 'revenue-usd-day')?.trend.map((point) => point.value)).toEqual([7500, 7800])
  expect(by(figures, 'providers')?.trend).toEqual([{ at: at - 2, value: 7000 }])
})

test('days of next year have not happened: neither for the share leased nor for a past', () => {
  const raw = recorded('gpu-prices-with-breakdown.json')
  const future = { ...raw, gpuBreakdown: [...raw.gpuBreakdown, { date: '2027-11-22', vendor: 'nvidia', model: 'rtx4090', totalGpus: 8, leasedGpus: 8, gpuUtilization: '100.00' }] }
  const { models } = network.health(healthSubject({ market: live(future) }))
  expect(models.find((one) => one.listed.startsWith('rtx4090'))).toMatchObject({ used: 2, trend: [{ value: 1 }, { value: 0.25 }] })
})

test('a day that is given twice counts once; two spellings of one model are one', () => {
  const raw = recorded('gpu-prices-with-breakdown.json')
  const day = { date: '2026-11-22', vendor: 'nvidia', model: 'l4', totalGpus: 10, leasedGpus: 5, gpuUtilization: '50.00' }
  const { models } = network.health(healthSubject({ market: live({ ...raw, gpuBreakdown: [...raw.gpuBreakdown, day, { ...day }, { ...day, model: 'L4', totalGpus: 10, gpuUtilization: '100.00' }] }) }))
  expect(models.find((one) => one.listed === 'l4')).toMatchObject({ total: 20, used: 15, utilisation: 0.75, model: 'L4' })
})

test('leases are what the console says: a node counts the ones it hands out', () => {
  const { figures, missing } = network.health(healthSubject({ value: told('chain') }))
  expect(by(figures, 'active-leases')).toMatchObject({ value: null, confidence: 'none' })
  expect(by(figures, 'bid-deposit')).toMatchObject({ value: 0.5, origin: 'live' })
  expect(missing.some((text) => text.startsWith('Active leases: the console has not been asked'))).toBe(true)
})

test('a collateral of 0 with no ACT out halts nothing', () => {
  const source = network.sources.find((one) => one.id === 'akash/burn-mint')
  const value = source?.parse({ now: { collateralRatio: 0, outstandingAct: 0, dailyNetAktBurned: 0 } })
  const { figures } = network.health(healthSubject({ value: (id) => (id === 'akash/burn-mint' ? { value, origin: 'live', source: { url: 'https://example.org', date: null }, takenAt: at, isStale: false } : null) }))
  expect(by(figures, 'collateral-ratio')).toMatchObject({ value: null, note: expect.stringMatching(/no ACT is out/) })
})

test('a collateral under the thresholds is said', () => {
  const burnMint = (ratio: number) => network.health(healthSubject({ value: (id) => (id === 'akash/burn-mint' ? { value: { at, collateralRatio: ratio, outstandingAct: null, vaultAkt: null, netAktBurnedPerDay: null }, origin: 'live', source: { url: 'https://example.org', date: null }, takenAt: at, isStale: false } : null) }))
  expect(by(burnMint(0.9).figures, 'collateral-ratio')?.note).toMatch(/halted\. Leases are then settled in AKT/)
  expect(by(burnMint(0.93).figures, 'collateral-ratio')?.note).toMatch(/network warns; at 0\.9/)
  expect(by(burnMint(1.4).figures, 'collateral-ratio')?.note).toMatch(/warns at 0\.95/)
})

test('the schedule has its cliff at the end of the year', () => {
  const { emission } = network.health(healthSubject())
  expect(emission.map((period) => period.to)).toEqual([Date.parse('2026-03-23'), Date.parse('2026-12-31')])
  expect(emission[1]?.cliff).toMatch(/left its chain/)
})

test('every listed name leads to a row of the table, and each row of the table to its own', () => {
  for (const { model } of listedModels.models) expect(gpuTable.byModel(model), model).not.toBeNull()
  for (const facts of gpuTable.rows.filter((row) => row.vendor === 'nvidia' && !/titan/i.test(row.model))) {
    const known = listedModels.models.find((one) => one.model === facts.model)
    expect(known?.names, facts.model).toEqual(priceNames(cardOfModel(facts)))
  }
  expect(modelOf('a100', 80, 'SXM4')).toBe('A100 SXM4 80 GB')
  expect(modelOf('a100', null, null)).toBeNull()
  expect(modelOf('rtx4060ti', 16, 'PCIe')).toBe('GeForce RTX 4060 Ti 16 GB')
  expect(modelOf('nothing', 1, null)).toBeNull()
})

test('five years of days are thinned before they are kept, and still tell the last one', async () => {
  const gpuBreakdown = Array.from({ length: 2000 }, (_, index) => ({ date: new Date(at - (2000 - index) * 86_400_000).toISOString(), vendor: 'nvidia', model: 'rtx4090', totalGpus: 8, leasedGpus: 2, gpuUtilization: index === 1999 ? '25.00' : '100.00' }))
  const raw: any = await network.market?.readMarket((ask) => Promise.resolve(ask.url.includes('breakdown') ? gpuBreakdown : recorded('gpu-prices.json')))
  expect(raw.gpuBreakdown.length).toBe(120)
  expect(network.health(healthSubject({ market: live(raw) })).models.find((one) => one.listed.startsWith('rtx4090'))?.utilisation).toBe(0.25)
  const without: any = await network.market?.readMarket((ask) => (ask.url.includes('breakdown') ? Promise.reject(new Error('too large')) : Promise.resolve(recorded('gpu-prices.json'))))
  expect(without.gpuBreakdown).toBeNull()
})
