/** The user's electricity price at any moment: fixed, by the hour of the week, or dated, with what holds where it ends. */
import type { Settings } from '../../shared/settings.ts'
import { mostPriceText, type TariffImport, type TariffInterval } from '../../shared/tariff.ts'
import type { TariffTables } from '../history/tariff-tables.ts'
import { NotPossible } from '../system/not-possible.ts'
import { dayOf, isZone, spanOfDay, thisZone } from '../system/zone.ts'
import type { RateReader } from './money-settings.ts'
import { readPriceFile, type PriceFile } from './tariff-csv.ts'
import { hourOfWeek, wallText, weeklySpans } from './tariff-week.ts'

export interface TariffMean {
  /** In the settings' currency. */
  perKwh: number
  least: number
  greatest: number
  how: string
  /** What had to stand in where dated prices end; sentences. */
  remarks: string[]
}

export interface Tariffs {
  /** In the settings' currency. null: no price is set. `how`: where it is from, in words ("weekly table", "dated price to 14:00"). */
  priceAt(at: number): { perKwh: number; how: string } | null
  /**
   * Mean over [from, to), weighted by time; `remarks`: what had to stand in where dated prices end.
   * `hours`: only the quarters of an hour of whose beginnings it says yes count, such as those in which a policy lets cards run.
   * The same function is taken to say the same again. null: no price is set, or no quarter counts.
   */
  mean(from: number, to: number, hours?: (at: number) => boolean): TariffMean | null
  /** Dated prices that touch [from, to), in order and in the settings' currency; none where they do not hold. */
  dated(from: number, to: number): TariffInterval[]
  /** What holds where there is no dated price; null: nothing is set. */
  standing(): Standing | null
  /** Dated prices that are kept, whether they hold or not; null: none. */
  known(): { from: number; to: number; count: number } | null
  /** Zone of the weekly table and of times that name none. */
  zone(): string
  isZone(name: string): boolean
  /** "2026-11-24 14:00" on the wall clock of a zone. */
  wallText(at: number, zone: string): string
  /** Keeps the prices; which kind of tariff holds is a setting. Throws NotPossible with a sentence for a file that cannot be read as prices. */
  import(input: { text: string; from: string; zone: string | null; unit: PriceFile['unit']; currency?: string | undefined }): TariffImport
  clear(): void
}

export interface TariffsOptions {
  tables: TariffTables
  settings(): Settings
  /** Left out: this machine's clock. */
  now?(): number
  /** USD for one unit of a currency; null: no rate is known. Left out: only prices in the settings' own currency can be used. */
  usdPerUnit?: RateReader
}

/** How a mean that is the fixed price alone is named. */
export const fixedPriceWords = 'fixed price'

/** `standsInFor`: what should hold and does not cover the hour, in words; null: it is what the user chose. */
export type Standing = ({ kind: 'fixed'; perKwh: number } | { kind: 'weekly'; zone: string; perKwh: number[] }) & { standsInFor: string | null }
interface KnownMean {
  from: number
  to: number
  of: Settings
  rate: number | null
  hours: ((at: number) => boolean) | undefined
  mean: TariffMean | null
}
interface Span {
  from: number
  to: number
}
const quarterMs = 900_000
/** Of a file of years only its first odd days are named. */
const mostDays = 20

