/** One sentence for one card and for sixteen, cards as they are read, and what of the state is worth telling. */
import { describe, expect, test } from 'vitest'
import { cardsOf, type CardsQuestion } from '../../../main/policy/card-readings.ts'
import { overviewOf, type OverviewQuestion } from '../../../main/policy/overview.ts'
import { newsOf, policyStateOf } from '../../../main/policy/state-of.ts'
import { whyAwake } from '../../../main/policy/awake.ts'
import type { Decision } from '../../../shared/policy-state.ts'
import { unknownSample, type GpuSample } from '../../../shared/telemetry.ts'
import { card, inputs, known, machine, programme, settings, testAt, testZone } from '../../helpers/policy-inputs.ts'
import { gpu } from '../../helpers/policy-house.ts'

const hour = 3_600_000
function decision(over: Partial<Decision> = {}): Decision {
  return { gpuId: 'gpu-0', programmeId: 'example/worker', do: 'wait', because: [{ rule: 'busy', sentence: 'Blender uses GeForce RTX 4090.', since: testAt, evidence: [], isForUser: true }], until: null, untilWords: '', ...over }
}
function overview(over: Partial<OverviewQuestion> = {}) {
  return overviewOf({ decisions: [decision()], programmes: [programme()], cards: [card()], settings: settings(), notActing: null, at: testAt, zone: testZone, ...over })
}

describe('in one sentence', () => {
  test('waits, with why and until', () => {
    expect(overview({ decisions: [decision({ until: testAt + hour })] })).toEqual({ sentence: 'Nothing runs now; Example worker waits.', why: 'Blender uses GeForce RTX 4090.', until: testAt + hour })
  })

  test('runs, starts, finishes, is stopped', () => {
    const phase = (name: 'running' | 'starting' | 'finishing' | 'stopping'): string => overview({ programmes: [programme({ phase: name })] }).sentence
    expect(phase('running')).toBe('Example worker runs on GeForce RTX 4090.')
    expect(phase('starting')).toBe('Example worker is starting on GeForce RTX 4090.')
    expect(phase('finishing')).toBe('Example worker finishes its work and then stops.')
    expect(phase('stopping')).toBe('Example worker is being stopped.')
  })

  test('a pause of all says until when; with software still running that goes first', () => {
    const paused = settings({ overrides: [{ id: 'p', kind: 'pause', gpuId: null, programmeId: null, since: testAt, until: testAt + hour, isFor: true }] })
    expect(overview({ settings: paused })).toEqual({ sentence: 'Paused until 11:00.', why: 'You paused everything.', until: testAt + hour })
    expect(overview({ settings: paused, programmes: [programme({ phase: 'stopping' })] }).sentence).toBe('Example worker is being stopped.')
  })

  test('software that is told to stop is being stopped, also while it still runs; where nobody acts on it, it runs', () => {
    const stop = { decisions: [decision({ do: 'stop' })], programmes: [programme({ phase: 'running' })] }
    expect(overview(stop)).toMatchObject({ sentence: 'Example worker is being stopped.', why: 'Blender uses GeForce RTX 4090.' })
    expect(overview({ ...stop, notActing: 'This is a recorded machine.' }).sentence).toBe('Example worker runs on GeForce RTX 4090; nothing is started or stopped by itself.')
    expect(overview({ ...stop, programmes: [programme({ phase: 'running', kind: 'observed' })] }).sentence).toBe('Example worker runs on GeForce RTX 4090.')
  })

  test('sixteen cards, of which one programme has eight', () => {
    const cards = Array.from({ length: 16 }, (_, no) => card({ gpuId: `gpu-${no}` }))
    expect(overview({ cards, programmes: [programme({ phase: 'running', gpuIds: cards.slice(0, 8).map(({ gpuId }) => gpuId) })] }).sentence).toBe('Example worker runs on 8 of 16 cards.')
  })

  test('of many reasons the one that most share, and the earliest until', () => {
    const other = [{ rule: 'too-hot' as const, sentence: 'It is too hot.', since: testAt, evidence: [], isForUser: false }]
    const programmes = ['a', 'b', 'c'].map((programmeId) => programme({ programmeId, title: programmeId }))
    const decisions = [decision({ programmeId: 'a', because: other, until: testAt + 2 * hour }), decision({ programmeId: 'b', until: testAt + hour }), decision({ programmeId: 'c' })]
    expect(overview({ programmes, decisions })).toEqual({ sentence: 'Nothing runs now; 3 programmes wait.', why: 'Blender uses GeForce RTX 4090.', until: testAt + hour })
  })

  test('nothing is set up, or nothing was started: says what to do', () => {
    expect(overview({ programmes: [], decisions: [] }).sentence).toBe('Nothing runs, since no programme is set up yet.')
    const notArmed = [{ rule: 'not-armed' as const, sentence: 'You have not started it.', since: testAt, evidence: [], isForUser: false }]
    expect(overview({ decisions: [decision({ because: notArmed })] }).sentence).toBe('Nothing runs, since you have started nothing.')
    expect(overview({ notActing: 'This is a recorded machine.' })).toEqual({ sentence: 'Nothing runs, and nothing is started by itself.', why: 'This is a recorded machine.', until: null })
  })
})

