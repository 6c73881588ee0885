/** Numbers as people type them: with a point or a comma, perhaps with spaces. Pure. */

export const numberProblem = 'This must be a number, such as 0.15.'

/** null: nothing was typed. A lone comma is a decimal comma; "1,234.5" and "1 234,5" are understood. */
export function parseNumber(typed: string): number | null | 'not-a-number' {
  const text = typed.replace(/[\s\u00a0\u202f'’]/g, '').replace(/\u2212/g, '-')
  if (text === '') return null
  const plain = text.includes('.') ? text.replace(/,(?=\d{3}(?:\D|$))/g, '') : text.replace(',', '.')
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)$/.test(plain)) return 'not-a-number'
  return Number(plain)
}
