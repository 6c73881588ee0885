/**
 * The app's end of the probe: starts its process, asks with a deadline, and ends it where it hangs.
 *
 *   none ──ask──▶ running ──deadline or silence──▶ killed ─▶ none      (every open question fails "not answering")
 *                    └──────process died──────────────────▶ none      (every open question fails "died")
 */
import type { WorkerHandle } from '../host.ts'
import type { Clock } from '../system/clock.ts'
import type { Log } from '../system/log.ts'
import { beatMs, type FromProbe, type ProbeQuestion, type ProbeReply, type ToProbe } from './probe-messages.ts'

/** With nothing asked, this long without a heartbeat means that the process hangs. */
const silenceMs = 5 * beatMs
/** Time to end its own programs; then it is killed. */
const goodbyeMs = 300

export class ProbeFailure extends Error {
  override name = 'ProbeFailure'
  readonly kind: 'not-answering' | 'died' | 'failed'
  constructor(kind: ProbeFailure['kind'], message: string) {
    super(message)
    this.kind = kind
  }
}

export interface Probe {
  /** Starts the process where there is none. Rejects with ProbeFailure. */
  ask<Question extends ProbeQuestion>(question: Question, deadlineMs: number): Promise<ProbeReply<Question>>
  /** Ends the process; resolves once it is gone. Another question would start a new one. */
  end(): Promise<void>
}

interface Running {
  handle: WorkerHandle
  open: Map<number, Open>
  heardAt: number
  stopWatching: () => void
  gone: Promise<void>
}

interface Open {
  settle(outcome: { value: unknown } | { failure: ProbeFailure }): void
}

export function createProbe(options: { name: string; startWorker: () => WorkerHandle; clock: Clock; log: Log }): Probe {
  const { clock, log } = options
  let worker: Running | null = null
  const finishing = new Set<Running>()
  let lastId = 0

  function start(): Running {
    const handle = options.startWorker()
    let announceGone = (): void => {}
    const gone = new Promise<void>((done) => (announceGone = done))
    const started: Running = { handle, open: new Map(), heardAt: clock.now(), stopWatching: () => {}, gone }
    worker = started
    handle.onMessage((raw) => {
      started.heardAt = clock.now()
      const message = raw as FromProbe
      if (message.kind !== 'answer') return
      started.open.get(message.id)?.settle(message.ok ? { value: message.value } : { failure: new ProbeFailure('failed', message.message) })
    })
    handle.onExit((how) => {
      announceGone()
      if (started.open.size > 0) log.warn(`the ${options.name} probe ended unasked`, how)
      drop(started, new ProbeFailure('died', `the process ended (${how.signal ?? `code ${how.code}`})`))
    })
    watchSilence(started)
    return started
  }

  function watchSilence(started: Running): void {
    started.stopWatching = clock.after(silenceMs, () => {
      if (worker !== started) return
      if (started.open.size > 0 || clock.now() - started.heardAt < silenceMs) return watchSilence(started)
      log.warn(`the ${options.name} probe fell silent and is ended`, { pid: started.handle.pid })
      drop(started, new ProbeFailure('not-answering', 'it fell silent'))
      void finish(started)
    })
  }

  function drop(started: Running, failure: ProbeFailure): void {
    if (worker === started) worker = null
    started.stopWatching()
    for (const open of [...started.open.values()]) open.settle({ failure })
  }

  /** Asks it to end its own programs first; one that hangs in a library cannot hear that and is killed. */
  async function finish(ending: Running): Promise<void> {
    finishing.add(ending)
    ending.handle.send({ kind: 'stop' } satisfies ToProbe)
    const cancel = clock.after(goodbyeMs, () => ending.handle.kill())
    await ending.gone
    cancel()
    finishing.delete(ending)
  }

  return {
    ask(question, deadlineMs) {
      return new Promise((resolve, reject) => {
        let asked: Running
        try {
          asked = worker ?? start()
        } catch (error) {
          reject(new ProbeFailure('died', `it could not be started: ${error instanceof Error ? error.message : String(error)}`))
          return
        }
        const id = ++lastId
        const cancelDeadline = clock.after(deadlineMs, () => {
          log.warn(`the ${options.name} probe gave no answer in time and is ended`, { question: question.kind, layer: question.layer, deadlineMs })
          drop(asked, new ProbeFailure('not-answering', `no answer within ${Math.round(deadlineMs / 1000)} s`))
          void finish(asked)
        })
        asked.open.set(id, {
          settle(outcome) {
            cancelDeadline()
            asked.open.delete(id)
            if ('value' in outcome) resolve(outcome.value as ProbeReply<typeof question>)
            else reject(outcome.failure)
          },
        })
        asked.handle.send({ kind: 'ask', id, question } satisfies ToProbe)
      })
    },
    async end() {
      const ending = worker
      if (ending) {
        drop(ending, new ProbeFailure('died', 'it was ended'))
        void finish(ending)
      }
      await Promise.all([...finishing].map(({ gone }) => gone))
    },
  }
}
