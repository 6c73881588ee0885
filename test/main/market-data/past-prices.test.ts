/** What something was worth in the past: kept, asked for once, or not to be had. */
import { expect, test } from 'vitest'
import { goodReplies, hour, noon, openService, openTables, startOutside } from './outside.ts'

const day = 24 * hour
const at = Date.UTC(2026, 9, 5, 10)
const llama = (price: unknown, toldAt = at): unknown => ({ coins: { 'coingecko:abc': { price, timestamp: Math.floor(toldAt / 1000), symbol: 'ABC', confidence: 0.99 } } })

test('a kept price near the moment is used; live prices are kept once an hour', async () => {
  const outside = await startOutside(goodReplies())
  const { tables } = openTables()
  const service = openService(outside, { tables })
  await service.data.refresh(['prices/coingecko', 'prices/coinpaprika'])
  await service.data.refresh(['prices/kraken'])
  expect(tables.priceNear('ABC', noon, hour)?.usd).toBe(1.005)
  const before = outside.asked.length
  expect(await service.data.priceAt('abc', noon - hour)).toMatchObject({ usd: 1.005, confidence: 'high' })
  expect(outside.asked).toHaveLength(before)
  expect(await service.data.priceAt('USD', at)).toMatchObject({ usd: 1 })
  expect(await service.data.priceAt('ABC', noon + 30 * day)).toBeNull()
  expect(await service.data.priceAt('NOSUCHTOKEN', at)).toBeNull()
  expect(outside.asked).toHaveLength(before)
})

test('a price of the past is asked for once, also by many at a time, and kept', async () => {
  const outside = await startOutside({ 'coins.llama.fi/prices/historical': llama(0.8) })
  const { tables } = openTables()
  const service = openService(outside, { tables })
  const found = await Promise.all([1, 2, 3].map(() => service.data.priceAt('ABC', at)))
  expect(found[0]).toMatchObject({ usd: 0.8, takenAt: at, confidence: 'medium', source: { date: '2026-10-05' } })
  expect(await service.data.priceAt('ABC', at + hour)).toMatchObject({ usd: 0.8 })
  expect(outside.asked).toEqual([`coins.llama.fi/prices/historical/${at / 1000}/coingecko:abc?searchWidth=6h`])
  expect(service.data.requests({ limit: 9 })).toMatchObject([{ sourceId: 'prices/llama', what: 'what ABC cost on 2026-10-05' }])
})

test.each([
  ['negative', llama(-1)],
  ['zero', llama(0)],
  ['1e12', llama(1e12)],
  ['of another day', llama(1, at - 5 * day)],
  ['of another token', { coins: {} }],
  ['no JSON object', 'soon'],
])('a price of the past that is %s is not taken; the nearest kept one of the day serves', async (_what, answer) => {
  const outside = await startOutside({ 'coins.llama.fi/prices/historical': answer })
  const { tables } = openTables()
  const service = openService(outside, { tables })
  expect(await service.data.priceAt('ABC', at)).toBeNull()
  tables.savePrice('ABC', at - 20 * hour, 0.7, '{"kind":"live","confidence":"high"}')
  expect(await service.data.priceAt('ABC', at)).toMatchObject({ usd: 0.7, confidence: 'medium', note: expect.stringContaining('20 h off the moment') as string })
  expect(outside.asked).toHaveLength(1)
})

test('a currency on a Sunday is worth what it was on Friday, which is said; the day is asked for once', async () => {
  const sunday = Date.UTC(2026, 9, 4, 20)
  const outside = await startOutside({ 'api.frankfurter.dev/v1/2026-10-04': { amount: 1, base: 'USD', date: '2026-10-02', rates: { EUR: 0.8, JPY: 150 } } })
  const service = openService(outside)
  expect(await service.data.priceAt('EUR', sunday)).toMatchObject({ usd: 1.25, source: { date: '2026-10-02' }, note: expect.stringContaining('2026-10-02') as string })
  expect(await service.data.priceAt('JPY', sunday)).toMatchObject({ usd: 1 / 150 })
  expect(await service.data.priceAt('EUR', sunday)).toMatchObject({ usd: 1.25, note: expect.stringContaining('2026-10-02') as string })
  expect(outside.asked).toHaveLength(1)
  expect(await service.data.priceAt('XYZ', sunday)).toBeNull()
})

test('rates that are of after the day are not taken', async () => {
  const service = openService(await startOutside({ 'api.frankfurter.dev/v1/2026-10-04': { base: 'USD', date: '2026-10-06', rates: { EUR: 0.8 } } }))
  expect(await service.data.priceAt('EUR', Date.UTC(2026, 9, 4))).toBeNull()
})
