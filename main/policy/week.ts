/** The coming week by schedule, quiet hours, tariff and pay: hour by hour on the wall clock, what it would come to, and what would happen this second. Pure. */
import type { PolicyProgramme, PriceStep, Simulation, WeekHour, WeekOutlook } from '../../shared/policy-state.ts'
import type { RunMode } from '../../shared/policy.ts'
import { stretchAt } from '../system/wall-clock.ts'
import { decide } from './decide.ts'
import type { PolicyInputs, PolicyMemory } from './inputs.ts'
import { netOf } from './money.ts'
import { modeOf } from './rule-mode.ts'
import { asAssumed } from './rule-presence.ts'
import { nextModeChange, quietAt, stricter } from './schedule.ts'
import { simulateAtOnce } from './simulate.ts'
import { nowWords } from './week-now.ts'
import { subjectsOf, weekTrace, withAssumed } from './week-trace.ts'

const hourMs = 3_600_000
const hoursPerWeek = 168

/** `gpuId` null: all cards. `prices`: of eight days, where the inputs' own end sooner. */
export function weekOutlook(inputs: PolicyInputs, gpuId: string | null, memory: PolicyMemory, prices: readonly PriceStep[] = inputs.prices): WeekOutlook {
  const spans = hoursOfWeek(inputs.at, inputs.zone)
  const subjects = subjectsOf(inputs, gpuId, prices)
  const remarks = [...subjects.remarks]
  const hours = spans.map((span) => hourOf(span, { inputs, gpuId, prices, best: subjects.best }))
  const unpriced = hours.filter(({ usdPerKwh }) => usdPerKwh === null).length
  if (prices.length === 0) remarks.push('No price of electricity is set, so no hour is judged by what it brings.')
  else if (unpriced > 0) remarks.push(`For ${unpriced} of these hours no price of electricity is known yet.`)
  if (hours.some(({ may }) => may === 'when-idle')) remarks.push('In hours that are only for an idle machine nobody is assumed to be there: it will be less.')
  const to = spans.at(-1)?.to ?? inputs.at
  const simulation = simulateAtOnce(weekTrace(inputs, { programmes: subjects.programmes, prices, to }))
  const { decisions } = decide(subjects.assumed === null ? inputs : withAssumed(inputs, subjects.assumed), memory)
  return { zone: inputs.zone, hours, simulation: { ...asWeek(simulation, prices), remarks: [...remarks, ...simulation.remarks] }, now: nowWords(decisions, inputs, gpuId, subjects.assumed), remarks }
}

/** Without a price nobody knows what power cost, also where little of it was drawn; and nobody was looked for. */
function asWeek(simulation: Simulation, prices: readonly PriceStep[]): Simulation {
  const isUnknown = prices.length === 0 && simulation.starts > 0
  return { ...simulation, spentUsd: isUnknown ? null : simulation.spentUsd, decisions: simulation.decisions.map((one) => ({ ...one, because: asAssumed(one.because) })) }
}

/** From the hour that has begun on, each once; of an hour that comes twice both, of one that is skipped none. */
export function hoursOfWeek(at: number, zone: string): { from: number; to: number }[] {
  const spans: { from: number; to: number }[] = []
  const first = stretchAt(at, zone)
  const beganWall = Math.floor((at + first.offsetMs) / hourMs) * hourMs
  const endWall = beganWall + hoursPerWeek * hourMs
  for (let from = Math.max(beganWall - first.offsetMs, first.from); ; ) {
    const { offsetMs, to: changes } = stretchAt(from, zone)
    const wall = from + offsetMs
    if (wall >= endWall) return spans
    const ends = (Math.floor(wall / hourMs) + 1) * hourMs - offsetMs
    const to = changes > from ? Math.min(ends, changes) : ends
    spans.push({ from, to })
    from = to
  }
}

interface Question {
  inputs: PolicyInputs
  gpuId: string | null
  prices: readonly PriceStep[]
  best: PolicyProgramme | null
}

function hourOf({ from, to }: { from: number; to: number }, { inputs, gpuId, prices, best }: Question): WeekHour {
  const { settings, zone } = inputs
  const steps = prices.filter((step) => step.from < to && step.to > from)
  const priced = steps.map((step) => ({ ...step, ms: Math.min(step.to, to) - Math.max(step.from, from) }))
  const ms = priced.reduce((sum, step) => sum + step.ms, 0)
  // Of an hour that has begun only what is left is priced.
  const isWhole = ms >= to - Math.max(from, inputs.at) - 1 && ms > 0
  const nets = priced.map((step) => ({ ms: step.ms, net: best?.worth == null ? null : netOf(best.worth, settings.judgesBy, step.usdPerKwh) }))
  const isNetKnown = isWhole && nets.every(({ net }) => net !== null)
  const netUsd = isNetKnown ? nets.reduce((sum, one) => sum + (one.net as number) * one.ms, 0) / ms : null
  const quiet = quietAt(settings, zone, from)
  return {
    from,
    to,
    may: modeIn(from, to, inputs, gpuId),
    usdPerKwh: isWhole ? priced.reduce((sum, step) => sum + step.usdPerKwh * step.ms, 0) / ms : null,
    how: isWhole ? (priced[0]?.how ?? null) : null,
    netUsd,
    isAtLoss: settings.stopsAtLoss && netUsd !== null && netUsd < settings.leastUsdPerHour,
    isQuiet: quiet.isQuiet || (quiet.until !== null && quiet.until < to),
  }
}

/** The strictest in that hour, of every card that a programme would have, except those that never work. */
function modeIn(from: number, to: number, { settings, zone, programmes }: PolicyInputs, gpuId: string | null): RunMode {
  const used = gpuId !== null ? [gpuId] : [...new Set(programmes.filter(({ isPractice }) => !isPractice).flatMap(({ gpuIds }) => gpuIds))].filter((id) => settings.cards[id]?.may !== 'never')
  const ids: (string | null)[] = used.length === 0 ? [null] : used
  let may: RunMode = 'always'
  for (const id of ids) {
    const card = id === null ? null : (settings.cards[id] ?? null)
    if (card?.may === 'never') return 'never'
    const subject = { gpuId: id, card, programme: { isArmed: true, may: null, priority: 0 } }
    for (let at: number | null = from; at !== null && at < to; at = nextModeChange(settings.schedule, settings.otherwise, zone, at, id)?.at ?? null) may = stricter(may, modeOf(settings, zone, at, subject).may)
  }
  return may
}
