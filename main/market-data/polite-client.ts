/** The one way out to public data: asks a host seldom, waits where it says so, and takes no more than it must. */
import type PQueue from 'p-queue'
import type { RequestRecord } from '../../shared/market-data.ts'
import { RequestFailed, type MarketAsk } from '../networks/network.ts'
import type { Clock } from '../system/clock.ts'
import type { Log } from '../system/log.ts'
import { afterFailure, backOffMs, calm, remainingMs } from './back-off.ts'
import { cleaned, rpcMethodOf, shortened, sizeWords, waitWords } from './http-answer.ts'
import { askedAt, loopbackBase, redirectRefusal, refusal, sentOnTo } from './http-addresses.ts'
import { clockOff, withSample, type ClockSample } from './http-clock.ts'
import { createExchange, ExchangeFailed, type Exchange, type Incoming } from './http-exchange.ts'
import { createHost, leftAloneMs, noteLimit, noWait, waitFor, type Host, type Wait } from './http-host.ts'
import { readAnswer } from './http-reading.ts'
import { keepAnswer, readKept, revalidation, type KeptAnswer, type Validators } from './http-kept.ts'
import { dateOf, type AnswerHeaders } from './rate-limits.ts'

export type { KeptAnswer, Validators } from './http-kept.ts'

export interface PoliteQuestion extends MarketAsk {
  sourceId: string | null
  /** The only ones that may be asked, as in a URL ("api.example.com", with its port if it has one). */
  hosts: readonly string[]
  signal?: AbortSignal | undefined
  /** ms since epoch at which it is given up; left out: when its tries are over. */
  until?: number | undefined
}

export interface PoliteClient {
  /**
   * The parsed JSON, or the text. Rejects with RequestFailed whose message is for the user and names the host.
   * Up to three tries, each a record. While its host is left alone for more than 30 s it rejects at once, with no
   * request and no record. Never goes to another host or to http. One that is too slow ends after 15 s a try.
   */
  ask(question: PoliteQuestion): Promise<unknown>
  /** ms since epoch, until when a host is not asked: its limit, or back-off; null: now. For "asked again at". */
  leftAloneUntil(host: string): number | null
  /** Ours − theirs, ms, from Date headers, where hosts agree that this clock is more than a day off; else null. */
  clockOffMs(): number | null
  /** Ends every question at once; further ones are refused. */
  stop(): Promise<void>
}

export interface PoliteClientOptions {
  version: string
  clock: Clock
  log: Log
  /** `https://host/path?query` is asked at `<loopback>/<host>/path?query`. null: the internet. */
  loopback: string | null
  onRecord(record: Omit<RequestRecord, 'no'>): void
  validators: Validators
  /** Within [0, 1). */
  random?(): number
  /** Between two starts at one host; left out: 250. */
  startEveryMs?: number
}

const tries = 3
const timeOutMs = 15_000
const mostBytes = 5_000_000
const atOnce = 2
/** A question waits so long for its host; beyond it is told so instead. */
const patienceMs = 30_000
/** With less left no try is begun. */
const leastTryMs = 500

type Outcome = { kind: 'taken'; value: unknown } | { kind: 'failed'; words: string; status: number | null; mayPass: boolean }

