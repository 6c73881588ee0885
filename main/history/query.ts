/** Answers questions about the past: picks the level, joins chunks with what is not in one yet, and folds it into steps. */
import { metricIds, type CsvPage, type CsvQuery, type HistoryAnswer, type HistoryEnergy, type HistoryPoint, type HistoryQuery, type MetricId } from '../../shared/history.ts'
import { NotPossible } from '../system/not-possible.ts'
import { blockOf, fold, within, type Block } from './block.ts'
import { chooseStep, isPromised, levelFor, levels, type Level } from './levels.ts'
import { fromUnits } from './metrics.ts'
import type { SampleTables } from './sample-tables.ts'

/** More rows than this are not put into one answer: a page would choke on them, and CSV comes in pages. */
const mostRows = 200_000
const rowsPerPage = 5_000

export interface Past {
  stepSeconds: number
  finestStepSeconds: number
  block: Block
  energy: HistoryEnergy | null
  /** A chunk could not be read; its time shows as a gap. */
  damagedChunks: number
}

/** The card's past in steps that overlap the range, oldest first. To be run in one transaction. */
export function readPast(tables: SampleTables, card: number, query: Pick<HistoryQuery, 'from' | 'to' | 'metrics'> & { stepSeconds?: number | undefined; points: number }): Past {
  const finestStepSeconds = finestAt(tables, card, query.from)
  const stepSeconds = chooseStep(query.to - query.from, query, finestStepSeconds)
  return { ...readSteps(tables, card, query, stepSeconds), finestStepSeconds }
}

function readSteps(tables: SampleTables, card: number, query: Pick<HistoryQuery, 'from' | 'to' | 'metrics'>, stepSeconds: number): Omit<Past, 'finestStepSeconds'> {
  const stepMs = stepSeconds * 1000
  const from = Math.floor(query.from / stepMs) * stepMs
  const to = Math.ceil(query.to / stepMs) * stepMs
  const metrics = (query.metrics ?? metricIds).map((id) => metricIds.indexOf(id))
  const level = levelFor(stepSeconds, (one) => tables.level(card, one.stepSeconds).droppedTo <= query.from)
  const { blocks, damagedChunks } = blocksOf(tables, card, level, from, to, new Set(metrics))
  return { stepSeconds, block: fold(blocks, stepSeconds, metrics), energy: energyOf(blocks, query.from, query.to), damagedChunks }
}

/** Every stored row from `from` to `to` at a level and, where that is not rolled up to it yet, of the finer ones. */
function blocksOf(tables: SampleTables, card: number, level: Level, from: number, to: number, metrics: ReadonlySet<number>): { blocks: Block[]; damagedChunks: number } {
  const blocks: Block[] = []
  let damagedChunks = 0
  if (tables.countRows(card, level.stepSeconds, from, to) > mostRows) throw new NotPossible('That is more than one answer can hold. Ask for a shorter range or a larger step, or take it as CSV.')
  for (const other of levels) {
    if (other.stepSeconds > level.stepSeconds) break
    const afterNo = other === level ? 0 : tables.level(card, other.stepSeconds).rolledNo
    for (const key of tables.chunks(card, other.stepSeconds, { from: from - other.stepSeconds * 1000, to, afterNo })) {
      const block = tables.chunk(key.no, metrics)
      if (block) blocks.push(within(block, from, to))
      else damagedChunks++
    }
  }
  const rows = tables.samples(card, from, to)
  if (rows.length > 0) blocks.push(blockOf(rows))
  return { blocks, damagedChunks }
}

/** Rows that reach over an end of the range count by the share inside. */
function energyOf(blocks: readonly Block[], from: number, to: number): HistoryEnergy | null {
  let joules = 0
  let seconds = 0
  for (const block of blocks) {
    const rowMs = block.step * 1000
    for (let i = 0; i < block.length; i++) {
      const at = block.at[i] as number
      const share = block.step === 1 ? Number(at >= from && at < to) : Math.max(0, Math.min(at + rowMs, to) - Math.max(at, from)) / rowMs
      joules += (block.joules[i] as number) * share
      seconds += ((block.knownTenths[i] as number) / 10) * share
    }
  }
  return seconds === 0 ? null : { kwh: joules / 3_600_000, coverage: Math.min(1, seconds / ((to - from) / 1000)) }
}

/** The finest of the promised steps of which nothing after the moment was thrown away. */
function finestAt(tables: SampleTables, card: number, from: number): number {
  const kept = levels.find((level) => isPromised(level) && tables.level(card, level.stepSeconds).droppedTo <= from)
  return kept?.stepSeconds ?? 900
}

export function pointsOf(block: Block, metrics: readonly MetricId[] = metricIds): HistoryPoint[] {
  const wanted = metrics.map((id) => [id, metricIds.indexOf(id)] as const)
  return Array.from({ length: block.length }, (_, i) => {
    const point: HistoryPoint = { takenAt: block.at[i] as number, seconds: block.seconds[i] as number, min: {}, mean: {}, max: {}, throttle: block.throttleSets[block.throttle[i] as number] ?? [] }
    for (const [id, index] of wanted) {
      point.min[id] = fromUnits(index, (block.low[index] as Float64Array)[i] as number)
      point.mean[id] = fromUnits(index, (block.mean[index] as Float64Array)[i] as number)
      point.max[id] = fromUnits(index, (block.high[index] as Float64Array)[i] as number)
    }
    return point
  })
}

export function answerOf(past: Past, query: HistoryQuery, gpuName: string | null, events: HistoryAnswer['events']): HistoryAnswer {
  return {
    gpuId: query.gpuId,
    gpuName,
    from: query.from,
    to: query.to,
    stepSeconds: past.stepSeconds,
    samples: pointsOf(past.block, query.metrics),
    events,
    energy: past.energy,
    finestStepSeconds: past.finestStepSeconds,
  }
}

/** One page of rows; the head line is added where `isFirst`. To be run in one transaction. */
export function csvPage(tables: SampleTables, card: number, query: CsvQuery, isFirst: boolean): CsvPage {
  const finest = finestAt(tables, card, query.from)
  const stepSeconds = chooseStep(query.to - query.from, { stepSeconds: query.stepSeconds ?? finest, points: rowsPerPage }, finest)
  const pageMs = rowsPerPage * stepSeconds * 1000
  const floor = (at: number): number => Math.floor(at / (stepSeconds * 1000)) * stepSeconds * 1000
  const beginning = tables.nextAt(card, floor(query.from))
  const start = beginning === null ? query.to : Math.max(floor(beginning), floor(query.from))
  const end = Math.min(start + pageMs, query.to)
  const lines = end <= start ? [] : pointsOf(readSteps(tables, card, { from: start, to: end }, stepSeconds).block).map(csvLine)
  const next = end < query.to ? tables.nextAt(card, end) : null
  return {
    text: [...(isFirst ? [csvHead()] : []), ...lines].map((line) => `${line}\r\n`).join(''),
    nextFrom: next !== null && next < query.to ? Math.max(end, floor(next)) : null,
    stepSeconds,
  }
}

function csvHead(): string {
  return ['takenAt', 'seconds', ...metricIds.flatMap((id) => [`${id}_min`, `${id}_mean`, `${id}_max`]), 'throttle'].join(',')
}

function csvLine(point: HistoryPoint): string {
  const values = metricIds.flatMap((id) => [point.min[id], point.mean[id], point.max[id]]).map((value) => (value === null || value === undefined ? '' : String(value)))
  return [new Date(point.takenAt).toISOString(), String(point.seconds), ...values, quoted(point.throttle.join('; '))].join(',')
}

/** RFC 4180. */
function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
