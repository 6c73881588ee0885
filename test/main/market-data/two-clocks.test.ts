/** This machine's clock two years off, either way: what is live stays in use and its age is not told; and a refresh that must end. */
import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../../../main/system/clock.ts'
import { ecb, gecko, goodReplies, hour, noon, openService, paprika, racingClock, startOutside } from './outside.ts'

const day = 24 * hour
const years = 730

/** Good answers as hosts give them whose clocks stand at `header`, with prices dated `prices`. */
async function startAt(header: number, prices: number): Promise<Awaited<ReturnType<typeof startOutside>>> {
  const seconds = Math.floor(prices / 1000)
  const answers: Record<string, unknown> = {
    ...goodReplies(),
    'api.coingecko.com/api/v3/simple/price': gecko(1, 0.1, prices),
    'api.coinpaprika.com/v1/tickers/abc-abc': paprika(1.01, prices),
    'coins.llama.fi/prices/current': { coins: { 'coingecko:abc': { price: 1, timestamp: seconds, confidence: 0.99 }, 'coingecko:one': { price: 0.1, timestamp: seconds, confidence: 0.99 } } },
    'api.frankfurter.dev/v1/latest': ecb(undefined, new Date(prices - 3 * day).toISOString().slice(0, 10)),
  }
  const dated = (value: unknown) => (_: unknown, response: ServerResponse) => void response.writeHead(200, { 'content-type': 'application/json', date: new Date(header).toUTCString() }).end(JSON.stringify(value))
  return startOutside(Object.fromEntries(Object.entries(answers).map(([path, value]) => [path, dated(value)])))
}

describe.each([
  ['two years behind', -years, /730 days behind/],
  ['two years ahead', years, /730 days ahead of/],
])('%s', (_what, daysOff, words) => {
  const own = noon + daysOff * day

  test.each([
    ['by the hosts\' clocks and by what their prices are dated', noon],
    ['by the hosts\' clocks alone', own],
  ])('%s', async (_how, prices) => {
    const outside = await startAt(noon, prices)
    const service = openService(outside, { clock: racingClock(200, own) })
    await service.data.refresh(service.all())
    // What came before the clock was known to be wrong was judged by it.
    await service.data.refresh(service.all())
    expect(Math.round((service.data.clockOffMs() ?? 0) / day)).toBe(daysOff)
    expect(service.data.live.tokenUsd('ABC')?.usd).toBe(1.005)
    expect(service.data.live.tokenUsd('ONE')?.usd).toBe(0.1)
    expect(service.data.live.currencyUsd('EUR')?.usd).toBe(1.25)
    expect(service.data.live.market('made-up')).toMatchObject({ value: { price: 0.5 }, origin: 'live', isStale: true })
    expect(service.data.live.ageDoubt?.()).toMatch(words)
    expect(service.data.statuses().filter((status) => status.phase !== 'good').map(({ id, fault }) => ({ id, fault }))).toEqual([])
    for (const status of service.data.statuses()) expect(status, status.id).toMatchObject({ isStale: true, remark: expect.stringMatching(/no age can be told/) as string })
  })
})

test('a clock that was set right again is believed', async () => {
  const outside = await startAt(noon, noon)
  const clock = racingClock(200, noon - years * day)
  const service = openService(outside, { clock })
  await service.data.refresh(service.all())
  expect(service.data.live.ageDoubt?.()).toMatch(/behind/)
  clock.jump(years * day)
  await service.data.refresh(service.all())
  expect(service.data.clockOffMs()).toBeNull()
  expect(service.data.live.ageDoubt?.()).toBeNull()
  expect(service.data.live.market('made-up')).toMatchObject({ value: { price: 0.5 }, isStale: false })
})

const cutOff = (_: unknown, response: ServerResponse): void => void response.writeHead(200, { 'content-type': 'application/json', 'content-length': '900' }).write('{')

test('a refresh that must end does, though one host hangs and one stops half way; what answered is taken', async () => {
  const outside = await startOutside({ ...goodReplies(), 'api.example.com/market': () => {}, 'api.kraken.com/0/public/Ticker': cutOff })
  // 6 s of a clock ten times as fast: 600 ms.
  const service = openService(outside, { clock: racingClock(10) })
  await service.data.refresh(['prices/coinpaprika'])
  const began = performance.now()
  await service.data.refresh(['made-up/market', 'made-up/figures', 'prices/kraken'], { withinMs: 6000 })
  const tookMs = performance.now() - began
  expect(tookMs).toBeGreaterThan(400)
  expect(tookMs).toBeLessThan(3000)
  const { 'made-up/market': hung, 'prices/kraken': half, 'made-up/figures': whole } = Object.fromEntries(service.data.statuses().map((status) => [status.id, status]))
  for (const status of [hung, half]) expect(status).toMatchObject({ phase: 'failing', fault: expect.stringMatching(/^[a-z.]+ (gave no (whole )?answer within \d+ seconds?|.*no time was left to ask it again)\.$/) as string })
  expect(whole).toMatchObject({ phase: 'good', fault: null })
  expect(service.data.live.value('made-up/figures')?.value).toMatchObject({ price: 7 })
})

test('300 ms are too little to ask in: said, and over by then', async () => {
  const outside = await startOutside({ 'api.example.com/market': () => {} })
  const service = openService(outside, { clock: systemClock })
  const began = performance.now()
  await service.data.refresh(['made-up/market'], { withinMs: 300 })
  expect(performance.now() - began).toBeLessThan(1000)
  expect(service.data.statuses()[0]).toMatchObject({ phase: 'failing', fault: 'api.example.com was not asked: no time was left for it.' })
  expect(outside.asked).toEqual([])
})
