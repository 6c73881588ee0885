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

/** The last part of a program's path: the rest may name its user. */
export function programWords(name: string): string {
  return oneLine(name.split(/[\\/]/).filter((part) => part !== '').at(-1) ?? name)
}

const longestName = 100

/** A name from a driver or a system as it may stand in a sentence or a title: on one line, of decent length, with nothing that turns the text around. */
export function oneLine(name: string): string {
  const line = name.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g, ' ').replace(/\s+/g, ' ').trim()
  const characters = Array.from(line)
  return characters.length <= longestName ? line : `${characters.slice(0, longestName - 1).join('')}…`
}

/** Without the folder of a user, whose name is part of it: what leaves the machine needs no more than "~". */
export function withoutHome(text: string): string {
  return text.replace(/(?:\/home|\/Users|[A-Za-z]:[\\/]Users)[\\/][^\\/\s"']+(?: [^\\/\s"']+(?=[\\/]))?/g, '~').replace(/\/root(?=[/\s.,:]|$)/g, '~')
}