export function createTariffs(options: TariffsOptions): Tariffs {
  const { tables, settings } = options
  /** Of all hours, and of those that were asked for last. */
  const last: { all: KnownMean | null; some: KnownMean | null } = { all: null, some: null }

  function forget(): void {
    last.all = null
    last.some = null
  }

  function zone(): string {
    const { tariffZone } = settings()
    return tariffZone !== null && isZone(tariffZone) ? tariffZone : thisZone()
  }

  function standing(): Standing | null {
    const { tariffKind, weeklyTariff, electricityPricePerKwh } = settings()
    const noDated = tariffKind === 'dated' ? 'no dated price covers this hour' : null
    if (tariffKind !== 'fixed' && weeklyTariff !== null) return { kind: 'weekly', zone: zone(), perKwh: weeklyTariff, standsInFor: noDated }
    if (electricityPricePerKwh === null) return null
    return { kind: 'fixed', perKwh: electricityPricePerKwh, standsInFor: noDated ?? (tariffKind === 'weekly' ? 'no weekly table is set' : null) }
  }

  function rateOf(currency: string): number | null {
    return options.usdPerUnit?.(currency) ?? null
  }

  /** Those in a currency without a rate are as good as none. */
  function dated(from: number, to: number): TariffInterval[] {
    const { tariffKind, currency } = settings()
    if (tariffKind !== 'dated') return []
    const own = rateOf(currency)
    return tables.intervals(from, to).flatMap((one) => {
      if (one.currency === currency) return [{ from: one.from, to: one.to, perKwh: one.perKwh }]
      const rate = rateOf(one.currency)
      return rate === null || own === null ? [] : [{ from: one.from, to: one.to, perKwh: (one.perKwh * rate) / own }]
    })
  }

  function priceAt(at: number): { perKwh: number; how: string } | null {
    const [own] = dated(at, at + 1)
    if (own) return { perKwh: own.perKwh, how: `dated price, to ${wallText(own.to, zone())}` }
    const other = standing()
    if (other === null) return null
    const instead = other.standsInFor === null ? '' : `; ${other.standsInFor}`
    return other.kind === 'fixed' ? { perKwh: other.perKwh, how: `fixed price${instead}` } : { perKwh: other.perKwh[hourOfWeek(at, other.zone)] ?? 0, how: `weekly table${instead}` }
  }

  function mean(from: number, to: number, hours?: (at: number) => boolean): TariffMean | null {
    const of = settings()
    const rate = rateOf(of.currency)
    const which = hours ? 'some' : 'all'
    const known = last[which]
    // Seventy rows of one comparison ask for the same week.
    if (known && known.from === from && known.to === to && known.of === of && known.rate === rate && known.hours === hours) return known.mean
    const made = workOut(hours ? spansWith(hours, from, to) : [{ from, to }])
    last[which] = { from, to, of, rate, hours, mean: made }
    return made
  }

  /** `spans`: in order, not overlapping. */
  function workOut(spans: readonly Span[]): TariffMean | null {
    const other = standing()
    const { tariffKind, currency } = settings()
    const sum = { ms: 0, money: 0, least: Infinity, greatest: -Infinity }
    const add = (perKwh: number, ms: number): void => {
      sum.ms += ms
      sum.money += perKwh * ms
      sum.least = Math.min(sum.least, perKwh)
      sum.greatest = Math.max(sum.greatest, perKwh)
    }
    const fill = (start: number, end: number): void => {
      if (other === null || end <= start) return
      if (other.kind === 'fixed') return add(other.perKwh, end - start)
      for (const span of weeklySpans(other.perKwh, other.zone, start, end)) add(span.perKwh, span.to - span.from)
    }
    let datedMs = 0
    // Read once: each reading looks back a month for what is long.
    const all = spans.length === 0 ? [] : dated(spans[0]?.from ?? 0, spans.at(-1)?.to ?? 0)
    let next = 0
    for (const { from, to } of spans) {
      let reached = from
      while ((all[next]?.to ?? Infinity) <= from) next += 1
      for (let index = next; (all[index]?.from ?? Infinity) < to; index += 1) {
        const one = all[index]
        if (!one) break
        const [start, end] = [Math.max(one.from, reached), Math.min(one.to, to)]
        if (end <= start) continue
        fill(reached, start)
        add(one.perKwh, end - start)
        datedMs += end - start
        reached = end
      }
      fill(reached, to)
    }
    if (sum.ms === 0) return null
    // A price that never changes must come back as it was set, to the last bit.
    const perKwh = sum.least === sum.greatest ? sum.least : sum.money / sum.ms
    const remarks = tariffKind === 'dated' ? standIns(spans, datedMs, other) : tariffKind === 'weekly' && other?.kind === 'fixed' ? ['No weekly table is set; the fixed price holds.'] : []
    return { perKwh, least: sum.least, greatest: sum.greatest, how: howOf(sum, datedMs, other, currency), remarks }
  }

  /** Prices of which none is for now leave estimates to something else. */
  function notForNow({ from, to }: { from: number; to: number }, inZone: string): string[] {
    const now = options.now?.() ?? Date.now()
    if (from <= now && now < to) return []
    const other = standing()
    const instead = other === null ? 'estimates assume a price' : other.kind === 'weekly' ? 'the weekly table holds' : 'the fixed price holds'
    if (from > now + 7 * 86_400_000) return [`None of them is for now or for the coming week: they begin on ${wallText(from, inZone)}. Until then ${instead}.`]
    return [from > now ? `None of them is for now: they begin on ${wallText(from, inZone)}. Until then ${instead}.` : `None of them is for now: they ended on ${wallText(to, inZone)}. Unless others are kept, ${instead}.`]
  }

  function howOf(sum: { least: number; greatest: number }, datedMs: number, other: Standing | null, currency: string): string {
    if (datedMs === 0 && other?.kind === 'fixed') return fixedPriceWords
    const of = datedMs === 0 ? 'your weekly table' : 'your dated prices'
    return `mean of ${of}; lowest ${round(sum.least)}, highest ${round(sum.greatest)} ${currency}`
  }

  function standIns(spans: readonly Span[], datedMs: number, other: Standing | null): string[] {
    if (datedMs >= lengthOf(spans, Infinity)) return []
    const [from, to] = [spans[0]?.from ?? 0, spans.at(-1)?.to ?? 0]
    const end = tables.end()
    const instead = other === null ? 'after that no price is set, so the mean is that of the hours before' : other.kind === 'weekly' ? 'the weekly table holds after' : 'the fixed price holds after'
    const holds = other === null ? 'no other price is set' : other.kind === 'weekly' ? 'the weekly table holds' : 'the fixed price holds'
    if (end === null) return [`No dated prices were imported; ${holds}.`]
    if (datedMs === 0) return [end <= from ? `The dated prices ended on ${wallText(end, zone())}; ${holds}.` : `No dated price that could be used covers this time; ${holds}.`]
    const inside = Math.round((lengthOf(spans, end) - datedMs) / 360_000) / 10
    return [
      ...(end < to ? [`Dated prices are known to ${wallText(end, zone())}; ${instead}.`] : []),
      ...(inside > 0 ? [`For ${inside} h before that there is no dated price; ${holds}.`] : []),
    ]
  }

  return {
    priceAt,
    mean,
    dated,
    standing,
    zone,
    isZone,
    wallText,
    known: () => tables.span(),
    import(input) {
      if (input.zone !== null && !isZone(input.zone)) throw new NotPossible(`There is no time zone "${input.zone.slice(0, 60)}". Names look like Europe/Berlin.`)
      if (input.text.length > mostPriceText) throw new NotPossible(`${input.from} has ${millions(input.text.length)} million characters, more than are read at once (${millions(mostPriceText)} million; a year of quarters of an hour has about 2). Import it in parts: what is there already stays.`)
      const { currency } = settings()
      const read = readPriceFile({ text: input.text, from: input.from, unit: input.unit, zone: input.zone ?? zone(), isZoneGiven: input.zone !== null, currency, givenCurrency: input.currency, usdPerUnit: Object.assign(rateOf, { takenAt: (code: string) => options.usdPerUnit?.takenAt?.(code) ?? null }) })
      tables.saveIntervals(read.intervals, read.currency)
      forget()
      const daysZone = input.zone ?? (read.zone === 'UTC' ? zone() : read.zone)
      const summary = summaryOf(read, daysZone, currency, read.currency === currency ? 1 : (rateOf(read.currency) ?? 1) / (rateOf(currency) ?? 1))
      return { ...summary, remarks: [...summary.remarks, ...notForNow(summary, daysZone)] }
    },
    clear() {
      tables.clear()
      forget()
    },
  }
}

