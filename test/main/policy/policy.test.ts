/** The policy's own loop, with the real rules: it starts, stops at once for the user, waits for calm, and survives what goes wrong. */
import { describe, expect, onTestFinished, test } from 'vitest'
import type { GpuProcess } from '../../../shared/telemetry.ts'
import { demands, known, programme, unknown } from '../../helpers/policy-inputs.ts'
import { gpu, openPolicyHouse, type HouseOptions, type PolicyHouse } from '../../helpers/policy-house.ts'

const minute = 60_000
const game: GpuProcess = { pid: 4711, name: 'game.exe', memoryBytes: 3e9, ours: null, utilisation: 0.7 }

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

describe('runs and stops', () => {
  test('nobody is there: what is armed is started, once', async () => {
    const house = await running()
    expect(house.one.starts).toBe(1)
    expect(house.policy.state()).toMatchObject({ notActing: null, sentence: 'Example worker runs on GeForce RTX 4090.' })
    expect(house.events.filter(({ id }) => id === 'policy-started')).toHaveLength(1)
  })

  test('the user comes back: told to stop in the very turn that hears of it, and started again after calm', async () => {
    const house = await running()
    house.user('here')
    expect(house.one.stops).toMatchObject([{ isForUser: true }])
    await house.pass(minute)
    expect(house.one.phase).toBe('stopped')
    house.user('away')
    await house.pass(10 * minute)
    expect(house.one.phase).toBe('running')
    expect(house.one.starts).toBe(2)
  })

  test('a game begins: told to stop within a second of the reading that shows it, and not started while it runs', async () => {
    const house = await running()
    house.load['gpu-0'] = { processes: [game] }
    const before = house.one.stops.length
    await house.pass(1000)
    expect(house.one.stops.length - before).toBe(1)
    await house.pass(30 * minute)
    expect(house.one.phase).toBe('stopped')
    expect(house.decisions()[0]?.because[0]).toMatchObject({ rule: 'busy', program: { pid: 4711, name: 'game.exe' } })
  })

  test('"ignore this program" lets it run beside it', async () => {
    const house = await running()
    house.load['gpu-0'] = { processes: [game] }
    await house.pass(5000)
    house.policy.ignore('game.exe', true)
    await house.pass(10 * minute)
    expect(house.one.phase).toBe('running')
    expect(house.settings().ignoredPrograms).toEqual(['game.exe'])
  })

  test('"I need my GPU": stops at once; what is over is over, by the clock that never jumps', async () => {
    const house = await running()
    const state = house.policy.override({ kind: 'pause', minutes: 60, gpuId: null, programmeId: null })
    expect(house.one.stops).toHaveLength(1)
    expect(state.settings.overrides).toHaveLength(1)
    await house.pass(30 * minute)
    expect(house.policy.state().sentence).toMatch(/^Paused until \d\d:\d\d\.$/)
    house.jump(-60 * minute)
    await house.pass(20 * minute)
    expect(house.one.phase).toBe('stopped')
    await house.pass(15 * minute)
    expect(house.one.phase).toBe('running')
    expect(house.settings().overrides).toEqual([])
    expect(house.events.some(({ sentence }) => sentence === 'A pause is over.')).toBe(true)
  })

  test('a pause that was to last until a time ends at that time, also where the clock was set forward', async () => {
    const house = await running()
    house.policy.override({ kind: 'pause', until: house.now() + 60 * minute, gpuId: null, programmeId: null })
    house.jump(61 * minute)
    await house.pass(10 * minute)
    expect(house.one.phase).toBe('running')
  })

  test('a pause until a time holds again where the clock was ahead for a moment; meanwhile it is not shown, and its end is told', async () => {
    const house = await running()
    house.policy.override({ kind: 'pause', until: house.now() + 60 * minute, gpuId: null, programmeId: null })
    house.jump(120 * minute)
    await house.pass(5_000)
    expect(house.policy.state().settings.overrides).toEqual([])
    expect(house.events.filter(({ sentence }) => sentence === 'A pause is over.')).toHaveLength(1)
    house.jump(-120 * minute)
    await house.pass(15 * minute)
    expect(house.policy.state().settings.overrides).toHaveLength(1)
    expect(house.one.phase).toBe('stopped')
  })

  test('one reading of the sleepless clock that fails moves no pause', async () => {
    let reads = 0
    let failsAt = Infinity
    const house = open({ layers: { uptimeMs: () => ((reads += 1) >= failsAt && reads < failsAt + 3 ? null : 500 * minute + house.now()) } })
    house.policy.begin()
    await house.pass(10_000)
    house.policy.override({ kind: 'pause', minutes: 60, gpuId: null, programmeId: null })
    const [before] = house.settings().overrides
    failsAt = reads + 2
    await house.pass(20_000)
    expect(reads).toBeGreaterThan(failsAt + 5)
    expect(house.settings().overrides).toEqual([before])
  })

  test('started by hand it runs though the user is there, and stopped by hand it stays stopped', async () => {
    const house = open({ armed: [] })
    house.user('here')
    house.policy.begin()
    await house.pass(10_000)
    expect(house.one.starts).toBe(0)
    house.user('here')
    house.policy.armed('example/worker')
    expect(house.policy.bar('example/worker')).toBe(null)
    house.one.phase = 'running'
    await house.pass(10_000)
    expect(house.one.stops).toEqual([])
    house.policy.disarmed('example/worker')
    house.one.phase = 'stopped'
    house.user('away')
    await house.pass(70 * minute)
    expect(house.one.phase).toBe('stopped')
    expect(house.settings().overrides).toEqual([])
  })

  test('software that ran before is taken as wanted, and stopped for the user as any other', async () => {
    const house = open({ armed: [], programmes: [programme({ phase: 'running' })] })
    house.policy.begin()
    await house.pass(10_000)
    expect(house.settings().programmes['example/worker']?.isArmed).toBe(true)
    expect(house.one.stops).toEqual([])
    house.user('here')
    expect(house.one.stops).toHaveLength(1)
  })

  test('what was stopped by hand before is not armed by a start of Idlewatt', async () => {
    const house = open({ armed: [], settings: { programmes: { 'example/worker': { isArmed: false, may: null, priority: 0 } } }, programmes: [programme({ phase: 'stopped' })] })
    house.policy.begin()
    await house.pass(10 * minute)
    expect(house.one.starts).toBe(0)
  })
})

