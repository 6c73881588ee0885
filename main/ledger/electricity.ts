/** Books what the cards' electricity cost, a day and a card at a time, once the day is over. */
import type { FairValue, LedgerEntry } from '../../shared/ledger.ts'
import type { Source } from '../../shared/network.ts'
import type { LedgerTables } from '../history/ledger-tables.ts'
import { addDays, dayOf, daysBetween, spanOfDay } from './days.ts'
import { electricityId, fairValue, unvalued } from './entries.ts'
import type { LedgerOptions } from './index.ts'

const hourMs = 3_600_000
/** The shortest interval that a tariff has. */
const stepMs = 900_000
/** How far back days are looked at that were not booked yet. */
const reachDays = 90
/** What was measured up to midnight may still be on its way into the history. */
const settledMs = hourMs

export interface ElectricityOptions extends Pick<LedgerOptions, 'energy' | 'electricityAt' | 'settings'> {
  tables: Pick<LedgerTables, 'booked'>
  zone(): string
}

/** One card's day as it adds up. Wall power, in kWh and the tariff's currency. */
interface CardDay {
  kwh: number
  amount: number
  /** By the rate that is known now; null: none was for some of it. */
  usd: number | null
  rate: { source: Source | null; takenAt: number | null } | null
  knownMs: number
  currency: string
  sources: Set<string>
}

/** An entry without a worth is to be given one: that of its day, else what is known now. */
export interface ElectricityDraft {
  entry: LedgerEntry
  /** null: nothing is known now either. */
  knownNow: FairValue | null
}

export interface ElectricityBook {
  /** The next closed day that was not looked at yet; null: none is left for now. No drafts: nothing was drawn, or it has no price. `settle`: they are kept. */
  next(now: number): { drafts: ElectricityDraft[]; settle(): void } | null
}

/** Days that were seen to the end in this process are not looked at again. */
export function createElectricityBook(options: ElectricityOptions): ElectricityBook {
  const { tables, energy, electricityAt } = options
  const done = new Set<string>()
  /** Looked at since the last time that none was left: those that have no price yet do not hold up the others. */
  const looked = new Set<string>()

  /** null: a price is missing for some time in which energy was drawn. */
  function addUpDay(from: number, to: number): Map<string, CardDay> | null {
    const cards = new Map<string, CardDay>()
    const { wallPowerFactor, wallPowerOffsetW } = options.settings()
    for (let at = from; at < to; at += stepMs) {
      const until = Math.min(at + stepMs, to)
      const measured = energy(at, until).filter((one) => one.knownShare > 0)
      if (measured.length === 0) continue
      const price = electricityAt(at)
      if (price === null) return null
      for (const { gpuId, kwh, knownShare } of measured) {
        const knownMs = Math.min(1, knownShare) * (until - at)
        // The offset exists once per machine: each card that was measured carries its part.
        const wallKwh = Math.max(0, kwh * wallPowerFactor + ((wallPowerOffsetW / measured.length) * knownMs) / hourMs / 1000)
        const card = cards.get(gpuId) ?? { kwh: 0, amount: 0, usd: 0, knownMs: 0, currency: price.currency, rate: price.rate ?? null, sources: new Set<string>() }
        card.kwh += wallKwh
        card.amount += wallKwh * price.perKwh
        card.usd = card.usd === null || price.usdPerKwh === null ? null : card.usd + wallKwh * price.usdPerKwh
        card.knownMs += knownMs
        card.sources.add(price.source)
        cards.set(gpuId, card)
      }
    }
    return cards
  }

  /** `skipped`: cards of which somebody entered that day by hand. null: it has no price yet. */
  function draftDay(day: string, now: number, skipped: ReadonlySet<string | null>): ElectricityDraft[] | null {
    const { from, to } = spanOfDay(day, options.zone())
    const cards = energy(from, to).some((one) => one.knownShare > 0) ? addUpDay(from, to) : new Map<string, CardDay>()
    if (cards === null) return null
    return [...cards].filter(([gpuId, card]) => !skipped.has(gpuId) && card.kwh > 0 && card.amount !== 0).map(([gpuId, card]) => draftOf(day, gpuId, card, { from, to, now, settings: options.settings() }))
  }

  return {
    next(now) {
      const today = dayOf(now, options.zone())
      const first = addDays(today, -reachDays)
      const isOver = (day: string): boolean => now >= spanOfDay(day, options.zone()).to + settledMs
      const open = daysBetween(first, addDays(today, -1)).filter((day) => !done.has(day) && !looked.has(day) && isOver(day))
      const booked = Map.groupBy(tables.booked(first, today), (one) => one.day)
      for (const day of open) {
        const entries = booked.get(day) ?? []
        // Measured ones are booked all at once; one by hand for the whole machine stands for all its cards.
        if (entries.some((one) => one.isMeasured || one.gpuId === null)) {
          done.add(day)
          continue
        }
        looked.add(day)
        const drafts = draftDay(day, now, new Set(entries.map((one) => one.gpuId)))
        return { drafts: drafts ?? [], settle: () => void (drafts !== null && done.add(day)) }
      }
      looked.clear()
      return null
    },
  }
}

function draftOf(day: string, gpuId: string, card: CardDay, { from, to, now, settings }: { from: number; to: number; now: number; settings: ReturnType<LedgerOptions['settings']> }): ElectricityDraft {
  const share = Math.min(1, card.knownMs / (to - from))
  const isWall = settings.wallPowerFactor !== 1 || settings.wallPowerOffsetW !== 0
  const remarks = [
    ...(share < 0.995 ? [`Measured for ${Math.max(1, Math.round(share * 100))} % of the day.`] : []),
    `At the wall: the card's own figure${isWall ? ` × ${settings.wallPowerFactor}${settings.wallPowerOffsetW === 0 ? '' : ` and its part of ${settings.wallPowerOffsetW} W`}, as calibrated` : ', not calibrated'}.`,
    `Price: ${[...card.sources].slice(0, 3).join('; ')}.`,
  ]
  const entry: LedgerEntry = {
    id: electricityId(gpuId, day), kind: 'electricity', at: to - 1, recordedAt: now, day, covers: { from, to }, networkId: null, programmeId: null, gpuId,
    asset: card.currency, amount: card.amount, fair: fairOf(card, day, now, settings), kwh: card.kwh, origin: 'measured', reference: null, note: remarks.join(' '), corrects: null,
  }
  const why = `The rate of ${day} could not be asked for; this is the one that was known when it was written.`
  const knownNow = card.usd === null ? null : { usd: card.usd, usdPerUnit: card.usd / card.amount, source: card.rate?.source ?? null, takenAt: card.rate?.takenAt ?? now, why }
  return { entry, knownNow }
}

/** Dollars are themselves, and a rate that the user set holds for any day; else the day's own has to be asked for. */
function fairOf({ currency, amount }: CardDay, day: string, now: number, settings: ReturnType<LedgerOptions['settings']>): FairValue {
  if (currency === 'USD') return fairValue(currency, amount, day, null)
  const own = currency === settings.currency ? settings.usdPerCurrencyUnit : null
  return own === null ? unvalued(currency, day) : { usd: amount * own, usdPerUnit: own, source: null, takenAt: now, why: null }
}
