/** Numbers as they stand in sentences for people: thousands apart, and no more digits than mean something. Pure. */

/** A currency that amounts of USD are told in. */
export interface MoneyShown {
  /** ISO 4217. */
  code: string
  usdPerUnit: number
}

export const shownInUsd: MoneyShown = { code: 'USD', usdPerUnit: 1 }

/** Of these nobody pays in hundredths. */
const wholeCurrencies = new Set(['JPY', 'KRW'])

/** "1,024", "49.8", "0.112": whole numbers as they are, others with `digits` that count. */
export function numberWords(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  if (Number.isInteger(value) || size >= 10 ** (digits - 1)) return size < 1e15 ? grouped(value.toFixed(0)) : String(Number(value.toPrecision(digits)))
  return plainText(Number(value.toPrecision(digits)))
}

/** Money without its code and without its sign: "26,600,463", "90.00"; a small one keeps a figure that is not nothing. */
export function amountWords(value: number, code = 'USD'): string {
  const size = Math.abs(value)
  if (size >= 100 || (size >= 1 && wholeCurrencies.has(code))) return grouped(size.toFixed(0))
  return size >= 0.01 || size === 0 ? size.toFixed(2) : plainText(Number(size.toPrecision(1)))
}

/** Never "1e-7". */
function plainText(value: number): string {
  const text = String(value)
  return /e-/.test(text) ? value.toFixed(20).replace(/0+$/, '') : grouped(text)
}

/** By hand: a comparison writes hundreds of numbers, and asking Intl takes longer than working them out. */
function grouped(text: string): string {
  const [whole = '', rest] = text.split('.')
  const parted = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return rest === undefined ? parted : `${parted}.${rest}`
}
