/** The most hours that any policy could have earned in a trace within the user's rules, with everything known beforehand. Pure. */
import { truthOf, type Truth } from './hindsight-truth.ts'
import { afterFirst, inBoth, lengthOf, push, without, type Span } from './trace-spans.ts'
import type { Trace, TraceProgramme } from './trace.ts'

const hourMs = 3_600_000
/** Of more programmes at once every set is not tried; that all go together is never too little. */
const mostTried = 12

export interface Hindsight {
  /** Hours of cards, or of the machine where a programme uses none. */
  best: number
  truths: Truth[]
  asleep: Span[]
}

/**
 * Each programme alone: it starts at the first moment of every stretch in which it may run, runs to its end, and earns once it is
 * ready. No calm, no threshold of idleness is waited for. Of programmes that must not be together the best set counts at each moment,
 * as if changing between them cost nothing: so it is never less than what can be had.
 */
export function hindsightOf(trace: Trace, { from = trace.from, to = trace.to }: { from?: number | undefined; to?: number | undefined } = {}): Hindsight {
  const { programmes: truths, asleep } = truthOf(trace)
  const range = [{ from, to }]
  const earns = trace.programmes.map((programme, index) => inBoth(couldEarn(programme, truths[index] as Truth, asleep), range))
  return { best: (earns.length === 1 ? lengthOf(earns[0] as Span[]) * slotsOf(trace.programmes[0] as TraceProgramme).length : bestTogether(trace.programmes, earns)) / hourMs, truths, asleep }
}

function couldEarn(programme: TraceProgramme, { allowed, stays, pays }: Truth, asleep: readonly Span[]): Span[] {
  const waitMs = programme.startMs + unpaidMs(programme)
  const runs = stays.flatMap((span) => {
    const first = inBoth(allowed, [span])[0]
    return first === undefined ? [] : afterFirst({ from: first.from, to: span.to }, waitMs, asleep)
  })
  return without(inBoth(inBoth(runs, allowed), pays), asleep)
}

/** So long it must be up before anything is paid. */
export function unpaidMs({ demands }: TraceProgramme): number {
  return (demands.uptime?.rewardsAfterHours ?? 0) * hourMs
}

/** A programme without a card has the machine's own place. */
export function slotsOf({ gpuIds }: TraceProgramme): (string | null)[] {
  return gpuIds.length === 0 ? [null] : gpuIds
}

function bestTogether(programmes: readonly TraceProgramme[], earns: readonly Span[][]): number {
  const edges = [...new Set(earns.flatMap((spans) => spans.flatMap(({ from, to }) => [from, to])))].sort((one, other) => one - other)
  const places = earns.map(() => 0)
  const known = new Map<string, number>()
  let sum = 0
  edges.forEach((from, index) => {
    const to = edges[index + 1] ?? from
    const able = programmes.filter((_, n) => {
      const spans = earns[n] as Span[]
      while ((spans[places[n] as number]?.to ?? Infinity) <= from) places[n] = (places[n] as number) + 1
      return (spans[places[n] as number]?.from ?? Infinity) <= from
    })
    const key = able.map(({ programmeId }) => programmeId).join('|')
    const most = known.get(key) ?? (able.length > mostTried ? new Set(able.flatMap(slotsOf)).size : mostSlots(able, []))
    known.set(key, most)
    sum += most * (to - from)
  })
  return sum
}

/** The most cards that a set of programmes which go together can cover. */
function mostSlots(left: readonly TraceProgramme[], chosen: readonly TraceProgramme[]): number {
  const [first, ...rest] = left
  if (first === undefined) return new Set(chosen.flatMap(slotsOf)).size
  const chosenToo = chosen.every((other) => goTogether(first, other)) ? mostSlots(rest, [...chosen, first]) : 0
  return Math.max(chosenToo, mostSlots(rest, chosen))
}

export function goTogether(one: TraceProgramme, other: TraceProgramme): boolean {
  if ((one.demands.exclusive === 'machine' && other.gpuIds.length > 0) || (other.demands.exclusive === 'machine' && one.gpuIds.length > 0)) return false
  const share = one.gpuIds.some((id) => other.gpuIds.includes(id))
  return !share || (one.demands.exclusive === 'free' && other.demands.exclusive === 'free')
}

/** What runs earned in hours: ready, allowed and in nobody's way, with a job that pays, past the hours that are not paid. */
export function earnedSpans(programme: TraceProgramme, truth: Pick<Truth, 'allowed' | 'inWay' | 'pays'>, runs: readonly { readyAt: number | null; endsAt: number | null }[], { to, asleep }: { to: number; asleep: readonly Span[] }): Span[] {
  const ready: Span[] = []
  for (const { readyAt, endsAt } of runs) {
    if (readyAt === null) continue
    for (const span of afterFirst({ from: readyAt, to: Math.max(readyAt, endsAt ?? to) }, unpaidMs(programme), asleep)) push(ready, span.from, span.to)
  }
  return without(inBoth(inBoth(ready, truth.allowed), truth.pays), truth.inWay)
}
