/** "Pause for 1 h", "run now", arming by hand, "ignore this program", and what a clock that is set does to them. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { armedIn, changed, disarmedIn, ignored, overridden, resumed, type Known } from '../../../main/policy/asks.ts'
import { holding, isOver, moved, overrideOf, pauseOfAll, pruned, withOverride } from '../../../main/policy/overrides.ts'
import type { Override } from '../../../shared/policy.ts'
import { settings, testAt, testZone } from '../../helpers/policy-inputs.ts'

const hour = 3_600_000
const known: Known = { at: testAt, zone: testZone, cards: new Map([['gpu-0', 'GeForce RTX 4090']]), programmes: new Map([['example/worker', 'Example worker'], ['other/worker', 'Other worker']]) }
const all = { gpuId: null, programmeId: null }
const runNow: Override = { id: 'r', kind: 'run-now', gpuId: null, programmeId: 'example/worker', since: testAt, until: testAt + hour, isFor: true }

describe('asked', () => {
  test('for an hour it ends an hour from now; until a time it ends then; until resumed it has no end', () => {
    expect(overrideOf({ kind: 'pause', minutes: 60, ...all }, testAt, 'a')).toEqual({ id: 'a', kind: 'pause', ...all, since: testAt, until: testAt + hour, isFor: true })
    expect(overrideOf({ kind: 'pause', until: testAt + 5, ...all }, testAt, 'a')).toMatchObject({ until: testAt + 5, isFor: false })
    expect(overrideOf({ kind: 'pause', ...all }, testAt, 'a')).toMatchObject({ until: null, isFor: false })
  })

  test('the sentence names what, and until when by the wall clock', () => {
    expect(overridden(settings(), { kind: 'pause', minutes: 60, ...all }, 'a', known).event).toMatchObject({ id: 'policy-paused', sentence: 'Everything is paused until 11:00: you asked for it.' })
    expect(overridden(settings(), { kind: 'pause', gpuId: 'gpu-0', programmeId: null }, 'a', known).event).toMatchObject({ gpuId: 'gpu-0', sentence: 'GeForce RTX 4090 is paused until you resume: you asked for it.' })
  })

  test('a time that has passed, a card and a programme that there are not are refused with a sentence', () => {
    expect(() => overridden(settings(), { kind: 'pause', until: testAt - 1, ...all }, 'a', known)).toThrow(/has passed already/)
    expect(() => overridden(settings(), { kind: 'pause', gpuId: 'no', programmeId: null }, 'a', known)).toThrow('There is no card "no".')
    expect(() => overridden(settings(), { kind: 'pause', gpuId: null, programmeId: 'no' }, 'a', known)).toThrow('There is no programme "no".')
  })

  test('"I need my GPU" ends a "run now" of a single programme, or it would go on', () => {
    const pause = overrideOf({ kind: 'pause', minutes: 60, ...all }, testAt + 60_000, 'p')
    expect(withOverride([runNow], pause)).toEqual([pause])
    const ofCard = { ...pause, gpuId: 'gpu-0' }
    expect(withOverride([runNow], ofCard)).toEqual([ofCard])
    const ofOther = { ...pause, programmeId: 'other/worker' }
    expect(withOverride([runNow], ofOther)).toEqual([runNow, ofOther])
  })

  test('"run now" ends the pause of the very same thing, and leaves a card paused that was paused by itself', () => {
    const ofCard: Override = { id: 'c', kind: 'pause', gpuId: 'gpu-0', programmeId: null, since: testAt, until: null, isFor: false }
    const ofAll: Override = { ...ofCard, id: 'a', gpuId: null }
    const now: Override = { ...ofAll, id: 'n', kind: 'run-now' }
    expect(withOverride([ofCard, ofAll], now)).toEqual([ofCard, now])
  })

  describe('a pause never shortens a longer one', () => {
    const open: Override = { id: 'o', kind: 'pause', ...all, since: testAt - hour, until: null, isFor: false }
    const forAnHour = { kind: 'pause', minutes: 60, ...all } as const

    test('"until I resume", then the shortcut: it still waits for "resume", and says so', () => {
      const asked = overridden(settings({ overrides: [open] }), forAnHour, 'p', known)
      expect(asked.settings.overrides).toEqual([{ ...open, id: 'p', since: testAt }])
      expect(asked.event?.sentence).toBe('Everything is paused until you resume: you asked for it.')
    })

    test('"until 18:00" stays 18:00 where the clock is set, and "for 8 h" eight hours', () => {
      const until = { ...open, until: testAt + 8 * hour }
      expect(overridden(settings({ overrides: [until] }), forAnHour, 'p', known).settings.overrides).toEqual([{ ...until, id: 'p', since: testAt }])
      const eight = { ...until, isFor: true }
      expect(overridden(settings({ overrides: [eight] }), forAnHour, 'p', known).settings.overrides[0]?.isFor).toBe(true)
    })

    test('a shorter one is made longer, one that is over counts no more, and it is still newer than a "run now" in between', () => {
      const short = { ...open, until: testAt + 1000 }
      expect(withOverride([short], overrideOf(forAnHour, testAt, 'p'))).toEqual([overrideOf(forAnHour, testAt, 'p')])
      expect(withOverride([{ ...open, until: testAt }], overrideOf({ ...forAnHour, minutes: 1 }, testAt, 'p'))[0]?.until).toBe(testAt + 60_000)
      expect(withOverride([open, runNow], overrideOf(forAnHour, testAt + 1, 'p'))).toEqual([{ ...open, id: 'p', since: testAt + 1 }])
    })

    test('a wider one stays beside it, and goes on after it', () => {
      const ofCard = overrideOf({ ...forAnHour, gpuId: 'gpu-0' }, testAt, 'p')
      expect(withOverride([open], ofCard)).toEqual([open, ofCard])
    })

    test('"run now" is no pause: a shorter one takes the place of a longer one', () => {
      const minute = overrideOf({ kind: 'run-now', minutes: 1, gpuId: null, programmeId: 'example/worker' }, testAt, 'n')
      expect(withOverride([runNow], minute)).toEqual([minute])
    })

    test('whatever is asked one after the other, the pause of all ends with the latest end asked for', () => {
      fc.assert(
        fc.property(fc.array(fc.option(fc.integer({ min: 1, max: 600 }), { nil: undefined }), { minLength: 1, maxLength: 8 }), (lengths) => {
          const list = lengths.reduce<Override[]>((kept, minutes, no) => withOverride(kept, overrideOf({ kind: 'pause', ...all, ...(minutes === undefined ? {} : { minutes }) }, testAt + no, String(no))), [])
          const ends = lengths.map((minutes, no) => (minutes === undefined ? Infinity : testAt + no + minutes * 60_000))
          expect(list).toHaveLength(1)
          expect(list[0]?.until ?? Infinity).toBe(Math.max(...ends))
        }),
      )
    })
  })

  test('where Idlewatt does not decide, a pause says that nothing is started after it', () => {
    expect(overridden(settings({ isOn: false }), { kind: 'pause', minutes: 60, ...all }, 'a', known).event?.sentence).toBe('Everything is paused until 11:00: you asked for it. Nothing is started by itself afterwards, as you switched that off.')
  })

  test('there are never more than settings can keep', () => {
    let overrides: Override[] = []
    for (let no = 0; no < 80; no += 1) overrides = withOverride(overrides, { ...runNow, id: String(no), programmeId: String(no) })
    expect(overrides).toHaveLength(50)
    expect(overrides.at(-1)?.id).toBe('79')
  })
})

describe('over and moved', () => {
  test('what is over is removed; the same list where nothing is', () => {
    const list = [runNow, { ...runNow, id: 'b', until: null }]
    expect(pruned(list, testAt)).toBe(list)
    expect(pruned(list, testAt + hour)).toEqual([list[1]])
    expect(isOver(runNow, testAt + hour - 1)).toBe(false)
    const until = [{ ...runNow, isFor: false }]
    expect(pruned(until, testAt + 24 * hour)).toBe(until)
    expect(pruned(until, testAt + 25 * hour)).toEqual([])
    expect(holding(until, testAt + hour)).toEqual([])
  })

  test('where the clock is set back an hour, "for 1 h" stays an hour and "until 18:00" stays 18:00', () => {
    const until = { ...runNow, id: 'u', isFor: false }
    expect(moved([runNow, until], -hour)).toEqual([{ ...runNow, since: testAt - hour, until: testAt }, until])
  })

  test('moving by any jump keeps the length', () => {
    fc.assert(
      fc.property(fc.integer({ min: -testAt + hour, max: 1e12 }), fc.integer({ min: 60_000, max: 7 * 24 * hour }), (jump, length) => {
        const [one] = moved([{ ...runNow, until: testAt + length }], jump)
        expect((one?.until ?? 0) - (one?.since ?? 0)).toBe(length)
      }),
    )
  })

  test('the pause of all is the one that ends last', () => {
    const pause: Override = { id: 'p', kind: 'pause', ...all, since: testAt, until: testAt + hour, isFor: true }
    const longer = { ...pause, id: 'q', until: null }
    expect(pauseOfAll({ overrides: [pause, longer, runNow] }, testAt)?.id).toBe('q')
    expect(pauseOfAll({ overrides: [pause] }, testAt + hour)).toBe(null)
    expect(pauseOfAll({ overrides: [{ ...pause, gpuId: 'gpu-0' }] }, testAt)).toBe(null)
  })
})

describe('taken back, armed and disarmed', () => {
  test('one by its id, or all; one that is over is told', () => {
    const before = settings({ overrides: [runNow, { ...runNow, id: 'b' }] })
    expect(resumed(before, 'b', known).settings.overrides).toEqual([runNow])
    expect(resumed(before, null, known).settings.overrides).toEqual([])
    expect(() => resumed(before, 'gone', known)).toThrow('That pause is over already.')
    expect(resumed(settings(), null, known)).toEqual({ settings: settings(), event: null })
  })

  test('a start by hand arms it and runs it now for an hour; a stop by hand takes both back', () => {
    const before = settings({ overrides: [{ ...runNow, id: 'p', kind: 'pause' }] }, [])
    const armed = armedIn(before, 'example/worker', 'x', true, known)
    expect(armed.settings.programmes['example/worker']).toMatchObject({ isArmed: true, priority: 0 })
    expect(armed.settings.overrides).toEqual([{ ...runNow, id: 'x' }])
    const disarmed = disarmedIn(armed.settings, 'example/worker')
    expect(disarmed.settings.programmes['example/worker']?.isArmed).toBe(false)
    expect(disarmed.settings.overrides).toEqual([])
  })

  test('what else is set for it stays', () => {
    const before = settings({ programmes: { 'example/worker': { isArmed: false, may: 'always', priority: 3 } } }, [])
    expect(armedIn(before, 'example/worker', 'x', true, known).settings.programmes['example/worker']).toEqual({ isArmed: true, may: 'always', priority: 3 })
  })
})

describe('rules and programs', () => {
  test('a program is ignored by its name without path, case and .exe, and is taken off the list of those that count', () => {
    const before = settings({ busyPrograms: ['Blender.exe'], ignoredPrograms: ['obs'] })
    const { settings: after } = ignored(before, 'C:\\Programs\\Blender\\blender.exe', true)
    expect(after.ignoredPrograms).toEqual(['obs', 'blender.exe'])
    expect(after.busyPrograms).toEqual([])
    expect(ignored(after, 'BLENDER', false).settings.ignoredPrograms).toEqual(['obs'])
  })

  test('entries are merged one by one, and null removes one', () => {
    const before = settings({ cards: { 'gpu-0': { may: 'never', maxTemperatureC: null, maxFan: null, programmes: null } } })
    const after = changed(before, { programmes: { 'other/worker': { isArmed: false, may: 'always' } }, cards: { 'gpu-0': null } }, known).settings
    expect(after.cards).toEqual({})
    expect(after.programmes).toEqual({ 'example/worker': { isArmed: true, may: null, priority: 0 }, 'other/worker': { isArmed: false, may: 'always', priority: 0 } })
  })

  test('rules that make no sense together are refused with a sentence', () => {
    expect(() => changed(settings(), { zone: 'Mars/Base' }, known)).toThrow('There is no time zone called "Mars/Base".')
    expect(() => changed(settings(), { quietFrom: '22:00' }, known)).toThrow('Quiet hours need a beginning and an end.')
    expect(() => changed(settings(), { quietFrom: '22:00', quietTo: '22:00' }, known)).toThrow('have no length')
    expect(() => changed(settings({ quietFrom: '22:00', quietTo: '07:00' }), { quietTo: '22:00' }, known)).toThrow('have no length')
    expect(() => changed(settings(), { programmes: { nobody: { may: 'never' } } }, known)).toThrow('There is no programme "nobody".')
    expect(changed(settings(), { quietFrom: '22:00', quietTo: '07:00' }, known).event?.sentence).toBe('You changed the rules on when cards may work: quiet hours.')
  })
})
