/** How `idlewatt policy` reads blocks, lengths and settings, and what it prints: every word round, and no line wider than a terminal. */
import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, test } from 'vitest'
import { readBlock } from '../../../main/command-line/block-words.ts'
import { readMinutes, readUntil } from '../../../main/command-line/pause.ts'
import { explanationText } from '../../../main/command-line/policy-explain.ts'
import { changedText } from '../../../main/command-line/policy-set.ts'
import { policyText } from '../../../main/command-line/policy-show.ts'
import { simulationText } from '../../../main/command-line/policy-simulate.ts'
import { cardSpecs, programmeSpecs, readSetting, settingSpecs, settingText } from '../../../main/command-line/setting-words.ts'
import { WrongWords } from '../../../main/command-line/words.ts'
import { momentWords, nextAt, tonight } from '../../../main/system/moment-words.ts'
import { cardPolicySchema, defaultPolicySettings, policySettingsSchema, programmePolicySchema, runModes, scheduleBlockSchema, type ScheduleBlock } from '../../../shared/policy.ts'
import { ruleIds, type Decision, type PolicyCard, type PolicyState, type RuleVerdict } from '../../../shared/policy-state.ts'
import { blockWords } from '../../../shared/schedule-blocks.ts'
import { deskAt, override, policyState } from '../../helpers/desk.ts'

const everyDay = [1, 2, 3, 4, 5, 6, 7]

