/** A fifth network needs its folder and one line: a copy of the house gets one, shows it everywhere, and loses it again. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { root } from '../earnings/estimating.ts'

const adapter = `/** A network made up for a test. */
import { defineNetwork } from '../network.ts'

export const network = defineNetwork<{ usdPerHour: number }>({
  id: 'fifth', title: 'Fifth', alsoKnownAs: ['Fifth'], tokens: ['FIF'], url: 'https://fifth.example', software: [], enrolments: [],
  tokenIds: [{ symbol: 'FIF', ids: { coingecko: 'fifth', llama: 'coingecko:fifth' }, source: { url: 'https://fifth.example', date: '2026-11-01' } }],
  sources: [{ id: 'fifth/use', title: 'Fifth use', what: 'use', hosts: ['fifth.example'], shelfLifeMs: 1000, source: { url: 'https://fifth.example/use', date: '2026-11-01' }, read: (request) => request({ method: 'GET', url: 'https://fifth.example/use', what: 'use' }), parse: (raw) => raw }],
  health: ({ at, value }) => ({
    sentence: 'Half of it is used.', models: [], modelsSource: null, missing: ['everything else'],
    figures: [{ id: 'utilisation', label: 'Used', group: 'use', unit: 'share', value: value('fifth/use') === null ? null : 0.5, origin: 'live', source: { url: 'https://fifth.example/use', date: '2026-11-01' }, takenAt: at, isStale: false, confidence: 'low', note: 'made up', trend: [] }],
    emission: [{ title: 'First year', from: at - 1000, to: at + 864e5 * 10 + 1, pays: 'FIF', cliff: 'It ends.', source: { url: 'https://fifth.example', date: '2026-11-01' } }],
  }),
  wallet: { chain: 'evm', title: 'address', hosts: ['fifth.example'], readBalances: async () => [], readPayouts: null, remark: 'made up' },
  signs: [{ programmeId: 'fifth/host', processNames: ['fifthd'], source: { url: 'https://fifth.example', date: '2026-11-01' } }],
  market: {
    title: 'Fifth prices', shelfLifeMs: 1000, hosts: ['fifth.example'], source: { url: 'https://fifth.example/prices', date: '2026-11-01' },
    parse: (raw) => raw as { usdPerHour: number },
    readMarket: (request) => request({ method: 'GET', url: 'https://fifth.example/prices', what: 'prices' }),
  },
  programmes: [{
    id: 'fifth/host', title: 'Fifth host', summary: 'Hosts.', software: 'guided', takesWholeMachine: false, url: 'https://fifth.example/join', paysFor: ['rendering'], duties: [],
    demands: { cards: 'all', exclusive: 'free', exclusiveWhy: 'It shares.', exclusiveSource: { url: 'https://fifth.example', date: '2026-11-01' }, ceilings: [], uptime: null, interruption: 'free', startMinutes: 1, startWhy: 'Assumed: a minute.' },
    needs: [{ id: 'any', title: 'Any card', of: 'card', required: 'a card', why: 'It takes all.', remedy: null, source: { url: 'https://fifth.example', date: '2026-11-01' }, measure: () => ({ actual: 'a card', ok: true }) }],
    estimate: ({ market }) => ({
      lines: [{ id: 'paid-work', label: 'Work', kind: 'income', usdPerDay: { cautious: 0, expected: (market?.value.usdPerHour ?? 0) * 12, hopeful: (market?.value.usdPerHour ?? 0) * 24 }, formula: 'price × 24 h × share', inputs: [] }],
      busy: { cautious: 0, expected: 0.5, hopeful: 1 }, payWhenAlwaysBusy: 24, payWithoutWork: 0, inputs: [], capital: [], confidence: 'low', notModelled: [], reasons: ['made up'],
    }),
  }],
})
`
const question = `
import { loadGpuTable } from './main/earnings/gpu-table.ts'
import { loadMarkets } from './main/earnings/markets.ts'
import { whatIf } from './main/earnings/what-if.ts'
import { citedUrls, networks, paysFor, programmeInfos, providerSigns } from './main/networks/index.ts'
import { setUpNetworkHealth } from './main/network-health.ts'
import { defaultSettings } from './shared/settings.ts'
const log = { debug() {}, info() {}, warn() {}, error() {} }
const now = Date.parse('2026-11-23T12:00:00Z')
const markets = loadMarkets({ resourcesFolder: 'resources', networks, files: {}, prices: {}, now, log })
const answer = whatIf({ gpuModel: 'RTX 4090', gpuCount: 1, gpuTable: loadGpuTable('resources'), networks, markets, settings: defaultSettings, overrides: { usdPerKwh: 0.15, wattsWork: 450, wattsWait: 20 }, at: now })
const live = { market: () => null, value: (id) => (id === 'fifth/use' ? { value: {} } : null), tokenUsd: () => null, currencyUsd: () => null }
const healths = setUpNetworkHealth({ networks, markets, live, tables: { figures: () => ({}) }, clouds: [], gpuTable: loadGpuTable('resources'), clock: { now: () => now } })
const health = networks.map((one) => one.id).includes('fifth') ? healths.health('fifth') : null
console.log(JSON.stringify({
  use: health?.figures[0].value ?? null, cliffInDays: health?.nextCliff.inDays ?? null, healths: networks.map((one) => healths.health(one.id).networkId),
  programmes: programmeInfos().map((one) => one.id), markets: markets.statuses().map((one) => one.id), cited: citedUrls().has('https://fifth.example/join'),
  pays: paysFor('rendering'), signs: providerSigns(),
  net: answer.estimates.find((one) => one.programmeId === 'fifth/host')?.net ?? null,
}))
`
let copy = ''
afterEach(() => rmSync(copy, { recursive: true, force: true }))

test('a folder and one line add a network, and taking them away removes it', () => {
  copy = mkdtempSync(join(tmpdir(), 'idlewatt-fifth-'))
  for (const part of ['main', 'shared', 'resources', 'package.json']) cpSync(join(root, part), join(copy, part), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'dir')
  writeFileSync(join(copy, 'ask.ts'), question)
  const before = ask()
  expect(before.programmes).not.toContain('fifth/host')

  const registry = join(copy, 'main/networks/index.ts')
  const asItWas = readFileSync(registry, 'utf8')
  mkdirSync(join(copy, 'main/networks/fifth'))
  writeFileSync(join(copy, 'main/networks/fifth/index.ts'), adapter)
  writeFileSync(join(copy, 'resources/market/fifth.json'), JSON.stringify({ source: { url: 'https://fifth.example', date: '2026-11-01' }, takenAt: '2026-11-01T00:00:00Z', confidence: 'low', answer: { usdPerHour: 1 } }))
  writeFileSync(registry, asItWas.replace('import type { AnyNetwork', "import { network as fifth } from './fifth/index.ts'\nimport type { AnyNetwork").replace(/AnyNetwork\[\] = \[/, 'AnyNetwork[] = [fifth, '))
  const after = ask()
  expect(after.programmes).toEqual(['fifth/host', ...before.programmes])
  expect(after.markets).toContain('fifth')
  expect(after.cited).toBe(true)
  expect(after).toMatchObject({ use: 0.5, cliffInDays: 10 })
  expect(after.healths).toEqual(['fifth', ...before.healths])
  expect(after.pays).toContain('Fifth host')
  expect(after.signs).toContainEqual({ programmeTitle: 'Fifth host', processNames: ['fifthd'] })
  expect(after.net?.low).toBeCloseTo(-0.072, 9)
  expect(after.net?.expected).toBeCloseTo(12 - 0.846, 9)
  expect(after.net?.high).toBeCloseTo(24 - 1.62, 9)

  rmSync(join(copy, 'main/networks/fifth'), { recursive: true })
  rmSync(join(copy, 'resources/market/fifth.json'))
  writeFileSync(registry, asItWas)
  expect(ask()).toEqual(before)
}, 60_000)

function ask(): { use: number | null; cliffInDays: number | null; healths: string[]; programmes: string[]; markets: string[]; cited: boolean; pays: string[]; signs: { programmeTitle: string; processNames: string[] }[]; net: { low: number; expected: number; high: number } | null } {
  return JSON.parse(execFileSync(process.execPath, ['ask.ts'], { cwd: copy, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }))
}
