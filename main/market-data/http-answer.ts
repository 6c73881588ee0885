/** What came back, made into a value or a sentence. Pure. */
import { shortened as ends } from '../system/shortened.ts'

/** `words` follow the host's name: "answered a web page instead of data". */
export type Reading = { ok: true; value: unknown } | { ok: false; words: string; mayPass: boolean }

/** Answers of public APIs have a handful of levels; what is walked later is walked by recursion. */
const deepest = 200

/** `type`: the Content-Type as sent. A wrong one is no fault where the text is JSON. */
export function readJson(text: string, type: string | undefined): Reading {
  const bare = text.replace(/^\uFEFF/, '').trim()
  if (bare === '') return unreadable('answered nothing at all')
  if (bare.startsWith('<')) return unreadable(/^<(!doctype html|html|head|body|!--)/i.test(bare) || /html/i.test(type ?? '') ? 'answered a web page instead of data' : 'answered something that is not JSON')
  try {
    if (isTooDeep(bare)) return unreadable('answered data that is nested too deeply')
    // Copied with "=", such a key would change what an object inherits. Its letters may be escaped; looking at every key is slow.
    const value: unknown = /__proto__|\\u00(?:5f|6f|7[024])/i.test(bare) ? JSON.parse(bare, (key, each: unknown) => (key === '__proto__' ? undefined : each)) : JSON.parse(bare)
    return { ok: true, value }
  } catch {
    return unreadable(/html/i.test(type ?? '') ? 'answered a web page instead of data' : 'answered something that is not JSON')
  }
}

function unreadable(words: string): Reading {
  return { ok: false, words, mayPass: false }
}

function isTooDeep(text: string): boolean {
  let depth = 0
  let isInString = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (isInString) {
      if (code === 0x5c) at += 1
      else if (code === 0x22) isInString = false
    } else if (code === 0x22) isInString = true
    else if (code === 0x7b || code === 0x5b) {
      depth += 1
      if (depth > deepest) return true
    } else if (code === 0x7d || code === 0x5d) depth -= 1
  }
  return false
}

/** In the character set that the header names; UTF-8 where it names none or one that is unknown. */
export function decode(body: Uint8Array, type: string | undefined): string {
  const label = /charset\s*=\s*"?([\w.:-]{1,40})/i.exec(type ?? '')?.[1] ?? 'utf-8'
  try {
    return new TextDecoder(label).decode(body)
  } catch {
    return new TextDecoder().decode(body)
  }
}

/** Of a body that is JSON-RPC: its method, or that of the first question of a batch; else null. */
export function rpcMethodOf(body: unknown): string | null {
  const first: unknown = Array.isArray(body) ? body[0] : body
  const method = typeof first === 'object' && first !== null && 'method' in first ? first.method : null
  return typeof method === 'string' && method !== '' ? cleaned(method, 60) : null
}

/** The error in an answer of JSON-RPC, or in one of a batch; null: none. -32005 and 429 mean "too many", "not now". */
export function rpcError(answer: unknown): { words: string; mayPass: boolean } | null {
  for (const each of Array.isArray(answer) ? answer : [answer]) {
    if (typeof each !== 'object' || each === null || !('error' in each) || each.error === null || each.error === undefined || each.error === false) continue
    const error: unknown = each.error
    const fields: { code?: unknown; message?: unknown } = typeof error === 'object' && error !== null ? error : { message: error }
    const message = typeof fields.message === 'string' ? cleaned(fields.message, 160) : ''
    const code = typeof fields.code === 'number' && Number.isFinite(fields.code) ? fields.code : null
    const words = message !== '' ? `answered with an error: “${message}”` : `answered with an error${code === null ? '' : ` (${code})`}`
    return { words, mayPass: code === -32005 || code === 429 }
  }
  return null
}

/** Words of a stranger, fit for a page and a log: one line, no control characters, no change of writing direction. */
export function cleaned(text: string, most: number): string {
  const line = text.slice(0, most * 20).replace(/[\p{C}\p{Z}\s]+/gu, ' ').trim()
  const letters = [...line]
  return letters.length <= most ? line : `${letters.slice(0, most - 1).join('')}…`
}

/** "abcdef…wxyz" for every one of `parts` in `text`, however it is escaped or cased; one too short to be told by its ends: "…". */
export function shortened(text: string, parts: readonly string[]): string {
  let told = text
  const forms = parts.filter((part) => part !== '').flatMap((part) => [part, encodeURIComponent(part), encodeURI(part)])
  for (const form of [...new Set(forms)].sort((one, other) => other.length - one.length)) {
    const short = form.length <= 12 ? '…' : ends(form)
    told = told.replace(new RegExp(form.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'gi'), () => short)
  }
  return told
}

/** "812 bytes", "12 kB", "1.4 MB". */
export function sizeWords(bytes: number): string {
  if (bytes < 1_000) return bytes === 1 ? '1 byte' : `${bytes} bytes`
  return bytes < 1e6 ? `${Math.round(bytes / 1_000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}

/** "40 s", "12 min"; rounded up. */
export function waitWords(ms: number): string {
  return ms <= 120_000 ? `${Math.ceil(ms / 1_000)} s` : `${Math.ceil(ms / 60_000)} min`
}

/** Follows the host's name. `waitMs`: what it asked for; null: nothing. */
export function statusWords(status: number, waitMs: number | null): string {
  const wait = waitMs === null ? '' : ` and asked to wait ${waitWords(waitMs)}`
  if (status === 429) return `was asked too often (429)${wait}`
  if (status === 401 || status === 403) return `does not allow the question (${status})${wait}`
  if (status === 404 || status === 410) return `has nothing at that address (${status})${wait}`
  return `answered ${status}${status >= 500 ? ', a fault of its own' : ''}${wait}`
}

/** Whether the same question may do better later. 501 and 505: never. */
export function statusMayPass(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || (status >= 500 && status !== 501 && status !== 505)
}
