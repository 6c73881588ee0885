/** The sources over a loopback server: taken, refused, kept over restarts, switched off, off-line, and with a wrong clock. */
import { gzipSync } from 'node:zlib'
import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { RequestFailed } from '../../../main/networks/network.ts'
import { ecb, gecko, goodReplies, hour, kraken, madeUp, noon, openService, openTables, paprika, racingClock, startOutside, until } from './outside.ts'

const day = 24 * hour
const statusOf = (service: ReturnType<typeof openService>, id: string) => service.data.statuses().find((status) => status.id === id)

test('all sources are asked at once, what they answer is in use, and every request is on record', async () => {
  const outside = await startOutside(goodReplies())
  const service = openService(outside)
  expect(service.all()).toEqual(['made-up/market', 'made-up/figures', 'prices/coingecko', 'prices/coinpaprika', 'prices/kraken', 'prices/llama', 'prices/ecb-rates'])
  expect(service.data.statuses().every((status) => status.phase === 'waiting' && !status.isStale && status.lastGoodAt === null)).toBe(true)
  expect(service.data.live.market('made-up')).toBeNull()
  await service.data.refresh(service.all())
  expect(service.data.statuses().map(({ id, phase, fault }) => ({ id, phase, fault }))).toEqual(service.all().map((id) => ({ id, phase: 'good', fault: null })))
  expect(service.data.live.market('made-up')).toMatchObject({ value: { price: 0.5 }, origin: 'live', isStale: false })
  expect(service.data.live.value('made-up/figures')?.value).toMatchObject({ price: 7 })
  expect(service.data.live.tokenUsd('ABC')).toMatchObject({ usd: 1.005, confidence: 'high', origin: 'live', note: expect.stringMatching(/3 services agree/) as string })
  expect(service.data.live.tokenUsd('ONE')).toMatchObject({ usd: 0.1, confidence: 'medium', note: expect.stringMatching(/CoinGecko alone/) as string })
  expect(service.data.live.currencyUsd('EUR')).toMatchObject({ usd: 1.25, source: { date: '2026-11-20' } })
  expect(service.data.live.currencyUsd('XXX')).toBeNull()
  const requests = service.data.requests({ limit: 100 })
  expect(new Set(requests.map((one) => one.sourceId))).toEqual(new Set(service.all()))
  expect(service.changes()).toBeGreaterThan(0)
  expect(service.data.tokens()[0]?.services.map(({ title, refused }) => [title, refused])).toEqual([['CoinGecko', null], ['Coinpaprika', null], ['Kraken', null], ['DefiLlama', 'it repeats CoinGecko']])
})

