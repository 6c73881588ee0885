/** A stage for the page: serves its build under the real security headers, with a bridge that plays a gallery state. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { readFile } from 'node:fs/promises'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BrowserContext, Page } from 'playwright-core'
import { build } from 'vite'
import { securityHeaders } from '../../main/system/page-policy.ts'
import { withLock } from '../../scripts/lib/lock.js'
import { csvQuerySchema, historyQuerySchema } from '../../shared/history.ts'
import type { PolicyState } from '../../shared/policy-state.ts'
import type { Reply, WhatIfAnswer } from '../../shared/requests.ts'
import { answerNetworks } from './networks.ts'
import { answerMoney } from './ledger.ts'
import { now } from './parts.ts'
import { csvOf, pastOf } from './past.ts'
import { answerPolicy } from './policy.ts'
import { answerProgrammes } from './programmes.ts'
import { answerRuns } from './runs.ts'
import type { GalleryState } from './states.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const cacheFolder = join(root, 'node_modules', '.cache', 'page')
const viteConfig = fileURLToPath(new URL('./vite.config.ts', import.meta.url))
const types: Record<string, string> = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml' }

/** Builds the page into a folder of its own, so that several may do so at once. */
export async function buildPage(name: string): Promise<string> {
  const outDir = join(cacheFolder, name)
  await build({ configFile: viteConfig, build: { outDir, emptyOutDir: true } })
  return outDir
}

/** The page built once for all test files of a run, and again when its sources change; returns the folder. */
export async function sharedPage(): Promise<string> {
  const folder = join(cacheFolder, `shared-${sourceStamp()}`)
  const isBuilt = (): boolean => existsSync(join(folder, 'index.html'))
  if (isBuilt()) return folder
  await withLock(`${folder}.lock`, async () => {
    if (isBuilt()) return
    removeOld()
    const half = await buildPage(`half-${process.pid}`)
    renameSync(half, folder)
  }, () => {})
  return folder
}

