/** The whole app over a loopback server in place of the internet: live figures, ledger, tariff, and what it never does. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { answer } from '../../main/api/answer.ts'
import { createApp, type App } from '../../main/app.ts'
import type { WorkerHandle } from '../../main/host.ts'
import type { Clock } from '../../main/system/clock.ts'
import { createLog } from '../../main/system/log.ts'
import { openRecordedMachine } from '../../main/system/recorded-machine.ts'
import { bodyFor, recordedBodies } from '../../scripts/measure/recorded-outside.ts'
import type { Settings } from '../../shared/settings.ts'
import { newFolder } from '../helpers/files.ts'
import { until } from './market-data/outside.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const noon = Date.UTC(2026, 10, 23, 12)
const hour = 3_600_000
const solanaAddress = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v'
const log = createLog('silent', () => {})

/** Begins at noon; the pauses between requests are short, all other timers as long as they are. */
function countingClock(): Clock & { pending(): number } {
  const began = performance.now()
  const waiting = new Set<NodeJS.Timeout>()
  return {
    now: () => Math.round(noon + (performance.now() - began) * 10),
    after(ms, run) {
      const timer = setTimeout(() => {
        waiting.delete(timer)
        run()
      }, ms <= 1000 ? ms / 10 : ms)
      waiting.add(timer)
      return () => {
        clearTimeout(timer)
        waiting.delete(timer)
      }
    },
    pending: () => waiting.size,
  }
}

type Reply = (request: IncomingMessage, response: ServerResponse) => void

