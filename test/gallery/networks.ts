/** Hand-made networks, sources and requests: healthy, failing, never asked, with sixty models and with none. Typed by the contract. */
import type { RequestRecord, SourceStatus, TokenPriceStatus } from '../../shared/market-data.ts'
import type { CloudPrice, ModelUse, NetworkFigure, NetworkHealth, TrendPoint } from '../../shared/network-health.ts'
import type { Source } from '../../shared/network.ts'
import type { Reply } from '../../shared/requests.ts'

const now = Date.parse('2026-11-23T10:15:00Z')
const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const feed: Source = { url: 'https://api.example.org/v1/network', date: '2026-11-23' }
const docs: Source = { url: 'https://docs.example.org/emissions', date: '2026-06' }

export const networks = [
  { id: 'north', title: 'Northcloud', url: 'https://example.org/north' },
  { id: 'frame', title: 'Framefarm', url: 'https://example.org/frame' },
  { id: 'ember', title: 'Ember', url: 'https://example.org/ember' },
  { id: 'granite', title: 'Granite', url: 'https://example.org/granite' },
]

/** Weekly, a gentle wave about a line from one value to another. */
export function trend(from: number, to: number, weeks = 12, wobble = 0.04): TrendPoint[] {
  return Array.from({ length: weeks }, (_, i) => ({ at: now - (weeks - i) * 7 * day, value: (from + ((to - from) * i) / (weeks - 1)) * (1 + wobble * Math.sin(i * 1.9)) }))
}

export function figure(over: Partial<NetworkFigure>): NetworkFigure {
  return { id: 'utilisation', label: 'GPUs that are leased', group: 'use', value: 0.49, unit: 'share', origin: 'live', source: feed, takenAt: now - 12 * minute, isStale: false, confidence: 'high', note: null, trend: [], ...over }
}

const models: ModelUse[] = ([
  ['h200', 'H200 SXM', 141, 144, 121, 2.2, 2.61, 3.4], ['h100', 'H100 SXM', 80, 312, 208, 1.4, 1.92, 2.95], ['a100', 'A100 SXM 80 GB', 80, 96, 51, 0.72, 0.98, 1.6], ['rtx4090', 'GeForce RTX 4090', 24, 188, 97, 0.29, 0.38, 0.61],
  ['rtx3090', 'GeForce RTX 3090', 24, 74, 12, 0.14, 0.19, 0.33], ['t4', 'Tesla T4', 16, 41, 3, 0.08, 0.1, 0.17], ['p40', null, 24, 9, 0, 0.05, 0.06, 0.06],
] as const).map(([listed, model, memoryGib, total, used, low, middle, high]) => ({ listed, model, memoryGib, total, used, utilisation: used / total, price: { low, middle, high }, trend: trend((used / total) * 0.8, used / total) }))

const clouds: CloudPrice[] = ([
  ['AWS', 'p5en.48xlarge', 'us-east-1', 'H200 SXM', 8, 7.91], ['Google Cloud', 'a3-ultragpu-8g', 'us-central1', 'H200 SXM', 8, 10.6], ['AWS', 'p5.48xlarge', 'us-east-1', 'H100 SXM', 8, 6.88], ['Azure', 'ND96isr H100 v5', 'East US', 'H100 SXM', 8, 12.29],
  ['AWS', 'p4de.24xlarge', 'us-east-1', 'A100 SXM 80 GB', 8, 3.43], ['AWS', 'g4dn.xlarge', 'us-east-1', 'Tesla T4', 1, 0.526],
] as const).map(([cloud, instance, region, model, gpus, usdPerGpuHour]) => ({ cloud, instance, region, model, gpus, usdPerGpuHour, source: { url: 'https://example.org/pricing', date: '2026-10-02' }, takenAt: now - 52 * day, confidence: 'high' }))

