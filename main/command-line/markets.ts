/** `idlewatt markets`: every source of prices and figures, what is in use of it, and every request that was made. */
import type { EstimateInput } from '../../shared/earnings.ts'
import type { RequestRecord, SourceStatus, TokenPriceStatus } from '../../shared/market-data.ts'
import { numberWords } from '../../shared/sentence-numbers.ts'
import type { MarketStatus } from '../../shared/state.ts'
import { networks, type App } from '../app.ts'
import { NotPossible } from '../system/not-possible.ts'
import { clockSentence } from './clock-sentence.ts'
import { readNetwork } from './eligibility.ts'
import { makeDataFolder, openApp, sayNotices, type Call } from './open-app.ts'
import { bullet, drawTable, unknown, wrap } from './output.ts'
import { spanText, timeText } from './times.ts'
import { nearestWord, quoted, WrongWords } from './words.ts'

export interface MarketsFlags {
  refresh?: boolean
  /** As the word `requests`. */
  requests?: boolean
}

/** A token's price as it is in use, and what each service says. */
export interface TokenRow extends TokenPriceStatus {
  origin: EstimateInput['origin'] | null
  stale: boolean
}

type Words = { kind: 'list' } | { kind: 'requests' } | { kind: 'switch'; sourceId: string; isOn: boolean }

/** Somebody waits for it; in the background there is more patience. */
const mostRefreshMs = 15_000
const shownRequests = 50
const mostRequests = 2000
/** Beside the method and the other columns of a table of 80. */
const mostPath = 24

/** 0: listed, or all that was asked answered. 1: a source that was asked now failed. Asks nobody without `--refresh`. */
export async function markets(call: Call, words: string[], flags: MarketsFlags): Promise<number> {
  const wanted = readWords(words, flags)
  const networkId = call.common.network === null ? null : readNetwork(call.common.network)
  const keeps = flags.refresh === true || wanted.kind === 'switch'
  if (keeps) makeDataFolder(call)
  const app = openApp(call, 'command-line')
  sayNotices(app, call.terminal, keeps)
  if (wanted.kind === 'switch') await switchSource(app, wanted.sourceId, wanted.isOn)
  const failed = flags.refresh ? await refreshAll(call, app, networkId) : []
  if (wanted.kind === 'requests') await tellRequests(call, app, networkId)
  else await tellSources(call, app, networkId)
  for (const status of failed) call.terminal.say(wrap(`${status.title} (${status.id}) failed: ${status.fault ?? 'no reason was given.'}`))
  return failed.length > 0 ? 1 : 0
}

function readWords(words: string[], flags: MarketsFlags): Words {
  const [first, sourceId, ...more] = words
  const known = ['list', 'requests', 'on', 'off']
  if (first === undefined) return { kind: flags.requests ? 'requests' : 'list' }
  if (!known.includes(first)) {
    const near = nearestWord(first, known)
    throw new WrongWords(`markets knows no word ${quoted(first)}.${near === null ? '' : ` Did you mean ${near}?`} It takes list, requests, on SOURCE or off SOURCE.`)
  }
  if (first === 'on' || first === 'off') {
    if (sourceId === undefined) throw new WrongWords(`markets ${first} needs the id of a source; \`idlewatt markets\` lists them.`)
    if (more.length > 0) throw new WrongWords(`markets ${first} takes one source at a time; ${quoted(more[0] ?? '')} is one too many.`)
    return { kind: 'switch', sourceId, isOn: first === 'on' }
  }
  if (sourceId !== undefined) throw new WrongWords(`markets ${first} takes no further word; ${quoted(sourceId)} is one.`)
  return { kind: first === 'requests' ? 'requests' : 'list' }
}

async function switchSource(app: App, typed: string, isOn: boolean): Promise<void> {
  const ids = app.marketData.statuses().map((status) => status.id)
  const sourceId = ids.find((id) => id.toLowerCase() === typed.trim().toLowerCase())
  if (sourceId === undefined) {
    const network = networks.find(({ id, title }) => [id, title.toLowerCase()].includes(typed.trim().toLowerCase()))
    if (network) throw new WrongWords(`${quoted(typed)} is a network, and sources are switched one at a time. Its own are: ${ids.filter((id) => id.startsWith(`${network.id}/`)).join(', ')}.`)
    const near = nearestWord(typed, ids)
    throw new WrongWords(`There is no source ${quoted(typed)}.${near === null ? '' : ` Did you mean ${near}?`} There are: ${ids.join(', ')}.`)
  }
  const { sourcesOff } = app.settings.values()
  const others = sourcesOff.filter((id) => id !== sourceId)
  await app.handlers['settings.change']({ sourcesOff: isOn ? others : [...others, sourceId] })
}

