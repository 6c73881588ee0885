/** The history under bad conditions: killed in the middle, damaged, newer, read-only, full. Nothing that was kept is lost silently. */
import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openHistory, type History } from '../../../main/history/index.ts'
import { systemClock } from '../../../main/system/clock.ts'
import { createLog } from '../../../main/system/log.ts'
import { NotPossible } from '../../../main/system/not-possible.ts'
import type { BenchmarkResult } from '../../../shared/benchmark.ts'
import type { Notice } from '../../../shared/state.ts'
import { heedsReadOnly, runUntilKilled } from '../../helpers/files.ts'

const log = createLog('silent', () => {})
let folder: string
let file: string
let notices: Notice[]
const opened: History[] = []

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'idlewatt-history-'))
  file = path.join(folder, 'history.sqlite')
  notices = []
})
afterEach(() => {
  for (const history of opened.splice(0)) history.close()
  rmSync(folder, { recursive: true, force: true })
})

function open(at = folder): History {
  const history = openHistory({ folder: at, clock: systemClock, log, onNotice: (notice) => notices.push(notice) })
  opened.push(history)
  return history
}
function result(gpuId: string, startedAt: number, value = 1): BenchmarkResult {
  return {
    gpuId, gpuName: 'A card', startedAt, endedAt: startedAt + 5000, mode: 'quick', driverVersion: '550.1',
    results: [{ workload: 'fp32-compute', value, unit: 'GFLOP/s', spread: 0.01, runs: 8, expected: null }],
    power: { workW: 400, waitW: null }, verdict: 'unknown', reasons: [],
  }
}
const marker = { gpuId: 'GPU-1', workload: 'fp32-compute', startedAt: 5, driverVersion: null } as const

describe('what is kept', () => {
  test('is there after a restart, newest first, per card', () => {
    const first = open()
    for (const at of [10, 30, 20]) first.saveResult(result('GPU-1', at))
    first.saveResult(result('GPU-2', 5))
    first.setMarker(marker)
    first.close()
    const second = open()
    expect(second.pastResults('GPU-1', 2).map((one) => one.startedAt)).toEqual([30, 20])
    expect(second.latestResults()).toEqual({ 'GPU-1': result('GPU-1', 30), 'GPU-2': result('GPU-2', 5) })
    expect(second.markers()).toEqual([marker])
    expect(notices).toEqual([])
  })

  test('the same run saved again replaces what it said before', () => {
    const history = open()
    history.saveResult(result('GPU-1', 10, 1))
    history.saveResult(result('GPU-1', 10, 2))
    expect(history.pastResults('GPU-1', 10).map((one) => one.results[0]?.value)).toEqual([2])
  })

  test('a marker is one per card and workload, and goes when cleared', () => {
    const history = open()
    history.setMarker(marker)
    history.setMarker({ ...marker, startedAt: 6 })
    history.setMarker({ ...marker, gpuId: 'GPU-2' })
    expect(history.markers()).toHaveLength(2)
    history.clearMarker('GPU-1', 'fp32-compute')
    expect(history.markers().map((one) => one.gpuId)).toEqual(['GPU-2'])
  })

  test('a row that cannot be understood is left out, the others stay', () => {
    open().saveResult(result('GPU-1', 10))
    const database = new DatabaseSync(file)
    database.prepare('INSERT INTO results VALUES (?, ?, ?)').run('GPU-1', 20, '{"cut in ha')
    database.prepare('INSERT INTO results VALUES (?, ?, ?)').run('GPU-1', 30, '[]')
    database.close()
    expect(open().pastResults('GPU-1', 10).map((one) => one.startedAt)).toEqual([10])
  })
})

