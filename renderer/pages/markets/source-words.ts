/** How sources and requests are said, counted and filtered. Pure. */
import type { RequestRecord, SourceStatus } from '../../../shared/market-data.ts'
import type { IconName } from '../../components/Icon.tsx'
import { count, formatNumber, gap } from '../../format/numbers.ts'
import { formatSpan } from '../../format/time.ts'

const minuteMs = 60_000

export const phaseWords: Record<SourceStatus['phase'], { word: string; icon: IconName; tone: string }> = {
  off: { word: 'Off', icon: 'close', tone: 'unknown' },
  waiting: { word: 'Not asked yet', icon: 'clock', tone: 'unknown' },
  asking: { word: 'Asking now', icon: 'clock', tone: 'open' },
  good: { word: 'Good', icon: 'yes', tone: 'good' },
  failing: { word: 'Failing', icon: 'warning', tone: 'fix' },
}

export const outcomeWords: Record<RequestRecord['outcome'], { word: string; icon: IconName; tone: string }> = {
  taken: { word: 'Taken', icon: 'yes', tone: 'good' },
  'not-modified': { word: 'Unchanged', icon: 'yes', tone: 'open' },
  refused: { word: 'Not taken', icon: 'warning', tone: 'fix' },
  failed: { word: 'Failed', icon: 'no', tone: 'bad' },
}

/** What the last tries say about the way outside; null: nothing that all sources have in common. */
export function outsideState(sources: readonly SourceStatus[], asksOutside: boolean): 'switched-off' | 'none-on' | 'never-asked' | 'no-answer' | null {
  if (!asksOutside) return 'switched-off'
  const on = sources.filter((source) => source.isOn)
  if (on.length === 0) return sources.length > 0 ? 'none-on' : null
  if (on.every((source) => source.lastTriedAt === null && source.lastGoodAt === null)) return on.some((source) => source.phase === 'asking') ? null : 'never-asked'
  const tried = on.filter((source) => source.phase === 'good' || source.phase === 'failing')
  return tried.length > 1 && tried.every((source) => source.phase === 'failing') ? 'no-answer' : null
}

/** What is asked only for an address of the user's own; it has nothing to answer before one is set. */
export function isOfWallet(source: Pick<SourceStatus, 'kind'>): boolean {
  return source.kind === 'balance' || source.kind === 'payout'
}

/** Why nothing may be asked, where that is not a choice of the settings: one sentence that all sources share; null: none. */
export function refusedAtStart(sources: readonly SourceStatus[], sourcesOff: readonly string[]): string | null {
  const [first] = sources.filter((source) => !sourcesOff.includes(source.id))
  return first !== undefined && !first.isOn && sources.every((source) => sourcesOff.includes(source.id) || (!source.isOn && source.remark === first.remark)) ? (first.remark ?? null) : null
}

/** Sources in the order given, under the network they are of; what is of none comes last. */
export function bySubject(sources: readonly SourceStatus[], networks: readonly { id: string; title: string }[]): { title: string; sources: SourceStatus[] }[] {
  const known = new Set(networks.map((network) => network.id))
  return [
    ...networks.map((network) => ({ title: network.title, sources: sources.filter((source) => source.networkId === network.id) })),
    { title: 'Prices of tokens, and currencies', sources: sources.filter((source) => source.networkId === null || !known.has(source.networkId)) },
  ].filter((group) => group.sources.length > 0)
}

/** How many of those that were asked for have answered or failed since. `before`: when each was last tried. */
export function answeredSince(sources: readonly SourceStatus[], before: ReadonlyMap<string, number | null>): number {
  return sources.filter((source) => before.has(source.id) && source.phase !== 'asking' && source.lastTriedAt !== before.get(source.id)).length
}

/** What came of asking, in one sentence. */
export function refreshOutcome(asked: readonly SourceStatus[]): string {
  // What is asked only now and then, such as a wallet's chain, has nothing to answer.
  const tried = asked.filter((source) => source.phase === 'good' || source.phase === 'failing')
  const failed = tried.filter((source) => source.phase === 'failing')
  if (tried.length === 0) return 'There was nothing to ask.'
  if (failed.length === 0) return tried.length === 1 ? 'It answered.' : `All ${tried.length} sources answered.`
  if (failed.length === tried.length) return tried.length === 1 ? 'It did not answer well.' : `None of the ${tried.length} sources answered well. The last good answers stay in use.`
  return `${tried.length - failed.length} of ${tried.length} sources answered; not ${failed.map((source) => source.title).join(', ')}.`
}

/** "in 14 min", "due"; the window's clock may be a little off the app's. */
export function nextWords(nextAt: number, now: number): string {
  const ms = nextAt - now
  if (ms < 1000) return 'due'
  return `in ${formatSpan(ms < minuteMs ? ms : Math.round(ms / minuteMs) * minuteMs)}`
}

/** "840 B", "12.4 kB": as networks count, in thousands. */
export function sayBytes(bytes: number): string {
  if (bytes < 1000) return `${formatNumber(bytes, 0)}${gap}B`
  return bytes < 1e6 ? `${formatNumber(bytes / 1000, bytes < 100_000 ? 1 : 0)}${gap}kB` : `${formatNumber(bytes / 1e6, 1)}${gap}MB`
}

export function sayTook(ms: number): string {
  return ms < 1000 ? `${formatNumber(ms, 0)}${gap}ms` : `${formatNumber(ms / 1000, 1)}${gap}s`
}

export type RequestsShown = 'all' | 'wrong'

export function shownRequests(requests: readonly RequestRecord[], shown: RequestsShown): RequestRecord[] {
  return shown === 'all' ? [...requests] : requests.filter((request) => request.outcome === 'refused' || request.outcome === 'failed')
}

/** Hosts that were asked, most often first: "9 of api.example.org". */
export function hostsAsked(requests: readonly RequestRecord[]): string {
  const counts = new Map<string, number>()
  for (const request of requests) counts.set(request.host, (counts.get(request.host) ?? 0) + 1)
  const sorted = [...counts].sort((a, b) => b[1] - a[1])
  const named = sorted.slice(0, 4).map(([host, times]) => `${host} (${formatNumber(times, 0)})`)
  return sorted.length > named.length ? `${named.join(', ')} and ${count(sorted.length - named.length, 'more host')}` : named.join(', ')
}
