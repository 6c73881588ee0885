/** What holds of `decide` for any inputs and any day: the promises of "When to run". RUNS=5000 tries more. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decide, explain } from '../../../main/policy/decide.ts'
import { mustNotMeet } from '../../../main/policy/exclusive.ts'
import { noMemory, pairKey, type PolicyInputs } from '../../../main/policy/inputs.ts'
import { isLeavingPhase, isUpPhase } from '../../../main/policy/memory.ts'
import { ruleIds, type PolicyCard, type PolicyMachine, type PolicyProgramme, type ProgramOnCard, type ProgrammeDemands, type Sensed } from '../../../shared/policy-state.ts'
import { runModes, type PolicySettings } from '../../../shared/policy.ts'
import { card, demands, inputs, machine, program, programme, settings, source, testAt, testSteadyMs, worth } from '../../helpers/policy-inputs.ts'
import { runWorld, type Step } from './decide-world.ts'

const runs = Number(process.env['RUNS'] ?? 200)
const hourMs = 3_600_000
/** A failure is made smaller for so long, which else goes on for many minutes and looks like a loop. */
const limit = { interruptAfterTimeLimit: 60_000 * Math.max(1, runs / 200), markInterruptAsFailure: true }

/** Also figures that no reader should give. */
const odd = fc.oneof({ weight: 6, arbitrary: fc.double({ min: -1, max: 200, noNaN: true }) }, fc.constantFrom(Number.NaN, Infinity, -Infinity, 0, -1e300, 1e300))
const oddOrNull = fc.option(odd)
const sensed = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Sensed<T>> => fc.oneof(value.map((one): Sensed<T> => ({ value: one, how: 'x', at: testAt }) as Sensed<T>), fc.constant<Sensed<T>>({ value: null, why: 'Nothing tells it.', at: 0 }))
const gpuId = fc.constantFrom('gpu-0', 'gpu-1', 'gpu-2', 'nowhere')
const programmeId = fc.constantFrom('a/a', 'b/b', 'c/c')
const moment = fc.integer({ min: testAt - 3 * hourMs, max: testAt + 3 * hourMs })
const nothing = fc.constant(null)

const anyMachine: fc.Arbitrary<PolicyMachine> = fc.record({
  idleMs: sensed(fc.oneof(odd, fc.integer({ min: 0, max: 2 * hourMs }))),
  isAttended: sensed(fc.boolean()),
  isLocked: sensed(fc.boolean()),
  fullScreen: sensed(fc.constantFrom<string | false>(false, false, '', 'game')),
  gameMode: sensed(fc.constantFrom(false, false, true)),
  onBattery: sensed(fc.constantFrom(false, false, true)),
  charge: sensed(odd),
  isLidClosed: sensed(fc.constantFrom(false, false, true)),
  isMetered: sensed(fc.constantFrom(false, false, true)),
  trafficTodayBytes: sensed(odd),
  diskFreeBytes: sensed(fc.oneof(odd, fc.constant(1e12))),
  processorLoad: sensed(odd),
  isGoingToSleep: fc.constantFrom(false, false, false, true),
})
const anyProgram: fc.Arbitrary<ProgramOnCard> = fc.record({ pid: fc.nat(), name: fc.string(), memoryBytes: oddOrNull, utilisation: oddOrNull, whose: fc.constantFrom('ours', 'desktop', 'ignored', 'listed', 'stranger') }).map((over) => program(over as Partial<ProgramOnCard>))
const anyCard: fc.Arbitrary<PolicyCard> = fc
  .record({ gpuId, isHere: fc.constantFrom(true, true, false), silent: fc.option(fc.string(), { freq: 4 }), drivesDisplay: sensed(fc.boolean()), temperatureC: oddOrNull, slowdownC: oddOrNull, fan: oddOrNull, utilisation: oddOrNull, programs: fc.array(anyProgram, { maxLength: 4 }), listedBy: fc.array(programmeId, { maxLength: 1 }), isMeasured: fc.constantFrom(false, false, true) })
  .map((over) => card(over))
