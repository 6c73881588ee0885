/** The engine's stream of events: opened again with pauses when it ends, and given up when the engine no longer answers beside it. */
import type { Readable } from 'node:stream'
import { eventOf } from './docker-facts.ts'
import type { DockerConnection, TakesSignal } from './docker-connection.ts'
import type { EngineEvent } from './docker-engine.ts'

const pausesMs = [250, 500, 1000, 2000, 5000]
const openLimitMs = 5_000
/** An engine that hangs keeps its streams open: silence is told from it by asking. */
const pingEveryMs = 5_000
const pingLimitMs = 3_000
/** The engine takes "health_status" for all its kinds; exec_… comes with every health check and says nothing. */
const wanted = ['create', 'start', 'restart', 'die', 'stop', 'kill', 'oom', 'pause', 'unpause', 'destroy', 'rename', 'health_status']

/** `back` comes whenever the stream is open, the first time too: what happened before is found by listing. */
export function watchEvents(connection: DockerConnection, listener: (event: EngineEvent) => void): () => void {
  const ending = new AbortController()
  void run()
  return () => ending.abort()

  async function run(): Promise<void> {
    let failures = 0
    while (!ending.signal.aborted) {
      const why = await once(() => (failures = 0))
      if (ending.signal.aborted) return
      if (failures === 0) tell({ kind: 'lost', why })
      await pause(pausesMs[Math.min(failures++, pausesMs.length - 1)] as number)
    }
  }

  /** Resolves with why it ended. */
  async function once(isOpen: () => void): Promise<string> {
    const one = new AbortController()
    const signal = AbortSignal.any([one.signal, ending.signal])
    let ping: NodeJS.Timeout | undefined
    let why: string | null = null
    try {
      const stream = await connection.call({
        what: 'its events',
        limitMs: openLimitMs,
        signal,
        ask: (docker, abortSignal) => docker.getEvents({ filters: { type: ['container'], event: wanted }, abortSignal } as object),
      })
      isOpen()
      tell({ kind: 'back' })
      ping = setInterval(() => {
        connection.call({ what: 'a sign of life', limitMs: pingLimitMs, signal, ask: (docker, abortSignal) => (docker as unknown as TakesSignal).ping({ abortSignal }) }).catch((error: Error) => {
          why ??= error.message
          one.abort()
        })
      }, pingEveryMs)
      ping.unref()
      let rest = ''
      for await (const piece of (stream as Readable).setEncoding('utf8') as AsyncIterable<string>) {
        const lines = (rest + piece).split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) take(line)
      }
      return why ?? connection.faultOf({ code: 'ECONNRESET' }, 'its events').message
    } catch (error) {
      return why ?? connection.faultOf(error, 'its events').message
    } finally {
      clearInterval(ping)
      one.abort()
    }
  }

  function take(line: string): void {
    try {
      const event = eventOf(JSON.parse(line))
      if (event) tell(event)
    } catch {
      return
    }
  }

  /** A listener that throws must not end the watch. */
  function tell(event: EngineEvent): void {
    if (ending.signal.aborted) return
    try {
      listener(event)
    } catch {
      return
    }
  }

  function pause(ms: number): Promise<void> {
    return new Promise((done) => {
      const timer = setTimeout(end, ms)
      timer.unref()
      function end(): void {
        clearTimeout(timer)
        ending.signal.removeEventListener('abort', end)
        done()
      }
      ending.signal.addEventListener('abort', end, { once: true })
    })
  }
}
