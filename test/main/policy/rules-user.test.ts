/** Rules for the user's sake: who is there, what of theirs is in the way, and what they said for a while. */
import { describe, expect, test } from 'vitest'
import { decide } from '../../../main/policy/decide.ts'
import { noMemory, type PolicyInputs } from '../../../main/policy/inputs.ts'
import type { Decision, ProgramOnCard, RuleId } from '../../../shared/policy-state.ts'
import type { Override, PolicySettings } from '../../../shared/policy.ts'
import { calmMemory, card, decideAfterCalm, demands, inputs, known, later, machine, program, programme, running, settings, testAt, unknown } from '../../helpers/policy-inputs.ts'

const minute = 60_000
const here = machine({ idleMs: known(200) })

function one(over: Partial<PolicyInputs> = {}): Decision {
  return decideAfterCalm(over)[0] as Decision
}
const ruleOf = (over: Partial<PolicyInputs>): RuleId | undefined => one(over).because[0]?.rule

describe('whether somebody is there', () => {
  test.each<[string, Partial<PolicyInputs>, RuleId]>([
    ['idle for just under three minutes', { machine: machine({ idleMs: known(179_999) }) }, 'user-here'],
    ['idle for three minutes', { machine: machine({ idleMs: known(180_000) }) }, 'free'],
    ['a clock that was set back', { machine: machine({ idleMs: known(-5_000) }) }, 'user-here'],
    ['a screen that is locked a moment ago', { machine: machine({ idleMs: known(200), isLocked: known(true) }) }, 'free'],
    ['a lock that does not count', { machine: machine({ idleMs: known(200), isLocked: known(true) }), settings: settings({ countsLock: false }) }, 'user-here'],
    ['nobody at any screen', { machine: machine({ idleMs: known(200), isAttended: known(false) }) }, 'free'],
    ['nobody at any screen, and idle time unknown', { machine: machine({ idleMs: unknown(), isAttended: known(false) }) }, 'free'],
    ['it may always run', { machine: here, settings: settings({ otherwise: 'always' }) }, 'free'],
    ['a card without a screen', { machine: here, cards: [card({ drivesDisplay: known(false) })] }, 'free'],
    ['a card without a screen that is not spared', { machine: here, cards: [card({ drivesDisplay: known(false) })], settings: settings({ sparesOnlyDisplay: false }) }, 'user-here'],
    ['a card of which that is not known', { machine: here, cards: [card({ drivesDisplay: unknown() })] }, 'user-here'],
    ['software that takes the whole machine', { machine: here, cards: [card({ drivesDisplay: known(false) })], programmes: [programme({ demands: demands({ exclusive: 'machine' }) })] }, 'user-here'],
    ['software with an uptime duty', { machine: here, settings: settings({ programmes: { 'example/worker': { isArmed: true, may: 'always', priority: 0 } } }) }, 'free'],
    ['… on a card that waits for nobody', { machine: here, settings: settings({ programmes: { 'example/worker': { isArmed: true, may: 'always', priority: 0 } }, cards: { 'gpu-0': { may: 'when-idle', maxTemperatureC: null, maxFan: null, programmes: null } } }) }, 'user-here'],
    ['… in hours that are never', { settings: settings({ programmes: { 'example/worker': { isArmed: true, may: 'always', priority: 0 } }, otherwise: 'never' }) }, 'schedule'],
    ['a card with a game, whatever it may', { machine: here, settings: settings({ otherwise: 'always' }), cards: [card({ programs: [program()] })] }, 'busy'],
    ['software without a card', { machine: here, programmes: [programme({ gpuIds: [] })] }, 'user-here'],
  ])('%s: %s', (_name, over, rule) => {
    expect(ruleOf(over)).toBe(rule)
  })

  test('says until when, and moves with each key', () => {
    const found = one({ machine: machine({ idleMs: known(60_000) }) })
    expect(found).toMatchObject({ until: testAt + 2 * minute, untilWords: 'in 2 min, if keyboard and mouse stay still' })
    expect(found.because[0]?.evidence[0]).toBe('keyboard and mouse: last used at 09:59 (told by the test)')
  })

  test('nothing tells: judged by load, a card must have been quiet for ten minutes', () => {
    const given = (utilisation: number | null, programs: ProgramOnCard[] = []): Partial<PolicyInputs> => ({ machine: machine({ idleMs: unknown('On this desktop nothing tells.') }), cards: [card({ utilisation, programs })] })
    const base = inputs(given(0.02))
    let decided = decide(base, noMemory)
    expect(decided.decisions[0]).toMatchObject({ do: 'wait', until: testAt + 10 * minute, because: [{ rule: 'idle-unknown' }] })
    expect(decided.decisions[0]?.because[0]?.sentence).toContain('cannot be told: on this desktop nothing tells.')
    decided = decide(later(base, 5 * minute), { ...decided.memory, dueSteady: null })
    expect(decided.decisions[0]?.do).toBe('wait')
    const quiet = decided.memory
    decided = decide(later(base, 10 * minute), { ...quiet, dueSteady: null })
    expect(decided.decisions[0]?.do).toBe('run')
    // In use in between: it begins anew.
    decided = decide(later(base, 6 * minute, given(0.3)), { ...quiet, dueSteady: null })
    decided = decide(later(base, 10 * minute), { ...decided.memory, dueSteady: null })
    expect(decided.decisions[0]?.do).toBe('wait')
    expect(ruleOf(given(null))).toBe('idle-unknown')
    expect(one({ ...given(0.9), programmes: [running()] }).do).toBe('run')
    expect(one({ ...given(null, [program()]), programmes: [running()] })).toMatchObject({ do: 'stop', because: [{ rule: 'busy' }] })
  })

  test('nothing tells and it is to wait: what runs is left for 15 s in case it is told again', () => {
    const up = inputs({ programmes: [running()], machine: machine({ idleMs: unknown() }), settings: settings({ whenIdleUnknown: 'wait' }) })
    const first = decide(up, calmMemory(inputs({ programmes: up.programmes })))
    expect(first.decisions[0]?.do).toBe('run')
    expect(decide(later(up, 14_000), first.memory).decisions[0]?.do).toBe('run')
    expect(decide(later(up, 15_000), first.memory).decisions[0]).toMatchObject({ do: 'stop', because: [{ rule: 'idle-unknown', isForUser: true }] })
  })
})