const phases = ['not-set-up', 'stopped', 'starting', 'running', 'finishing', 'stopping', 'stop-failed', 'waiting', 'failed'] as const
const anyProgramme: fc.Arbitrary<PolicyProgramme> = fc
  .record({
    programmeId,
    kind: fc.constantFrom('managed', 'managed', 'observed'),
    isSetUp: fc.constantFrom(true, true, true, false),
    cannotStart: fc.option(fc.string(), { freq: 8 }),
    phase: fc.constantFrom(...phases),
    since: fc.oneof(moment, odd),
    job: fc.option(fc.constant({ since: testAt })),
    gpuIds: fc.uniqueArray(gpuId, { maxLength: 3 }),
    demands: fc.record({ exclusive: fc.constantFrom('free', 'card', 'machine'), interruption: fc.constantFrom('free', 'costly', 'punished'), ceilings: fc.constantFrom([], [{ models: null, gpu: 0.05, processor: 0.3, source }]) }).map((over) => demands(over as unknown as Partial<ProgrammeDemands>)),
    worth: fc.option(fc.tuple(odd, odd).map(([gross, kwh]) => worth(gross, kwh))),
    stopPrice: fc.record({ sentence: fc.constant(''), usd: oddOrNull, finishMinutes: nothing }),
    refusals: fc.constantFrom(0, 0, 1),
  })
  .map((over) => programme(over as Partial<PolicyProgramme>))
const anySettings: fc.Arbitrary<PolicySettings> = fc
  .record({
    isOn: fc.constantFrom(true, true, true, false),
    schedule: fc.array(fc.record({ days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), from: fc.constantFrom('00:00', '02:30', '09:00'), to: fc.constantFrom('00:00', '02:30', '22:00'), may: fc.constantFrom(...runModes), gpuId: fc.option(gpuId) }), { maxLength: 3 }),
    otherwise: fc.constantFrom(...runModes),
    whenIdleUnknown: fc.constantFrom('by-load', 'wait'),
    mostTrafficGb: fc.option(fc.constant(1)),
    quietFrom: fc.constantFrom(null, '22:00'),
    quietTo: fc.constant('08:00'),
    maxFan: fc.option(fc.constant(0.5)),
    cards: fc.dictionary(gpuId, fc.record({ may: fc.option(fc.constantFrom(...runModes)), maxTemperatureC: fc.constantFrom(null, 60), maxFan: nothing, programmes: fc.option(fc.array(programmeId)) })),
    programmes: fc.dictionary(programmeId, fc.record({ isArmed: fc.constantFrom(true, true, false), may: fc.option(fc.constantFrom(...runModes)), priority: fc.integer({ min: -2, max: 2 }) })),
    overrides: fc.array(fc.record({ id: fc.constant('o'), kind: fc.constantFrom('pause', 'run-now'), gpuId: fc.option(gpuId), programmeId: fc.option(programmeId), since: moment.filter((at) => at >= 0), until: fc.option(moment), isFor: fc.boolean() }), { maxLength: 2 }).map((all) => all.map((one, index) => ({ ...one, id: `o${index}` }))),
  })
  .map((over) => settings(over as Parameters<typeof settings>[0]))

const anyInputs: fc.Arbitrary<PolicyInputs> = fc
  .record({
    at: fc.oneof({ weight: 9, arbitrary: moment }, odd),
    steadyMs: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 0, max: testSteadyMs + 4 * hourMs }) }, odd),
    zone: fc.constantFrom('Europe/Berlin', 'America/New_York', 'UTC', 'no/where', ''),
    settings: anySettings,
    machine: anyMachine,
    cards: fc.array(anyCard, { maxLength: 3 }),
    programmes: fc.uniqueArray(anyProgramme, { maxLength: 3, selector: (one) => one.programmeId }),
    prices: fc.array(odd, { maxLength: 5 }).map((all) => all.map((usdPerKwh, index) => ({ from: testAt + (index - 1) * hourMs, to: testAt + index * hourMs, usdPerKwh, how: 'x' }))),
    isAfterGap: fc.boolean(),
  })
  .map((given) => given as PolicyInputs)

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const one of Object.values(value)) frozen(one)
  }
  return value
}

