/** What is read of a provider: each failure by its own name, leases as earning, and silence as not known. */
import { describe, expect, test } from 'vitest'
import { readBids, readGateway, readSeen } from '../../../../main/networks/akash/gateway-answers.ts'
import { software } from '../../../../main/networks/akash/software.ts'
import type { SoftwareFacts } from '../../../../main/networks/network.ts'
import { factsOf, minute, now, signsOf } from '../software-facts.ts'

const [provider] = software
if (!provider) throw new Error('no software')
const day = 86_400_000

const node = (total: number, free: number) => ({ name: 'node1', allocatable: { cpu: 24_000, gpu: total, memory: 1e11, storage_ephemeral: 1e12 }, available: { cpu: 20_000, gpu: free, memory: 9e10, storage_ephemeral: 9e11 } })
const status = (change: { leases?: number; orders?: number; nodes?: unknown[]; error?: string } = {}) => ({
  cluster: { leases: change.leases ?? 0, inventory: { available: { nodes: change.nodes ?? [node(2, 2)] }, ...(change.error === undefined ? {} : { error: change.error }) } },
  bidengine: { orders: change.orders ?? 0 }, manifest: { deployments: change.leases ?? 0 }, cluster_public_hostname: 'provider.example.org',
})
const seen = (change: object = {}) => ({ owner: 'akash1x', isOnline: true, isValidVersion: true, akashVersion: '0.16.2', leaseCount: 0, isAudited: false, uptime7d: 1, ...change })
const coins = (akt: number, act: number) => ({ balances: [{ denom: 'uact', amount: `${act * 1e6}` }, { denom: 'uakt', amount: `${akt * 1e6}` }] })
const answer = (value: unknown, ago = 0, tls?: { validTo: number }): SoftwareFacts['endpoints'][string] => ({ at: now - ago, value, why: null, ...(tls ? { tls } : {}) })
const silence = (why: string): SoftwareFacts['endpoints'][string] => ({ at: now, value: null, why })
const well = { gateway: answer(status(), 0, { validTo: now + 90 * day }), console: answer(seen()), balance: answer(coins(20, 5)) }
const readWith = (endpoints: SoftwareFacts['endpoints'], change: Partial<SoftwareFacts> = {}) => provider.read(factsOf({ endpoints: { ...well, ...endpoints }, ...change }))

describe('a provider that is well', () => {
  test('with leases it works and earns', () => {
    expect(readWith({ gateway: answer(status({ leases: 2, nodes: [node(2, 0)] })) })).toMatchObject({ activity: 'working', earning: true, cause: null, sentence: '2 leases are running.' })
  })
  test('without one it is idle: nothing is paid for waiting', () => {
    const reading = readWith({})
    expect(reading).toMatchObject({ activity: 'idle', earning: false, cause: 'no-demand' })
    expect(reading.sentence).toContain('not audited')
    expect(reading.evidence).toEqual(['gateway: 0 leases, 0 orders, 0 of 2 GPUs leased', 'console: online, version taken (0.16.2)', 'balance: 20 AKT, 5 ACT', 'certificate: 90 days left'])
  })
  test('orders that it bids on are said', () => {
    expect(readWith({ gateway: answer(status({ orders: 3 })) }).sentence).toBe('No lease; 3 orders are being bid on.')
  })
  test('nothing asked yet is not known', () => {
    const unasked = { gateway: silence('It was not asked yet.'), console: silence('Not asked, because asking outside is not allowed now: x.') }
    for (const endpoints of [{}, unasked]) expect(provider.read(factsOf({ endpoints }))).toMatchObject({ activity: 'unknown', earning: null, cause: null, sentence: 'The provider has not been asked yet.' })
  })
})

