/** A made-up past for the gallery and the page's tests: working days, a gap, throttling, faults; the same for the same question. */
import { metricIds, type CsvPage, type CsvQuery, type HistoryAnswer, type HistoryEvent, type HistoryPoint, type HistoryQuery, type MetricId } from '../../shared/history.ts'
import type { Gpu } from '../../shared/machine.ts'
import type { GpuSample } from '../../shared/telemetry.ts'
import { now } from './parts.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const gib = 1024 ** 3

/** Recording began then; before, nothing is known. */
export const beganAt = now - 200 * day
/** The machine was off. */
const offFrom = now - 9 * hour
const offTo = now - 6.5 * hour
const levels = [1, 10, 60, 900]
const niceSteps = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800]

function noise(seed: number): number {
  const x = Math.sin(seed * 12.9898) * 43_758.5453
  return x - Math.floor(x)
}

function isWorking(at: number): boolean {
  const hourOfDay = (at / hour) % 24
  return hourOfDay > 7 && hourOfDay < 18.5 && noise(Math.floor(at / (11 * minute))) > 0.25
}

function valuesAt(at: number, seed: number): Record<MetricId, number | null> {
  const working = isWorking(at)
  const wave = noise(at / 1000 + seed) - 0.5
  const slow = Math.sin(at / (47 * minute) + seed)
  return {
    utilisation: working ? 0.93 + wave * 0.12 : Math.max(0, 0.03 + wave * 0.06),
    memoryUtilisation: working ? 0.61 + wave * 0.1 : 0.01,
    encoder: 0,
    decoder: 0,
    memoryUsedBytes: (working ? 18.4 + slow : 1.2) * gib,
    temperatureC: Math.round((working ? 71 + 6 * slow : 38 + slow) + wave * 3),
    hotspotC: Math.round((working ? 83 + 7 * slow : 45 + slow) + wave * 3),
    memoryC: null,
    powerW: working ? 318 + 26 * slow + wave * 18 : 24 + wave * 4,
    coreClockMhz: working ? 1860 - 90 * Math.max(0, slow) + wave * 30 : 210,
    memoryClockMhz: working ? 9751 : 405,
    fan: working ? 0.62 + 0.12 * slow : 0.3,
    pcieGeneration: working ? 4 : 1,
    pcieLanes: 16,
    fanRpm: working ? 1900 + 300 * slow : 900,
    powerLimitW: 350,
    eccCorrected: null,
    eccUncorrected: null,
    pcieReplays: 0,
  }
}

function pointAt(takenAt: number, stepSeconds: number, seed: number): HistoryPoint | null {
  const stepMs = stepSeconds * 1000
  if (takenAt < beganAt || takenAt > now || (takenAt >= offFrom && takenAt < offTo)) return null
  const moments = stepSeconds === 1 ? [takenAt] : Array.from({ length: 6 }, (_, i) => takenAt + (i * stepMs) / 6).filter((at) => at <= now)
  const all = moments.map((at) => valuesAt(at, seed))
  const known = (metric: MetricId) => all.map((values) => values[metric]).filter((value) => value !== null)
  const part = (pick: (values: number[]) => number) => Object.fromEntries(metricIds.map((metric) => [metric, known(metric).length === 0 ? null : pick(known(metric))]))
  const hot = all.some((values) => (values.temperatureC ?? 0) >= 76)
  return { takenAt, seconds: Math.min(stepSeconds, Math.max(1, Math.floor((now - takenAt) / 1000))), min: part((values) => Math.min(...values)), mean: part((values) => values.reduce((sum, value) => sum + value, 0) / values.length), max: part((values) => Math.max(...values)), throttle: hot ? ['sw_thermal_slowdown'] : [] }
}

