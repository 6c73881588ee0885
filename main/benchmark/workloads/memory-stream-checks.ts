/** What streaming through the filled buffer must give, worked out on the processor. Pure. */

export interface Pattern {
  groupSize: number
  items: number
  lanes: number
  /** Each group has a stretch of its own, or all groups go side by side. */
  order: 'stretches' | 'rows'
}

/** What `fill` writes into element `i`: MIX of memory-bandwidth.cl. */
export function storedValue(i: number): number {
  return Math.imul(i, 2654435761) >>> 0
}

/** null: the sums are right, modulo 2^32. Looks at a sample of the work-items, the last among them. */
export function checkReadSums(sums: Uint32Array, pattern: Pattern, rows: number): string | null {
  const { groupSize, items, lanes, order } = pattern
  const step = Math.max(1, Math.floor(items / 31))
  const looked = [...Array.from({ length: Math.min(31, items) }, (_, k) => k * step), items - 1]
  const apart = order === 'rows' ? items : groupSize
  for (const item of looked) {
    const begin = order === 'rows' ? item : Math.floor(item / groupSize) * groupSize * rows + (item % groupSize)
    let sum = 0
    for (let k = 0; k < rows; k++) {
      const first = (begin + k * apart) * lanes
      for (let lane = 0; lane < lanes; lane++) sum = (sum + storedValue(first + lane)) | 0
    }
    if (sums[item] !== sum >>> 0) return `the device summed memory to ${sums[item]} where ${sum >>> 0} is right (work-item ${item})`
  }
  return null
}

export function checkWritten(values: Uint32Array, first: number, turn: number): string | null {
  const wrong = values.findIndex((value, k) => value !== (storedValue(first + k) + turn) >>> 0)
  return wrong < 0 ? null : `the device wrote ${values[wrong]} where ${(storedValue(first + wrong) + turn) >>> 0} is right (element ${first + wrong})`
}

export function checkCopied(values: Uint32Array, first: number): string | null {
  const wrong = values.findIndex((value, k) => value !== storedValue(first + k))
  return wrong < 0 ? null : `the device copied ${values[wrong]} where ${storedValue(first + wrong)} is right (element ${first + wrong})`
}
