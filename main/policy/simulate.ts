/** Replays a trace through the very `decide` that runs the machine, and says what it came to, beside the best that was possible. */
import type { PolicyCard, PriceStep, Simulation } from '../../shared/policy-state.ts'
import { account, type Replayed } from './simulate-account.ts'
import { decide } from './decide.ts'
import { noMemory, pairKey, type PolicyInputs, type PolicyMemory } from './inputs.ts'
import { actOn, carryOn, isOnCard, nextJobEdge, programmeNow, sleptThrough, softwareOf } from './simulate-software.ts'
import { cardsOf, machineOf } from './trace-readings.ts'
import { playTrace } from './trace-world.ts'
import type { Trace } from './trace.ts'

/** The loop looks once a second: what happens in between is seen at the end of it. */
const tickMs = 1000
/** Any figure; a steady clock does not begin at 0. */
const steadyStart = 1_000_000
const aheadMs = 48 * 3_600_000
const gapMs = 30_000
const breathes = 500
/** A decision that flaps must not fill the answer. */
const mostDecisions = 20_000

export interface SimulateOptions {
  from?: number | undefined
  to?: number | undefined
  /** Looks every second even where nothing can have changed: the same answer, and far slower. */
  everySecond?: boolean
}

/** Gives way to everything else every few hundred looks. */
export async function simulate(trace: Trace, options: SimulateOptions = {}): Promise<Simulation> {
  const replaying = replay(trace, options)
  for (;;) {
    const { done, value } = replaying.next()
    if (done) return account(value, options)
    await new Promise((goOn) => setImmediate(goOn))
  }
}

export function simulateAtOnce(trace: Trace, options: SimulateOptions = {}): Simulation {
  const replaying = replay(trace, options)
  for (;;) {
    const { done, value } = replaying.next()
    if (done) return account(value, options)
  }
}

function* replay(trace: Trace, { everySecond = false, to = trace.to }: SimulateOptions): Generator<void, Replayed> {
  const player = playTrace(trace)
  const { world } = player
  const software = trace.programmes.map((programme) => softwareOf(programme, trace.from))
  const pricesAt = priceReader(trace)
  const end = Math.min(to, trace.to)
  const told = new Map<string, string>()
  const decisions: Simulation['decisions'] = []
  let looks = 0
  let memory: PolicyMemory = noMemory
  let sleptMs = 0
  let isAfterGap = false
  let nextInMs: number | null = null

  const look = (at: number, isGoingToSleep: boolean): void => {
    for (const one of software) carryOn(one, at, world.clockOffMs)
    const wall = at + world.clockOffMs
    const programmes = software.map((one) => programmeNow(one, at, world.clockOffMs))
    const ours = programmes.filter((_, index) => isOnCard(software[index] as (typeof software)[number]))
    const cards: PolicyCard[] = cardsOf(trace, world, at, ours)
    const inputs: PolicyInputs = { at: wall, steadyMs: steadyStart + at - trace.from - sleptMs, zone: trace.zone, settings: world.settings, machine: machineOf(world, at, isGoingToSleep), cards, programmes, prices: pricesAt(wall), isAfterGap }
    const decided = decide(inputs, memory)
    isAfterGap = false
    ;({ memory, nextInMs } = decided)
    for (const { gpuId, programmeId, do: doing, because } of decided.decisions) {
      const [first] = because
      const key = pairKey(gpuId, programmeId)
      if (first === undefined || told.get(key) === `${doing} ${first.rule}`) continue
      told.set(key, `${doing} ${first.rule}`)
      if (decisions.length < mostDecisions) decisions.push({ at, gpuId, programmeId, do: doing, because: first.sentence, rule: first.rule })
    }
    for (const one of software) {
      const { phase } = one
      actOn(one, decided.decisions.filter(({ programmeId }) => programmeId === one.programme.programmeId), at, world.clockOffMs)
      // What was just told to start or stop is looked at again.
      if (one.phase !== phase) nextInMs = tickMs
    }
    looks += 1
  }

  for (let at = trace.from; at < end; ) {
    const sleepAt = player.nextSleepAt()
    if (sleepAt < at) {
      player.advance(sleepAt, true)
      // A slow machine hears of it too late.
      if (world.sleep === true) look(sleepAt, true)
      for (const one of software) carryOn(one, sleepAt, world.clockOffMs)
      const wakesAt = Math.min(player.nextSleepAt(), trace.to)
      player.advance(wakesAt, true)
      for (const one of software) sleptThrough(one, wakesAt - sleepAt)
      sleptMs += wakesAt - sleepAt
      isAfterGap = wakesAt - sleepAt > gapMs
      at = secondAfter(wakesAt)
      continue
    }
    player.advance(at, false)
    look(at, false)
    if (looks % breathes === 0) yield
    // What happens is seen at the next whole second; what `decide` waits for itself comes after `nextInMs`.
    const events = Math.min(player.nextAt(), ...software.map(({ programme, dueAt, phase }) => Math.min(dueAt, phase === 'running' ? nextJobEdge(programme, at) : Infinity)))
    const due = nextInMs === null ? Infinity : at + Math.max(tickMs, Math.ceil(nextInMs / tickMs) * tickMs)
    at = everySecond ? at + tickMs : Math.max(at + tickMs, Math.min(secondAfter(events), due))
  }
  for (const one of software) carryOn(one, end, world.clockOffMs)
  return { trace, runs: software.flatMap(({ runs }) => runs), decisions, looks }

  function secondAfter(moment: number): number {
    return moment === Infinity ? Infinity : trace.from + (Math.floor((moment - trace.from) / tickMs) + 1) * tickMs
  }
}

/** What was known then of the coming two days; the same list as long as the hour is the same. */
function priceReader({ prices }: Trace): (wall: number) => readonly PriceStep[] {
  let index = 0
  let known: readonly PriceStep[] | null = null
  return (wall) => {
    const before = index
    while (index > 0 && (prices[index] as PriceStep).from > wall) index -= 1
    while (index < prices.length - 1 && (prices[index] as PriceStep).to <= wall) index += 1
    if (known === null || before !== index) {
      let last = index
      while (last < prices.length && (prices[last] as PriceStep).from < wall + aheadMs) last += 1
      known = prices.slice(index, last)
    }
    return known
  }
}
