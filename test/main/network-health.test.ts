/** The networks' health as it is put together: figures kept day by day, cloud prices, cliffs. Real SQLite. */
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { createMarketTables, type MarketTables } from '../../main/history/market-tables.ts'
import { bringUpToDate } from '../../main/history/schema.ts'
import type { LiveValues } from '../../main/market-data/index.ts'
import { cloudsFor, nextCliffOf, setUpNetworkHealth } from '../../main/network-health.ts'
import { networks } from '../../main/networks/index.ts'
import type { AnyNetwork, HealthFacts, HealthSubject } from '../../main/networks/network.ts'
import { NotPossible } from '../../main/system/not-possible.ts'
import type { CloudPrice, NetworkFigure } from '../../shared/network-health.ts'
import { handClock, type HandClock } from '../helpers/clocks.ts'
import { at, gpuTable, markets } from './earnings/estimating.ts'

const day = 24 * 3_600_000
const source = { url: 'https://example.org/figures', date: '2026-11-01' }
const nothing: LiveValues = { market: () => null, value: () => null, tokenUsd: () => null, currencyUsd: () => null }

function tables(): MarketTables {
  const database = new DatabaseSync(':memory:')
  bringUpToDate(database)
  return createMarketTables(database, () => {})
}

const figure = (change: Partial<NetworkFigure>): NetworkFigure => ({ id: 'utilisation', label: 'Used', group: 'use', value: 0.5, unit: 'share', origin: 'live', source, takenAt: at, isStale: false, confidence: 'high', note: null, trend: [], ...change })

/** A network that says what it is told to. */
function network(facts: (subject: HealthSubject<unknown>) => Partial<HealthFacts>): AnyNetwork {
  return { ...(networks[0] as AnyNetwork), id: 'made-up', title: 'Made up', health: (subject) => ({ sentence: 'So it is.', figures: [], models: [], modelsSource: null, emission: [], missing: [], ...facts(subject) }) }
}

function readerOf(one: AnyNetwork[], parts: { kept?: MarketTables; clock?: HandClock; clouds?: CloudPrice[] } = {}) {
  return setUpNetworkHealth({ networks: one, markets: markets(), live: nothing, tables: parts.kept ?? tables(), clouds: parts.clouds ?? [], gpuTable, clock: parts.clock ?? handClock(at) })
}

describe('every network', () => {
  test.each(networks.map((one) => one.id))('%s has a page with nothing read yet', (id) => {
    const health = readerOf(networks).health(id)
    expect(health).toMatchObject({ networkId: id, title: expect.any(String) as string })
    expect(health.figures.length).toBeGreaterThan(3)
  })
  test('an unknown one is refused with those there are', () => {
    expect(() => readerOf(networks).health('nowhere')).toThrow(NotPossible)
    expect(() => readerOf(networks).health('nowhere')).toThrow(networks[0]?.id ?? '')
  })
  test('one of them ends a reward year in 26 days', () => {
    const cliffs = networks.flatMap((one) => readerOf(networks).health(one.id).nextCliff ?? [])
    const next = cliffs.sort((a, b) => a.at - b.at)[0]
    expect(next).toMatchObject({ inDays: 26 })
    expect(new Date(next?.at ?? 0).toISOString().slice(0, 10)).toBe('2026-12-19')
  })
  test('what its page cites may be opened, and nothing else', () => {
    const reader = readerOf(networks)
    const cited = networks.flatMap((one) => reader.health(one.id).figures.flatMap((each) => each.source?.url ?? []))
    for (const url of cited.filter((one) => one.startsWith('https://'))) expect(reader.isCited(url)).toBe(true)
    expect(reader.isCited('https://example.org/elsewhere')).toBe(false)
    expect(reader.isCited('')).toBe(false)
  })
})