const html = (response: ServerResponse): void => void response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Just a moment…</title>')
const bomb = gzipSync(Buffer.alloc(60_000_000, 32), { level: 9 })
const faults: [string, unknown][] = [
  ['429', (_: unknown, response: ServerResponse) => void response.writeHead(429, { 'retry-after': '3600' }).end()],
  ['500', (_: unknown, response: ServerResponse) => void response.writeHead(500).end('no')],
  ['an answer that is cut off', (_: unknown, response: ServerResponse) => void response.writeHead(200, { 'content-type': 'application/json', 'content-length': '900' }).write('{"price":', () => response.destroy())],
  ['a web page with status 200', (_: unknown, response: ServerResponse) => html(response)],
  ['another shape', { cost: 1 }],
  ['null', null],
  ['a list', []],
  ['a text', 'soon'],
  ['a huge answer', (_: unknown, response: ServerResponse) => void response.writeHead(200, { 'content-type': 'application/json' }).end(`{"price":1,"pad":"${'x'.repeat(6_000_000)}"}`)],
  ['a gzip bomb', (_: unknown, response: ServerResponse) => void response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(bomb)],
  ['no answer in time', () => {}],
  ['half of JSON', (_: unknown, response: ServerResponse) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"price":')],
  ['next year', { price: 9, at: '2027-11-23T00:00:00Z' }],
]

test.each(faults)('%s keeps the last good answer, with its age and the reason', async (_what, fault) => {
  const outside = await startOutside(goodReplies())
  const clock = racingClock()
  const service = openService(outside, { clock })
  await service.data.refresh(['made-up/market'])
  const good = statusOf(service, 'made-up/market')
  expect(good?.phase).toBe('good')
  outside.replies['api.example.com/market'] = fault
  clock.race(200)
  await service.data.refresh(['made-up/market'])
  const failing = statusOf(service, 'made-up/market')
  expect(failing).toMatchObject({ phase: 'failing', lastGoodAt: good?.lastGoodAt })
  expect(failing?.fault).toMatch(/^[A-Za-z].{10,300}[.…]$/)
  expect(service.data.live.market('made-up')).toMatchObject({ value: { price: 0.5 }, isStale: false })
  clock.jump(2 * day)
  expect(service.data.live.market('made-up')).toMatchObject({ value: { price: 0.5 }, isStale: true, takenAt: good?.lastGoodAt })
  expect(statusOf(service, 'made-up/market')?.isStale).toBe(true)
})

describe('token prices that cannot be', () => {
  test.each([
    ['negative', gecko(-1, -1)],
    ['zero', gecko(0, 0)],
    ['1e12', gecko(1e12, 1e12)],
    ['words', gecko('NaN', 'dear')],
    ['null', gecko(null, null)],
    ['in euros', { abc: { eur: 0.9 }, one: { eur: 0.1 } }],
    ['from tomorrow', gecko(1, 0.1, noon + day)],
    ['of last week', gecko(1, 0.1, noon - 7 * day)],
    ['of tokens that were not asked about', { bitcoin: { usd: 1 } }],
  ])('%s are refused, and what was good stays', async (_what, answer) => {
    const outside = await startOutside(goodReplies())
    const service = openService(outside)
    await service.data.refresh(service.all())
    outside.replies['api.coingecko.com/api/v3/simple/price'] = answer
    await service.data.refresh(['prices/coingecko'])
    expect(statusOf(service, 'prices/coingecko')).toMatchObject({ phase: 'failing', fault: expect.stringContaining('The answer does not fit and was not taken') as string })
    expect(service.data.live.tokenUsd('ONE')?.usd).toBe(0.1)
    expect(service.data.live.tokenUsd('ABC')?.usd).toBe(1.005)
  })

  test('one bad token does not spoil the others', async () => {
    const outside = await startOutside({ ...goodReplies(), 'api.coingecko.com/api/v3/simple/price': gecko(-3, 0.2) })
    const service = openService(outside)
    await service.data.refresh(['prices/coingecko', 'prices/coinpaprika'])
    expect(service.data.live.tokenUsd('ONE')?.usd).toBe(0.2)
    expect(service.data.live.tokenUsd('ABC')).toMatchObject({ usd: 1.01, confidence: 'medium', note: expect.stringContaining('CoinGecko does not count: its price is negative (-3)') as string })
  })

  test('services that contradict each other leave the one nearer to what was good, and both numbers', async () => {
    const outside = await startOutside(goodReplies())
    const service = openService(outside)
    await service.data.refresh(['prices/coingecko', 'prices/coinpaprika'])
    outside.replies['api.coinpaprika.com/v1/tickers/abc-abc'] = paprika(3)
    await service.data.refresh(['prices/coinpaprika'])
    expect(service.data.live.tokenUsd('ABC')).toMatchObject({ usd: 1, confidence: 'low', note: expect.stringMatching(/CoinGecko 1 USD, Coinpaprika 3 USD/) as string })
  })

  test('a pair against another currency, and one that is not known, are said', async () => {
    const token = { ...madeUp, tokenIds: [{ ...madeUp.tokenIds[0], symbol: 'ABC', ids: { kraken: 'ABCEUR' }, source: madeUp.tokenIds[0]!.source }] }
    const service = openService(await startOutside(goodReplies()), { networks: [token] })
    await service.data.refresh(['prices/kraken'])
    expect(statusOf(service, 'prices/kraken')?.fault).toContain('not against US dollars')
    const outside = await startOutside({ 'api.kraken.com/0/public/Ticker': { error: ['EQuery:Unknown asset pair'] } })
    const other = openService(outside)
    await other.data.refresh(['prices/kraken'])
    expect(statusOf(other, 'prices/kraken')?.fault).toContain('EQuery:Unknown asset pair')
    outside.replies['api.kraken.com/0/public/Ticker'] = kraken('2.5')
    await other.data.refresh(['prices/kraken'])
    expect(other.data.live.tokenUsd('ABC')?.usd).toBe(2.5)
  })
})

test.each([
  ['another base', ecb({ USD: 1.16 }, '2026-11-20', 'EUR')],
  ['a rate of 0', ecb({ EUR: 0 })],
  ['a negative rate', ecb({ EUR: -0.8 })],
  ['a rate of nobody', ecb({ EUR: 1e12 })],
  ['a day that is none', ecb({ EUR: 0.8 }, '2026-02-31')],
  ['a day of next year', ecb({ EUR: 0.8 }, '2027-11-20')],
  ['half of what it was', ecb({ EUR: 0.3 })],
  ['no rates', ecb({})],
])('currencies with %s are refused', async (_what, answer) => {
  const outside = await startOutside(goodReplies())
  const service = openService(outside)
  await service.data.refresh(['prices/ecb-rates'])
  outside.replies['api.frankfurter.dev/v1/latest'] = answer
  await service.data.refresh(['prices/ecb-rates'])
  expect(statusOf(service, 'prices/ecb-rates')).toMatchObject({ phase: 'failing' })
  expect(service.data.live.currencyUsd('EUR')?.usd).toBe(1.25)
})

test('what was good is kept over a restart, off-line, and what no longer parses is dropped', async () => {
  const outside = await startOutside(goodReplies())
  const first = openTables()
  const service = openService(outside, { tables: first.tables })
  await service.data.refresh(service.all())
  await service.data.stop()
  first.tables.saveAnswer('made-up/figures', noon, '{"renamed":1}')
  first.tables.saveAnswer('nobody/market', noon, '{"price":1}')
  first.close()
  const later = openService({ base: 'http://127.0.0.1:9' }, { tables: openTables(first.file).tables, clock: racingClock(40, noon + 3 * hour) })
  expect(later.data.live.market('made-up')).toMatchObject({ value: { price: 0.5 }, isStale: false })
  expect(later.data.live.value('made-up/figures')).toBeNull()
  expect(later.data.live.tokenUsd('ABC')).toMatchObject({ usd: 1.005, confidence: 'high' })
  expect(later.data.live.currencyUsd('JPY')?.usd).toBeCloseTo(1 / 150, 12)
  await later.data.refresh(['made-up/market', 'prices/coingecko'])
  expect(statusOf(later, 'made-up/market')).toMatchObject({ phase: 'failing' })
  expect(later.data.live.market('made-up')?.value).toEqual({ price: 0.5, at: null })
  expect(later.data.live.tokenUsd('ABC')?.usd).toBe(1.005)
})

test('an answer that was kept under a clock a year ahead is not taken for fresh', async () => {
  const outside = await startOutside(goodReplies())
  const kept = openTables()
  kept.tables.saveAnswer('made-up/market', noon + 365 * day, '{"price":3}')
  const service = openService(outside, { tables: kept.tables })
  expect(service.data.live.market('made-up')).toMatchObject({ isStale: true })
  expect(statusOf(service, 'made-up/market')).toMatchObject({ isStale: true, remark: expect.stringContaining('2027-11-23') as string })
  service.data.begin()
  await until(() => service.data.live.market('made-up')?.isStale === false)
  expect(service.data.live.market('made-up')?.value).toEqual({ price: 0.5, at: null })
})

test('off-line from the start nothing is known, said, and nothing is thrown', async () => {
  const service = openService({ base: 'http://127.0.0.1:9' }, { clock: racingClock(300) })
  await service.data.refresh(service.all())
  expect(service.data.statuses().every((status) => status.phase === 'failing' && status.fault !== null && status.lastGoodAt === null)).toBe(true)
  expect(service.data.live.tokenUsd('ABC')).toBeNull()
  expect(service.data.live.currencyUsd('EUR')).toBeNull()
  expect(await service.data.priceAt('ABC', noon - 30 * day)).toBeNull()
})

test('what is switched off is not asked; its last good answer is still there', async () => {
  const outside = await startOutside(goodReplies())
  const service = openService(outside)
  await service.data.refresh(['made-up/market'])
  const before = outside.asked.length
  service.settings.sourcesOff = ['made-up/market']
  await service.data.refresh(['made-up/market'])
  expect(outside.asked).toHaveLength(before)
  expect(statusOf(service, 'made-up/market')).toMatchObject({ isOn: false, phase: 'off', remark: 'It is switched off.', nextAt: null })
  expect(service.data.live.market('made-up')?.value).toMatchObject({ price: 0.5 })
  service.settings.asksOutside = false
  await service.data.refresh(service.all())
  await service.data.refresh()
  service.data.begin()
  expect(await service.data.priceAt('ABC', noon - 30 * day)).toBeNull()
  await expect(service.data.requestFor({ id: 'made-up/wallet', hosts: ['api.example.com'] })({ method: 'GET', url: 'https://api.example.com/market', what: 'x' })).rejects.toBeInstanceOf(RequestFailed)
  expect(outside.asked).toHaveLength(before)
})

test('from begin on what is due is asked, and again when it is due; what stands in for another rests while that is good', async () => {
  const outside = await startOutside(goodReplies())
  const clock = racingClock()
  outside.replies['api.coingecko.com/api/v3/simple/price'] = (_: unknown, response: ServerResponse) => void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(gecko(1, 0.1, clock.now())))
  const service = openService(outside, { clock })
  const times = (beginning: string): number => outside.asked.filter((one) => one.startsWith(beginning)).length
  const isQuiet = (): boolean => service.data.statuses().every((status) => status.phase !== 'asking' && (status.nextAt === null || status.nextAt > clock.now()))
  service.data.begin()
  service.data.begin()
  await until(() => times('api.example.com/market') === 1 && times('api.frankfurter.dev') === 1 && isQuiet())
  expect(times('coins.llama.fi')).toBe(0)
  expect(statusOf(service, 'prices/llama')).toMatchObject({ nextAt: null, remark: expect.stringContaining('CoinGecko fails') as string })

  clock.jump(hour)
  await until(() => times('figures.example.com') === 2 && times('api.coingecko.com') === 2 && isQuiet())
  expect(times('api.example.com/market')).toBe(1)

  outside.replies['figures.example.com/figures'] = (_: unknown, response: ServerResponse) => void response.writeHead(400).end()
  outside.replies['api.coingecko.com/api/v3/simple/price'] = { status: 'maintenance' }
  clock.jump(7 * hour)
  await until(() => times('api.example.com/market') === 2 && times('coins.llama.fi') > 0 && statusOf(service, 'made-up/figures')?.phase === 'failing')
  const retry = statusOf(service, 'made-up/figures')?.nextAt ?? 0
  expect(retry - clock.now()).toBeLessThan(2 * 60_000)
  await service.data.stop()
  const asked = outside.asked.length
  clock.jump(day)
  expect(outside.asked).toHaveLength(asked)
})