function eventsOf(gpuId: string): HistoryEvent[] {
  const of = (ago: number, id: HistoryEvent['id'], sentence: string, card: string | null = gpuId): HistoryEvent => ({ at: now - ago, id, gpuId: card, sentence })
  return [
    of(200 * day, 'card-first-seen', 'The card was seen for the first time.'),
    of(24 * day, 'driver-changed', 'The driver changed from 566.36 to 570.86.'),
    of(9 * hour, 'recording-stopped', 'Idlewatt was stopped.', null),
    of(6.5 * hour, 'recording-began', 'Recording began.', null),
    of(5.2 * hour, 'xid', 'Xid 31: a program read or wrote memory that is not its own.'),
    of(52 * minute, 'process-came', 'python3 (7421) began to use the card.'),
    of(41 * minute, 'throttle-began', 'The card is slowed down by software for its heat.'),
    of(38 * minute, 'throttle-ended', 'The card is not slowed down any more; it lasted 3 min.'),
    of(12 * minute, 'alert-began', 'Warning: the card is hot, 84 °C.'),
    of(2 * minute, 'ecc-corrected', '3 memory errors were corrected.'),
  ]
}

function finestFor(from: number): number {
  const age = now - from
  return age <= day ? 1 : age <= 7 * day ? 10 : age <= 90 * day ? 60 : 900
}

/** What the card does not tell has no past either; a lost card has one until it went. */
function known(point: HistoryPoint, gpu: Gpu | null, sample: GpuSample | null): HistoryPoint | null {
  if (gpu?.lostSince != null) return point.takenAt < gpu.lostSince ? point : null
  if (sample === null || sample.unknown.all) return null
  const mask = (values: HistoryPoint['mean']) => Object.fromEntries(metricIds.map((metric) => [metric, sample[metric] === null ? null : (values[metric] ?? null)]))
  return { ...point, min: mask(point.min), mean: mask(point.mean), max: mask(point.max), throttle: sample.throttle === null ? [] : point.throttle }
}

export function pastOf(query: Pick<HistoryQuery, 'gpuId' | 'from' | 'to'> & Partial<HistoryQuery>, gpu: Gpu | null, sample: GpuSample | null): HistoryAnswer {
  const span = (query.to - query.from) / 1000
  const finest = finestFor(query.from)
  const stepSeconds = Math.max(finest, query.stepSeconds ?? niceSteps.find((step) => step >= finest && span / step <= (query.points ?? 800)) ?? 172_800)
  const stepMs = stepSeconds * 1000
  const seed = [...query.gpuId].reduce((sum, letter) => sum + letter.charCodeAt(0), 0)
  const samples: HistoryPoint[] = []
  for (let at = Math.floor(query.from / stepMs) * stepMs; at < query.to; at += stepMs) {
    const point = pointAt(at, stepSeconds, seed)
    const told = point ? known(point, gpu, sample) : null
    if (told) samples.push(told)
  }
  const covered = (samples.length * stepSeconds) / span
  const kwh = samples.reduce((sum, point) => sum + ((point.mean.powerW ?? 0) * stepSeconds) / 3_600_000, 0)
  return { gpuId: query.gpuId, gpuName: gpu?.name ?? null, from: query.from, to: query.to, stepSeconds, samples, events: eventsOf(query.gpuId).filter((event) => event.at >= query.from && event.at < query.to), energy: samples.every((point) => point.mean.powerW == null) ? null : { kwh, coverage: Math.min(1, covered) }, finestStepSeconds: levels.find((level) => level >= finest) ?? 900 }
}

/** Two pages, so that the page has to ask again. */
export function csvOf(query: CsvQuery): CsvPage {
  const middle = Math.floor((query.from + query.to) / 2)
  const isFirst = query.to - query.from > 10 * minute
  return { text: `takenAt,temperatureC mean\r\n${new Date(query.from).toISOString()},41\r\n`, nextFrom: isFirst ? Math.max(query.from + 1, query.to - 5 * minute, middle) : null, stepSeconds: query.stepSeconds ?? 1 }
}
