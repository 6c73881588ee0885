/** What the Render Network's health says: from live statistics, and from bundled figures where there are none. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { network } from '../../../../main/networks/render/index.ts'
import type { RenderMarket } from '../../../../main/networks/render/market.ts'
import { MarketMisfit, type MarketReading } from '../../../../main/networks/network.ts'
import { parseBurns } from '../../../../main/networks/render/sources-burns.ts'
import { parseNodesAndFrames } from '../../../../main/networks/render/sources-nodes.ts'
import { at, healthSubject, keptOf } from '../health-subject.ts'

const fixture = (name: string): unknown => JSON.parse(readFileSync(join(import.meta.dirname, '../../../../main/networks/render/fixtures', name), 'utf8'))
const burns = parseBurns(fixture('sources/burns.json'))
const week = (change: object): unknown => ({ data: [{ id: 1, startDate: '2026-09-02', endDate: '2026-09-09', burnedRender: 10, burnedRenderUSDCAmt: 20, ...change }] })

function figures(change: Parameters<typeof healthSubject<RenderMarket>>[0] = {}) {
  const facts = network.health(healthSubject<RenderMarket>(change))
  return { facts, of: (id: string) => facts.figures.find((figure) => figure.id === id) }
}

describe('weekly burns', () => {
  test('come oldest first, whichever way they are listed', () => {
    const raw = fixture('sources/burns.json') as { data: unknown[] }
    expect(burns.weeks.map((one) => one.id)).toEqual([140, 141, 142, 143, 144])
    expect(parseBurns({ data: raw.data.toReversed() })).toEqual(burns)
  })
  test('numbers may come as text, and the USD may be missing', () => {
    expect(parseBurns(week({ burnedRender: '10.5', burnedRenderUSDCAmt: null })).weeks[0]).toMatchObject({ burnedRender: 10.5, burnedUsd: null })
  })
  test.each([
    ['negative', { burnedRender: -1 }, 'data.0.burnedRender'],
    ['more than there is', { burnedRender: 1e12 }, 'data.0.burnedRender'],
    ['a list', { burnedRender: [] }, 'data.0.burnedRender'],
    ['USD without end', { burnedRenderUSDCAmt: 1e12 }, 'data.0.burnedRenderUSDCAmt'],
    ['no date', { endDate: 'soon' }, 'data.0.endDate'],
    ['a week that runs backwards', { endDate: '2026-09-01' }, 'data.0.endDate'],
  ])('%s is refused with the field', (_name, change, field) => {
    expect(() => parseBurns(week(change))).toThrow(MarketMisfit)
    expect(() => parseBurns(week(change))).toThrow(field)
  })
  test('an empty list and an own failure are refused', () => {
    expect(() => parseBurns({ data: [] })).toThrow('empty list')
    expect(() => parseBurns({ success: false, data: [] })).toThrow('success is false')
  })
})

test('nodes and frames: one of them is enough', () => {
  expect(parseNodesAndFrames({ nodes: 4000 })).toEqual({ nodes: 4000, frames: null })
  expect(() => parseNodesAndFrames({})).toThrow(MarketMisfit)
  expect(() => parseNodesAndFrames({ nodes: -4, frames: 1 })).toThrow('nodes')
})

describe('with nothing read yet', () => {
  test('the dated figures hold, and say how old they are', () => {
    const { of, facts } = figures()
    expect(of('obh-week')).toMatchObject({ value: 24142413, origin: 'bundled', isStale: true, takenAt: Date.parse('2025-08-20') })
    expect(of('wallets-paid')?.value).toBe(172)
    expect(of('burned-week')?.value).toBeCloseTo((333356 / 90) * 7, 6)
    expect(of('revenue-usd-day')).toMatchObject({ origin: 'bundled', confidence: 'low', isStale: true })
    expect(of('nodes')).toMatchObject({ value: null, note: expect.stringContaining('not been read') as string })
    expect(of('utilisation')).toMatchObject({ value: null })
    expect(facts.missing.join(' ')).toContain('Utilisation by GPU model is not published')
    expect(facts.figures.at(-1)?.id).toBe('token-price-render')
    expect(facts.sentence).not.toMatch(/price/i)
  })
})

describe('with live statistics', () => {
  const value = (id: string) => (id === 'render/burns' ? keptOf(burns) : id === 'render/nodes' ? keptOf({ nodes: 4210, frames: 71234567 }) : null)
  const now = Date.parse('2026-09-28T12:00:00Z')

  test('the running week is left out: it would look like a collapse', () => {
    const { of } = figures({ value, at: now })
    expect(of('burned-week')).toMatchObject({ value: 27391.1, origin: 'live', confidence: 'medium', isStale: false, takenAt: Date.parse('2026-09-23') })
    expect(of('revenue-usd-day')?.value).toBeCloseTo(54234.4 / 7, 6)
    expect(of('revenue-usd-day')?.trend).toHaveLength(4)
    expect(of('burned-per-emitted')?.value).toBeCloseTo(27391.1 / ((5_900_000 / 365) * 7), 6)
    expect(of('nodes')?.value).toBe(4210)
  })
  test('statistics whose last week ended long ago are old, however lately they were read', () => {
    expect(figures({ value }).of('burned-week')?.isStale).toBe(true)
  })
  test('a live market gives hours, wallets and pay; a sum under one key is no wallet', () => {
    const market: MarketReading<RenderMarket> = { value: network.market?.parse(fixture('liability-epochs.json')) ?? { weeks: [] }, origin: 'live', source: { url: 'https://example.org', date: null }, takenAt: at, stale: false, confidence: 'high' }
    const { of } = figures({ market })
    expect(of('obh-week')).toMatchObject({ value: 12.5e6, origin: 'live', takenAt: Date.parse('2026-09-09') })
    expect(of('wallets-paid')?.value).toBe(2)
    expect(of('work-paid-week')?.value).toBeCloseTo(15000, 6)
  })
})

describe('the reward years', () => {
  test('year 3 ends on 2026-12-19, and nothing follows it', () => {
    const { emission } = figures().facts
    const last = emission.at(-1)
    expect(last).toMatchObject({ title: 'Reward year 3', from: Date.parse('2025-12-20') })
    expect(new Date(last?.to ?? 0).toISOString()).toBe('2026-12-19T23:59:59.999Z')
    expect(last?.pays).toContain('15,000')
    expect(last?.pays).toContain('2,800')
    expect(last?.cliff).toContain('not set')
    expect(emission.filter((period) => period.cliff !== null)).toHaveLength(1)
  })
  test('they follow each other without a gap', () => {
    const { emission } = figures().facts
    emission.slice(1).forEach((period, i) => expect(period.from).toBe((emission[i]?.to ?? 0) + 1))
  })
})
