/** A polite client on a hand clock before a faulty server, anew for every test; used by the tests of it alone. */
import { afterEach, beforeEach, expect } from 'vitest'
import { createPoliteClient, type KeptAnswer, type PoliteClient, type PoliteClientOptions, type PoliteQuestion } from '../../main/market-data/polite-client.ts'
import { RequestFailed } from '../../main/networks/network.ts'
import { createLog } from '../../main/system/log.ts'
import type { RequestRecord } from '../../shared/market-data.ts'
import { handClock, type HandClock } from './clocks.ts'
import { startFaultyServer, type FaultyServer } from './faulty-server.ts'

export const host = 'api.example.com'
export const path = `/${host}/v1/prices`

export interface PoliteBench {
  server: FaultyServer
  clock: HandClock
  client: PoliteClient
  records: Omit<RequestRecord, 'no'>[]
  kept: Map<string, KeptAnswer>
  logged: string[]
  /** On the same clock and server; the one before is not stopped. */
  newClient(more?: Partial<PoliteClientOptions>): PoliteClient
  /** Once so many requests are on record. */
  recorded(count: number): Promise<void>
  /** Lets every wait pass at once: after each try the clock goes on by `ms`. */
  triedTimes(count: number, ms?: number): Promise<void>
}

/** Hooks for a test file; what is given is filled before each test. */
export function politeBench(): PoliteBench {
  const bench = {} as PoliteBench
  bench.newClient = (more = {}) => {
    const { kept, clock, server, records, logged } = bench
    const validators = { read: (key: string) => kept.get(key) ?? null, write: (key: string, answer: KeptAnswer | null) => void (answer ? kept.set(key, answer) : kept.delete(key)) }
    return createPoliteClient({ version: '1.2.3', clock, log: createLog('debug', (line) => logged.push(line)), loopback: server.base, onRecord: (record) => records.push(record), validators, random: () => 0, ...more })
  }
  bench.recorded = async (count) => {
    while (bench.records.length < count) await new Promise((done) => setImmediate(done))
  }
  bench.triedTimes = async (count, ms = 4_000) => {
    for (let done = 1; done < count; done++) {
      await bench.recorded(done)
      await bench.clock.advance(ms)
    }
    await bench.recorded(count)
  }
  beforeEach(async () => {
    Object.assign(bench, { server: await startFaultyServer(), clock: handClock(), records: [], kept: new Map(), logged: [] })
    bench.client = bench.newClient()
  })
  afterEach(async () => {
    await bench.client.stop()
    await bench.server.close()
    expect(bench.clock.pending()).toBe(0)
  })
  return bench
}

export function get(more: Partial<PoliteQuestion> = {}): PoliteQuestion {
  return { method: 'GET', url: `https://${host}/v1/prices?key=hidden`, what: 'prices of GPUs', sourceId: 'net/market', hosts: [host], ...more }
}
export const rpc = (more: Partial<PoliteQuestion> = {}): PoliteQuestion => get({ method: 'POST', body: { jsonrpc: '2.0', id: 1, method: 'eth_call', params: [] }, ...more })

/** The rejection; an answer fails the test. */
export function failureOf(answer: Promise<unknown>): Promise<RequestFailed> {
  return answer.then(
    (value) => expect.unreachable(`was answered ${JSON.stringify(value)}`),
    (error) => (expect(error).toBeInstanceOf(RequestFailed), error as RequestFailed),
  )
}
