/** Replaying a trace: what it comes to, that looking seldom gives the answer of looking every second, and that nobody is waited for long. */
import { describe, expect, it } from 'vitest'
import { generateDay } from '../../../main/policy/generate.ts'
import { simulateQuestion } from '../../../main/policy/simulate-question.ts'
import { simulate, simulateAtOnce } from '../../../main/policy/simulate.ts'
import { readTrace, traceOf, type Trace } from '../../../main/policy/trace.ts'
import type { Simulation } from '../../../shared/policy-state.ts'
import { recordedNames, recordedText, trace, traceFile, traceProgramme } from '../../helpers/policy-traces.ts'

const hourMs = 3_600_000
/** The sentences may count seconds; what is done, and why, must be the same. */
const plain = ({ decisions, ...rest }: Simulation): unknown => ({ ...rest, decisions: decisions.map(({ because: _, ...decision }) => decision) })

function expectSameEverySecond(of: Trace, to: number): void {
  expect(plain(simulateAtOnce(of, { to }))).toEqual(plain(simulateAtOnce(of, { to, everySecond: true })))
}

describe('a simulated stretch of time', () => {
  it('counts hours, money and starts: a quiet afternoon with one card', () => {
    const found = simulateAtOnce(trace())
    // A minute of calm and half a minute of starting; the best needs only the latter.
    expect(found.hours).toEqual({ total: 6, earning: 6 - 90 / 3600, hindsightBest: 6 - 30 / 3600 })
    expect(found.earnedUsd).toBeCloseTo(0.3 * (6 - 90 / 3600), 6)
    expect(found.spentUsd).toBeCloseTo(0.4 * 0.3 * (6 - 60 / 3600), 6)
    expect([found.starts, found.interruptions, found.userDelayedSeconds]).toEqual([1, 0, { max: 0, total: 0 }])
    expect(found.decisions.map((one) => [one.do, one.rule])).toEqual([['wait', 'calm'], ['run', 'free']])
  })

  it('counts an interruption, and the seconds in which software was in the way: a second to see it and a second to stop', () => {
    const found = simulateAtOnce(trace({ changes: [{ at: 60, machine: { idle: 'active' } }, { at: 90, machine: { idle: 'away' } }] }))
    expect(found.interruptions).toBe(1)
    expect(found.starts).toBe(2)
    expect(found.userDelayedSeconds).toEqual({ max: 2, total: 2 })
  })

  it('tells unknown money as unknown', () => {
    expect(simulateAtOnce(trace({ prices: null }))).toMatchObject({ spentUsd: null, earnedUsd: expect.any(Number) as unknown })
    expect(simulateAtOnce(trace({ programmes: [traceProgramme({ grossUsdPerHour: null })] }))).toMatchObject({ earnedUsd: null, spentUsd: expect.any(Number) as unknown })
  })

  it('pays nothing before the hours that a programme wants to be up first, and anew after each stop', () => {
    const uptime = { rewardsAfterHours: 2 }
    const found = simulateAtOnce(trace({ programmes: [traceProgramme({ demands: { uptime } })], changes: [{ at: 180, machine: { idle: 'touched' } }] }))
    expect(found.hours.earning).toBeCloseTo(3 - 90 / 3600 - 2 + (3 - (180 + 30) / 3600 - 2), 2)
  })

  it('lets a job end at the end of the hours that the schedule allows', () => {
    const settings = { schedule: [{ days: [2], from: '14:00', to: '16:00', may: 'never' as const }] }
    const programme = traceProgramme({ demands: { interruption: 'costly' }, stopPriceUsd: 1, jobs: [{ from: 60, to: 150 }, { from: 300, to: 360 }] })
    const found = simulateAtOnce(trace({ settings, programmes: [programme] }))
    expect(found.decisions.map((one) => one.do)).toContain('finish')
    // Paid to the job's end at 14:30; what lies in forbidden hours counts as none of the hours that may be earned.
    expect(found.earnedUsd).toBeCloseTo(0.3 * (1.5 + 1), 2)
    expect(found.hours.earning).toBeCloseTo(2, 2)
  })

  it('stands still while the machine sleeps, and starts no calm that nobody watched', () => {
    const found = simulateAtOnce(trace({ changes: [{ at: 60, sleep: true }, { at: 120, sleep: false }] }))
    expect(found.decisions.some(({ rule }) => rule === 'going-to-sleep')).toBe(true)
    const again = found.decisions.filter((one) => one.do === 'run').at(-1)
    expect((again?.at ?? 0) - (found.from + 2 * hourMs)).toBeGreaterThanOrEqual(60_000)
    expect(found.hours.earning).toBeLessThan(5)
  })

  it('replays a part as it was in the whole', () => {
    const whole = trace({ changes: [{ at: 60, machine: { idle: 'active' } }, { at: 90, machine: { idle: 'away' } }] })
    const found = simulateAtOnce(whole, { from: whole.from + hourMs, to: whole.from + 2 * hourMs })
    expect(found.hours.total).toBe(1)
    expect(found.starts).toBe(1)
    expect(found.decisions.every(({ at }) => at >= found.from && at < found.to)).toBe(true)
  })

  it('follows what the user asks for: a pause ends what runs, and its end starts it again', () => {
    const found = simulateAtOnce(trace({ changes: [{ at: 60, says: { kind: 'pause', minutes: 60 } }] }))
    expect(found.decisions.some(({ rule }) => rule === 'paused')).toBe(true)
    expect(found.hours.earning).toBeCloseTo(5 - 90 / 3600, 1)
    expect(found.userDelayedSeconds.max).toBeLessThanOrEqual(3)
  })

  it('is the same each time, and the same where it gives way in between', async () => {
    const day = traceOf(generateDay(4))
    const found = simulateAtOnce(day)
    expect(simulateAtOnce(day)).toEqual(found)
    expect(await simulate(day)).toEqual(found)
  })
})

