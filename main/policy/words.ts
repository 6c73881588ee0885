/** Times, shares and sizes as they stand in the run policy's sentences. Pure; what is asked twice is worked out once. */

const formats = new Map<string, Intl.DateTimeFormat>()
const texts = new Map<string, string>()
const minuteMs = 60_000
const mostKept = 500

/** "22:00", or "Tue 22:00" where it is not the day of `from`. */
export function clockText(at: number, zone: string, from: number): string {
  const there = dayAndTime(at, zone)
  if (there === null) return 'a time that cannot be told'
  return dayAndTime(from, zone)?.day === there.day ? there.time : `${there.weekday} ${there.time}`
}

function dayAndTime(at: number, zone: string): { day: string; weekday: string; time: string } | null {
  if (!(Math.abs(at) <= 8.64e15)) return null
  const minute = Math.floor(at / minuteMs)
  const key = `${zone}|${minute}`
  const kept = texts.get(key)
  const text = kept ?? formatOf(zone).format(minute * minuteMs)
  if (kept === undefined) {
    if (texts.size >= mostKept) texts.clear()
    texts.set(key, text)
  }
  // "Mon, 23/11/2026, 10:00"
  const [weekday = '', day = '', time = ''] = text.split(', ')
  return { day, weekday, time }
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  const made = formatIn(zone) ?? (formatIn('UTC') as Intl.DateTimeFormat)
  formats.set(zone, made)
  return made
}

/** A name that is no zone is told in UTC. */
function formatIn(timeZone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat('en-GB', { weekday: 'short', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone })
  } catch {
    return null
  }
}

/** "40 s", "12 min", "3 h", "2 days"; seconds by tens, so that a sentence does not change with each. */
export function lengthText(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  if (!Number.isFinite(seconds)) return 'a while'
  if (seconds > 50 && seconds <= 60) return '1 min'
  if (seconds < 100) return `${seconds > 10 ? Math.ceil(seconds / 10) * 10 : seconds} s`
  if (seconds < 100 * 60) return `${Math.round(seconds / 60)} min`
  return seconds < 48 * 3600 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`
}

export function share(value: number): string {
  return `${Math.round(value * 100)} %`
}

/** "6.1 GB", "320 MB". */
export function size(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`
}

export function degrees(celsius: number): string {
  return `${Math.round(celsius)} °C`
}

/** "the card is hot." → "The card is hot." */
export function sentenceOf(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** With these a sentence begins small inside another; any other first word may be a name. */
const smallWords: ReadonlySet<string> = new Set('A An After All At Before Both By For From How If In It Its Neither No Nobody None Nothing Of On One Only Other Others Somebody Something That The There These This Those To Until What When Where Whether Which While Who With Without Your'.split(' '))

/** "On this desktop nothing tells." → "on this desktop nothing tells."; "Idlewatt has no way." stays. */
export function insideOf(sentence: string): string {
  const [first = ''] = /^\p{L}+/u.exec(sentence) ?? []
  return smallWords.has(first) ? sentence.charAt(0).toLowerCase() + sentence.slice(1) : sentence
}

/** As a part of another sentence: without its full stop. */
export function partOf(sentence: string): string {
  return sentence.replace(/\.$/, '')
}