describe('cards as they are read', () => {
  const sample: GpuSample = { ...unknownSample(testAt, 'x'), utilisation: 0.5, temperatureC: 60, memoryUsedBytes: 1e9, processes: [{ pid: 7, name: 'other-worker', memoryBytes: 1e9, ours: null }] }
  function read(over: Partial<CardsQuestion> = {}, ageMs = 0) {
    const turn = { at: testAt, steadyMs: 0, samples: { 'gpu-0': sample }, silent: {} }
    const [only] = cardsOf({
      cards: [gpu()],
      turn: { turn, ageMs },
      detected: 'counts-not',
      at: testAt,
      measured: [],
      settings: settings(),
      signs: [{ programmeId: 'x', title: 'Other worker', processNames: ['other-worker'] }],
      originOf: () => ({ kind: 'other', startedAt: null, parent: 1, parentName: 'init' }),
      isOursActive: () => false,
      ...over,
    })
    return only
  }

  test('fresh readings count; those older than five seconds are unknown, never the old figure; after twenty the driver is silent', () => {
    expect(read()).toMatchObject({ utilisation: 0.5, temperatureC: 60, silent: null, listedBy: ['Other worker'], at: testAt })
    expect(read({}, 6000)).toMatchObject({ utilisation: null, temperatureC: null, programs: [], silent: null, at: null })
    expect(read({}, 21_000)?.silent).toBe('No reading of GeForce RTX 4090 has come for 21 s.')
  })

  test('where only a command can be asked it may be ten seconds late', () => {
    expect(read({ cards: [gpu({ seenBy: ['nvidia-smi'] })] }, 9000)?.utilisation).toBe(0.5)
    expect(read({ cards: [gpu({ seenBy: ['nvidia-smi'] })] }, 11_000)?.utilisation).toBe(null)
  })

  test('a driver that does not answer says why; a lost card is not here; a processor is no card', () => {
    expect(read({ turn: { turn: { at: testAt, steadyMs: 0, samples: {}, silent: { 'gpu-0': 'The driver does not answer.' } }, ageMs: 0 } })?.silent).toBe('The driver does not answer.')
    expect(read({ cards: [gpu({ lostSince: testAt })] })?.isHere).toBe(false)
    expect(read({ cards: [gpu({ kind: 'cpu-device' })] })).toBe(undefined)
  })

  test('what was read at the look counts for a recording, and while it is fresh for a command; not for a door that samples', () => {
    const cards = [gpu({ sample })]
    expect(read({ cards, turn: null, detected: 'counts', at: testAt + hour })?.utilisation).toBe(0.5)
    expect(read({ cards, turn: null, detected: 'counts-while-fresh', at: testAt + 5000 })?.utilisation).toBe(0.5)
    expect(read({ cards, turn: null, detected: 'counts-while-fresh', at: testAt + hour })?.utilisation).toBe(null)
    expect(read({ cards, turn: null, detected: 'counts-not' })?.utilisation).toBe(null)
  })

  test('a display that the driver does not tell of is unknown with why', () => {
    expect(read({ cards: [gpu({ drivesDisplay: null })] })?.drivesDisplay).toEqual({ value: null, why: 'The driver of GeForce RTX 4090 does not tell whether it drives a display.', at: testAt })
  })
})

describe('worth telling', () => {
  const base = { decisions: [decision()], stops: [], notActing: null, keepsAwake: null, freed: [], shortcut: { keys: null, isTaken: null, sentence: '' }, canSleep: { sleeps: null, wakes: null, sentence: '' } }
  const news = (over: Parameters<typeof inputs>[0], more: Partial<typeof base> = {}): string => newsOf(policyStateOf({ inputs: inputs(over), ...base, ...more }))

  test('idle time that grows and figures that move are no news; a user who comes back is', () => {
    const before = news({ machine: machine({ idleMs: known(100_000, 'GNOME', testAt) }) })
    expect(news({ at: testAt + 5000, machine: machine({ idleMs: known(105_000, 'GNOME', testAt + 5000) }) })).toBe(before)
    expect(news({ machine: machine({ idleMs: known(0, 'GNOME', testAt) }) })).not.toBe(before)
    const busy = (text: string): typeof base => ({ ...base, decisions: [decision({ because: [{ rule: 'busy', sentence: text, since: testAt, evidence: [], isForUser: true }] })] })
    expect(news({}, busy('Blender uses the card (43 %, 6.1 GB).'))).toBe(news({}, busy('Blender uses the card (51 %, 6.2 GB).')))
    expect(news({}, busy('Blender uses the card (43 %, 6.1 GB).'))).not.toBe(news({}, busy('Gimp uses the card (43 %, 6.1 GB).')))
  })
})

describe('kept awake', () => {
  const why = (over: Parameters<typeof inputs>[0], what: Decision['do'] = 'wait'): string | null => whyAwake(inputs(over), [decision({ do: what })])
  test('while something paid runs or is to run; not for practice, a wish against it, or a machine that is told to sleep', () => {
    expect(why({ programmes: [programme({ phase: 'running' })] })).toBe('Example worker runs on this machine')
    expect(why({}, 'run')).toBe('Example worker runs on this machine')
    expect(why({ programmes: [programme({ phase: 'waiting' })] }, 'run')).toBe(null)
    expect(why({})).toBe(null)
    expect(why({ programmes: [programme({ phase: 'running', isPractice: true })] })).toBe(null)
    expect(why({ programmes: [programme({ phase: 'running' })], settings: settings({ keepsAwake: false }) })).toBe(null)
    expect(why({ programmes: [programme({ phase: 'running' })], machine: machine({ isGoingToSleep: true }) })).toBe(null)
    expect(why({ programmes: [programme({ phase: 'stopping' })] })).toBe(null)
  })
})
