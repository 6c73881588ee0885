/**
 * The app's end of the probe: starts its process, asks with a deadline, and ends it where it hangs, leaks or talks nonsense.
 *
 *   none ──ask──▶ running ──deadline or silence──▶ killed ─▶ none      (every open question fails "not answering")
 *                    ├──────process died──────────────────▶ none      (every open question fails "died")
 *                    └──────too much memory───────────────▶ ended once nothing is asked ─▶ none, and pausing where it grew fast
 *
 * Whoever asks keeps pauses between tries (telemetry.ts, rescan.ts), so that a process that dies at once is not started in a loop.
 * One that answers well until it has taken too much memory gives them no reason to: it is paused here, with the same growing pauses.
 */
import type { WorkerHandle } from '../host.ts'
import type { Clock } from '../system/clock.ts'
import type { Log } from '../system/log.ts'
import { checkedAnswer, checkedSamples } from './answer-check.ts'
import { beatMs, type FromProbe, type ProbeQuestion, type ProbeReply, type ToProbe } from './probe-messages.ts'
import { ProbeFailure } from './probe-failure.ts'
import { backOffMs } from './reader.ts'

/** With nothing asked, this long without a heartbeat means that the process hangs. */
const silenceMs = 5 * beatMs
const sleptMs = 10_000
/** Time to end its own programs; then it is killed. */
const goodbyeMs = 300
/** A process stuck inside the kernel cannot even be killed; it is not waited for longer than this. */
const farewellMs = 3_000
/** Nor are ever more of them started than this. */
const mostStuck = 3
/** The libraries of sixteen cards take 60 to 250 MB. */
export const memoryLimitBytes = 768 * 1024 ** 2
/** A process that lasts so long before it has taken too much may be started again at once. */
const fastGrowthMs = 2 * 60_000

export interface Probe {
  /** Starts the process where there is none, or says that it pauses. Rejects with ProbeFailure. */
  ask<Question extends ProbeQuestion>(question: Question, deadlineMs: number): Promise<ProbeReply<Question>>
  /** Ends the process; resolves once it is gone. Another question would start a new one. */
  end(): Promise<void>
}

export interface ProbeOptions {
  /** What it reads, for the log and for sentences: "the NVIDIA driver". */
  reads: string
  startWorker: () => WorkerHandle
  clock: Clock
  steadyMs: () => number
  log: Log
  /** It was started again after it ended itself or had to be ended; why, as a sentence. */
  onRestarted(sentence: string): void
  memoryLimitBytes?: number
}

interface Running {
  handle: WorkerHandle
  open: Map<number, Open>
  /** One timer for all deadlines: a fresh one for every question of every second costs more than the answer. */
  alarm: { of: number; dueAt: number; cancel: () => void } | null
  startedAt: number
  heardAt: number
  /** It takes too much memory, and is ended as soon as nothing is asked of it. */
  isTooLarge: boolean
  stopWatching: () => void
  gone: Promise<void>
}

interface Open {
  question: ProbeQuestion
  deadlineMs: number
  dueAt: number
  settle(outcome: { value: unknown } | { failure: ProbeFailure }): void
}

