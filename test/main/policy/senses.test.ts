/** Polling, time limits, ages and news of the senses, with readers that behave in every way. */
import { tmpdir } from 'node:os'
import { describe, expect, test } from 'vitest'
import { known, unknown, type Readings } from '../../../main/policy/readers.ts'
import { unknownToAll, type SenseNews, type SenseReader } from '../../../main/policy/senses-reader.ts'
import { createSenses, type Senses } from '../../../main/policy/senses.ts'
import { createLog } from '../../../main/system/log.ts'
import { openRecordedMachine } from '../../../main/system/recorded-machine.ts'
import { handClock, type HandClock } from '../../helpers/clocks.ts'

const log = createLog('silent', () => {})
const recorded = new URL('../../machines/two-rtx-3090-linux', import.meta.url).pathname

interface Bench {
  senses: Senses
  clock: HandClock
  news: SenseNews[]
  changes: number
}

function reader(read: () => Promise<Readings> | Readings, over: Partial<SenseReader> = {}): SenseReader {
  return { name: 'The test', fields: ['idleMs'], everyMs: 1_000, limitMs: 4_000, read: async () => read(), close() {}, ...over }
}

async function bench(readers: SenseReader[]): Promise<Bench> {
  const clock = handClock()
  const news: SenseNews[] = []
  const source = openRecordedMachine(recorded, clock)
  const senses = createSenses({
    source, host: null, clock, steadyMs: clock.now, log, dataFolder: tmpdir(), isRecorded: false,
    readers: async () => readers.map((one) => ({ ...one, begin: (told) => void news.push(told) })),
  })
  const made = { senses, clock, news, changes: 0 }
  senses.onChange(() => (made.changes += 1))
  senses.begin()
  await clock.advance(0)
  return made
}

describe('polling', () => {
  test('before it begins nothing is known, and what no reader has is said so', async () => {
    const { senses } = await bench([])
    expect(senses.machine().idleMs).toMatchObject({ value: null, why: 'Idlewatt cannot read this on Linux.' })
    await senses.stop()
  })

  test('idle time is read each second, and every tenth while nothing is to run', async () => {
    let reads = 0
    const { senses, clock } = await bench([reader(() => ({ idleMs: known((reads += 1), 'test', clock.now()) }))])
    await clock.advance(9_900)
    expect(reads).toBe(10)
    senses.wants('rest')
    await clock.advance(60_000)
    expect(reads).toBeLessThanOrEqual(17)
    senses.wants('watch')
    const before = reads
    await clock.advance(0)
    expect(reads).toBe(before + 1)
    await senses.stop()
    await clock.advance(60_000)
    expect(reads).toBe(before + 1)
    expect(clock.pending()).toBe(0)
  })

  test('a reader that hangs costs its own value alone, is asked no second time meanwhile, and its late answer counts', async () => {
    let asked = 0
    let answer = (_: Readings): void => {}
    const slow = reader(() => new Promise<Readings>((done) => ((asked += 1), (answer = done))), { fields: ['isLocked'], name: 'The slow one' })
    const { senses, clock } = await bench([slow, reader(() => ({ idleMs: known(7, 'test', 0) }))])
    await clock.advance(30_000)
    expect(asked).toBe(1)
    expect(senses.machine().isLocked).toMatchObject({ value: null, why: 'The slow one did not answer in 4 s.' })
    expect(senses.machine().idleMs.value).toBe(7)
    answer({ isLocked: known(true, 'test', 0) })
    await clock.advance(1_000)
    expect(asked).toBeGreaterThan(1)
    await senses.stop()
    expect(clock.pending()).toBe(0)
  })

  test('a reader that fails is asked ever less often, says why, and is believed again at once when it is back', async () => {
    let asked = 0
    let isWell = false
    const { senses, clock } = await bench([reader(() => {
      asked += 1
      if (!isWell) throw new Error('The desk is on fire.')
      return { idleMs: known(1, 'test', 0) }
    })])
    await clock.advance(120_000)
    expect(senses.machine().idleMs).toMatchObject({ value: null, why: 'The desk is on fire.' })
    expect(asked).toBeGreaterThan(5)
    expect(asked).toBeLessThan(12)
    isWell = true
    await clock.advance(30_000)
    expect(senses.machine().idleMs.value).toBe(1)
    await senses.stop()
  })

  test('an idle time that was told more than five seconds ago is none', async () => {
    let isOver = false
    const { senses, clock } = await bench([reader(() => (isOver ? {} : { idleMs: known(600_000, 'test', 0) }))])
    isOver = true
    await clock.advance(4_000)
    expect(senses.machine().idleMs.value).toBe(600_000)
    await clock.advance(3_000)
    expect(senses.machine().idleMs).toMatchObject({ value: null, why: expect.stringContaining('nothing has been heard') })
    await senses.stop()
  })

  test('the first reader that knows has the value; where none does the first reason stands', async () => {
    let first: Readings['idleMs'] = unknown('The first cannot tell.', 0)
    let second: Readings['idleMs'] = known(2, 'second', 0)
    const { senses, clock } = await bench([reader(() => ({ idleMs: first })), reader(() => ({ idleMs: second }))])
    expect(senses.machine().idleMs).toMatchObject({ value: 2, how: 'second' })
    first = known(1, 'first', 0)
    await clock.advance(1_000)
    expect(senses.machine().idleMs).toMatchObject({ value: 1 })
    first = unknown('The first cannot tell.', 0)
    second = unknown('Nor can the second.', 0)
    await clock.advance(1_000)
    expect(senses.machine().idleMs).toMatchObject({ why: 'The first cannot tell.' })
    await senses.stop()
  })
})