const north: NetworkHealth = {
  networkId: 'north', title: 'Northcloud', sentence: 'About half of its 864 GPUs are leased, more than twelve weeks ago; large data-centre cards are nearly all in use, small ones hardly.',
  figures: [
    figure({ trend: trend(0.41, 0.49) }),
    figure({ id: 'active-leases', label: 'Active leases', value: 2714, unit: 'leases', trend: trend(2480, 2714) }),
    figure({ id: 'gpus-total', label: 'GPUs offered', group: 'supply', value: 864, unit: 'GPUs', trend: trend(910, 864) }),
    figure({ id: 'providers', label: 'Providers online', group: 'supply', value: 63, unit: 'providers', trend: trend(71, 63) }),
    figure({ id: 'revenue-usd-day', label: 'Spent by renters', group: 'revenue', value: 13_412.7, unit: 'USD/day', confidence: 'medium', note: 'what leases cost, before refunds', trend: trend(9_800, 13_412) }),
    figure({ id: 'fees', label: 'Kept by the network', group: 'revenue', value: null, unit: 'USD/day', source: null, takenAt: null, confidence: 'none', note: 'The network takes no share since March 2026, and says nothing of other income' }),
    figure({ id: 'token-price-nor', label: 'Price of NOR', group: 'token', value: 0.568, unit: 'USD', source: { url: 'https://prices.example.net/nor', date: '2026-11-23' }, takenAt: now - 4 * minute, trend: trend(0.71, 0.568) }),
  ],
  models, clouds, modelsSource: { origin: 'live', source: feed, takenAt: now - 12 * minute, isStale: false },
  emission: [{ title: 'No emission to providers', from: null, to: null, pays: 'providers are paid by renters alone; no token is issued for being there', cliff: null, source: docs }],
  nextCliff: null, missing: ['How long a lease lasts on average: the network publishes how many there are, not when they began.', 'Prices that were agreed: only asking prices are public'],
}

const frame: NetworkHealth = {
  networkId: 'frame', title: 'Framefarm', sentence: 'More frames are rendered than a quarter ago, but most of what nodes are paid is still issued, not earned.',
  figures: [
    figure({ id: 'frames-week', label: 'Frames rendered in a week', value: 1_284_310, unit: 'frames', source: { ...feed, note: 'recorded answer' }, takenAt: now - 3 * day, trend: trend(980_000, 1_284_310, 40, 0.2) }),
    figure({ id: 'utilisation', label: 'Nodes that had work', value: null, unit: 'share', source: null, takenAt: null, confidence: 'none', note: 'How many nodes had work is not published' }),
    figure({ id: 'nodes', label: 'Nodes that were paid', group: 'supply', value: 5_630, unit: 'nodes', takenAt: now - 9 * day, isStale: true, origin: 'bundled', trend: trend(5_100, 5_630) }),
    figure({ id: 'burned-week', label: 'Paid in by customers', group: 'revenue', value: 48_920, unit: 'FRM/week', confidence: 'medium', trend: trend(30_000, 48_920, 12, 0.3) }),
    figure({ id: 'token-price-frm', label: 'Price of FRM', group: 'token', value: 2.41, unit: 'USD', trend: trend(3.6, 2.41) }),
  ],
  models: [{ listed: 'OctaneBench-hours, all tiers', model: null, memoryGib: null, total: null, used: null, utilisation: null, price: null, trend: [] }], clouds: [],
  modelsSource: { origin: 'bundled', source: feed, takenAt: now - 9 * day, isStale: true },
  emission: [
    { title: 'Reward year 2', from: Date.parse('2024-12-20T00:00:00Z'), to: Date.parse('2025-12-20T00:00:00Z'), pays: '6.2 million FRM over the year for work and for being available', cliff: 'the weekly amount fell by a third', source: docs },
    { title: 'Reward year 3', from: Date.parse('2025-12-20T00:00:00Z'), to: Date.parse('2026-12-20T00:00:00Z'), pays: '76,000 FRM a week: 38,000 for work, 38,000 for being available', cliff: 'the schedule ends there and the next year’s amounts are not voted yet', source: docs },
    { title: 'Reward year 4', from: Date.parse('2026-12-20T00:00:00Z'), to: null, pays: 'not decided', cliff: null, source: docs },
  ],
  nextCliff: { at: Date.parse('2026-12-20T00:00:00Z'), inDays: 26, sentence: 'The schedule of what is issued ends, and the next year’s amounts are not voted yet.' },
  missing: ['Use by GPU model: work is counted in OctaneBench-hours, not in cards'],
}