/** The quarters of an hour within [from, to) that count, those next to each other as one. */
function spansWith(hours: (at: number) => boolean, from: number, to: number): Span[] {
  const spans: Span[] = []
  for (let start = Math.floor(from / quarterMs) * quarterMs; start < to; start += quarterMs) {
    if (!hours(start)) continue
    const one = { from: Math.max(start, from), to: Math.min(start + quarterMs, to) }
    const before = spans.at(-1)
    if (before?.to === one.from) before.to = one.to
    else spans.push(one)
  }
  return spans
}

/** ms, up to `end`. */
function lengthOf(spans: readonly Span[], end: number): number {
  return spans.reduce((sum, { from, to }) => sum + Math.max(0, Math.min(to, end) - from), 0)
}

function millions(count: number): string {
  return (count / 1e6).toFixed(1).replace(/\.0$/, '')
}

/** `by`: settings' currency for one unit of the file's. */
function summaryOf(read: ReturnType<typeof readPriceFile>, daysZone: string, currency: string, by: number): TariffImport {
  let [ms, money, least, greatest] = [0, 0, Infinity, -Infinity]
  const unusual: string[] = []
  let dayEnds = -Infinity
  for (const { from, to, perKwh } of read.intervals) {
    ms += to - from
    money += perKwh * (to - from)
    least = Math.min(least, perKwh)
    greatest = Math.max(greatest, perKwh)
    if (from < dayEnds) continue
    const day = dayOf(from, daysZone)
    const span = spanOfDay(day, daysZone)
    dayEnds = span.to
    const hours = (span.to - span.from) / 3_600_000
    if (hours !== 24 && unusual.length < mostDays) unusual.push(`${day} (${round(hours)} hours)`)
  }
  const [first, end] = [read.intervals[0], read.intervals.at(-1)]
  return {
    intervals: read.intervals.length,
    from: first?.from ?? 0,
    to: end?.to ?? 0,
    stepMinutes: read.stepMinutes,
    zone: read.zone,
    unusualDays: unusual,
    remarks: read.remarks,
    least: least * by,
    mean: (money / ms) * by,
    greatest: greatest * by,
    currency,
    inFile: { currency: read.currency, least, mean: money / ms, greatest },
  }
}

/** Up to four figures, without the noise of halves that are none. */
function round(value: number): number {
  return Number(value.toPrecision(4))
}
