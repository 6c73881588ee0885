/** What a replayed trace came to: hours, money, interruptions, and seconds in the user's way. Pure. */
import type { Simulation } from '../../shared/policy-state.ts'
import { earnedSpans, hindsightOf, slotsOf, unpaidMs } from './hindsight.ts'
import { netOf } from './money.ts'
import type { Run } from './simulate-software.ts'
import { afterFirst, inBoth, lengthOf, push, without, type Span } from './trace-spans.ts'
import type { Trace, TraceProgramme } from './trace.ts'

const hourMs = 3_600_000

export interface Replayed {
  trace: Trace
  runs: Run[]
  decisions: Simulation['decisions']
  looks: number
}

export function account({ trace, runs, decisions }: Replayed, range: { from?: number | undefined; to?: number | undefined }): Simulation {
  const from = Math.max(range.from ?? trace.from, trace.from)
  const to = Math.min(range.to ?? trace.to, trace.to)
  const asked = [{ from, to }]
  const { best, truths, asleep } = hindsightOf(trace, { from, to })
  const awake = without(asked, asleep)
  let [earningMs, spentUsd, earnedUsd]: [number, number | null, number | null] = [0, 0, 0]
  let [maxMs, delayedMs] = [0, 0]
  const remarks = [...trace.remarks]

  const bySlot = new Map<string, Span[]>()
  trace.programmes.forEach((programme, index) => {
    const truth = truths[index] as (typeof truths)[number]
    const own = runs.filter(({ programmeId }) => programmeId === programme.programmeId)
    const earned = inBoth(earnedSpans(programme, truth, own, { to, asleep }), awake)
    for (const slot of slotsOf(programme)) bySlot.set(slot ?? '', merged(bySlot.get(slot ?? '') ?? [], earned))
    const onCard = inBoth(spansOf(own, ({ goneAt }) => goneAt ?? to), awake)
    const inWay = inBoth(onCard, truth.inWay)
    delayedMs += lengthOf(inWay)
    for (const span of inWay) maxMs = Math.max(maxMs, span.to - span.from)
    earnedUsd = plus(earnedUsd, onCard.length === 0 ? 0 : paidFor(trace, programme, own, awake, asleep, to))
    spentUsd = plus(spentUsd, powerOf(trace, programme, onCard))
  })
  for (const spans of bySlot.values()) earningMs += lengthOf(spans)

  const slots = Math.max(1, new Set(trace.programmes.flatMap(slotsOf)).size)
  if (slots > 1) remarks.push(`Hours are counted by card: ${slots} cards over ${round((to - from) / hourMs)} h are ${round((slots * (to - from)) / hourMs)} h.`)
  if (asleep.length > 0) remarks.push(`The machine sleeps ${round(lengthOf(inBoth(asleep, asked)) / hourMs)} h of that; software stands still meanwhile.`)
  if (trace.programmes.length > 0) remarks.push(...assumptions(trace.programmes))
  const ended = runs.filter(({ wasStopped, goneAt }) => wasStopped && goneAt !== null && goneAt >= from && goneAt <= to)
  return {
    from,
    to,
    zone: trace.zone,
    hours: { total: (slots * (to - from)) / hourMs, earning: earningMs / hourMs, hindsightBest: best },
    userDelayedSeconds: { max: maxMs / 1000, total: delayedMs / 1000 },
    interruptions: ended.length,
    starts: runs.filter((run) => run.from >= from && run.from < to).length,
    earnedUsd,
    spentUsd,
    remarks,
    decisions: decisions.filter(({ at }) => at >= from && at < to),
  }
}

function assumptions(programmes: readonly TraceProgramme[]): string[] {
  const slowest = Math.max(...programmes.map(({ stopMs }) => stopMs)) / 1000
  return [
    'The best in hindsight starts at the very moment at which somebody leaves for long enough, waits for no calm, and knows every price and job beforehand.',
    `Software is assumed to be off its card ${slowest} s after it is told to stop${programmes.length > 1 ? ', the slowest of it' : ''}.`,
  ]
}

/** Whatever rule it broke: work that was done was paid for. null: not known. */
function paidFor(trace: Trace, programme: TraceProgramme, runs: readonly Run[], awake: readonly Span[], asleep: readonly Span[], to: number): number | null {
  const gross = netOf(programme.hourly, trace.settings.judgesBy, 0)
  if (gross === null) return null
  const ready = runs.flatMap(({ readyAt, endsAt }) => (readyAt === null ? [] : afterFirst({ from: readyAt, to: Math.max(readyAt, endsAt ?? to) }, unpaidMs(programme), asleep)))
  const worked = inBoth(inBoth(ready, awake), programme.jobs ?? awake)
  return (gross * lengthOf(worked)) / hourMs
}

function powerOf(trace: Trace, { worth }: TraceProgramme, onCard: readonly Span[]): number | null {
  const kwh = worth.kwhPerHour.expected
  if (onCard.length === 0 || kwh === 0) return 0
  if (!Number.isFinite(kwh)) return null
  let [usd, pricedMs] = [0, 0]
  for (const { from, to, usdPerKwh } of trace.prices) {
    const ms = lengthOf(inBoth(onCard, [{ from, to }]))
    usd += (kwh * usdPerKwh * ms) / hourMs
    pricedMs += ms
  }
  return pricedMs < lengthOf(onCard) - 1 ? null : usd
}

function spansOf(runs: readonly Run[], endOf: (run: Run) => number): Span[] {
  const spans: Span[] = []
  for (const run of runs) push(spans, run.from, endOf(run))
  return spans
}

function merged(one: readonly Span[], other: readonly Span[]): Span[] {
  const spans: Span[] = []
  for (const { from, to } of [...one, ...other].sort((a, b) => a.from - b.from)) push(spans, from, to)
  return spans
}

function plus(sum: number | null, more: number | null): number | null {
  return sum === null || more === null ? null : sum + more
}

function round(hours: number): string {
  return hours.toFixed(hours < 10 ? 1 : 0)
}
