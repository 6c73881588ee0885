/** The run policy's own loop in a test: the real one, over software, senses and clocks that do as the test says. */
import { createPolicy, type Policy, type PolicyOptions } from '../../main/policy/index.ts'
import type { PolicyLayers } from '../../main/policy/layers.ts'
import { realLayers } from '../../main/policy/layers.ts'
import { createLog } from '../../main/system/log.ts'
import type { MachineSource } from '../../main/system/machine-source.ts'
import { NotPossible } from '../../main/system/not-possible.ts'
import type { HistoryEvent } from '../../shared/history.ts'
import { presentCard, unknownCardDetails, type Gpu } from '../../shared/machine.ts'
import type { Decision, PolicyMachine, PolicyProgramme, PolicyState } from '../../shared/policy-state.ts'
import type { PolicySettings } from '../../shared/policy.ts'
import type { ProviderPhase } from '../../shared/provider.ts'
import { unknownSample, type GpuProcess, type GpuSample } from '../../shared/telemetry.ts'
import { handClock } from './clocks.ts'
import { known, machine, programme, settings as settingsOf, testAt } from './policy-inputs.ts'

export interface Software {
  programme: PolicyProgramme
  phase: ProviderPhase
  starts: number
  finishes: number
  stops: { isForUser: boolean; at: number }[]
  /** How long a start and a stop take. */
  startMs: number
  stopMs: number
  /** Thrown by the next starts. */
  refuses: Error | null
}

export interface PolicyHouse {
  policy: Policy
  software: Map<string, Software>
  one: Software
  states: PolicyState[]
  events: HistoryEvent[]
  logged: string[]
  settings(): PolicySettings
  /** The newest reading of each card, until it is another. */
  load: Record<string, { processes?: GpuProcess[]; more?: Partial<GpuSample> }>
  /** Readings of the machine, until they are others; told at once. */
  sense(change: Partial<PolicyMachine>, isQuiet?: boolean): void
  /** The user touches nothing from now on, or moved the mouse a moment ago. */
  user(is: 'away' | 'here'): void
  now(): number
  steadyMs(): number
  /** Second by second, with a turn of readings in each. */
  pass(ms: number, withTurns?: boolean): Promise<void>
  /** The wall clock is set, and no time passes. */
  jump(ms: number): void
  /** The machine sleeps: the wall goes on, our own clock stands still, as on Linux. */
  sleep(ms: number): void
  fails: { save: Error | null; programmes: Error | null; prices: Error | null }
  isOurs: Set<number>
  measured: string[]
  keepsAwake: () => string | null
  slept: (number | null)[]
  decisions(): Decision[]
  end(): Promise<void>
}

export interface HouseOptions {
  programmes?: PolicyProgramme[]
  cards?: Gpu[]
  settings?: Partial<PolicySettings>
  armed?: string[]
  layers?: Partial<PolicyLayers>
  options?: Partial<PolicyOptions>
  recorded?: string
}

export function gpu(over: Partial<Gpu> = {}): Gpu {
  return {
    id: 'gpu-0', uuid: null, name: 'GeForce RTX 4090', driverName: null, vendor: 'nvidia', model: 'GeForce RTX 4090', kind: 'gpu', memoryBytes: 24e9, driverVersion: null, cudaVersion: null, vbiosVersion: null,
    pciAddress: null, pciDeviceId: null, pciSubsystemId: null, cudaComputeCapability: null, pcieGenerationMax: null, pcieLanesMax: null, drivesDisplay: true, isIntegrated: false, eccEnabled: null, mig: null,
    powerLimitW: null, powerLimitDefaultW: null, powerLimitMinW: null, powerLimitMaxW: null, seenBy: ['nvml'], views: [], disagreements: [], opencl: null, sample: null, problems: [], ...unknownCardDetails, ...presentCard, ...over,
  }
}