describe('for any inputs', () => {
  test('every pair has one decision with a reason, nothing is thrown, and the same gives the same', () => {
    fc.assert(
      fc.property(fc.array(anyInputs, { minLength: 1, maxLength: 4 }), (all) => {
        let memory = noMemory
        for (const given of all) {
          frozen(given)
          frozen(memory)
          const decided = decide(given, memory)
          expect(decide(structuredClone(given), structuredClone(memory))).toEqual(decided)
          expect(JSON.parse(JSON.stringify(decided.memory))).toEqual(decided.memory)
          expect(decided.nextInMs === null || (decided.nextInMs >= 1 && Number.isInteger(decided.nextInMs))).toBe(true)
          const pairs = given.programmes.flatMap(({ programmeId: id, gpuIds }) => (gpuIds.length === 0 ? [null] : gpuIds).map((gpu) => pairKey(gpu, id)))
          expect(decided.decisions.map((one) => pairKey(one.gpuId, one.programmeId))).toEqual(pairs)
          for (const decision of decided.decisions) {
            expect(decision.because.length).toBeGreaterThan(0)
            expect(decision.because.length).toBeLessThanOrEqual(5)
            expect(decision.untilWords).not.toBe('')
            expect(decision.until === null || Number.isFinite(decision.until)).toBe(true)
            for (const { rule, sentence, since } of decision.because) {
              expect(ruleIds).toContain(rule)
              expect(sentence.length).toBeGreaterThan(3)
              expect(sentence).not.toMatch(/undefined|\[object|null/)
              expect(since).toBeLessThanOrEqual(decided.memory.at ?? 0)
            }
          }
          for (const explained of explain(given, memory)) {
            expect(explained.rules.map(({ rule }) => rule)).toEqual([...ruleIds])
            expect(explained.rules.filter(({ outcome }) => outcome === 'decides').map(({ rule }) => rule)).toEqual([explained.decision.because[0]?.rule])
          }
          expect(explain(given, memory).map(({ decision }) => decision)).toEqual(decided.decisions)
          memory = decided.memory
        }
      }),
      { numRuns: runs, ...limit },
    )
  })

  const part = fc.double({ min: 0, max: 1, noNaN: true })
  test('who waits as long as it is told each time gets on: the clock moves with every wait, and an hour has few of them', () => {
    fc.assert(
      fc.property(anyInputs, part, part, fc.constantFrom(0, 0, 7_200_000, -7_200_000), (given, ofSteady, ofIdle, jumpMs) => {
        let memory = noMemory
        let [passedMs, looks] = [0, 0]
        const [steadyMs, idleMs, at] = [testSteadyMs + ofSteady, 100_000 + 1e5 * ofIdle, testAt + ofSteady / 3]
        while (passedMs < hourMs) {
          const now: PolicyInputs = { ...given, isAfterGap: false, steadyMs: steadyMs + passedMs, at: at + passedMs + (looks > 3 ? jumpMs : 0), machine: { ...given.machine, idleMs: { value: idleMs + passedMs, how: 'x', at } } }
          const decided = decide(now, memory)
          if (decided.nextInMs === null) break
          expect(now.steadyMs + decided.nextInMs).toBeGreaterThan(now.steadyMs)
          memory = decided.memory
          passedMs += decided.nextInMs
          looks += 1
          expect(looks).toBeLessThan(100)
        }
      }),
      { numRuns: runs, ...limit },
    )
  })

  test('two that must not meet never both run, a measured or listed card never starts, and nothing is started while it is still stopping', () => {
    fc.assert(
      fc.property(anyInputs, (given) => {
        const { decisions } = decide(given, noMemory)
        const allRun = (one: PolicyProgramme): boolean => decisions.filter(({ programmeId: id }) => id === one.programmeId).every((pair) => pair.do === 'run')
        const running = given.programmes.filter(allRun)
        // Software that is only looked at cannot be stopped from here: two such are left to the user.
        // Switched off, what runs is left as it is.
        if (given.settings.isOn) for (const one of running) for (const other of running) if (one !== other) expect(mustNotMeet(one, other)).toBe(false)
        for (const decision of decisions) {
          const one = given.programmes.find(({ programmeId: id }) => id === decision.programmeId) as PolicyProgramme
          if (decision.do === 'run') expect(isLeavingPhase(one.phase)).toBe(false)
          if (decision.do === 'wait') expect(isUpPhase(one.phase)).toBe(false)
          if (decision.do === 'finish' || decision.do === 'stop') expect(isUpPhase(one.phase) || isLeavingPhase(one.phase)).toBe(true)
          const on = given.cards.find(({ gpuId: id }) => id === decision.gpuId)
          if (decision.do === 'run' && !isUpPhase(one.phase) && on) expect([on.isMeasured, on.isHere, on.silent]).toEqual([false, true, null])
          if (decision.do === 'run' && !isUpPhase(one.phase) && on && one.demands.exclusive === 'machine') expect(given.cards.some(({ isMeasured }) => isMeasured)).toBe(false)
        }
      }),
      { numRuns: runs * 2, ...limit },
    )
  })
})

test('whatever else holds: with a program of the user’s on its card, what runs is stopped at once', () => {
  fc.assert(
    fc.property(anyInputs, (given) => {
      const { decisions } = decide({ ...given, settings: { ...given.settings, isOn: true, overrides: [] } }, noMemory)
      for (const decision of decisions) {
        const one = given.programmes.find(({ programmeId: id }) => id === decision.programmeId) as PolicyProgramme
        const on = given.cards.find(({ gpuId: id }) => id === decision.gpuId)
        if (!one.isSetUp || !isUpPhase(one.phase) || on?.programs.some(({ whose }) => whose === 'listed') !== true) continue
        expect(decision.do).toBe('stop')
        expect(decision.because.some(({ isForUser, rule }) => isForUser || rule === 'too-hot')).toBe(true)
      }
    }),
    { numRuns: runs * 4, ...limit },
  )
})

/** Somebody who comes and goes, games that begin and end, and a card that warms up: one entry is some seconds of the same. */
const anyDay = fc
  .array(
    fc.record({
      seconds: fc.integer({ min: 1, max: 400 }),
      what: fc.constantFrom('away', 'away', 'away', 'here', 'restless', 'untold', 'game', 'hot', 'locked'),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((spans): Step[] => {
    let idleMs = 0
    return spans.flatMap(({ seconds, what }) =>
      Array.from({ length: seconds }, (_, second): Step => {
        idleMs = what === 'here' || what === 'game' || (what === 'restless' && second % 45 === 0) ? 0 : idleMs + 1000
        return {
          idleMs: what === 'untold' ? null : idleMs,
          ...(what === 'game' ? { programs: [program({ utilisation: 0.8 })] } : { programs: [] }),
          ...(what === 'hot' ? { temperatureC: second % 20 === 0 ? 84 : 70 } : { temperatureC: 60 }),
          ...(what === 'locked' ? { over: { machine: machine({ isLocked: { value: true, how: 'x', at: 0 } }) } } : {}),
        }
      }),
    )
  })

describe('over any day', () => {
  const fewer = Math.max(40, Math.round(runs / 4))

  test('a stop for the user comes in the tick that sees the cause, and a start never sooner than a minute after a stop', () => {
    fc.assert(
      fc.property(anyDay, fc.constantFrom(0.5, 3), (steps, idleAfterMinutes) => {
        const world = runWorld(steps, { settings: settings({ idleAfterMinutes }) })
        expect(world.late).toEqual([])
        for (const { second } of world.stops) {
          const next = world.starts.find((start) => start > second)
          if (next !== undefined) expect(next - second).toBeGreaterThanOrEqual(60)
        }
        // No day of an hour has more short runs than the growing calm allows: 1, 2, 4, 8 … minutes.
        expect(world.starts.length).toBeLessThanOrEqual(2 + Math.log2(1 + steps.length / 60))
      }),
      { numRuns: fewer, ...limit },
    )
  })

  test('who looks only when something changes, or when told to look, decides the same as who looks each second', () => {
    fc.assert(
      fc.property(anyDay, fc.boolean(), (steps, hasPrices) => {
        const over: Partial<PolicyInputs> = {
          settings: settings({ idleAfterMinutes: 1, schedule: [{ days: [1], from: '10:10', to: '10:20', may: 'never', gpuId: null }] }),
          prices: hasPrices ? [0.1, 3, 0.1, 3, 0.1].map((usdPerKwh, index) => ({ from: testAt + index * 5 * 60_000, to: testAt + (index + 1) * 5 * 60_000, usdPerKwh, how: 'x' })) : [],
        }
        const each = runWorld(steps, over)
        const events = runWorld(steps, over, { isEventDriven: true })
        expect(events.asked).toEqual(each.asked)
        expect(events.calls).toBeLessThanOrEqual(each.calls)
      }),
      { numRuns: fewer, ...limit },
    )
  })

  test('two programmes that must not meet never run at once, whatever they are told and however slowly they stop', () => {
    const programmes = [programme({ programmeId: 'a/a' }), programme({ programmeId: 'b/b', worth: worth(0.5, 0.4) })]
    fc.assert(
      fc.property(anyDay, fc.integer({ min: 0, max: 3600 }), (steps, from) => {
        const prefers = (priority: number): PolicySettings => settings({ idleAfterMinutes: 0.5, programmes: { 'a/a': { isArmed: true, may: null, priority }, 'b/b': { isArmed: true, may: null, priority: 0 } } })
        const [plain, turned] = [prefers(0), prefers(3)]
        const world = runWorld(steps.map((step, second) => ({ ...step, over: { ...step.over, settings: second > from ? turned : plain } })), { programmes, settings: plain })
        for (const decisions of world.decisions) expect(decisions.filter((one) => one.do === 'run').length).toBeLessThanOrEqual(1)
      }),
      { numRuns: Math.round(fewer / 2), ...limit },
    )
  })

  test('a day without anybody runs through', () => {
    const world = runWorld(Array.from({ length: 3600 }, (_, second) => ({ idleMs: hourMs + second * 1000 })), inputs())
    expect([world.starts, world.stops]).toEqual([[60], []])
  })
})