describe('kill -9', () => {
  /** Writes results and markers as fast as it can, telling each one after it returned, until it is killed. */
  const writer = `
    import { openHistory } from ${JSON.stringify(new URL('../../../main/history/index.ts', import.meta.url).href)}
    const history = openHistory({ folder: process.argv[1], clock: { now: () => 0, after: () => () => {} }, log: { debug() {}, info() {}, warn() {}, error() {} }, onNotice() {} })
    const base = ${JSON.stringify(result('GPU-1', 0))}
    for (let n = 1; ; n++) {
      history.setMarker({ gpuId: 'GPU-' + n, workload: 'fp32-compute', startedAt: n, driverVersion: null })
      history.saveResult({ ...base, startedAt: n })
      process.stdout.write(n + '\\n')
      await new Promise((resolve) => setImmediate(resolve))
    }`

  test('everything that was said to be saved is there, and the file is whole', async () => {
    for (const after of [1, 7, 40]) {
      const told = await runUntilKilled(writer, after, [folder])
      const history = open()
      expect(notices).toEqual([])
      expect(told).toBeGreaterThanOrEqual(after)
      const kept = new Set(history.pastResults('GPU-1', 100_000).map((one) => one.startedAt))
      const marked = new Set(history.markers().map((one) => one.startedAt))
      for (let n = 1; n <= told; n++) expect(kept.has(n) && marked.has(n)).toBe(true)
      history.close()
    }
  })
})

describe('a damaged file', () => {
  function goesOnWithANewOne(): void {
    const before = readFileSync(file)
    const history = open()
    history.saveResult(result('GPU-1', 99))
    expect(notices).toEqual([expect.objectContaining({ id: 'history-set-aside', sentence: expect.stringMatching(/set aside as history\.broken-.*\.sqlite/) })])
    const aside = readdirSync(folder).find((name) => /^history\.broken-.*\.sqlite$/.test(name))
    expect(readFileSync(path.join(folder, aside as string))).toEqual(before)
    history.close()
    expect(open().latestResults()).toEqual({ 'GPU-1': result('GPU-1', 99) })
    expect(notices).toHaveLength(1)
  }

  test('that is no database at all', () => {
    writeFileSync(file, 'these are not the pages you are looking for\n'.repeat(200))
    goesOnWithANewOne()
  })

  test('that was cut in half', () => {
    const history = open()
    for (let n = 0; n < 200; n++) history.saveResult(result('GPU-1', n))
    history.close()
    const whole = readFileSync(file)
    writeFileSync(file, whole.subarray(0, Math.floor(whole.length / 2)))
    goesOnWithANewOne()
  })

  test('that has rubbish in the middle', () => {
    const history = open()
    for (let n = 0; n < 200; n++) history.saveResult(result('GPU-1', n))
    history.close()
    const bytes = readFileSync(file)
    bytes.fill(0xaa, 4096, bytes.length - 4096)
    writeFileSync(file, bytes)
    goesOnWithANewOne()
  })

  test('that is somebody else\'s database', () => {
    const database = new DatabaseSync(file)
    database.exec('CREATE TABLE results (something TEXT)')
    database.close()
    goesOnWithANewOne()
  })

  test('whose tables have other columns', () => {
    open().close()
    const database = new DatabaseSync(file)
    database.exec('DROP TABLE markers; CREATE TABLE markers (id INTEGER)')
    database.close()
    goesOnWithANewOne()
  })

  test('an empty file is simply a new one', () => {
    writeFileSync(file, '')
    open().saveResult(result('GPU-1', 1))
    expect(notices).toEqual([])
  })
})

test('a file from a newer Idlewatt is refused with a sentence and not touched', () => {
  open().close()
  const database = new DatabaseSync(file)
  database.exec('PRAGMA user_version = 7')
  database.close()
  const before = readFileSync(file)
  expect(() => open()).toThrow(NotPossible)
  expect(() => open()).toThrow(/written by a newer Idlewatt \(format 7; this one knows 5\)/)
  expect(readFileSync(file)).toEqual(before)
  expect(notices).toEqual([])
})

