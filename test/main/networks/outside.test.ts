/** What every network keeps towards the outside, whichever it is: whom it asks, what it takes for an answer, its health, its wallet. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { networks } from '../../../main/networks/index.ts'
import { MarketMisfit, RequestFailed, type AnyNetwork, type HealthSubject, type MarketAsk, type MarketRequest } from '../../../main/networks/network.ts'
import type { Source } from '../../../shared/network.ts'
import { gpuTable, root } from '../earnings/estimating.ts'
import { healthSubject, keptOf } from './health-subject.ts'

const folder = (id: string): string => join(root, 'main/networks', id)
const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))
const sourceFixtures = (id: string): string[] => (existsSync(join(folder(id), 'fixtures', 'sources')) ? readdirSync(join(folder(id), 'fixtures', 'sources')).sort() : [])
/** "capacity-2026.json" and "bad-capacity.json" belong to the source "<id>/capacity"; of two that fit, to the longer name. */
const fixturesOf = (network: AnyNetwork, word: string): string[] => {
  const words = network.sources.map((source) => source.id.slice(network.id.length + 1))
  const fits = (name: string, one: string): boolean => new RegExp(`^${one}([-.]|$)`).test(name.replace(/^bad-/, ''))
  return sourceFixtures(network.id).filter((name) => fits(name, word) && !words.some((other) => other.length > word.length && fits(name, other)))
}
const readFixture = (id: string, name: string): unknown => {
  const path = join(folder(id), 'fixtures', 'sources', name)
  return name.endsWith('.json') ? readJson(path) : readFileSync(path, 'utf8')
}
const refused = (parse: () => unknown): void => {
  let caught: unknown
  try {
    parse()
  } catch (error) {
    caught = error
  }
  expect(caught).toBeInstanceOf(MarketMisfit)
  expect((caught as Error).message).toMatch(/\S.*\.$/)
}
const isSaid = ({ url, date, note }: Source): boolean => url !== '' && (date !== null || (note ?? '') !== '')

function keysOf(raw: unknown): string[] {
  if (Array.isArray(raw)) return keysOf(raw[0])
  return typeof raw === 'object' && raw !== null ? Object.entries(raw).flatMap(([key, value]) => [key, ...keysOf(value)]) : []
}

function withNumbers(raw: unknown, change: (number: number) => unknown): unknown {
  if (typeof raw === 'number') return change(raw)
  if (Array.isArray(raw)) return raw.map((one) => withNumbers(one, change))
  return typeof raw === 'object' && raw !== null ? Object.fromEntries(Object.entries(raw).map(([key, value]) => [key, withNumbers(value, change)])) : raw
}

/** Everything that is asked on the way, whatever the answers are: none, empty ones, and refusals. */
async function asksOf(read: (request: MarketRequest) => Promise<unknown>): Promise<MarketAsk[]> {
  const asks: MarketAsk[] = []
  const answers: (() => Promise<unknown>)[] = [() => Promise.reject(new RequestFailed('no answer', null)), () => Promise.reject(new RequestFailed('not found', 404)), ...[null, {}, [], '', { data: [] }, { result: null }].map((answer) => () => Promise.resolve(answer))]
  for (const answer of answers) {
    await read((ask) => {
      asks.push(ask)
      if (asks.length > 5000) throw new Error('asks without end')
      return answer()
    }).catch((error: unknown) => expect(error instanceof MarketMisfit || error instanceof RequestFailed, String(error)).toBe(true))
  }
  expect(asks.length).toBeGreaterThan(0)
  return asks
}

function expectAllowed(asks: MarketAsk[], hosts: string[]): void {
  for (const host of hosts) expect(host, 'a host, and nothing else').toMatch(/^[a-z0-9.-]+(:\d+)?$/)
  for (const { url, what, method, body } of asks) {
    expect(new URL(url).protocol).toBe('https:')
    expect(hosts).toContain(new URL(url).host)
    expect(what).not.toBe('')
    if (body !== undefined) expect(method).toBe('POST')
  }
}