describe('other software and cards', () => {
  test('a programme that uses no card runs and stops likewise', async () => {
    const house = await running({ cards: [], programmes: [programme({ gpuIds: [], isPractice: true, demands: demands({ cards: 'none', exclusive: 'free' }) })] })
    house.user('here')
    expect(house.one.stops).toHaveLength(1)
    expect(house.keepsAwake()).toBe(null)
  })

  test('a card that is measured is left alone until that is over', async () => {
    const house = open()
    house.measured = ['gpu-0']
    house.policy.begin()
    await house.pass(5 * minute)
    expect(house.one.starts).toBe(0)
    expect(house.policy.bar('example/worker')).not.toBe(null)
    house.measured = []
    await house.pass(5 * minute)
    expect(house.one.phase).toBe('running')
  })

  test('software of another programme on the card is told by its processes', async () => {
    const house = open()
    house.load['gpu-0'] = { processes: [{ ...game, name: '/opt/other-worker' }] }
    house.policy.begin()
    await house.pass(5 * minute)
    expect(house.one.starts).toBe(0)
    expect(house.policy.state().cards[0]?.listedBy).toEqual(['Other worker'])
  })

  test('our own processes on the card are no strangers', async () => {
    const house = await running()
    house.isOurs.add(4711)
    house.load['gpu-0'] = { processes: [{ ...game, name: 'worker' }], more: { utilisation: 0.98, memoryUsedBytes: 9e9 } }
    await house.pass(10 * minute)
    expect(house.one.stops).toEqual([])
    expect(house.policy.state().cards[0]?.programs[0]).toMatchObject({ whose: 'ours', confidence: 'high' })
  })

  test('the card is looked at after a stop for the user, and what was found is told', async () => {
    const house = await running()
    house.isOurs.add(12)
    house.load['gpu-0'] = { processes: [{ ...game, pid: 12, name: 'worker', memoryBytes: 8e9 }] }
    await house.pass(3000)
    house.user('here')
    await house.pass(1000)
    house.load['gpu-0'] = {}
    await house.pass(3000)
    expect(house.policy.state().freed[0]).toMatchObject({ gpuId: 'gpu-0', isOver: true })
    expect(house.policy.state().freed[0]?.afterMs).toBeLessThanOrEqual(3000)
  })

  test('software that is only looked at is never told anything', async () => {
    const house = open({ programmes: [programme({ kind: 'observed', phase: 'running' })] })
    house.policy.begin()
    house.user('here')
    await house.pass(5 * minute)
    expect([house.one.starts, house.one.stops.length, house.one.finishes]).toEqual([0, 0, 0])
    expect(house.keepsAwake()).not.toBe(null)
  })

  test('kept awake while it runs, let go at once when it stops', async () => {
    const house = await running()
    expect(house.keepsAwake()).toBe('Example worker runs on this machine')
    house.user('here')
    await house.pass(1000)
    expect(house.keepsAwake()).toBe(null)
    expect(house.events.filter(({ id }) => id === 'policy-keeps-awake' || id === 'policy-lets-sleep').map(({ id }) => id)).toEqual(['policy-keeps-awake', 'policy-lets-sleep'])
  })

  test('not kept awake where the user does not want it', async () => {
    const house = await running({ settings: { keepsAwake: false } })
    expect(house.keepsAwake()).toBe(null)
  })
})

