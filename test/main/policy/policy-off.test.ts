/** Where Idlewatt does not decide, the user's pause holds all the same; and what is told while software is on its way. */
import { describe, expect, onTestFinished, test } from 'vitest'
import type { PolicyInputs } from '../../../main/policy/inputs.ts'
import { realLayers } from '../../../main/policy/layers.ts'
import { NotPossible } from '../../../main/system/not-possible.ts'
import { programme } from '../../helpers/policy-inputs.ts'
import { openPolicyHouse, type HouseOptions, type PolicyHouse } from '../../helpers/policy-house.ts'

const minute = 60_000
const all = { gpuId: null, programmeId: null }

function open(how: HouseOptions = {}): PolicyHouse {
  const house = openPolicyHouse(how)
  onTestFinished(() => house.end())
  return house
}

describe('switched off', () => {
  const off: HouseOptions = { settings: { isOn: false }, programmes: [programme({ phase: 'running' })] }

  test('nothing is started or stopped by itself, whoever is there and however hot it is', async () => {
    const house = open(off)
    house.policy.begin()
    house.user('here')
    house.load['gpu-0'] = { more: { temperatureC: 99 } }
    await house.pass(10 * minute)
    expect([house.one.starts, house.one.stops.length, house.one.finishes]).toEqual([0, 0, 0])
  })

  test('"I need my GPU" stops what runs, at once and once, and the sentence says so', async () => {
    const house = open(off)
    house.policy.begin()
    await house.pass(5000)
    const state = house.policy.override({ kind: 'pause', minutes: 60, ...all })
    expect(house.one.stops).toMatchObject([{ isForUser: true }])
    expect(state.sentence).toBe('Example worker is being stopped.')
    expect(state.why).toMatch(/^You paused everything/)
    await house.pass(minute)
    expect(house.one.phase).toBe('stopped')
    expect(house.one.stops).toHaveLength(1)
  })

  test('after the pause nothing is started by itself, and that is told', async () => {
    const house = open(off)
    house.policy.begin()
    house.policy.override({ kind: 'pause', minutes: 1, ...all })
    await house.pass(30 * minute)
    expect([house.one.phase, house.one.starts]).toEqual(['stopped', 0])
    expect(house.events.filter(({ id }) => id === 'policy-paused' || id === 'policy-resumed').map(({ sentence }) => sentence)).toEqual([
      'Everything is paused until 10:01: you asked for it. Nothing is started by itself afterwards, as you switched that off.',
      'A pause is over. Nothing is started by itself, as you switched that off.',
    ])
  })

  test('a pause of one card stops only what has it', async () => {
    const house = open({ settings: { isOn: false }, programmes: [programme({ phase: 'running' }), programme({ programmeId: 'second/worker', title: 'Second worker', phase: 'running', gpuIds: [] })] })
    house.policy.begin()
    house.policy.override({ kind: 'pause', gpuId: 'gpu-0', programmeId: null })
    await house.pass(minute)
    expect([...house.software.values()].map(({ phase }) => phase)).toEqual(['stopped', 'running'])
  })

  test('software that would start again by itself is kept back while paused, and not without a pause', async () => {
    const house = open({ settings: { isOn: false } })
    house.policy.begin()
    await house.pass(5000)
    expect(house.policy.bar('example/worker')).toBe(null)
    house.policy.override({ kind: 'pause', minutes: 60, ...all })
    expect(house.policy.bar('example/worker')).toMatch(/^You paused everything/)
    house.policy.resume(null)
    expect(house.policy.bar('example/worker')).toBe(null)
  })

  test('what was to be stopped for a pause is stopped though deciding fails from then on', async () => {
    const house = open(off)
    house.policy.begin()
    await house.pass(5000)
    house.policy.override({ kind: 'pause', minutes: 60, ...all })
    expect(house.one.stops).toHaveLength(1)
    house.one.phase = 'running'
    house.fails.programmes = new Error('no list')
    await house.pass(3000)
    expect(house.one.stops.length).toBeGreaterThan(1)
  })
})

describe('told', () => {
  test('the pause that stops it: "is being stopped", from the first state on', async () => {
    const house = open()
    house.policy.begin()
    await house.pass(2 * minute)
    expect(house.policy.state().sentence).toBe('Example worker runs on GeForce RTX 4090.')
    // Its phase lags behind, as where the call is still on its way.
    house.one.stopMs = 10 * minute
    const before = house.states.length
    house.policy.override({ kind: 'pause', minutes: 60, ...all })
    const since = house.states.slice(before)
    expect(since.length).toBeGreaterThan(0)
    expect(new Set(since.map(({ sentence }) => sentence))).toEqual(new Set(['Example worker is being stopped.']))
  })

  test('why nothing is done is told once', async () => {
    const house = open({ recorded: 'laptop' })
    house.policy.begin()
    await house.pass(2000)
    const { why, notActing, sentence } = house.policy.state()
    expect(notActing).toContain('This is the recorded machine "laptop"')
    expect([sentence, why]).toEqual(['Nothing runs, and nothing is started by itself.', null])
  })
})

test('how often its start was refused reaches what is decided, and is forgotten once it runs', async () => {
  const seen: (readonly [number, string | null])[] = []
  const decide = (inputs: PolicyInputs, memory: Parameters<typeof realLayers.decide>[1]): ReturnType<typeof realLayers.decide> => {
    const [one] = inputs.programmes
    if (one !== undefined) seen.push([one.refusals, one.cannotStart])
    return realLayers.decide(inputs, memory)
  }
  const house = open({ layers: { decide } })
  house.one.refuses = new NotPossible('Docker does not answer.')
  house.policy.begin()
  await house.pass(4 * minute)
  expect(seen[0]).toEqual([0, null])
  expect(house.one.starts).toBeGreaterThan(1)
  expect(seen.at(-1)).toEqual([house.one.starts, expect.stringContaining('Docker does not answer.')])
  house.one.refuses = null
  await house.pass(10 * minute)
  expect(house.one.phase).toBe('running')
  expect(seen.at(-1)).toEqual([0, null])
})