/** Changes with every file that the page is built of. */
function sourceStamp(): string {
  const hash = createHash('sha256')
  for (const name of ['renderer', 'shared']) {
    const files = readdirSync(join(root, name), { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
    for (const path of files.map((one) => join(one.parentPath, one.name)).sort()) hash.update(path).update(readFileSync(path))
  }
  return hash.update(readFileSync(viteConfig)).update(readFileSync(join(root, 'package-lock.json'))).digest('hex').slice(0, 16)
}

/** Builds of other sources, unless another run may still be at them. */
function removeOld(): void {
  for (const name of existsSync(cacheFolder) ? readdirSync(cacheFolder) : []) {
    const path = join(cacheFolder, name)
    if (/^(shared|half)-/.test(name) && Date.now() - statSync(path).mtimeMs > 3_600_000) rmSync(path, { recursive: true, force: true })
  }
}

/** Serves the built page on loopback. */
export async function servePage(folder: string): Promise<{ address: string; close(): Promise<void> }> {
  const server: Server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname))
    const file = join(folder, path === '/' ? 'index.html' : path)
    readFile(file).then(
      (body) => response.writeHead(200, { ...securityHeaders, 'Content-Type': types[extname(file)] ?? 'application/octet-stream' }).end(body),
      () => response.writeHead(404, securityHeaders).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The stage has no port.')
  return { address: `http://127.0.0.1:${address.port}/`, close: () => new Promise((resolve) => server.close(() => resolve())) }
}

export interface Staging {
  address: string
  page: string
  shown: GalleryState
  whatIf: WhatIfAnswer
  models: string[]
}

export interface StagedPage {
  page: Page
  /** What the page asked for, in order. */
  asked(): Promise<{ name: string; input: unknown }[]>
  /** Refusals of the Content-Security-Policy, uncaught errors and console errors. */
  complaints: string[]
}

/** Opens one page on one state; the clock stands at the gallery's "now". */
export async function stagePage(context: BrowserContext, staging: Staging): Promise<StagedPage> {
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (!staging.shown.isLost && (message.type() === 'error' || message.type() === 'warning')) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.clock.install({ time: now })
  if (staging.shown.isLost) await loseConnection(page, staging.shown)
  else {
    await page.exposeFunction('answerPast', (name: string, input: never, policy?: never) => answerPast(staging.shown, name, input, policy))
    await page.addInitScript(playState, { state: staging.shown.state, history: staging.shown.history ?? [], whatIf: staging.whatIf, models: staging.models })
  }
  await page.goto(`${staging.address}#/${staging.page}`)
  await page.waitForSelector('h1')
  return { page, complaints, asked: () => page.evaluate(() => (window as unknown as { asked: { name: string; input: unknown }[] }).asked) }
}

/** Answers about networks, the past and runs are made here, with the real schemas; a state without a past refuses as the app does. */
function answerPast(shown: GalleryState, name: string, input: unknown, policy?: PolicyState): Reply<unknown> | Promise<Reply<unknown>> {
  const aboutNetworks = answerNetworks(shown.networks ?? {}, shown.state.networks.sources, name, input)
  if (aboutNetworks !== null) return aboutNetworks
  const aboutProgrammes = answerProgrammes(shown.programmes ?? {}, shown.state.programmes, name, input)
  if (aboutProgrammes !== null) return aboutProgrammes
  const aboutPolicy = answerPolicy(shown.policy ?? {}, policy ?? shown.state.policy, name, input)
  if (aboutPolicy !== null) return aboutPolicy
  const aboutMoney = answerMoney(shown.ledger, shown.tariff, name, input)
  if (aboutMoney !== null) return aboutMoney
  const aboutRuns = answerRuns(shown, name, input)
  if (aboutRuns !== null) return aboutRuns
  if (shown.recorded === 'none') return { ok: false, failure: { code: 'not-possible', message: 'Nothing was ever recorded of this card.' } }
  const gpus = shown.state.gpus.phase === 'ready' ? shown.state.gpus.detection.gpus : []
  if (name === 'history.csv') return { ok: true, value: csvOf(csvQuerySchema.parse(input)) }
  const query = historyQuerySchema.parse(input)
  const gpu = gpus.find((one) => one.id === query.gpuId) ?? null
  return { ok: true, value: pastOf(query, gpu, shown.state.telemetry.samples[query.gpuId] ?? gpu?.sample ?? null) }
}

/** The headless door as it looks when it goes away: one answer, an update stream that ends, and silence from then on. */
async function loseConnection(page: Page, shown: GalleryState): Promise<void> {
  const revisions = Object.fromEntries(Object.keys(shown.state).map((part) => [part, 1]))
  let streams = 0
  await page.route('**/ask', (route) => route.fulfill({ json: { ok: true, value: { state: shown.state, revisions } } }))
  await page.route('**/updates', (route) => (streams++ === 0 ? route.fulfill({ body: '{"ping":1}\n' }) : route.abort()))
}

type Played = Pick<GalleryState, 'state'> & { history: NonNullable<GalleryState['history']>; whatIf: WhatIfAnswer; models: string[] }

/** Runs in the page: the bridge of the preload, played from a state. Self-contained, since it is sent as text. */
function playState(played: Played): void {
  const state = played.state as unknown as Record<string, unknown>
  const revisions: Record<string, number> = Object.fromEntries(Object.keys(state).map((part) => [part, 1]))
  // The history is played in first; a present reading would be newer than all of it.
  const telemetry = state.telemetry as { samples: Record<string, unknown> }
  for (const one of played.history) delete telemetry.samples[one.gpuId]
  const asked: { name: string; input: unknown }[] = []
  const listeners = new Set<(update: unknown) => void>()
  function push(part: string, value: unknown): void {
    state[part] = value
    revisions[part] = (revisions[part] ?? 0) + 1
    for (const listener of listeners) listener({ part, revision: revisions[part], value })
  }
  function setChannel(id: string, change: object): null {
    const health = state.health as { channels: { id: string }[] }
    push('health', { ...health, channels: health.channels.map((channel) => (channel.id === id ? { ...channel, ...change } : channel)) })
    return null
  }
  const answers: Record<string, (input: never) => unknown> = {
    'state.read': () => structuredClone({ state, revisions }),
    'estimate.what-if': (input: { gpuModel: string }) => (/none|quux/i.test(input.gpuModel) ? { model: null, nearest: played.models.slice(0, 3), ambiguous: [], estimates: [] } : played.whatIf),
    'models.search': (input: { text: string }) => played.models.filter((model) => model.toLowerCase().includes(input.text.toLowerCase())),
    'settings.change': (change: object) => {
      const settings = state.settings as { values: object }
      push('settings', { ...settings, values: { ...settings.values, ...change } })
      return (state.settings as { values: object }).values
    },
    'channel.set-webhook': () => {
      setChannel('webhook', { isSetUp: true, host: 'hooks.example.org' })
      return { signingSecret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }
    },
    'channel.set-ntfy': () => setChannel('ntfy', { isSetUp: true, host: 'ntfy.sh' }),
    'channel.remove': (input: { channel: string }) => setChannel(input.channel, { isSetUp: false, host: null, last: null }),
    'channel.test': () => ({ ok: false, sentence: 'The server answered 403: it does not take messages without an access token.' }),
    'gpus.forget': (input: { gpuId: string }) => {
      const gpus = state.gpus as { detection: { gpus: { id: string }[] } }
      push('gpus', { ...gpus, detection: { ...gpus.detection, gpus: gpus.detection.gpus.filter((gpu) => gpu.id !== input.gpuId) } })
      return null
    },
    'power.calibrate': () => {
      const settings = state.settings as { values: object }
      push('settings', { ...settings, values: { ...settings.values, wallPowerFactor: 1.082, wallPowerOffsetW: 41.5 } })
      return { factor: 1.082, offsetW: 41.5, sentence: 'The wall draws 1.08 times of what the cards report, plus 42 W. Two readings always fit a line; a third would show how well.' }
    },
    'notice.dismiss': (input: { id: string }) => {
      const app = state.app as { notices: { id: string }[] }
      push('app', { ...app, notices: app.notices.filter((notice) => notice.id !== input.id) })
      return null
    },
  }
  /** What changes the policy answers all of it, and every window is told. */
  async function askPolicy(name: string, input: unknown): Promise<unknown> {
    const reply = await (page.answerPast as (name: string, input: unknown, policy: unknown) => Promise<{ ok: boolean; value: unknown }>)(name, input, state.policy)
    if (reply.ok && name !== 'policy.week' && name !== 'policy.explain') push('policy', reply.value)
    return reply
  }
  const page = window as unknown as Record<string, unknown>
  page.asked = asked
  page.push = push
  page.idlewatt = {
    ask(name: string, input: unknown) {
      asked.push({ name, input })
      if (name.startsWith('policy.')) return askPolicy(name, input)
      if ((/^(history|benchmark|networks|markets|ledger|wallets|tariff|preflight|enrolment|provider|support)\./.test(name) || name === 'estimate.sensitivity')) return (page.answerPast as (name: string, input: unknown) => Promise<unknown>)(name, input)
      return Promise.resolve({ ok: true, value: answers[name]?.(input as never) ?? null })
    },
    onUpdate(listener: (update: unknown) => void) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  page.playHistory = () => {
    const longest = Math.max(0, ...played.history.map((one) => one.samples.length))
    for (let i = 0; i < longest; i += 1) {
      const telemetry = state.telemetry as { samples: Record<string, unknown> }
      const samples = { ...telemetry.samples }
      for (const one of played.history) if (one.samples[i]) samples[one.gpuId] = one.samples[i]
      push('telemetry', { ...telemetry, samples })
    }
  }
}
