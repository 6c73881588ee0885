/** Budgets `markets.cold-refresh` and `markets.loop-delay`: all sources asked at once over loopback, from nothing. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import { createMarketTables } from '../../main/history/market-tables.ts'
import { bringUpToDate } from '../../main/history/schema.ts'
import { createMarketData } from '../../main/market-data/index.ts'
import { networks } from '../../main/networks/index.ts'
import { systemClock } from '../../main/system/clock.ts'
import { createLog } from '../../main/system/log.ts'
import { defaultSettings } from '../../shared/settings.ts'
import { recordedBodies } from './recorded-outside.ts'
import { median, type Budgets, type Row } from './row.ts'

const budgetMs = 2000
const loopBudgetMs = 50
const answersAfterMs = 150
const rounds = 5

/** In a thread of its own: what the server does must not count as the app's delay. */
const serverCode = `
const { createServer } = require('node:http')
const { parentPort, workerData } = require('node:worker_threads')
const { bodies, delayMs } = workerData
const bodyFor = (url) => {
  const asked = url.slice(1), path = asked.split('?')[0]
  const beginning = Object.keys(bodies).find((address) => address.endsWith('/') && path.startsWith(address))
  return bodies[asked] ?? bodies[path] ?? (beginning ? bodies[beginning] : null)
}
const server = createServer((request, response) => setTimeout(() => {
  const body = bodyFor(decodeURIComponent(request.url))
  if (body === null) response.writeHead(404).end()
  else response.writeHead(200, { 'content-type': body.startsWith('<') ? 'text/html' : 'application/json' }).end(body)
}, delayMs))
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))
`

interface Round {
  tookMs: number
  longestMs: number
  failed: string[]
  requests: number
}

async function measure(): Promise<Row[]> {
  const server = new Worker(serverCode, { eval: true, workerData: { bodies: recordedBodies(Date.now()), delayMs: answersAfterMs } })
  try {
    const port = await new Promise<number>((listening, failed) => server.once('message', listening).once('error', failed))
    const all: Round[] = []
    for (let round = 0; round < rounds; round++) all.push(await coldRefresh(`http://127.0.0.1:${port}`))
    const took = all.map((one) => one.tookMs)
    const failed = [...new Set(all.flatMap((one) => one.failed))]
    const value = median(took)
    const delays = all.map((one) => one.longestMs)
    // The first round loads the libraries; of the others a busy machine makes one or the other longer.
    const longest = Math.max(delays[0] ?? 0, median(delays))
    const first = `longest delay of the event loop while all sources are asked: the first round, which loads the libraries, or the median of all: ${delays.map((ms) => ms.toFixed(0)).join(', ')} ms`
    const how = `${all[0]?.requests ?? 0} requests, each answered after ${answersAfterMs} ms; median of ${rounds}, the first loads the libraries: ${took.map((ms) => ms.toFixed(0)).join(', ')} ms`
    return [
      { id: 'markets.cold-refresh', value, unit: 'ms', budget: budgetMs, ok: value <= budgetMs && failed.length === 0, peer: null, note: failed.length > 0 ? `failed: ${failed.join('; ')}` : how },
      { id: 'markets.loop-delay', value: longest, unit: 'ms', budget: loopBudgetMs, ok: longest <= loopBudgetMs, peer: null, note: first },
    ]
  } finally {
    await server.terminate()
  }
}

export const budgets: Budgets = { ids: ['markets.cold-refresh', 'markets.loop-delay'], measure }

async function coldRefresh(loopback: string): Promise<Round> {
  const folder = mkdtempSync(join(tmpdir(), 'idlewatt-measure-'))
  const database = new DatabaseSync(join(folder, 'history.sqlite'))
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
  bringUpToDate(database)
  const data = createMarketData({
    networks, tables: createMarketTables(database, () => {}), settings: () => defaultSettings, clock: systemClock, log: createLog('silent', () => {}), version: '0.0.0', loopback, onChange: () => {},
  })
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const ids = data.statuses().filter((status) => status.kind !== 'payout' && status.kind !== 'balance').map((status) => status.id)
  delay.enable()
  const start = performance.now()
  await data.refresh(ids)
  const tookMs = performance.now() - start
  delay.disable()
  const failed = data.statuses().flatMap(({ id, fault }) => (fault === null ? [] : [`${id}: ${fault}`]))
  const requests = data.requests({ limit: 2000 }).length
  await data.stop()
  database.close()
  rmSync(folder, { recursive: true, force: true })
  return { tookMs, longestMs: delay.max / 1e6, failed, requests }
}
