/** Around a sleep: asked once more right before it, and kept awake after it until the software it was woken for runs. */
import { describe, expect, test } from 'vitest'
import type { PolicyInputs } from '../../../main/policy/inputs.ts'
import { realLayers } from '../../../main/policy/layers.ts'
import { createResting, type Resting } from '../../../main/policy/resting.ts'
import { createLog } from '../../../main/system/log.ts'
import { NotPossible } from '../../../main/system/not-possible.ts'
import type { HistoryEvent } from '../../../shared/history.ts'
import type { Decision } from '../../../shared/policy-state.ts'
import { handClock } from '../../helpers/clocks.ts'
import { inputs, known, machine, programme, settings, testAt } from '../../helpers/policy-inputs.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const betterAt = testAt + 5 * hourMs
const wakeAt = betterAt - 2 * minuteMs
const decided = (what: Decision['do'] = 'wait'): Decision[] => [{ gpuId: 'gpu-0', programmeId: 'example/worker', do: what, because: [{ rule: what === 'run' ? 'free' : 'at-a-loss', sentence: 'So.', since: testAt, evidence: [], isForUser: false }], until: betterAt, untilWords: '' }]

interface Made {
  resting: Resting
  held(): string | null
  events: HistoryEvent[]
  /** The sleeps that began. */
  asks: { isStillWanted(): boolean; end(error?: Error): Promise<void> }[]
  /** A turn of the policy at this moment. */
  look(at: number, over?: Partial<PolicyInputs>, what?: Decision['do'], mayAct?: boolean): void
  pass(ms: number): void
}

function make(): Made {
  const clock = handClock(testAt)
  let steady = 1_000_000
  let held: string | null = null
  const events: HistoryEvent[] = []
  const asks: Made['asks'] = []
  const resting = createResting({
    clock,
    log: createLog('silent', () => {}),
    steadyMs: () => steady,
    source: { platform: 'linux', recorded: null } as never,
    keepAwake: null,
    onEvents: (news) => void events.push(...news),
    isLive: true,
    layers: {
      ...realLayers,
      createKeepAwake: () => ({ set: (why) => void (held = why), state: () => null, problem: () => null, close() {} }),
      createSleep: () => ({
        can: () => Promise.resolve({ sleeps: true, wakes: true, sentence: 'It can.' }),
        sleepUntil: (_wakeAt, isStillWanted = () => true) =>
          new Promise((resolve, reject) => {
            const end = async (error?: Error): Promise<void> => {
              if (error === undefined) resolve()
              else reject(error)
              await clock.advance(0)
            }
            asks.push({ isStillWanted, end })
          }),
      }),
    },
  })
  return {
    resting,
    held: () => held,
    events,
    asks,
    look: (at, over = {}, what = 'wait', mayAct = true) => resting.look(inputs({ settings: settings({ sleepsAtLoss: true }), at, steadyMs: steady, ...over }), decided(what), mayAct),
    pass: (ms) => void (steady += ms),
  }
}

/** The plan has stood for a minute, and the way to sleep has begun. */
function fallingAsleep(): Made {
  const made = make()
  made.look(testAt)
  made.pass(minuteMs)
  made.look(testAt + minuteMs)
  expect(made.asks).toHaveLength(1)
  return made
}

describe('right before it sleeps', () => {
  test('it is still wanted while nothing changes', () => {
    const made = fallingAsleep()
    expect(made.asks[0]!.isStillWanted()).toBe(true)
    made.pass(1_000)
    made.look(testAt + minuteMs + 1_000)
    expect(made.asks[0]!.isStillWanted()).toBe(true)
  })

  const cases: [string, (made: Made, at: number) => void][] = [
    ['somebody is back', (made, at) => made.look(at, { machine: machine({ idleMs: known(0) }) })],
    ['software has begun', (made, at) => made.look(at, { programmes: [programme({ phase: 'starting' })] })],
    ['something is to run', (made, at) => made.look(at, {}, 'run')],
    ['the wish to sleep was taken back', (made, at) => made.look(at, { settings: settings() })],
    ['the policy was switched off', (made, at) => made.look(at, {}, 'wait', false)],
    ['nothing was seen for a while', (made) => made.pass(11_000)],
    ['Idlewatt ends', (made) => void made.resting.stop()],
  ]
  test.each(cases)('it is not where %s', (_what, change) => {
    const made = fallingAsleep()
    change(made, testAt + minuteMs + 500)
    expect(made.asks[0]!.isStillWanted()).toBe(false)
  })

  test('a sleep that was dropped is told, holds nothing awake, and is planned anew as soon as it stands again', async () => {
    const made = fallingAsleep()
    made.look(testAt + minuteMs + 500, { machine: machine({ idleMs: known(0) }) })
    made.asks[0]!.isStillWanted()
    await made.asks[0]!.end()
    expect(made.events.at(-1)).toMatchObject({ id: 'policy-sleeps', sentence: expect.stringContaining('not put to sleep after all') })
    expect(made.resting.canSleep().sentence).not.toContain('failed')
    made.look(testAt + 2 * minuteMs)
    made.pass(minuteMs)
    made.look(testAt + 3 * minuteMs)
    expect(made.asks).toHaveLength(2)
    const other = fallingAsleep()
    other.look(testAt + minuteMs + 500, { machine: machine({ idleMs: known(0) }) })
    other.asks[0]!.isStillWanted()
    await other.asks[0]!.end()
    other.look(wakeAt)
    expect(other.held()).toBeNull()
  })
})

