/** Holds what was paid against what had been promised for the day, and says how far the estimates lie off. Pure. */
import type { Band, Estimate } from '../../shared/earnings.ts'
import type { LedgerEntry, PromisedBias, PromisedDay, PromisedReport } from '../../shared/ledger.ts'
import type { KeptPromise, QuietSpan } from '../history/ledger-tables.ts'
import { addDays, dayOf, daysBetween, spanOfDay } from './days.ts'

/** The bias is taken over the last so many days before today, and offered from so many on that can be compared. */
const biasDays = 28
const offeredFromDays = 14
/** Who pays for longer than a day pays late: such a time counts whole where it ended within so many days. */
const lateDays = 35
const longMs = 36 * 3_600_000
/** So far back days are needed for the bias. */
export const biasReachDays = biasDays + lateDays
/** A day that payments cover less of cannot be held against its own band. */
const coveredEnough = 0.95
/** What the settings take as a correction. */
const least = 0.01
const most = 100

/** What one day was paid. `usd: null`: something was, of unknown worth. `share`: how much of the day payments (and times that earned nothing) stand for. `quiet`: the part of it that earned nothing by what its source says. */
export interface PaidDay {
  usd: number | null
  share: number
  quiet: number
}

/** The promise of a day for every programme that has figures: all cards that may join, together. `factors`: the corrections that are in the estimates. */
export function promisesOf(estimates: readonly Estimate[], day: string, madeAt: number, factors: Readonly<Record<string, number>>): KeptPromise[] {
  return [...Map.groupBy(estimates, (one) => one.programmeId)].flatMap(([programmeId, all]) => {
    // What cannot join is promised nothing, unless that is all there is: the verdict may err, and payments would show it.
    const joining = all.filter((one) => one.verdict !== 'not-eligible')
    const rows = (joining.length > 0 ? joining : all).filter((one) => Object.values(incomeOf(one)).some((usd) => usd !== null))
    if (rows.length === 0) return []
    const promised = ordered(sumBands(rows.map((one) => ({ band: incomeOf(one), count: cardsOf(one) }))))
    const net = sumBands(rows.map((one) => ({ band: one.net, count: cardsOf(one) })))
    if (promised.low === null && promised.high === null && promised.expected === null) return []
    return [{ day, programmeId, promised, net, madeAt, factor: factors[programmeId] ?? 1 }]
  })
}

function cardsOf(estimate: Estimate): number {
  return Math.max(1, estimate.gpuCount)
}

function incomeOf(estimate: Estimate): Band {
  const lines = estimate.lines.filter((line) => line.kind === 'income')
  const sum = (key: keyof Band): number | null => (lines.length === 0 || lines.some((line) => line[key] === null) ? null : lines.reduce((total, line) => total + (line[key] ?? 0), 0))
  return { low: sum('low'), expected: sum('expected'), high: sum('high') }
}

function sumBands(bands: readonly { band: Band; count: number }[]): Band {
  const sum = (key: keyof Band): number | null => (bands.some(({ band }) => band[key] === null) ? null : bands.reduce((total, { band, count }) => total + (band[key] ?? 0) * count, 0))
  return { low: sum('low'), expected: sum('expected'), high: sum('high') }
}

function ordered(band: Band): Band {
  const known = [band.low, band.expected, band.high].filter((value) => value !== null)
  return { low: band.low === null ? null : Math.min(...known), expected: band.expected, high: band.high === null ? null : Math.max(...known) }
}

