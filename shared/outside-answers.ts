/** What answers from outside are read with: numbers that may be text, dates, and the words that say what does not fit. */
import { z } from 'zod'

/** Numbers may come as text. What is no plain number is left for the schema to refuse. */
export function plainNumber(value: unknown): unknown {
  return typeof value === 'string' && /^\s*[+-]?\d+(\.\d+)?(e[+-]?\d+)?\s*$/i.test(value) ? Number(value) : value
}

/** From 0 to `most`, beyond which a number is a slip. */
export function atMost(most: number): z.ZodType<number> {
  return z.preprocess(plainNumber, z.number().nonnegative().max(most)) as z.ZodType<number>
}

/** Between −`most` and `most`: what may shrink as well as grow. */
export function within(most: number): z.ZodType<number> {
  return z.preprocess(plainNumber, z.number().min(-most).max(most)) as z.ZodType<number>
}

/** ms since epoch; null: no date. What names a day without a time means its beginning, UTC. */
export function timeOf(value: unknown): number | null {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}/.test(value)) return null
  const time = Date.parse(value)
  return Number.isFinite(time) ? time : null
}

/** "models[3].price.min"; "the answer" for the whole of it. */
export function nameOf(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'the answer' : path.map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`)).join('')
}

/** "is the text "abc"", "is missing". */
export function standsThere(raw: unknown, path: readonly PropertyKey[]): string {
  const found = path.reduce<unknown>((value, part) => (typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[part] : undefined), raw)
  return found === undefined ? 'is missing' : `is ${described(found)}`
}

/** "the text "abc"", "a list". */
export function described(value: unknown): string {
  if (value === undefined) return 'missing'
  if (typeof value === 'string') return `the text "${value.slice(0, 40)}"`
  if (typeof value === 'number' && !Number.isFinite(value)) return 'too large a number to reckon with'
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value)
  return Array.isArray(value) ? 'a list' : 'an object'
}
