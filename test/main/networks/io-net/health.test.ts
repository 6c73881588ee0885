/** What is said of whether the network lasts, and how its estimate moves as asked. */
import { expect, test } from 'vitest'
import { estimateWorker } from '../../../../main/networks/io-net/estimate.ts'
import { network } from '../../../../main/networks/io-net/index.ts'
import listedModels from '../../../../main/networks/io-net/listed-models.json' with { type: 'json' }
import { modelOf } from '../../../../main/networks/io-net/model-use.ts'
import { readGpuName, withoutCores } from '../../../../shared/gpu-names.ts'
import { at, gpuTable } from '../../earnings/estimating.ts'
import { estimateSubject, healthSubject, live, recorded, told } from './subject.ts'

const market = live(recorded('market-snapshot.json'))
const by = (figures: { id: string }[], id: string): any => figures.find((one) => one.id === id)

test('everything asked: hires and what customers pay lead', () => {
  const { figures, sentence } = network.health(healthSubject({ value: told('network-info', 'clusters', 'earnings-by-day'), market }))
  expect(by(figures, 'utilisation')).toMatchObject({ value: 642 / 681, origin: 'live' })
  expect(by(figures, 'active-leases')).toMatchObject({ value: 42, unit: 'clusters' })
  expect(by(figures, 'gpus-active')).toMatchObject({ value: 1446, origin: 'live' })
  expect(sentence).toBe('1,446 GPUs are active, of 1,060,000 ever entered; 94 % of the listed ones are hired; customers pay about 11,000 USD a day. What a supplier gets of it is not published.')
})

test('today is not over: it is no part of the mean nor of the past', () => {
  const { figures } = network.health(healthSubject({ value: told('earnings-by-day') }))
  expect(by(figures, 'revenue-usd-day').value).toBeCloseTo((10_000 + 11_000 + 12_000.5) / 3, 9)
  expect(by(figures, 'revenue-usd-day').trend).toHaveLength(3)
})

test('nothing asked: the count of a day in October is bundled, marked so; what is not known says why', () => {
  const { figures, sentence, missing, models } = network.health(healthSubject())
  expect(by(figures, 'gpus-active')).toMatchObject({ value: 1446, origin: 'bundled', takenAt: Date.parse('2026-10-01'), isStale: true })
  expect(by(figures, 'utilisation')).toMatchObject({ value: null, confidence: 'none' })
  expect(sentence).toMatch(/were active by a dated count/)
  expect(missing.join(' ')).toMatch(/What a supplier is paid/)
  expect(models).toEqual([])
})

test('the few models that are bundled say nothing of the whole network', () => {
  const { figures, models } = network.health(healthSubject({ market: live(recorded('market-snapshot.json'), { origin: 'bundled' }) }))
  expect(by(figures, 'utilisation')).toMatchObject({ value: null, note: expect.stringMatching(/only a few models/) })
  expect(models[0]?.utilisation).toBeCloseTo(616 / 617, 12)
})

test('use by device: GPUs alone, the most first, with prices from cheapest to dearest product', () => {
  const { models } = network.health(healthSubject({ market }))
  expect(models.map(({ listed, model, total, used }) => ({ listed, model, total, used }))).toEqual([
    { listed: 'GeForce RTX 4090', model: 'GeForce RTX 4090', total: 617, used: 616 },
    { listed: 'A100-SXM4-80GB', model: 'A100 SXM4 80 GB', total: 50, used: 25 },
    { listed: 'GeForce RTX 5090', model: 'GeForce RTX 5090', total: 10, used: 0 },
    { listed: 'Tesla T4', model: 'Tesla T4', total: 4, used: 1 },
  ])
  expect(models[1]?.price).toEqual({ low: 0.8, middle: 1.1, high: 1.2 })
  expect(models[3]?.price).toBeNull()
})

test('more hired than there are counts as all; a device that is listed twice is one', () => {
  const row = { hardware_name: 'GeForce RTX 4090', price: 0.25, type: 'GPU', total: 10, hired: 40 }
  const { models, figures } = network.health(healthSubject({ market: live({ data: [row, { ...row, price: 0.5, total: 30, hired: 0 }] }) }))
  expect(models).toHaveLength(1)
  expect(models[0]).toMatchObject({ total: 40, used: 10, utilisation: 0.25, price: { low: 0.25, high: 0.5 } })
  expect(by(figures, 'utilisation').value).toBe(0.25)
})

test('the schedule ended with the engine, and no cliff is known', () => {
  const { emission } = network.health(healthSubject())
  expect(emission.map(({ to, cliff }) => ({ to, cliff }))).toEqual([{ to: Date.parse('2026-06-11'), cliff: null }, { to: null, cliff: null }])
  expect(emission[1]?.from).toBe(Date.parse('2026-06-11'))
  expect(at).toBeGreaterThan(emission[1]?.from ?? Infinity)
})

test('every listed name leads to a row of the table', () => {
  for (const { model } of listedModels.models) expect(gpuTable.byModel(model), model).not.toBeNull()
  for (const facts of gpuTable.rows.filter((row) => row.vendor === 'nvidia' || row.vendor === 'apple')) {
    expect(listedModels.models.find((one) => one.model === facts.model)?.names, facts.model).toEqual([...new Set([facts.model, ...facts.aliases].map((name) => withoutCores(readGpuName(name).core)))])
  }
  expect(modelOf('H100 80GB HBM3')).toBe('H100 SXM5 80 GB')
  expect(modelOf('Something 9000')).toBeNull()
})

test('twice the use is all of the time at most, twice the price twice the pay; the spans hold the present', () => {
  const of = (factors = {}) => estimateWorker(estimateSubject('GeForce RTX 4090', recorded('market-snapshot.json'), factors))
  expect(of({ utilisation: 2 }).busy.hopeful).toBe(1)
  expect(of({ utilisation: 0.5 }).busy.hopeful).toBeCloseTo(616 / 617 / 2, 12)
  expect(of({ 'pay-rate': 2 }).lines[0]?.usdPerDay.hopeful).toBeCloseTo((of().lines[0]?.usdPerDay.hopeful ?? NaN) * 2, 9)
  expect(of({ 'pay-rate': 2 }).inputs.find((input) => input.id === 'list-price')).toMatchObject({ value: 0.7, origin: 'user', note: 'doubled for this question' })
  for (const { low, high } of of().spans ?? []) expect(low <= 1 && high >= 1).toBe(true)
  expect(of().spans?.find((span) => span.lever === 'pay-rate')?.low).toBeCloseTo(0.25 / 0.35, 12)
})

test('a price of 0 or in another currency is no price', () => {
  const priced = (change: object) => estimateWorker(estimateSubject('GeForce RTX 4090', { data: [{ hardware_name: 'GeForce RTX 4090', price: 0.25, type: 'GPU', total: 10, hired: 5, ...change }] }))
  expect(priced({ price: 0 }).reasons.join(' ')).toMatch(/gives no price/)
  expect(priced({ currency: 'EUR' }).reasons.join(' ')).toMatch(/gives no price/)
  expect(priced({ currency: 'usd' }).lines[0]?.usdPerDay.hopeful).toBeCloseTo(3, 9)
})