/** Spreads payments evenly over the time they pay for. `entries`: income and its corrections. By day; only days that a payment or a time without pay touches. */
export function paidByDay(entries: readonly LedgerEntry[], quiet: readonly Pick<QuietSpan, 'covers' | 'day'>[], zone: string): Map<string, PaidDay> {
  const days = new Map<string, { usd: number | null; paid: Span[]; quiet: Span[] }>()
  const of = (day: string): { usd: number | null; paid: Span[]; quiet: Span[] } => {
    const known = days.get(day) ?? { usd: 0, paid: [], quiet: [] }
    days.set(day, known)
    return known
  }
  for (const { entry, usd } of standing(entries)) {
    for (const { day, part, span } of spread(entry, zone)) {
      const known = of(day)
      known.usd = known.usd === null || usd === null ? null : known.usd + usd * part
      known.paid.push(span)
    }
  }
  for (const one of quiet) for (const { day, span } of spread(one, zone)) of(day).quiet.push(span)
  return new Map(
    [...days].map(([day, known]) => {
      const { from, to } = spanOfDay(day, zone)
      const [paid, all] = [unionMs(known.paid), unionMs([...known.paid, ...known.quiet])]
      return [day, { usd: known.usd, share: all / (to - from), quiet: (all - paid) / (to - from) }]
    }),
  )
}

interface Span {
  from: number
  to: number
}

/** Two payments for the same time cover it once. */
function unionMs(spans: readonly Span[]): number {
  let end = Number.NEGATIVE_INFINITY
  let sum = 0
  for (const { from, to } of [...spans].sort((one, other) => one.from - other.from)) {
    sum += Math.max(0, to - Math.max(from, end))
    end = Math.max(end, to)
  }
  return sum
}

/** Struck-out ones are left out. */
function standing(entries: readonly LedgerEntry[]): { entry: LedgerEntry; usd: number | null }[] {
  const corrections = Map.groupBy(entries, (one) => one.corrects)
  return entries
    .filter((one) => one.kind === 'income')
    .flatMap((entry) => {
      const all = [entry, ...(corrections.get(entry.id) ?? [])]
      const amount = all.reduce((sum, one) => sum + one.amount, 0)
      if (amount <= 1e-13 * entry.amount) return []
      const valued = all.flatMap((one) => (one.fair.usd === null ? [] : [one.fair.usd]))
      return [{ entry, usd: valued.length === 0 ? null : valued.reduce((sum, one) => sum + one, 0) }]
    })
}

/** `part` of the payment (they add up to 1), for each day it touches the time there that it is for. */
export function spread(entry: Pick<LedgerEntry, 'covers' | 'day'>, zone: string): { day: string; part: number; span: Span }[] {
  const { covers } = entry
  if (covers === null || covers.to <= covers.from) return [{ day: entry.day, part: 1, span: spanOfDay(entry.day, zone) }]
  return daysBetween(dayOf(covers.from, zone), dayOf(covers.to - 1, zone)).map((day) => {
    const whole = spanOfDay(day, zone)
    const span = { from: Math.max(whole.from, covers.from), to: Math.min(whole.to, covers.to) }
    return { day, part: (span.to - span.from) / (covers.to - covers.from), span }
  })
}

export interface ReportParts {
  promises: readonly KeptPromise[]
  /** Income and its corrections by programme id. */
  income: ReadonlyMap<string, readonly LedgerEntry[]>
  /** Times without pay by programme id. */
  quiet: ReadonlyMap<string, readonly QuietSpan[]>
  /** Told although nothing came of it yet. */
  asked: string | null
  /** First day that is listed; the bias may reach further back. */
  fromDay: string
  /** The day that is not over yet: listed, but not counted. */
  today: string
  factors: Readonly<Record<string, number>>
  zone: string
}

