/** A tornado: the expected net of one row with each input at either end of its span, all others as they are. Pure. */
import type { Estimate, EstimateInput, LeverId, LeverSpan, Sensitivity, SensitivityBar } from '../../shared/earnings.ts'
import type { ComparedRow } from './compare.ts'
import { estimateWithSpans, type EstimateContext } from './estimate-programme.ts'
import { numberWords, type MoneyShown } from '../../shared/sentence-numbers.ts'
import { factorOf, leverWords } from './levers.ts'
import { moneyShown } from './money-settings.ts'

/** A swing below this is none, USD a day. */
const leastSwing = 1e-9
/** Inputs that a lever adds or moves along with the one that it is about. */
const besides = new Set(['power-factor'])

/** Works the row out twice for every span that the estimate has. What the question moved already stays moved. */
export function sensitivityOf(row: ComparedRow, context: EstimateContext): Sensitivity {
  const { estimate: base, spans } = workOut(row, context)
  const about = { programmeId: base.programmeId, gpuName: base.gpuName }
  const { expected } = base.net
  if (expected === null) return { ...about, expected, why: whyNone(base), bars: [] }
  const shown = moneyShown(context.settings, context.markets, context.currency)
  const bars = spans.flatMap((span) => {
    const low = workOut(row, withLever(context, span.lever, span.low)).estimate
    const high = workOut(row, withLever(context, span.lever, span.high)).estimate
    return barOf(span, { base, low, high }, shown) ?? []
  })
  return { ...about, expected, why: null, bars: bars.sort((one, other) => swing(other) - swing(one)) }
}

function workOut(row: ComparedRow, context: EstimateContext): ReturnType<typeof estimateWithSpans> {
  return estimateWithSpans(row.network, row.programme, row.subject, row.gpus, { ...context, sharing: row.sharing })
}

function withLever(context: EstimateContext, lever: LeverId, factor: number): EstimateContext {
  return { ...context, factors: { ...context.factors, [lever]: factorOf(context.factors, lever) * factor } }
}

function whyNone(estimate: Estimate): string {
  if (estimate.net.low === null && estimate.net.high === null) return `No figure can be defended, so nothing can move it. ${estimate.reasons[0] ?? ''}`.trim()
  return 'Its pay rule is not published: there is no expected figure that an input could move.'
}

function swing(bar: Pick<SensitivityBar, 'netAtLow' | 'netAtHigh'>): number {
  return Math.abs(bar.netAtHigh - bar.netAtLow)
}

/** null: it moves nothing here. */
function barOf(span: LeverSpan, { base, low, high }: Record<'base' | 'low' | 'high', Estimate>, shown: MoneyShown): SensitivityBar | null {
  const [netAtLow, netAtHigh] = [low.net.expected, high.net.expected]
  if (netAtLow === null || netAtHigh === null) return null
  const bar = { ...span, netAtLow, netAtHigh }
  if (swing(bar) < leastSwing) return null
  const input = movedInput(base, low, high)
  const ends = input === null ? { from: null, to: null } : { from: valueText(find(low, input.id), shown), to: valueText(find(high, input.id), shown) }
  return { ...bar, label: input === null ? leverWords[span.lever].label : input.label, ...ends }
}

/** The one input that is not the same at both ends. Of one with its own low and high values, the middle one. */
function movedInput(base: Estimate, low: Estimate, high: Estimate): EstimateInput | null {
  const used = new Set(base.lines.flatMap((line) => line.inputs))
  const differ = base.inputs.filter((input) => used.has(input.id) && !besides.has(input.id) && (find(low, input.id)?.value !== input.value || find(high, input.id)?.value !== input.value))
  const middle = differ.length > 1 ? differ.filter((input) => !/-(low|high|min|max|floor)$/.test(input.id)) : differ
  return middle.length === 1 ? (middle[0] ?? null) : null
}

function find(estimate: Estimate, id: string): EstimateInput | undefined {
  return estimate.inputs.find((input) => input.id === id)
}

/** What is of USD is told in the money shown: "0.233 USD/kWh", "36.2 JPY/kWh". */
function valueText(input: EstimateInput | undefined, { code, usdPerUnit }: MoneyShown): string | null {
  if (!input || input.value === null) return null
  if (input.unit.startsWith('share')) return `${Number((input.value * 100).toPrecision(3))} %`
  const isMoney = /^USD\b/.test(input.unit)
  return `${numberWords(isMoney ? input.value / usdPerUnit : input.value)} ${isMoney ? input.unit.replace(/^USD/, code) : input.unit}`
}
