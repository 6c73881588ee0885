/** What every network keeps, whichever it is: a new one is tested here without a new test. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { whatIf } from '../../../main/earnings/what-if.ts'
import { loadMarkets } from '../../../main/earnings/markets.ts'
import { citedUrls, networks, paysFor, practice, programmeInfos, providerSigns, readClientScore } from '../../../main/networks/index.ts'
import { MarketMisfit } from '../../../main/networks/network.ts'
import { leverIds } from '../../../shared/earnings.ts'
import { defaultSettings } from '../../../shared/settings.ts'
import { gpuTable, quiet, resourcesFolder, root } from '../earnings/estimating.ts'
import { cardOf, subjectOf } from './render/subject.ts'

interface EstimateCase {
  name: string
  programmeId: string
  gpuModel: string
  gpuCount?: number
  usdPerKwh: number
  wattsWork: number
  wattsWait: number
  market: string | null
  prices: Record<string, number>
  at: string
  net: { low: number | null; expected: number | null; high: number | null }
  breakEven?: { utilisation: number | null; usdPerKwh: number | null }
  tolerance: number
}

const folder = (id: string): string => join(root, 'main/networks', id)
const fixtures = (id: string): string[] => (existsSync(join(folder(id), 'fixtures')) ? readdirSync(join(folder(id), 'fixtures')).sort() : [])
const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))

test('every folder is in the registry, under its own id', () => {
  const folders = readdirSync(join(root, 'main/networks'), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  expect([...networks, practice].map((network) => network.id).sort()).toEqual(folders.sort())
})

test('ids of programmes are unique, and begin with their network', () => {
  const ids = programmeInfos().map((programme) => programme.id)
  expect(new Set(ids).size).toBe(ids.length)
  for (const { id, networkId } of programmeInfos()) expect(id.startsWith(`${networkId}/`)).toBe(true)
})

test('only https addresses may be opened', () => {
  for (const url of citedUrls()) expect(new URL(url).protocol).toBe('https:')
})

test('who pays for a kind of work is told by title, and every kind has somebody or nobody', () => {
  const titles = programmeInfos().map((programme) => programme.title)
  for (const kind of ['inference', 'rendering', 'training', 'transcoding'] as const) {
    for (const title of paysFor(kind)) expect(titles).toContain(title)
  }
  expect(paysFor('rendering').length).toBeGreaterThan(0)
})

test('a listed machine is told by names of processes that no two programmes share', () => {
  const names = providerSigns().flatMap((sign) => sign.processNames.map((name) => name.toLowerCase().replace(/\.exe$/, '')))
  expect(names.length).toBeGreaterThan(0)
  expect(new Set(names).size).toBe(names.length)
})

test('a text that is no client\'s log has no score', () => {
  for (const text of ['', 'hello', '{"a":1}', 'Total score: 5']) expect(readClientScore(text)).toBeNull()
})

describe.each(networks)('$title', (network) => {
  test('its signs name its own programmes and processes without a path, and say where they are from', () => {
    for (const { programmeId, processNames, source } of network.signs) {
      expect(network.programmes.map((programme) => programme.id)).toContain(programmeId)
      expect(processNames.length).toBeGreaterThan(0)
      for (const name of processNames) expect(name).toMatch(/^[^/\\]+$/)
      expect(source.date !== null || (source.note ?? '') !== '', programmeId).toBe(true)
    }
  })

  test('every requirement and duty says where it is from, and when or why there is no date', () => {
    for (const programme of network.programmes) {
      expect(programme.needs.length).toBeGreaterThan(0)
      expect(new Set(programme.needs.map((need) => need.id)).size).toBe(programme.needs.length)
      for (const { id, source } of [...programme.needs, ...programme.duties]) {
        expect(source.url, id).not.toBe('')
        expect(source.date !== null || (source.note ?? '') !== '', `${programme.id} ${id}: no date and no note`).toBe(true)
      }
      for (const need of programme.needs) {
        expect(need.title && need.required && need.why, need.id).toBeTruthy()
        expect(need.remedy === null || need.remedy.length > 0).toBe(true)
      }
    }
  })

  const recorded = fixtures(network.id).filter((name) => name.endsWith('.json') && name !== 'estimate-cases.json' && name !== 'log-lines.json')
  if (network.market !== null) {
    const { market } = network
    test('has a recorded answer that parses, and a bundled one', () => {
      expect(recorded.some((name) => !name.startsWith('bad-'))).toBe(true)
      const bundled = readJson(join(resourcesFolder, 'market', `${network.id}.json`)) as { answer: unknown; takenAt: string }
      expect(() => market.parse(bundled.answer)).not.toThrow()
      expect(Date.parse(bundled.takenAt)).toBeGreaterThan(0)
    })
    test.each(recorded.filter((name) => !name.startsWith('bad-')))('%s parses, and so it does with keys nobody knows', (name) => {
      const raw = readJson(join(folder(network.id), 'fixtures', name)) as Record<string, unknown>
      expect(() => market.parse(raw)).not.toThrow()
      expect(market.parse({ ...raw, _note: 'x', surprise: { a: [1] } })).toEqual(market.parse(raw))
    })
    test.each([...recorded.filter((name) => name.startsWith('bad-')), 'null', 'a number', 'a list', 'an empty object'])('%s is refused with a sentence', (name) => {
      const bad: Record<string, unknown> = { null: null, 'a number': 7, 'a list': [], 'an empty object': {} }
      const raw = name in bad ? bad[name] : readJson(join(folder(network.id), 'fixtures', name))
      let caught: unknown
      try {
        market.parse(raw)
      } catch (error) {
        caught = error
      }
      expect(caught).toBeInstanceOf(MarketMisfit)
      expect((caught as Error).message).toMatch(/\S.*\.$/)
    })
  }

  test.each(network.programmes)('$id: what a question moves, moves the estimate the right way, and its spans can be', (programme) => {
    for (const model of ['GeForce RTX 4090', 'H100 SXM5 80 GB', 'Radeon RX 7900 XTX']) {
      const tokenUsd = (symbol: string) => ({ id: `token-price-${symbol.toLowerCase()}`, label: symbol, value: 1, unit: 'USD', origin: 'user' as const, source: null, takenAt: null, confidence: 'high' as const, stale: false })
      const incomeWith = (lever: string, factor: number): number => {
        const { lines, busy } = programme.estimate({ ...subjectOf<never>(model, { card: cardOf(model), tokenUsd }), factor: (one) => (one === lever ? factor : 1) })
        for (const share of Object.values(busy)) if (share !== null) expect(share >= 0 && share <= 1, `${programme.id} ${lever} × ${factor}: busy ${share}`).toBe(true)
        return lines.filter((line) => line.kind === 'income').reduce((sum, line) => sum + (line.usdPerDay.expected ?? 0), 0)
      }
      for (const lever of ['utilisation', 'pay-rate', 'speed'] as const) {
        const usual = incomeWith(lever, 1)
        expect(incomeWith(lever, 2), `${lever} doubled`).toBeGreaterThanOrEqual(usual - 1e-9)
        expect(incomeWith(lever, 0.5), `${lever} halved`).toBeLessThanOrEqual(usual + 1e-9)
        expect(Number.isFinite(incomeWith(lever, 1e6))).toBe(true)
      }
      const { spans = [] } = programme.estimate({ ...subjectOf<never>(model, { card: cardOf(model), tokenUsd }) })
      for (const { lever, low, high, why } of spans) {
        expect(leverIds).toContain(lever)
        expect(low >= 0 && low <= 1 && high >= 1, `${lever}: ${low} to ${high}`).toBe(true)
        expect(why).toMatch(/\S.*\.$/)
      }
      expect(new Set(spans.map((span) => span.lever)).size).toBe(spans.length)
    }
  })

  const casesFile = join(folder(network.id), 'fixtures', 'estimate-cases.json')
  const cases = existsSync(casesFile) ? (readJson(casesFile) as EstimateCase[]) : []
  test('has estimate cases', () => expect(cases.length).toBeGreaterThan(0))
  test.each(cases)('$programmeId: $name', (one) => {
    const at = Date.parse(one.at)
    const files = one.market === null ? {} : { [network.id]: join(folder(network.id), 'fixtures', one.market) }
    const { estimates } = whatIf({
      gpuModel: one.gpuModel,
      gpuCount: one.gpuCount ?? 1,
      gpuTable,
      networks,
      markets: loadMarkets({ resourcesFolder, networks, files, prices: one.prices, now: at, log: quiet }),
      settings: defaultSettings,
      overrides: { usdPerKwh: one.usdPerKwh, wattsWork: one.wattsWork, wattsWait: one.wattsWait },
      at,
      only: { networkId: network.id },
    })
    const estimate = estimates.find((found) => found.programmeId === one.programmeId)
    for (const end of ['low', 'expected', 'high'] as const) expectNear(estimate?.net[end], one.net[end], one.tolerance, end)
    if (one.breakEven) {
      expectNear(estimate?.breakEven.utilisation, one.breakEven.utilisation, one.tolerance, 'break-even utilisation')
      expectNear(estimate?.breakEven.usdPerKwh, one.breakEven.usdPerKwh, one.tolerance, 'break-even price')
    }
    if (Object.values(one.net).every((value) => value === null)) expect(estimate?.reasons.length).toBeGreaterThan(0)
  })
})

function expectNear(actual: number | null | undefined, wanted: number | null, tolerance: number, what: string): void {
  if (wanted === null) return void expect(actual, what).toBeNull()
  expect(typeof actual === 'number' && Math.abs(actual - wanted) <= tolerance, `${what}: ${String(actual)}, wanted ${wanted}`).toBe(true)
}