/** Of programmes that have income: where nothing came yet there is nothing to hold promises against. */
export function reportOf({ promises, income, quiet, asked, fromDay, today, factors, zone }: ReportParts): PromisedReport {
  const byProgramme = Map.groupBy(promises, (one) => one.programmeId)
  const days: PromisedDay[] = []
  const bias: PromisedBias[] = []
  for (const programmeId of new Set([...income.keys(), ...(asked !== null && byProgramme.has(asked) ? [asked] : [])])) {
    const entries = income.get(programmeId) ?? []
    const paid = paidByDay(entries, sinceItEarned(quiet.get(programmeId) ?? [], entries, zone), zone)
    const kept = new Map((byProgramme.get(programmeId) ?? []).map((one) => [one.day, one]))
    const own = [...new Set([...kept.keys(), ...paid.keys()])].sort().map((day): PromisedDay => dayRow(day, programmeId, kept.get(day) ?? null, paid.get(day) ?? null))
    days.push(...own.filter((row) => row.day >= fromDay && row.day <= today))
    const recent = recentDays(entries, today, zone)
    const now = factors[programmeId] ?? 1
    const counted = own
      .filter((row) => recent(row.day) && paid.has(row.day) && (row.promised.expected ?? 0) > 0)
      .slice(-biasDays)
      .map(({ day, promised, paidUsd, isInside }): CountedDay => {
        const { share, quiet: quietShare } = paid.get(day) ?? { share: 0, quiet: 0 }
        // A promise made under another correction is brought to today's, or what was corrected already would be corrected again.
        return { day, share, quiet: quietShare, paidUsd, expected: (((promised.expected ?? 0) * now) / (kept.get(day)?.factor ?? 1)) * share, isInside: isInside === true }
      })
    bias.push(biasOf(programmeId, counted, factors[programmeId] ?? null, own))
  }
  return { days: days.sort((one, other) => (one.day === other.day ? (one.programmeId < other.programmeId ? -1 : 1) : one.day < other.day ? -1 : 1)), bias }
}

/** Before the first pay nobody knows whether it ran at all: its address may have been there long before. */
function sinceItEarned(quiet: readonly QuietSpan[], entries: readonly LedgerEntry[], zone: string): QuietSpan[] {
  const first = Math.min(...standing(entries).map(({ entry }) => entry.covers?.from ?? spanOfDay(entry.day, zone).from))
  return quiet.filter((one) => one.covers.from >= first)
}

/** The last days before today, and those of a longer time that ended not long ago. */
function recentDays(entries: readonly LedgerEntry[], today: string, zone: string): (day: string) => boolean {
  const first = addDays(today, -biasDays)
  const ended = addDays(today, -lateDays)
  const late = new Set<string>()
  for (const entry of entries) {
    const { covers } = entry
    if (covers === null || covers.to - covers.from < longMs || dayOf(covers.to, zone) < ended) continue
    for (const { day } of spread(entry, zone)) late.add(day)
  }
  return (day) => day < today && (day >= first || late.has(day))
}

/** A day that is held against its promise, for the `share` of it that is known. */
interface CountedDay {
  day: string
  share: number
  quiet: number
  /** null: of unknown worth. */
  paidUsd: number | null
  /** Of that share. */
  expected: number
  isInside: boolean
}

function dayRow(day: string, programmeId: string, promise: KeptPromise | null, paid: PaidDay | null): PromisedDay {
  const promised = promise?.promised ?? { low: null, expected: null, high: null }
  const paidUsd = paid?.usd ?? null
  const isTold = paidUsd !== null && paid !== null && paid.share >= coveredEnough && promised.low !== null && promised.high !== null
  return { day, programmeId, promised, paidUsd, isInside: isTold ? paidUsd >= (promised.low ?? 0) && paidUsd <= (promised.high ?? 0) : null }
}