describe('a place that cannot be written', () => {
  test('a folder that is not there: works in memory and says so once', () => {
    const history = open(path.join(folder, 'not', 'there'))
    history.saveResult(result('GPU-1', 1))
    history.setMarker(marker)
    expect(history.latestResults()).toEqual({ 'GPU-1': result('GPU-1', 1) })
    expect(history.markers()).toEqual([marker])
    expect(notices).toEqual([expect.objectContaining({ id: 'history-not-kept', sentence: expect.stringMatching(/cannot be written in .*until Idlewatt ends/) })])
  })

  test.skipIf(process.platform === 'win32')('a link to a disk that is not there', () => {
    symlinkSync(path.join(folder, 'not-mounted', 'history.sqlite'), file)
    const history = open()
    history.saveResult(result('GPU-1', 1))
    expect(history.pastResults('GPU-1', 5)).toHaveLength(1)
    expect(notices.map((notice) => notice.id)).toEqual(['history-not-kept'])
  })

  test.skipIf(process.platform === 'win32')('a full disk in the middle: earlier results are still shown, new ones live in memory', async () => {
    const first = open()
    first.saveResult(result('GPU-1', 1))
    first.close()
    // A limit on the size of files stands in for the full disk: writing past it fails the same way.
    const script = `
      import { openHistory } from ${JSON.stringify(new URL('../../../main/history/index.ts', import.meta.url).href)}
      const notices = []
      const history = openHistory({ folder: process.argv[1], clock: { now: () => 0, after: () => () => {} }, log: { debug() {}, info() {}, warn() {}, error() {} }, onNotice: (notice) => notices.push(notice.id) })
      const base = ${JSON.stringify(result('GPU-1', 0))}
      for (let n = 2; n <= 300; n++) history.saveResult({ ...base, startedAt: n })
      console.log(JSON.stringify({ notices, kept: history.pastResults('GPU-1', 1000).map((one) => one.startedAt) }))`
    const printed = await new Promise<string>((resolve) => {
      const child = spawn('sh', ['-c', 'ulimit -f 64; exec "$@"', 'sh', process.execPath, '--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
      let text = ''
      child.stdout.on('data', (piece: Buffer) => (text += piece.toString()))
      child.on('close', () => resolve(text))
    })
    const { notices: said, kept } = JSON.parse(printed) as { notices: string[]; kept: number[] }
    expect(said).toEqual(['history-not-kept'])
    expect(kept).toEqual(Array.from({ length: 300 }, (_, n) => 300 - n))
    // And what is on the disk is a whole file with a beginning of them.
    const after = open()
    const onDisk = after.pastResults('GPU-1', 1000)
    expect(onDisk.length).toBeGreaterThan(1)
    expect(onDisk.length).toBeLessThan(300)
    expect(notices).toEqual([])
  })

  test.skipIf(heedsReadOnly === null)('a read-only folder: shows what is in it, keeps the new in memory', async () => {
    const first = open()
    first.saveResult(result('GPU-1', 1))
    first.setMarker(marker)
    first.close()
    chmodSync(folder, 0o555)
    chmodSync(file, 0o444)
    const script = `
      import { openHistory } from ${JSON.stringify(new URL('../../../main/history/index.ts', import.meta.url).href)}
      const notices = []
      const history = openHistory({ folder: process.argv[1], clock: { now: () => 0, after: () => () => {} }, log: { debug() {}, info() {}, warn() {}, error() {} }, onNotice: (notice) => notices.push(notice.id) })
      history.saveResult({ ...${JSON.stringify(result('GPU-1', 0))}, startedAt: 2 })
      console.log(JSON.stringify({ notices, kept: history.pastResults('GPU-1', 10).map((one) => one.startedAt), markers: history.markers().length }))`
    const printed = await new Promise<string>((resolve) => {
      const words = [...(heedsReadOnly ?? []), process.execPath]
      const child = spawn(words[0] ?? '', [...words.slice(1), '--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
      let text = ''
      child.stdout.on('data', (piece: Buffer) => (text += piece.toString()))
      child.on('close', () => resolve(text))
    })
    expect(JSON.parse(printed)).toEqual({ notices: ['history-not-kept'], kept: [2, 1], markers: 1 })
  })
})

test('a history that another program holds open can still be read and written', () => {
  const one = open()
  const other = new DatabaseSync(file)
  other.prepare('SELECT count(*) FROM results').get()
  one.saveResult(result('GPU-1', 1))
  other.close()
  expect(one.latestResults()['GPU-1']?.startedAt).toBe(1)
})
