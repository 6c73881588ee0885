/** Figures and lengths of time as a person reads them in alerts and messages. Pure. */

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** "45 s", "12 min", "3 h 20 min", "2 d 4 h". */
export function lengthWords(ms: number): string {
  const length = Math.max(0, ms)
  if (length < minuteMs) return `${Math.round(length / 1000)} s`
  if (length < hourMs) return `${Math.floor(length / minuteMs)} min`
  if (length < dayMs) return pair(Math.floor(length / hourMs), 'h', Math.floor((length % hourMs) / minuteMs), 'min')
  return pair(Math.floor(length / dayMs), 'd', Math.floor((length % dayMs) / hourMs), 'h')
}

function pair(first: number, firstUnit: string, second: number, secondUnit: string): string {
  return second === 0 ? `${first} ${firstUnit}` : `${first} ${firstUnit} ${second} ${secondUnit}`
}

/** "91 °C": alerts are kept and sent, so that they have one unit whatever a page shows. */
export function celsiusWords(temperatureC: number, unit: 'C' | 'F'): string {
  return unit === 'F' ? `${Math.round(temperatureC * 1.8 + 32)} °F` : `${Math.round(temperatureC)} °C`
}

/** "1.4 GB". */
export function bytesWords(bytes: number): string {
  if (bytes >= 1e12) return `${(bytes / 1e12).toFixed(1)} TB`
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`
  return `${Math.round(bytes / 1e6)} MB`
}

/** "23.7 GiB": graphics memory is counted so. */
export function memoryWords(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`
}

export function percentWords(share: number): string {
  return `${Math.round(share * 100)} %`
}

export function wattWords(watts: number): string {
  return `${Math.round(watts)} W`
}

/** "1 error", "3 errors". */
export function countWords(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`
}

/** "a, b and c". */
export function listWords(words: readonly string[]): string {
  if (words.length < 2) return words[0] ?? ''
  return `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`
}

/** "2026-11-23 07:05": local, as the machine's own clock shows it. */
export function momentWords(at: number): string {
  const date = new Date(at)
  if (!Number.isFinite(date.getTime())) return 'an unknown time'
  const two = (number: number): string => String(number).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`
}
