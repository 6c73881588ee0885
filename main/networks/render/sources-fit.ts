/** Holds an answer of the network's statistics against a schema, and says which field does not fit. */
import type { z } from 'zod'
import { MarketMisfit } from '../network.ts'

/** Throws `MarketMisfit` at the first misfit: an answer of a million wrong rows costs one message. */
export function fitted<Schema extends z.ZodType>(schema: Schema, raw: unknown, at: PropertyKey[], file: string): z.output<Schema> {
  const parsed = schema.safeParse(raw)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const field = [...at, ...(issue?.path ?? [])].map(String).join('.') || 'the whole answer'
  throw new MarketMisfit(`The answer does not have the shape of ${file}: ${field} does not fit (${issue?.message ?? 'wrong type'}).`)
}