export const ember: NetworkHealth = {
  networkId: 'ember', title: 'Ember', sentence: 'It lists 12,840 GPUs, of which one in fifteen is hired; what is paid for being listed outweighs what renters pay.',
  figures: [
    figure({ value: 0.068, takenAt: now - 2 * hour, isStale: true, trend: trend(0.092, 0.068) }),
    figure({ id: 'gpus-leased', label: 'GPUs hired', value: 873, unit: 'GPUs', takenAt: now - 2 * hour, isStale: true }),
    figure({ id: 'gpus-total', label: 'GPUs listed', group: 'supply', value: 12_840, unit: 'GPUs', takenAt: now - 2 * hour, isStale: true, trend: trend(14_900, 12_840) }),
    figure({ id: 'revenue-usd-day', label: 'Spent by renters', group: 'revenue', value: 21_877, unit: 'USD/day', confidence: 'low', note: 'the network’s own count; it cannot be checked on chain' }),
  ],
  models: Array.from({ length: 60 }, (_, i) => ({ listed: i === 7 ? 'NVIDIA RTX PRO 6000 Blackwell Max-Q Workstation Edition (96 GB, PCIe Gen5)' : `${['GeForce RTX', 'Radeon RX', 'Quadro RTX', 'Tesla'][i % 4]} ${3000 + i * 70}`, model: null, memoryGib: i % 9 === 0 ? null : 8 + (i % 5) * 8, total: i % 11 === 10 ? null : 1200 - i * 19, used: i % 11 === 10 ? null : Math.round((1200 - i * 19) * ((i * 37) % 100) / 300), utilisation: i % 11 === 10 ? null : ((i * 37) % 100) / 300, price: i % 7 === 6 ? null : { low: 0.04 + i * 0.01, middle: 0.07 + i * 0.012, high: i === 12 ? 40 : 0.12 + i * 0.02 }, trend: [] })),
  clouds: [], modelsSource: { origin: 'live', source: feed, takenAt: now - 2 * hour, isStale: true },
  emission: [{ title: 'Paid by the network’s income', from: Date.parse('2026-06-11T00:00:00Z'), to: null, pays: 'a target in dollars for active suppliers, rates by card not published', cliff: null, source: docs }],
  nextCliff: null, missing: [],
}

const granite: NetworkHealth = {
  networkId: 'granite', title: 'Granite', sentence: 'It publishes no figures that can be read by a program, so nothing can be said about whether it lasts.',
  figures: [
    figure({ value: null, source: null, takenAt: null, confidence: 'none', note: 'There is no public API, and its dashboard did not parse' }),
    figure({ id: 'token-price-gra', label: 'Price of GRA', group: 'token', value: 0.0000412, unit: 'USD', trend: trend(0.00006, 0.0000412) }),
  ],
  models: [], clouds: [], modelsSource: null, emission: [], nextCliff: null, missing: ['Utilisation, leases and revenue: there is no public API'],
}

export const healthOf: Record<string, NetworkHealth> = { north, frame, ember, granite }

export function source(over: Partial<SourceStatus>): SourceStatus {
  return { id: 'north/prices', title: 'Asking prices of GPUs', what: 'what renters are asked for each GPU model', kind: 'market', networkId: 'north', hosts: ['console-api.north.example.org'], isOn: true, phase: 'good', lastGoodAt: now - 12 * minute, isStale: false, lastTriedAt: now - 12 * minute, fault: null, nextAt: now + 18 * minute, shelfLifeMs: 30 * minute, ...over }
}

