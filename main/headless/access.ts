/** Who may speak to the headless door: pure checks on a request's headers, each answering with a sentence or null. */
import { createHash, timingSafeEqual } from 'node:crypto'

export interface Refusal {
  status: number
  sentence: string
  headers?: Record<string, string>
}

/** The three names under which a browser on this machine can mean it. Any port: an SSH tunnel changes it. */
const ownHost = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i

/**
 * A page elsewhere can make its own name resolve to 127.0.0.1 (DNS rebinding); the browser then still sends that name.
 * `rawHeaders` as Node gives them: names and values in turn, duplicates kept.
 */
export function checkHost(rawHeaders: readonly string[]): Refusal | null {
  const hosts = valuesOf(rawHeaders, 'host')
  if (hosts.length === 1 && ownHost.test(hosts[0] ?? '')) return null
  return { status: 403, sentence: 'Idlewatt answers only at 127.0.0.1, localhost or [::1]. From another computer, use an SSH tunnel.' }
}

/** Browsers send `Origin` with what a script asks; it must be the page that this door served. Other programs send none. */
export function checkOrigin(rawHeaders: readonly string[]): Refusal | null {
  const origins = valuesOf(rawHeaders, 'origin')
  if (origins.length === 0) return null
  const own = originOf(`http://${valuesOf(rawHeaders, 'host')[0] ?? ''}`)
  if (origins.length === 1 && own !== null && originOf(origins[0] ?? '') === own) return null
  return { status: 403, sentence: 'Idlewatt does not answer to pages of other sites.' }
}

/** Compared in constant time over digests, so that neither content nor length of the token can be told from the time taken. */
export function checkToken(rawHeaders: readonly string[], token: string): Refusal | null {
  const given = valuesOf(rawHeaders, 'authorization')
  const bearer = given.length === 1 ? /^Bearer +([\w.~+/=-]{1,200})$/i.exec(given[0] ?? '')?.[1] : undefined
  if (timingSafeEqual(digest(bearer ?? ''), digest(token)) && bearer !== undefined) return null
  return {
    status: 401,
    sentence: 'The access token is missing or wrong. Open the address that Idlewatt printed when it started; it changes with every start.',
    headers: { 'WWW-Authenticate': 'Bearer' },
  }
}

export function checkJson(rawHeaders: readonly string[]): Refusal | null {
  const types = valuesOf(rawHeaders, 'content-type')
  if (types.length === 1 && /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(types[0] ?? '')) return null
  return { status: 415, sentence: 'A request must be sent as application/json.' }
}

export function checkMethod(method: string | undefined, allowed: readonly string[]): Refusal | null {
  if (method !== undefined && allowed.includes(method)) return null
  return { status: 405, sentence: `This address takes ${allowed.join(' and ')} only.`, headers: { Allow: allowed.join(', ') } }
}

function valuesOf(rawHeaders: readonly string[], name: string): string[] {
  return rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === name)
}

function originOf(url: string): string | null {
  try {
    const { origin, protocol } = new URL(url)
    return protocol === 'http:' ? origin : null
  } catch {
    return null
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
