/** Numbers as they are drawn: true minus signs, figures that line up, units attached with a thin gap. Pure. */

const minus = '\u2212'
/** A gap that does not break: between a number and its unit. */
export const gap = '\u202f'

export function formatNumber(value: number, digits: number): string {
  const text = new Intl.NumberFormat('en', { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(Math.abs(value))
  const isZero = Number(text.replace(/,/g, '')) === 0
  return value < 0 && !isZero ? minus + text : text
}

/** As many digits as a person reads: 3 significant ones, none after the point from 100 on. */
export function formatPlain(value: number): string {
  const size = Math.abs(value)
  if (size !== 0 && size < 0.001) return value.toExponential(1).replace('-', minus)
  const digits = size === 0 || Number.isInteger(value) ? 0 : size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.1 ? 3 : 2 - Math.floor(Math.log10(size))
  return trimZeros(formatNumber(value, digits))
}

/** The value as it went into a sum: up to 6 significant digits, nothing rounded away that would change the result. */
export function formatExact(value: number): string {
  const text = new Intl.NumberFormat('en', { maximumSignificantDigits: 6 }).format(Math.abs(value))
  return value < 0 ? minus + text : text
}

/** A number of a sum as a person reads it, with its unit: "0.588 NOR", "450 W", "60 %", "6 % of the week". */
export function formatWithUnit(value: number, unit: string): string {
  if (/^share\b/.test(unit)) return `${formatShare(value)}${unit.slice('share'.length)}`
  if (unit === '') return formatPlain(value)
  return unit === '×' ? `${formatPlain(value)}×` : `${formatPlain(value)}${gap}${unit}`
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

/** 0.364 → "36 %"; those under a tenth keep two digits, and what is not quite all does not become all. */
export function formatShare(value: number): string {
  const percent = value * 100
  const size = Math.abs(percent)
  const digits = size >= 99.5 && size < 100 ? 1 : size >= 10 ? 0 : 2
  return `${trimZeros(formatNumber(percent, digits))}${gap}%`
}

/** Memory in binary units, as drivers and shops mean it: 25757220864 → "24.0 GiB". */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = bytes
  let unit = 0
  while (Math.abs(value) >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1
  return `${formatNumber(value, digits)}${gap}${units[unit]}`
}

/** In powers of ten, as limits of memory, disk and traffic are set: "6.1 GB", "320 MB". */
export function formatDecimalBytes(bytes: number): string {
  const isLarge = Math.abs(bytes) >= 1e9
  const value = bytes / (isLarge ? 1e9 : 1e6)
  return `${formatNumber(value, isLarge && value < 100 ? 1 : 0)}${gap}${isLarge ? 'GB' : 'MB'}`
}

export function formatWatts(watts: number): string {
  return `${formatNumber(watts, watts < 10 && watts !== 0 ? 1 : 0)}${gap}W`
}

export function formatTemperature(celsius: number, unit: 'C' | 'F'): string {
  const value = unit === 'F' ? (celsius * 9) / 5 + 32 : celsius
  return `${formatNumber(value, 0)}${gap}°${unit}`
}

/** Whole numbers with their noun: "1 GPU", "8 GPUs". */
export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${formatNumber(n, 0)} ${n === 1 ? noun : plural}`
}
