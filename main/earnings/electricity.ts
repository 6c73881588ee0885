/** Watts at the wall and what a kilowatt-hour costs: the plan that every estimate's electricity is worked out with. */
import type { BenchmarkResult } from '../../shared/benchmark.ts'
import { factorWords, type Confidence, type EstimateInput, type Factors, type Origin, type PowerPlan } from '../../shared/earnings.ts'
import type { GpuFacts } from '../../shared/gpu-facts.ts'
import type { Gpu } from '../../shared/machine.ts'
import { currencyShelfLifeMs } from '../../shared/market-data.ts'
import type { Source } from '../../shared/network.ts'
import type { Settings } from '../../shared/settings.ts'
import { ageInWords, isStale } from './ages.ts'
import { factorOf, moved } from './levers.ts'
import type { Markets } from './markets.ts'
import { fixedPriceWords, type TariffMean, type Tariffs } from './tariffs.ts'

/** Explicit watts are wall figures per GPU and replace everything measured or assumed, the host's share included. */
export interface PowerOverrides {
  usdPerKwh?: number
  wattsWork?: number
  wattsWait?: number
}

export interface PowerQuestion {
  gpus: Gpu[]
  facts: GpuFacts | null
  /** Cards of this row. */
  count: number
  /** All cards of the machine that could take part, which share what exists once per machine; left out: those of this row. */
  sharing?: number
  takesWholeMachine: boolean
  results: Record<string, BenchmarkResult>
  settings: Settings
  overrides: PowerOverrides
  markets: Markets
  /** null or left out: the settings' fixed price. */
  tariffs?: Tariffs | null
  /** The quarters of an hour in which the run policy lets cards run; null or left out: all. */
  hours?: ((at: number) => boolean) | null
  /** What the question moves; left out: nothing. */
  factors?: Factors
  at: number
}

/** The mean of a tariff is taken over this time to come: a week holds every hour of a weekly table. */
const meanOverMs = 7 * 86_400_000
/** A card's idle draw is not published; a tenth of board power is the model's assumption. */
const waitingShare = 0.1
const assumedHostW = 60

interface Price {
  usdPerKwh: number
  inputs: EstimateInput[]
}

interface Watts {
  work: EstimateInput
  wait: EstimateInput
  /** What the two were worked out from. */
  behind: EstimateInput[]
}

/** null where neither a measurement, nor a limit the driver reports, nor board power says what the card draws. Pure. */
export function planPower(question: PowerQuestion): PowerPlan | null {
  const price = electricityPrice(question)
  const watts = wattsOf(question)
  const plan = watts === null ? null : wallPlan(question, watts, price)
  const { wattsWork, wattsWait } = question.overrides
  const found = wattsWork === undefined && wattsWait === undefined ? plan : explicitPlan(question, plan, price)
  return found === null ? null : withFactor(found, factorOf(question.factors, 'power'))
}

/** Watts at the wall, moved by a question. */
function withFactor(plan: PowerPlan, factor: number): PowerPlan {
  if (factor === 1) return plan
  const power = { ...own('power-factor', 'All power, for each watt as it is', factor, '×'), note: factorWords(factor) }
  return { ...plan, wattsWork: plan.wattsWork * factor, wattsWait: plan.wattsWait * factor, hostWatts: plan.hostWatts * factor, inputs: [...plan.inputs, power] }
}

/** What was not given stays as planned; waiting follows the given working power, since the card's own is then beside the point. */
function explicitPlan(question: PowerQuestion, plan: PowerPlan | null, price: Price): PowerPlan | null {
  const { wattsWork, wattsWait } = question.overrides
  const working = wattsWork ?? plan?.wattsWork
  if (working === undefined) return null
  const waiting = wattsWait ?? working * waitingShare
  const planned = (plan?.inputs ?? []).filter((one) => !['watts-wait', 'host-power', 'usd-per-kwh', 'currency-rate'].includes(one.id))
  const work = wattsWork === undefined ? planned : [explicit('watts-work', 'Power while working, at the wall', wattsWork)]
  const wait =
    wattsWait === undefined
      ? assumed('watts-wait', 'Power while waiting, at the wall', waiting, 'W', 'a tenth of the power while working')
      : explicit('watts-wait', 'Power while waiting, at the wall', wattsWait)
  return { wattsWork: working, wattsWait: waiting, hostWatts: 0, usdPerKwh: price.usdPerKwh, inputs: [...work, wait, ...price.inputs] }
}

