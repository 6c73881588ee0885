/** What is read of the console and of the chain, and what is refused, with a sentence. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseChain } from '../../../../main/networks/akash/chain.ts'
import { parseBurnMint, parseCapacity, parseDashboard, parseGraphs } from '../../../../main/networks/akash/console-sources.ts'
import { network } from '../../../../main/networks/akash/index.ts'
import { parseMarketData } from '../../../../main/networks/akash/market-data.ts'
import { parseGpuPrices } from '../../../../main/networks/akash/market.ts'
import { parseBalances, parseEarnings } from '../../../../main/networks/akash/wallet.ts'
import { MarketMisfit, type MarketAsk } from '../../../../main/networks/network.ts'
import { root } from '../../earnings/estimating.ts'
import { holdsForAnyAnswer } from '../any-answer.ts'

const recorded = (word: string): any => JSON.parse(readFileSync(join(root, 'main/networks/akash/fixtures/sources', `${word}.json`), 'utf8'))

test('capacity, nested as it is now and flat as it was', () => {
  expect(parseCapacity(recorded('capacity'))).toEqual({ providers: 62, gpusTotal: 421, gpusLeased: 320 })
  expect(parseCapacity({ activeProviderCount: '62', activeGPU: 316, pendingGPU: 4, availableGPU: 101 })).toEqual({ providers: 62, gpusTotal: 421, gpusLeased: 320 })
})

test('the dashboard: leases and spending, now and a day before', () => {
  expect(parseDashboard(recorded('dashboard'))).toEqual({
    at: Date.parse('2026-11-23T10:00:00Z'), activeLeases: 1234, usdPerDay: 7800,
    before: { at: Date.parse('2026-11-22T10:00:00Z'), activeLeases: 1200, usdPerDay: 7500 },
    capacity: { providers: 62, gpusTotal: 421, gpusLeased: 320 },
  })
})

test('graphs: dollars, leases and shares by day, oldest first, one a day', () => {
  const graphs = parseGraphs(recorded('graphs'))
  expect(graphs.usdPerDay.map((point) => point.value)).toEqual([7000, 7200, 7500])
  expect(graphs.utilisation.at(-1)).toEqual({ at: Date.parse('2026-11-22'), value: expect.closeTo(0.751, 9) })
  const shuffled = { spend: { snapshots: [{ date: '2026-11-02', value: 2e6 }, { date: '2026-11-01', value: 1e6 }, { date: '2026-11-02', value: 3e6 }, { date: '2026-11-03', value: -5e6 }] } }
  expect(parseGraphs(shuffled).usdPerDay.map((point) => point.value)).toEqual([1, 3])
})

test('AKT on the markets: numbers as text too, 0 is none, and an odd rank costs no figure', () => {
  expect(parseMarketData(recorded('market-data'))).toEqual({ usd: 0.7104, volumeUsdPerDay: 5_120_345.5, marketCapUsd: 203_456_789, rank: 214, changePercent: -1.96 })
  expect(parseMarketData({ price: 0.7, volume: null, marketCap: 0, marketCapRank: 'first', priceChangePercentage24: {} })).toEqual({ usd: 0.7, volumeUsdPerDay: null, marketCapUsd: null, rank: null, changePercent: null })
  expect(() => parseMarketData({ price: 0, volume: 0, marketCap: 0 })).toThrow('it tells none of price, volume and marketCap.')
  expect(() => parseMarketData({ price: 'NaN' })).toThrow(/price is the text "NaN", where a number that can be/)
  expect(() => parseMarketData({ price: 1e9 })).toThrow(MarketMisfit)
})

test('burn and mint: of today and of before it was wrapped', () => {
  expect(parseBurnMint(recorded('burn-mint'))).toMatchObject({ collateralRatio: 1.5, outstandingAct: 900_000, netAktBurnedPerDay: 9500 })
  expect(parseBurnMint({ collateralRatio: 0.93, dailyNetAktBurned: -1e6 })).toMatchObject({ at: null, collateralRatio: 0.93, netAktBurnedPerDay: -1 })
})

test('a collateral of 0 is none where no ACT is out, and one where some is', () => {
  for (const outstandingAct of [0, '0', null, undefined]) expect(parseBurnMint({ now: { collateralRatio: 0, outstandingAct, dailyNetAktBurned: 5e6 } })).toMatchObject({ collateralRatio: null, netAktBurnedPerDay: 5 })
  expect(parseBurnMint({ now: { collateralRatio: 0, outstandingAct: 1e6 } })).toMatchObject({ collateralRatio: 0, outstandingAct: 1 })
  expect(() => parseBurnMint({ collateralRatio: 0 })).toThrow(/neither the collateral/)
})

test('the chain: blocks an hour from two blocks, the deposit by denomination', () => {
  const chain = parseChain(recorded('chain'))
  expect(chain.blocksPerHour).toBeCloseTo((3000 / 17_740) * 3600, 6)
  expect(chain).toMatchObject({ height: 28_900_000, bidDepositAkt: 0.5, bidDepositAct: 0.5, marketVersion: 'v1beta5' })
  expect(parseChain({ ...recorded('chain'), earlier: null, params: null, marketVersion: null })).toMatchObject({ blocksPerHour: null, bidDepositAkt: null })
  expect(parseChain({ ...recorded('chain'), earlier: recorded('chain').latest }).blocksPerHour).toBeNull()
})

test.each([
  ['negative spending', () => parseDashboard({ now: { date: '2026-11-23', dailyUUsdSpent: -1 } }), /now\.dailyUUsdSpent is -1, where a number that can be is expected\./],
  ['1e17 of it', () => parseDashboard({ now: { date: '2026-11-23', dailyUUsdSpent: 1e17 } }), /now\.dailyUUsdSpent is 100000000000000000/],
  ['NaN as text', () => parseDashboard({ now: { date: '2026-11-23', activeLeaseCount: 'NaN' } }), /now\.activeLeaseCount is the text "NaN"/],
  ['no date', () => parseDashboard({ now: { date: 'soon' } }), /now\.date is the text "soon", where a date is expected\./],
  ['a page', () => parseCapacity('<html>'), /the answer is the text "<html>", where an object is expected\./],
  ['an object of something else', () => parseCapacity({ error: 'x' }), /resources is missing, where an object is expected\./],
  ['more GPUs than there can be', () => parseCapacity({ resources: { gpu: { total: 1e12 } } }), /resources\.gpu\.total is 1000000000000/],
  ['a dashboard without figures', () => parseDashboard({ now: { date: '2026-11-23' } }), /now tells neither/],
  ['no graph at all', () => parseGraphs({}), /none of the three graphs/],
  ['a graph that is no list', () => parseGraphs({ spend: { snapshots: {} } }), /spend\.snapshots is an object, where a list is expected\./],
  ['no ratio', () => parseBurnMint({ message: 'x' }), /collateralRatio is missing/],
  ['a block without a time', () => parseChain({ latest: { height: 1 } }), /latest\.time is missing, where a date is expected\./],
  ['a negative deposit', () => parseChain({ latest: { height: 1, time: '2026-11-23T00:00:00Z' }, params: { params: { bid_min_deposits: [{ denom: 'uakt', amount: '-5' }] } } }), /bid_min_deposits\[0\]\.amount is the text "-5"/],
])('refused: %s', (_what, parse, sentence) => {
  expect(parse).toThrow(MarketMisfit)
  expect(parse).toThrow(sentence)
})

describe('whatever comes, a parser gives a value or a sentence', () => {
  const parsers = { parseCapacity, parseDashboard, parseGraphs, parseBurnMint, parseChain, parseGpuPrices, parseBalances, parseEarnings }
  const names = ['now', 'date', 'models', 'model', 'price', 'min', 'currency', 'resources', 'gpu', 'total', 'snapshots', 'spend', 'value', 'latest', 'height', 'time', 'params', 'balances', 'denom', 'amount', 'earnings', 'gpuBreakdown', 'gpuUtilization', 'totalGpus']
  test.each(Object.entries(parsers))('%s', (_name, parse: (raw: unknown) => unknown) => holdsForAnyAnswer(parse, names, ['USD']))
})

test('each source asks its own hosts alone, and takes what it parses', async () => {
  for (const source of network.sources) {
    const asked: MarketAsk[] = []
    await source.read((ask) => {
      asked.push(ask)
      return Promise.resolve({})
    }).catch(() => null)
    expect(asked.length, source.id).toBeGreaterThan(0)
    for (const { url, method } of asked) {
      expect(method).toBe('GET')
      expect(source.hosts).toContain(new URL(url).host)
    }
    expect(() => source.parse(recorded(source.id.split('/')[1] ?? ''))).not.toThrow()
  }
})

test('of three graphs two are enough; where all fail the first failure is told', async () => {
  const source = network.sources.find((one) => one.id === 'akash/graphs')
  const graph = { currentValue: 1, compareValue: 1, snapshots: [{ date: '2026-11-22', value: 50 }] }
  const raw = await source?.read((ask) => (ask.url.endsWith('activeLeaseCount') ? Promise.reject(new Error('slow')) : Promise.resolve(graph)))
  expect(source?.parse(raw)).toMatchObject({ activeLeases: [], utilisation: [{ value: 0.5 }] })
  await expect(source?.read(() => Promise.reject(new Error('away')))).rejects.toThrow('away')
})