describe('what is in the way on a card', () => {
  const quiet = { utilisation: 0.01, memoryBytes: 100e6 }
  test.each<[string, Partial<ProgramOnCard>, boolean]>([
    ['one that works', { utilisation: 0.1, memoryBytes: 1e6 }, true],
    ['one that hardly works', { utilisation: 0.09, memoryBytes: 1e6 }, false],
    ['a paused game, by its memory', { utilisation: 0, memoryBytes: 800e6 }, true],
    ['one whose figures are not told', { utilisation: null, memoryBytes: null }, false],
    ['one of which only the memory is told', { utilisation: null, memoryBytes: 3e9 }, true],
    ['one that the user listed, whatever it does', { whose: 'listed', ...quiet }, true],
    ['one that the user ignores', { whose: 'ignored' }, false],
    ['what the desktop draws with', { whose: 'desktop' }, false],
    ['our own', { whose: 'ours' }, false],
    ['a figure that is none', { utilisation: Number.NaN, memoryBytes: Number.NaN }, false],
  ])('%s: %s', (_name, over, isInTheWay) => {
    expect(ruleOf({ programmes: [running()], cards: [card({ programs: [program(over)] })] })).toBe(isInTheWay ? 'busy' : 'free')
  })

  test('is named by the one that counts most, to be ignored by a click', () => {
    const found = one({ cards: [card({ programs: [program({ pid: 1, name: 'small', utilisation: 0.2 }), program({ pid: 2, name: 'large', utilisation: 0.9 })] })] })
    expect(found.because[0]).toMatchObject({ rule: 'busy', program: { pid: 2, name: 'large' }, isForUser: true })
  })

  test('of two hundred processes: none is, one is, and many small ones of one program are', () => {
    const many = Array.from({ length: 200 }, (_, pid) => program({ pid, name: `tool-${pid % 190}`, utilisation: 0.0004, memoryBytes: 1e6 }))
    expect(ruleOf({ cards: [card({ programs: many })] })).toBe('free')
    expect(ruleOf({ cards: [card({ programs: [...many.slice(1), program({ pid: 999 })] })] })).toBe('busy')
    const workers = Array.from({ length: 200 }, (_, pid) => program({ pid, name: 'farm', utilisation: 0.002, memoryBytes: 1e6 }))
    expect(one({ cards: [card({ programs: workers })] }).because[0]?.sentence).toBe('farm uses the card (40 % of the card, 200 MB, in 200 processes).')
  })

  test('the card’s own figure counts where no program’s is told, and only while nothing of ours is there', () => {
    const told = program({ name: 'game', utilisation: null, memoryBytes: null })
    const loaded = { cards: [card({ utilisation: 0.6, programs: [told] })] }
    expect(one(loaded).because[0]).toMatchObject({ rule: 'busy', sentence: 'GeForce RTX 4090 is in use (60 %), most likely by game.' })
    expect(ruleOf({ ...loaded, programmes: [running()] })).toBe('free')
    expect(one({ cards: [card({ utilisation: 0.6 })] }).because[0]?.sentence).toContain('a program that the driver does not name')
    expect(ruleOf({ cards: [card({ utilisation: 0.6, programs: [program({ whose: 'desktop', utilisation: null })] })] })).toBe('free')
  })
})

