/** Numbers as people type them: with a point or a comma, perhaps with spaces. Pure. */
import type { z } from 'zod'
import { formatPlain } from './numbers.ts'

export const numberProblem = 'This must be a number, such as 0.15.'

/** null: nothing was typed. A lone comma is a decimal comma; "1,234.5" and "1 234,5" are understood. */
export function parseNumber(typed: string): number | null | 'not-a-number' {
  const text = typed.replace(/[\s\u00a0\u202f'’]/g, '').replace(/\u2212/g, '-')
  if (text === '') return null
  const plain = text.includes('.') ? text.replace(/,(?=\d{3}(?:\D|$))/g, '') : text.replace(',', '.')
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)$/.test(plain)) return 'not-a-number'
  return Number(plain)
}

export interface ReadNumber {
  value: number | null
  problem: string | undefined
}

/** Held against the one schema, whose limits are told in sentences. `scale`: what is typed is so many times what is kept (100 for per cent). */
export function readNumber(schema: z.ZodType<number | null>, typed: string, { required = false, scale = 1 }: { required?: boolean; scale?: number } = {}): ReadNumber {
  const parsed = parseNumber(typed)
  if (parsed === 'not-a-number') return { value: null, problem: numberProblem }
  if (parsed === null && required) return { value: null, problem: 'This needs a number.' }
  const checked = schema.safeParse(parsed === null ? null : parsed / scale)
  if (checked.success) return { value: checked.data, problem: undefined }
  const issue = checked.error.issues[0]
  if (issue?.code === 'too_big') return { value: null, problem: `At most ${formatPlain(Number(issue.maximum) * scale)}.` }
  if (issue?.code === 'too_small') return { value: null, problem: issue.inclusive === false ? `More than ${formatPlain(Number(issue.minimum) * scale)}.` : `At least ${formatPlain(Number(issue.minimum) * scale)}.` }
  return { value: null, problem: numberProblem }
}
