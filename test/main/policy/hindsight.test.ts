/** The best in hindsight: what it may and may not do, and that no made-up day is run better than it, nor far worse. */
import { describe, expect, it } from 'vitest'
import { randomOf } from '../../../main/policy/generate-random.ts'
import { generateDay } from '../../../main/policy/generate.ts'
import { truthOf } from '../../../main/policy/hindsight-truth.ts'
import { hindsightOf } from '../../../main/policy/hindsight.ts'
import { simulateAtOnce } from '../../../main/policy/simulate.ts'
import { afterFirst, inBoth, lengthOf, push, without, type Span } from '../../../main/policy/trace-spans.ts'
import type { TraceFileInput } from '../../../main/policy/trace-format.ts'
import { traceOf } from '../../../main/policy/trace.ts'
import { trace, traceProgramme } from '../../helpers/policy-traces.ts'

const best = (over: Parameters<typeof trace>[0]): number => hindsightOf(trace(over)).best
const startHours = 30 / 3600
type Change = TraceFileInput['changes'][number]

describe('the best in hindsight', () => {
  it('starts when somebody leaves for long enough, without waiting to be sure', () => {
    expect(best({ changes: [{ at: 60, machine: { idle: 'active' } }, { at: 120, machine: { idle: 'away' } }] })).toBeCloseTo(5 - 2 * startHours, 6)
  })

  it('does not use absences shorter than the user counts as such', () => {
    const absence = (minutes: number): number => best({ changes: [{ at: 0, machine: { idle: 'active' } }, { at: 60, machine: { idle: 'away' } }, { at: 60 + minutes, machine: { idle: 'active' } }] })
    expect(absence(2.9)).toBe(0)
    expect(absence(3)).toBeCloseTo(3 / 60 - startHours, 6)
  })

  it('leaves out hours that do not pay, without ending what runs', () => {
    expect(best({ prices: { dated: [{ from: 0, usdPerKwh: 0.2 }, { from: 120, usdPerKwh: 2 }, { from: 180, usdPerKwh: -0.1 }] } })).toBeCloseTo(5 - startHours, 6)
  })

  it('heeds heat, the schedule, quiet hours, and a pause', () => {
    expect(best({ changes: [{ at: 60, cards: { 'gpu-0': { temperatureC: 90 } } }, { at: 120, cards: { 'gpu-0': { temperatureC: 50 } } }] })).toBeCloseTo(5 - 2 * startHours, 6)
    expect(best({ settings: { schedule: [{ days: [2], from: '13:00', to: '15:00', may: 'never' }] } })).toBeCloseTo(4 - 2 * startHours, 6)
    expect(best({ settings: { quietFrom: '16:00', quietTo: '07:00' } })).toBeCloseTo(4 - startHours, 6)
    expect(best({ changes: [{ at: 60, says: { kind: 'pause', minutes: 120 } }] })).toBeCloseTo(4 - 2 * startHours, 6)
  })

  it('does not run while the room is to be quiet and the fan is not told', () => {
    expect(best({ settings: { quietFrom: '16:00', quietTo: '07:00', quietMaxFan: 0.5 } })).toBeCloseTo(6 - startHours, 6)
    expect(best({ settings: { quietFrom: '16:00', quietTo: '07:00', quietMaxFan: 0.5 }, changes: [{ at: 0, cards: { 'gpu-0': { fan: null } } }] })).toBeCloseTo(4 - startHours, 6)
  })

  it('loses the hours before rewards only where it must stop', () => {
    const programmes = [traceProgramme({ demands: { uptime: { rewardsAfterHours: 2 } } })]
    expect(best({ programmes })).toBeCloseTo(4 - startHours, 6)
    expect(best({ programmes, changes: [{ at: 180, machine: { idle: 'touched' } }] })).toBeCloseTo(2 - 2 * startHours, 5)
  })

  it('never has two together that must not be, and takes whichever has a job', () => {
    const both = [traceProgramme({ jobs: [{ from: 0, to: 180 }] }), traceProgramme({ id: 'example/other', jobs: [{ from: 120, to: 300 }] })]
    expect(best({ programmes: both })).toBeCloseTo(5 - startHours, 6)
  })

  it('cannot be beaten on made-up days, and is nearly reached; nobody is kept waiting', () => {
    const days = Number(process.env['IDLEWATT_MADE_UP_DAYS'] ?? 200)
    let [earning, possible, longest] = [0, 0, 0]
    for (let seed = 1; seed <= days; seed += 1) {
      const { hours, userDelayedSeconds } = simulateAtOnce(traceOf(generateDay(seed)))
      expect(hours.earning, `day ${seed}`).toBeLessThanOrEqual(hours.hindsightBest + 1e-9)
      earning += hours.earning
      possible += hours.hindsightBest
      longest = Math.max(longest, userDelayedSeconds.max)
    }
    expect(earning / possible).toBeGreaterThanOrEqual(0.95)
    expect(longest).toBeLessThanOrEqual(3)
    // Days on which nothing is ever in the way would prove nothing.
    expect(longest).toBeGreaterThan(0)
  }, 60_000)
})

