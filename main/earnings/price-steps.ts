/** A tariff as steps of time with one price each, in USD. */
import type { PriceStep } from '../../shared/policy-state.ts'
import { weeklySpans } from './tariff-week.ts'
import type { Tariffs } from './tariffs.ts'

export interface StepsRange {
  at: number
  lengthMs: number
  /** USD for one unit of the settings' currency; null: no rate is known. */
  usdPerUnit: number | null
}

interface Piece {
  from: number
  to: number
  perKwh: number
  how: string
}

/** Further ahead nobody asks. */
const longestMs = 400 * 86_400_000

/**
 * From `at` on, each step to the next without holes. It ends early where dated prices end and nothing else is set: what comes
 * after is not known. Empty where no price is set for `at`, or its currency has no rate. Equal neighbours are one step.
 */
export function priceStepsOf(tariffs: Pick<Tariffs, 'dated' | 'standing'>, { at, lengthMs, usdPerUnit }: StepsRange): PriceStep[] {
  if (usdPerUnit === null || !Number.isFinite(usdPerUnit)) return []
  const steps: PriceStep[] = []
  for (const { from, to, perKwh, how } of piecesOf(tariffs, at, at + Math.min(lengthMs, longestMs))) {
    const usdPerKwh = perKwh * usdPerUnit
    const before = steps.at(-1)
    if (from !== (before?.to ?? at) || !Number.isFinite(usdPerKwh)) break
    if (before?.usdPerKwh === usdPerKwh && before.how === how) before.to = to
    else steps.push({ from, to, usdPerKwh, how })
  }
  return steps
}

function* piecesOf(tariffs: Pick<Tariffs, 'dated' | 'standing'>, from: number, to: number): Generator<Piece> {
  const dated = tariffs.dated(from, to)
  let reached = from
  for (const one of dated) {
    const [start, end] = [Math.max(one.from, reached), Math.min(one.to, to)]
    if (end <= start) continue
    yield* standingPieces(tariffs, reached, start)
    yield { from: start, to: end, perKwh: one.perKwh, how: 'dated price' }
    reached = end
  }
  yield* standingPieces(tariffs, reached, to)
}

/** Where no dated price holds. */
function* standingPieces(tariffs: Pick<Tariffs, 'standing'>, from: number, to: number): Generator<Piece> {
  const standing = to > from ? tariffs.standing() : null
  if (standing === null) return
  const how = `${standing.kind === 'fixed' ? 'fixed price' : 'weekly table'}${standing.standsInFor === null ? '' : `; ${standing.standsInFor}`}`
  if (standing.kind === 'fixed') return yield { from, to, perKwh: standing.perKwh, how }
  for (const span of weeklySpans(standing.perKwh, standing.zone, from, to)) yield { ...span, how }
}
