/** When each programme of a trace could have run without breaking the user's rules, when it would have been in their way, and when it would have paid: by the trace alone, without `decide`. */
import type { PriceStep } from '../../shared/policy-state.ts'
import type { Override, PolicySettings } from '../../shared/policy.ts'
import { plainName } from '../system/desktop-programs.ts'
import { createBegan, isHeavyDesktop, isInWay, programCause, type Began } from './hindsight-began.ts'
import { netOf } from './money.ts'
import { assumedMostC } from './rule-card.ts'
import { modeOf } from './rule-mode.ts'
import { activeOverrides, overrideOf } from './rule-override.ts'
import { nextModeChange, quietAt } from './schedule.ts'
import { firstAfter, push, type Span } from './trace-spans.ts'
import { playTrace, type World, type WorldCard } from './trace-world.ts'
import type { Trace, TraceProgramme } from './trace.ts'

export interface Truth {
  programmeId: string
  /** All its cards may run it. */
  allowed: Span[]
  /** What runs already need not end: the above, and what a job may outlast or software may sit out. */
  stays: Span[]
  /** The user's own doing can be seen and speaks against it. */
  inWay: Span[]
  /** There is a job, and by the estimate it pays for its power, where that counts. */
  pays: Span[]
}

/** Stretches between two inputs, with how long they last: who is away for less than the user set never left. */
interface Idle {
  from: number
  to: number
  is: 'active' | 'away' | 'unknown'
}

export function truthOf(trace: Trace): { programmes: Truth[]; asleep: Span[] } {
  const idle = idleOf(trace)
  const edges = edgesOf(trace, idle)
  const player = playTrace(trace)
  const { world } = player
  const began = createBegan(trace.from)
  const programmes = trace.programmes.map((programme) => ({ programmeId: programme.programmeId, allowed: [] as Span[], stays: [] as Span[], inWay: [] as Span[], pays: [] as Span[] }))
  const asleep: Span[] = []
  let [idleIndex, priceIndex] = [0, 0]
  edges.forEach((from, index) => {
    const to = edges[index + 1] ?? trace.to
    player.advance(from, true)
    began.take(world, from)
    while ((idle[idleIndex]?.to ?? Infinity) <= from) idleIndex += 1
    while ((trace.prices[priceIndex]?.to ?? Infinity) <= from) priceIndex += 1
    if (world.sleep !== false) push(asleep, from, to)
    const moment = { at: from, wall: from + world.clockOffMs, idle: idle[idleIndex] ?? null, price: trace.prices[priceIndex] ?? null, began }
    trace.programmes.forEach((programme, n) => {
      const truth = programmes[n] as Truth
      const { isAllowed, stays, isTouched, isInWay, isLossAllowed } = judge(trace, world, programme, moment)
      // Whoever touches the machine once is there: what runs has to end, however long they stay away after that.
      const begins = isTouched ? from + 1 : from
      if (isAllowed) push(truth.allowed, begins, to)
      // What is over within a second nobody sees, and nothing ends while the machine sleeps.
      if (stays || world.sleep !== false || (to - from < unseenMs && truth.stays.at(-1)?.to === from)) push(truth.stays, world.sleep === false ? begins : from, to)
      if (isInWay && world.sleep === false) push(truth.inWay, from, to)
      if (isPaid(programme, from) && (isLossAllowed || isWorthIt(programme, world.settings, moment.price, from))) push(truth.pays, from, to)
    })
  })
  return { programmes, asleep }
}

const unseenMs = 1000
const leastCharge = 0.2

interface Verdict {
  isAllowed: boolean
  stays: boolean
  isTouched: boolean
  isInWay: boolean
  isLossAllowed: boolean
}

interface Moment {
  at: number
  wall: number
  idle: Idle | null
  price: PriceStep | null
  began: Began
}