describe('blocks', () => {
  test.each([
    ['Mon-Fri 22:00-06:00 always', [1, 2, 3, 4, 5], '22:00', '06:00', 'always'],
    ['mon – fri, 22:00 – 6:00, always', [1, 2, 3, 4, 5], '22:00', '06:00', 'always'],
    ['Sat,Sun all day never', [6, 7], '00:00', '00:00', 'never'],
    ['weekend 0:00-24:00 never', [6, 7], '00:00', '00:00', 'never'],
    ['weekends all day never', [6, 7], '00:00', '00:00', 'never'],
    ['Fri-Mon 8-17 when idle', [1, 5, 6, 7], '08:00', '17:00', 'when-idle'],
    ['every day 12:00 to 13:30, when-idle', everyDay, '12:00', '13:30', 'when-idle'],
    ['22:00-23:00 idle', everyDay, '22:00', '23:00', 'when-idle'],
    ['Tuesdays and Thurs. 9 until 10 always', [2, 4], '09:00', '10:00', 'always'],
    ['workdays 18:00-24:00 never', [1, 2, 3, 4, 5], '18:00', '00:00', 'never'],
    ['Sun-Sun 1:00-2:00 never', [7], '01:00', '02:00', 'never'],
    ['Mon 08:00 to 08:00 the next day, always', [1], '08:00', '08:00', 'always'],
  ])('%s', (text, days, from, to, may) => expect(readBlock('--add', text, null)).toEqual({ days, from, to, may, gpuId: null }))
  test.each(['', 'always', 'Mon', 'Mon-Fri', 'Mon 8 always', 'Mon-Tue-Wed 8-9 never', 'T 8-9 never', 'S-S 8-9 never', 'weekend-Mon 8-9 never', 'Mon 8:5-9:00 never', 'Mon 8-9 sometimes', 'Mon 08:00-09:00 10:00-11:00 never', '💣 8-9 never'])('"%s" is refused with an example', (text) => {
    expect(() => readBlock('--add', text, null)).toThrow(WrongWords)
    expect(() => readBlock('--add', text, null)).toThrow(/Mon-Fri 22:00-06:00 always/)
  })
  test('what is shown of any block can be typed back in', () => {
    const clock = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 })).map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`)
    const block = fc.record({ days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 7 }).map((days) => days.sort()), from: clock, to: clock, may: fc.constantFrom(...runModes), gpuId: fc.constant(null) })
    fc.assert(fc.property(block, (one: ScheduleBlock) => void expect(readBlock('--add', blockWords(one), null)).toEqual(one)), { numRuns: 300 })
  })
  test('whatever is typed is a block or is refused, never a fault', () => {
    const word = fc.constantFrom('mon', 'fri-mon', 'weekend', 'every', 'day', 'all', '8-9', '22:00', 'to', '-', ',', 'always', 'never', 'when', 'idle', '24:00-1', '💣')
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.array(word).map((all) => all.join(' '))), (text) => {
        try {
          expect(scheduleBlockSchema.safeParse(readBlock('--add', text, null)).success).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(WrongWords)
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('settings', () => {
  test('every setting can be set and is shown; nothing else', () => {
    const others = ['schedule', 'cards', 'programmes', 'overrides']
    expect(Object.keys(settingSpecs).sort()).toEqual(Object.keys(policySettingsSchema.shape).filter((key) => !others.includes(key)).sort())
    expect(Object.keys(cardSpecs).sort()).toEqual(Object.keys(cardPolicySchema.shape).sort())
    expect([...Object.keys(programmeSpecs), 'isArmed'].sort()).toEqual(Object.keys(programmePolicySchema.shape).sort())
  })
  test.each(Object.entries(settingSpecs))('%s: what is shown can be typed back in', (key, spec) => {
    const value = defaultPolicySettings[key as keyof typeof settingSpecs]
    expect(readSetting(`${key}=${settingText(value, spec)}`, 'top')).toEqual({ key, value })
  })
  test.each([
    ['maxTemperatureC=78', { key: 'maxTemperatureC', value: 78 }],
    ['max-temperature-c = 78°C', { key: 'maxTemperatureC', value: 78 }],
    ['MAXFAN=0.55', { key: 'maxFan', value: 0.55 }],
    ['maxFan=55 %', { key: 'maxFan', value: 0.55 }],
    ['maxFan=none', { key: 'maxFan', value: null }],
    ['otherwise=When Idle', { key: 'otherwise', value: 'when-idle' }],
    ['keepsAwake=no', { key: 'keepsAwake', value: false }],
    ['ignoredPrograms=obs, obs,,steam', { key: 'ignoredPrograms', value: ['obs', 'steam'] }],
    ['ignoredPrograms=', { key: 'ignoredPrograms', value: [] }],
    ['leastUsdPerHour=-0.5', { key: 'leastUsdPerHour', value: -0.5 }],
    ['shortcut=Super+F9', { key: 'shortcut', value: 'Super+F9' }],
    ['schedule=none', { key: 'schedule', value: [] }],
  ])('%s', (text, read) => expect(readSetting(text, 'top')).toEqual(read))
  test('whatever is typed is refused or fits the schema', () => {
    const key = fc.constantFrom(...Object.keys(settingSpecs))
    const value = fc.oneof(fc.string(), fc.constantFrom('on', 'none', '-1', '1e9', '60%', '25:00', 'stop', 'NaN', 'Infinity', '0x10', '1,5'))
    fc.assert(
      fc.property(key, value, (name, text) => {
        try {
          const read = readSetting(`${name}=${text}`, 'top')
          expect(policySettingsSchema.shape[read.key as keyof typeof settingSpecs].safeParse(read.value).success).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(WrongWords)
        }
      }),
      { numRuns: 500 },
    )
  })
  test('a change is told with what it was before', () => {
    const after = { ...defaultPolicySettings, maxFan: 0.6, isOn: false, cards: { 'gpu-0': { may: 'never' as const, maxTemperatureC: null, maxFan: 0.5, programmes: null } } }
    expect(changedText(defaultPolicySettings, after)).toBe('isOn is off now; it was on.\nmaxFan is 60 % now; it was none.\nCard gpu-0: may never, maxFan 50 %.')
    expect(changedText(after, after)).toBe('Nothing is another than before.')
  })
})

describe('times', () => {
  test.each([['1h', 60], ['90m', 90], ['1h30m', 90], ['1.5h', 90], ['2 d', null], ['2d', 2880], ['1w', 10_080], ['60s', 1], ['45min', 45], ['30s', null], ['-1h', null], ['', null], ['h', null], ['1.5d', 2160], ['90s', 1.5], ['8d', null]])('--for %s', (text, minutes) => {
    if (minutes === null) expect(() => readMinutes('--for', text)).toThrow(WrongWords)
    else expect(readMinutes('--for', text)).toBe(minutes)
  })
  test.each(['400d', '99999999d', '10000000000s', '200h', '0m', '0.5w1'])('--for %s', (text) => {
    expect(() => readMinutes('--for', text)).toThrow(text === '0.5w1' ? 'needs a length of time' : `must lie between 1 minute and 7 days; "${text}" does not.`)
  })
  const zone = 'America/New_York'
  const at = (local: string, place = zone): number => Temporal.PlainDateTime.from(local).toZonedDateTime(place).epochMilliseconds
  const now = at('2026-11-23T15:00')
  test.each([
    ['18:00', '2026-11-23T18:00'],
    ['15:00', '2026-11-24T15:00'],
    ['8:30', '2026-11-24T08:30'],
    ['24:00', '2026-11-24T00:00'],
    ['0:00', '2026-11-24T00:00'],
  ])('--until %s', (text, local) => expect(readUntil('--until', text, now)(zone)).toBe(at(local)))
  test('--until a date is in UTC, as everywhere', () => expect(readUntil('--until', '2026-12-24', now)(zone)).toBe(Date.UTC(2026, 11, 24)))
  test.each([
    ['2026-11-23T18:00', '18:00'],
    ['2026-11-24T00:00', '24:00'],
    ['2026-11-24T00:01', 'tomorrow at 00:01'],
    ['2026-11-25T09:00', 'on 25 November at 09:00'],
    ['2027-01-01T00:00', 'on 1 January 2027 at 00:00'],
  ])('%s is written "%s"', (local, text) => expect(momentWords(at(local), now, zone)).toBe(text))
  test('a time that cannot be is said to be unknown', () => expect(momentWords(Number.NaN, now, zone)).toBe('an unknown time'))
  test.each([
    ['skipped: as much later', 2, 30, '2026-03-08T00:30', '2026-03-08T03:30'],
    ['repeated: the first time', 1, 30, '2026-11-01T00:30', '2026-11-01T01:30'],
  ])('a time that the night has %s', (_what, hour, minute, from, to) => expect(nextAt(hour, minute, at(from), zone)).toBe(at(to)))
  test('a time that the night repeats comes a second time', () => {
    const first = at('2026-11-01T01:30')
    expect(nextAt(1, 30, first, zone)).toBe(first + 3_600_000)
  })
  test('the next such time always lies ahead, within a day and two hours, and so does the end of this day', () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2035, 0) }), fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }), fc.constantFrom('UTC', zone, 'Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kathmandu'), (from, hour, minute, place) => {
        for (const next of [nextAt(hour, minute, from, place), tonight(from, place)]) {
          expect(next).toBeGreaterThan(from)
          expect(next - from).toBeLessThanOrEqual(26 * 3_600_000)
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('what is printed says nothing twice, and calls unknown only what is', () => {
  const base = policyState()
  test('a machine without a battery has no charge; one whose charge could not be read has an unknown one', () => {
    const power = (why: string): string => policyText({ ...base, machine: { ...base.machine, onBattery: { value: false, how: 'This machine has no battery.', at: 0 }, charge: { value: null, why, at: 0 } } }, deskAt)
    expect(power('This machine has no battery.')).toMatch(/^Charge +none +This machine has no battery\.$/m)
    expect(power('UPower did not answer.')).toMatch(/^Charge +unknown +UPower did not answer\.$/m)
  })
  test('what stands below "Until" does not begin with it', () => {
    const decision: Decision = { gpuId: null, programmeId: base.programmes[0]?.programmeId ?? '', do: 'wait', because: [{ rule: 'paused', sentence: 'You paused everything.', since: 0, evidence: [], isForUser: true }], until: null, untilWords: 'until you resume' }
    expect(policyText({ ...base, decisions: [decision] }, deskAt)).toMatch(/^Practice worker +– +waits +You paused everything\. +you resume$/m)
    expect(explanationText({ gpuId: null, programmeId: decision.programmeId, decision, rules: [] }, base, deskAt)).toContain('\nUntil: you resume\n')
  })
})

describe('what is printed fits 100 columns', () => {
  const long = 'A sentence that goes on for rather a while, so that a table has to break it, and it does so between words, not inside them.'
  const decision: Decision = { gpuId: 'GPU-0', programmeId: 'some-network/programme', do: 'wait', because: [{ rule: 'busy', sentence: long, since: 0, evidence: ['Blender: 43 % of the card, 6.1 GB', long], isForUser: true }, { rule: 'schedule', sentence: long, since: 0, evidence: [], isForUser: false }], until: deskAt, untilWords: 'when the game ends, or when you say that it does not count' }
  const program = { pid: 4_194_304, name: 'a-program-with-quite-a-long-name.x86_64', startedAt: null, memoryBytes: 6e9, utilisation: 0.4, whose: 'stranger', confidence: 'low', why: long } as const
  const card = (gpuId: string): PolicyCard => ({ gpuId, name: 'NVIDIA GeForce RTX 3090', model: null, isHere: true, silent: null, drivesDisplay: { value: null, why: long, at: 0 }, temperatureC: 50, slowdownC: 90, fan: null, utilisation: 0.4, memoryUsedBytes: 6e9, programs: Array.from({ length: 200 }, (_, no) => ({ ...program, pid: no + 1 })), listedBy: [], isMeasured: false, at: 0 })
  const state: PolicyState = policyState(
    {
      sentence: long, until: deskAt + 3_600_000, notActing: long, keepsAwake: { since: 0, sentence: long }, decisions: [decision, { ...decision, gpuId: null }], cards: [card('GPU-0'), card('GPU-5c1f2d3e-aaaa-bbbb-cccc-0123456789ab')],
      programmes: [{ programmeId: 'some-network/programme', title: 'A network with a long name: a programme with a long name', gpuIds: [], demands: {} as never, worth: null, stopPrice: { sentence: '', usd: null, finishMinutes: null } }],
    },
    { schedule: [{ days: [1, 3, 5], from: '22:00', to: '06:00', may: 'always', gpuId: 'GPU-5c1f2d3e-aaaa-bbbb-cccc-0123456789ab' }, { days: everyDay, from: '00:00', to: '00:00', may: 'never', gpuId: null }], overrides: [override({ id: crypto.randomUUID(), gpuId: 'GPU-0' })], ignoredPrograms: ['a-program-with-a-name', 'another'], cards: { 'GPU-0': { may: 'never', maxTemperatureC: 70, maxFan: null, programmes: null } }, programmes: { 'some-network/programme': { isArmed: true, may: null, priority: 0 } } },
  )
  const rules: RuleVerdict[] = ruleIds.map((rule) => ({ rule, title: 'A rule with a title that is not short', outcome: 'unknown', sentence: long }))
  test.each([
    ['show', () => policyText(state, deskAt), ['would wait', 'And: ', 'You said: NVIDIA GeForce RTX 3090 (GPU-0) paused until 16:00', '376 more programs are left out', 'never counts', 'is to run whenever it may', 'Not read yet.', 'ignoredPrograms *']],
    ['show before anything was read', () => policyText(policyState({ decisions: [], cards: [] }), deskAt), ['unknown']],
    ['explain', () => explanationText({ gpuId: 'GPU-0', programmeId: 'some-network/programme', decision, rules }, state, deskAt), ['would wait', 'not known']],
    ['simulate', () => simulationText({ from: 0, to: deskAt, zone: 'Europe/Berlin', hours: { total: 48, earning: 0, hindsightBest: 0 }, userDelayedSeconds: { max: 1, total: 3 }, interruptions: 1, starts: 1, earnedUsd: null, spentUsd: 0.004, remarks: [long], decisions: [{ at: 0, gpuId: 'GPU-5c1f2d3e-aaaa-bbbb-cccc-0123456789ab', programmeId: 'some-network/programme', do: 'finish', because: long, rule: 'schedule' }] }), ['3 s in all, 1 s at most', '0 h of 48 h, all cards added up', 'finishes']],
  ])('%s', (_what, print, said) => {
    const text = print()
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100)
    for (const one of said) expect(text.replace(/\s+/g, ' ')).toContain(one)
    expect(text).not.toMatch(/undefined|null|NaN|\[object/)
  })
})