describe('once it is awake again', () => {
  async function woken(): Promise<Made> {
    const made = fallingAsleep()
    made.asks[0]!.isStillWanted()
    await made.asks[0]!.end()
    return made
  }

  test('it is kept awake until the first start, and then for what runs', async () => {
    const made = await woken()
    made.look(wakeAt + 1_000)
    expect(made.held()).toMatch(/^software is to run from (\w+ )?\d\d:\d\d on$/)
    expect(made.events.at(-1)).toMatchObject({ id: 'policy-keeps-awake', sentence: expect.stringMatching(/^Software is to run from .* on: it is kept from sleeping meanwhile\.$/) })
    made.look(betterAt, {}, 'run')
    expect(made.held()).toBe('Example worker runs on this machine')
    made.look(betterAt + minuteMs)
    expect(made.held()).toBeNull()
    expect(made.events.slice(-2).map(({ id }) => id)).toEqual(['policy-keeps-awake', 'policy-lets-sleep'])
  })

  test('also before the system has told that it was asleep', () => {
    const made = fallingAsleep()
    made.look(testAt + 2 * minuteMs)
    expect(made.held()).toBeNull()
    made.look(wakeAt + 1_000)
    expect(made.held()).not.toBeNull()
  })

  test('not for longer than ten minutes where nothing begins', async () => {
    const made = await woken()
    made.look(wakeAt + 10 * minuteMs - 1)
    expect(made.held()).not.toBeNull()
    made.look(wakeAt + 10 * minuteMs)
    expect(made.held()).toBeNull()
  })

  test('somebody who wakes it hours earlier keeps it awake himself', async () => {
    const made = await woken()
    made.look(testAt + 2 * hourMs)
    expect(made.held()).toBeNull()
    made.look(wakeAt - 30_000)
    expect(made.held()).not.toBeNull()
  })

  test('it is not put to sleep while it is kept awake', async () => {
    const made = await woken()
    made.pass(hourMs)
    const better: Decision[] = [{ ...decided()[0]!, until: wakeAt + 6 * hourMs }]
    const turn = (at: number): void => made.resting.look(inputs({ settings: settings({ sleepsAtLoss: true }), at, steadyMs: 0 }), better, true)
    for (const at of [wakeAt + 1_000, wakeAt + 3 * minuteMs]) {
      turn(at)
      made.pass(2 * minuteMs)
    }
    expect(made.asks).toHaveLength(1)
    turn(wakeAt + 11 * minuteMs)
    made.pass(minuteMs)
    turn(wakeAt + 12 * minuteMs)
    expect(made.asks).toHaveLength(2)
  })

  test.each<[string, Parameters<Made['look']>[1], boolean?]>([
    ['where the user does not want it kept awake', { settings: settings({ sleepsAtLoss: true, keepsAwake: false }) }],
    ['where nothing is to run any more', { settings: settings({ sleepsAtLoss: true }, []) }],
    ['when the system is told to sleep', { machine: machine({ isGoingToSleep: true }) }],
    ['where the policy is switched off', {}, false],
  ])('not %s', async (_what, over, mayAct = true) => {
    const made = await woken()
    made.look(wakeAt + 1_000, over, 'wait', mayAct)
    expect(made.held()).toBeNull()
    made.look(wakeAt + 2_000)
    expect(made.held()).not.toBeNull()
  })

  test('not after a sleep that was refused', async () => {
    const made = fallingAsleep()
    await made.asks[0]!.end(new NotPossible('Not here.'))
    expect(made.resting.canSleep().sentence).toBe('Not here.')
    made.look(wakeAt + 1_000)
    expect(made.held()).toBeNull()
  })
})
