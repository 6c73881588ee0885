/** Makes entries of the ledger: their ids, their worth at the time, and corrections. Pure; refusals are sentences for the user. */
import { createHash } from 'node:crypto'
import { mostEntryUsd, mostUsdPerUnit, type FairValue, type LedgerAdd, type LedgerCorrect, type LedgerEntry, type LedgerRow } from '../../shared/ledger.ts'
import type { Priced } from '../../shared/market-data.ts'
import type { QuietSpan } from '../history/ledger-tables.ts'
import type { Payout } from '../networks/network.ts'
import { looksLikeSecret, secretRefusal } from '../../shared/secrets.ts'
import { NotPossible } from '../system/not-possible.ts'
import { shortened } from '../system/shortened.ts'

const dayMs = 86_400_000
/** Before this there was nothing to be paid in. */
const earliest = Date.UTC(2009, 0, 3)
/** Longer than any network lets one wait. */
export const longestCoverMs = 400 * dayMs

/** A transaction is one wherever it is read; what a service tells of a day is told for each address. Whole transaction ids would be taken for private keys wherever an id is typed; their hash is as good. */
export function payoutId(networkId: string, { origin = 'chain', asset, reference }: Pick<Payout, 'origin' | 'asset' | 'reference'>, address: string): string {
  return `${origin}:${networkId}:${asset}:${origin === 'chain' ? tagOf(reference) : tagOf(`${address} ${reference}`)}`
}

/** What a source tells of a time that earned nothing, as it is kept. */
export function quietSpan(networkId: string, programmeId: string, { reference, at }: Payout, address: string, covers: QuietSpan['covers'], rest: Pick<QuietSpan, 'day' | 'recordedAt'>): QuietSpan {
  return { id: `quiet:${networkId}:${tagOf(`${address} ${reference}`)}`, wallet: shortened(address), at, covers, networkId, programmeId, ...rest }
}

function tagOf(reference: string): string {
  return createHash('sha256').update(reference).digest('hex').slice(0, 20)
}

export function electricityId(gpuId: string, day: string): string {
  return `electricity:${gpuId}:${day}`
}

export type DatedAdd = LedgerAdd & { at: number }

/** Without a moment of its own it is of the last one that it pays for, so that it counts for that year and at that price; never ahead. */
export function dated(input: LedgerAdd, now: number): DatedAdd {
  return { ...input, at: input.at ?? (input.covers === null ? now : Math.min(input.covers.to - 1, now)) }
}

/** Throws NotPossible where something in it must not be kept, or cannot be. */
export function refuseBad(input: DatedAdd, now: number): void {
  if (input.reference !== null && looksLikeSecret(input.reference)) {
    throw new NotPossible('A reference of that form cannot be told from a private key, so nothing of it was kept. If it is a transaction id, type it shortened: its first and last eight characters.')
  }
  if ([input.note, input.asset, input.programmeId, input.gpuId].some((text) => text !== null && looksLikeSecret(text))) throw new NotPossible(secretRefusal)
  refuseFuture(input.at, now)
  if (input.at < earliest) throw new NotPossible('An entry from before 2009 is likelier a slip than the truth. Nothing was written.')
  if (input.amount === 0) throw new NotPossible('An entry of nothing says nothing. Nothing was written.')
  if (!Number.isFinite(input.amount)) throw new NotPossible('The amount must be a number.')
  if (input.kwh !== null && input.kind !== 'electricity') throw new NotPossible('Kilowatt-hours belong to electricity alone.')
  refuseWorth(input.asset, input.amount, input.asset === 'USD' ? (input.fairUsd ?? input.amount) : input.fairUsd)
  const { covers } = input
  if (covers === null) return
  if (covers.to <= covers.from) throw new NotPossible('The time that it pays for ends before it begins.')
  if (covers.to - covers.from > longestCoverMs) throw new NotPossible('The time that it pays for is longer than a year. Enter it in parts.')
  if (covers.from < earliest || covers.to > now + 2 * dayMs) throw new NotPossible('The time that it pays for must be over, and not before 2009.')
}

/** `usd: null`: not known. Throws NotPossible for a worth that cannot be meant. */
export function refuseWorth(asset: string, amount: number, usd: number | null): void {
  if (usd === null) return
  if (asset === 'USD' && usd !== amount) throw new NotPossible('What is in USD is worth just that: another worth in USD cannot be given with it. Nothing was written.')
  if (usd > mostEntryUsd) throw new NotPossible('That would be worth more than a billion USD, which is likelier a slip than the truth. Nothing was written.')
  if (amount > 0 && usd / amount > mostUsdPerUnit) throw new NotPossible(`That would be more than a million USD for one ${asset}, which is likelier a slip than the truth. Nothing was written.`)
}

function refuseFuture(at: number, now: number): void {
  if (!isFuture(at, now)) return
  const ahead = Math.round((at - now) / dayMs)
  throw new NotPossible(`An entry cannot be dated ${ahead <= 1 ? 'more than a day' : `${ahead} days`} ahead: this machine's clock says ${isoDay(now)}. If that is wrong, set the clock first. Nothing was written.`)
}

/** A day is granted for clocks and zones that differ. */
export function isFuture(at: number, now: number): boolean {
  return at > now + dayMs
}

