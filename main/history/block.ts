/** Rows of one card in columns: single samples or steps, and how finer rows are folded into coarser steps. Pure. */
import { metricCount } from './metrics.ts'

export interface Block {
  /** Seconds per row; 1: single samples at their exact moments. */
  step: number
  length: number
  /** ms since epoch; a step's beginning. */
  at: Float64Array
  /** Seconds of the row that hold a sample. */
  seconds: Float64Array
  /** Energy in joules, and the tenths of seconds for which it is known. */
  joules: Float64Array
  knownTenths: Float64Array
  /** Index into `throttleSets`. */
  throttle: Float64Array
  throttleSets: string[][]
  /** By index of metric, in stored units; NaN: unknown. Single samples share one column for all three. */
  low: Float64Array[]
  mean: Float64Array[]
  high: Float64Array[]
  /** Seconds of the row that hold a sample, but not this metric. */
  missing: Float64Array[]
}

/** One sample as it is written down first. */
export interface SampleRow {
  at: number
  joules: number
  knownTenths: number
  throttle: string[]
  units: number[]
}

export function blockOf(rows: readonly SampleRow[]): Block {
  const length = rows.length
  const sets = createSets()
  function column(value: (row: SampleRow) => number): Float64Array {
    const values = new Float64Array(length)
    for (let i = 0; i < length; i++) values[i] = value(rows[i] as SampleRow)
    return values
  }
  const metrics = Array.from({ length: metricCount }, (_, index) => column((row) => row.units[index] ?? Number.NaN))
  const nothing = new Float64Array(length)
  return {
    step: 1,
    length,
    at: column((row) => row.at),
    seconds: new Float64Array(length).fill(1),
    joules: column((row) => row.joules),
    knownTenths: column((row) => row.knownTenths),
    throttle: column((row) => sets.indexOf(row.throttle)),
    throttleSets: sets.all,
    low: metrics,
    mean: metrics,
    high: metrics,
    missing: Array.from({ length: metricCount }, () => nothing),
  }
}

/**
 * All rows in steps of `step` seconds, aligned to multiples of it, in order of time; rows of the same step become one,
 * wherever they come from. Only the columns of `metrics` are filled; the others hold nothing known.
 */
export function fold(blocks: readonly Block[], step: number, metrics: readonly number[]): Block {
  const stepMs = step * 1000
  const slots = slotsOf(blocks, stepMs)
  const length = slots.numbers.length
  const column = (value = 0): Float64Array => new Float64Array(length).fill(value)
  const folded: Block = {
    step,
    length,
    at: slots.numbers.map((slot) => slot * stepMs),
    seconds: column(),
    joules: column(),
    knownTenths: column(),
    throttle: column(),
    throttleSets: [],
    low: unknownColumns(length),
    mean: unknownColumns(length),
    high: unknownColumns(length),
    missing: Array.from({ length: metricCount }, () => column()),
  }
  for (const [n, block] of blocks.entries()) addTotals(folded, block, slots.places[n] as Uint32Array)
  for (let i = 0; i < length; i++) folded.seconds[i] = Math.min(folded.seconds[i] as number, step)
  foldThrottle(folded, blocks, slots.places)
  for (const metric of metrics) foldMetric(folded, blocks, slots.places, metric)
  return folded
}

/** The rows from `from` (inclusive) to `to` (exclusive), ms since epoch. Rows need not be in order of time: the clock may have been set back. */
export function within(block: Block, from: number, to: number): Block {
  const wanted: number[] = []
  for (let i = 0; i < block.length; i++) if ((block.at[i] as number) >= from && (block.at[i] as number) < to) wanted.push(i)
  if (wanted.length === block.length) return block
  const picked = new Map<Float64Array, Float64Array>()
  const pick = (values: Float64Array): Float64Array => {
    const known = picked.get(values)
    if (known) return known
    const chosen = new Float64Array(wanted.length)
    for (let i = 0; i < wanted.length; i++) chosen[i] = values[wanted[i] as number] as number
    picked.set(values, chosen)
    return chosen
  }
  return {
    ...block,
    length: wanted.length,
    at: pick(block.at),
    seconds: pick(block.seconds),
    joules: pick(block.joules),
    knownTenths: pick(block.knownTenths),
    throttle: pick(block.throttle),
    low: block.low.map(pick),
    mean: block.mean.map(pick),
    high: block.high.map(pick),
    missing: block.missing.map(pick),
  }
}