describe.each<[string, SoftwareFacts['endpoints'], Partial<SoftwareFacts>, object, RegExp]>([
  ['the gateway away and offline for tenants', { gateway: silence('connection refused.'), console: answer(seen({ isOnline: false })) }, {}, { activity: 'unhealthy', earning: false, cause: 'broken-here' }, /Neither the gateway answers \(connection refused\) nor do tenants see/],
  ['the gateway away, and nobody tells whether tenants see it', { gateway: silence('timed out'), console: silence('asking outside is off') }, {}, { activity: 'unhealthy', earning: null }, /The gateway does not answer: timed out\. .*port 8443/],
  ['the gateway away from here, but tenants see it', { gateway: silence('timed out'), console: answer(seen({ leaseCount: 1 })) }, {}, { activity: 'working', earning: true }, /does not answer from here \(timed out\)/],
  ['offline for tenants alone', { console: answer(seen({ isOnline: false })) }, {}, { activity: 'unhealthy', cause: 'broken-here' }, /tenants see the provider as offline\. .*8443 and 8444/],
  ['offline with a lease: whether it is paid is not known', { gateway: answer(status({ leases: 1 })), console: answer(seen({ isOnline: false })) }, {}, { activity: 'unhealthy', earning: null, cause: null }, /1 lease is running/],
  ['an old version', { console: answer(seen({ isValidVersion: false })) }, {}, { activity: 'unhealthy', cause: 'broken-here' }, /version 0\.16\.2 is too old\. Upgrade/],
  ['an old version with a lease goes on earning, and it is said', { gateway: answer(status({ leases: 1 })), console: answer(seen({ isValidVersion: false })) }, {}, { activity: 'working', earning: true }, /1 lease is running\. .*too old/],
  ['0 GPUs in the inventory', { gateway: answer(status({ nodes: [node(0, 0)] })) }, {}, { activity: 'unhealthy', cause: 'broken-here' }, /shows 0 GPUs.*Restart the inventory operator/],
  ['no nodes at all', { gateway: answer(status({ nodes: [] })) }, {}, { activity: 'unhealthy' }, /0 GPUs/],
  ['fewer GPUs than this machine has', { gateway: answer(status({ nodes: [node(1, 1)] })) }, { isProcessThere: true, cards: [1, 2].map((n) => ({ gpuId: `${n}`, utilisation: 0, memoryUsedBytes: 0 })) }, { activity: 'unhealthy' }, /shows 1 GPUs, but this machine has 2/],
  ['a count that cannot be', { gateway: answer(status({ nodes: [node(4, 18446744073709552000)] })) }, {}, { activity: 'unhealthy' }, /cannot be\. Restart/],
  ['an inventory that says what is wrong', { gateway: answer(status({ error: 'inventory service not available' })) }, {}, { activity: 'unhealthy' }, /inventory service not available/],
  ['a balance that covers no bid', { balance: answer(coins(0.3, 0.2)) }, {}, { activity: 'unhealthy', cause: 'broken-here' }, /0\.3 AKT and 0\.2 ACT does not cover one more bid \(0\.5 and fees\)/],
  ['ACT for the deposit but no AKT for fees', { balance: answer(coins(0, 50)) }, {}, { activity: 'unhealthy' }, /Top it up/],
  ['an ended certificate', { gateway: answer(status(), 0, { validTo: now - 1 }) }, {}, { activity: 'unhealthy', cause: 'broken-here' }, /has ended: tenants cannot connect/],
  ['a certificate that ends in three days', { gateway: answer(status(), 0, { validTo: now + 3 * day }) }, {}, { activity: 'idle' }, /ends in 3 days/],
  ['a certificate of half an hour', { gateway: answer(status(), 0, { validTo: now + 30 * minute }) }, {}, { activity: 'unhealthy' }, /ends in 1 hour/],
  ['minting halted, at the very threshold', { gateway: answer(status({ leases: 1 })), collateral: answer({ now: { collateralRatio: 0.9, outstandingAct: 1e6 } }) }, {}, { activity: 'working', earning: true }, /Minting of ACT is halted \(collateral 90 %\)/],
  ['collateral low', { collateral: answer({ now: { collateralRatio: 0.95, outstandingAct: 1e6 } }) }, {}, { activity: 'idle' }, /collateral behind ACT is low \(95 %\)/],
  ['stale bids', { bids: answer({ bids: [{ bid: { created_at: '28900000' } }, { bid: { created_at: '28903000' } }] }), block: answer({ block: { header: { height: '28903000', time: '2026-11-23T12:00:00Z' } } }) }, {}, { activity: 'idle' }, /2 bids are open, the oldest for 5 h: each locks 0\.5 AKT/],
  ['an answer that is old', { gateway: answer(status({ leases: 2 }), 10 * minute), console: answer(seen(), 60 * minute) }, {}, { activity: 'unhealthy', earning: null }, /last heard of 10 minutes ago/],
  ['an answer of another shape', { gateway: answer('<html>'), console: silence('off') }, {}, { activity: 'unhealthy', earning: null }, /a shape that is not known here/],
])('%s', (_what, endpoints, change, expected, sentence) => {
  test('is named, with what to do', () => {
    const reading = readWith(endpoints, change)
    expect(reading).toMatchObject(expected)
    expect(reading.sentence).toMatch(sentence)
  })
})

test('a PC that only looks at a provider elsewhere raises no alarm for its own cards', () => {
  const cards = [1, 2, 3].map((n) => ({ gpuId: `${n}`, utilisation: 0, memoryUsedBytes: 0 }))
  expect(readWith({ gateway: answer(status({ nodes: [node(1, 1)] })) }, { cards, isProcessThere: false })).toMatchObject({ activity: 'idle', cause: 'no-demand' })
})