test('somebody else at the screen: neither the toolkit nor one late answer makes their idle time ours', async () => {
  let first: () => Readings = () => ({ idleMs: unknownToAll('Another user is at the screen.', 0), fullScreen: unknownToAll('Another user is at the screen.', 0) })
  const platform = reader(() => first(), { name: 'The platform', fields: ['idleMs', 'fullScreen'] })
  const host = reader(() => ({ idleMs: known(3_600_000, 'the desktop', 0), fullScreen: known(false, 'the desktop', 0) }), { fields: ['idleMs', 'fullScreen'] })
  const { senses, clock } = await bench([platform, host])
  expect(senses.machine().idleMs).toEqual({ value: null, why: 'Another user is at the screen.', at: 0 })
  expect(senses.machine().fullScreen.value).toBeNull()
  first = () => {
    throw new Error('The system was busy.')
  }
  await clock.advance(3_000)
  expect(senses.machine().idleMs).toMatchObject({ value: null, why: 'Another user is at the screen.' })
  first = () => ({ idleMs: known(5, 'the platform', 0), fullScreen: known('Game', 'the platform', 0) })
  await clock.advance(30_000)
  expect(senses.machine().idleMs.value).toBe(5)
  first = () => ({ idleMs: unknown('Not told.', 0), fullScreen: unknown('Not told.', 0) })
  await clock.advance(1_000)
  expect(senses.machine().idleMs.value).toBe(3_600_000)
  await senses.stop()
})

describe('news', () => {
  test('growing idle time is none; that the user is back is told once and at once, without waiting for the next second', async () => {
    let idleMs = 0
    const made = await bench([reader(() => ({ idleMs: known(idleMs, 'test', 0) }))])
    const before = made.changes
    for (idleMs = 1_000; idleMs < 60_000; idleMs += 1_000) await made.clock.advance(1_000)
    expect(made.changes).toBe(before)
    idleMs = 0
    made.news[0]?.again()
    await made.clock.advance(0)
    expect(made.changes).toBe(before + 1)
    await made.senses.stop()
  })

  test.each(['isLocked', 'fullScreen', 'gameMode', 'onBattery', 'isLidClosed', 'isMetered', 'isAttended'] as const)('%s is', async (field) => {
    let value: Readings[typeof field] = known(false, 'test', 0)
    const { senses, clock, ...made } = await bench([reader(() => ({ [field]: value }), { fields: [field] })])
    let changes = made.changes
    senses.onChange(() => (changes += 1))
    value = known(true, 'test', 0) as Readings[typeof field]
    await clock.advance(1_000)
    value = unknown('It is gone.', 0)
    await clock.advance(1_000)
    await clock.advance(5_000)
    expect(changes).toBe(made.changes + 2)
    await senses.stop()
  })

  test('going to sleep and being back are told at once, and a sleep that never comes is over in a minute', async () => {
    let isOver = false
    const made = await bench([reader(() => (isOver ? new Promise<Readings>(() => {}) : { idleMs: known(600_000, 'test', 0) }))])
    const before = made.changes
    made.news[0]?.sleep(true)
    expect(made.senses.machine().isGoingToSleep).toBe(true)
    expect(made.changes).toBe(before + 1)
    await made.clock.advance(62_000)
    expect(made.senses.machine().isGoingToSleep).toBe(false)
    made.news[0]?.sleep(true)
    isOver = true
    made.news[0]?.sleep(false)
    expect(made.senses.machine().isGoingToSleep).toBe(false)
    await made.senses.stop()
  })

  test('what was read before this process stood still, in a sleep that nobody announced, counts no more', async () => {
    let steady = 0
    let isOver = false
    const clock = handClock()
    const senses = createSenses({
      source: openRecordedMachine(recorded, clock), host: null, clock, steadyMs: () => steady, log, dataFolder: tmpdir(), isRecorded: false,
      readers: async () => [reader(() => (isOver ? new Promise<Readings>(() => {}) : { idleMs: known(600_000, 'test', 0) }))],
    })
    senses.begin()
    await clock.advance(0)
    expect(senses.machine().idleMs.value).toBe(600_000)
    isOver = true
    // The steady clock stands still in a sleep, the wall clock does not.
    steady += 1_000
    await clock.advance(999)
    const jumped = clock.now
    clock.now = () => jumped() + 3_600_000
    await clock.advance(1)
    expect(senses.machine().idleMs).toMatchObject({ value: null, why: 'Not read yet.' })
    await senses.stop()
  })

  test('a listener that throws harms nobody', async () => {
    const { senses, clock, news } = await bench([reader(() => ({ isLocked: known(clock.now() % 2_000 === 0, 'test', 0) }), { fields: ['isLocked'] })])
    let heard = 0
    senses.onChange(() => {
      throw new Error('a fault in what follows')
    })
    senses.onChange(() => (heard += 1))
    news[0]?.again()
    await clock.advance(3_000)
    expect(heard).toBeGreaterThan(0)
    await senses.stop()
  })
})

test('a recorded machine has no user, and its files are believed', async () => {
  const clock = handClock()
  const senses = createSenses({ source: openRecordedMachine(recorded, clock), host: { idleSeconds: () => 5, isLocked: () => true, isOnBattery: () => true, onChange: () => () => {} }, clock, steadyMs: clock.now, log, dataFolder: tmpdir(), isRecorded: true })
  senses.begin()
  await clock.advance(1_000)
  const { idleMs, isAttended, isLocked, onBattery, processorLoad } = senses.machine()
  for (const reading of [idleMs, isAttended, isLocked, processorLoad]) expect(reading).toMatchObject({ value: null, why: expect.stringContaining('A recorded machine has no user') })
  expect(onBattery).toMatchObject({ value: null, why: 'The recording says nothing of a battery.' })
  await senses.stop()
})
