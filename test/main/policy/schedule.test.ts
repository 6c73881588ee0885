/** The schedule through the week and through days of 23 and 25 hours: no block is lost or run twice, the strictest holds. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { modeAt, nextModeChange, occurrences, quietAt, stricter } from '../../../main/policy/schedule.ts'
import type { RunMode, ScheduleBlock } from '../../../shared/policy.ts'

const runs = Number(process.env['SCHEDULE_CASES'] ?? 200)
const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const everyDay = [1, 2, 3, 4, 5, 6, 7]
const block = (from: string, to: string, may: RunMode, over: Partial<ScheduleBlock> = {}): ScheduleBlock => ({ days: everyDay, from, to, may, gpuId: null, ...over })
const at = (text: string): number => Date.parse(text)
const utc = (moment: number | undefined): string => new Date(moment ?? Number.NaN).toISOString().slice(5, 16)
const told = (one: ScheduleBlock, zone: string, from: string, to: string): string[] => occurrences(one, zone, at(from), at(to)).map((found) => `${utc(found.from)} ${utc(found.to)}`)

const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'America/Santiago', 'Pacific/Apia', 'Africa/Casablanca']
const times = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 1, 15, 30, 59)).map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`)
const modes = fc.constantFrom<RunMode>('always', 'when-idle', 'never')
const blocks = fc.record({ days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 7 }), from: times, to: times, may: modes, gpuId: fc.constantFrom(null, 'a', 'b') })

describe('days as they mostly are', () => {
  test('a block over midnight belongs to the day on which it begins', () => {
    const nights = [block('22:00', '06:00', 'always', { days: [1, 2, 3, 4, 5] })]
    const may = (text: string) => modeAt(nights, 'never', 'Europe/Berlin', at(text), null).may
    // Friday 20 November 2026, 22:00 in Berlin, to Saturday 06:00.
    expect(['2026-11-20T20:59Z', '2026-11-20T21:00Z', '2026-11-21T04:59Z', '2026-11-21T05:00Z', '2026-11-21T22:00Z', '2026-11-22T22:00Z', '2026-11-23T21:00Z'].map(may)).toEqual(['never', 'always', 'always', 'never', 'never', 'never', 'always'])
    expect(nextModeChange(nights, 'never', 'Europe/Berlin', at('2026-11-21T05:00Z'), null)).toEqual({ at: at('2026-11-23T21:00Z'), may: 'always' })
    expect(nextModeChange(nights, 'never', 'Europe/Berlin', at('2026-11-20T21:00Z'), null)).toEqual({ at: at('2026-11-21T05:00Z'), may: 'never' })
  })

  test('a block that began two days before, by UTC, still holds', () => {
    // Saturday 21 November, 23:00 in New York, to Sunday 23:00.
    expect(modeAt([block('23:00', '23:00', 'never', { days: [6] })], 'always', 'America/New_York', at('2026-11-23T03:30Z'), null).may).toBe('never')
    expect(told(block('23:00', '23:00', 'never', { days: [6] }), 'America/New_York', '2026-11-23T03:30Z', '2026-11-23T03:31Z')).toEqual(['11-22T04:00 11-23T04:00'])
  })

  test('where blocks overlap the strictest holds, and it is named; of equals the first', () => {
    const all = [block('08:00', '20:00', 'always'), block('10:00', '12:00', 'never'), block('11:00', '13:00', 'when-idle'), block('09:00', '10:00', 'always')]
    const found = (text: string) => modeAt(all, 'when-idle', 'UTC', at(text), null)
    expect(found('2026-11-23T09:30Z')).toEqual({ may: 'always', block: all[0] })
    expect(found('2026-11-23T10:00Z')).toEqual({ may: 'never', block: all[1] })
    expect(found('2026-11-23T11:30Z')).toEqual({ may: 'never', block: all[1] })
    expect(found('2026-11-23T12:00Z')).toEqual({ may: 'when-idle', block: all[2] })
    expect(found('2026-11-23T20:00Z')).toEqual({ may: 'when-idle', block: null })
  })

  test('a block for one card is no other card\'s, and none of a programme without a card', () => {
    const all = [block('00:00', '00:00', 'never', { gpuId: 'a' })]
    expect(['a', 'b', null].map((gpuId) => modeAt(all, 'always', 'UTC', at('2026-11-23T09:30Z'), gpuId).may)).toEqual(['never', 'always', 'always'])
    expect(nextModeChange(all, 'always', 'UTC', at('2026-11-23T09:30Z'), 'a')).toBeNull()
  })

  test('a change beyond eight days is not told, one within is', () => {
    const monday = [block('12:00', '13:00', 'never', { days: [1] })]
    expect(nextModeChange(monday, 'always', 'UTC', at('2026-11-23T13:00Z'), null)).toEqual({ at: at('2026-11-30T12:00Z'), may: 'never' })
    expect(nextModeChange([], 'always', 'UTC', at('2026-11-23T13:00Z'), null)).toBeNull()
    expect(nextModeChange([block('00:00', '12:00', 'always'), block('12:00', '00:00', 'always')], 'never', 'UTC', at('2026-11-23T13:00Z'), null)).toBeNull()
  })

  test('quiet hours are such a span, none where none are set', () => {
    expect(quietAt({ quietFrom: '22:00', quietTo: '07:00' }, 'UTC', at('2026-11-23T23:00Z'))).toEqual({ isQuiet: true, until: at('2026-11-24T07:00Z') })
    expect(quietAt({ quietFrom: '22:00', quietTo: '07:00' }, 'UTC', at('2026-11-23T07:00Z'))).toEqual({ isQuiet: false, until: at('2026-11-23T22:00Z') })
    expect(quietAt({ quietFrom: '08:00', quietTo: '08:00' }, 'UTC', at('2026-11-23T07:00Z'))).toEqual({ isQuiet: true, until: null })
    expect(quietAt({ quietFrom: null, quietTo: null }, 'UTC', at('2026-11-23T23:00Z'))).toEqual({ isQuiet: false, until: null })
    expect(quietAt({ quietFrom: '22:00', quietTo: null }, 'UTC', at('2026-11-23T23:00Z')).isQuiet).toBe(false)
  })
})

describe('days of 23 hours', () => {
  // In Berlin 02:00 to 03:00 is skipped at 01:00 UTC on 29 March 2026.
  const spring = (from: string, to: string, may: RunMode) => told(block(from, to, may, { days: [7] }), 'Europe/Berlin', '2026-03-28T12:00Z', '2026-03-29T21:00Z')
  test('a beginning that is skipped is when the skipped hour ends', () => {
    expect(spring('02:30', '05:00', 'always')).toEqual(['03-29T01:00 03-29T03:00'])
    expect(spring('01:00', '02:30', 'always')).toEqual(['03-29T00:00 03-29T01:00'])
    expect(spring('01:30', '03:00', 'never')).toEqual(['03-29T00:30 03-29T01:00'])
  })
  test('a block that is skipped altogether is not lost: it keeps its length', () => {
    expect(spring('02:00', '03:00', 'always')).toEqual(['03-29T01:00 03-29T02:00'])
    expect(spring('02:15', '02:45', 'never')).toEqual(['03-29T01:00 03-29T01:30'])
  })
  test('a whole day is 23 hours, and the next begins where it ends', () => {
    expect(told(block('00:00', '00:00', 'always'), 'Europe/Berlin', '2026-03-29T05:00Z', '2026-03-30T00:00Z')).toEqual(['03-28T23:00 03-29T22:00', '03-29T22:00 03-30T22:00'])
  })
})

describe('days of 25 hours', () => {
  // In Berlin 02:00 to 03:00 comes twice on 25 October 2026, from 00:00 and from 01:00 UTC.
  const autumn = (from: string, to: string, may: RunMode) => told(block(from, to, may, { days: [7] }), 'Europe/Berlin', '2026-10-24T12:00Z', '2026-10-25T21:00Z')
  test('what allows ends the first time, what forbids the second; neither is run twice', () => {
    expect(autumn('02:15', '02:45', 'always')).toEqual(['10-25T00:15 10-25T00:45'])
    expect(autumn('02:15', '02:45', 'never')).toEqual(['10-25T00:15 10-25T01:45'])
    expect(autumn('02:15', '02:45', 'when-idle')).toEqual(['10-25T00:15 10-25T01:45'])
    expect(autumn('01:00', '02:30', 'always')).toEqual(['10-24T23:00 10-25T00:30'])
    expect(autumn('02:30', '05:00', 'always')).toEqual(['10-25T00:30 10-25T04:00'])
  })
  test('the schedule itself: no second run of a block that allows', () => {
    const all = [block('02:15', '02:45', 'always')]
    const may = (text: string) => modeAt(all, 'never', 'Europe/Berlin', at(text), null).may
    expect(['2026-10-25T00:30Z', '2026-10-25T00:50Z', '2026-10-25T01:30Z', '2026-10-26T01:30Z'].map(may)).toEqual(['always', 'never', 'never', 'always'])
  })
})

describe('for any block and zone', () => {
  test('exactly once on each of its days, never empty, over a year', () => {
    fc.assert(
      fc.property(blocks, fc.constantFrom(...zones), fc.integer({ min: 2009, max: 2036 }), (one, zone, year) => {
        const dateOf = new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' })
        const found = occurrences(one, zone, Date.UTC(year, 0, 5), Date.UTC(year, 11, 25))
        const begun = found.map(({ from }) => dateOf.format(from)).filter((date) => date >= `${year}-01-10` && date <= `${year}-12-20`)
        const days: string[] = []
        for (let moment = Date.UTC(year, 0, 10); moment <= Date.UTC(year, 11, 20); moment += day) if (one.days.includes(new Date(moment).getUTCDay() || 7)) days.push(new Date(moment).toISOString().slice(0, 10))
        expect(begun).toEqual(days)
        for (const { from, to } of found) {
          expect(to).toBeGreaterThan(from)
          expect(to - from).toBeLessThanOrEqual(day + hour)
        }
      }),
      { numRuns: Math.ceil(runs / 4) },
    )
  })

  test('a whole day that a zone skipped begins with the next', () => {
    // Samoa went from Thursday 29 to Saturday 31 December 2011.
    expect(told(block('09:00', '17:00', 'always', { days: [5] }), 'Pacific/Apia', '2011-12-29T12:00Z', '2011-12-31T12:00Z')).toEqual(['12-30T10:00 12-30T18:00'])
  })

  test('asked for in parts or at once, the occurrences are the same', () => {
    fc.assert(
      fc.property(blocks, fc.constantFrom(...zones), fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 30 }), (one, zone, start, length) => {
        const from = Date.UTC(2026, 0, 1) + start * day + 7 * hour
        const whole = occurrences(one, zone, from, from + length * day)
        const parts = Array.from({ length }, (_, index) => occurrences(one, zone, from + index * day, from + (index + 1) * day)).flat()
        expect([...new Set(parts.map((part) => `${part.from} ${part.to}`))]).toEqual(whole.map((part) => `${part.from} ${part.to}`))
      }),
      { numRuns: runs },
    )
  })

  test('the mode is that of the strictest occurrence at the moment, and the next change is exact', () => {
    fc.assert(
      fc.property(fc.array(blocks, { maxLength: 6 }), modes, fc.constantFrom(...zones), fc.integer({ min: 0, max: 500 * 24 * 60 }), fc.constantFrom(null, 'a', 'c'), (all, otherwise, zone, minutes, gpuId) => {
        const moment = Date.UTC(2026, 0, 1) + minutes * minute
        const brute = (when: number): RunMode => {
          const now = all.filter((one) => (one.gpuId === null || one.gpuId === gpuId) && occurrences(one, zone, when, when + 1).length > 0)
          return now.length === 0 ? otherwise : now.map(({ may }) => may).reduce(stricter)
        }
        const found = modeAt(all, otherwise, zone, moment, gpuId)
        expect(found.may).toBe(brute(moment))
        if (found.block === null) expect(found.may).toBe(otherwise)
        else expect(all).toContain(found.block)
        const next = nextModeChange(all, otherwise, zone, moment, gpuId)
        const ends = next?.at ?? moment + 8 * day
        if (next !== null) {
          expect(next.at).toBeGreaterThan(moment)
          expect(next.may).not.toBe(found.may)
          expect([brute(next.at - 1), brute(next.at)]).toEqual([found.may, next.may])
        }
        for (let step = 1; step < 40; step += 1) expect(modeAt(all, otherwise, zone, moment + ((ends - moment) * step) / 40, gpuId).may).toBe(found.may)
      }),
      { numRuns: runs },
    )
  })

  test('far from any change of the clock the wall clock alone decides', () => {
    fc.assert(
      fc.property(blocks, fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata'), fc.integer({ min: 0, max: 40 * 24 * 60 }), (one, zone, minutes) => {
        const moment = Date.UTC(2026, 5, 1) + minutes * minute
        const parts = Object.fromEntries(new Intl.DateTimeFormat('en-GB', { timeZone: zone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).formatToParts(moment).map(({ type, value }) => [type, value]))
        const time = `${parts['hour']}:${parts['minute']}`
        const today = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(parts['weekday'] ?? '') + 1
        const yesterday = today === 1 ? 7 : today - 1
        const isOvernight = one.to <= one.from
        const isIn = isOvernight ? (one.days.includes(today) && time >= one.from) || (one.days.includes(yesterday) && time < one.to) : one.days.includes(today) && time >= one.from && time < one.to
        expect(occurrences(one, zone, moment, moment + 1).length > 0).toBe(isIn)
      }),
      { numRuns: runs },
    )
  })
})

describe('what cannot be', () => {
  test.each([Number.NaN, Infinity, -Infinity, 8.64e15, -8.64e15, 0, -1])('a moment of %s breaks nothing', (moment) => {
    const all = [block('22:00', '06:00', 'never')]
    expect(['always', 'never']).toContain(modeAt(all, 'always', 'Europe/Berlin', moment, null).may)
    nextModeChange(all, 'always', 'Europe/Berlin', moment, null)
  })
  test('a zone that there is not counts as UTC', () => {
    expect(modeAt([block('22:00', '06:00', 'never')], 'always', 'Mars/Olympus', at('2026-11-23T23:00Z'), null).may).toBe('never')
  })
  test('a clock back an hour tells what it told then', () => {
    const all = [block('22:00', '06:00', 'never')]
    const moments = ['2026-11-23T21:30Z', '2026-11-23T22:30Z', '2026-11-23T21:30Z', '2026-11-22T22:30Z'].map((text) => modeAt(all, 'always', 'UTC', at(text), null).may)
    expect(moments).toEqual(['always', 'never', 'always', 'never'])
  })
  test('asked for again weeks later, the same list tells the days of then', () => {
    const monday = [block('12:00', '13:00', 'never', { days: [1] })]
    const may = (text: string) => modeAt(monday, 'always', 'UTC', at(text), null).may
    expect(['2026-11-23T12:30Z', '2027-01-04T12:30Z', '2026-09-28T12:30Z', '2027-01-05T12:30Z'].map(may)).toEqual(['never', 'never', 'never', 'always'])
  })
  test('other blocks in another list are not answered from what was kept', () => {
    expect(modeAt([block('00:00', '00:00', 'never')], 'always', 'UTC', at('2026-11-23T21:30Z'), null).may).toBe('never')
    expect(modeAt([block('00:00', '00:00', 'when-idle')], 'always', 'UTC', at('2026-11-23T21:30Z'), null).may).toBe('when-idle')
  })
})
