/** Recording under bad conditions: killed, full disk, damage, jumping clocks, two processes, an older file. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import type { RecordingStatus } from '../../../shared/history.ts'
import { canMountTinyDisk, moduleUrl, newFolder, runCode, runOnTinyDisk, runUntilKilled } from '../../helpers/files.ts'
import { ask, dayMs, hourMs, knownCard, noon, open, recordSeconds, turn } from './support.ts'

const card = 'GPU-1'
const imports = `
  import { openHistory } from ${moduleUrl('main/history/index.ts')}
  import { unknownSample } from ${moduleUrl('shared/telemetry.ts')}
  const clock = { now: () => 0, after: () => () => {} }
  const log = { debug() {}, info() {}, warn() {}, error() {} }
  const turn = (at) => ({ at, steadyMs: at, samples: { 'GPU-1': { ...unknownSample(at, ''), powerW: 100, throttle: [] } }, silent: {} })`

test('kill -9 takes nothing that was recorded', { timeout: 60_000 }, async () => {
  const folder = newFolder()
  const writer = `${imports}
    const history = openHistory({ folder: process.argv[1], clock, log, onNotice() {} })
    const from = Number(process.argv[2])
    for (let n = 0; ; n++) {
      history.record(turn(from + n * 1000))
      process.stdout.write(n + '\\n')
      await new Promise((resolve) => setImmediate(resolve))
    }`
  for (const [round, after] of [1, 299, 650].entries()) {
    const from = noon + round * hourMs
    const told = await runUntilKilled(writer, after, [folder, String(from)])
    const { history, notices } = open({ folder })
    const kept = history.read(ask(card, from, from + hourMs, { stepSeconds: 1 })).samples
    expect(told).toBeGreaterThanOrEqual(after)
    expect(kept.length).toBeGreaterThanOrEqual(told)
    expect(kept.map((point) => point.takenAt)).toEqual(kept.map((_, n) => from + n * 1000))
    expect(notices).toEqual([])
    history.close()
  }
})

describe('a full disk', () => {
  test.skipIf(!canMountTinyDisk)('stops recording, says so, and resumes when there is room', () => {
    const folder = newFolder()
    const script = `${imports}
      import { rmSync } from 'node:fs'
      const said = []
      const history = openHistory({ folder: ${JSON.stringify(folder)}, clock, log, onNotice: (notice) => said.push(notice.id), onRecording: (status) => said.push(status.phase) })
      let n = 0
      for (; n < 4000 && history.recording().phase !== 'stopped'; n++) history.record(turn(n * 1000))
      const stopped = history.recording()
      for (let more = 0; more < 100; more++, n++) history.record(turn(n * 1000))
      rmSync(${JSON.stringify(join(folder, 'ballast'))})
      for (let more = 0; more < 100; more++, n++) history.record(turn(n * 1000))
      const answer = history.read({ gpuId: 'GPU-1', from: 0, to: n * 1000, stepSeconds: 1, points: 800 })
      console.log(JSON.stringify({ said, stopped, n, kept: answer.samples.length, last: answer.samples.at(-1).takenAt, events: answer.events.map((event) => event.id) }))
      history.close()`
    const ran = runOnTinyDisk(folder, 'mount -o remount,size=1600k "$PWD"; head -c 800k /dev/zero > ballast', script)
    expect(ran.stderr).toBe('')
    const { said, stopped, n, kept, last, events } = JSON.parse(ran.stdout) as { said: string[]; stopped: RecordingStatus; n: number; kept: number; last: number; events: string[] }
    expect(stopped).toMatchObject({ phase: 'stopped', sentence: expect.stringMatching(/^Samples are not recorded: the disk that holds .* is full/) })
    expect(said.filter((phase, i) => phase !== said[i - 1])).toEqual(['on', 'stopped', 'on'])
    expect(events).toEqual(['recording-began', 'recording-stopped', 'recording-began'])
    expect(last).toBe((n - 1) * 1000)
    // A minute is held in memory meanwhile; the rest of the time without room is lost.
    expect(n - kept).toBeLessThan(160)
  })
})

test.skipIf(!canMountTinyDisk)('a disk without room for a first table: nothing is known of before, and what comes is kept in memory', () => {
  const folder = newFolder()
  const script = `${imports}
    const said = []
    const history = openHistory({ folder: ${JSON.stringify(folder)}, clock, log, onNotice: (notice) => said.push(notice.id) })
    history.setMarker({ gpuId: 'GPU-1', workload: 'fp32-compute', startedAt: 1, driverVersion: null })
    console.log(JSON.stringify({ said, events: history.events({ from: 0, to: 9e15 }), span: history.span('GPU-1'), kept: history.markers().map((one) => one.gpuId) }))
    history.close()`
  const ran = runOnTinyDisk(folder, 'head -c 60k /dev/zero > ballast', script)
  expect(ran.stderr).toBe('')
  expect(JSON.parse(ran.stdout)).toEqual({ said: ['history-not-kept'], events: [], span: null, kept: ['GPU-1'] })
})

describe('a damaged file', () => {
  test('found while recording: set aside, begun anew with what could be read, said once', () => {
    const { history, folder, file, notices } = open()
    history.saveAlerts([])
    history.book.save([knownCard(card, 'RTX 4090')])
    history.addEvents([{ at: noon, id: 'xid', gpuId: card, sentence: 'Xid 79.' }])
    recordSeconds(history, card, noon, noon + hourMs)
    history.close()
    const bytes = readFileSync(file)
    // The root page of the table that every second is written to.
    const database = new DatabaseSync(file)
    const { page, size } = database.prepare("SELECT rootpage AS page, (SELECT page_size FROM pragma_page_size) AS size FROM sqlite_schema WHERE name = 'recent'").get() as { page: number; size: number }
    database.close()
    bytes.fill(0xee, (page - 1) * size, page * size)
    writeFileSync(file, bytes)

    const again = open({ folder })
    recordSeconds(again.history, card, noon + hourMs, noon + hourMs + 60_000)
    expect(again.history.recording().phase).toBe('on')
    expect(again.notices.map((notice) => notice.id)).toEqual(['history-set-aside'])
    expect(again.notices[0]?.sentence).toMatch(/set aside as history\.broken-.*\.sqlite and a new one was begun; what could still be read of it was taken over/)
    expect(readdirSync(folder).some((name) => /^history\.broken-.*\.sqlite$/.test(name))).toBe(true)
    const answer = again.history.read(ask(card, noon, noon + 2 * hourMs, { stepSeconds: 60 }))
    expect(answer.gpuName).toBe('RTX 4090')
    expect(answer.samples.length).toBeGreaterThan(50)
    expect(answer.samples.at(-1)).toMatchObject({ takenAt: noon + hourMs, seconds: 60 })
    expect(answer.events.map((event) => event.id)).toContain('xid')
    expect(notices).toEqual([])
  })

  test('found by something else while recording goes on: samples go to the new file at once', () => {
    const { history, file, folder, notices } = open()
    recordSeconds(history, card, noon, noon + 20_000)
    const database = new DatabaseSync(file)
    database.exec('DROP TABLE results; CREATE TABLE results (something TEXT)')
    database.close()
    expect(history.latestResults()).toEqual({})
    recordSeconds(history, card, noon + 20_000, noon + 30_000)
    history.close()
    expect(notices.map((notice) => notice.id)).toEqual(['history-set-aside'])
    expect(open({ folder }).history.read(ask(card, noon, noon + hourMs, { stepSeconds: 1 })).samples).toHaveLength(30)
  })

  test('a folder in its place is set aside as well, with what is in it', () => {
    const folder = newFolder()
    mkdirSync(join(folder, 'history.sqlite'))
    writeFileSync(join(folder, 'history.sqlite', 'mine.txt'), 'mine')
    const { history, notices } = open({ folder })
    recordSeconds(history, card, noon, noon + 3000)
    expect(history.recording().phase).toBe('on')
    expect(notices.map(({ id }) => id)).toEqual(['history-set-aside'])
    const aside = readdirSync(folder).find((name) => name.startsWith('history.broken-')) ?? ''
    expect(readFileSync(join(folder, aside, 'mine.txt'), 'utf8')).toBe('mine')
  })

  test('somebody deletes the file while it is written: the next sample begins a new one', () => {
    const { history, file, folder } = open()
    history.book.save([knownCard(card, 'RTX 4090')])
    recordSeconds(history, card, noon, noon + 3000)
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true })
    recordSeconds(history, card, noon + 3000, noon + 6000)
    history.close()
    expect(existsSync(file)).toBe(true)
    const again = open({ folder }).history
    expect(again.read(ask(card, noon, noon + 10_000, { stepSeconds: 1 })).samples).toHaveLength(3)
    expect(again.allCards().map(({ gpu }) => gpu.name)).toEqual(['RTX 4090'])
  })

  test('one damaged chunk shows as a gap, and the rest is told', () => {
    const { history, file, notices } = open()
    recordSeconds(history, card, noon, noon + 1000_000)
    const database = new DatabaseSync(file)
    database.exec("UPDATE chunks SET data = x'00112233' WHERE no = 1")
    database.close()
    for (let twice = 0; twice < 2; twice++) expect(history.read(ask(card, noon, noon + hourMs, { stepSeconds: 1 })).samples).toHaveLength(700)
    expect(notices.map((notice) => notice.id)).toEqual(['history-part-damaged'])
  })

  test('results and markers of a file that was cut in half are taken over as far as they can be read', () => {
    const { history, file, folder } = open()
    history.setMarker({ gpuId: card, workload: 'fp32-compute', startedAt: 5, driverVersion: null })
    history.book.save([knownCard(card)])
    recordSeconds(history, card, noon, noon + 2 * hourMs)
    history.close()
    const whole = readFileSync(file)
    writeFileSync(file, whole.subarray(0, 4096 * 36))
    const again = open({ folder })
    recordSeconds(again.history, card, noon + 3 * hourMs, noon + 3 * hourMs + 5000)
    expect(again.history.markers()).toHaveLength(1)
    expect(again.history.book.known()).toHaveLength(1)
    expect(again.history.read(ask(card, noon + 3 * hourMs, noon + 4 * hourMs, { stepSeconds: 1 })).samples).toHaveLength(5)
  })
})

test.skipIf(process.platform === 'win32')('a file that somebody removes is begun anew within minutes', () => {
  const { history, file } = open()
  recordSeconds(history, card, noon, noon + 100_000)
  for (const end of ['', '-wal', '-shm']) if (existsSync(file + end)) rmSync(file + end)
  recordSeconds(history, card, noon + 100_000, noon + 700_000)
  expect(statSync(file).size).toBeGreaterThan(0)
  const { history: other } = open({ folder: join(file, '..') })
  expect(other.read(ask(card, noon, noon + hourMs, { stepSeconds: 1 })).samples.length).toBeGreaterThan(300)
})

test('a folder that comes later is recorded to from then on', () => {
  const folder = join(newFolder(), 'disk')
  const { history, statuses, notices } = open({ folder })
  history.book.save([knownCard(card)])
  recordSeconds(history, card, noon, noon + 3000)
  expect(statuses.at(-1)).toMatchObject({ phase: 'stopped', sentence: expect.stringMatching(/cannot be opened/) })
  expect(history.read(ask(card, noon, noon + hourMs)).samples).toEqual([])
  mkdirSync(folder)
  recordSeconds(history, card, noon + 3000, noon + 90_000)
  expect(statuses.at(-1)?.phase).toBe('on')
  expect(notices.map((notice) => notice.level)).toEqual(['warning', 'info'])
  history.close()
  const again = open({ folder })
  expect(again.history.book.known()).toHaveLength(1)
  expect(again.history.read(ask(card, noon, noon + hourMs, { stepSeconds: 1 })).samples.length).toBeGreaterThan(80)
})

describe('clocks', () => {
  test('one that is set back: both are kept, the jump is told, nothing breaks', () => {
    const { history } = open()
    recordSeconds(history, card, noon, noon + 600_000, () => ({ temperatureC: 50 }))
    recordSeconds(history, card, noon + 300_000, noon + 1200_000, () => ({ temperatureC: 70 }), 600_000)
    const answer = history.read(ask(card, noon, noon + hourMs, { stepSeconds: 60 }))
    expect(answer.samples).toHaveLength(20)
    expect(answer.samples.map((point) => point.mean.temperatureC)).toEqual([...new Array(5).fill(50), ...new Array(5).fill(60), ...new Array(10).fill(70)])
    expect(answer.samples.every((point) => point.seconds === 60)).toBe(true)
    expect(answer.events.filter((event) => event.id === 'clock-jumped').map((event) => event.sentence)).toEqual([expect.stringMatching(/set back by 5 min/)])
    expect(answer.energy?.kwh).toBeCloseTo((1500 * 100) / 3_600_000, 3)
  })

  test('one that leaps ten years ahead throws nothing away', () => {
    const { history } = open()
    recordSeconds(history, card, noon, noon + 2 * hourMs)
    recordSeconds(history, card, noon + 3650 * dayMs, noon + 3650 * dayMs + 1800_000, undefined, 2 * hourMs)
    recordSeconds(history, card, noon + 2.5 * hourMs, noon + 2.5 * hourMs + 600_000, undefined, 2.5 * hourMs)
    const answer = history.read(ask(card, noon, noon + 2 * hourMs, { stepSeconds: 1 }))
    expect([answer.stepSeconds, answer.samples.length]).toEqual([1, 7200])
    expect(history.events({ from: 0, to: noon + 9999 * dayMs }).filter((event) => event.id === 'clock-jumped')).toHaveLength(2)
  })

  test('one that is wrong after a restart is told', () => {
    const first = open()
    recordSeconds(first.history, card, noon, noon + 10_000)
    first.history.close()
    const { history } = open({ folder: first.folder })
    recordSeconds(history, card, noon - dayMs, noon - dayMs + 2000, undefined, 0)
    expect(history.events({ from: 0, to: noon + dayMs }).filter((event) => event.id === 'clock-jumped').map((event) => event.sentence)).toEqual([expect.stringMatching(/1 d before the last sample/)])
  })
})

describe('two processes', () => {
  test('one records while another asks and saves results', () => {
    const { history, folder, notices } = open()
    history.book.save([knownCard(card)])
    for (let round = 0; round < 3; round++) {
      recordSeconds(history, card, noon + round * 400_000, noon + (round + 1) * 400_000)
      const ran = runCode(
        `${imports}
        const history = openHistory({ folder: ${JSON.stringify(folder)}, clock, log, onNotice: (notice) => console.error(notice.sentence) })
        history.setMarker({ gpuId: 'GPU-1', workload: 'fp32-compute', startedAt: ${round}, driverVersion: null })
        console.log(history.read({ gpuId: 'GPU-1', from: ${noon}, to: ${noon + hourMs}, stepSeconds: 1, points: 800 }).samples.length)
        history.close()`,
      )
      expect([ran.stderr, ran.stdout.trim()]).toEqual(['', String((round + 1) * 400)])
      expect(history.markers()).toHaveLength(1)
    }
    expect(notices).toEqual([])
  })

  test('one that holds the file locked for a few seconds costs no sample', { timeout: 20_000 }, () => {
    const { history, file, statuses } = open()
    recordSeconds(history, card, noon, noon + 3000)
    const other = new DatabaseSync(file)
    other.exec('BEGIN IMMEDIATE')
    recordSeconds(history, card, noon + 3000, noon + 6000)
    other.exec('COMMIT')
    other.close()
    recordSeconds(history, card, noon + 6000, noon + 8000)
    expect(history.read(ask(card, noon, noon + hourMs, { stepSeconds: 1 })).samples).toHaveLength(8)
    expect(statuses.map((status) => status.phase)).toEqual(['on'])
  })
})

test('a history of the first version keeps its results and begins to hold samples', () => {
  const folder = newFolder()
  copyFileSync(new URL('./history-v1.sqlite', import.meta.url), join(folder, 'history.sqlite'))
  const { history, notices } = open({ folder })
  expect(history.latestResults()['GPU-old']).toMatchObject({ startedAt: 1_763_000_000_000, results: [{ workload: 'fp32-compute', value: 72_000 }] })
  expect(history.markers()).toEqual([{ gpuId: 'GPU-old', workload: 'memory-bandwidth', startedAt: 1_763_000_100_000, driverVersion: '550.54' }])
  recordSeconds(history, card, noon, noon + 3000)
  expect(history.read(ask(card, noon, noon + hourMs, { stepSeconds: 1 })).samples).toHaveLength(3)
  expect(notices).toEqual([])
})

test('pausing says why and ends there; the next sample begins again', () => {
  const { history, statuses } = open()
  recordSeconds(history, card, noon, noon + 2000)
  history.pauseRecording('Recording is switched off in the settings.')
  expect(history.recording()).toEqual({ phase: 'off', sentence: 'Recording is switched off in the settings.' })
  history.record(turn(noon + 60_000, { [card]: {} }))
  expect(statuses.map((status) => status.phase)).toEqual(['on', 'off', 'on'])
  expect(history.events({ from: noon, to: noon + hourMs }).map((event) => event.id)).toEqual(['recording-began', 'recording-stopped', 'recording-began'])
})