test('a restart does not ask again for what is not due', async () => {
  const outside = await startOutside(goodReplies())
  const { tables } = openTables()
  const service = openService(outside, { tables })
  await service.data.refresh(service.all())
  await service.data.stop()
  const before = outside.asked.length
  const later = openService(outside, { tables, clock: racingClock(1, noon + hour / 12) })
  await later.data.refresh()
  expect(outside.asked).toHaveLength(before)
})

test('a clock two years off is noticed: no age is told, and no price refused for it', async () => {
  const outside = await startOutside()
  const dated = (value: unknown) => (_: unknown, response: ServerResponse) => void response.writeHead(200, { 'content-type': 'application/json', date: new Date(noon).toUTCString() }).end(JSON.stringify(value))
  for (const [path, value] of Object.entries(goodReplies())) outside.replies[path] = dated(value)
  const service = openService(outside, { clock: racingClock(40, noon - 730 * day) })
  await service.data.refresh(service.all())
  await service.data.refresh(service.all())
  expect(Math.round((service.data.clockOffMs() ?? 0) / day)).toBe(-730)
  expect(service.data.live.tokenUsd('ABC')?.usd).toBe(1.005)
  expect(service.data.live.market('made-up')?.isStale).toBe(true)
  expect(service.data.live.ageDoubt?.()).toMatch(/730 days behind/)
  expect(statusOf(service, 'made-up/market')?.remark).toMatch(/no age can be told/)
})

