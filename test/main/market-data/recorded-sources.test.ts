/** Every source of every real network, asked over loopback against recorded answers: taken, and used by the estimates' markets. */
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { loadMarkets } from '../../../main/earnings/markets.ts'
import { networks } from '../../../main/networks/index.ts'
import { bodyFor, recordedBodies } from '../../../scripts/measure/recorded-outside.ts'
import { log, noon, openService, openTables, racingClock, startOutside } from './outside.ts'

const resourcesFolder = fileURLToPath(new URL('../../../resources', import.meta.url))

test('all are taken; estimates then stand on live figures; two services vouch for every token', async () => {
  const bodies = recordedBodies(noon)
  const outside = await startOutside({
    '': (request: { url?: string }, response: { writeHead(status: number, headers?: object): { end(body?: string): void } }) => {
      const body = bodyFor(bodies, decodeURIComponent(request.url ?? ''))
      if (body === null) response.writeHead(404).end()
      else response.writeHead(200, { 'content-type': body.startsWith('<') ? 'text/html' : 'application/json' }).end(body)
    },
  })
  const clock = racingClock(20)
  const { tables } = openTables()
  const service = openService(outside, { networks, clock, tables })
  const asked = service.data.statuses().filter((status) => status.kind !== 'payout' && status.kind !== 'balance')
  await service.data.refresh(asked.map((status) => status.id))
  const now = service.data.statuses()
  expect(asked.map(({ id }) => now.find((status) => status.id === id)).flatMap((status) => (status?.phase === 'good' ? [] : [`${status?.id}: ${status?.fault}`]))).toEqual([])
  for (const token of service.data.tokens()) expect(token, token.symbol).toMatchObject({ confidence: 'high' })

  const markets = loadMarkets({ resourcesFolder, networks, files: {}, prices: {}, now: noon, log, live: service.data.live })
  for (const network of networks) if (network.market) expect(markets.reading(network.id)?.origin, network.id).toBe('live')
  for (const symbol of networks.flatMap((network) => network.tokens)) expect(markets.tokenUsd(symbol), symbol).toMatchObject({ origin: 'live', stale: false, confidence: 'high' })
  expect(markets.currencyRate('EUR')).toMatchObject({ origin: 'live', usdPerUnit: 1 / 0.86 })
  expect(markets.statuses().every((status) => status.origin === 'live')).toBe(true)

  // Nothing that a host was asked about tells who asks.
  expect(service.data.requests({ limit: 100 }).every((record) => record.what !== '' && !record.path.includes('?'))).toBe(true)
  await service.data.stop()
  const later = openService({ base: 'http://127.0.0.1:9' }, { networks, clock, tables })
  expect(later.data.statuses().filter((status) => status.lastGoodAt === null && status.kind !== 'payout' && status.kind !== 'balance')).toEqual([])
})
