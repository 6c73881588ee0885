/** A year of eight busy cards in a history file, through the same folding and packing that recording uses. */
import { DatabaseSync } from 'node:sqlite'
import { blockOf, fold, type Block, type SampleRow } from '../../main/history/block.ts'
import { levels } from '../../main/history/levels.ts'
import { metricCount, toUnits } from '../../main/history/metrics.ts'
import { createSampleTables, type SampleTables } from '../../main/history/sample-tables.ts'
import { metricIds, type MetricId } from '../../shared/history.ts'

const dayMs = 86_400_000
export const cards = 8
export const yearEnd = Date.UTC(2026, 10, 23)
export const yearBegin = yearEnd - 365 * dayMs
/** Singly generated; before that, minute by minute. */
const singleFrom = yearEnd - 7 * dayMs
const everyMetric = Array.from({ length: metricCount }, (_, index) => index)

export function cardId(n: number): string {
  return `GPU-${n}`
}

/** Always the same numbers, so that sizes can be compared from run to run. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

type Readings = Record<MetricId, number>

/** A card that works for two hours and rests for half of one, with the noise and the resolution of a real one. */
function createCard(seed: number): (at: number) => Readings {
  const random = createRandom(seed)
  let heat = 45
  return (at) => {
    const isBusy = (at / 60_000 + seed * 17) % 150 < 120
    const noise = random() + random() - 1
    heat += ((isBusy ? 72 : 40) - heat) / 60 + noise / 4
    const load = isBusy ? Math.min(1, Math.round(96 + 8 * noise) / 100) : random() < 0.1 ? 0.01 : 0
    return {
      utilisation: load,
      memoryUtilisation: Math.round(load * 60 + 5 * noise * load) / 100,
      encoder: 0,
      decoder: 0,
      memoryUsedBytes: (isBusy ? 18 * 2 ** 30 : 600 * 2 ** 20) + (random() < 0.05 ? Math.round(64 * random()) * 2 ** 20 : 0),
      temperatureC: Math.round(heat),
      hotspotC: Math.round(heat + 12 + noise),
      memoryC: Math.round(heat + 18 + noise),
      powerW: Math.round((isBusy ? 310 + 25 * noise : 22 + noise) * 1000) / 1000,
      coreClockMhz: isBusy ? 2520 + 15 * Math.round(4 * noise) : 210,
      memoryClockMhz: isBusy ? 10_501 : 405,
      fan: Math.max(0, Math.round(heat - 30 + noise)) / 100,
      pcieGeneration: isBusy ? 4 : 1,
      pcieLanes: 16,
      fanRpm: Math.max(0, Math.round((heat - 30 + noise) * 32)),
      powerLimitW: 450,
      eccCorrected: Math.floor(at / 86_400_000 / 20) % 40,
      eccUncorrected: 0,
      pcieReplays: 0,
    }
  }
}

function unitsOf(readings: Readings): number[] {
  return metricIds.map((id, index) => toUnits(index, readings[id]))
}

/** Four samples stand for the minute's sixty: its lowest, highest and mean differ as those of a real one do. */
function minutes(card: (at: number) => Readings, from: number, to: number): Block {
  const rows: SampleRow[] = []
  for (let at = from; at < to; at += 15_000) rows.push(rowOf(card, at, 15))
  const block = fold([blockOf(rows)], 60, everyMetric)
  block.seconds.fill(60)
  return block
}

function rowOf(card: (at: number) => Readings, at: number, seconds: number): SampleRow {
  const readings = card(at)
  return { at, joules: Math.round(readings.powerW * seconds), knownTenths: 10 * seconds, throttle: readings.utilisation > 0.99 ? ['sw_power_cap'] : [], units: unitsOf(readings) }
}

/** Adds blocks of a level, and what they give for the coarser ones as each stretch is complete. */
function createLadder(tables: SampleTables, card: number): (index: number, block: Block) => void {
  const waiting = levels.map((): { blocks: Block[]; stretch: number } => ({ blocks: [], stretch: -1 }))
  function add(index: number, block: Block): void {
    const level = levels[index]
    const next = levels[index + 1]
    const at = block.at[0]
    if (!level || at === undefined) return
    const isKept = level.keptSeconds === null || at >= yearEnd - level.keptSeconds * 1000
    const queue = waiting[index]
    if (next && queue) {
      const stretch = Math.floor(at / (next.chunkSeconds * 1000))
      if (stretch !== queue.stretch && queue.blocks.length > 0) {
        const last = tables.chunks(card, level.stepSeconds, { from: at - dayMs * 40, to: Number.MAX_SAFE_INTEGER, afterNo: 0 }).at(-1)
        if (last) tables.setRolled(card, level.stepSeconds, last.no)
        add(index + 1, fold(queue.blocks, next.stepSeconds, everyMetric))
        queue.blocks = []
      }
      queue.stretch = stretch
      queue.blocks.push(block)
    }
    if (isKept) tables.addChunk(card, block)
  }
  return add
}

/** `file` has the tables already. Returns how many steps were written. */
export function writeYear(file: string, count = cards): number {
  const database = new DatabaseSync(file)
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;')
    const tables = createSampleTables(database)
    for (let n = 0; n < count; n++) {
      database.exec('BEGIN')
      writeCard(tables, tables.addCard('', cardId(n)), createCard(n + 1))
      for (const level of levels) {
        if (level.keptSeconds === null) continue
        database.prepare('INSERT INTO levels (card, step, dropped_to) VALUES (?, ?, ?) ON CONFLICT (card, step) DO UPDATE SET dropped_to = excluded.dropped_to').run(tables.cardNo('', cardId(n)) ?? 0, level.stepSeconds, yearEnd - level.keptSeconds * 1000)
      }
      database.exec('COMMIT')
    }
    return Number(database.prepare('SELECT sum(length) AS total FROM chunks').get()?.['total'])
  } finally {
    database.close()
  }
}

function writeCard(tables: SampleTables, no: number, card: (at: number) => Readings): void {
  const add = createLadder(tables, no)
  for (let at = yearBegin; at < singleFrom; at += 6 * 3_600_000) add(2, minutes(card, at, at + 6 * 3_600_000))
  for (let at = singleFrom; at < yearEnd; at += 300_000) add(0, blockOf(Array.from({ length: 300 }, (_, second) => rowOf(card, at + second * 1000, 1))))
}
