/** How a network's figures are said: values with units, what they were before, and how far a date is off. Pure. */
import type { NetworkFigure, NetworkHealth, TrendPoint } from '../../../shared/network-health.ts'
import { count, formatNumber, formatPlain, formatShare, gap } from '../../format/numbers.ts'
import { formatAmount, type MoneyFormat } from '../../format/money.ts'

export const dayMs = 86_400_000

/** What shows that a network lasts leads; its token comes last. */
export const groupOrder: NetworkFigure['group'][] = ['use', 'supply', 'revenue', 'token']
export const groupWords: Record<NetworkFigure['group'], { title: string; note: string }> = {
  use: { title: 'How much it is used', note: 'what renters take of it' },
  supply: { title: 'How much there is of it', note: 'what operators offer; more of it is shared by more' },
  revenue: { title: 'What it takes in', note: 'what renters pay, from which operators can be paid for good' },
  token: { title: 'Its token', note: 'says little about whether the network lasts' },
}

export interface SaidFigure {
  number: string
  /** Empty where the number says it all. */
  unit: string
}

/** "61 %", "12,400" and "USD/day", "1.23 million" and "frames". Units that begin with USD are shown in the chosen money. */
export function figureParts(value: number, unit: string, money: MoneyFormat): SaidFigure {
  if (/^share\b/.test(unit)) return { number: formatShare(value), unit: unit.slice('share'.length).trim() }
  if (!/^USD\b/.test(unit)) return { number: isLarge(value) ? sayLarge(value) : formatPlain(value), unit }
  const amount = value / money.usdPerUnit
  const size = Math.abs(amount)
  const number = isLarge(amount) ? sayLarge(amount) : size >= 1000 ? formatNumber(amount, 0) : size < 1 ? formatPlain(amount) : formatAmount(value, money)
  return { number, unit: `${money.code}${unit.slice(3)}` }
}

export function sayFigure(value: number, unit: string, money: MoneyFormat): string {
  const said = figureParts(value, unit, money)
  return said.unit === '' ? said.number : `${said.number} ${said.unit}`
}

function isLarge(value: number): boolean {
  return Math.abs(value) >= 1e6
}

function sayLarge(value: number): string {
  const size = Math.abs(value)
  if (size >= 1e15) return value.toExponential(1)
  return size >= 1e9 ? `${formatPlain(value / 1e9)} billion` : `${formatPlain(value / 1e6)} million`
}

/** Only what can be drawn, oldest first. */
export function knownTrend(trend: readonly TrendPoint[]): TrendPoint[] {
  return trend.filter((point) => Number.isFinite(point.at) && Number.isFinite(point.value)).sort((a, b) => a.at - b.at)
}

/** As many points as a small drawing has room for; the first and the last always stay. */
export function thinned(trend: readonly TrendPoint[], most = 160): TrendPoint[] {
  if (trend.length <= most) return [...trend]
  const step = (trend.length - 1) / (most - 1)
  return Array.from({ length: most }, (_, i) => trend[Math.round(i * step)]).filter((point) => point !== undefined)
}

/** What a trend drawing is called for those who do not see it; null: there is none to draw. */
export function trendLabel(label: string, trend: readonly TrendPoint[], say: (value: number) => string): string | null {
  const first = trend[0]
  const last = trend.at(-1)
  if (!first || !last || trend.length < 2) return null
  const values = trend.map((point) => point.value)
  // Not spread into a call: years of daily figures would be too many arguments.
  const low = values.reduce((least, value) => Math.min(least, value))
  const high = values.reduce((most, value) => Math.max(most, value))
  return `${label} from ${sayUtcDay(first.at)} to ${sayUtcDay(last.at)}: first ${say(first.value)}, last ${say(last.value)}, between ${say(low)} and ${say(high)}.`
}

/** Whole days that are left until a moment, as of `now`, counted as `NetworkHealth.nextCliff` does; below 0: it has passed. */
export function daysUntil(at: number, now: number): number {
  return Math.floor((at - now) / dayMs)
}

/** "in 26 days", "within a day", "3 days ago". */
export function inDaysWords(days: number): string {
  if (days === 0) return 'within a day'
  return days < 0 ? `${count(-days, 'day')} ago` : `in ${count(days, 'day')}`
}

/** Networks and documents date by UTC: a day of theirs must not turn into the one before it west of Greenwich. */
export function sayUtcDay(at: number): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }).format(at)
}

/** Whether a date is that of a day alone, without an hour. */
export function isDayAlone(at: number): boolean {
  return at % dayMs === 0
}

/** "19 Dec 2025 to 18 Dec 2026": a period's end is the first moment after it, and its last day is said. */
export function spanWords({ from, to }: { from: number | null; to: number | null }): string {
  const last = to === null ? null : sayUtcDay(to - 1)
  if (from === null) return last === null ? 'No dates are known' : `until ${last}`
  return last === null ? `from ${sayUtcDay(from)}, no end known` : `${sayUtcDay(from)} to ${last}`
}

/** The figures that stand beside a network's name: use first, then supply and revenue; never the token. */
export function leadingFigures(health: NetworkHealth): NetworkFigure[] {
  return (['use', 'supply', 'revenue'] as const).flatMap((group) => {
    const ofGroup = health.figures.filter((figure) => figure.group === group)
    // What is known goes before what is not.
    return [...ofGroup.filter((figure) => figure.value !== null), ...ofGroup.filter((figure) => figure.value === null)].slice(0, group === 'use' ? 2 : 1)
  })
}

/** "2 years ahead of", "3 days behind": ours minus theirs. */
export function clockWords(offMs: number): string {
  const days = Math.round(Math.abs(offMs) / dayMs)
  const size = days < 60 ? count(Math.max(1, days), 'day') : days < 730 ? count(Math.round(days / 30.44), 'month') : count(Math.round(days / 365.25), 'year')
  return `${size} ${offMs > 0 ? 'ahead' : 'behind'}`
}

/** 0.124 → "12 %": in a column, whole percents line up. */
export function wholePercent(share: number): string {
  return share > 0 && share < 0.01 ? `<${gap}1${gap}%` : `${formatNumber(share * 100, 0)}${gap}%`
}
