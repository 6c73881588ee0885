/** Figures as the report and the comparison write them. Pure. */

/** Three significant digits or whole numbers, grouped as English readers expect. */
export function figureText(value: number): string {
  const size = Math.abs(value)
  return value.toLocaleString('en-US', { maximumFractionDigits: size < 1 ? 3 : size < 10 ? 2 : size < 100 ? 1 : 0 })
}

export function shareText(share: number, digits = 0): string {
  return `${(share * 100).toFixed(digits)} %`
}

export function bytesText(bytes: number): string {
  if (bytes >= 2 ** 30) return `${figureText(bytes / 2 ** 30)} GiB`
  return bytes >= 2 ** 20 ? `${figureText(bytes / 2 ** 20)} MiB` : `${figureText(bytes)} bytes`
}

/** "2026-11-23 07:12 UTC": a report is read elsewhere. */
export function momentText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** "14 s", "9 min 30 s" */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  return seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min${seconds % 60 === 0 ? '' : ` ${seconds % 60} s`}`
}

/** For HTML and SVG, in text and in quoted attributes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
