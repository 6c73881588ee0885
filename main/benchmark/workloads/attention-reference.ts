/** Attention for one token, worked out on the processor in double precision: what the device's answer is held against. Pure. */

export const heads = 32
export const dimensions = 128
/** Earlier tokens. */
export const context = 8192
/** Makes scores differ enough that a few keys weigh most: a wrong one is then seen in the answer. */
const scale = 0.75

/** As value_of in attention-decode.cl. */
function valueOf(x: number): number {
  let mixed = Math.imul(x, 2654435761)
  mixed ^= mixed >>> 15
  return ((Math.imul(mixed, 2246822519) >>> 28) - 8) / 8
}

/** The answer of one head; `row` counts heads over all sequences, `turn` stands for the token. */
export function answersOf(row: number, turn: number): Float64Array {
  const query = Float64Array.from({ length: dimensions }, (_, d) => valueOf((row * dimensions + d) ^ Math.imul(turn, 668265263)) * scale)
  const scores = new Float64Array(context)
  const at = (key: number): number => Math.imul(Math.imul(row, context) + key, dimensions)
  for (let key = 0; key < context; key++) {
    let score = 0
    for (let d = 0; d < dimensions; d++) score += (query[d] as number) * valueOf((at(key) + d) * 2)
    scores[key] = score
  }
  const most = scores.reduce((highest, score) => Math.max(highest, score), -Infinity)
  const sums = new Float64Array(dimensions)
  let total = 0
  for (let key = 0; key < context; key++) {
    const weight = Math.exp((scores[key] as number) - most)
    total += weight
    for (let d = 0; d < dimensions; d++) sums[d] = (sums[d] as number) + weight * valueOf((at(key) + d) * 2 + 1)
  }
  return sums.map((sum) => sum / total)
}
