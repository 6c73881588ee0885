/** "What if": share leased and prices move as asked, no further than they can, and the spans come from the network itself. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cardOfModel } from '../../../../main/earnings/cards.ts'
import { estimateProgramme } from '../../../../main/earnings/estimate-programme.ts'
import type { Markets } from '../../../../main/earnings/markets.ts'
import { bidDeposits } from '../../../../main/networks/akash/bid-deposits.ts'
import { estimateHomeNode, estimateProvider } from '../../../../main/networks/akash/estimate.ts'
import { network } from '../../../../main/networks/akash/index.ts'
import type { AkashMarket } from '../../../../main/networks/akash/market.ts'
import type { EstimateSubject, KeptValue } from '../../../../main/networks/network.ts'
import { defaultSettings } from '../../../../shared/settings.ts'
import { at, gpuTable, markets } from '../../earnings/estimating.ts'
import { estimateSubject, recorded } from './subject.ts'

const raw = recorded('gpu-prices.json')
const of = (factors = {}) => estimateProvider(estimateSubject('GeForce RTX 4090', raw, factors))

test('twice the use is all of the time at most; twice the price is twice the pay', () => {
  expect(of().busy.expected).toBeCloseTo(0.6, 12)
  const used = of({ utilisation: 2 })
  expect(used.busy).toEqual({ cautious: 0.5, expected: 1, hopeful: 1 })
  expect(used.inputs.find((input) => input.id === 'utilisation')).toMatchObject({ value: 1, origin: 'user', note: '3 of 5 cards on the network; doubled for this question' })
  const paid = of({ 'pay-rate': 2 })
  expect(paid.lines[0]?.usdPerDay.expected).toBeCloseTo(2 * 4.752, 9)
  expect(paid.payWhenAlwaysBusy).toBeCloseTo(2 * 7.92, 9)
  expect(paid.inputs.find((input) => input.id === 'price-max')).toMatchObject({ value: 0.98, origin: 'user', note: 'doubled for this question' })
  expect(of({ speed: 3 })).toEqual(of())
  expect(of({ utilisation: 0 }).lines[0]?.usdPerDay).toEqual({ cautious: 0, expected: 0, hopeful: 0 })
  expect(estimateHomeNode(estimateSubject('GeForce RTX 4090', raw, { 'pay-rate': 0.5 })).lines[0]?.usdPerDay.hopeful).toBeCloseTo(2.376, 9)
})

test('spans: prices from lowest to highest, use from half to a quarter more, nothing by speed', () => {
  expect(of().spans?.map(({ lever, low, high }) => ({ lever, low, high }))).toEqual([
    { lever: 'utilisation', low: 0.5, high: 1.25 },
    { lever: 'pay-rate', low: 0.28 / 0.33, high: 0.49 / 0.33 },
    { lever: 'speed', low: 1, high: 1 },
  ])
  expect(estimateProvider(estimateSubject('Tesla T4', raw)).spans?.map((span) => span.lever)).toEqual(['utilisation', 'speed'])
})

test('whatever is asked, shares stay shares, the scenarios stay ordered and the spans hold the present', () => {
  const factor = fc.double({ min: 0, max: 1000, noNaN: true })
  fc.assert(
    fc.property(factor, factor, (utilisation, rate) => {
      const { busy, lines, spans } = of({ utilisation, 'pay-rate': rate })
      const paid = lines[0]?.usdPerDay
      expect(Math.max(busy.cautious ?? 2, busy.expected ?? 2, busy.hopeful ?? 2)).toBeLessThanOrEqual(1)
      expect(paid?.cautious ?? NaN).toBeLessThanOrEqual(paid?.expected ?? NaN)
      expect(paid?.expected ?? NaN).toBeLessThanOrEqual(paid?.hopeful ?? NaN)
      for (const { low, high } of spans ?? []) expect(low <= 1 && high >= 1).toBe(true)
    }),
    { numRuns: 200 },
  )
})

test('a price in another currency, and one of 0, are no price, and it is said', () => {
  const priced = (price: unknown) => estimateProvider(estimateSubject('GeForce RTX 4090', { availability: { total: 10, available: 5 }, models: [{ vendor: 'nvidia', model: 'rtx4090', ram: '24Gi', interface: 'PCIe', availability: { total: 10, available: 5 }, price }] }))
  expect(priced({ currency: 'EUR', min: 1, weightedAverage: 1, max: 1 }).reasons[0]).toBe('The price list names the GeForce RTX 4090 but gives no price for it: what stands there is in "EUR", not in USD.')
  expect(priced({ currency: 'USD', min: 0, weightedAverage: 0, max: 0 }).reasons[0]).toMatch(/what stands there is 0/)
  expect(priced({ currency: 'USD', min: 0, weightedAverage: 0.3, max: 0.4 }).reasons.join(' ')).toMatch(/leaves out min/)
})

test('bids lock up what the chain asks for, as it was last told, else as it was once seen there', () => {
  const deposit = (change: Partial<EstimateSubject<AkashMarket>>) => {
    const { capital, inputs } = bidDeposits({ ...estimateSubject('GeForce RTX 4090', recorded('gpu-prices.json')), ...change })
    return { ...capital[0], input: inputs.find((input) => input.id === 'bid-deposit') }
  }
  const chain = (bidDepositAkt: number | null): KeptValue => ({ value: { at, height: 1, blocksPerHour: null, bidDepositAkt, bidDepositAct: null, marketVersion: null }, origin: 'live', source: { url: 'https://example.org', date: null }, takenAt: at, isStale: false })
  expect(deposit({})).toMatchObject({ amount: 5, why: expect.stringMatching(/^0\.5 AKT .* 10 bids/), input: { value: 0.5, origin: 'bundled', takenAt: Date.parse('2026-09-28T16:18:42Z'), stale: false } })
  expect(deposit({ value: (id) => (id === 'akash/chain' ? chain(2) : null) })).toMatchObject({ amount: 20, why: expect.stringMatching(/^2 AKT/), source: { url: 'https://example.org' }, input: { value: 2, origin: 'live', takenAt: at } })
  expect(deposit({ value: () => chain(null) })).toMatchObject({ amount: 5, input: { origin: 'bundled' } })
})

test('the deposit that the chain tells reaches the capital of a whole estimate', () => {
  const provider = network.programmes.find((one) => one.id === 'akash/provider')
  if (!provider) throw new Error('no provider')
  const facts = gpuTable.byModel('GeForce RTX 4090')
  if (!facts) throw new Error('no card')
  const card = cardOfModel(facts)
  const chain = { height: 1, blocksPerHour: null, bidDepositAkt: 2, bidDepositAct: null, marketVersion: null, at }
  const told: Markets = { ...markets(), value: (id) => (id === 'akash/chain' ? { value: chain, origin: 'live', source: { url: 'https://example.org', date: null }, takenAt: at, isStale: false } : null) }
  const capitalOf = (known: Markets) => estimateProgramme(network, provider, { at, card, count: 1, gpusInMachine: 1, modelsInMachine: 1, machine: null }, [], { markets: known, results: {}, settings: defaultSettings, overrides: {} }).capital[0]?.amount
  expect(capitalOf(told)).toBe(20)
  expect(capitalOf(markets())).toBe(5)
})
