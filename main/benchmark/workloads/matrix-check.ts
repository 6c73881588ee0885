/** Whether a product of matrices is right, without multiplying them: every row against random weights (Freivalds' check), exactly. Pure. */

/** What the kernel's `element` is told for either matrix. */
export const seeds = { a: 0x1234567, b: 0x7654321 } as const

/** Element `index`, row by row, of the matrix that `seed` stands for: a whole number from -3 to 4. */
export function element(index: number, seed: number): number {
  let h = (index + seed) | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h >>> 29) - 3
}

/** Weight of a column: 1 to 8, so that no single wrong element goes unseen. */
function weight(column: number): number {
  return element(column, 0x5bd1e995) + 4
}

const weighed = new Map<number, Float64Array>()

/** B times the weights, kept: it takes a pass over all of B. */
function weighedRows(edge: number): Float64Array {
  const known = weighed.get(edge)
  if (known) return known
  const weights = Float64Array.from({ length: edge }, (_, column) => weight(column))
  const rows = new Float64Array(edge)
  for (let row = 0; row < edge; row++) {
    let sum = 0
    for (let column = 0; column < edge; column++) sum += element(row * edge + column, seeds.b) * (weights[column] as number)
    rows[row] = sum
  }
  weighed.set(edge, rows)
  return rows
}

/** null: the first `rows` rows of alpha A B are right. */
export function checkRows(product: Float32Array, { rows, edge, alpha }: { rows: number; edge: number; alpha: number }): string | null {
  const ofB = weighedRows(edge)
  const weights = Float64Array.from({ length: edge }, (_, column) => weight(column))
  for (let row = 0; row < rows; row++) {
    let right = 0
    let got = 0
    for (let at = 0; at < edge; at++) {
      right += element(row * edge + at, seeds.a) * (ofB[at] as number)
      got += (product[row * edge + at] as number) * (weights[at] as number)
    }
    if (got !== alpha * right) return `row ${row} of the matrix product adds up to ${got} where ${alpha * right} is right`
  }
  return null
}
