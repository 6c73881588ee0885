/** Answers kept to be asked about again with ETag and Last-Modified: the host then need not send them twice. */
import { createHash } from 'node:crypto'
import type { MarketAsk } from '../networks/network.ts'
import type { AnswerHeaders } from './rate-limits.ts'

/** `body`: the text as it came, at most 5 MB. */
export interface KeptAnswer {
  etag?: string | undefined
  lastModified?: string | undefined
  body: string
}

/** Keys are digests: they tell nothing of the address. Neither function may throw. */
export interface Validators {
  read(key: string): KeptAnswer | null
  /** null: what was kept is of no use. */
  write(key: string, kept: KeptAnswer | null): void
}

/** An answer about an address of the user's is kept nowhere. */
function isKeepable(ask: MarketAsk): boolean {
  return ask.method === 'GET' && !ask.secretParts?.length
}

export function keyOf(url: URL): string {
  return createHash('sha256').update(url.href).digest('hex')
}

export function readKept(validators: Validators, ask: MarketAsk, url: URL): KeptAnswer | null {
  if (!isKeepable(ask)) return null
  const kept = validators.read(keyOf(url))
  return kept && (kept.etag || kept.lastModified) ? kept : null
}

export function keepAnswer(validators: Validators, ask: MarketAsk, url: URL, headers: AnswerHeaders, body: string): void {
  if (!isKeepable(ask)) return
  const etag = sendable(headers['etag'])
  const lastModified = sendable(headers['last-modified'])
  if (etag || lastModified) validators.write(keyOf(url), { etag, lastModified, body })
}

export function revalidation(kept: KeptAnswer | null): Record<string, string> {
  return { ...(kept?.etag ? { 'if-none-match': kept.etag } : {}), ...(kept?.lastModified ? { 'if-modified-since': kept.lastModified } : {}) }
}

/** What came in a header need not be fit to go out in one. */
function sendable(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' && value.length <= 1_000 && /^[\x20-\x7e]+$/.test(value) ? value : undefined
}

const mostValidators = 64
const mostValidatorChars = 16_000_000

/** In memory: after a restart what is due is asked for whole, once. The oldest give way. */
export function createValidators(): Validators {
  const kept = new Map<string, KeptAnswer>()
  let chars = 0
  function drop(key: string): void {
    chars -= kept.get(key)?.body.length ?? 0
    kept.delete(key)
  }
  return {
    read: (key) => kept.get(key) ?? null,
    write(key, answer) {
      drop(key)
      if (answer === null) return
      kept.set(key, answer)
      chars += answer.body.length
      for (const oldest of kept.keys()) {
        if (kept.size <= mostValidators && chars <= mostValidatorChars) return
        drop(oldest)
      }
    },
  }
}
