/** The provider as it is really looked at: a loopback gateway over real HTTP, the console and the chain behind the request that an adapter is handed, and the observer between. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { RequestFailed, type MarketAsk, type MarketRequest } from '../../../../main/networks/network.ts'
import { software } from '../../../../main/networks/akash/software.ts'
import { createObserver } from '../../../../main/provider/observe.ts'
import { createLog } from '../../../../main/system/log.ts'
import { systemClock } from '../../../../main/system/clock.ts'
import { createThisMachine } from '../../../../main/system/this-machine.ts'
import { factsOf } from '../software-facts.ts'

const [provider] = software
if (!provider) throw new Error('no software')
const address = 'akash1fyghadlr9gd24f4uy8380uf7sp8qkuscgzaz76'
const outside: Record<string, unknown> = {
  [`/v1/providers/${address}`]: { isOnline: true, isValidVersion: true, akashVersion: '0.16.2', leaseCount: 2, isAudited: true },
  [`/cosmos/bank/v1beta1/balances/${address}`]: { balances: [{ denom: 'uakt', amount: '20000000' }] },
  '/akash/market/v1beta5/bids/list': { bids: [], pagination: { next_key: null, total: '0' } },
  '/cosmos/base/tendermint/v1beta1/blocks/latest': { block: { header: { height: '28903000', time: '2026-11-23T12:00:00Z' } } },
  '/v1/bme/dashboard-data': { now: { collateralRatio: 1.4, outstandingAct: 1e6, dailyNetAktBurned: 0, date: '2026-11-23' } },
}

async function gateway(state: () => { code: number; body: unknown }): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((asked, answer) => {
    const { code, body } = asked.url === '/status' ? state() : { code: 404, body: {} }
    answer.writeHead(code).end(JSON.stringify(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    if (server.listening) await new Promise((done) => server.close(done))
  }
  onTestFinished(close)
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close }
}

function look(url: string, answersOutside = outside) {
  const asks: MarketAsk[] = []
  const request: MarketRequest = async (ask) => {
    asks.push(ask)
    const found = answersOutside[new URL(ask.url).pathname]
    if (found === undefined) throw new RequestFailed('It has no such page (404).', 404)
    return found
  }
  const observer = createObserver({
    definition: provider as typeof provider & object, source: createThisMachine({ dataFolder: '/tmp' }), answers: () => ({ address, domain: 'example.org', gateway: url }), request: () => request,
    clock: systemClock, log: createLog('silent', () => {}), onChange: () => {}, onLine: () => {},
  })
  onTestFinished(() => observer.close())
  const read = async () => {
    await observer.refresh()
    return provider?.read(factsOf({ ...observer.facts(), at: Date.now() }))
  }
  return { asks, read }
}

const state = (leases: number, gpu = 2) => ({ cluster: { leases, inventory: { available: { nodes: [{ name: 'node1', allocatable: { gpu }, available: { gpu: gpu - Math.min(gpu, leases) } }] } } }, bidengine: { orders: 0 }, manifest: { deployments: leases } })

test('leases come and go, the gateway fails and comes back', async () => {
  let now: { code: number; body: unknown } = { code: 200, body: state(2) }
  const { url, close } = await gateway(() => now)
  const { asks, read } = look(url)
  expect(await read()).toMatchObject({ activity: 'working', earning: true, cause: null, sentence: '2 leases are running.' })
  expect((await read())?.evidence).toEqual(['gateway: 2 leases, 0 orders, 2 of 2 GPUs leased', 'console: online, version taken (0.16.2)', 'balance: 20 AKT, 0 ACT', 'open bids: 0', 'collateral behind ACT: 140 %'])
  now = { code: 200, body: state(0) }
  expect(await read()).toMatchObject({ activity: 'idle', earning: false, cause: 'no-demand' })
  now = { code: 200, body: state(0, 0) }
  expect(await read()).toMatchObject({ activity: 'unhealthy', cause: 'broken-here', sentence: expect.stringContaining('0 GPUs') })
  now = { code: 502, body: {} }
  expect((await read())?.sentence).toContain('answered with 502')
  now = { code: 200, body: state(1) }
  expect(await read()).toMatchObject({ activity: 'working' })
  await close()
  // The console still sees it: from here it is not reached, which is said.
  expect(await read()).toMatchObject({ activity: 'working', earning: true, sentence: expect.stringContaining('does not answer from here') })
  for (const { url: asked, secretParts } of asks) if (asked.includes(address)) expect(secretParts).toContain(address)
})

test('nobody outside knows it, and it is down: not reachable, and not called idle', async () => {
  const { url, close } = await gateway(() => ({ code: 200, body: state(0) }))
  await close()
  const reading = await look(url, {}).read()
  expect(reading).toMatchObject({ activity: 'unhealthy', earning: null, cause: null, sentence: expect.stringContaining('The gateway does not answer') })
})
