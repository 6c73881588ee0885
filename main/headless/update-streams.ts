/**
 * The open `/updates` streams: one line of JSON per update, a ping now and then. A reader that falls behind gets the
 * newest value of each part once it reads again, so that memory does not grow with its slowness.
 */
import type { ServerResponse } from 'node:http'
import type { StatePart, StateUpdate } from '../../shared/state.ts'
import type { Store } from '../state/store.ts'

const pingMs = 15_000

export interface UpdateStreams {
  /** Takes the answer over: sends its body until the reader or `stop` ends it. */
  add(response: ServerResponse): void
  stop(): void
}

export function openUpdateStreams(store: Store): UpdateStreams {
  const streams = new Set<{ send(update: StateUpdate, line: string): void; ping(): void; end(): void }>()
  let pings = 0

  const unsubscribe = store.subscribe((update) => {
    if (streams.size === 0) return
    const line = `${JSON.stringify(update)}\n`
    for (const stream of [...streams]) stream.send(update, line)
  })
  const timer = setInterval(() => {
    pings += 1
    for (const stream of [...streams]) stream.ping()
  }, pingMs)
  timer.unref()

  return {
    add(response) {
      const waiting = new Map<StatePart, string>()
      let isBehind = false

      function write(line: string): void {
        isBehind = !response.write(line)
      }
      const stream = {
        send(update: StateUpdate, line: string): void {
          if (isBehind) waiting.set(update.part, line)
          else write(line)
        },
        ping(): void {
          if (!isBehind) write(`{"ping":${pings}}\n`)
        },
        end: () => void response.end(),
      }
      response.on('drain', () => {
        isBehind = false
        for (const [part, line] of waiting) {
          waiting.delete(part)
          write(line)
          if (isBehind) return
        }
      })
      response.once('close', () => streams.delete(stream))
      streams.add(stream)
      // At once, so that the reader knows the stream stands before it asks for the snapshot.
      stream.ping()
    },
    stop() {
      clearInterval(timer)
      unsubscribe()
      for (const stream of [...streams]) stream.end()
      streams.clear()
    },
  }
}