export const sources: SourceStatus[] = [
  source({}),
  source({ id: 'north/use', title: 'Use by GPU model', what: 'how many GPUs of each model are leased', kind: 'health', shelfLifeMs: 6 * hour, nextAt: now + 5 * hour }),
  source({ id: 'north/chain', title: 'Blocks and leases on chain', what: 'how long an hour of blocks is', kind: 'health', hosts: ['rest.north.example.org', 'rest.north-mirror.example.net'], phase: 'asking', lastTriedAt: now - 60 * minute }),
  source({ id: 'frame/weeks', title: 'Weekly totals', what: 'what was paid for how much work, by week', networkId: 'frame', hosts: ['api.frame.example.org'], phase: 'failing', fault: 'it answered with a web page where figures were expected', lastGoodAt: now - 9 * day, isStale: true, lastTriedAt: now - 3 * minute, nextAt: now + 57 * minute, shelfLifeMs: 7 * day }),
  source({ id: 'ember/market', title: 'Market snapshot', what: 'GPUs by model, hired and listed', networkId: 'ember', hosts: ['api.ember.example.org'], phase: 'failing', fault: 'no answer within 15 seconds', lastGoodAt: now - 2 * hour, isStale: true, lastTriedAt: now - minute, nextAt: now + 4 * minute, shelfLifeMs: hour }),
  source({ id: 'granite/dashboard', title: 'Its dashboard', what: 'figures on its public page', kind: 'health', networkId: 'granite', hosts: ['dashboard.granite.example.org'], phase: 'off', isOn: false, lastGoodAt: null, lastTriedAt: null, nextAt: null, shelfLifeMs: day }),
  source({ id: 'prices/first', title: 'Token prices, first source', what: 'prices of the tokens that programmes pay in', kind: 'token-price', networkId: null, hosts: ['prices.example.net'], nextAt: now + 6 * minute, shelfLifeMs: 10 * minute, lastGoodAt: now - 4 * minute }),
  source({ id: 'prices/second', title: 'Token prices, second source', what: 'the same prices, to check the first', kind: 'token-price', networkId: null, hosts: ['coins.example.com'], phase: 'waiting', lastGoodAt: null, lastTriedAt: null, nextAt: now + 20_000, shelfLifeMs: 10 * minute }),
  source({ id: 'prices/currencies', title: 'Currencies', what: 'reference rates of the day', kind: 'currency', networkId: null, hosts: ['www.bank.example.eu'], lastGoodAt: now - 18 * hour, nextAt: now + 6 * hour, shelfLifeMs: day }),
]

/** Agreed on, told by one alone, quarrelled about, and never had. */
export const tokens: TokenPriceStatus[] = [
  { symbol: 'NOR', usd: 0.568, takenAt: now - 4 * minute, confidence: 'high', note: 'three services agree within 0.6 %', services: [tokenSays('first', 0.568, 4), tokenSays('second', 0.5712, 5), tokenSays('third', 0.5691, 3)] },
  { symbol: 'FRM', usd: 2.41, takenAt: now - 4 * minute, confidence: 'medium', note: 'one of three lies far off the others and was left out', services: [tokenSays('first', 2.41, 4), tokenSays('second', 2.4, 6), tokenSays('third', 241, 3, 'it is 100 times what the others say')] },
  { symbol: 'EMB', usd: 0.156, takenAt: now - 26 * hour, confidence: 'low', note: 'no service gave a price that could be believed; the last good one stays', services: [tokenSays('first', 0, 4, 'it is not a price'), { ...tokenSays('second', null, 0, 'it does not know this token'), at: null }] },
  { symbol: 'GRA', usd: null, takenAt: null, confidence: 'none', note: null, services: [] },
]

function tokenSays(word: string, usd: number | null, minutesOld: number, refused: string | null = null): TokenPriceStatus['services'][number] {
  return { sourceId: `prices/${word}`, title: `The ${word} service`, usd, at: now - minutesOld * minute, refused }
}

