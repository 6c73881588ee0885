/** What is read of answers whose shape nobody documents, and what is refused, with a sentence. */
import { describe, expect, test } from 'vitest'
import { network } from '../../../../main/networks/io-net/index.ts'
import { parseMarketSnapshot } from '../../../../main/networks/io-net/market.ts'
import { parseClusters, parseEarningsByDay, parseNetworkInfo } from '../../../../main/networks/io-net/network-sources.ts'
import { parseBalances, wallet } from '../../../../main/networks/io-net/wallet.ts'
import { MarketMisfit, RequestFailed, type MarketAsk } from '../../../../main/networks/network.ts'
import { recorded } from './subject.ts'
import { holdsForAnyAnswer } from '../any-answer.ts'

test('GPUs by what the names say, wherever they stand', () => {
  const wanted = { gpusActive: 1446, gpusVerified: 327_000, gpusEntered: 1_060_000 }
  expect(parseNetworkInfo(recorded('sources/network-info.json'))).toEqual(wanted)
  expect(parseNetworkInfo({ data: { gpu: { active: '1446', verified: 327_000, total: 1_060_000 }, cpu: { active: 5 } } })).toEqual(wanted)
  expect(parseNetworkInfo({ active_gpu_count: 7, inactive_gpu_count: 9, total_gpu_hours: 3 })).toEqual({ gpusActive: 7, gpusVerified: null, gpusEntered: null })
})

test('two fields that could both be meant and differ are neither', () => {
  expect(parseNetworkInfo({ data: { active_gpus: 1, online_gpus: 2, total_gpus: 5 } })).toEqual({ gpusActive: null, gpusVerified: null, gpusEntered: 5 })
})

test('earnings by day: a mean of the last 30, dated where they are', () => {
  const read = parseEarningsByDay(recorded('sources/earnings-by-day.json'))
  expect(read.days.map((day) => day.value)).toEqual([10_000, 11_000, 12_000.5, 300])
  expect(parseEarningsByDay({ data: [{ daily_earnings: 5 }, { daily_earnings: '7' }, {}] })).toEqual({ usdPerDay: 6, days: [] })
  const many = Array.from({ length: 400 }, (_, index) => ({ date: new Date(Date.UTC(2026, 0, 1) + index * 86_400_000).toISOString(), daily_earnings: index }))
  expect(parseEarningsByDay({ data: [...many].reverse() })).toMatchObject({ usdPerDay: 384.5, days: { length: 180, 179: { value: 399 } } })
})

test('clusters', () => expect(parseClusters(recorded('sources/clusters.json'))).toEqual({ running: 42, earnedUsd: 27_120_000, computeHours: 61_000_000.5 }))

test.each([
  ['a page', () => parseNetworkInfo('<html>'), /the answer is the text "<html>", where an object is expected\./],
  ['a list', () => parseClusters({ data: [] }), /data is a list, where an object is expected\./],
  ['a failure', () => parseClusters({ status: 'failed', data: {} }), /reports a failure/],
  ['a changed shape', () => parseNetworkInfo({ data: { something: 'else' } }), /no field of it can be told to be a number of GPUs\./],
  ['a negative count', () => parseNetworkInfo({ data: { active_gpus: -5 } }), /active_gpus is -5/],
  ['too many clusters', () => parseClusters({ data: { running_clusters: 1e13 } }), /running_clusters is 10000000000000/],
  ['earnings that are no number', () => parseEarningsByDay({ data: [{ daily_earnings: 'NaN' }] }), /daily_earnings is the text "NaN"/],
  ['no day with earnings', () => parseEarningsByDay({ data: [{ total: 1 }] }), /no day of it names daily_earnings\./],
  ['a day that is a number', () => parseEarningsByDay({ data: [7] }), /data\[0\] is 7, where an object is expected\./],
])('refused: %s', (_what, parse, sentence) => {
  expect(parse).toThrow(MarketMisfit)
  expect(parse).toThrow(sentence)
})

describe('whatever comes, a parser gives a value or a sentence', () => {
  const parsers = { parseNetworkInfo, parseClusters, parseEarningsByDay, parseMarketSnapshot, parseBalances }
  const names = ['data', 'status', 'active_gpus', 'total_gpus', 'gpus', 'running_clusters', 'daily_earnings', 'date', 'hardware_name', 'price', 'total', 'hired', 'result', 'value', 'account', 'error', 'message']
  test.each(Object.entries(parsers))('%s', (_name, parse: (raw: unknown) => unknown) => holdsForAnyAnswer(parse, names, ['succeeded']))
})

test('each source asks its own hosts alone, and takes what it parses', async () => {
  for (const source of network.sources) {
    const asked: MarketAsk[] = []
    const raw = await source.read((ask) => {
      asked.push(ask)
      return Promise.resolve(recorded(`sources/${source.id.split('/')[1] ?? ''}.json`))
    })
    for (const { url } of asked) expect(source.hosts).toContain(new URL(url).host)
    expect(() => source.parse(raw)).not.toThrow()
  }
})

const mint = 'BZLbGTNCSFfoth2GYDtwr7e4imWzpR5jqcUuGEwr646K'
const holds = (amount: string, of = mint) => ({ pubkey: '3Xo9tWdVvSBpHnFVmXbbPq1ZtQ4oJqQfVt7yB3Nw3yAk', account: { data: { parsed: { info: { mint: of, tokenAmount: { amount, decimals: 8 } } } } } })

test('the IO of an address, over all its accounts, with the address kept secret', async () => {
  const asked: MarketAsk[] = []
  const read = await wallet.readBalances((ask) => {
    asked.push(ask)
    return Promise.resolve({ jsonrpc: '2.0', id: 1, result: { value: [holds('25000000000'), holds('1'), holds('7', 'other')] } })
  }, 'DztAPb8TjKQqL1izFWURpU3DjvzkX9rVQp4Q1yJjdZ6h')
  expect(read).toEqual([{ asset: 'IO', amount: 250 + 1e-8 }])
  expect(asked[0]).toMatchObject({ method: 'POST', secretParts: ['DztAPb8TjKQqL1izFWURpU3DjvzkX9rVQp4Q1yJjdZ6h'], body: { method: 'getTokenAccountsByOwner' } })
  expect(wallet.hosts).toContain(new URL(asked[0]?.url ?? '').host)
  expect(parseBalances({ result: { value: [] } })).toEqual([{ asset: 'IO', amount: 0 }])
  expect(() => parseBalances({ error: { code: -32602, message: 'Invalid param: WrongSize' } })).toThrow('refused getTokenAccountsByOwner: Invalid param: WrongSize.')
  await expect(wallet.readBalances(() => Promise.reject(new RequestFailed('Away.', null)), 'x')).rejects.toThrow(RequestFailed)
  expect(wallet.readPayouts).toBeNull()
  expect(wallet.remark).toMatch(/cannot be told/)
})
