/** `history.*`: a year of eight cards in the file, charts drawn from it, how fast samples are written, and what `kill -9` takes. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openHistory, type History } from '../../main/history/index.ts'
import { unknownSample, type SampleTurn } from '../../shared/telemetry.ts'
import { cardId, cards, writeYear, yearEnd } from './history-year.ts'
import type { Budgets, Row } from './row.ts'

const sizeBudgetMb = 200
const queryBudgetMs = 50
/** Sixty-four cards, each with a second's sample sixteen times over. */
const writeBudget = 1_024
const kills = 100
const dayMs = 86_400_000
/** What the charts ask for: width, and the points of a wide and a narrow window. */
const widths: [string, number][] = [['5 min', 300_000], ['1 h', 3_600_000], ['24 h', dayMs], ['7 d', 7 * dayMs], ['30 d', 30 * dayMs], ['90 d', 90 * dayMs], ['1 year', 365 * dayMs]]
const pointsAsked = [400, 800, 1500]

export const budgets: Budgets = {
  ids: ['history.year-size', 'history.query-p95', 'history.write-rate', 'history.kill-9'],
  async measure(only) {
    const folder = mkdtempSync(join(tmpdir(), 'idlewatt-measure-'))
    const wants = (id: string): boolean => only === null || only === id
    try {
      const rows: Row[] = []
      if (wants('history.year-size') || wants('history.query-p95')) rows.push(...measureYear(folder))
      if (wants('history.write-rate')) rows.push(measureWriting(folder))
      if (wants('history.kill-9')) rows.push(await measureKills())
      return rows
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

function openAt(folder: string): History {
  return openHistory({ folder, clock: { now: () => yearEnd, after: () => () => {} }, log: { debug() {}, info() {}, warn() {}, error() {} }, onNotice() {} })
}

function measureYear(folder: string): Row[] {
  const file = join(folder, 'history.sqlite')
  openAt(folder).close()
  const steps = writeYear(file)
  const megabytes = statSync(file).size / 1e6
  const opening = performance.now()
  const history = openAt(folder)
  const openMs = performance.now() - opening
  const slowest: string[] = []
  const all: number[] = []
  for (const [name, width] of widths) {
    const times: number[] = []
    for (let card = 0; card < cards; card++) {
      for (const points of pointsAsked) {
        const began = performance.now()
        history.read({ gpuId: cardId(card), from: yearEnd - width, to: yearEnd, points })
        times.push(performance.now() - began)
      }
    }
    all.push(...times)
    slowest.push(`${name} ${percentile(times, 0.95).toFixed(1)}`)
  }
  history.close()
  const p95 = percentile(all, 0.95)
  return [
    { id: 'history.year-size', value: megabytes, unit: 'MB', budget: sizeBudgetMb, ok: megabytes <= sizeBudgetMb, peer: null, note: `${cards} cards, ${steps} steps kept of a year once a second, every reading known and noisy; opened in ${openMs.toFixed(0)} ms` },
    { id: 'history.query-p95', value: p95, unit: 'ms', budget: queryBudgetMs, ok: p95 <= queryBudgetMs, peer: null, note: `all readings, ${pointsAsked.join(', ')} points, ${cards} cards, first calls included; p95 by width in ms: ${slowest.join(', ')}` },
  ]
}

function turnAt(at: number): SampleTurn {
  const sample = { ...unknownSample(at, ''), utilisation: 0.97, memoryUtilisation: 0.5, temperatureC: 60 + (at % 7), powerW: 300 + (at % 11), memoryUsedBytes: 2 ** 34, coreClockMhz: 2500, memoryClockMhz: 10_501, fan: 0.4, pcieGeneration: 4, pcieLanes: 16, throttle: [] }
  return { at, steadyMs: at, samples: Object.fromEntries(Array.from({ length: cards }, (_, n) => [cardId(n), sample])), silent: {} }
}

function measureWriting(folder: string): Row {
  const own = mkdtempSync(join(folder, 'writing-'))
  const history = openAt(own)
  const turns = 3_600
  const began = performance.now()
  const before = process.cpuUsage()
  for (let n = 0; n < turns; n++) history.record(turnAt(yearEnd + n * 1000))
  const seconds = (performance.now() - began) / 1000
  const used = process.cpuUsage(before)
  history.close()
  const perSecond = (turns * cards) / seconds
  return { id: 'history.write-rate', value: perSecond, unit: 'rows/s', budget: writeBudget, ok: perSecond >= writeBudget, peer: null, note: `an hour of ${cards} cards as fast as it goes, a transaction a turn, packing and rolling up included; ${((used.user + used.system) / 1000 / turns).toFixed(2)} ms of processor a turn` }
}

/** Records as fast as it can, telling each turn once it is written, until it is killed. */
const writer = `
  import { openHistory } from ${JSON.stringify(new URL('../../main/history/index.ts', import.meta.url).href)}
  import { unknownSample } from ${JSON.stringify(new URL('../../shared/telemetry.ts', import.meta.url).href)}
  const history = openHistory({ folder: process.argv[1], clock: { now: () => 0, after: () => () => {} }, log: { debug() {}, info() {}, warn() {}, error() {} }, onNotice() {} })
  const from = Number(process.argv[2])
  for (let n = 0; ; n++) {
    const at = from + n * 1000
    history.record({ at, steadyMs: at, samples: { 'GPU-0': { ...unknownSample(at, ''), powerW: 300, throttle: [] } }, silent: {} })
    process.stdout.write('.')
    if (n % 8 === 0) await new Promise((resolve) => setImmediate(resolve))
  }`

async function measureKills(): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'idlewatt-measure-'))
  const lost: number[] = []
  let told = 0
  try {
    for (let round = 0; round < kills; round++) {
      const from = yearEnd + round * dayMs
      const written = await writeUntilKilled(folder, from, 1 + ((round * 37) % 900))
      told += written
      const history = openAt(folder)
      const kept = history.read({ gpuId: cardId(0), from, to: from + dayMs, stepSeconds: 1, points: 800 }).samples.length
      history.close()
      lost.push(Math.max(0, written - kept))
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  const worst = Math.max(...lost)
  return { id: 'history.kill-9', value: worst, unit: 'samples', budget: 1, ok: worst <= 1, peer: null, note: `the most that one of ${kills} kills took, of turns that had been written as far as the writer knew (${told} in all); ${lost.filter((one) => one > 0).length} kills took any` }
}

/** How many turns it said to have written. */
function writeUntilKilled(folder: string, from: number, after: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module-typescript', '-e', writer, folder, String(from)], { stdio: ['ignore', 'pipe', 'inherit'] })
    let written = 0
    child.stdout.on('data', (piece: Buffer) => {
      written += piece.length
      if (written >= after) child.kill('SIGKILL')
    })
    child.on('error', reject)
    child.on('close', () => resolve(written))
  })
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}
