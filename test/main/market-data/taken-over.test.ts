/** What another process was answered, hosts that want to be left alone, and which addresses prices cite. */
import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { gecko, goodReplies, hour, openService, openTables, noon, racingClock, startOutside, until } from './outside.ts'

const statusOf = (service: ReturnType<typeof openService>, id: string) => service.data.statuses().find((status) => status.id === id)

test('what another process was answered meanwhile is taken over without asking', async () => {
  const outside = await startOutside(goodReplies())
  const kept = openTables()
  const running = openService(outside, { tables: kept.tables, clock: racingClock(1) })
  await running.data.refresh(running.all())
  outside.replies['api.example.com/market'] = { price: 0.7 }
  outside.replies['api.coingecko.com/api/v3/simple/price'] = gecko(1, 0.2, noon)
  const other = openService(outside, { tables: openTables(kept.file).tables, clock: racingClock(1, noon + hour / 12) })
  await other.data.refresh(['made-up/market', 'prices/coingecko'])
  const asked = outside.asked.length
  await running.data.refresh([])
  expect(running.data.live.market('made-up')?.value, 'read ahead of this clock').toMatchObject({ price: 0.5 })
  const later = openService({ base: 'http://127.0.0.1:9' }, { tables: kept.tables, clock: racingClock(1, noon + hour / 6) })
  kept.tables.saveAnswer('made-up/market', noon + hour / 10, '{"price":0.9}')
  kept.tables.saveAnswer('made-up/figures', noon + hour / 10, '{"renamed":1}')
  await later.data.refresh([])
  expect(later.data.live.market('made-up')?.value).toMatchObject({ price: 0.9 })
  expect(later.data.live.value('made-up/figures')?.value).toMatchObject({ price: 7 })
  expect(later.data.live.tokenUsd('ONE')?.usd).toBe(0.2)
  expect(statusOf(later, 'made-up/market')).toMatchObject({ phase: 'good', fault: null, lastGoodAt: noon + hour / 10 })
  expect(outside.asked).toHaveLength(asked)
})

test('a host that wants to be left alone is not asked before, and the next turn says so', async () => {
  const outside = await startOutside({ ...goodReplies(), 'figures.example.com/figures': (_: unknown, response: ServerResponse) => void response.writeHead(429, { 'retry-after': '2400' }).end() })
  const clock = racingClock()
  const service = openService(outside, { clock })
  service.data.begin()
  await until(() => statusOf(service, 'made-up/figures')?.phase === 'failing')
  expect((statusOf(service, 'made-up/figures')?.nextAt ?? 0) - noon).toBeGreaterThanOrEqual((2 * hour) / 3)
  const asked = outside.asked.filter((one) => one.startsWith('figures')).length
  clock.jump(hour / 6)
  await until(() => service.data.statuses().every((status) => status.phase !== 'asking'))
  expect(outside.asked.filter((one) => one.startsWith('figures'))).toHaveLength(asked)
  expect(statusOf(service, 'made-up/figures')?.fault).toMatch(/429/)
})

test('what prices and rates cite is known, and nothing that looks like it', () => {
  const { data } = openService({ base: 'http://127.0.0.1:9' })
  for (const url of ['https://api.frankfurter.dev/v1/latest?base=USD', 'https://api.frankfurter.dev/v1/2026-10-05?base=USD', 'https://defillama.com', 'https://example.com']) expect(data.isCited(url), url).toBe(true)
  for (const url of ['https://api.frankfurter.dev/v1/2026-10-05?base=EUR', 'https://api.frankfurter.dev/v1/2026-10-05?base=USD&x=1', 'https://api.frankfurter.dev.example.net/v1/2026-10-05?base=USD', 'http://defillama.com', 'javascript:alert(1)', '']) expect(data.isCited(url), url).toBe(false)
})
