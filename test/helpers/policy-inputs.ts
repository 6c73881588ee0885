/** Inputs of `decide` for tests: a quiet desktop in the morning, one card, one programme that is set up and armed; every part can be another. */
import { decide } from '../../main/policy/decide.ts'
import { noMemory, type PolicyInputs, type PolicyMemory } from '../../main/policy/inputs.ts'
import type { Decision, PolicyCard, PolicyMachine, PolicyProgramme, PriceStep, ProgramOnCard, ProgrammeDemands, Sensed } from '../../shared/policy-state.ts'
import { policySettingsSchema, type PolicySettings } from '../../shared/policy.ts'

/** Monday 2026-11-23, 10:00 in Berlin. */
export const testAt = Date.UTC(2026, 10, 23, 9)
/** Where the steady clock of tests begins: any figure, and not 0. */
export const testSteadyMs = 1_000_000
export const testZone = 'Europe/Berlin'
const hourMs = 3_600_000

export const source = { url: 'https://example.org/', date: null }

export function known<T>(value: T, how = 'told by the test', at = testAt): Sensed<T> {
  return { value, how, at } as Sensed<T>
}

export function unknown<T>(why = 'Nothing tells it.', at = testAt): Sensed<T> {
  return { value: null, why, at }
}

/** Nobody has been there for an hour, it is plugged in, and nothing is in the way. */
export function machine(over: Partial<PolicyMachine> = {}): PolicyMachine {
  return {
    idleMs: known(hourMs),
    isAttended: known(true),
    isLocked: known(false),
    fullScreen: known<string | false>(false),
    gameMode: known(false),
    onBattery: known(false),
    charge: known(1),
    isLidClosed: known(false),
    isMetered: known(false),
    trafficTodayBytes: known(1e9),
    diskFreeBytes: known(500e9),
    processorLoad: known(0.02),
    isGoingToSleep: false,
    ...over,
  }
}

/** A cool card that drives the display, with nothing on it. */
export function card(over: Partial<PolicyCard> = {}): PolicyCard {
  return {
    gpuId: 'gpu-0',
    name: 'GeForce RTX 4090',
    model: 'GeForce RTX 4090',
    isHere: true,
    silent: null,
    drivesDisplay: known(true),
    temperatureC: 45,
    slowdownC: 88,
    fan: 0.3,
    utilisation: 0,
    memoryUsedBytes: 400e6,
    programs: [],
    listedBy: [],
    isMeasured: false,
    at: testAt,
    ...over,
  }
}

/** Blender, hard at work. */
export function program(over: Partial<ProgramOnCard> = {}): ProgramOnCard {
  return { pid: 4711, name: 'blender', startedAt: testAt - hourMs, memoryBytes: 6.1e9, utilisation: 0.43, whose: 'stranger', confidence: 'high', why: 'its parent is a shell of the user', ...over }
}

export function demands(over: Partial<ProgrammeDemands> = {}): ProgrammeDemands {
  return {
    cards: 'all',
    exclusive: 'card',
    exclusiveWhy: 'Its work needs the whole card.',
    exclusiveSource: source,
    ceilings: [],
    uptime: null,
    interruption: 'free',
    startMinutes: 1,
    startWhy: 'assumed',
    ...over,
  }
}

/** Stopped, ready to be started, and brings 0.30 USD an hour for 0.4 kWh. */
export function programme(over: Partial<PolicyProgramme> = {}): PolicyProgramme {
  return {
    programmeId: 'example/worker',
    title: 'Example worker',
    isPractice: false,
    kind: 'managed',
    isSetUp: true,
    cannotStart: null,
    phase: 'stopped',
    since: testAt - hourMs,
    job: null,
    earning: null,
    gpuIds: ['gpu-0'],
    demands: demands(),
    worth: worth(0.3, 0.4),
    stopPrice: { sentence: 'Stopping costs nothing.', usd: 0, finishMinutes: null },
    refusals: 0,
    ...over,
  }
}

export function worth(grossUsdPerHour: number, kwhPerHour: number): NonNullable<PolicyProgramme['worth']> {
  return {
    grossUsdPerHour: { low: grossUsdPerHour, expected: grossUsdPerHour, high: grossUsdPerHour },
    kwhPerHour: { low: kwhPerHour, expected: kwhPerHour, high: kwhPerHour },
  }
}

/** Steps of one hour each from `testAt` on, one for each price. */
export function pricesFrom(usdPerKwh: readonly number[], from = testAt): PriceStep[] {
  return usdPerKwh.map((price, index) => ({ from: from + index * hourMs, to: from + (index + 1) * hourMs, usdPerKwh: price, how: 'dated price' }))
}

/** As a new user has it, with `programmeIds` armed. */
export function settings(over: Partial<PolicySettings> = {}, programmeIds: readonly string[] = ['example/worker']): PolicySettings {
  const armed = Object.fromEntries(programmeIds.map((id) => [id, { isArmed: true, may: null, priority: 0 }]))
  return policySettingsSchema.parse({ programmes: armed, ...over })
}

/** All programmes that are handed in count as armed unless `settings` says otherwise. */
export function inputs(over: Partial<PolicyInputs> = {}): PolicyInputs {
  const programmes = over.programmes ?? [programme()]
  return {
    at: testAt,
    steadyMs: testSteadyMs,
    zone: testZone,
    settings: settings({}, programmes.map(({ programmeId }) => programmeId)),
    machine: machine(),
    cards: [card()],
    programmes,
    prices: pricesFrom(Array.from({ length: 48 }, () => 0.3)),
    ...over,
  }
}

/** The same a while later, by both clocks; readings keep their values and are read anew. */
export function later(before: PolicyInputs, ms: number, over: Partial<PolicyInputs> = {}): PolicyInputs {
  const at = before.at + ms
  const machineNow = Object.fromEntries(Object.entries(before.machine).map(([key, value]) => [key, typeof value === 'object' ? { ...value, at } : value])) as unknown as PolicyMachine
  const cards = before.cards.map((one) => (one.at === null ? one : { ...one, at }))
  return { ...before, at, steadyMs: before.steadyMs + ms, machine: machineNow, cards, ...over }
}

/** What `decide` remembers after two calm minutes with these programmes: a start has nothing to wait for. */
export function calmMemory(before: PolicyInputs): PolicyMemory {
  let memory = noMemory
  for (const ms of [120_000, 60_000, 1_000]) memory = decide({ ...before, at: before.at - ms, steadyMs: before.steadyMs - ms }, memory).memory
  return memory
}

/** The decisions on these inputs after calm: the parts that are left out are as in `inputs()` all the time, the others only now. */
export function decideAfterCalm(over: Partial<PolicyInputs> = {}): Decision[] {
  const now = inputs(over)
  return decide(now, calmMemory(inputs({ programmes: now.programmes }))).decisions
}

/** `programme()` whose software has run for twenty minutes. */
export function running(over: Partial<PolicyProgramme> = {}): PolicyProgramme {
  return programme({ phase: 'running', since: testAt - 20 * 60_000, ...over })
}