describe.each(networks)('$title', (network) => {
  if (network.market !== null) {
    const { market } = network
    test('its market asks its own hosts alone, over HTTPS, and says where it is from', async () => {
      expectAllowed(await asksOf((request) => market.readMarket(request)), market.hosts)
      expect(isSaid(market.source)).toBe(true)
      expect(market.shelfLifeMs).toBeGreaterThan(0)
    })
  }

  test('every token has ids at two services at least, and no other token has', () => {
    expect(network.tokenIds.map((token) => token.symbol).sort()).toEqual([...network.tokens].sort())
    for (const { ids, source } of network.tokenIds) {
      expect(Object.keys(ids).length).toBeGreaterThanOrEqual(2)
      expect(isSaid(source)).toBe(true)
    }
  })

  test('its sources are told apart and begin with its id', () => {
    const ids = network.sources.map((source) => source.id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const source of network.sources) {
      expect(source.id).toMatch(new RegExp(`^${network.id}/[a-z0-9-]+$`))
      expect(source.title && source.what).toBeTruthy()
      expect(source.shelfLifeMs).toBeGreaterThan(0)
      expect(isSaid(source.source), source.id).toBe(true)
    }
    for (const name of sourceFixtures(network.id)) expect(network.sources.some((source) => fixturesOf(network, source.id.slice(network.id.length + 1)).includes(name)), `${name} belongs to a source`).toBe(true)
  })

  test('whatever comes for an answer, it is taken or refused with a sentence, and nothing else is thrown', () => {
    const parsers = [...network.sources.map((source) => source.parse), ...(network.market === null ? [] : [(raw: unknown) => network.market?.parse(raw)])]
    const keys = [...new Set(network.sources.flatMap((source) => fixturesOf(network, source.id.slice(network.id.length + 1)).flatMap((name) => keysOf(readFixture(network.id, name)))))]
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ depthSize: 'small' }, fc.constantFrom<unknown>(null, 0, -1, 1e12, NaN, '', '7', '2026-09-01', true, {}, []), fc.array(tie('tree'), { maxLength: 3 }), fc.dictionary(fc.constantFrom('data', 'result', ...keys), tie('tree'), { maxKeys: 6 })),
    }))
    fc.assert(
      fc.property(fc.oneof(tree, fc.anything()), (raw) => {
        for (const parse of parsers) {
          try {
            parse(raw)
          } catch (error) {
            expect(error instanceof MarketMisfit && /\S.*\.$/s.test(error.message), String(error)).toBe(true)
          }
        }
      }),
      { numRuns: 150 },
    )
  })

  describe.each(network.sources)('the source $id', (source) => {
    const word = source.id.slice(network.id.length + 1)
    const names = fixturesOf(network, word)
    test('asks its own hosts alone, over HTTPS', async () => {
      expectAllowed(await asksOf((request) => source.read(request)), source.hosts)
    })
    test('has a recorded answer', () => expect(names.some((name) => !name.startsWith('bad-'))).toBe(true))
    test.each(names.filter((name) => !name.startsWith('bad-')))('%s parses, and so it does with keys nobody knows', (name) => {
      const raw = readFixture(network.id, name)
      const value = source.parse(raw)
      if (typeof raw === 'object' && raw !== null && !Array.isArray(raw)) expect(source.parse({ ...raw, _note: 'x', surprise: { a: [1] } })).toEqual(value)
      const takenAt = source.takenAt?.(value) ?? null
      expect(takenAt === null || Number.isFinite(takenAt)).toBe(true)
      // What is kept is written down as JSON in between.
      expect(network.health(healthSubject({ value: (id) => (id === source.id ? keptOf(value) : null) })).figures.length).toBeGreaterThan(0)
    })
    test.each(names.filter((name) => name.startsWith('bad-')))('%s is refused with a sentence', (name) => refused(() => source.parse(readFixture(network.id, name))))
    test.each([null, 7, 'text', '<!DOCTYPE html><html></html>', [], {}])('%j is refused with a sentence', (raw) => refused(() => source.parse(raw)))
  })

  // Values reach it through `parse` alone: what is hostile is what an answer can hold and still be taken.
  const odd: [string, (number: number) => unknown][] = [['0', () => 0], ['1e12', () => 1e12], ['-1', () => -1], ['-0', () => -0], ['NaN', () => NaN], ['text', (number) => String(number)], ['half of it', (number) => number / 2], ['null', () => null], ['1e308', () => 1e308]]
  const hostile = network.sources.flatMap((source) =>
    fixturesOf(network, source.id.slice(network.id.length + 1)).filter((name) => !name.startsWith('bad-')).flatMap((name) =>
      odd.flatMap(([what, change]): [string, Partial<HealthSubject<unknown>>][] => {
        try {
          const value = source.parse(withNumbers(readFixture(network.id, name), change))
          return [[`${what} for every number of ${name}`, { value: (id) => (id === source.id ? keptOf(value) : null) }]]
        } catch (error) {
          if (error instanceof MarketMisfit) return []
          throw error
        }
      }),
    ),
  )
  test.each<[string, Partial<HealthSubject<unknown>>]>([
    ['nothing known', {}],
    ['a date long past', { at: 0 }],
    ['a date far ahead', { at: Date.parse('2100-01-01') }],
    ...hostile,
    ...[NaN, -1, Infinity, null].map((value): [string, Partial<HealthSubject<unknown>>] => [
      `a price of ${String(value)}`,
      { tokenUsd: (symbol) => ({ id: 'x', label: symbol, value, unit: 'USD', origin: 'live', source: { url: 'https://example.org', date: null, note: 'x' }, takenAt: null, confidence: 'low', stale: false }) },
    ]),
  ])('its health with %s: figures with a source, or with the reason why there is none', (_name, change) => {
    const { figures, sentence, models, modelsSource, emission, missing } = network.health(healthSubject(change))
    expect(sentence).toMatch(/\S.*\.$/)
    expect(figures.map((figure) => figure.id)).toContain('utilisation')
    expect(figures.map((figure) => figure.id)).toContain('revenue-usd-day')
    expect(new Set(figures.map((figure) => figure.id)).size).toBe(figures.length)
    for (const { id, value, unit, source, origin, note, trend } of figures) {
      if (value === null) expect(note, `${id}: why it is not known`).toMatch(/\S/)
      else {
        expect(Number.isFinite(value) && value >= 0, `${id}: ${value}`).toBe(true)
        expect(origin === 'user' || (source !== null && isSaid(source)), `${id} has a source`).toBe(true)
        if (unit === 'share') expect(value).toBeLessThanOrEqual(1)
      }
      for (let i = 1; i < trend.length; i++) expect(trend[i]?.at, `${id}: oldest first`).toBeGreaterThanOrEqual(trend[i - 1]?.at ?? 0)
    }
    // What lasts leads; the token comes last.
    const groups = figures.map((figure) => figure.group === 'token')
    expect(groups).toEqual(groups.toSorted((one, other) => Number(one) - Number(other)))
    for (const { listed, model, utilisation, total, used } of models) {
      expect(listed).not.toBe('')
      if (model !== null) expect(gpuTable.byModel(model), `${model} is in the table`).not.toBeNull()
      if (utilisation !== null) expect(utilisation >= 0 && utilisation <= 1, listed).toBe(true)
      if (total !== null && used !== null) expect(used).toBeLessThanOrEqual(total)
    }
    if (models.length > 0) expect(modelsSource).not.toBeNull()
    else expect(missing.length).toBeGreaterThan(0)
    for (const { title, pays, from, to, source } of emission) {
      expect(title && pays).toBeTruthy()
      if (from !== null && to !== null) expect(from).toBeLessThan(to)
      expect(isSaid(source), title).toBe(true)
    }
    const ends = emission.map((period) => period.to).filter((to) => to !== null)
    expect(ends, 'periods in order').toEqual(ends.toSorted((a, b) => a - b))
  })

  if (network.wallet !== null) {
    const { wallet } = network
    const address = { solana: 'Gaxmf9tKTFWrHHaQY8dqNpjcWhxg2RNP95jRwSc5N9V7', evm: '0x52908400098527886E0F7030069857D2E4169EE7', bech32: `${wallet.prefix ?? ''}1qypqxpq9qcrsszg2pvxq6rs0zqg3yyc5z5tpwxq` }[wallet.chain]
    test('its wallet asks its own hosts alone, and marks the address wherever it goes out', async () => {
      const asks = await asksOf((request) => wallet.readBalances(request, address))
      const { readPayouts } = wallet
      if (readPayouts !== null) asks.push(...(await asksOf((request) => readPayouts(request, address, Date.parse('2026-11-01')))))
      else expect(wallet.remark).toMatch(/\S/)
      expectAllowed(asks, wallet.hosts)
      await fc.assert(
        fc.asyncProperty(fc.anything(), async (answer) => {
          const found = await wallet.readBalances(async () => ({ jsonrpc: '2.0', id: 1, result: answer }), address).catch((error: unknown) => error)
          expect(Array.isArray(found) || found instanceof MarketMisfit || found instanceof RequestFailed, String(found)).toBe(true)
        }),
        { numRuns: 100 },
      )
      const bare = address.replace(/^0x/, '').toLowerCase()
      for (const { url, body, secretParts, what } of asks) {
        expect(what.toLowerCase()).not.toContain(bare)
        const out = `${decodeURIComponent(url)} ${JSON.stringify(body ?? '')}`.toLowerCase()
        if (out.includes(bare)) expect((secretParts ?? []).some((part) => part.toLowerCase().replace(/^0x/, '') === bare), url).toBe(true)
      }
      expect(wallet.chain === 'bech32', 'bech32 has a prefix').toBe(wallet.prefix !== undefined)
    })
  }
})