function judge(trace: Trace, world: World, programme: TraceProgramme, moment: Moment): Verdict {
  const ids: (string | null)[] = programme.gpuIds.length === 0 ? [null] : programme.gpuIds
  const active = activeOverrides(world.settings.overrides, moment.wall)
  const isArmed = world.settings.isOn && (world.settings.programmes[programme.programmeId]?.isArmed ?? false)
  const verdict: Verdict = { isAllowed: isArmed, stays: isArmed, isTouched: false, isInWay: false, isLossAllowed: !world.settings.stopsAtLoss }
  // A job that is cut costs: it may end first.
  const canOutlast = programme.jobs !== null && programme.demands.interruption !== 'free'
  const forbid = (how: 'hard' | 'job-first' | 'soft'): void => {
    verdict.isAllowed = false
    if (how === 'hard' || (how === 'job-first' && !canOutlast)) verdict.stays = false
  }
  for (const gpuId of ids) {
    const card = gpuId === null ? null : (world.cards.get(gpuId) ?? null)
    const said = overrideOf(active, gpuId, programme.programmeId)
    const isSpared = gpuId !== null && world.settings.sparesOnlyDisplay && programme.demands.exclusive !== 'machine' && trace.cards.find(({ id }) => id === gpuId)?.drivesDisplay === false
    const mode = modeOf(world.settings, trace.zone, moment.wall, { gpuId, card: gpuId === null ? null : (world.settings.cards[gpuId] ?? null), programme: world.settings.programmes[programme.programmeId] ?? { isArmed: false, may: null, priority: 0 } })
    const mattersWho = mode.may === 'when-idle' && !isSpared
    if (said?.kind === 'pause') verdict.isInWay = true
    if (said?.kind === 'pause' || !isCardFit(trace, world, programme, gpuId, card)) forbid('hard')
    if (card !== null && (!card.isHere || card.silent !== null || card.programs.some((program) => isHeavyDesktop(program, world.settings)))) forbid('soft')
    if (isTaken(world, programme, card)) forbid('job-first')
    if (said?.kind === 'run-now') {
      verdict.isLossAllowed = true
      const isNew = newSince(trace, world, moment.began, active, { gpuId, programmeId: programme.programmeId })
      const isUsedSince = isUserOn(world, gpuId, card, isSpared, isNew)
      if (isUsedSince) verdict.isInWay = true
      if (isUsedSince || isOnBattery(world, isNew) || isLidShut(world, isNew)) forbid('hard')
      continue
    }
    const isUsed = isUserOn(world, gpuId, card, isSpared)
    if (isUsed || (mattersWho && isHere(world, moment))) verdict.isInWay = true
    if (mattersWho && isHere(world, moment) && moment.idle?.from === moment.at) verdict.isTouched = true
    if (isUsed || (mattersWho && isHere(world, moment) && !isAway(world, moment)) || isUnplugged(world)) forbid('hard')
    else if (mattersWho && !isAway(world, moment)) forbid(moment.idle?.is === 'unknown' ? 'soft' : 'hard')
    if (mode.may === 'never' || isQuietOrSpent(trace, world, moment)) forbid('job-first')
    if (isLoud(trace, world, gpuId, card, moment)) forbid('soft')
  }
  return verdict
}

/** What no wish of the user's goes before, at once. */
function isCardFit(trace: Trace, { settings }: World, programme: TraceProgramme, gpuId: string | null, card: WorldCard | null): boolean {
  if (gpuId === null || card === null) return gpuId === null
  const facts = trace.cards.find(({ id }) => id === gpuId)
  const policy = settings.cards[gpuId] ?? null
  const mostC = policy?.maxTemperatureC ?? settings.maxTemperatureC ?? (facts?.slowdownC == null ? assumedMostC : facts.slowdownC - 5)
  if (card.temperatureC !== null && card.temperatureC >= mostC) return false
  return policy?.may !== 'never' && (policy === null || policy.programmes === null || policy.programmes.includes(programme.programmeId))
}

/** The same, after the job. */
function isTaken({ diskFreeGb, settings }: World, programme: TraceProgramme, card: WorldCard | null): boolean {
  if (diskFreeGb !== null && diskFreeGb < settings.leastDiskGb) return true
  if (card === null) return false
  return card.isMeasured || (programme.demands.exclusive !== 'free' && card.listedBy.some((id) => id !== programme.programmeId))
}

type Counts = (cause: string) => boolean
const always: Counts = () => true

/** "Run now" goes before what held when it was said, not before what begins after it. */
function newSince({ from }: Trace, { saidAt }: World, began: Began, active: readonly Override[], { gpuId, programmeId }: { gpuId: string | null; programmeId: string }): Counts {
  const about = active.filter((one) => one.kind === 'run-now' && (one.gpuId === null || one.gpuId === gpuId) && (one.programmeId === null || one.programmeId === programmeId))
  const last = Math.max(from, ...about.map(({ id }) => saidAt.get(id) ?? from))
  return (cause) => began.isAfter(cause, last)
}

/** A program of the user's on the card, a full screen, GameMode. */
function isUserOn({ settings, gameMode, fullScreen, locked }: World, gpuId: string | null, card: WorldCard | null, isSpared: boolean, counts = always): boolean {
  const isUsed = (card?.programs ?? []).some((program) => isInWay(program, settings) && (counts === always || counts(programCause(gpuId, program))))
  if (isUsed || isSpared) return isUsed
  if (settings.countsGameMode && gameMode === true && counts('game-mode')) return true
  if (!settings.countsFullScreen || fullScreen === null || fullScreen === false || (settings.countsLock && locked === true) || !counts('full-screen')) return false
  return !settings.ignoredPrograms.some((name) => plainName(name) === plainName(fullScreen))
}

function isHere(world: World, { at, idle }: Moment): boolean {
  if (world.attended === false || (world.settings.countsLock && world.locked === true) || idle === null || idle.is === 'unknown') return false
  return idle.is === 'active' || at - idle.from < idleAfterMs(world.settings)
}