function biasOf(programmeId: string, touched: readonly CountedDay[], applied: number | null, days: readonly PromisedDay[]): PromisedBias {
  const counted = touched.filter((day) => day.paidUsd !== null)
  // A payment by another clock's days touches two of ours in part.
  const whole = Math.floor(total(counted, (day) => day.share) + 0.05)
  const inside = counted.filter((day) => day.isInside).length
  const known = { programmeId, days: whole, inside, applied }
  const none = { ...known, ratio: null, isOffered: false, offered: null }
  const count = `${whole} ${whole === 1 ? 'day' : 'days'}`
  if (whole < offeredFromDays) {
    const hasNoRule = days.some((day) => day.promised.high !== null) && days.every((day) => day.promised.expected === null)
    const enough = `from ${offeredFromDays} days on a correction is offered.`
    const why = hasNoRule ? 'How it pays is not published, so no middle was promised that pay could be held against.' : whole === 0 ? `No day of the last ${biasDays} can be held against what was promised${whyNone(days, touched)}; ${enough}` : `Only ${count} of the last ${biasDays} can be held against what was promised; ${enough}`
    return { ...none, sentence: why }
  }
  const quietDays = Math.round(total(counted, (day) => day.quiet))
  const unvalued = Math.round(total(touched, (day) => (day.paidUsd === null ? day.share : 0)))
  // Left out, they would leave the days without pay alone.
  if (quietDays > 0 && unvalued > 0) return { ...none, sentence: `What came on ${unvalued} of the last days is of unknown worth, so nothing can be said yet of all of them together.` }
  const ratio = quietDays > 0 ? total(counted, (day) => day.paidUsd ?? 0) / total(counted, (day) => day.expected) : middleRatio(counted)
  const factor = (applied ?? 1) * ratio
  const isTaken = factor >= least && factor <= most
  const span = `From ${counted[0]?.day ?? ''} to ${counted.at(-1)?.day ?? ''}, ${count} can be held against what was promised`
  const found = quietDays > 0 ? `${quietDays} of them earned nothing, and together they brought ${percent(ratio)} of it` : `the middle one brought ${percent(ratio)} of it`
  const middle = `${span}: ${found}${applied === null ? '' : `, with the correction of ${round(applied)} that is taken on already`}; ${inside} of them lay inside the band.`
  const offer = !isTaken
    ? ' That is too far off to be mended by a factor: something else is wrong.'
    : Math.abs(ratio - 1) <= 0.05
      ? ' That is close: a correction would change little.'
      : ` As a correction, its income can be multiplied by ${round(factor)}${applied === null ? '' : ` in place of ${round(applied)}`}. Nothing is changed unless you take it on.`
  return { ...known, ratio, sentence: middle + offer, isOffered: isTaken, offered: isTaken ? factor : null }
}

/** " yet: …", for a sentence that says that no day counts. */
function whyNone(days: readonly PromisedDay[], touched: readonly CountedDay[]): string {
  const promised = days.filter((day) => (day.promised.expected ?? 0) > 0)
  if (promised.length === 0) return ' yet: promises are kept from the day on that Idlewatt watches this machine, and none is kept so far'
  if (touched.length > 0 && touched.every((day) => day.paidUsd === null)) return ': what came is of unknown worth'
  if (touched.length > 0) return ': what came pays for less than a day of them'
  return ` yet: what came is for none of the days since promises are kept, the first of which is ${promised[0]?.day ?? ''}`
}

/** The median of paid ÷ expected, each day weighed by its share: one windfall moves it little. */
function middleRatio(days: readonly CountedDay[]): number {
  const sorted = days.map(({ paidUsd, expected, share }) => ({ ratio: (paidUsd ?? 0) / expected, share })).sort((one, other) => one.ratio - other.ratio)
  const half = total(sorted, (one) => one.share) / 2
  let passed = 0
  for (const [n, { ratio, share }] of sorted.entries()) {
    passed += share
    if (Math.abs(passed - half) < 1e-9) return (ratio + (sorted[n + 1]?.ratio ?? ratio)) / 2
    if (passed > half) return ratio
  }
  return Number.NaN
}

function total<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((so, item) => so + of(item), 0)
}

function percent(ratio: number): string {
  return `${Number((ratio * 100).toPrecision(ratio < 0.1 ? 2 : 3))} %`
}

function round(factor: number): string {
  return String(Number(factor.toPrecision(3)))
}
