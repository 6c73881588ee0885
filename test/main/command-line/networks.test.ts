/** `idlewatt networks`: which network is meant, and what is printed of it; every line fits a terminal. */
import { describe, expect, test } from 'vitest'
import { networksText, networkText, readWords } from '../../../main/command-line/networks.ts'
import { WrongWords } from '../../../main/command-line/words.ts'
import { setUpNetworkHealth } from '../../../main/network-health.ts'
import { networks } from '../../../main/networks/index.ts'
import type { NetworkHealth } from '../../../shared/network-health.ts'
import { handClock } from '../../helpers/clocks.ts'
import { at, gpuTable, markets } from '../earnings/estimating.ts'
import { idlewatt } from './call.ts'

const source = { url: 'https://example.org/prices', date: '2026-11-01' }
const reader = setUpNetworkHealth({
  networks,
  markets: markets(),
  live: { market: () => null, value: () => null, tokenUsd: () => null, currencyUsd: () => null },
  tables: { saveAnswer() {}, answers: () => [], answerTimes: () => [], answer: () => null, addRequest() {}, requests: () => [], savePrice() {}, priceNear: () => null, saveFigures() {}, figures: () => ({}) },
  clouds: [],
  gpuTable,
  clock: handClock(at),
})
const healths = networks.map((network) => reader.health(network.id))

const made: NetworkHealth = {
  networkId: 'made-up', title: 'Made up', sentence: 'Half of it is used.', missing: ['Who pays.'], emission: [], nextCliff: { at: Date.parse('2026-12-19T23:59:59Z'), inDays: 26, sentence: 'It ends.' },
  figures: [
    { id: 'utilisation', label: 'Used', group: 'use', value: 0.524, unit: 'share', origin: 'live', source, takenAt: at, isStale: false, confidence: 'high', note: null, trend: [{ at: at - 864e5, value: 0.4 }, { at, value: 0.524 }] },
    { id: 'gpus-total', label: 'GPUs', group: 'supply', value: 12345, unit: 'GPUs', origin: 'bundled', source, takenAt: at - 864e6, isStale: true, confidence: 'low', note: null, trend: [] },
    { id: 'revenue-usd-day', label: 'Revenue', group: 'revenue', value: null, unit: 'USD/day', origin: 'bundled', source: null, takenAt: null, isStale: false, confidence: 'none', note: 'Nobody says it.', trend: [] },
  ],
  models: [{ listed: 'h100', model: 'H100 SXM5 80 GB', memoryGib: 80, total: 10, used: 5, utilisation: 0.5, price: { low: 1, middle: 2, high: 3 }, trend: [] }],
  modelsSource: { origin: 'live', source, takenAt: at, isStale: false },
  clouds: [{ cloud: 'AWS', instance: 'p5', region: 'us-east-1', model: 'H100 SXM5 80 GB', gpus: 8, usdPerGpuHour: 6.88, source, takenAt: at, confidence: 'medium' }],
}

describe('which network', () => {
  test('a word or the flag; neither is all of them', () => {
    const id = networks[1]?.id ?? ''
    expect(readWords([], null)).toBeNull()
    expect(readWords([id.toUpperCase()], null)).toBe(id)
    expect(readWords([], id)).toBe(id)
    expect(readWords([id], id)).toBe(id)
    expect(readWords([networks[1]?.title ?? ''], null)).toBe(id)
  })
  test('a slip is told with the nearest, anything else with all there are', () => {
    const id = networks[0]?.id ?? ''
    expect(() => readWords([`${id}x`], null)).toThrow(WrongWords)
    expect(() => readWords([`${id}x`], null)).toThrow(`Did you mean ${id}?`)
    expect(() => readWords(['zzzzzzzz'], null)).toThrow(`It knows: ${id}`)
    expect(() => readWords(['a\u001b[31m'], null)).not.toThrow('\u001b')
  })
  test('two words, and a word against the flag, are refused', () => {
    expect(() => readWords([networks[0]?.id ?? '', 'x'], null)).toThrow('one too many')
    expect(() => readWords([networks[0]?.id ?? ''], networks[1]?.id ?? '')).toThrow('two networks')
  })
})

describe('what is printed', () => {
  test('a row for each network, and what its figures say', () => {
    const text = networksText(healths)
    for (const { title, networkId } of healths) expect(text).toMatch(new RegExp(`${title.replace('.', '\\.')} +${networkId}`))
    expect(text).toContain('2026-12-19, in 26 days')
  })
  test.each([...healths, made].map((health) => [health.networkId, health] as const))('%s: every line fits, no control characters', (_id, health) => {
    for (const text of [networksText([health]), networkText(health)]) {
      for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100)
      expect(text).not.toMatch(/undefined|NaN|\[object|\u001b/)
    }
  })
  test('use in percent, age marked, trend since when, price beside the cloud', () => {
    const text = networkText(made)
    expect(text).toMatch(/Used +52\.4 %.*\+31 % since 2026-11-22/)
    expect(text).toMatch(/GPUs +12,345 \*/)
    expect(text).toContain('Revenue: Nobody says it.')
    expect(text).toMatch(/h100 80 GiB +10 +5 +50 % +2\.00 +6\.88 +3\.4 ×/)
    expect(text).toContain('AWS 2026-11-23')
  })
})

describe('as a command', { concurrent: true }, () => {
  test('one document with every network', { timeout: 30_000 }, async () => {
    const { exitCode, stdout, stderr } = await idlewatt(['networks', '--json'])
    expect(exitCode, stderr).toBe(0)
    const { networks: found } = JSON.parse(stdout) as { networks: NetworkHealth[] }
    expect(found.map((health) => health.networkId)).toEqual(networks.map((network) => network.id))
    for (const health of found) expect(Object.keys(health).sort()).toEqual(['clouds', 'emission', 'figures', 'missing', 'models', 'modelsSource', 'networkId', 'nextCliff', 'sentence', 'title'])
  })
  test('an unknown network is a wrong word', { timeout: 30_000 }, async () => {
    expect(await idlewatt(['networks', 'nowhere'])).toMatchObject({ exitCode: 2, stdout: '' })
  })
})
