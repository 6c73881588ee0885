/** What the user gives goes before what is live, that before what is bundled, and the newer before the older; a date that lies ahead is never fresh. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ageInWords, isStale } from '../../../main/earnings/ages.ts'
import { loadMarkets, type Markets } from '../../../main/earnings/markets.ts'
import type { LiveValues } from '../../../main/market-data/index.ts'
import { networks } from '../../../main/networks/index.ts'
import type { AnyNetwork } from '../../../main/networks/network.ts'
import { at, quiet, resourcesFolder } from './estimating.ts'

const hour = 3_600_000
const day = 24 * hour
const source = { url: 'https://example.com', date: '2026-11-23' }

function withLive(live: Partial<LiveValues>, more: { prices?: Record<string, number>; networks?: AnyNetwork[]; files?: Record<string, string> } = {}): Markets {
  const none: LiveValues = { market: () => null, value: () => null, tokenUsd: () => null, currencyUsd: () => null }
  return loadMarkets({ resourcesFolder, networks: more.networks ?? networks, files: more.files ?? {}, prices: more.prices ?? {}, now: at, log: quiet, live: { ...none, ...live } })
}
const kept = (takenAt: number) => ({ value: { rows: [] }, origin: 'live' as const, source, takenAt, isStale: false })
const priced = (usd: number, takenAt: number) => ({ usd, origin: 'live' as const, source, takenAt, confidence: 'high' as const, note: '2 services agree' })

test('live goes before bundled while it is newer; user before both', () => {
  const live = { market: () => kept(at - hour), tokenUsd: () => priced(0.9, at - hour), currencyUsd: () => priced(1.25, at - hour) }
  const markets = withLive(live)
  expect(markets.reading('akash')).toMatchObject({ origin: 'live', stale: false, takenAt: at - hour })
  expect(markets.tokenUsd('AKT')).toMatchObject({ value: 0.9, origin: 'live', stale: false, confidence: 'high', note: 'live price, 1 h old; 2 services agree' })
  expect(markets.currencyRate('EUR')).toMatchObject({ usdPerUnit: 1.25, origin: 'live' })
  expect(markets.statuses(at).map((status) => status.origin)).not.toContain('bundled')
  expect(withLive(live, { prices: { AKT: 5 } }).tokenUsd('AKT')).toMatchObject({ value: 5, origin: 'user' })
  expect(withLive({ ...live, tokenUsd: () => priced(0.9, Date.parse('2026-09-01T00:00:00Z')) }).tokenUsd('AKT')).toMatchObject({ origin: 'bundled' })
})

test('live that is past its shelf life is still used, and marked', () => {
  const markets = withLive({ market: () => kept(at - 20 * day), tokenUsd: () => priced(0.9, at - 3 * day) })
  expect(markets.reading('akash')).toMatchObject({ origin: 'live', stale: true })
  expect(markets.tokenUsd('AKT')).toMatchObject({ value: 0.9, origin: 'live', stale: true, note: expect.stringContaining('3 days old') as string })
})

test('what is dated next year, as under a wrong clock, is used, and never fresh', () => {
  const ahead = at + 365 * day
  const markets = withLive({ market: () => kept(ahead), tokenUsd: () => priced(0.9, ahead) })
  expect(markets.reading('akash')).toMatchObject({ origin: 'live', stale: true })
  expect(markets.tokenUsd('AKT')).toMatchObject({ origin: 'live', value: 0.9, stale: true, note: expect.stringContaining('its age cannot be told') as string })
  expect(isStale(ahead, at, 100 * 365 * day)).toBe(true)
  expect(ageInWords(ahead, at)).toBe('dated 2027-11-23, after the time asked about')
  expect(isStale(at + 60_000, at, day)).toBe(false)
})

test('a wrong clock leaves live figures without an age', () => {
  const markets = withLive({ market: () => kept(at), tokenUsd: () => priced(0.9, at), ageDoubt: () => 'The clock is wrong.' })
  expect(markets.reading('akash')).toMatchObject({ origin: 'live', stale: true })
  expect(markets.tokenUsd('AKT')).toMatchObject({ stale: true, note: expect.stringContaining('The clock is wrong.') as string })
})

test('values are read at every call, and by the moment of the call', () => {
  let usd = 1
  let now = at
  const markets = withLive({ tokenUsd: () => priced(usd, now), currencyUsd: () => priced(usd, now), now: () => now })
  expect(markets.tokenUsd('AKT')?.value).toBe(1)
  usd = 2
  now = at + 30 * day
  expect(markets.tokenUsd('AKT')).toMatchObject({ value: 2, stale: false })
  expect(markets.currencyRate('EUR')).toMatchObject({ usdPerUnit: 2, origin: 'live' })
})

test('a recorded answer from next year is used as it was asked for, and said', () => {
  const folder = mkdtempSync(join(tmpdir(), 'idlewatt-live-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'answer.json')
  writeFileSync(file, '{"at":"2027-11-23T00:00:00Z"}')
  const [first] = networks.filter((network) => network.id === 'akash')
  const network = { ...first, market: { ...first?.market, parse: (raw: unknown) => raw, takenAt: (value: { at: string }) => Date.parse(value.at) } } as AnyNetwork
  const markets = withLive({}, { networks: [network], files: { akash: file } })
  expect(markets.reading('akash')).toMatchObject({ origin: 'user', stale: true, confidence: 'low', source: { note: expect.stringContaining('lies ahead') as string } })
})

test.each([
  ['NaN', Number.NaN, /must be a number/],
  ['endless', Number.NEGATIVE_INFINITY, /must be a number/],
  ['negative', -0.5, /is negative/],
  ['1e12', 1e12, /ever near that/],
])('a price of the user\'s that is %s is refused', (_what, usd, sentence) => {
  expect(() => withLive({}, { prices: { AKT: usd } })).toThrow(sentence)
})

test('what a network\'s own source last told reaches its estimates', () => {
  const told = (id: string) => ({ ...kept(at - hour), value: { told: id } })
  expect(withLive({ value: told }).value?.('akash/chain')).toMatchObject({ value: { told: 'akash/chain' }, origin: 'live' })
  expect(withLive({}).value?.('akash/chain')).toBeNull()
})

test('a price that was given is remarked on where it is 0 or far off what is known', () => {
  const remark = (usd: number) => withLive({}, { prices: { AKT: usd } }).givenPriceRemark?.('akt') ?? null
  expect(remark(0)).toContain('is 0')
  expect(remark(7e5)).toMatch(/700,000 USD, is .* times the 0\.7004 USD/)
  expect(remark(1e-5)).toContain('th of')
  expect(remark(3)).toBeNull()
})

test('a year asked about that is far from the figures leaves little to believe', () => {
  const markets = withLive({ market: () => kept(at) })
  expect(markets.reading('akash', at + 400 * day)).toMatchObject({ stale: true, confidence: 'low' })
})
