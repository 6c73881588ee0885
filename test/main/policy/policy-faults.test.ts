/** The policy's own loop where something is amiss: refusals, faults, full disks, silent drivers, sleep, and doors in which it does not act. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { decide } from '../../../main/policy/decide.ts'
import { NotPossible } from '../../../main/system/not-possible.ts'
import { programme, unknown } from '../../helpers/policy-inputs.ts'
import { openPolicyHouse, type HouseOptions, type PolicyHouse } from '../../helpers/policy-house.ts'

const minute = 60_000

function open(how: HouseOptions = {}): PolicyHouse {
  const house = openPolicyHouse(how)
  onTestFinished(() => house.end())
  return house
}

/** Begun and running for a while. */
async function running(how: HouseOptions = {}): Promise<PolicyHouse> {
  const house = open(how)
  house.policy.begin()
  await house.pass(2 * minute)
  expect(house.one.phase).toBe('running')
  return house
}

describe('sleep', () => {
  const hour = 60 * minute
  /** Power is dear for six hours, and costs nothing then. */
  const options = (startsAt: () => number): HouseOptions['options'] => ({
    prices: (at) => [
      { from: at, to: startsAt() + 6 * hour, usdPerKwh: 9, how: 'dated price' },
      { from: startsAt() + 6 * hour, to: startsAt() + 48 * hour, usdPerKwh: 0, how: 'dated price' },
    ],
  })

  test('while nothing is worth running and nobody is there it is put to sleep once, and wakes for the next good hours', async () => {
    let from = 0
    const house = open({ settings: { sleepsAtLoss: true }, options: options(() => from) })
    from = house.now()
    house.policy.begin()
    await house.pass(8 * minute)
    expect(house.one.starts).toBe(0)
    // Whoever woke it in between is given ten minutes.
    expect(house.slept).toHaveLength(1)
    expect(Math.abs((house.slept[0] ?? 0) - (from + 6 * hour))).toBeLessThan(10 * minute)
    expect(house.events.find(({ id }) => id === 'policy-sleeps')?.sentence).toContain('The machine is put to sleep: ')
  })

  test('not where the user did not ask for it, and not while somebody is there', async () => {
    let from = 0
    for (const settings of [{}, { sleepsAtLoss: true }]) {
      const house = open({ settings, options: options(() => from) })
      from = house.now()
      if ('sleepsAtLoss' in settings) house.user('here')
      house.policy.begin()
      await house.pass(5 * minute)
      expect(house.slept).toEqual([])
    }
  })
})

describe('the machine slept', () => {
  test('a pause of an hour is over after two hours of sleep; it is no clock that was set', async () => {
    const house = await running()
    house.policy.override({ kind: 'pause', minutes: 60, gpuId: null, programmeId: null })
    await house.pass(10_000)
    house.sleep(120 * minute)
    await house.pass(1000)
    expect(house.settings().overrides).toEqual([])
    await house.pass(5 * minute)
    expect(house.one.phase).toBe('running')
  })

  test('calm that nobody watched is none: it is not started the moment that the machine wakes', async () => {
    const house = await running()
    house.user('here')
    await house.pass(20_000)
    expect(house.one.phase).toBe('stopped')
    const { starts } = house.one
    house.user('away')
    house.sleep(480 * minute)
    await house.pass(30_000)
    expect(house.one.starts).toBe(starts)
    await house.pass(10 * minute)
    expect(house.one.phase).toBe('running')
  })
})

