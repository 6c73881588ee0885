/** What is read out of Aethir's dashboard pages, and what its health says with and without them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { MarketMisfit } from '../../../../main/networks/network.ts'
import { dashboardSource, parseDashboard } from '../../../../main/networks/aethir/dashboard.ts'
import { network } from '../../../../main/networks/aethir/index.ts'
import { healthSubject, keptOf } from '../health-subject.ts'

const recorded = JSON.parse(readFileSync(join(import.meta.dirname, '../../../../main/networks/aethir/fixtures/sources/dashboard.json'), 'utf8')) as { supply: string; demand: string }
const pushed = (data: unknown): string => `<script>self.__next_f.push([1,${JSON.stringify(`4:["$","$L1",null,${JSON.stringify(data)}]\n`)}])</script>`
const figures = (value: unknown) => network.health(healthSubject({ value: () => (value === undefined ? null : keptOf(value)) }))

describe('the pages', () => {
  test('figures are found by their key, in nested objects and beside lists', () => {
    const read = parseDashboard(recorded)
    expect(read).toMatchObject({ nodes: 433704, locations: 94, arrUsd: 62489999.9, computeHoursLastWeek: 8200000 })
    expect(read.months.map((month) => month.usd)).toEqual([5100000.5, 4010000, 4100000.25, 4310000, 5207500, 1900000])
    expect(read.months[0]).toMatchObject({ startAt: Date.UTC(2026, 5), endAt: Date.UTC(2026, 6) })
  })
  test('one page is enough, and so is one that stands alone', () => {
    expect(parseDashboard({ supply: recorded.supply, demand: null })).toMatchObject({ nodes: 433704, arrUsd: null, months: [] })
    expect(parseDashboard(recorded.supply)).toMatchObject({ nodes: 433704 })
  })
  test('two different values under one key are none', () => {
    expect(parseDashboard(pushed([{ nodes: 5, locations: 3 }, { nodes: 6 }]))).toMatchObject({ nodes: null, locations: 3 })
  })
  test.each([
    ['negative', { nodes: -5 }], ['beyond all sense', { nodes: 1e12 }], ['text', { nodes: 'many' }], ['nothing', {}],
  ])('%s: no figure is found, and it is said that there is no API', (_name, data) => {
    expect(() => parseDashboard(pushed(data))).toThrow(MarketMisfit)
    expect(() => parseDashboard(pushed(data))).toThrow('no public API')
  })
  test.each([null, 7, [], {}, '', { supply: 5 }, '<html>503</html>'])('%j is a misfit', (raw) => {
    expect(() => parseDashboard(raw)).toThrow(MarketMisfit)
  })
  test('months: odd rows are left out, and a month with two amounts', () => {
    const rows = [{ month: 'August, 2026', earning: 5 }, { month: 'August, 2026', earning: 6 }, { month: 'Smarch, 2026', earning: 1 }, { month: 'Sep 2026', earning: 7 }, { month: 'October, 2026', earning: -7 }, 5, null]
    expect(parseDashboard(pushed({ monthlyNetworkRevenue: rows })).months.map((month) => month.usd)).toEqual([7])
  })
  test('pages made to be slow are not: 5 MB of openings, quotes or keys in well under a second', () => {
    for (const piece of ['self.__next_f.push([1,"', 'self.__next_f.push([1,"a"])', '"nodes":', '"monthlyNetworkRevenue":[', '\\']) {
      const began = performance.now()
      expect(() => parseDashboard(piece.repeat(Math.ceil(5e6 / piece.length)))).toThrow(MarketMisfit)
      expect(performance.now() - began).toBeLessThan(1000)
    }
  })
  test('a demand page that fails does not cost the supply page', async () => {
    const raw = await dashboardSource.read(async ({ url, as }) => {
      expect(as).toBe('text')
      if (url.includes('demand')) throw new Error('503')
      return recorded.supply
    })
    expect(parseDashboard(raw)).toMatchObject({ nodes: 433704, months: [] })
  })
})

describe('health', () => {
  const of = (facts: ReturnType<typeof figures>, id: string) => facts.figures.find((figure) => figure.id === id)

  test('without the dashboard: dated figures, marked as old', () => {
    const facts = figures(undefined)
    expect(of(facts, 'revenue-usd-day')).toMatchObject({ origin: 'bundled', isStale: true, takenAt: Date.parse('2026-09-30'), value: 12420000 / 92 })
    expect(of(facts, 'nodes')).toMatchObject({ value: 433704, origin: 'bundled' })
    expect(of(facts, 'utilisation')).toMatchObject({ value: null })
    expect(facts.sentence).toContain('135,000 USD a day up to 2026-09-30, against 432,609 a year before')
  })
  test('with it: the last finished month, not the running one', () => {
    const facts = figures(parseDashboard(recorded))
    expect(of(facts, 'revenue-usd-day')?.value).toBeCloseTo(5207500 / 31, 6)
    expect(of(facts, 'revenue-usd-day')).toMatchObject({ origin: 'live', isStale: false })
    expect(of(facts, 'revenue-usd-day')?.trend).toHaveLength(5)
    expect(of(facts, 'nodes')).toMatchObject({ value: 433704, origin: 'live' })
  })
  test('checkers end on 2028-06-11', () => {
    const checkers = figures(undefined).emission.find((period) => period.title === 'Checkers')
    expect(new Date(checkers?.to ?? 0).toISOString().slice(0, 10)).toBe('2028-06-11')
  })
})
