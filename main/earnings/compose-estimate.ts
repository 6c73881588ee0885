/** Adds electricity and wear to what a programme pays and sums it up: scenarios, band, break-even. Pure, see EARNINGS.md of the plan. */
import {
  electricityPerDay,
  type Band,
  type BreakEven,
  type Economics,
  type Estimate,
  type EstimateInput,
  type EstimateLine,
  type PowerPlan,
  type Scenarios,
} from '../../shared/earnings.ts'

export type Composed = Required<Pick<Estimate, 'net' | 'lines' | 'kwhPerDay' | 'inputs' | 'capital' | 'breakEven' | 'confidence' | 'notModelled' | 'reasons'>>

type Maybe = number | null
/** What stands behind the watts and the price of every plan that has them. */
const wattIds = ['wall-factor', 'wall-offset', 'power-factor']
const priceIds = ['usd-per-kwh', 'currency-rate']

/** What an hour of work is taken to wear off one card. */
export interface Wear {
  usdPerHour: number
  inputs: EstimateInput[]
}

/** `power: null`: what the card draws is not known, so no net can be given. `wear: null`: it is not counted. */
export function composeEstimate(economics: Economics, power: PowerPlan | null, wear: Wear | null = null): Composed {
  const lines = [...economics.lines.map(toLine), ...electricityLines(economics, power), ...(wear === null ? [] : [wearLine(economics, wear)])]
  const nets: Scenarios<Maybe> = { cautious: sum(lines, 'low'), expected: sum(lines, 'expected'), hopeful: sum(lines, 'high') }
  const net = bandOf(nets)
  const hasFigure = net.low !== null || net.expected !== null || net.high !== null
  const reasons = [...economics.reasons]
  const couldPay = Object.values(economics.busy).some((busy) => busy !== null)
  if (power === null && couldPay) reasons.unshift('What this card draws is not known: measure it, or give its watts, to get a net figure.')
  if (net.high !== null && net.high < 0) reasons.unshift('Not worth running here: even the hopeful case costs more power than it pays.')
  return {
    net,
    lines,
    kwhPerDay: kwhOf(economics, power),
    inputs: uniqueInputs([...economics.inputs, ...(power?.inputs ?? []), ...(wear?.inputs ?? [])]),
    capital: economics.capital,
    breakEven: breakEvenOf(economics, power, wear, lines),
    confidence: hasFigure ? economics.confidence : 'none',
    notModelled: economics.notModelled,
    reasons,
  }
}

/** The expected net alone, without its lines. null: not known. */
export function expectedNet(economics: Economics, power: PowerPlan | null, wear: Wear | null): Maybe {
  const busy = economics.busy.expected
  if (power === null || busy === null) return null
  let net = -electricityPerDay(power, power.wattsWork + power.hostWatts, waitingWatts(economics, power) + power.hostWatts, busy) - 24 * busy * (wear?.usdPerHour ?? 0)
  for (const { kind, usdPerDay } of economics.lines) {
    if (usdPerDay.expected === null) return null
    net += kind === 'cost' ? -Math.abs(usdPerDay.expected) : usdPerDay.expected
  }
  return net
}

/** Watts while waiting, raised by the share of that time in which the network's own checks load the card. */
function waitingWatts(economics: Economics, power: PowerPlan): number {
  return power.wattsWait + (economics.waitingLoad ?? 0) * (power.wattsWork - power.wattsWait)
}

/** Apart from the lines, whose money says nothing of it where power costs nothing. */
function kwhOf(economics: Economics, power: PowerPlan | null): Band {
  const one = (busy: Maybe): Maybe => {
    if (busy === null || power === null) return null
    return electricityPerDay({ usdPerKwh: 1 }, power.wattsWork + power.hostWatts, waitingWatts(economics, power) + power.hostWatts, busy)
  }
  return { low: one(economics.busy.cautious), expected: one(economics.busy.expected), high: one(economics.busy.hopeful) }
}

function electricityLines(economics: Economics, power: PowerPlan | null): EstimateLine[] {
  const waiting = power === null ? 0 : waitingWatts(economics, power)
  const perScenario = (usdPerDay: (busy: number, power: PowerPlan) => number): Scenarios<Maybe> => {
    const one = (busy: Maybe): Maybe => (busy === null || power === null ? null : negated(usdPerDay(busy, power)))
    return { cautious: one(economics.busy.cautious), expected: one(economics.busy.expected), hopeful: one(economics.busy.hopeful) }
  }
  const share = economics.waitingLoad ?? 0
  const planned = new Set(power?.inputs.map((input) => input.id))
  const ids = (...watts: string[]): string[] => [...[...watts, ...wattIds, ...priceIds].filter((id) => planned.has(id)), ...(power === null ? [] : (economics.busyInputs ?? []))]
  const moved = planned.has('power-factor') ? ' × the factor asked about' : ''
  const atWall = planned.has('wall-factor') || planned.has('wall-offset') ? ` (× wall factor + wall offset ÷ cards taking part)${moved}` : moved
  const lines = [
    line('electricity-working', 'Electricity while working', perScenario((busy, plan) => electricityPerDay(plan, plan.wattsWork, 0, busy)), `24 h × price × watts while working${atWall} × share of the time at work ÷ 1000`, ids('watts-work')),
    line(
      'electricity-waiting',
      'Electricity while waiting',
      perScenario((busy, plan) => electricityPerDay(plan, 0, waiting, busy)),
      share > 0
        ? `24 h × price × (watts while waiting + ${share} × the difference to working, for the network's own checks)${atWall} × share of the time waiting ÷ 1000`
        : `24 h × price × watts while waiting${atWall} × share of the time waiting ÷ 1000`,
      share > 0 ? ids('watts-wait', 'watts-work') : ids('watts-wait'),
    ),
  ]
  const host = power?.hostWatts ?? 0
  if (host > 0) {
    const inputs = ['host-power', 'power-factor', ...priceIds].filter((id) => planned.has(id))
    lines.push(line('electricity-host', 'Electricity of the rest of the machine', perScenario((_busy, plan) => electricityPerDay(plan, host, host, 1)), '24 h × price × watts of the rest of the machine ÷ cards taking part ÷ 1000', inputs))
  }
  return lines
}