describe('"run now" in a trace', () => {
  const game = { pid: 9, name: 'game', utilisation: 0.9, memoryMb: 8000 }
  const plays = (at: number, programs = [game]): Change => ({ at, machine: { idle: 'active' as const }, cards: { 'gpu-0': { programs } } })
  const runNow = (at: number): Change => ({ at, says: { kind: 'run-now' as const, minutes: 60 } })
  const inWayMinutes = (changes: Change[]): number => lengthOf(truthOf(trace({ changes })).programmes[0]?.inWay ?? []) / 60_000

  it('goes before what was there when it was said', () => {
    // In the way for the ten minutes before it, and from its end on.
    expect(inWayMinutes([plays(50), runNow(60)])).toBe(10 + 240)
    expect(best({ changes: [plays(50), runNow(60)] })).toBeCloseTo(50 / 60 + 1 - 2 * startHours, 5)
  })

  it.each([
    ['a game', plays(70)],
    ['a program that fills the screen', { at: 70, machine: { idle: 'active' as const, fullScreen: 'film' } }],
    ['a game that asks for the machine', { at: 70, machine: { idle: 'active' as const, gameMode: true } }],
  ])('does not go before %s that begins after it', (_what, begins) => {
    expect(inWayMinutes([runNow(60), begins])).toBe(360 - 70)
    const found = simulateAtOnce(trace({ changes: [runNow(60), begins] }))
    expect(found.userDelayedSeconds.max).toBeGreaterThan(0)
    expect(found.userDelayedSeconds.max).toBeLessThanOrEqual(3)
  })

  it('does not go before a second program, though the first was there', () => {
    expect(inWayMinutes([plays(50), runNow(60), plays(70, [game, { ...game, pid: 10, name: 'other' }])])).toBe(10 + 290)
  })

  it('counts what is seen within three seconds of it as there when it was said, and what was gone for less than a look as never gone', () => {
    expect(inWayMinutes([runNow(60), plays(60 + 1 / 60)])).toBe(240)
    expect(inWayMinutes([plays(50), runNow(60), { at: 70.002, cards: { 'gpu-0': { programs: [] } } }, { at: 70.01, cards: { 'gpu-0': { programs: [game] } } }])).toBe(250)
  })

  it('leaves a battery be that was in use, not one that is pulled or nearly empty', () => {
    const onBattery = (at: number, charge: number): Change => ({ at, machine: { onBattery: true, charge } })
    const hours = (...changes: Change[]): number => best({ changes })
    expect(hours(onBattery(50, 0.9), runNow(60))).toBeCloseTo(50 / 60 + 1 - 2 * startHours, 6)
    expect(hours(runNow(60), onBattery(90, 0.9))).toBeCloseTo(90 / 60 - startHours, 6)
    expect(hours(onBattery(50, 0.9), runNow(60), onBattery(80, 0.1))).toBeCloseTo(70 / 60 - 2 * startHours, 6)
  })

  it('laid over made-up days is not run better than in hindsight, and leaves nobody waiting', () => {
    let ended = 0
    const days = Number(process.env['IDLEWATT_RUN_NOW_DAYS'] ?? 60)
    for (let seed = 1; seed <= days; seed += 1) {
      const day = generateDay(seed)
      const random = randomOf(seed)
      const says = Array.from({ length: 3 }, () => ({ at: random() * 1300, says: { kind: random() < 0.75 ? ('run-now' as const) : ('pause' as const), minutes: 10 + Math.floor(random() * 200) } }))
      const found = simulateAtOnce(traceOf({ ...day, changes: [...day.changes, ...says].sort((one, other) => Number(one.at) - Number(other.at)) }))
      expect(found.hours.earning, `day ${seed}`).toBeLessThanOrEqual(found.hours.hindsightBest + 1e-9)
      expect(found.userDelayedSeconds.max, `day ${seed}`).toBeLessThanOrEqual(3)
      ended += found.interruptions
    }
    expect(ended).toBeGreaterThan(0)
  }, 60_000)
})

describe('stretches of time', () => {
  const a: Span[] = [{ from: 0, to: 10 }, { from: 20, to: 30 }]

  it('are met, taken away and measured', () => {
    expect(inBoth(a, [{ from: 5, to: 25 }])).toEqual([{ from: 5, to: 10 }, { from: 20, to: 25 }])
    expect(without(a, [{ from: 5, to: 25 }])).toEqual([{ from: 0, to: 5 }, { from: 25, to: 30 }])
    expect(without([{ from: 0, to: 30 }], [{ from: 5, to: 6 }, { from: 8, to: 9 }])).toEqual([{ from: 0, to: 5 }, { from: 6, to: 8 }, { from: 9, to: 30 }])
    expect(lengthOf(a)).toBe(20)
  })

  it('are joined where they touch, and empty ones are none', () => {
    const spans: Span[] = []
    push(spans, 0, 5)
    push(spans, 5, 7)
    push(spans, 9, 9)
    expect(spans).toEqual([{ from: 0, to: 7 }])
  })

  it('lose their first part in time that is not frozen', () => {
    expect(afterFirst({ from: 0, to: 20 }, 6, [{ from: 4, to: 10 }])).toEqual([{ from: 12, to: 20 }])
    expect(afterFirst({ from: 0, to: 5 }, 6, [])).toEqual([])
  })
})