function wallPlan(question: PowerQuestion, watts: Watts, price: Price): PowerPlan {
  const { settings } = question
  const sharing = Math.max(question.sharing ?? 0, question.count)
  const factor = settings.wallPowerFactor
  const offsetW = settings.wallPowerOffsetW / sharing
  const atWall = (gpuW: number | null): number => Math.max(0, (gpuW ?? 0) * factor + offsetW)
  const inputs = [watts.work, watts.wait, ...watts.behind]
  if (factor !== 1) inputs.push(own('wall-factor', 'Wall power for each watt of the card', factor, '×'))
  if (settings.wallPowerOffsetW !== 0) {
    inputs.push({ ...own('wall-offset', 'Wall power added for the machine', settings.wallPowerOffsetW, 'W'), ...(sharing > 1 ? { note: sharedWords(question.count, sharing) } : {}) })
  }
  let hostWatts = 0
  if (question.takesWholeMachine) {
    hostWatts = (settings.hostPowerW ?? assumedHostW) / sharing
    const shared = sharedWords(question.count, sharing)
    inputs.push(
      settings.hostPowerW === null
        ? assumed('host-power', 'Power of the rest of the machine', assumedHostW, 'W', `assumed until set; ${shared}`)
        : { ...own('host-power', 'Power of the rest of the machine', settings.hostPowerW, 'W'), note: shared },
    )
  }
  return { wattsWork: atWall(watts.work.value), wattsWait: atWall(watts.wait.value), hostWatts, usdPerKwh: price.usdPerKwh, inputs: [...inputs, ...price.inputs] }
}

function sharedWords(count: number, sharing: number): string {
  if (sharing > count) return `shared by the ${sharing} cards of the machine that could take part`
  return sharing > 1 ? `shared by the ${sharing} cards` : 'one card carries it'
}

/** Watts of the card itself: measured, else the limit its driver reports (laptops), else the board power of its model. */
function wattsOf(question: PowerQuestion): Watts | null {
  const measuredWork = measured(question, 'work')
  const measuredWait = measured(question, 'wait')
  const board = boardPower(question)
  if (measuredWork === null && board === null) return null
  const base = board?.value ?? null
  const work = measuredWork ?? assumed('watts-work', 'Power while working', base ?? 0, 'W', 'board power; not measured')
  const wait =
    measuredWait ??
    (base !== null
      ? assumed('watts-wait', 'Power while waiting', base * waitingShare, 'W', 'a tenth of board power; not measured')
      : assumed('watts-wait', 'Power while waiting', (work.value ?? 0) * waitingShare, 'W', 'a tenth of the power while working; not measured'))
  const needsBoard = measuredWork === null || (measuredWait === null && base !== null)
  return { work, wait, behind: needsBoard && board ? [board] : [] }
}

function boardPower(question: PowerQuestion): EstimateInput | null {
  const { facts } = question
  const limit = question.gpus.find((gpu) => gpu.powerLimitDefaultW !== null)?.powerLimitDefaultW ?? null
  const label = 'Board power'
  if (limit !== null && (facts === null || facts.boardPowerW === null || facts.class === 'laptop')) {
    return input('board-power', label, limit, 'W', 'measured', null, null, 'medium', "the card's default power limit, as its driver reports it")
  }
  if (facts === null || facts.boardPowerW === null) return null
  const source = facts.sources[0] ?? null
  const takenAt = source?.date ? timeOf(source.date) : null
  return input('board-power', label, facts.boardPowerW, 'W', 'bundled', source, takenAt, facts.confidence, facts.class === 'laptop' ? 'laptop makers set this over a wide range' : undefined)
}

function measured(question: PowerQuestion, which: 'work' | 'wait'): EstimateInput | null {
  const found = question.gpus.flatMap((gpu) => {
    const result = question.results[gpu.id]
    const watts = which === 'work' ? result?.power?.workW : result?.power?.waitW
    return result && watts !== null && watts !== undefined && Number.isFinite(watts) && watts >= 0 ? [{ watts, at: result.endedAt }] : []
  })
  if (found.length === 0) return null
  const mean = found.reduce((sum, one) => sum + one.watts, 0) / found.length
  const takenAt = Math.min(...found.map((one) => one.at))
  const label = which === 'work' ? 'Power while working' : 'Power while waiting'
  const note = found.length > 1 ? `mean of ${found.length} cards measured here` : 'measured here'
  return input(`watts-${which}`, label, mean, 'W', 'measured', null, takenAt, 'high', note)
}

function electricityPrice(question: PowerQuestion): Price {
  const price = priceAsItIs(question)
  const factor = factorOf(question.factors, 'usd-per-kwh')
  if (factor === 1) return price
  return { usdPerKwh: price.usdPerKwh * factor, inputs: price.inputs.map((one) => (one.id === priceId ? moved(one, factor) : one)) }
}

const priceId = 'usd-per-kwh'