function wearLine(economics: Economics, wear: Wear): EstimateLine {
  const { cautious, expected, hopeful } = economics.busy
  const one = (busy: Maybe): Maybe => (busy === null ? null : negated(24 * busy * wear.usdPerHour))
  const inputs = [...wear.inputs.map((input) => input.id), ...(economics.busyInputs ?? [])]
  return line('wear', 'Wear', { cautious: one(cautious), expected: one(expected), hopeful: one(hopeful) }, '24 h × share of the time at work × what an hour of work wears off', inputs)
}

function line(id: string, label: string, usd: Scenarios<Maybe>, formula: string, inputs: string[]): EstimateLine {
  return { id, label, kind: 'cost', low: usd.cautious, expected: usd.expected, high: usd.hopeful, formula, inputs }
}

/** Costs are negative in a line, whichever sign the programme wrote them with, so that lines add up. */
function toLine(economic: Economics['lines'][number]): EstimateLine {
  const signed = (value: Maybe): Maybe => (value === null || !Number.isFinite(value) ? null : economic.kind === 'cost' ? negated(Math.abs(value)) : value)
  const { id, label, kind, usdPerDay, formula, inputs } = economic
  return { id, label, kind, low: signed(usdPerDay.cautious), expected: signed(usdPerDay.expected), high: signed(usdPerDay.hopeful), formula, inputs }
}

/** Never -0, which prints as "-0". */
function negated(value: number): number {
  return value === 0 ? 0 : -value
}

function sum(lines: EstimateLine[], scenario: 'low' | 'expected' | 'high'): Maybe {
  let total = 0
  for (const one of lines) {
    const value = one[scenario]
    if (value === null) return null
    total += value
  }
  return total
}

/** Least and greatest of the known nets. A bound whose own scenario is unknown stays unknown. */
function bandOf(nets: Scenarios<Maybe>): Band {
  const known = [nets.cautious, nets.expected, nets.hopeful].filter((value) => value !== null)
  return {
    low: nets.cautious === null ? null : Math.min(...known),
    expected: nets.expected,
    high: nets.hopeful === null ? null : Math.max(...known),
  }
}

function breakEvenOf(economics: Economics, power: PowerPlan | null, wear: Wear | null, lines: EstimateLine[]): BreakEven {
  if (power === null) return { utilisation: null, usdPerKwh: null }
  return { utilisation: breakEvenUtilisation(economics, power, wear), usdPerKwh: breakEvenPrice(economics, power, lines) }
}

/** Share of the time at work at which the expected net is 0: power that is drawn without work, against what working leaves over. */
function breakEvenUtilisation(economics: Economics, power: PowerPlan, wear: Wear | null): Maybe {
  const { payWhenAlwaysBusy, payWithoutWork } = economics
  if (payWhenAlwaysBusy === null || payWithoutWork === null) return null
  const workCost = electricityPerDay(power, power.wattsWork + power.hostWatts, 0, 1) + 24 * (wear?.usdPerHour ?? 0)
  const waitCost = electricityPerDay(power, waitingWatts(economics, power) + power.hostWatts, 0, 1)
  if (payWhenAlwaysBusy + payWithoutWork - workCost < 0) return null
  const missing = waitCost - payWithoutWork
  const gained = payWhenAlwaysBusy - (workCost - waitCost)
  return missing <= 0 || gained <= 0 ? 0 : missing / gained
}

function breakEvenPrice(economics: Economics, power: PowerPlan, lines: EstimateLine[]): Maybe {
  const earned = sum(lines.filter((one) => !one.id.startsWith('electricity-')), 'expected')
  if (earned === null) return null
  const kwhPerDay = kwhOf(economics, power).expected
  return kwhPerDay === null || kwhPerDay <= 0 ? null : earned / kwhPerDay
}

function uniqueInputs(inputs: EstimateInput[]): EstimateInput[] {
  return [...new Map(inputs.map((input) => [input.id, input])).values()]
}