/** Those that failed. Throws NotPossible where nothing may be asked. */
async function refreshAll(call: Call, app: App, networkId: string | null): Promise<SourceStatus[]> {
  // What wallets hold is asked by the ledger.
  const chosen = chosenSources(app, networkId).filter((status) => status.isOn && status.kind !== 'balance' && status.kind !== 'payout')
  if (chosen.length === 0) throw new NotPossible(`There is no source that could be asked: ${chosenSources(app, networkId)[0]?.remark ?? 'all are switched off.'}`)
  let done = 0
  await Promise.all(
    chosen.map(async (status) => {
      await app.marketData.refresh([status.id], { withinMs: mostRefreshMs })
      done += 1
      const fault = statusOf(app, status.id)?.fault ?? null
      call.terminal.progress(`${status.title}: ${fault === null ? 'answered' : 'failed'}`, `${done} of ${chosen.length} sources asked …`)
    }),
  )
  return chosen.flatMap(({ id }) => statusOf(app, id) ?? []).filter((status) => status.fault !== null)
}

function statusOf(app: App, sourceId: string): SourceStatus | null {
  return app.marketData.statuses().find((status) => status.id === sourceId) ?? null
}

/** Of one network: its own, and those that all networks share. */
function chosenSources(app: App, networkId: string | null): SourceStatus[] {
  return app.marketData.statuses().filter((status) => networkId === null || status.networkId === null || status.networkId === networkId)
}

async function tellSources(call: Call, app: App, networkId: string | null): Promise<void> {
  const now = Date.now()
  const symbols = networkId === null ? null : (networks.find((network) => network.id === networkId)?.tokens ?? [])
  const sources = chosenSources(app, networkId)
  const inUse = app.markets.statuses(now).filter(({ id }) => networkId === null || id === networkId || id === 'currencies' || symbols?.includes(id.replace(/^token:/, '')))
  const tokens = tokenRows(app, now).filter((token) => symbols?.includes(token.symbol) ?? true)
  if (call.common.json) await call.terminal.document({ sources, markets: inUse, tokens, clockOffMs: app.marketData.clockOffMs() })
  else await call.terminal.print(sourcesText({ sources, markets: inUse, tokens }, now, clockSentence(app, now)))
}

function tokenRows(app: App, now: number): TokenRow[] {
  const told = new Map(app.marketData.tokens().map((token) => [token.symbol, token]))
  const symbols = new Set([...networks.flatMap((network) => network.tokens), ...told.keys()])
  return [...symbols].map((symbol): TokenRow => {
    const used = app.markets.tokenUsd(symbol, now)
    const live = told.get(symbol)
    return { symbol, usd: used?.value ?? null, takenAt: used?.takenAt ?? null, confidence: used?.confidence ?? 'none', note: used?.note ?? null, services: live?.services ?? [], origin: used?.origin ?? null, stale: used?.stale ?? false }
  })
}

interface Listed {
  sources: SourceStatus[]
  markets: MarketStatus[]
  tokens: TokenRow[]
}

/** Exported for its test. */
export function sourcesText({ sources, markets: inUse, tokens }: Listed, now: number, clock: string | null = null): string {
  const sourceTable = drawTable(
    [{ head: 'Source', flexible: true, least: 16 }, { head: 'Id' }, { head: 'State' }, { head: 'In use' }, { head: 'Dated' }],
    sources.map((status) => {
      const used = usedOf(status, inUse)
      return [status.title, status.id, phaseText(status), used.origin, used.dated(now)]
    }),
  )
  const tokenTable = drawTable(
    [{ head: 'Token' }, { head: 'USD', align: 'right' }, { head: 'From' }, { head: 'Age' }, { head: 'Confidence' }, { head: 'Services', flexible: true }],
    tokens.map((token) => [token.symbol, token.usd === null ? unknown : numberWords(token.usd, 4), token.origin ?? unknown, ageText(token.takenAt, now, token.stale), token.confidence, servicesText(token)]),
  )
  // The clock is told once, above.
  const remarks = remarksText(sources.map((status) => (status.remark === clock ? { ...status, remark: undefined } : status)))
  const notes = tokens.flatMap((token) => (token.note === null || token.origin !== 'live' ? [] : [bullet(`${token.symbol}: ${token.note}${/[.!?]$/.test(token.note) ? '' : '.'}`)]))
  return [...(clock === null ? [] : [wrap(clock)]), sourceTable, tokenTable, ...(notes.length > 0 ? [notes.join('\n')] : []), ...(remarks.length > 0 ? [['What to know:', ...remarks].join('\n')] : [])].join('\n\n')
}