export function createProbe(options: ProbeOptions): Probe {
  const { clock, log, reads } = options
  const limitBytes = options.memoryLimitBytes ?? memoryLimitBytes
  let worker: Running | null = null
  const finishing = new Set<Running>()
  let lastId = 0
  /** Why the process before this one is gone; null: it was ended in order, or there was none. */
  let endedBy: string | null = null
  /** How often in a row it had soon taken too much memory, and until when it is left alone for that; by the steady clock. */
  let grewFast = 0
  let pausedUntil = -Infinity

  function start(): Running {
    if (finishing.size >= mostStuck) throw new Error(`${finishing.size} processes that read ${reads} hang inside the system and cannot be ended; only a restart of the machine helps`)
    const handle = options.startWorker()
    let announceGone = (): void => {}
    const gone = new Promise<void>((done) => (announceGone = done))
    const started: Running = { handle, open: new Map(), alarm: null, startedAt: options.steadyMs(), heardAt: options.steadyMs(), isTooLarge: false, stopWatching: () => {}, gone }
    worker = started
    handle.onMessage((raw) => {
      started.heardAt = options.steadyMs()
      hear(started, raw as FromProbe)
    })
    handle.onExit((how) => {
      announceGone()
      const words = how.signal === null ? `with code ${how.code}` : `by the signal ${how.signal}`
      if (worker === started) trouble(`The process that reads ${reads} ended unasked, ${words}`, how)
      drop(started, new ProbeFailure('died', `the process ended (${how.signal ?? `code ${how.code}`})`))
    })
    watchSilence(started)
    if (endedBy !== null) {
      const sentence = `${endedBy}, and was started again.`
      endedBy = null
      options.onRestarted(sentence)
    }
    return started
  }

  function hear(from: Running, message: FromProbe | null | undefined): void {
    if (message?.kind === 'answer') {
      from.open.get(message.id)?.settle(message.ok ? { value: message.value } : { failure: new ProbeFailure(message.isDriver ? 'silent' : 'failed', message.message) })
    } else if (message?.kind === 'samples') {
      from.open.get(message.id)?.settle({ value: parsed(message.json) })
    } else if (message?.kind === 'beat' && message.rssBytes > limitBytes && worker === from && !from.isTooLarge) {
      from.isTooLarge = true
      trouble(`The process that reads ${reads} had taken ${megabytes(message.rssBytes)} of memory (a library of the driver loses some with every call)`, { rssBytes: message.rssBytes, limitBytes })
    }
    if (from.isTooLarge && from.open.size === 0 && worker === from) retireTooLarge(from)
  }

  function retireTooLarge(from: Running): void {
    grewFast = options.steadyMs() - from.startedAt < fastGrowthMs ? grewFast + 1 : 0
    pausedUntil = grewFast === 0 ? -Infinity : options.steadyMs() + backOffMs(grewFast)
    retire(from, new ProbeFailure('died', 'it took too much memory'))
  }

  function trouble(what: string, details: object): void {
    endedBy = what
    log.warn(what, details as Record<string, unknown>)
  }

  function watchSilence(started: Running): void {
    const dueAt = options.steadyMs() + silenceMs
    started.stopWatching = clock.after(silenceMs, () => {
      if (worker !== started) return
      if (hasSlept(dueAt) || started.open.size > 0 || options.steadyMs() - started.heardAt < silenceMs) return watchSilence(started)
      trouble(`The process that reads ${reads} fell silent and was ended`, { pid: started.handle.pid })
      retire(started, new ProbeFailure('not-answering', 'it fell silent'))
    })
  }

  /** A timer that comes so late: the machine slept, and the process with it (on Windows and macOS the steady clock runs on meanwhile). */
  function hasSlept(dueAt: number): boolean {
    return options.steadyMs() - dueAt > sleptMs
  }

  /** For the question whose deadline comes first. One that was answered meanwhile leaves its alarm to the next. */
  function setAlarm(started: Running): void {
    let first: [number, Open] | null = null
    for (const one of started.open) if (first === null || one[1].dueAt < first[1].dueAt) first = one
    if (first === null || (started.alarm && started.alarm.dueAt <= first[1].dueAt)) return
    const [of, open] = first
    started.alarm?.cancel()
    const cancel = clock.after(Math.max(0, open.dueAt - options.steadyMs()), () => {
      started.alarm = null
      if (!started.open.has(of)) return setAlarm(started)
      if (hasSlept(open.dueAt)) {
        for (const one of started.open.values()) one.dueAt = options.steadyMs() + one.deadlineMs
        return setAlarm(started)
      }
      const seconds = Math.round(open.deadlineMs / 1000)
      trouble(`The process that reads ${reads} gave no answer within ${seconds} s and was ended`, { question: open.question.kind, layer: open.question.layer })
      retire(started, new ProbeFailure('not-answering', `no answer within ${seconds} s`))
    })
    started.alarm = { of, dueAt: open.dueAt, cancel }
  }

  function drop(started: Running, failure: ProbeFailure): void {
    if (worker === started) worker = null
    started.stopWatching()
    started.alarm?.cancel()
    started.alarm = null
    for (const open of [...started.open.values()]) open.settle({ failure })
  }

  function retire(started: Running, failure: ProbeFailure): void {
    drop(started, failure)
    void finish(started)
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
        // A look is rare, and somebody may wait for it; samples are what makes such a library grow.
        if (worker === null && question.kind === 'sample' && options.steadyMs() < pausedUntil) {
          reject(new ProbeFailure('failed', 'the process that reads it soon takes too much memory, and is started again after a pause'))
          return
        }
        let asked: Running
        try {
          asked = worker ?? start()
        } catch (error) {
          reject(new ProbeFailure('died', `it could not be started: ${error instanceof Error ? error.message : String(error)}`))
          return
        }
        const id = ++lastId
        asked.open.set(id, {
          question,
          deadlineMs,
          dueAt: options.steadyMs() + deadlineMs,
          settle(outcome) {
            asked.open.delete(id)
            if ('failure' in outcome) return reject(outcome.failure)
            const value = checkedReply(question, outcome.value)
            if (value !== undefined) return resolve(value as ProbeReply<typeof question>)
            trouble(`The process that reads ${reads} gave an answer that makes no sense and was ended`, { question: question.kind })
            if (worker === asked) retire(asked, new ProbeFailure('failed', 'an answer that makes no sense'))
            reject(new ProbeFailure('failed', 'it gave an answer that makes no sense'))
          },
        })
        setAlarm(asked)
        asked.handle.send({ kind: 'ask', id, question } satisfies ToProbe)
      })
    },
    async end() {
      const ending = worker
      if (ending) retire(ending, new ProbeFailure('died', 'it was ended'))
      if (finishing.size === 0) return
      let giveUp = (): void => {}
      const waited = new Promise<void>((done) => (giveUp = clock.after(farewellMs, done)))
      await Promise.race([Promise.all([...finishing].map(({ gone }) => gone)), waited])
      giveUp()
    },
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

/** undefined: it is no answer to this question. */
function checkedReply(question: ProbeQuestion, value: unknown): unknown {
  if (question.kind === 'detect') return checkedAnswer(value) ?? undefined
  if (question.kind === 'sample') return checkedSamples(value) ?? undefined
  return value ?? null
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 2)} MiB`
}
