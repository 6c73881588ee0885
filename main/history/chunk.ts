/** A block as the bytes that are kept: columns of differences, deflated. */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Block } from './block.ts'
import { createReader, createWriter, DamagedBytes, readColumn, skipColumn, writeColumn, type ByteReader } from './columns.ts'
import { indexOfCode, metricCodes, metricCount } from './metrics.ts'

/** Of the layout below. */
const layout = 1
/** A chunk holds a few hundred rows; what claims to hold more is damaged. */
const mostRows = 100_000
const mostBytes = 64 * 1024 * 1024

export function encodeChunk(block: Block): Uint8Array {
  const out = createWriter()
  const isSingle = block.step === 1
  out.byte(layout)
  out.count(block.step)
  out.count(block.length)
  // The moments of steps are multiples of it, and then small numbers.
  writeColumn(out, isSingle ? block.at : block.at.map((at) => at / (block.step * 1000)))
  writeColumn(out, block.seconds)
  writeColumn(out, block.joules)
  writeColumn(out, block.knownTenths)
  out.count(block.throttleSets.length)
  for (const reasons of block.throttleSets) {
    out.count(reasons.length)
    for (const reason of reasons) out.text(reason)
  }
  writeColumn(out, block.throttle)
  out.count(metricCount)
  for (const [index, code] of metricCodes.entries()) {
    const mean = block.mean[index] as Float64Array
    out.count(code)
    out.byte(isSingle ? 1 : 4)
    writeColumn(out, mean)
    if (isSingle) continue
    // Lowest and highest as their distance from the mean: small where a reading is steady.
    writeColumn(out, difference(mean, block.low[index] as Float64Array))
    writeColumn(out, difference(block.high[index] as Float64Array, mean))
    writeColumn(out, block.missing[index] as Float64Array)
  }
  return deflateRawSync(out.finish(), { level: 6 })
}

/** Only the columns of `metrics` are read; the others hold nothing known. Throws DamagedBytes. */
export function decodeChunk(data: Uint8Array, metrics: ReadonlySet<number>): Block {
  const from = createReader(inflate(data))
  if (from.byte() !== layout) throw new DamagedBytes('a layout that is not known')
  const step = from.count()
  const length = from.count()
  if (length > mostRows || step < 1) throw new DamagedBytes('a size that cannot be')
  const isSingle = step === 1
  const numbers = readColumn(from, length)
  const at = isSingle ? numbers : numbers.map((number) => number * step * 1000)
  const seconds = readColumn(from, length)
  const joules = readColumn(from, length)
  const knownTenths = readColumn(from, length)
  const throttleSets = Array.from({ length: sane(from.count()) }, () => Array.from({ length: sane(from.count()) }, () => from.text()))
  const throttle = readColumn(from, length)
  const unknown = new Float64Array(length).fill(Number.NaN)
  const nothing = new Float64Array(length)
  const columns = (value: Float64Array): Float64Array[] => new Array<Float64Array>(metricCount).fill(value)
  const block: Block = { step, length, at, seconds, joules, knownTenths, throttle, throttleSets, low: columns(unknown), mean: columns(unknown), high: columns(unknown), missing: columns(nothing) }
  const count = sane(from.count())
  for (let n = 0; n < count; n++) readMetric(from, block, metrics)
  return block
}

function readMetric(from: ByteReader, block: Block, wanted: ReadonlySet<number>): void {
  const index = indexOfCode(from.count())
  const columns = from.byte()
  if (index === null || !wanted.has(index)) {
    for (let n = 0; n < columns; n++) skipColumn(from)
    return
  }
  const mean = readColumn(from, block.length)
  block.low[index] = block.mean[index] = block.high[index] = mean
  if (columns !== 4) return
  block.low[index] = difference(mean, readColumn(from, block.length))
  block.high[index] = sum(mean, readColumn(from, block.length))
  block.missing[index] = readColumn(from, block.length)
}

function difference(one: Float64Array, other: Float64Array): Float64Array {
  const result = new Float64Array(one.length)
  for (let i = 0; i < one.length; i++) result[i] = (one[i] as number) - (other[i] as number)
  return result
}

function sum(one: Float64Array, other: Float64Array): Float64Array {
  const result = new Float64Array(one.length)
  for (let i = 0; i < one.length; i++) result[i] = (one[i] as number) + (other[i] as number)
  return result
}

function inflate(data: Uint8Array): Uint8Array {
  try {
    return inflateRawSync(data, { maxOutputLength: mostBytes })
  } catch (error) {
    throw new DamagedBytes(error instanceof Error ? error.message : String(error))
  }
}

function sane(count: number): number {
  if (count > 10_000) throw new DamagedBytes('a count that cannot be')
  return count
}