/** Which steps there are, in order, and where in that order each row belongs. Neighbours mostly share a step. */
function slotsOf(blocks: readonly Block[], stepMs: number): { numbers: Float64Array; places: Uint32Array[] } {
  const seen = new Set<number>()
  let last = Number.NaN
  for (const { at, length } of blocks) {
    for (let i = 0; i < length; i++) {
      const slot = Math.floor((at[i] as number) / stepMs)
      if (slot !== last) seen.add((last = slot))
    }
  }
  const numbers = Float64Array.from(seen).sort()
  const placeOf = new Map<number, number>()
  for (let place = 0; place < numbers.length; place++) placeOf.set(numbers[place] as number, place)
  last = Number.NaN
  let place = 0
  const places = blocks.map(({ at, length }) => {
    const found = new Uint32Array(length)
    for (let i = 0; i < length; i++) {
      const slot = Math.floor((at[i] as number) / stepMs)
      if (slot !== last) place = placeOf.get((last = slot)) as number
      found[i] = place
    }
    return found
  })
  return { numbers, places }
}

function addTotals(to: Block, from: Block, places: Uint32Array): void {
  let second = Number.NaN
  for (let i = 0; i < from.length; i++) {
    const place = places[i] as number
    to.joules[place] = (to.joules[place] as number) + (from.joules[i] as number)
    to.knownTenths[place] = (to.knownTenths[place] as number) + (from.knownTenths[i] as number)
    const seconds = from.step > 1 || Math.floor((from.at[i] as number) / 1000) !== second ? (from.seconds[i] as number) : 0
    second = Math.floor((from.at[i] as number) / 1000)
    to.seconds[place] = (to.seconds[place] as number) + seconds
  }
}

function foldThrottle(to: Block, blocks: readonly Block[], places: readonly Uint32Array[]): void {
  const found = new Map<number, Set<string>>()
  for (const [n, block] of blocks.entries()) {
    if (block.throttleSets.every((reasons) => reasons.length === 0)) continue
    for (let i = 0; i < block.length; i++) {
      const reasons = block.throttleSets[block.throttle[i] as number] ?? []
      if (reasons.length === 0) continue
      const place = places[n]?.[i] as number
      const all = found.get(place) ?? new Set()
      for (const reason of reasons) all.add(reason)
      found.set(place, all)
    }
  }
  const sets = createSets()
  sets.indexOf([])
  for (const [place, reasons] of found) to.throttle[place] = sets.indexOf([...reasons])
  to.throttleSets = sets.all
}

function foldMetric(to: Block, blocks: readonly Block[], places: readonly Uint32Array[], metric: number): void {
  const { length } = to
  const sum = new Float64Array(length)
  const weight = new Float64Array(length)
  const low = (to.low[metric] as Float64Array).fill(Number.POSITIVE_INFINITY)
  const high = (to.high[metric] as Float64Array).fill(Number.NEGATIVE_INFINITY)
  for (const [n, block] of blocks.entries()) {
    const place = places[n] as Uint32Array
    const means = block.mean[metric] as Float64Array
    const lows = block.low[metric] as Float64Array
    const highs = block.high[metric] as Float64Array
    const missing = block.missing[metric] as Float64Array
    for (let i = 0; i < block.length; i++) {
      const mean = means[i] as number
      if (Number.isNaN(mean)) continue
      const p = place[i] as number
      const w = Math.max((block.seconds[i] as number) - (missing[i] as number), 1)
      sum[p] = (sum[p] as number) + mean * w
      weight[p] = (weight[p] as number) + w
      if ((lows[i] as number) < (low[p] as number)) low[p] = lows[i] as number
      if ((highs[i] as number) > (high[p] as number)) high[p] = highs[i] as number
    }
  }
  const mean = to.mean[metric] as Float64Array
  const gone = to.missing[metric] as Float64Array
  for (let i = 0; i < length; i++) {
    if (weight[i] === 0) low[i] = mean[i] = high[i] = Number.NaN
    else {
      // -0 would come back from a file as 0.
      mean[i] = Math.round((sum[i] as number) / (weight[i] as number)) + 0
      gone[i] = Math.max(0, (to.seconds[i] as number) - (weight[i] as number))
    }
  }
}

function unknownColumns(length: number): Float64Array[] {
  const unknown = new Float64Array(length).fill(Number.NaN)
  return Array.from({ length: metricCount }, () => unknown.slice())
}

/** Lists of reasons, each kept once. */
function createSets(): { all: string[][]; indexOf(reasons: readonly string[]): number } {
  const all: string[][] = []
  const places = new Map<string, number>()
  return {
    all,
    indexOf(reasons) {
      const sorted = [...new Set(reasons)].sort()
      const key = sorted.join('\n')
      const known = places.get(key)
      if (known !== undefined) return known
      places.set(key, all.length)
      all.push(sorted)
      return all.length - 1
    },
  }
}
