/** How far each input may defensibly lie off, and which of them the expected net hangs on most. Pure. */
import type { EstimateLine, LeverId, LeverSpan } from '../../shared/earnings.ts'
import type { Composed } from './compose-estimate.ts'

const halves: LeverSpan = { lever: 'token-price', low: 0.5, high: 1.5, why: 'Prices of small tokens have halved and half doubled within weeks.' }
const common: LeverSpan[] = [
  { lever: 'usd-per-kwh', low: 0.75, high: 1.25, why: 'Tariffs, taxes and the hours of running move it by about a quarter.' },
  { lever: 'power', low: 0.85, high: 1.15, why: 'Cards of one model and their jobs differ by about this much.' },
]

/** The programme's own spans first; the common ones where it has none, the token's where a line stands on a token's price. */
export function spansOf(own: readonly LeverSpan[], composed: Pick<Composed, 'lines'>): LeverSpan[] {
  const standard = composed.lines.some(standsOnToken) ? [halves, ...common] : common
  const given = own.filter((span) => span.lever !== 'token-price' || standard.includes(halves))
  return [...given, ...standard.filter((span) => !given.some(({ lever }) => lever === span.lever))]
}

function standsOnToken(line: Pick<EstimateLine, 'inputs'>): boolean {
  return line.inputs.some((id) => id.startsWith('token-price-'))
}

/**
 * The lever with the greatest swing, for the one sentence that each row of a comparison carries; the tornado works every
 * end out anew. Electricity and tokens are straight lines in the sum as it is; of the programme's own levers `netAt` gives
 * the expected net at the low end, from which the other end is taken to be as far. null: none moves it.
 */
export function likelyLever(expected: number | null, lines: readonly EstimateLine[], spans: readonly LeverSpan[], busy: number | null, netAt: (lever: LeverId, factor: number) => number | null): LeverId | null {
  if (expected === null) return null
  const sum = (which: (line: EstimateLine) => boolean): number => lines.filter(which).reduce((total, line) => total + (line.expected ?? 0), 0)
  const electricity = sum((line) => line.id.startsWith('electricity-'))
  const known: Partial<Record<LeverId, number>> = { 'token-price': sum(standsOnToken), power: electricity, 'usd-per-kwh': electricity }
  // None of the programme's own can move more than all income or all running costs.
  const most = Math.max(sum((line) => line.kind === 'income'), -sum((line) => line.kind === 'cost'))
  const slopeOf = ({ lever, low, high }: LeverSpan): number => {
    const end = low < 1 ? low : high
    const net = end === 1 ? null : netAt(lever, end)
    return net === null ? 0 : (expected - net) / (1 - end)
  }
  // No card works more than all the time.
  const widthOf = ({ lever, low, high }: LeverSpan): number => (lever === 'utilisation' && busy !== null && busy > 0 ? Math.min(high, Math.max(1, 1 / busy)) : high) - low
  const byPromise = spans.map((span) => ({ span, width: widthOf(span), atMost: Math.abs(widthOf(span) * (known[span.lever] ?? most)) })).sort((one, other) => other.atMost - one.atMost)
  let best: { lever: LeverId; swing: number } | null = null
  for (const { span, width, atMost } of byPromise) {
    if (atMost <= (best?.swing ?? 1e-9)) break
    const swing = Math.abs((known[span.lever] ?? slopeOf(span)) * width)
    if (swing > (best?.swing ?? 1e-9)) best = { lever: span.lever, swing }
  }
  return best?.lever ?? null
}
