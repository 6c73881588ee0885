/** What io.net's undocumented answers are read with: loosely where names are not known, strictly where a figure is taken. */
import { described, plainNumber } from '../../../shared/outside-answers.ts'
import { MarketMisfit } from '../network.ts'

/** Beyond this a figure is a slip. */
const most = 1e12

/** A number from 0, also as text; null: none stands there. Throws MarketMisfit where what stands there cannot be one. */
export function amountIn(from: Record<string, unknown>, field: string): number | null {
  const found = from[field]
  if (found === undefined || found === null) return null
  const value = plainNumber(found)
  if (typeof value === 'number' && value >= 0 && value <= most) return value
  throw new MarketMisfit(`${field} is ${described(found)}, where a number of 0 or more, and at most a million million, is expected.`)
}

/** What an answer holds under "data", or the answer itself. Throws MarketMisfit where that is no object, or the answer reports a failure. */
export function dataOf(raw: unknown): unknown {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw new MarketMisfit(`the answer is ${described(raw)}, where an object is expected.`)
  const { status, data } = raw as { status?: unknown; data?: unknown }
  if (typeof status === 'string' && status !== 'succeeded') throw new MarketMisfit(`status is "${status.slice(0, 40)}", so the answer reports a failure.`)
  return data === undefined ? raw : data
}

export function objectIn(raw: unknown): Record<string, unknown> {
  const data = dataOf(raw)
  if (typeof data !== 'object' || data === null || Array.isArray(data)) throw new MarketMisfit(`data is ${described(data)}, where an object is expected.`)
  return data as Record<string, unknown>
}