/** What holds for several sources alike is said once. */
function remarksText(sources: (Omit<SourceStatus, 'remark'> & { remark?: string | undefined })[]): string[] {
  const of = new Map<string, typeof sources>()
  for (const status of sources) {
    for (const text of [status.fault, status.remark]) if (text != null) of.set(text, [...(of.get(text) ?? []), status])
  }
  return [...of].map(([text, those]) => bullet(those.length > 3 ? `${those.length} sources: ${text}` : `${those.map(({ title, id }) => `${title} (${id})`).join(', ')}: ${text}`))
}

function phaseText(status: SourceStatus): string {
  if (status.phase === 'waiting') return 'not asked yet'
  return status.phase === 'good' && status.isStale ? 'good, stale' : status.phase
}

/** What stands for a source at the moment: what it answered last, the bundled copy, or what the user gave. */
function usedOf(status: SourceStatus, inUse: MarketStatus[]): { origin: string; dated(now: number): string } {
  const id = status.kind === 'market' ? status.networkId : status.kind === 'currency' ? 'currencies' : null
  const market = inUse.find((one) => one.id === id)
  if (market) return { origin: market.origin === 'user' ? 'given by you' : market.origin, dated: (now) => ageText(market.takenAt, now, market.stale) }
  return { origin: status.lastGoodAt === null ? 'nothing' : 'live', dated: (now) => (status.lastGoodAt === null ? unknown : ageText(status.lastGoodAt, now, status.isStale)) }
}

function ageText(at: number | null, now: number, stale: boolean): string {
  if (at === null) return 'undated'
  const day = new Date(at).toISOString().slice(0, 10)
  return `${day}, ${at > now + 3_600_000 ? 'lies ahead' : `${spanText(now - at)} old`}${stale ? ', stale' : ''}`
}

function servicesText(token: TokenRow): string {
  return token.services.map(({ title, usd, refused }) => `${title} ${usd === null ? unknown : numberWords(usd, 4)}${refused === null ? '' : ' (not counted)'}`).join(', ')
}

async function tellRequests(call: Call, app: App, networkId: string | null): Promise<void> {
  const all = app.marketData.requests({ limit: call.common.json || networkId !== null ? mostRequests : shownRequests })
  const chosen = all.filter((record) => networkId === null || (record.sourceId ?? '').startsWith(`${networkId}/`))
  if (call.common.json) await call.terminal.document({ requests: chosen })
  else await call.terminal.print(chosen.length === 0 ? 'No request was ever made from this data folder.' : requestsText(chosen.slice(0, shownRequests)))
}

/** Long ones keep their beginning and their end: broken over lines they are of no use. The document has them whole. */
function pathText(path: string): string {
  if (path.length <= mostPath) return path
  const parts = path.split('/')
  const last = parts.at(-1) ?? ''
  const kept = last.length > mostPath - 6 ? `…${last.slice(-(mostPath - 7))}` : last
  let first = ''
  for (const part of parts.slice(1, -1)) {
    if (first.length + part.length + kept.length + 4 > mostPath) break
    first += `/${part}`
  }
  return `${first}/…/${kept}`
}

/** Exported for its test. Newest first. */
export function requestsText(records: RequestRecord[]): string {
  return drawTable(
    [{ head: 'When' }, { head: 'To whom', flexible: true, least: 30 }, { head: 'For', flexible: true, least: 16 }, { head: 'Answer', flexible: true, least: 16 }],
    records.map((record) => [
      timeText(record.at),
      `${record.host}\n${record.method}${record.rpcMethod === null ? '' : ` ${record.rpcMethod}`} ${pathText(record.path)}`,
      record.what,
      `${record.status === null ? '' : `${record.status}: `}${record.sentence}${record.attempt > 1 ? ` (try ${record.attempt})` : ''}`,
    ]),
  )
}