function priceAsItIs(question: PowerQuestion): Price {
  const { overrides, settings } = question
  const label = 'Electricity price'
  if (overrides.usdPerKwh !== undefined) {
    return { usdPerKwh: overrides.usdPerKwh, inputs: [input(priceId, label, overrides.usdPerKwh, 'USD/kWh', 'user', null, null, 'high', 'as given for this estimate')] }
  }
  const set = setPrice(question)
  if (set !== null) {
    const rate = rateOf(question)
    if (rate !== null) {
      const usdPerKwh = set.perKwh * (rate.value ?? 1)
      return { usdPerKwh, inputs: [input(priceId, label, usdPerKwh, 'USD/kWh', 'user', null, set.takenAt, 'high', set.note), ...(settings.currency === 'USD' ? [] : [rate])] }
    }
  }
  const { usdPerKwh, whose, source, takenAt } = question.markets.assumedElectricity()
  const note = set === null ? `not set: ${whose} is assumed (${ageInWords(takenAt, question.at)})` : `no exchange rate is known for ${settings.currency}, so ${whose} is assumed`
  return { usdPerKwh, inputs: [input(priceId, label, usdPerKwh, 'USD/kWh', 'assumed', source, takenAt, 'low', note)] }
}

/** What the user set, in the settings' currency: the fixed price, or a mean over the coming week. null: nothing is set. */
function setPrice(question: PowerQuestion): { perKwh: number; note: string; takenAt: number | null } | null {
  const { settings, at } = question
  const { mean, when } = weekMean(question)
  if (mean !== null && mean.how !== fixedPriceWords) {
    const converted = settings.currency === 'USD' ? '' : `${Number(mean.perKwh.toPrecision(4))} ${settings.currency}: `
    return { perKwh: mean.perKwh, note: [`${converted}${mean.how}`, ...when, ...mean.remarks.map(inPassing)].join('; '), takenAt: at }
  }
  if (mean === null && settings.electricityPricePerKwh === null) return null
  const perKwh = mean?.perKwh ?? settings.electricityPricePerKwh ?? 0
  const fixed = settings.currency === 'USD' ? 'from the settings' : `${perKwh} ${settings.currency} from the settings`
  return { perKwh, note: [fixed, ...(mean?.remarks ?? []).map(inPassing)].join('; '), takenAt: null }
}

const roundTheClock = 'round the clock over the coming seven days'

/** Over the hours in which cards may run; where the policy lets none, over all of them. */
function weekMean({ settings, tariffs, hours, at }: PowerQuestion): { mean: TariffMean | null; when: string[] } {
  if (settings.tariffKind === 'fixed' || !tariffs) return { mean: null, when: [] }
  const run = hours ? tariffs.mean(at, at + meanOverMs, hours) : null
  if (run !== null) return { mean: run, when: ['over those hours of the coming seven days in which your run policy lets cards run'] }
  return { mean: tariffs.mean(at, at + meanOverMs), when: hours ? [roundTheClock, 'your run policy lets no card run in them'] : [roundTheClock] }
}

/** A sentence as a part of another. */
function inPassing(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, '')
}

function rateOf(question: PowerQuestion): EstimateInput | null {
  const { settings, markets, at } = question
  const label = `USD for one ${settings.currency}`
  if (settings.usdPerCurrencyUnit !== null && settings.currency !== 'USD') {
    return own('currency-rate', label, settings.usdPerCurrencyUnit, 'USD')
  }
  const rate = markets.currencyRate(settings.currency)
  if (rate === null) return null
  const aged = input('currency-rate', label, rate.usdPerUnit, 'USD', rate.origin, rate.source, rate.takenAt, 'medium', ageInWords(rate.takenAt, at))
  return settings.currency === 'USD' ? aged : { ...aged, stale: isStale(rate.takenAt, at, currencyShelfLifeMs) }
}

function explicit(id: string, label: string, value: number): EstimateInput {
  return input(id, label, value, 'W', 'user', null, null, 'high', 'as given: a wall figure that replaces every other')
}

function own(id: string, label: string, value: number, unit: string): EstimateInput {
  return input(id, label, value, unit, 'user', null, null, 'high', 'from the settings')
}

function assumed(id: string, label: string, value: number, unit: string, note: string): EstimateInput {
  return input(id, label, value, unit, 'assumed', null, null, 'low', note)
}

function input(id: string, label: string, value: number, unit: string, origin: Origin, source: Source | null, takenAt: number | null, confidence: Confidence, note?: string): EstimateInput {
  return { id, label, value, unit, origin, source, takenAt, confidence, stale: false, ...(note === undefined ? {} : { note }) }
}

function timeOf(date: string): number | null {
  const time = Date.parse(date)
  return Number.isFinite(time) ? time : null
}