export function isoDay(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}

/** `priced: null`: nobody could tell. */
export function fairValue(asset: string, amount: number, day: string, priced: Priced | null): FairValue {
  if (asset === 'USD') return { usd: amount, usdPerUnit: 1, source: null, takenAt: null, why: null }
  if (priced === null || !Number.isFinite(priced.usd) || priced.usd < 0) return unvalued(asset, day)
  return { usd: amount * priced.usd, usdPerUnit: priced.usd, source: priced.source, takenAt: priced.takenAt, why: priced.note }
}

export function unvalued(asset: string, day: string): FairValue {
  return { usd: null, usdPerUnit: null, source: null, takenAt: null, why: `No price of ${asset} is known for ${day}. A correction can give it one later.` }
}

/** What the user says it was worth. */
export function valueByHand(usd: number, amount: number): FairValue {
  return { usd, usdPerUnit: amount > 0 ? usd / amount : null, source: null, takenAt: null, why: null }
}

/** What makes two entries by hand the very same one. `day`: that the new one counts for. */
export function isSameByHand(entry: LedgerEntry, input: LedgerAdd, day: string): boolean {
  const isSameTime = entry.covers === null || input.covers === null || (entry.covers.from === input.covers.from && entry.covers.to === input.covers.to)
  return (
    entry.origin === 'hand' &&
    entry.kind === input.kind &&
    entry.day === day &&
    isSameTime &&
    entry.programmeId === input.programmeId &&
    entry.gpuId === input.gpuId &&
    entry.asset === input.asset &&
    entry.amount === input.amount &&
    entry.reference === input.reference &&
    entry.note === input.note
  )
}

/** The same payment, once typed and once read: one asset and amount, within a day and a half, of no other network. */
export function isSamePayment(one: Pick<LedgerEntry, 'asset' | 'at' | 'networkId'>, amount: number, other: { asset: string; at: number; networkId: string | null; amount: number }): boolean {
  const isSameAmount = Math.abs(amount - other.amount) <= 1e-9 * Math.max(amount, other.amount)
  return isSameAmount && one.asset === other.asset && Math.abs(one.at - other.at) <= 1.5 * dayMs && (one.networkId === null || other.networkId === null || one.networkId === other.networkId)
}

/** The entry that makes another stand as it should have. Throws NotPossible where nothing would change. */
export function correctionOf(row: LedgerRow, input: LedgerCorrect, id: string, now: number): LedgerEntry {
  if (looksLikeSecret(input.note)) throw new NotPossible(secretRefusal)
  if (row.kind === 'correction') throw new NotPossible('That is a correction itself. Correct the entry that it belongs to.')
  if (input.amount === undefined && input.fairUsd === undefined) throw new NotPossible('Say what it should have been: the amount, what it was worth in USD, or both.')
  const amount = input.amount ?? row.standingAmount
  const usd = standingUsdAfter(row, amount, input)
  if (input.fairUsd !== undefined || usd !== row.standingUsd) refuseWorth(row.asset, amount, usd)
  const delta = amount - row.standingAmount
  const usdDelta = usd === null ? null : usd - (row.standingUsd ?? 0)
  if (delta === 0 && (usdDelta === null || (usdDelta === 0 && row.standingUsd !== null))) throw new NotPossible('It stands like that already: nothing would change.')
  return {
    ...row,
    ...onlyEntry,
    id,
    kind: 'correction',
    recordedAt: now,
    amount: delta,
    // The one that struck it out took its energy along; one that brings it back brings that back.
    kwh: row.kwh === null || (amount === 0) === (row.standingAmount === 0) ? null : amount === 0 ? -row.kwh : row.kwh,
    fair: { usd: usdDelta, usdPerUnit: usd === null || amount === 0 ? null : usd / amount, source: input.fairUsd === undefined ? row.fair.source : null, takenAt: input.fairUsd === undefined ? row.fair.takenAt : null, why: usd === null || (input.fairUsd === undefined && row.fair.usd !== null) ? row.fair.why : null },
    origin: 'hand',
    reference: null,
    note: input.note,
    corrects: row.id,
  }
}

/** Gives a value to an entry that had none; the same again is the same entry. */
export function valuationOf(entry: LedgerEntry, standingAmount: number, priced: Priced, now: number): LedgerEntry {
  const fair = fairValue(entry.asset, standingAmount, entry.day, priced)
  return { ...entry, id: `value:${entry.id}`, kind: 'correction', recordedAt: now, amount: 0, kwh: null, fair, reference: null, note: `Its worth, which was not known when it was written.`, corrects: entry.id }
}

/** What a row has beside an entry must not be kept with one. */
const onlyEntry = { standingAmount: undefined, standingUsd: undefined, correctedBy: undefined }

function standingUsdAfter(row: LedgerRow, amount: number, input: LedgerCorrect): number | null {
  if (input.fairUsd !== undefined) return input.fairUsd
  if (amount === 0) return 0
  if (row.standingUsd === null) return null
  const perUnit = row.standingAmount !== 0 ? row.standingUsd / row.standingAmount : row.fair.usdPerUnit
  if (perUnit === null) throw new NotPossible('It was struck out before its worth was known: say also what it was worth in USD.')
  return amount * perUnit
}
