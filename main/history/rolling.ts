/** Turns written samples into chunks, chunks into coarser ones, and throws away what is too old: a little at a time. */
import { blockOf, fold, type Block } from './block.ts'
import { levels, type Level } from './levels.ts'
import { metricCount } from './metrics.ts'
import type { SampleTables } from './sample-tables.ts'

const everyMetric = Array.from({ length: metricCount }, (_, index) => index)
const everyMetricSet: ReadonlySet<number> = new Set(everyMetric)
const anyTime = { from: Number.MIN_SAFE_INTEGER, to: Number.MAX_SAFE_INTEGER }
/** Questions asked a moment ago still find what they were promised. */
const graceMs = 300_000

/** Which aligned stretch of time a chunk of single samples covers. */
export function stretchOf(at: number): number {
  return Math.floor(at / ((levels[0] as Level).chunkSeconds * 1000))
}

/** Puts the card's samples of earlier stretches into a chunk, and rolls up what is complete by that. To be run in one transaction. */
export function seal(tables: SampleTables, card: number, currentStretch: number): void {
  const rows = tables.samples(card)
  // Up to the last one of another stretch: after the clock jumped back, the same stretch may come twice.
  const end = rows.findLastIndex((row) => stretchOf(row.at) !== currentStretch)
  if (end === -1) return
  const sealed = rows.slice(0, end + 1)
  tables.addChunk(card, blockOf(sealed))
  tables.dropSamples(card, (sealed[end] as { no: number }).no)
  for (const [index, level] of levels.entries()) {
    const next = levels[index + 1]
    if (next && !rollUp(tables, card, level, next)) return
  }
}

/** false: nothing was complete. */
function rollUp(tables: SampleTables, card: number, level: Level, next: Level): boolean {
  const open = tables.chunks(card, level.stepSeconds, { ...anyTime, afterNo: tables.level(card, level.stepSeconds).rolledNo })
  const newest = open.at(-1)
  if (!newest) return false
  const stretch = (at: number): number => Math.floor(at / (next.chunkSeconds * 1000))
  const complete = open.slice(0, open.findLastIndex((key) => stretch(key.fromAt) !== stretch(newest.fromAt)) + 1)
  const last = complete.at(-1)
  if (!last) return false
  const blocks = complete.flatMap((key): Block[] => {
    const block = tables.chunk(key.no, everyMetricSet)
    return block ? [block] : []
  })
  tables.addChunk(card, fold(blocks, next.stepSeconds, everyMetric))
  tables.setRolled(card, level.stepSeconds, last.no)
  return true
}

/** `now` must be a time that is believed. To be run in one transaction. */
export function dropOld(tables: SampleTables, card: number, now: number): void {
  for (const level of levels) {
    if (level.keptSeconds !== null) tables.dropChunks(card, level.stepSeconds, now - level.keptSeconds * 1000 - graceMs)
  }
}
