/** Wrong words become ranges of addresses, few enough to be read. Pure. */
import type { MemoryErrors } from '../../shared/benchmark.ts'

export interface WrongWord {
  /** In the tested range. */
  byte: number
  expected: number
  got: number
}

/** Errors closer together than this are one range: a page. */
const neighbourBytes = 4096
const mostRanges = 256
const wordBytes = 4

/**
 * `listed`: wrong words of one launch, in any order. `count`: how many there were in all; `firstByte` and `lastByte` bound those
 * that were too many to list.
 */
export function rangesOf(listed: readonly WrongWord[], count: number, firstByte: number, lastByte: number, pattern: string): MemoryErrors[] {
  const sorted = [...listed].sort((one, other) => one.byte - other.byte)
  const single = sorted.map((word): MemoryErrors => ({ fromByte: word.byte, toByte: word.byte + wordBytes, count: 1, pattern, expected: hex(word.expected), got: hex(word.got) }))
  const [first] = single
  if (!first) return []
  if (count <= sorted.length) return merged(single, [])
  return [{ ...first, fromByte: Math.min(first.fromByte, firstByte), toByte: Math.max(sorted.at(-1)?.byte ?? 0, lastByte) + wordBytes, count }]
}

/** Adds ranges to those there are: neighbours become one, and where there are too many, those that lie closest together. */
export function merged(ranges: readonly MemoryErrors[], more: readonly MemoryErrors[]): MemoryErrors[] {
  const sorted = [...ranges, ...more].sort((one, other) => one.fromByte - other.fromByte)
  const result: MemoryErrors[] = []
  for (const range of sorted) {
    const last = result.at(-1)
    if (last && range.fromByte - last.toByte < neighbourBytes) result[result.length - 1] = joined(last, range)
    else result.push(range)
  }
  while (result.length > mostRanges) {
    let closest = 1
    for (let at = 2; at < result.length; at++) if (gapBefore(result, at) < gapBefore(result, closest)) closest = at
    result.splice(closest - 1, 2, joined(result[closest - 1] as MemoryErrors, result[closest] as MemoryErrors))
  }
  return result
}

function gapBefore(ranges: readonly MemoryErrors[], at: number): number {
  return (ranges[at]?.fromByte ?? 0) - (ranges[at - 1]?.toByte ?? 0)
}

/** The first wrong word stands for the range; patterns are named in the order they found something. */
function joined(one: MemoryErrors, other: MemoryErrors): MemoryErrors {
  const names = one.pattern.split(', ')
  const pattern = [...names, ...other.pattern.split(', ').filter((name) => !names.includes(name))].join(', ')
  return { ...one, toByte: Math.max(one.toByte, other.toByte), count: one.count + other.count, pattern }
}

function hex(word: number): string {
  return `0x${(word >>> 0).toString(16).padStart(8, '0')}`
}
