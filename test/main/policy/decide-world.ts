/** A small world for `decide`: software that does as it is told with some delay, and somebody who comes and goes. */
import { decide } from '../../../main/policy/decide.ts'
import { noMemory, type PolicyInputs } from '../../../main/policy/inputs.ts'
import type { Decision, PolicyCard, ProgramOnCard } from '../../../shared/policy-state.ts'
import type { ProviderPhase } from '../../../shared/provider.ts'
import { card, inputs, known, machine, programme, unknown } from '../../helpers/policy-inputs.ts'

/** A second of what happens by itself. */
export interface Step {
  /** null: not told. */
  idleMs: number | null
  programs?: ProgramOnCard[]
  temperatureC?: number
  over?: Partial<PolicyInputs>
}

export interface World {
  /** Seconds at which software was started. */
  starts: number[]
  stops: { second: number; rule: string }[]
  /** Seconds at which something was in the way and no stop was asked for. */
  late: number[]
  /** What was to be done in each second, pair by pair. */
  asked: string[]
  decisions: Decision[][]
  calls: number
}

const secondsToStart = 2
const secondsToStop = 2

/** `isEventDriven`: `decide` is called only when a reading has changed or at the time it gave. */
export function runWorld(steps: readonly Step[], over: Partial<PolicyInputs> = {}, { isEventDriven = false }: { isEventDriven?: boolean } = {}): World {
  const base = inputs(over)
  const software = new Map(base.programmes.map((one): [string, { phase: ProviderPhase; since: number }] => [one.programmeId, { phase: 'stopped', since: -100 }]))
  const world: World = { starts: [], stops: [], late: [], asked: [], decisions: [], calls: 0 }
  let memory = noMemory
  let decisions: Decision[] = []
  let dueMs = 0
  let before = ''
  let [lastIdle, isFirst] = [null as number | null, true]
  for (const [second, step] of steps.entries()) {
    let hasChanged = false
    for (const one of software.values()) hasChanged = moveOn(one, second) || hasChanged
    const reading = JSON.stringify([step.programs, step.temperatureC, step.over, [...software.values()].map(({ phase }) => phase)])
    const grows = lastIdle !== null && step.idleMs !== null && step.idleMs === lastIdle + 1000
    const isNew = isFirst || hasChanged || reading !== before || (!grows && !(step.idleMs === null && lastIdle === null))
    ;[lastIdle, before, isFirst] = [step.idleMs, reading, false]
    if (!isEventDriven || isNew || second * 1000 >= dueMs) {
      const given = at(base, step, second, software)
      const decided = decide(given, memory)
      world.calls += 1
      memory = decided.memory
      decisions = decided.decisions
      dueMs = decided.nextInMs === null ? Infinity : second * 1000 + decided.nextInMs
      lookAt(given, decisions, second, world)
    }
    act(decisions, software, second, world)
    world.asked.push(decisions.map((one) => `${one.gpuId} ${one.programmeId} ${one.do}`).join(', '))
    world.decisions.push(decisions)
  }
  return world
}

function moveOn(one: { phase: ProviderPhase; since: number }, second: number): boolean {
  if (one.phase === 'starting' && second - one.since >= secondsToStart) Object.assign(one, { phase: 'running', since: second })
  else if (one.phase === 'stopping' && second - one.since >= secondsToStop) Object.assign(one, { phase: 'stopped', since: second })
  else return false
  return true
}

function at(base: PolicyInputs, step: Step, second: number, software: ReadonlyMap<string, { phase: ProviderPhase; since: number }>): PolicyInputs {
  const [ms, start] = [second * 1000, base.at]
  const cards: PolicyCard[] = (step.over?.cards ?? base.cards).map((one) => card({ ...one, programs: step.programs ?? one.programs, temperatureC: step.temperatureC ?? one.temperatureC }))
  return {
    ...base,
    at: start + ms,
    steadyMs: base.steadyMs + ms,
    machine: machine({ ...base.machine, idleMs: step.idleMs === null ? unknown() : known(step.idleMs) }),
    programmes: base.programmes.map((one) => {
      const { phase, since } = software.get(one.programmeId) ?? { phase: 'stopped', since: 0 }
      return programme({ ...one, phase, since: start + since * 1000 })
    }),
    ...step.over,
    cards,
  }
}

function act(decisions: readonly Decision[], software: ReadonlyMap<string, { phase: ProviderPhase; since: number }>, second: number, world: World): void {
  for (const [programmeId, one] of software) {
    const pairs = decisions.filter((decision) => decision.programmeId === programmeId)
    if (pairs.every((pair) => pair.do === 'run') && one.phase === 'stopped') {
      Object.assign(one, { phase: 'starting', since: second })
      world.starts.push(second)
    }
    const stop = pairs.find((pair) => pair.do === 'stop' || pair.do === 'finish')
    if (stop !== undefined && (one.phase === 'running' || one.phase === 'starting')) {
      Object.assign(one, { phase: 'stopping', since: second })
      world.stops.push({ second, rule: stop.because[0]?.rule ?? '' })
    }
  }
}

/** By the plain words of the issue, not by the rules: somebody is there, or a program of theirs works on the card. */
function lookAt({ machine: { idleMs }, settings, cards, programmes }: PolicyInputs, decisions: readonly Decision[], second: number, world: World): void {
  const isHere = idleMs.value !== null && idleMs.value < settings.idleAfterMinutes * 60_000
  for (const decision of decisions) {
    const { phase } = programmes.find(({ programmeId }) => programmeId === decision.programmeId) ?? { phase: 'stopped' }
    const works = cards.find(({ gpuId }) => gpuId === decision.gpuId)?.programs.some(({ whose, utilisation }) => whose === 'stranger' && (utilisation ?? 0) >= settings.busyFrom) === true
    if ((phase === 'running' || phase === 'starting') && (isHere || works) && settings.overrides.length === 0 && decision.do !== 'stop') world.late.push(second)
  }
}