export const neverAsked = sources.map((one) => ({ ...one, phase: one.isOn ? ('waiting' as const) : one.phase, lastGoodAt: null, lastTriedAt: null, isStale: false, fault: null, nextAt: one.isOn ? now + 30_000 : null }))
export const offline = sources.map((one) => (one.isOn ? { ...one, phase: 'failing' as const, fault: 'the name of its host could not be looked up', lastTriedAt: now - 2 * minute, lastGoodAt: one.lastGoodAt === null ? null : one.lastGoodAt - 2 * day, isStale: true, nextAt: now + 8 * minute } : one))
export const switchedOff = sources.map((one) => ({ ...one, isOn: false, phase: 'off' as const, remark: 'Asking outside is switched off.', nextAt: null }))

export function request(over: Partial<RequestRecord>): RequestRecord {
  return { no: 1, at: now, sourceId: 'north/prices', what: 'asking prices of GPUs', method: 'GET', rpcMethod: null, host: 'console-api.north.example.org', path: '/v1/gpu-prices', status: 200, outcome: 'taken', sentence: 'took 12 kB', bytes: 12_410, tookMs: 214, attempt: 1, ...over }
}

const shapes: Partial<RequestRecord>[] = [
  {},
  { sourceId: 'ember/market', what: 'GPUs by model, hired and listed', host: 'api.ember.example.org', path: '/v1/io-explorer/network/market-snapshot', status: null, outcome: 'failed', sentence: 'no answer within 15 seconds', bytes: null, tookMs: 15_002, attempt: 2 },
  { sourceId: 'frame/weeks', what: 'what was paid for how much work, by week', host: 'api.frame.example.org', path: '/epochs/liabilities', outcome: 'refused', sentence: 'it answered with a web page where figures were expected', bytes: 48_120, tookMs: 640 },
  { sourceId: 'north/use', what: 'how many GPUs of each model are leased', path: '/v1/gpu-breakdown', status: 304, outcome: 'not-modified', sentence: 'nothing changed since the last answer', bytes: 0, tookMs: 88 },
  { sourceId: null, what: 'the balance of your wallet', method: 'POST', rpcMethod: 'getTokenAccountsByOwner', host: 'api.chain.example.com', path: '/', bytes: 1_204, sentence: 'took 1.2 kB', tookMs: 311 },
  { sourceId: 'prices/first', what: 'prices of the tokens that programmes pay in', host: 'prices.example.net', path: '/api/v3/simple/price', status: 429, outcome: 'failed', sentence: 'asked to wait 60 s', bytes: 212, tookMs: 95 },
]
/** As many as are kept, newest first. */
export const requests: RequestRecord[] = Array.from({ length: 2000 }, (_, i) => request({ ...shapes[i % shapes.length], no: 2000 - i, at: now - i * 47_000 - 12_000 }))

/** How a gallery state answers what the Networks pages ask. */
export interface NetworkAnswers {
  /** By network id; a sentence: the question fails with it; null: no answer comes. Left out: the hand-made ones. */
  health?: Record<string, NetworkHealth | string | null>
  requests?: RequestRecord[] | string
  /** What `markets.refresh` fails with. */
  refreshFailure?: string
}

const refused = (message: string): Reply<never> => ({ ok: false, failure: { code: 'not-possible', message } })

/** null: it is no question about networks. */
export function answerNetworks(answers: NetworkAnswers, sourcesNow: SourceStatus[], name: string, input: unknown): Reply<unknown> | Promise<Reply<unknown>> | null {
  if (name === 'networks.health') {
    const { networkId } = input as { networkId: string }
    const answer = answers.health?.[networkId] === undefined ? healthOf[networkId] : answers.health[networkId]
    if (answer === null) return new Promise(() => {})
    return answer === undefined ? refused('Nothing is known about this network yet.') : typeof answer === 'string' ? refused(answer) : { ok: true, value: answer }
  }
  if (name === 'markets.requests') {
    const { sourceId, limit = 200 } = input as { sourceId?: string; limit?: number }
    const all = answers.requests ?? requests
    return typeof all === 'string' ? refused(all) : { ok: true, value: all.filter((one) => sourceId === undefined || one.sourceId === sourceId).slice(0, limit) }
  }
  if (name === 'markets.refresh') return answers.refreshFailure === undefined ? { ok: true, value: sourcesNow } : refused(answers.refreshFailure)
  return null
}