describe('what goes wrong', () => {
  test('a start that is refused is tried again after half a minute, and the reason is shown', async () => {
    const house = open()
    house.one.refuses = new NotPossible('Docker does not answer.')
    house.policy.begin()
    await house.pass(85_000)
    expect(house.one.starts).toBe(1)
    expect(house.decisions()[0]?.because[0]).toMatchObject({ rule: 'cannot-start' })
    expect(house.decisions()[0]?.because[0]?.sentence).toContain('Docker does not answer.')
    house.one.refuses = null
    await house.pass(5 * minute)
    expect(house.one.phase).toBe('running')
  })

  test('a fault in deciding costs that turn: what runs is left, it is logged once and shown, and it goes on afterwards', async () => {
    let isBroken = false
    const house = await running({
      layers: {
        decide(inputs, previous) {
          if (isBroken) throw new TypeError('x is undefined')
          return decide(inputs, previous)
        },
      },
    })
    isBroken = true
    await house.pass(20_000)
    expect(house.one.phase).toBe('running')
    expect(house.logged).toHaveLength(1)
    expect(house.policy.state().notActing).toContain('failed inside Idlewatt')
    isBroken = false
    await house.pass(2000)
    expect(house.policy.state().notActing).toBe(null)
    house.user('here')
    expect(house.one.stops).toHaveLength(1)
  })

  test('a stop for the user goes on being asked for though nothing can be decided any more', async () => {
    const house = await running()
    house.one.stopMs = 3_600_000
    house.user('here')
    expect(house.one.stops).toHaveLength(1)
    // It did not take.
    house.one.phase = 'running'
    house.policy.again()
    house.fails.prices = new Error('no such table')
    await house.pass(minute + 5000)
    expect(house.one.stops.length).toBeGreaterThan(1)
  })

  test('a full disk: a pause holds all the same', async () => {
    const house = await running()
    house.fails.save = new NotPossible('The change was not saved. The disk is full.')
    house.policy.override({ kind: 'pause', gpuId: null, programmeId: null })
    expect(house.one.stops).toHaveLength(1)
    await house.pass(5 * minute)
    expect(house.one.phase).toBe('stopped')
    expect(house.settings().overrides).toEqual([])
    house.fails.save = null
    await house.pass(2 * minute)
    expect(house.settings().overrides).toHaveLength(1)
  })

  test('a full disk: changed rules are refused with the sentence, and nothing has changed', async () => {
    const house = await running()
    house.fails.save = new NotPossible('The change was not saved. The disk is full.')
    expect(() => house.policy.change({ otherwise: 'never' })).toThrow('The disk is full.')
    await house.pass(5000)
    expect(house.one.phase).toBe('running')
  })

  test('readings of a card stop coming: after a while nothing new is started', async () => {
    const house = open()
    house.policy.begin()
    await house.pass(2000)
    await house.pass(5 * minute, false)
    expect(house.policy.state().cards[0]?.silent).toMatch(/^No reading of GeForce RTX 4090 has come for \d+ s\.$/)
    expect(house.one.starts).toBe(0)
  })

  test('idle time that jumps to zero every minute: it is not started and stopped with it', async () => {
    const house = open({ settings: { idleAfterMinutes: 0.5 } })
    house.policy.begin()
    for (let no = 0; no < 120; no += 1) {
      house.user('here')
      house.user('away')
      await house.pass(minute)
    }
    expect(house.one.starts).toBeLessThan(12)
    expect(house.one.stops.every(({ isForUser }) => isForUser)).toBe(true)
  })

  test('nothing tells whether somebody is there: it says so, and judges by the load of the card', async () => {
    const house = open()
    house.sense({ idleMs: unknown('On this Wayland desktop nothing tells it.') })
    house.policy.begin()
    await house.pass(5 * minute)
    expect(house.one.starts).toBe(0)
    expect(house.decisions()[0]?.because[0]?.rule).toBe('idle-unknown')
    await house.pass(10 * minute)
    expect(house.one.phase).toBe('running')
  })
})

describe('where it does not act', () => {
  test('switched off: nothing is started or stopped, and it says so; a start by hand is free', async () => {
    const house = open({ settings: { isOn: false } })
    house.policy.begin()
    await house.pass(5 * minute)
    expect(house.one.starts).toBe(0)
    expect(house.policy.state().notActing).toContain('switched off')
    expect(house.policy.bar('example/worker')).toBe(null)
    house.measured = ['gpu-0']
    expect(house.policy.bar('example/worker')).not.toBe(null)
  })

  test('a recorded machine: decided and shown, and nothing is done', async () => {
    const house = open({ recorded: 'rig' })
    house.policy.begin()
    await house.pass(5 * minute)
    expect(house.one.starts).toBe(0)
    expect(house.policy.state().notActing).toContain('recorded machine "rig"')
    expect(house.decisions()).toHaveLength(1)
  })

  test('a command that ends at once: looks when it is asked to, and leaves no timer', async () => {
    const house = open({ options: { keepsWatch: false } })
    house.policy.begin()
    expect(house.policy.state().notActing).toContain('ends at once')
    const looked = house.policy.look()
    await house.pass(2000, false)
    expect((await looked).decisions).toHaveLength(1)
    house.user('here')
    house.policy.armed('example/worker')
    expect(house.policy.bar('example/worker')).toBe(null)
    expect(house.settings().programmes['example/worker']?.isArmed).toBe(true)
    expect(house.one.starts).toBe(0)
  })

  test('before it has begun every start waits, and is made up for at once', async () => {
    const house = open()
    expect(house.policy.bar('example/worker')).toContain('is starting')
    house.one.phase = 'waiting'
    house.policy.armed('example/worker')
    house.policy.begin()
    await house.pass(10_000)
    expect(house.one.phase).toBe('running')
  })

  test('what is not there, or not set up, is not armed', () => {
    const house = open({ armed: [], programmes: [programme({ phase: 'not-set-up', isSetUp: false })] })
    house.policy.armed('example/worker')
    house.policy.armed('no/such')
    house.policy.disarmed('no/such')
    expect(house.settings().programmes).toEqual({})
  })
})