describe('full screen and GameMode', () => {
  const film = (over: Partial<PolicyInputs['machine']> = {}): Partial<PolicyInputs> => ({ machine: machine({ fullScreen: known<string | false>('mpv'), ...over }) })
  test.each<[string, Partial<PolicyInputs>, RuleId]>([
    ['a film', film(), 'full-screen'],
    ['a film behind a locked screen', film({ isLocked: known(true) }), 'free'],
    ['a film, and a card without a screen', { ...film(), cards: [card({ drivesDisplay: known(false) })] }, 'free'],
    ['a program that does not count', { ...film(), settings: settings({ ignoredPrograms: ['MPV.exe'] }) }, 'free'],
    ['full screen does not count', { ...film(), settings: settings({ countsFullScreen: false }) }, 'free'],
    ['one without a name', film({ fullScreen: known<string | false>('') }), 'full-screen'],
    ['it is not known', film({ fullScreen: unknown() }), 'free'],
    ['a game', { machine: machine({ gameMode: known(true) }) }, 'game-mode'],
    ['GameMode does not count', { machine: machine({ gameMode: known(true) }), settings: settings({ countsGameMode: false }) }, 'free'],
  ])('%s: %s', (_name, over, rule) => {
    expect(ruleOf(over)).toBe(rule)
  })
})

describe('what the user said for a while', () => {
  const said = (...overrides: Partial<Override>[]): PolicySettings => settings({ overrides: overrides.map((over, index) => ({ id: `o${index}`, kind: 'pause', gpuId: null, programmeId: null, since: testAt - 10_000 + index, until: testAt + minute * 60, isFor: true, ...over })) })

  test('"run now" goes before the user, the battery, hours and money, and says what it goes before', () => {
    const over = { machine: machine({ idleMs: known(0), onBattery: known(true), isMetered: known(true), isLidClosed: known(true), gameMode: known(true), fullScreen: known<string | false>('x') }), cards: [card({ programs: [program()] })], settings: { ...said({ kind: 'run-now', since: testAt }), otherwise: 'never' as const } }
    const found = decide(inputs(over), noMemory).decisions[0]
    expect(found).toMatchObject({ do: 'run', until: testAt + 60 * minute, untilWords: 'until 11:00', because: [{ rule: 'run-now' }] })
    expect(found?.because[0]?.sentence).toBe('You asked for it to run until 11:00. Otherwise it would not run: blender uses GeForce RTX 4090 (43 % of the card, 6.1 GB).')
    expect(found?.because[0]?.evidence).toContain('overruled: The machine runs on its battery (100 %)')
  })

  test('… and never before what protects cards, deposits and the machine', () => {
    const runNow = said({ kind: 'run-now' })
    for (const [rule, over] of [
      ['too-hot', { cards: [card({ temperatureC: 90 })] }],
      ['benchmark', { cards: [card({ isMeasured: true })] }],
      ['listed-elsewhere', { cards: [card({ listedBy: ['x/y'] })] }],
      ['disk-full', { machine: machine({ diskFreeBytes: known(1) }) }],
      ['going-to-sleep', { machine: machine({ isGoingToSleep: true }) }],
      ['card-gone', { cards: [] }],
    ] as const) {
      expect(ruleOf({ ...over, settings: runNow } as unknown as Partial<PolicyInputs>)).toBe(rule)
    }
  })

  test.each<[string, Partial<Override>[], RuleId]>([
    ['an expired pause', [{ until: testAt }], 'free'],
    ['a pause until it is taken back', [{ until: null }], 'paused'],
    ['a pause of another card', [{ gpuId: 'gpu-1' }], 'free'],
    ['a pause of another programme', [{ programmeId: 'x/y' }], 'free'],
    ['a pause of all, then this programme now', [{}, { kind: 'run-now', programmeId: 'example/worker' }], 'run-now'],
    ['a pause of the programme, then all now', [{ programmeId: 'example/worker' }, { kind: 'run-now' }], 'paused'],
    ['a pause of the card, then its programme now', [{ gpuId: 'gpu-0' }, { kind: 'run-now', programmeId: 'example/worker' }], 'run-now'],
    ['a pause of all, then all now', [{}, { kind: 'run-now' }], 'run-now'],
    ['all now, then a pause of all', [{ kind: 'run-now' }, {}], 'paused'],
    ['started by hand, then "I need my GPU"', [{ kind: 'run-now', programmeId: 'example/worker' }, {}], 'paused'],
  ])('%s: %s', (_name, overrides, rule) => {
    expect(ruleOf({ settings: said(...overrides) })).toBe(rule)
  })

  test('the end of a pause is when it is looked again', () => {
    const decided = decide(inputs({ settings: said({ until: testAt + 5_000 }) }), calmMemory(inputs()))
    expect(decided.nextInMs).toBe(5_000)
    expect(decide(later(inputs({ settings: said({ until: testAt + 5_000 }) }), 5_000), decided.memory).decisions[0]?.do).toBe('run')
  })
})