describe('told', () => {
  test('while nothing changes it is not told each second', async () => {
    const house = await running()
    await house.pass(20_000)
    const before = house.states.length
    await house.pass(2 * minute)
    expect(house.states.length - before).toBeLessThanOrEqual(9)
    expect(house.states.length - before).toBeGreaterThanOrEqual(2)
  })

  test('at most once a second, but what is asked for at once', async () => {
    const house = await running()
    const before = house.states.length
    house.policy.override({ kind: 'pause', gpuId: null, programmeId: null })
    expect(house.states.length).toBe(before + 1)
    expect(house.states.at(-1)?.settings.overrides).toHaveLength(1)
  })

  test('sixteen cards and two programmes in one sentence', async () => {
    const cards = Array.from({ length: 16 }, (_, no) => gpu({ id: `gpu-${no}`, drivesDisplay: no === 0 }))
    const house = open({
      cards,
      programmes: [
        programme({ gpuIds: cards.slice(0, 8).map(({ id }) => id) }),
        programme({ programmeId: 'second/worker', title: 'Second worker', gpuIds: cards.slice(8).map(({ id }) => id) }),
      ],
    })
    house.policy.begin()
    await house.pass(5 * minute)
    expect(house.policy.state().sentence).toBe('Example worker and Second worker run on 16 of 16 cards.')
  })

  test('explain tells every rule, of one programme where one is named', async () => {
    const house = await running()
    expect(house.policy.explain({ programmeId: 'example/worker' })[0]?.rules.length).toBeGreaterThan(20)
    expect(house.policy.explain({ programmeId: 'no/such' })).toEqual([])
  })

  test('the shortcut as the desktop tells it', async () => {
    const house = await running()
    house.policy.setShortcut({ keys: 'Alt+G', isTaken: true, sentence: 'Another program has it.' })
    expect(house.states.at(-1)?.shortcut).toEqual({ keys: 'Alt+G', isTaken: true, sentence: 'Another program has it.' })
  })
})

test('the coming week and a replayed day are answered from here', async () => {
  const house = await running()
  const week = house.policy.week(null)
  expect(week.hours.length).toBeGreaterThanOrEqual(167)
  expect(week.simulation.hours.earning).toBeGreaterThan(0)
  expect(() => house.policy.week('no-such-card')).toThrow('There is no card "no-such-card".')
  await expect(house.policy.simulate({ trace: '{}' })).rejects.toThrow('The file is no trace')
})

test('a machine that nobody can sit at runs at once', async () => {
  const house = open()
  house.sense({ idleMs: unknown('Nobody is logged in at a screen.'), isAttended: known(false) })
  house.policy.begin()
  await house.pass(2 * minute)
  expect(house.one.phase).toBe('running')
})