describe('looking only when something may have changed', () => {
  it('gives what looking every second gives, on made-up days', () => {
    const seeds = Number(process.env['IDLEWATT_EVERY_SECOND_DAYS'] ?? 6)
    for (let seed = 1; seed <= seeds; seed += 1) {
      const day = traceOf(generateDay(seed))
      expectSameEverySecond(day, day.from + (seeds > 6 ? 24 : 2) * hourMs)
    }
  }, 60_000)

  it('gives it at an office computer in the morning, too', () => {
    const office = readTrace(recordedText('office-pc'))
    expectSameEverySecond(office, office.from + 13 * hourMs)
  })
})

describe('the question', () => {
  const text = JSON.stringify(traceFile())
  const { from, to } = trace()

  it('is answered for a part of a trace', async () => {
    expect((await simulateQuestion({ trace: text, from: from + hourMs })).hours.total).toBe(5)
  })

  it.each([
    ['text that is no trace', { trace: 'hello' }, 'The trace is no JSON'],
    ['a beginning outside', { trace: text, from: to }, 'The beginning lies outside of the trace: it lasts from 2026-03-10 12:00 to 2026-03-10 18:00 (Europe/Berlin).'],
    ['an end outside', { trace: text, to: to + 1 }, 'The end lies outside'],
    ['an end before the beginning', { trace: text, from: from + 2, to: from + 1 }, 'The end is not after the beginning.'],
  ])('is refused with %s', async (_what, question, words) => {
    await expect(simulateQuestion(question)).rejects.toThrow(words)
  })
})

describe('bad days', () => {
  it('a mouse that moves every minute never makes it flap', () => {
    const changes = Array.from({ length: 300 }, (_, index) => ({ at: 20 + index, machine: { idle: 'touched' as const } }))
    // Even where a minute without a key is enough to be away.
    const found = simulateAtOnce(trace({ changes, settings: { idleAfterMinutes: 0.5 } }))
    expect(found.starts).toBeLessThanOrEqual(12)
    expect(found.userDelayedSeconds.max).toBeLessThanOrEqual(3)
  })

  it('a game that never ends is never run beside', () => {
    const found = simulateAtOnce(trace({ changes: [{ at: 0, cards: { 'gpu-0': { programs: [{ pid: 9, name: 'game', utilisation: 0.9, memoryMb: 8000 }] } } }] }))
    expect([found.starts, found.hours.earning, found.hours.hindsightBest]).toEqual([0, 0, 0])
  })

  it('a number that comes back as another program is judged as that', () => {
    const program = { pid: 4711, name: 'game', utilisation: 0.9, memoryMb: 8000 }
    const found = simulateAtOnce(trace({ changes: [{ at: 0, cards: { 'gpu-0': { programs: [program] } } }, { at: 60, cards: { 'gpu-0': { programs: [{ ...program, name: 'updater', utilisation: 0, memoryMb: 20 }] } } }] }))
    expect(found.hours.earning).toBeCloseTo(5, 1)
  })

  it('a clock that goes back an hour ends nothing and starts nothing twice', () => {
    const found = simulateAtOnce(trace({ changes: [{ at: 120, clockJumpMinutes: -60 }] }))
    expect([found.starts, found.interruptions]).toEqual([1, 0])
    expect(found.hours.earning).toBeCloseTo(6, 1)
  })

  it('two hundred programs on a card are looked at', () => {
    const programs = Array.from({ length: 200 }, (_, index) => ({ pid: 100 + index, name: `p${index}`, utilisation: 0, memoryMb: 1 }))
    const found = simulateAtOnce(trace({ changes: [{ at: 0, cards: { 'gpu-0': { programs } } }, { at: 60, cards: { 'gpu-0': { programs: [...programs.slice(1), { pid: 9999, name: 'blender', utilisation: 0.5, memoryMb: 4000 }] } } }] }))
    expect(found.interruptions).toBe(1)
    expect(found.decisions.at(-1)?.because).toContain('blender')
  })

  it('prices that end before the day does are told', () => {
    const found = simulateAtOnce(trace({ prices: { dated: [{ from: 0, usdPerKwh: 2 }], datedTo: 120, fixed: 0.2 } }))
    expect(found.remarks[0]).toContain('the fixed price stands in')
    expect(found.hours.earning).toBeCloseTo(4, 1)
  })
})

describe('the recorded days', () => {
  it.each(recordedNames)('%s: 95 %% of the hours that were possible, and never 3 s in the way', (name) => {
    const found = simulateAtOnce(readTrace(recordedText(name)))
    expect(found.hours.earning / found.hours.hindsightBest).toBeGreaterThanOrEqual(0.95)
    expect(found.hours.earning).toBeLessThanOrEqual(found.hours.hindsightBest + 1e-9)
    expect(found.userDelayedSeconds.max).toBeLessThanOrEqual(3)
  })
})
