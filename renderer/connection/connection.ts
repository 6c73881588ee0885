/** What a window needs from the app: ask, and hear updates. Two doors speak it: desktop.ts and browser.ts. */
import type { Reply, RequestAnswer, RequestInput, RequestName } from '../../shared/requests.ts'

/**
 *   connecting ──► open ──► lost ──► connecting …
 *        └───────────────► refused   (the key is wrong: waiting would not help)
 */
export type LinkStatus =
  | { phase: 'connecting'; since: number }
  | { phase: 'open' }
  | { phase: 'lost'; since: number; retryAt: number }
  | { phase: 'refused'; sentence: string }

export interface ConnectionListener {
  /** Called each time the stream of updates begins: the listener then reads the snapshot anew. */
  onOpen(): void
  onUpdate(update: unknown): void
  onLink(link: LinkStatus): void
}

export interface Connection {
  door: 'desktop' | 'browser'
  /** Never rejects: what went wrong on the way is a failure with code `connection`. */
  ask<Name extends RequestName>(name: Name, input: RequestInput<Name>): Promise<Reply<RequestAnswer<Name>>>
  /** Subscribes; the returned function ends it. */
  listen(listener: ConnectionListener): () => void
  /** Tries at once instead of waiting for the next attempt. */
  retryNow(): void
}

export function connectionFailure(message: string): { ok: false; failure: { code: 'connection'; message: string } } {
  return { ok: false, failure: { code: 'connection', message } }
}
