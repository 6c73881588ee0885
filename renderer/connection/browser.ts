/** The browser door: POST /ask and the line stream GET /updates on the address the page came from, with the key as bearer. */
import type { Reply, RequestAnswer, RequestName } from '../../shared/requests.ts'
import { connectionFailure, type Connection, type ConnectionListener, type LinkStatus } from './connection.ts'
import { createLineReader, isPing } from './lines.ts'

/** The door sends a ping every 15 s; silence beyond this means that the stream is dead. */
const silenceMs = 40_000
const askTimeoutMs = 60_000
/** A step of setting up may be a download or a question to the user's machine; what it does meanwhile comes as state. */
const longAskTimeoutMs = 3_600_000
const longAsks: ReadonlySet<string> = new Set<RequestName>(['enrolment.do', 'enrolment.undo', 'enrolment.leave', 'preflight.run', 'support.bundle'])
const noKey = 'This address has no valid key. Open the whole address that Idlewatt printed when it started, with the part after the # sign.'

/** Wait before the nth try in a row (from 0): 0.5, 1, 2, 4, 8, then 10 s. */
export function backOffMs(failures: number): number {
  return Math.min(10_000, 500 * 2 ** failures)
}

export interface BrowserDoor {
  fetch: typeof fetch
  token: string | null
  now(): number
  /** Calls back once after `ms`; the returned function cancels. */
  after(ms: number, run: () => void): () => void
}

export function connectBrowser(door: BrowserDoor): Connection {
  const headers = { Authorization: `Bearer ${door.token ?? ''}` }
  let retry: (() => void) | null = null

  return {
    door: 'browser',
    async ask(name, input) {
      const abort = new AbortController()
      const cancel = door.after(longAsks.has(name) ? longAskTimeoutMs : askTimeoutMs, () => abort.abort())
      try {
        const response = await door.fetch('ask', {
          method: 'POST',
          headers: { ...headers, 'Content-Type': 'application/json' },
          body: JSON.stringify({ name, input }),
          signal: abort.signal,
        })
        if (response.status === 401 || response.status === 403) return connectionFailure(noKey)
        return (await response.json()) as Reply<RequestAnswer<typeof name>>
      } catch {
        return connectionFailure('Idlewatt does not answer. It may have been stopped, or the tunnel to it is closed.')
      } finally {
        cancel()
      }
    },
    listen(listener) {
      const stop = keepReading(door, headers, listener, (again) => (retry = again))
      return () => {
        retry = null
        stop()
      }
    },
    retryNow() {
      retry?.()
    },
  }
}

function keepReading(door: BrowserDoor, headers: Record<string, string>, listener: ConnectionListener, onRetry: (again: (() => void) | null) => void): () => void {
  let stopped = false
  let failures = 0
  let lostSince: number | null = null
  let abort = new AbortController()
  let cancelWait = () => {}

  function say(link: LinkStatus): void {
    if (!stopped) listener.onLink(link)
  }

  async function connect(): Promise<void> {
    onRetry(null)
    abort = new AbortController()
    say(lostSince === null ? { phase: 'connecting', since: door.now() } : { phase: 'lost', since: lostSince, retryAt: door.now() })
    const outcome = await readStream()
    if (stopped) return
    if (outcome === 'refused') return say({ phase: 'refused', sentence: noKey })
    lostSince ??= door.now()
    const wait = backOffMs(failures)
    failures += 1
    say({ phase: 'lost', since: lostSince, retryAt: door.now() + wait })
    const again = () => {
      cancelWait()
      void connect()
    }
    cancelWait = door.after(wait, again)
    onRetry(again)
  }

  async function readStream(): Promise<'refused' | 'ended'> {
    let cancelSilence = door.after(silenceMs, () => abort.abort())
    try {
      const response = await door.fetch('updates', { headers, signal: abort.signal })
      if (response.status === 401 || response.status === 403) return 'refused'
      if (!response.ok || !response.body) return 'ended'
      failures = 0
      lostSince = null
      say({ phase: 'open' })
      if (!stopped) listener.onOpen()
      const readLines = createLineReader()
      const reader = response.body.getReader()
      for (;;) {
        const { done, value } = await reader.read()
        if (done || stopped) return 'ended'
        cancelSilence()
        cancelSilence = door.after(silenceMs, () => abort.abort())
        for (const line of readLines(value)) if (!isPing(line) && !stopped) listener.onUpdate(line)
      }
    } catch {
      return 'ended'
    } finally {
      cancelSilence()
      abort.abort()
    }
  }

  void connect()
  return () => {
    stopped = true
    cancelWait()
    abort.abort()
  }
}