/** Knowing what came after, no threshold has to be waited for. */
function isAway(world: World, { idle }: Moment): boolean {
  if (world.attended === false || (world.settings.countsLock && world.locked === true)) return true
  if (idle === null || idle.is === 'active') return false
  return idle.is === 'unknown' ? world.settings.whenIdleUnknown === 'by-load' : idle.to - idle.from >= idleAfterMs(world.settings)
}

/** A battery that is nearly empty is never left to "run now". */
function isOnBattery({ settings, onBattery, charge }: World, counts = always): boolean {
  return settings.onBattery === 'stop' && onBattery === true && ((charge !== null && charge < leastCharge) || counts('battery'))
}

function isLidShut({ settings, lidClosed }: World, counts = always): boolean {
  return settings.onLidClosed === 'stop' && lidClosed === true && counts('lid')
}

function isUnplugged(world: World): boolean {
  return isOnBattery(world) || isLidShut(world) || (world.settings.onMetered === 'stop' && world.metered === true)
}

function isQuietOrSpent(trace: Trace, { settings, trafficGb }: World, { wall }: Moment): boolean {
  if (settings.mostTrafficGb !== null && trafficGb !== null && trafficGb >= settings.mostTrafficGb) return true
  return settings.quietMaxFan === 0 && quietAt(settings, trace.zone, wall).isQuiet
}

function isLoud(trace: Trace, { settings }: World, gpuId: string | null, card: WorldCard | null, { wall }: Moment): boolean {
  if (card === null) return false
  const isQuiet = settings.quietMaxFan > 0 && quietAt(settings, trace.zone, wall).isQuiet
  // How loud it is cannot be told: then it must not run while the room is to be quiet.
  if (card.fan === null) return isQuiet
  const set = (gpuId === null ? null : settings.cards[gpuId]?.maxFan) ?? settings.maxFan ?? 1
  return card.fan > (isQuiet ? Math.min(settings.quietMaxFan, set) : set)
}

function isPaid({ jobs }: TraceProgramme, at: number): boolean {
  return jobs === null || (jobs[firstAfter(jobs, at)]?.from ?? Infinity) <= at
}

function isWorthIt({ worth }: TraceProgramme, settings: PolicySettings, price: PriceStep | null, at: number): boolean {
  if (price === null || price.from > at) return true
  const net = netOf(worth, settings.judgesBy, price.usdPerKwh)
  return net === null || net >= settings.leastUsdPerHour
}

function idleAfterMs(settings: PolicySettings): number {
  return settings.idleAfterMinutes * 60_000
}

function idleOf(trace: Trace): Idle[] {
  const player = playTrace(trace)
  const { world } = player
  const spans: Idle[] = [{ from: world.lastInputAt, to: trace.to, is: world.idle }]
  for (const { at, machine } of trace.changes) {
    player.advance(at, true)
    const last = spans.at(-1) as Idle
    if (machine.idle === undefined || (machine.idle !== 'touched' && world.idle === last.is)) continue
    last.to = at
    spans.push({ from: at, to: trace.to, is: world.idle })
  }
  // Nobody knows what comes after the end: who was away then stays away.
  return spans.map((span) => (span.to === trace.to && span.is === 'away' ? { ...span, to: Infinity } : span)).filter(({ from, to }) => to > from)
}

/** Every moment at which an answer may be another. */
function edgesOf(trace: Trace, idle: readonly Idle[]): number[] {
  const edges = new Set<number>([trace.from])
  for (const span of idle) edges.add(span.from).add(span.from + idleAfterMs(trace.settings))
  for (const { from } of trace.prices) edges.add(from)
  for (const end of trace.prices.slice(-1)) edges.add(end.to)
  for (const { jobs } of trace.programmes) for (const job of jobs ?? []) edges.add(job.from).add(job.to)
  const player = playTrace(trace)
  const { world } = player
  let from = trace.from
  for (;;) {
    player.advance(from, true)
    edges.add(from)
    const to = Math.min(player.nextAt(), trace.to)
    for (const { until } of world.settings.overrides) if (until !== null) edges.add(until - world.clockOffMs)
    addClockEdges(trace, world, from, to, edges)
    if (to >= trace.to) break
    from = to
  }
  return [...edges].filter((edge) => edge >= trace.from && edge < trace.to).sort((one, other) => one - other)
}

/** Blocks of the schedule and quiet hours, which follow the machine's own clock. */
function addClockEdges(trace: Trace, { settings, clockOffMs }: World, from: number, to: number, edges: Set<number>): void {
  const { schedule, otherwise } = settings
  const nexts = schedule.length === 0 ? [] : [null, ...trace.cards.map(({ id }) => id)].map((gpuId) => (at: number) => nextModeChange(schedule, otherwise, trace.zone, at, gpuId)?.at ?? null)
  if (settings.quietFrom !== null) nexts.push((at) => quietAt(settings, trace.zone, at).until)
  for (const next of nexts) {
    for (let at = next(from + clockOffMs); at !== null && at < to + clockOffMs; at = next(at)) edges.add(at - clockOffMs)
  }
}
