/** The plan of a week as it is painted and told, what is read, programs by name, decisions as groups. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readNumber } from '../../../renderer/format/typed-number.ts'
import { kindOf } from '../../../renderer/pages/activity/activity-events.ts'
import { scaled } from '../../../renderer/pages/policy/fields.tsx'
import { readShortcut } from '../../../renderer/pages/policy/LimitsTab.tsx'
import { cellWords } from '../../../renderer/pages/policy/PlanCell.tsx'
import { byName, cardsToShow } from '../../../renderer/pages/policy/programs.ts'
import { readingRows } from '../../../renderer/pages/policy/readings.ts'
import { cellKey, hoursByCell, priceScale, wallClock } from '../../../renderer/pages/policy/wall-hours.ts'
import { blockWords, blocksOf, hourParts, hoursIn, overlaps, paint, planOf, type Range } from '../../../renderer/pages/policy/week-plan.ts'
import { restWords } from '../../../renderer/pages/policy/WeekOutcome.tsx'
import { rangeWords } from '../../../renderer/pages/policy/WeekPlan.tsx'
import { aboutWords, decisionGroups, decisionsToSay, doMark, overridesNow, tonight, untilWords } from '../../../renderer/state/policy.ts'
import { policySettingsSchema, runModes, scheduleBlockSchema, type ScheduleBlock } from '../../../shared/policy.ts'
import type { WeekHour } from '../../../shared/policy-state.ts'
import { machineUnknown, onCard, pausedPolicy, policy, policyCard, rigPolicy, stoppedPolicy, weekSettings } from '../../gallery/policy.ts'
import { now } from '../../gallery/parts.ts'

const runs = Number(process.env['PROPERTY_RUNS'] ?? 150)
const block = (over: Partial<ScheduleBlock>): ScheduleBlock => ({ days: [1], from: '09:00', to: '17:00', may: 'never', gpuId: null, ...over })
const clock = fc.integer({ min: 0, max: 1439 }).map((minute) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`)
const anyBlock = fc.record({ days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), from: clock, to: clock, may: fc.constantFrom(...runModes), gpuId: fc.constantFrom(null, 'a', 'b') })
const anyRange: fc.Arbitrary<Range> = fc.tuple(fc.nat(6), fc.nat(6), fc.nat(23), fc.nat(23)).map(([d, e, h, i]) => ({ fromDay: Math.min(d, e), toDay: Math.max(d, e), fromHour: Math.min(h, i), toHour: Math.max(h, i) }))
const isIn = (range: Range, minute: number): boolean => {
  const [day, hour] = [Math.floor(minute / 1440), Math.floor((minute % 1440) / 60)]
  return day >= range.fromDay && day <= range.toDay && hour >= range.fromHour && hour <= range.toHour
}

describe('the plan of a week', () => {
  test('written as blocks again, it says the same of every minute, in blocks that the settings take', () => {
    fc.assert(
      fc.property(fc.array(anyBlock, { maxLength: 6 }), (blocks) => {
        const plan = planOf(blocks, null)
        const again = blocksOf(plan, null)
        expect(planOf(again, null)).toEqual(plan)
        for (const one of again) expect(scheduleBlockSchema.safeParse(one).success).toBe(true)
        expect(overlaps(again)).toEqual([])
      }),
      { numRuns: runs },
    )
  })

  test('painting sets exactly the hours that were chosen, and leaves the blocks of other cards as they are', () => {
    fc.assert(
      fc.property(fc.array(anyBlock, { maxLength: 4 }), anyRange, fc.constantFrom(null, ...runModes), fc.constantFrom(null, 'a'), (blocks, range, may, gpuId) => {
        const next = paint(blocks, gpuId, range, may)
        const own = (all: ScheduleBlock[]): ScheduleBlock[] => all.filter((one) => one.gpuId === gpuId).map((one) => ({ ...one, gpuId: null }))
        const [before, after] = [planOf(own(blocks), null), planOf(own(next), null)]
        expect(after.every((mode, minute) => mode === (isIn(range, minute) ? may : before[minute]))).toBe(true)
        expect(next.filter((one) => one.gpuId !== gpuId)).toEqual(blocks.filter((one) => one.gpuId !== gpuId))
      }),
      { numRuns: runs },
    )
  })

  test('nights of the week are one block, and whole days stay whole', () => {
    let blocks = paint([], null, { fromDay: 0, toDay: 4, fromHour: 22, toHour: 23 }, 'always')
    for (const fromDay of [1, 2, 3, 4, 5]) blocks = paint(blocks, null, { fromDay, toDay: fromDay, fromHour: 0, toHour: 5 }, 'always')
    expect(blocks.map(blockWords)).toEqual(['Mon to Fri, 22:00 to 06:00 on the day after: always'])
    expect(paint([], null, { fromDay: 0, toDay: 6, fromHour: 0, toHour: 23 }, 'never').map(blockWords)).toEqual(['every day, all day: never'])
    expect(paint([], null, { fromDay: 6, toDay: 6, fromHour: 20, toHour: 23 }, 'never').map(blockWords)).toEqual(['Sun, 20:00 to 24:00: never'])
  })

  test('where blocks overlap the strictest holds, and a card has those of every card as well', () => {
    const blocks = [block({ from: '22:00', to: '06:00', may: 'always' }), block({ from: '23:30', to: '01:00', may: 'when-idle', gpuId: 'a' }), block({ days: [2], from: '00:30', to: '02:00' })]
    expect(hourParts(planOf(blocks, null), 0, 23)).toEqual([{ length: 60, may: 'always' }])
    expect(hourParts(planOf(blocks, 'a'), 0, 23)).toEqual([{ length: 30, may: 'always' }, { length: 30, may: 'when-idle' }])
    expect(hourParts(planOf(blocks, 'a'), 1, 0)).toEqual([{ length: 30, may: 'when-idle' }, { length: 30, may: 'never' }])
    expect(overlaps(blocks).map(({ holds }) => holds)).toEqual(['when-idle', 'never', 'never'])
    expect(overlaps([block({ gpuId: 'a' }), block({ gpuId: 'b', may: 'always' })])).toEqual([])
    expect(hoursIn(planOf(blocks, null), 'when-idle')).toEqual({ always: 6.5, never: 1.5, 'when-idle': 160 })
  })

  test('chosen hours are named with their ends', () => {
    expect(rangeWords({ fromDay: 0, toDay: 4, fromHour: 22, toHour: 23 })).toBe('Mon to Fri, 22:00 to 24:00')
    expect(rangeWords({ fromDay: 5, toDay: 6, fromHour: 9, toHour: 9 })).toBe('Sat, Sun, 09:00 to 10:00')
  })
})

describe('hours under the wall clock', () => {
  const hour = 3_600_000
  const week = (from: number, prices: (i: number) => number | null = () => null): WeekHour[] => Array.from({ length: 168 }, (_, i) => ({ from: from + i * hour, to: from + (i + 1) * hour, may: 'always', usdPerKwh: prices(i), how: null, netUsd: null, isAtLoss: false, isQuiet: false }))

  test('stand in the cell of their zone, whatever zone this window is in', () => {
    expect(wallClock('Asia/Tokyo')(Date.parse('2026-11-22T20:30:00Z'))).toEqual({ day: 0, hour: 5 })
    expect(wallClock('Mars/Olympus')(0)).toEqual(wallClock(Intl.DateTimeFormat().resolvedOptions().timeZone)(0))
    expect(hoursByCell(week(Date.parse('2026-11-23T00:00:00Z')), 'Europe/Berlin').size).toBe(168)
  })

  test('an hour that the clock skips has none, one that it repeats has two', () => {
    const spring = hoursByCell(week(Date.parse('2026-03-23T23:00:00Z')), 'Europe/Berlin')
    expect(spring.get(cellKey(6, 2))).toBeUndefined()
    const autumn = hoursByCell(week(Date.parse('2026-10-19T22:00:00Z')), 'Europe/Berlin')
    expect(autumn.get(cellKey(6, 2))).toHaveLength(2)
  })

  test('bars of negative prices hang from the line that the others stand on', () => {
    const scale = priceScale(week(0, (i) => (i === 0 ? -0.1 : 0.3)))
    expect(scale?.(0.3)).toEqual({ top: 0, height: expect.closeTo(0.75) })
    expect(scale?.(-0.1)).toEqual({ top: expect.closeTo(0.75), height: expect.closeTo(0.25) })
    expect(priceScale(week(0))).toBeNull()
    expect(priceScale(week(0, () => 0))?.(0)).toEqual({ top: 0, height: 0 })
  })

  test('a cell says mode, price, loss and quiet in words', () => {
    const money = { code: 'USD', usdPerUnit: 1, digits: 2, about: '' }
    const look = { day: 0, hour: 22, parts: [{ length: 30, may: 'never' as const }, { length: 30, may: null }], before: [], otherwise: 'when-idle' as const, isSkipped: false, isChosen: false, isStop: false, isNow: true }
    expect(cellWords({ ...look, hour0: { from: 0, to: 0, may: 'never', usdPerKwh: -0.02, how: 'dated price', netUsd: 0.12, isAtLoss: true, isQuiet: true } }, money)).toBe('Monday 22:00: never, from 22:30 when idle (no block); −0.020\u202fUSD/kWh (dated price); 0.12\u202fUSD an hour after power; at a loss: it would stand still; quiet hours; now')
    expect(cellWords({ ...look, hour0: null, isSkipped: true, isNow: false }, money)).toContain('does not exist this week')
  })
})

describe('what is read', () => {
  test('unknown is never a number, and says why and what follows', () => {
    const rows = readingRows({ machine: machineUnknown, settings: weekSettings }, now)
    const idle = rows[0]
    expect([idle?.words, idle?.about, idle?.then]).toEqual([null, expect.stringContaining('nothing tells'), 'Cards that have been quiet for a while count as free.'])
    expect(readingRows({ machine: machineUnknown, settings: { ...weekSettings, whenIdleUnknown: 'wait' } }, now)[0]?.then).toContain('Nothing')
    for (const { words } of rows) expect(words ?? '').not.toMatch(/Infinity|NaN|null/)
  })

  test('idle time grows by itself, and no full screen is not unknown', () => {
    const rows = readingRows(stoppedPolicy, now + 60_000)
    expect(rows[0]?.words).toBe('last used 1\u202fmin 12\u202fs ago')
    expect(rows.find(({ label }) => label === 'Full screen')?.words).toBe('no program')
    const nameless = { ...stoppedPolicy.machine, fullScreen: { value: '' as const, how: 'X11', at: now } }
    expect(readingRows({ ...stoppedPolicy, machine: nameless }, now).find(({ label }) => label === 'Full screen')?.words).toBe('a program whose name is not told')
  })
})

describe('what is known not to be there', () => {
  test('a battery that a machine does not have is none, one that is not told is unknown', () => {
    const words = (machine: typeof machineUnknown) => readingRows({ machine, settings: weekSettings }, now).filter(({ label }) => ['Power', 'Battery', 'Lid'].includes(label)).map((one) => one.words)
    expect(words(machineUnknown)).toEqual(['plugged in', 'none', 'none'])
    const untold = { value: null, why: 'The recording says nothing of a battery.', at: now }
    expect(words({ ...machineUnknown, onBattery: untold, charge: untold, isLidClosed: { value: null, why: 'Not read yet.', at: now } })).toEqual([null, null, null])
    expect(words({ ...machineUnknown, isLidClosed: { value: false, how: 'ioreg: this machine has no lid', at: now } })[2]).toBe('none')
  })
})

describe('what a week would come to', () => {
  test('hours that cannot earn are told with why; where all could, nothing is said', () => {
    expect(restWords({ total: 167, earning: 162, hindsightBest: 162 })).toContain('The other 5.0\u202fh cannot earn')
    expect(restWords({ total: 167, earning: 0, hindsightBest: 0 })).toContain('No hour of it could earn')
    expect(restWords({ total: 168, earning: 100, hindsightBest: 168 })).toBeNull()
  })
})

describe('programs on a card', () => {
  test('two hundred of one name are one line with their sum; what tells nothing stays unknown', () => {
    const many = Array.from({ length: 200 }, (_, i) => onCard({ pid: i, name: i < 150 ? 'python3' : `tool-${i}`, utilisation: i < 150 ? 0.001 : null, memoryBytes: null }))
    const [first, second] = byName(many)
    expect([first?.first.name, first?.pids.length, first?.utilisation, first?.memoryBytes]).toEqual(['python3', 150, expect.closeTo(0.15), null])
    expect(second?.utilisation).toBeNull()
    expect(byName([onCard({ pid: 1 }), onCard({ pid: 2, whose: 'ignored' })])).toHaveLength(2)
  })

  test('of many cards those with nothing to say are folded, of few none', () => {
    const { shown, quiet } = cardsToShow(rigPolicy(16).cards)
    expect([shown.length, quiet.length]).toEqual([2, 14])
    expect(cardsToShow([policyCard('a'), policyCard('b')]).quiet).toEqual([])
  })
})

describe('decisions', () => {
  test('that say the same of several cards are one line; others stay apart; what is not set up is not said', () => {
    const groups = decisionGroups(decisionsToSay(rigPolicy(16)))
    expect(groups.map(({ gpuIds }) => gpuIds.length)).toEqual([13, 1, 1, 1])
    expect(decisionGroups(decisionsToSay(stoppedPolicy)).map(({ decision }) => decision.programmeId)).not.toContain('granite/host')
    expect(decisionGroups(stoppedPolicy.decisions.filter(({ gpuId }) => gpuId === null))[0]?.gpuIds).toEqual([])
  })

  test('that differ in a second reason stay apart', () => {
    const [one] = rigPolicy(1).decisions
    const second = { rule: 'at-a-loss' as const, sentence: 'The coming hour costs more than it brings.', since: now, evidence: [], isForUser: false }
    expect(decisionGroups([one!, { ...one!, gpuId: 'b' }, { ...one!, gpuId: 'c', because: [...one!.because, second] }]).map(({ gpuIds }) => gpuIds.length)).toEqual([2, 1])
  })

  test('are said as what would be where nothing acts', () => {
    expect([doMark('run', true).word, doMark('run', false).word]).toEqual(['Runs', 'Would run'])
  })

  test('pauses in force: what is for everything first, what is over not at all', () => {
    const pause = pausedPolicy.settings.overrides[0]!
    const settings = { ...weekSettings, overrides: [{ ...pause, id: 'a', gpuId: 'x' }, { ...pause, id: 'b', until: now - 1 }, { ...pause, id: 'c', until: null }] }
    expect(overridesNow(policy({ settings }), 'pause', now).map(({ id }) => id)).toEqual(['c', 'a'])
    const names = { card: (id: string) => `card ${id}`, programme: (id: string) => `programme ${id}` }
    expect([aboutWords({ gpuId: null, programmeId: null }, names), aboutWords({ gpuId: 'x', programmeId: 'p' }, names)]).toEqual(['Everything', 'programme p on card x'])
  })

  test('an end is told as a clock time today, with its date later, and never as a negative length', () => {
    const noon = new Date(2026, 10, 23, 12).getTime()
    expect(untilWords(noon + 90 * 60_000, noon)).toBe('until 13:30, in 1\u202fh 30\u202fmin')
    expect(untilWords(noon + 86_400_000, noon)).toContain('24 Nov 2026')
    expect(untilWords(noon - 5000, noon)).toBe('until 11:59')
    expect(untilWords(null, noon)).toBe('until you resume')
    expect(new Date(tonight(noon)).toString()).toContain('Nov 24 2026 00:00:00')
  })
})

describe('what is typed', () => {
  test.each([['', null], ['CommandOrControl + Alt+G', 'CommandOrControl+Alt+G']])('the shortcut %j', (typed, value) => expect(readShortcut(typed)).toEqual({ value }))
  test.each(['G', 'Alt+', '+', 'Alt++G'])('the shortcut %j is refused', (typed) => expect(readShortcut(typed).problem).toContain('Keys joined by +'))
  test('per cent are kept as a share, without the dust of fractions, and refused in per cent', () => {
    const schema = policySettingsSchema.shape.busyFrom.unwrap()
    expect(scaled(0.07, 100)).toBe(7)
    expect(readNumber(schema, '7', { scale: 100 })).toEqual({ value: 0.07, problem: undefined })
    expect(readNumber(schema, '140', { scale: 100 }).problem).toBe('At most 100.')
    expect(readNumber(schema, '0', { scale: 100 }).problem).toBe('At least 1.')
    expect(readNumber(schema, '', { scale: 100, required: true }).problem).toBe('This needs a number.')
  })
  test('events of the policy are a kind of their own', () => expect([kindOf('policy-paused'), kindOf('provider-started')]).toEqual(['policy', 'software']))
})
