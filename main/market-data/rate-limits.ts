/** What the headers of an answer say about how long to leave its host alone. Pure. */

/** Header names in lower case, as Node gives them. */
export type AnswerHeaders = Record<string, string | string[] | undefined>

/** A host may ask for more; it is asked again after this, once. */
export const longestWaitMs = 60 * 60_000
/** Where a limit is used up and nothing says until when: public RPC servers count over 10 s. */
const unsaidWindowMs = 10_000

const words = { second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const

/**
 * ms that the host wants to be left alone; null: it asks for nothing. Never shorter than it says, up to an hour.
 * `status`: Retry-After counts on every answer but a good one; a used-up limit counts on all.
 * Dates are read against the host's own Date header: this clock may be wrong. `now`: ms since epoch, used where there is none.
 * Sources: RFC 9110 10.2.3; draft-ietf-httpapi-ratelimit-headers 03 (`RateLimit: limit=…, remaining=…, reset=…`) and 10 (`"name";r=0;t=30`); the `x-ratelimit-*` habit.
 */
export function waitAsked(status: number, headers: AnswerHeaders, now: number): number | null {
  const theirNow = dateOf(headers) ?? now
  const waits: number[] = []
  if (status >= 300) {
    const after = spanMs(text(headers['retry-after']), theirNow)
    // So large a number is meant as a time since epoch by some; one that is over by that reading is a count of seconds after all.
    const isHuge = /^\s*\d{10,}\s*$/.test(text(headers['retry-after']) ?? '')
    if (after !== null) waits.push(isHuge && after === 0 ? longestWaitMs : after)
  }
  for (const [name, value] of Object.entries(headers)) {
    const wait = name === 'ratelimit' ? structuredWait(text(value)) : usedUpWait(name, text(value), headers, theirNow)
    if (wait !== null) waits.push(wait)
  }
  return waits.length === 0 ? null : Math.min(longestWaitMs, Math.max(...waits))
}

/** The host's own time: its Date, and how long the answer lay in a cache. null: not said. */
export function dateOf(headers: AnswerHeaders): number | null {
  const at = Date.parse(text(headers['date']) ?? '')
  if (!Number.isFinite(at)) return null
  const age = Number(text(headers['age']) ?? 0)
  return at + (Number.isFinite(age) && age > 0 ? age * 1_000 : 0)
}

/** `x-ratelimit-remaining`, `ratelimit-remaining`, `x-rate-limit-remaining-minute`, `x-ratelimit-method-remaining`. */
function usedUpWait(name: string, value: string | undefined, headers: AnswerHeaders, theirNow: number): number | null {
  const match = /^(x-)?rate-?limit-(?:[a-z0-9-]+-)?remaining(?:-(second|minute|hour|day|[a-z0-9-]+))?$/.exec(name)
  if (!match || value === undefined) return null
  // Twice the same header comes joined by a comma: the smaller one binds.
  const left = value.split(',').map((part) => Number.parseFloat(part))
  if (!left.some((each) => each <= 0)) return null
  const reset = name.replace('remaining', 'reset')
  const plain = name.slice(0, name.indexOf('remaining'))
  const general = /^(x-)?rate-?limit-/.exec(name)?.[0] ?? ''
  for (const other of [reset, `${reset}-after`, `${plain}reset-after`, `${plain}reset`, `${general}reset`, `${general}reset-after`]) {
    const wait = spanMs(text(headers[other]), theirNow)
    if (wait !== null) return wait
  }
  return words[match[2] as keyof typeof words] ?? unsaidWindowMs
}

/** `limit=100, remaining=0, reset=50` and `"default";r=0;t=50, "day";r=7;t=4000`; seconds. */
function structuredWait(value: string | undefined): number | null {
  if (value === undefined) return null
  if (/remaining\s*=/i.test(value)) {
    const remaining = Number(/remaining\s*=\s*(-?\d+)/i.exec(value)?.[1] ?? 1)
    return remaining > 0 ? null : secondsMs(/reset\s*=\s*(\d+)/i.exec(value)?.[1])
  }
  const waits = value
    .split(',')
    .filter((item) => /;\s*r\s*=\s*-?0*(?:\D|$)/i.test(item))
    .map((item) => secondsMs(/;\s*t\s*=\s*(\d+)/i.exec(item)?.[1]))
  return waits.length === 0 ? null : Math.max(...waits)
}

function secondsMs(text: string | undefined): number {
  return text === undefined ? unsaidWindowMs : Math.ceil(Number(text) * 1_000)
}

/** "30", "0.5", "1764000000" and "1764000000000" (since epoch), an HTTP or ISO date; null: none of them. Never negative. */
function spanMs(value: string | undefined, theirNow: number): number | null {
  const said = value?.trim() ?? ''
  if (said === '') return null
  // Twice the same header comes joined by a comma, but a date has one as well.
  if (/^[\d.\s,+-]+$/.test(said) && !/^\d{4}-\d\d-\d\d/.test(said)) {
    const spans = said.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
    if (spans.some((span) => Number.isNaN(span) || span < 0)) return null
    const most = Math.max(...spans)
    // 1e18 is no time at all: neither since epoch nor from now.
    if (most >= 1e11 && most < 1e14) return Math.max(0, most - theirNow)
    if (most >= 1e9 && most < 1e11) return Math.max(0, most * 1_000 - theirNow)
    return Math.ceil(most * 1_000)
  }
  const at = Date.parse(said)
  return Number.isFinite(at) ? Math.max(0, at - theirNow) : null
}

function text(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value
}
