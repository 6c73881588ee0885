/** How the chain is asked: the next host where one fails, the next version where a path is unknown. */
import { expect, test } from 'vitest'
import { chainHosts, chainSource, parseChain } from '../../../../main/networks/akash/chain.ts'
import { RequestFailed, type MarketRequest } from '../../../../main/networks/network.ts'

const block = (height: number) => ({ block_id: {}, block: { header: { height: String(height), time: new Date(Date.UTC(2026, 10, 23) + height * 5900).toISOString() }, data: { txs: ['x'.repeat(1000)] } } })
const params = { params: { bid_min_deposits: [{ denom: 'uakt', amount: '500000' }] } }
const [first = '', second = ''] = chainHosts

interface Node {
  version: string
  fails?: (path: string) => number | null | false
}

/** Nodes by host; a host that is not among them is away. */
function nodes(hosts: Record<string, Node>): { request: MarketRequest; asked: string[] } {
  const asked: string[] = []
  const request: MarketRequest = async ({ url }) => {
    const { host, pathname } = new URL(url)
    asked.push(`${host}${pathname}`)
    const node = hosts[host]
    if (!node) throw new RequestFailed('No answer.', null)
    const failure = node.fails?.(pathname) ?? false
    if (failure !== false) throw new RequestFailed('It failed.', failure)
    const height = /\/blocks\/(\w+)$/.exec(pathname)?.[1]
    if (height !== undefined) return block(height === 'latest' ? 28_900_000 : Number(height))
    const version = /^\/akash\/market\/(\w+)\//.exec(pathname)?.[1]
    if (version !== node.version) throw new RequestFailed('Not Implemented', 501)
    return params
  }
  return { request, asked }
}

test('the newest version that is spoken is taken', async () => {
  const { request, asked } = nodes({ [first]: { version: 'v2beta1' } })
  const raw = await chainSource.read(request)
  expect(parseChain(raw)).toMatchObject({ marketVersion: 'v2beta1', bidDepositAkt: 0.5, blocksPerHour: 3600 / 5.9 })
  expect(asked.map((url) => url.replace(/^[^/]+/, ''))).toEqual([
    '/cosmos/base/tendermint/v1beta1/blocks/latest', '/cosmos/base/tendermint/v1beta1/blocks/28897000', '/akash/market/v1beta5/params', '/akash/market/v2beta1/params',
  ])
  expect(JSON.stringify(raw).length).toBeLessThan(1000)
})

test('a host that is away is passed over, and not asked again', async () => {
  const { request, asked } = nodes({ [second]: { version: 'v1beta5' } })
  expect(parseChain(await chainSource.read(request))).toMatchObject({ marketVersion: 'v1beta5', bidDepositAkt: 0.5 })
  expect(asked.filter((url) => url.startsWith(first))).toHaveLength(1)
})

test('a version that nobody speaks yet costs the deposit, not the block times', async () => {
  const { request } = nodes({ [first]: { version: 'v9' }, [second]: { version: 'v9' } })
  expect(parseChain(await chainSource.read(request))).toMatchObject({ marketVersion: null, bidDepositAkt: null, height: 28_900_000 })
})

test('a host that fails on the market alone is replaced for it', async () => {
  const { request } = nodes({ [first]: { version: 'v1beta5', fails: (path) => (path.includes('market') ? 503 : false) }, [second]: { version: 'v1beta4' } })
  expect(parseChain(await chainSource.read(request))).toMatchObject({ marketVersion: 'v1beta4', bidDepositAkt: 0.5 })
})

test('a node that has thrown old blocks away tells no block rate', async () => {
  const { request } = nodes({ [first]: { version: 'v1beta5', fails: (path) => (path.endsWith('28897000') ? 400 : false) } })
  expect(parseChain(await chainSource.read(request))).toMatchObject({ blocksPerHour: null, bidDepositAkt: 0.5 })
})

test('all hosts away: the failure is told', async () => {
  await expect(chainSource.read(nodes({}).request)).rejects.toThrow(RequestFailed)
})