describe('what the log adds', () => {
  const order = 'module=bidengine-order cmp=provider order=akash1fyghadlr9gd24f4uy8380uf7sp8qkuscgzaz76/12296111/1/1'
  const withLog = (...lines: [number, string][]) => readWith({}, signsOf(provider, lines))
  test.each<[string, string, RegExp]>([
    ['price', `I[2026-11-23|11:50:00.000] Price too high, not bidding ${order}`, /less than your prices/],
    ['attributes', `D[2026-11-23|11:50:00.000] unable to fulfill: incompatible provider attributes ${order}`, /attributes/],
    ['audit', `D[2026-11-23|11:50:00.000] attribute signature requirements not met ${order}`, /audited providers only/],
    ['capacity', `I[2026-11-23|11:50:00.000] insufficient capacity for reservation ${order}`, /more than is free/],
  ])('why orders are passed over: %s', (_what, line, sentence) => {
    expect(withLog([10, line])).toMatchObject({ activity: 'idle', earning: false, cause: 'not-eligible', sentence: expect.stringMatching(sentence) })
  })
  test('what was refused yesterday says nothing of now', () => {
    expect(withLog([24 * 60, `I[2026-11-22|12:00:00.000] Price too high, not bidding ${order}`]).cause).toBe('no-demand')
  })
  test('a wallet that is used elsewhere is a fault, until a bid goes out again', () => {
    const mismatch = 'E[2026-11-23|11:50:00.000] transaction broadcast failed cmp=provider err="account sequence mismatch, expected 5, got 4"'
    expect(withLog([10, mismatch])).toMatchObject({ activity: 'unhealthy', cause: 'broken-here', sentence: expect.stringContaining('used elsewhere') })
    expect(withLog([10, mismatch], [5, `I[2026-11-23|11:55:00.000] bid complete ${order}`])).toMatchObject({ activity: 'idle' })
  })
})

describe('answers', () => {
  test('the gateway as it was: what is free by node, and what leases hold', () => {
    expect(readGateway({ cluster: { leases: 1, inventory: { active: [{ cpu: 1, gpu: 1, memory: 1 }], available: { nodes: [{ cpu: 1, gpu: 1 }] } } } })).toMatchObject({ leases: 1, gpusTotal: 2, gpusFree: 1, orders: null })
    expect(readGateway({ cluster: { leases: { active: 2 }, inventory: { available: [{ gpu: { units: { val: '3' } } }] } }, bid_engine: { orders: 1 } })).toMatchObject({ leases: 2, gpusTotal: 3, orders: 1 })
  })
  test('the same state as gRPC tells it', () => {
    const gpu = { quantity: { allocatable: { string: '2' }, allocated: { string: '1' } } }
    expect(readGateway({ cluster: { leases: { active: 1 }, inventory: { cluster: { nodes: [{ name: 'node1', resources: { gpu } }, { name: 'node2', resources: {} }] } } }, bid_engine: { orders: 2 } })).toMatchObject({ leases: 1, orders: 2, gpusTotal: 2, gpusFree: 1, nodes: 2 })
  })
  test.each([null, 7, [], {}, { cluster: null }, { cluster: { leases: 'many' } }, { cluster: { leases: -1 } }])('no gateway: %j', (raw) => expect(readGateway(raw)).toBeNull())
  test('leases that are not told are not none', () => {
    expect(readGateway({ cluster: {} })?.leases).toBeNull()
    expect(readWith({ gateway: answer({ cluster: {} }), console: silence('off') })).toMatchObject({ activity: 'unknown', earning: null })
  })
  test('the console: an answer without either word is none', () => {
    expect(readSeen({ isOnline: false })).toMatchObject({ isOnline: false, isValidVersion: null })
    for (const raw of [null, {}, { isOnline: 'yes' }, { message: 'not found' }]) expect(readSeen(raw)).toBeNull()
  })
  test('bids: a page that was cut is said', () => {
    expect(readBids({ bids: [], pagination: { next_key: null } })).toEqual({ open: 0, oldestBlock: null, isMore: false })
    expect(readBids({ bids: [{ bid: {} }], pagination: { next_key: 'AB==' } })).toEqual({ open: 1, oldestBlock: null, isMore: true })
  })
})

test('why the console told nothing stands in the evidence', () => {
  expect(readWith({ console: silence('The console has no such provider (404).') }).evidence).toContain('console: no answer (The console has no such provider (404))')
})

test('what stopping costs: leases', () => {
  const price = (leases: number) => provider.stopPrice(factsOf({ endpoints: { gateway: answer(status({ leases })) } }))
  expect(price(3)).toMatchObject({ usd: null, finishMinutes: null, sentence: expect.stringContaining('ends 3 leases') })
  expect(price(0)).toMatchObject({ usd: null, finishMinutes: 0, sentence: expect.stringMatching(/No lease is running/) })
  expect(provider.stopPrice(factsOf()).sentence).toContain('is not known')
})

test('only the gateway may show a certificate of its own; public places are asked over HTTPS and seldom', () => {
  for (const { id, url, whose, acceptsOwnCertificate, everyMs } of provider.endpoints) {
    expect(acceptsOwnCertificate).toBe(id === 'gateway')
    expect(whose).toBe(id === 'gateway' ? 'own' : 'public')
    if (whose === 'public') expect(url.startsWith('https://') && everyMs >= 5 * minute).toBe(true)
  }
})