test('a wallet is asked under its own name, can be switched off, and what came of it is told after a restart', async () => {
  const outside = await startOutside({ 'rpc.example.com/': { jsonrpc: '2.0', id: 1, result: 5 } })
  const network = { ...madeUp, wallet: { chain: 'evm' as const, title: 'address', hosts: ['rpc.example.com'], readBalances: () => Promise.resolve([]), readPayouts: null, remark: null } }
  const { tables } = openTables()
  const service = openService(outside, { networks: [network], tables })
  const wallet = service.data.requestFor({ id: 'made-up/wallet', hosts: ['rpc.example.com'] })
  const ask = { method: 'POST' as const, url: 'https://rpc.example.com/', body: { jsonrpc: '2.0', id: 1, method: 'eth_call', params: ['0xabc'] }, what: 'what your address holds', secretParts: ['0xabc'] }
  expect(statusOf(service, 'made-up/wallet')).toMatchObject({ kind: 'balance', phase: 'waiting', nextAt: null })
  expect(await wallet(ask)).toMatchObject({ result: 5 })
  expect(statusOf(service, 'made-up/wallet')).toMatchObject({ phase: 'good' })
  await expect(wallet({ ...ask, url: 'https://elsewhere.example.com/' })).rejects.toBeInstanceOf(RequestFailed)
  expect(statusOf(service, 'made-up/wallet')).toMatchObject({ phase: 'failing' })
  service.settings.sourcesOff = ['made-up/wallet']
  await expect(wallet(ask)).rejects.toThrow(/switched off/)
  expect(outside.asked).toHaveLength(1)
  const later = openService(outside, { networks: [network], tables, refusal: () => 'A recorded machine asks nobody.' })
  expect(statusOf(later, 'made-up/wallet')).toMatchObject({ phase: 'off', remark: 'A recorded machine asks nobody.' })
  expect(statusOf(later, 'made-up/wallet')?.lastGoodAt).toBeGreaterThan(0)
  await later.data.refresh(later.all())
  expect(outside.asked).toHaveLength(1)
})

test('a listener that fails does not stop a refresh', async () => {
  const service = openService(await startOutside(goodReplies()), {
    onChange() {
      throw new Error('listener')
    },
  })
  await service.data.refresh(['made-up/market'])
  expect(service.data.live.market('made-up')?.value).toMatchObject({ price: 0.5 })
})

test('an adapter that trips over an answer is that source\'s fault alone', async () => {
  const tripping = { ...madeUp, sources: [{ ...madeUp.sources[0]!, parse: (raw: unknown) => (raw as { a: { b: number } }).a.b }] }
  const service = openService(await startOutside(goodReplies()), { networks: [tripping] })
  await service.data.refresh(service.all())
  expect(statusOf(service, 'made-up/figures')).toMatchObject({ phase: 'failing', fault: expect.stringMatching(/^The answer could not be read: .*\.$/) as string })
  expect(statusOf(service, 'made-up/market')).toMatchObject({ phase: 'good' })
})