export function openPolicyHouse(how: HouseOptions = {}): PolicyHouse {
  const clock = handClock(testAt)
  const startedAt = clock.now()
  let offMs = 0
  let asleepMs = 0
  const programmes = how.programmes ?? [programme()]
  const cards = how.cards ?? [gpu()]
  let stored = settingsOf(how.settings ?? {}, how.armed ?? programmes.filter(({ isSetUp }) => isSetUp).map(({ programmeId }) => programmeId))
  let sensed = machine()
  let inputAt: number | null = startedAt - 3_600_000
  let listener = (): void => {}
  let awake: string | null = null
  const steadyMs = (): number => 1_000_000 + clock.now() - startedAt
  const now = (): number => clock.now() + offMs

  const software = new Map<string, Software>(programmes.map((one) => [one.programmeId, { programme: one, phase: one.phase, starts: 0, finishes: 0, stops: [], startMs: 2000, stopMs: 500, refuses: null }]))
  function of(programmeId: string): Software {
    const found = software.get(programmeId)
    if (found === undefined) throw new NotPossible(`There is no provider software called "${programmeId}".`)
    return found
  }
  function become(one: Software, phase: ProviderPhase): void {
    one.phase = phase
    policy.again()
  }
  async function stop(programmeId: string, { isForUser }: { isForUser: boolean }): Promise<void> {
    const one = of(programmeId)
    one.stops.push({ isForUser, at: clock.now() })
    if (one.phase === 'stopped') return
    become(one, 'stopping')
    clock.after(one.stopMs, () => one.phase === 'stopping' && become(one, 'stopped'))
  }

  const house: PolicyHouse = {
    policy: undefined as unknown as Policy,
    software,
    one: [...software.values()][0] as Software,
    states: [],
    events: [],
    logged: [],
    settings: () => stored,
    load: Object.fromEntries(cards.map(({ id }) => [id, {}])),
    sense(change, isQuiet = false) {
      sensed = { ...sensed, ...change }
      if (!isQuiet) listener()
    },
    user(is) {
      inputAt = is === 'here' ? clock.now() : (inputAt ?? clock.now())
      if (is === 'here') listener()
    },
    now,
    steadyMs,
    async pass(ms, withTurns = true) {
      for (let left = ms; left > 0; left -= 1000) {
        await clock.advance(Math.min(1000, left))
        if (withTurns) policy.take({ at: now(), steadyMs: steadyMs(), samples: Object.fromEntries(cards.map(({ id }) => [id, sampleOf(id)])), silent: {} })
      }
      await clock.advance(0)
    },
    jump: (ms) => void (offMs += ms),
    sleep(ms) {
      offMs += ms
      asleepMs += ms
    },
    fails: { save: null, programmes: null, prices: null },
    isOurs: new Set(),
    measured: [],
    keepsAwake: () => awake,
    slept: [],
    decisions: () => house.policy.state().decisions,
    async end() {
      await house.policy.stop()
    },
  }

  function sampleOf(id: string): GpuSample {
    const { processes = [], more = {} } = house.load[id] ?? {}
    return { ...unknownSample(now(), 'not told in this test'), utilisation: 0, memoryUsedBytes: 400e6, temperatureC: 45, fan: 0.3, processes, ...more }
  }

  const policy = createPolicy(
    {
      clock: { now, after: clock.after },
      log: createLog('warn', (line) => void house.logged.push(line)),
      steadyMs,
      source: { platform: 'unknown', recorded: how.recorded ?? null, run: () => Promise.resolve({ kind: 'not-found' }) } as unknown as MachineSource,
      senses: null,
      keepAwake: null,
      dataFolder: '/nowhere',
      settings: () => stored,
      saveSettings(wanted) {
        if (house.fails.save !== null) throw house.fails.save
        stored = wanted
      },
      zone: () => 'Europe/Berlin',
      cards: () => cards,
      measured: () => house.measured,
      programmes() {
        if (house.fails.programmes !== null) throw house.fails.programmes
        return [...software.values()].map((one) => ({ ...one.programme, phase: one.phase, isSetUp: one.phase !== 'not-set-up' }))
      },
      signs: [{ programmeId: 'other/worker', title: 'Other worker', processNames: ['other-worker'] }],
      prices(at) {
        if (house.fails.prices !== null) throw house.fails.prices
        return [{ from: at, to: at + 48 * 3_600_000, usdPerKwh: 0.3, how: 'fixed price' }]
      },
      isOurs: (pid) => house.isOurs.has(pid),
      async start(programmeId) {
        const one = of(programmeId)
        one.starts += 1
        if (one.refuses !== null) throw one.refuses
        if (one.phase === 'finishing') return become(one, 'running')
        become(one, 'starting')
        clock.after(one.startMs, () => one.phase === 'starting' && become(one, 'running'))
      },
      async finish(programmeId) {
        const one = of(programmeId)
        one.finishes += 1
        become(one, 'finishing')
      },
      stop,
      keepsWatch: how.recorded === undefined,
      onState: (state) => void house.states.push(state),
      onEvents: (events) => void house.events.push(...events),
      ...how.options,
    },
    {
      ...realLayers,
      createSenses: () => ({
        machine() {
          const at = now()
          const idle = sensed.idleMs.value === null ? sensed.idleMs : known(inputAt === null ? 0 : clock.now() - inputAt, 'told by the test', at)
          return { ...Object.fromEntries(Object.entries(sensed).map(([key, value]) => [key, typeof value === 'object' ? { ...value, at } : value])), idleMs: { ...idle, at } } as PolicyMachine
        },
        begin() {},
        hasRead: () => true,
        wants() {},
        onChange(heard) {
          listener = heard
          return () => void (listener = () => {})
        },
        stop: () => Promise.resolve(),
      }),
      createKeepAwake: () => ({ set: (why) => void (awake = why), state: () => (awake === null ? null : { since: 0, sentence: awake }), problem: () => null, close() {} }),
      createSleep: () => ({ can: () => Promise.resolve({ sleeps: true, wakes: true, sentence: 'It can.' }), sleepUntil: (wakeAt) => Promise.resolve(void house.slept.push(wakeAt)) }),
      uptimeMs: () => steadyMs() + asleepMs,
      ...how.layers,
    },
  )
  house.policy = policy
  return house
}