async function startOutside(reply?: Reply): Promise<{ base: string; asked: string[] }> {
  const bodies = recordedBodies(noon)
  const asked: string[] = []
  const server = createServer((request, response) => {
    const url = decodeURIComponent(request.url ?? '')
    asked.push(url.slice(1))
    if (reply) return reply(request, response)
    const body = bodyFor(bodies, url)
    response.writeHead(body === null ? 404 : 200, { 'content-type': 'application/json', date: new Date(noon).toUTCString() }).end(body ?? '{}')
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

/** A driver that says nothing. */
function goneWorker(): WorkerHandle {
  return { pid: undefined, send: () => {}, onMessage: () => {}, onExit: (listener) => void setImmediate(() => listener({ code: 1, signal: null })), kill: () => {} }
}

interface Opened {
  app: App
  clock: ReturnType<typeof countingClock>
  dataFolder: string
  settings: () => Record<string, unknown>
  ask(name: string, input?: unknown): ReturnType<typeof answer>
}

/** `recorded`: as `--machine` has it; else the same answers stand for this machine. */
function openApp(loopback: string, { recorded = false, set = {} }: { recorded?: boolean; set?: Partial<Settings> } = {}): Opened {
  const dataFolder = newFolder()
  const clock = countingClock()
  let kept: Record<string, unknown> = { ...set }
  const machine = openRecordedMachine(join(root, 'test', 'machines', 'two-rtx-3090-linux'), clock)
  const app = createApp({
    host: {
      door: 'headless',
      dataFolder,
      resourcesFolder: join(root, 'resources'),
      version: '0.0.0',
      settingsFile: { read: () => kept, write: (next) => void (kept = next), path: join(dataFolder, 'settings.json') },
      startWorker: goneWorker,
      openExternal: async () => {},
      secrets: { read: () => null, write: () => {} },
      notify: null,
      keepsWatch: true,
      outside: { isAllowed: true, loopback },
    },
    source: recorded ? machine : { ...machine, recorded: null },
    clock,
    log,
  })
  onTestFinished(() => app.stop())
  return { app, clock, dataFolder, settings: () => kept, ask: (name, input) => answer(app.handlers, log, name, input) }
}

test('after the start live figures are in use everywhere: markets, sources, the rate of the currency, estimates', async () => {
  const outside = await startOutside()
  const { app } = openApp(outside.base, { set: { currency: 'EUR' } })
  const pushed: (string | undefined)[] = []
  app.store.subscribe((update) => {
    if (update.part === 'settings') pushed.push(update.value.currencyRate?.origin)
  })
  expect(app.store.read('settings').currencyRate?.origin).toBe('bundled')
  await app.start()
  // By itself; the sources begin at random within ten seconds, so the rest is asked for.
  await until(() => outside.asked.length > 0)
  const isOfWallets = (kind: string): boolean => kind === 'payout' || kind === 'balance'
  const ids = app.marketData.statuses().flatMap(({ id, kind }) => (isOfWallets(kind) ? [] : [id]))
  await app.handlers['markets.refresh']({ sourceIds: ids })
  await until(() => app.store.read('networks').sources.every(({ kind, phase }) => isOfWallets(kind) || phase === 'good' || phase === 'failing'))

  const { sources, markets, tokens, clockOffMs } = app.store.read('networks')
  expect(sources.filter(({ kind, phase }) => !isOfWallets(kind) && phase !== 'good').map(({ id, fault }) => ({ id, fault }))).toEqual([])
  expect(ids.length).toBeGreaterThan(8)
  expect(markets.length).toBeGreaterThan(1)
  expect(markets.filter((market) => market.origin !== 'live').map((market) => market.id)).toEqual([])
  expect(clockOffMs).toBeNull()
  expect(tokens.find((token) => token.symbol === 'AKT')).toMatchObject({ usd: 0.711, confidence: 'high' })

  expect(pushed).toContain('live')
  expect(app.store.read('settings').currencyRate).toMatchObject({ origin: 'live', source: { date: '2026-11-20' } })
  expect(app.store.read('settings').currencyRate?.usdPerUnit).toBeCloseTo(1 / 0.86, 9)

  await until(() => app.store.read('comparison').estimates.some((estimate) => estimate.inputs.some((input) => input.origin === 'live')))
  const inputs = app.estimates().flatMap((estimate) => estimate.inputs)
  const ofTokens = inputs.filter((input) => input.id.startsWith('token-price-'))
  expect(ofTokens.length).toBeGreaterThan(0)
  expect(ofTokens.filter((input) => input.origin !== 'live').map((input) => input.id)).toEqual([])
  expect(outside.asked.every((one) => /^[a-z0-9.-]+\//.test(one))).toBe(true)
})

describe('wallets', () => {
  test('a wallet\'s source id has the ledger read it; a wrong address is refused; settings take none', async () => {
    const outside = await startOutside()
    const { app, ask, settings } = openApp(outside.base)
    expect(await ask('settings.change', { wallets: { render: solanaAddress } })).toMatchObject({ ok: false, failure: { code: 'bad-input' } })
    for (const address of ['0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed', solanaAddress.slice(5), 'my wallet', '']) {
      expect(await ask('wallets.set', { networkId: 'render', address }), address).toMatchObject({ ok: false, failure: { code: 'not-possible' } })
    }
    expect(settings()['wallets'] ?? {}).toEqual({})
    const source = app.marketData.statuses().find((status) => status.networkId === 'render' && (status.kind === 'payout' || status.kind === 'balance'))!
    await ask('markets.refresh', { sourceIds: [source.id] })
    expect(outside.asked).toEqual([])

    expect(await ask('wallets.set', { networkId: 'render', address: solanaAddress })).toMatchObject({ ok: true })
    expect(settings()['wallets']).toEqual({ render: solanaAddress })
    expect(app.store.read('ledger').lastReadAt).toBeNull()
    expect(await ask('markets.refresh', { sourceIds: [source.id] })).toMatchObject({ ok: true })
    expect(app.store.read('ledger').lastReadAt).toBeGreaterThanOrEqual(noon)
    expect(outside.asked.length).toBeGreaterThan(0)
    expect(outside.asked.filter((one) => !source.hosts.some((host) => one.startsWith(`${host}/`)))).toEqual([])
  })
})

test('dated prices of electricity: imported and in use, told, and back to what was before', async () => {
  const { app, ask } = openApp('http://127.0.0.1:9', { set: { electricityPricePerKwh: 0.3 } })
  expect(await ask('tariff.read')).toMatchObject({ ok: true, value: { now: { perKwh: 0.3, how: 'fixed price' }, dated: null } })
  const text = 'start,end,USD/MWh\n2026-11-23T12:00Z,2026-11-23T13:00Z,120\n2026-11-23T13:00Z,2026-11-23T14:00Z,80\n'
  expect(await ask('tariff.import', { text, from: 'prices.csv' })).toMatchObject({ ok: true, value: { intervals: 2, least: 0.08, greatest: 0.12, currency: 'USD' } })
  expect(app.store.read('settings').values.tariffKind).toBe('dated')
  const told = await ask('tariff.read')
  expect(told).toMatchObject({ ok: true, value: { dated: { from: noon, to: noon + 2 * hour, count: 2 } } })
  expect((told as { value: { now: { perKwh: number } } }).value.now.perKwh).toBeCloseTo(0.12, 9)
  expect(await ask('tariff.import', { text: '<!doctype html>', from: 'page.csv' })).toMatchObject({ ok: false, failure: { code: 'not-possible', message: expect.stringContaining('is a web page') as string } })
  expect(app.store.read('settings').values.tariffKind).toBe('dated')

  expect(await ask('tariff.clear')).toMatchObject({ ok: true })
  expect(app.store.read('settings').values.tariffKind).toBe('fixed')
  expect(await ask('tariff.read')).toMatchObject({ value: { now: { perKwh: 0.3 }, dated: null } })
  await ask('settings.change', { weeklyTariff: Array.from({ length: 168 }, () => 0.2) })
  await ask('tariff.import', { text, from: 'prices.csv' })
  await ask('tariff.clear')
  expect(app.store.read('settings').values.tariffKind).toBe('weekly')
})

test('a meter held against the card is kept in the settings', async () => {
  const { ask, app, settings } = openApp('http://127.0.0.1:9')
  expect(await ask('power.calibrate', { pairs: [{ gpuW: 100, wallW: 190 }, { gpuW: 300, wallW: 410 }] })).toMatchObject({ ok: true, value: { sentence: expect.stringMatching(/\.$/) as string } })
  expect(settings()['wallPowerFactor']).toBeCloseTo(1.1, 9)
  expect(settings()['wallPowerOffsetW']).toBeCloseTo(80, 6)
  expect(app.store.read('settings').values.wallPowerFactor).toBeCloseTo(1.1, 9)
})

test('a seed phrase in a note is refused, and stands nowhere in the data folder', async () => {
  const phrase = 'legal winner thank year wave sausage worth useful legal winner thank yellow'
  const { app, ask, dataFolder } = openApp('http://127.0.0.1:9')
  const entry = { kind: 'income', asset: 'RENDER', amount: 1, programmeId: null }
  expect(await ask('ledger.add', { ...entry, note: phrase })).toMatchObject({ ok: false, failure: { code: 'not-possible' } })
  expect(await ask('ledger.add', { ...entry, note: `kept at home: ${phrase.toUpperCase()}` })).toMatchObject({ ok: false })
  expect(await ask('ledger.add', { ...entry, fairUsd: 2, note: 'October' })).toMatchObject({ ok: true })
  expect((await app.handlers['ledger.list']({ filter: {}, limit: 10, offset: 0 })).rows).toMatchObject([{ note: 'October' }])
  await app.stop()
  const files = readdirSync(dataFolder, { recursive: true, encoding: 'utf8' }).map((name) => join(dataFolder, name)).filter((path) => statSync(path).isFile())
  const all = files.map((path) => readFileSync(path).toString('latin1').toLowerCase()).join('\n')
  expect(all).toContain('october')
  expect(all).not.toContain('sausage')
})

test('a recorded machine asks nobody, whatever it is told to', async () => {
  const outside = await startOutside()
  const { app, ask } = openApp(outside.base, { recorded: true, set: { wallets: { render: solanaAddress } } })
  await app.start()
  const { sources } = app.store.read('networks')
  expect(new Set(sources.map((source) => source.phase))).toEqual(new Set(['off']))
  await ask('markets.refresh', {})
  await ask('markets.refresh', { sourceIds: sources.map((source) => source.id) })
  await ask('ledger.refresh')
  await ask('wallets.read')
  expect(outside.asked).toEqual([])
  expect(app.store.read('networks').markets.every((market) => market.origin === 'bundled')).toBe(true)
})

test('stop ends what is being asked and leaves no timer', async () => {
  const outside = await startOutside(() => {})
  const { app, clock } = openApp(outside.base, { set: { wallets: { render: solanaAddress } } })
  await app.start()
  await until(() => outside.asked.length > 3)
  expect(clock.pending()).toBeGreaterThan(0)
  const began = performance.now()
  await app.stop()
  expect(performance.now() - began).toBeLessThan(4000)
  await new Promise((turn) => setImmediate(turn))
  expect(clock.pending()).toBe(0)
  const asked = outside.asked.length
  await app.handlers['markets.refresh']({})
  expect(outside.asked).toHaveLength(asked)
})