/** Throws where `loopback` is no address of this machine. */
export function createPoliteClient(options: PoliteClientOptions): PoliteClient {
  const { clock, log, onRecord, validators, random = Math.random, startEveryMs = 250 } = options
  const base = loopbackBase(options.loopback)
  const userAgent = `Idlewatt/${options.version.replace(/[^\w.+-]/g, '') || '0'}`
  const hosts = new Map<string, Host>()
  const running = new Set<Promise<unknown>>()
  const stopper = new AbortController()
  let loaded: Promise<{ exchange: Exchange; newQueue: () => PQueue }> | null = null
  let samples: ClockSample[] = []

  /** Libraries are loaded at the first question: most starts ask nothing. */
  function load(): NonNullable<typeof loaded> {
    loaded ??= (async () => {
      const [exchange, queues] = await Promise.all([createExchange(base === null), import('p-queue')])
      return { exchange, newQueue: () => new queues.default({ concurrency: atOnce }) }
    })()
    return loaded
  }

  async function ask(question: PoliteQuestion): Promise<unknown> {
    const url = URL.canParse(question.url) ? new URL(question.url) : null
    if (url === null) throw new RequestFailed('That is no address that could be asked.', null)
    const refused = refusal(url, question.hosts)
    if (refused !== null) throw new RequestFailed(`${cleaned(url.host, 100)} ${refused}`, null)
    const signal = question.signal ? AbortSignal.any([stopper.signal, question.signal]) : stopper.signal
    return counted(tryOften(question, url, signal))
  }

  /** Waited for by `stop`. */
  function counted<T>(work: Promise<T>): Promise<T> {
    const settled = work.catch(() => {})
    running.add(settled)
    void settled.then(() => running.delete(settled))
    return work
  }

  async function tryOften(question: PoliteQuestion, url: URL, signal: AbortSignal): Promise<unknown> {
    throwIfOver(signal)
    const { exchange, newQueue } = await load()
    throwIfOver(signal)
    let host = hosts.get(url.host)
    if (!host) hosts.set(url.host, (host = createHost(url.host, newQueue())))
    let own = noWait
    for (let attempt = 1; ; attempt++) {
      const startedAfter = own
      let outcome: Outcome
      try {
        outcome = await host.queue.add(() => counted(tryOnce(host, exchange, question, url, attempt, startedAfter, signal)), { signal })
      } catch (error) {
        throwIfOver(signal)
        throw error
      }
      if (outcome.kind === 'taken') return outcome.value
      throwIfOver(signal)
      const message = `${host.name} ${outcome.words}${attempt > 1 ? ` (tried ${attempt} times)` : ''}.`
      const draw = random()
      if (outcome.mayPass) own = { since: clock.now(), waitMs: backOffMs(attempt, draw) }
      if (!outcome.mayPass || attempt === tries || waitFor(host, own, clock.now()) > patienceOf(question)) {
        log.info('a source did not answer', { host: host.name, why: outcome.words, attempt })
        throw new RequestFailed(message, outcome.status)
      }
      // Outside the queue: what waits for its own next try holds up nobody else.
      await pause(waitFor(host, own, clock.now()), signal)
    }
  }

  async function tryOnce(host: Host, exchange: Exchange, question: PoliteQuestion, url: URL, attempt: number, own: Wait, signal: AbortSignal): Promise<Outcome> {
    for (;;) {
      const wait = waitFor(host, own, clock.now())
      if (wait === 0) break
      if (wait > patienceOf(question)) throw leftAlone(host, wait)
      await pause(wait, signal)
    }
    throwIfOver(signal)
    const startedAt = clock.now()
    const mostMs = Math.min(timeOutMs, (question.until ?? Infinity) - startedAt)
    if (mostMs < leastTryMs) throw new RequestFailed(`${host.name} ${host.fault === null ? 'was not asked: no time was left for it' : `${host.fault}; no time was left to ask it again`}.`, null)
    host.lastStart = { since: startedAt, waitMs: startEveryMs }
    const limit = new AbortController()
    const cancel = clock.after(mostMs, () => limit.abort())
    try {
      const outcome = await exchangeOnce(host, exchange, question, url, attempt, AbortSignal.any([signal, limit.signal]), limit.signal, mostMs)
      if (outcome.kind === 'taken') Object.assign(host, { backOff: calm, fault: null })
      else if (outcome.mayPass && !signal.aborted) Object.assign(host, { backOff: afterFailure(host.backOff, startedAt, clock.now(), random()), fault: outcome.words })
      return outcome
    } finally {
      cancel()
    }
  }

  /** One try, with the redirects that it is sent along. */
  async function exchangeOnce(host: Host, exchange: Exchange, question: PoliteQuestion, first: URL, attempt: number, signal: AbortSignal, timeOut: AbortSignal, mostMs: number): Promise<Outcome> {
    let url = first
    for (let hop = 0; ; hop++) {
      const startedAt = clock.now()
      const kept = readKept(validators, question, url)
      const record = (outcome: RequestRecord['outcome'], status: number | null, words: string, bytes: number | null): void => {
        const secret = question.secretParts ?? []
        const path = shortened(url.pathname, secret).slice(0, 300)
        const told = { sourceId: question.sourceId, what: question.what, method: question.method, rpcMethod: question.method === 'POST' ? rpcMethodOf(question.body) : null }
        onRecord({ at: startedAt, ...told, host: url.host, path, status, outcome, sentence: shortened(words, secret), bytes, tookMs: Math.max(0, clock.now() - startedAt), attempt })
        log.debug('asked outside', { host: url.host, path, status, outcome })
      }
      const failed = (outcome: 'refused' | 'failed', status: number | null, words: string, mayPass: boolean, bytes: number | null = null): Outcome => {
        record(outcome, status, words, bytes)
        return { kind: 'failed', words: shortened(words, question.secretParts ?? []), status, mayPass }
      }

      let incoming: Incoming
      try {
        incoming = await exchange.send({
          method: question.method,
          url: askedAt(url, base),
          headers: headersFor(question, kept),
          body: question.method === 'POST' ? JSON.stringify(question.body ?? null) : null,
          mostBytes,
          readsErrors: question.method === 'POST' && rpcMethodOf(question.body) !== null,
          signal,
        })
      } catch (error) {
        if (error instanceof ExchangeFailed && error.status !== null) noteHeaders(host, error.status, error.headers)
        if (timeOut.aborted) return failed('failed', null, `gave no ${error instanceof ExchangeFailed && error.status !== null ? 'whole ' : ''}answer within ${Math.round(mostMs / 1_000)} seconds`, true)
        if (signal.aborted) return failed('failed', null, 'was not heard out: the question was given up', false)
        if (!(error instanceof ExchangeFailed)) throw error
        return failed(error.mayPass ? 'failed' : 'refused', error.status, error.words, error.mayPass)
      }

      const { status, headers } = incoming
      const waitMs = noteHeaders(host, status, headers)
      if ([301, 302, 303, 307, 308].includes(status)) {
        const next = sentOnTo(url, one(headers['location']), base)
        const refused = redirectRefusal({ method: question.method, from: url, next, status, hop, hosts: question.hosts })
        if (next === null || refused !== null) return failed('refused', status, refused ?? 'sent on to nowhere', false)
        record('taken', status, `sent on to ${cleaned(next.pathname, 100)}`, null)
        url = next
        continue
      }
      const { reading, text, isKept } = readAnswer(question, { incoming, url, kept }, waitMs, validators)
      const bytes = incoming.body.length
      if (!reading.ok) return failed(status < 500 ? 'refused' : 'failed', status, reading.words, reading.mayPass, bytes === 0 ? null : bytes)
      if (!isKept) keepAnswer(validators, question, url, headers, text)
      if (isKept) record('not-modified', status, 'had nothing newer', null)
      else record('taken', status, `took ${sizeWords(bytes)}`, bytes)
      return { kind: 'taken', value: reading.value }
    }
  }

  function patienceOf({ until }: PoliteQuestion): number {
    return Math.min(patienceMs, (until ?? Infinity) - clock.now())
  }

  function leftAlone(host: Host, wait: number): RequestFailed {
    const isLimit = remainingMs(host.limit, clock.now()) >= wait
    const why = isLimit ? 'asked to be left alone' : `${host.fault ?? 'failed lately'}; it is left alone`
    return new RequestFailed(`${host.name} ${why} for another ${waitWords(wait)}.`, null)
  }

  /** Remembers what the host asks for, and what time it has. Gives the wait that it asked for. */
  function noteHeaders(host: Host, status: number, headers: AnswerHeaders): number | null {
    const now = clock.now()
    const theirs = dateOf(headers)
    if (theirs !== null) samples = withSample(samples, { host: host.name, offMs: now - theirs })
    return noteLimit(host, status, headers, now, random())
  }

  function headersFor(question: PoliteQuestion, kept: KeptAnswer | null): Record<string, string> {
    return {
      'user-agent': userAgent,
      accept: question.as === 'text' ? '*/*' : 'application/json, */*;q=0.1',
      ...(question.method === 'POST' ? { 'content-type': 'application/json' } : {}),
      ...revalidation(kept),
    }
  }

  function throwIfOver(signal: AbortSignal): void {
    if (signal.aborted) throw overError()
  }
  function overError(): RequestFailed {
    return new RequestFailed(stopper.signal.aborted ? 'Idlewatt is closing; nothing is asked any more.' : 'The question was given up.', null)
  }

  function pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        cancel()
        signal.removeEventListener('abort', end)
        if (signal.aborted) reject(overError())
        else resolve()
      }
      const cancel = clock.after(ms, end)
      signal.addEventListener('abort', end)
      if (signal.aborted) end()
    })
  }

  return {
    ask,
    leftAloneUntil(name) {
      const host = hosts.get(name.toLowerCase())
      if (!host) return null
      const now = clock.now()
      const wait = leftAloneMs(host, now)
      return wait === 0 ? null : now + wait
    },
    clockOffMs: () => clockOff(samples),
    async stop() {
      stopper.abort()
      await Promise.all(running)
      if (loaded) (await loaded).exchange.close()
    },
  }
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}