describe('figures kept', () => {
  test('one value a figure and day, the later of the day; they are its trend', async () => {
    const kept = tables()
    const clock = handClock(Date.parse('2026-11-20T08:00:00Z'))
    let value = 0.4
    const made = network(() => ({ figures: [figure({ value })] }))
    const reader = readerOf([made], { kept, clock })
    reader.keepFigures()
    await clock.advance(3_600_000)
    value = 0.45
    reader.keepFigures()
    await clock.advance(day)
    value = 0.5
    reader.keepFigures()
    const { trend } = reader.health('made-up').figures[0] as NetworkFigure
    expect(trend.map((point) => point.value)).toEqual([0.45, 0.5])
    expect(trend.map((point) => new Date(point.at).toISOString())).toEqual(['2026-11-20T09:00:00.000Z', '2026-11-21T09:00:00.000Z'])
  })
  test('the same figures of the same day are written once', () => {
    const kept = tables()
    let writes = 0
    const counting: MarketTables = { ...kept, saveFigures: (...words) => void (writes++, kept.saveFigures(...words)) }
    const reader = readerOf([network(() => ({ figures: [figure({})] }))], { kept: counting })
    for (let i = 0; i < 5; i++) reader.keepFigures()
    expect(writes).toBe(1)
  })
  test('bundled, stale and unknown ones are not kept, nor is a network with none of them asked for again', () => {
    const kept = tables()
    readerOf([network(() => ({ figures: [figure({ id: 'a', origin: 'bundled' }), figure({ id: 'b', isStale: true }), figure({ id: 'c', value: null, note: 'why' }), figure({ id: 'd', value: 7 })] }))], { kept }).keepFigures()
    expect(Object.keys(kept.figures('made-up'))).toEqual(['d'])
  })
  test('utilisation by model is kept too, and a trend of the network\'s own comes first', () => {
    const kept = tables()
    const model = { listed: 'h100', model: 'H100 SXM5 80 GB', memoryGib: 80, total: 10, used: 5, utilisation: 0.5, price: null, trend: [] }
    const own = [{ at: 1, value: 0.1 }]
    const made = network(() => ({ figures: [figure({ trend: own })], models: [model], modelsSource: { origin: 'live', source, takenAt: at, isStale: false } }))
    const reader = readerOf([made], { kept })
    reader.keepFigures()
    const health = reader.health('made-up')
    expect(health.models[0]?.trend).toEqual([{ at, value: 0.5 }])
    expect(health.figures[0]?.trend).toEqual(own)
  })
  test('a figure by the name of an object\'s own parts has no past', () => {
    expect(readerOf([network(() => ({ figures: [figure({ id: 'constructor' })] }))]).health('made-up').figures[0]?.trend).toEqual([])
  })
})

describe('beside it', () => {
  const cloud = (model: string, usdPerGpuHour: number): CloudPrice => ({ cloud: 'AWS', instance: 'x', region: 'us-east-1', model, gpus: 8, usdPerGpuHour, source, takenAt: at, confidence: 'medium' })
  const use = (listed: string, model: string | null) => ({ listed, model, memoryGib: null, total: null, used: null, utilisation: null, price: null, trend: [] })

  test('cloud prices for its models alone, in their order, cheapest first', () => {
    const models = [use('a100', 'A100 SXM4 80 GB'), use('h100', 'H100 SXM5 80 GB'), use('odd', null)]
    const found = cloudsFor(models, [cloud('H100 SXM5 80 GB', 7), cloud('H100 SXM5 80 GB', 4), cloud('L40S', 2), cloud('A100 SXM4 80 GB', 3), cloud('ODD', 1)], gpuTable)
    expect(found.map((price) => [price.model, price.usdPerGpuHour])).toEqual([['A100 SXM4 80 GB', 3], ['H100 SXM5 80 GB', 4], ['H100 SXM5 80 GB', 7], ['ODD', 1]])
  })
  test('the next cliff is the nearest end ahead that is one', () => {
    const period = (to: number | null, cliff: string | null) => ({ title: 'x', from: null, to, pays: 'y', cliff, source })
    expect(nextCliffOf([period(at - 1, 'past'), period(at + 5 * day, null), period(at + 30 * day, 'later'), period(at + 10 * day + 1, 'next'), period(null, 'open')], at)).toEqual({ at: at + 10 * day + 1, inDays: 10, sentence: 'next' })
    expect(nextCliffOf([], at)).toBeNull()
  })
})
