/** What the answers of the console and of the chain are read with: dates, and the sentence that says what does not fit. */
import { z } from 'zod'
import { nameOf, standsThere, timeOf } from '../../../shared/outside-answers.ts'
import { MarketMisfit } from '../network.ts'

/** ms since epoch. */
export const moment = z.preprocess((value) => (typeof value === 'string' ? timeOf(value) : value), z.number().min(0).max(4e12)) as z.ZodType<number>

/** Parses, or throws MarketMisfit with a sentence that names the field. `expected`: what should stand there, by the path. */
export function readAnswer<Value>(schema: z.ZodType<Value>, raw: unknown, expected: (path: readonly PropertyKey[]) => string): Value {
  const parsed = schema.safeParse(raw)
  if (parsed.success) return parsed.data
  const path = parsed.error.issues[0]?.path ?? []
  throw new MarketMisfit(`${nameOf(path)} ${standsThere(raw, path)}, where ${expected(path)} is expected.`)
}
