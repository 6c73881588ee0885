/** Reads payouts and balances of the receive addresses, and enters what is new. A fault is a sentence; nothing here rejects. */
import type { FairValue, LedgerEntry, WalletStatus } from '../../shared/ledger.ts'
import type { Priced } from '../../shared/market-data.ts'
import type { LedgerTables } from '../history/ledger-tables.ts'
import { MarketMisfit, RequestFailed, type AnyNetwork, type MarketRequest, type Payout, type WalletDefinition } from '../networks/network.ts'
import type { Clock } from '../system/clock.ts'
import type { Log } from '../system/log.ts'
import { NotPossible } from '../system/not-possible.ts'
import { shortened } from '../system/shortened.ts'
import { checkAddress } from './addresses.ts'
import { dayOf } from './days.ts'
import { fairValue, isFuture, isSamePayment, longestCoverMs, payoutId, quietSpan, unvalued, valuationOf } from './entries.ts'
import { mapLimited } from './limited.ts'

const dayMs = 86_400_000
/** Read again each time, for what a node had not told yet. */
const againMs = 8 * dayMs
/** How far back an address is read the first time: this tax year and the one before its end. */
const firstReachMs = 400 * dayMs
/** So many entries without a value are tried again at a time. */
const revaluedAtOnce = 200
/** So often in a row a price may be unknown before its asset is left for the next time. */
const mostMisses = 3
const askedAtOnce = 4

export interface ReadPayoutsOptions {
  tables: LedgerTables
  clock: Clock
  log: Log
  zone(): string
  priceAt(symbol: string, at: number): Promise<Priced | null>
  requestFor(source: { id: string; hosts: string[] }): MarketRequest
}

export interface WalletReading {
  added: number
  known: number
  /** Without the network's name. */
  faults: string[]
  balances: WalletStatus['balances']
  /** null: balances were not read. */
  takenAt: number | null
}

/** One network's address. Never rejects. */
export async function readWallet(options: ReadPayoutsOptions, network: AnyNetwork, typed: string): Promise<WalletReading> {
  const reading: WalletReading = { added: 0, known: 0, faults: [], balances: [], takenAt: null }
  const { wallet } = network
  if (wallet === null) return reading
  const fail = (sentence: string): void => void reading.faults.push(sentence)
  const checked = checkAddress(wallet.chain, wallet.prefix ?? null, typed, wallet.notWallets)
  // The settings file may have been edited by hand; what stands there is not repeated.
  if (!checked.ok) {
    fail(`The address that is kept for it cannot be used. ${checked.sentence}`)
    return reading
  }
  const request = options.requestFor({ id: `${network.id}/wallet`, hosts: wallet.hosts })
  const [balances, payouts] = await Promise.allSettled([run(() => wallet.readBalances(request, checked.address)), run(() => readPayouts(options, network, wallet, request, checked.address))])
  if (balances.status === 'rejected') fail(sentenceOf(options.log, balances.reason))
  else {
    reading.takenAt = options.clock.now()
    const sound = balances.value.filter((one) => Number.isFinite(one.amount) && one.amount >= 0)
    reading.balances = await mapLimited(sound, askedAtOnce, async (one) => ({ ...one, usd: (await value(options, one.asset, one.amount, options.clock.now())).usd }))
  }
  if (payouts.status === 'rejected') {
    const sentence = sentenceOf(options.log, payouts.reason)
    // One host that does not answer is one fault.
    if (!reading.faults.includes(sentence)) fail(sentence)
    return reading
  }
  await enter(options, network, checked.address, payouts.value, reading, fail)
  return reading
}

/** An adapter that throws at once is one that rejects. */
async function run<T>(work: () => Promise<T>): Promise<T> {
  return work()
}

async function readPayouts({ tables, clock }: ReadPayoutsOptions, network: AnyNetwork, wallet: WalletDefinition, request: MarketRequest, address: string): Promise<Payout[]> {
  if (wallet.readPayouts === null) return []
  const newest = tables.newestPaidAt(network.id, shortened(address))
  return wallet.readPayouts(request, address, newest === null ? clock.now() - firstReachMs : Math.min(newest, clock.now()) - againMs)
}

async function enter(options: ReadPayoutsOptions, network: AnyNetwork, address: string, payouts: readonly Payout[], reading: WalletReading, fail: (sentence: string) => void): Promise<void> {
  const { tables, clock } = options
  const now = clock.now()
  const sound = payouts.filter(isSound)
  if (sound.length < payouts.length) fail(`${payouts.length - sound.length} of its payouts could not be understood and were left out.`)
  const past = sound.filter((one) => !isFuture(one.at, now))
  if (past.length < sound.length) fail(`${sound.length - past.length} of its payouts are dated more than a day ahead of this machine's clock and were left out. Is the clock right?`)
  const quiet = past.flatMap((payout) => {
    const covers = payout.amount === 0 ? soundCovers(payout.covers) : null
    return covers === null || payout.programmeId === null ? [] : [quietSpan(network.id, payout.programmeId, payout, address, covers, { day: dayOf(covers.from, options.zone()), recordedAt: now })]
  })
  if (quiet.length > 0) tables.addQuiet(quiet)
  const byId = new Map(past.filter((payout) => payout.amount > 0).map((payout) => [payoutId(network.id, payout, address), payout]))
  const kept = [...byId].sort(([a, one], [b, other]) => one.at - other.at || (a < b ? -1 : 1))
  const fresh = kept.filter(([id]) => tables.entry(id) === null)
  const isTyped = createTypedTest(tables, network.id)
  const missing = fresh.filter(([, payout]) => !isTyped(payout))
  reading.known = byId.size - missing.length
  const entries = await mapLimited(missing, askedAtOnce, async ([id, payout]): Promise<LedgerEntry> => {
    const day = dayOf(payout.at, options.zone())
    return {
      id, kind: 'income', at: payout.at, recordedAt: now, day, covers: soundCovers(payout.covers), networkId: network.id, programmeId: payout.programmeId, gpuId: null,
      asset: payout.asset, amount: payout.amount, fair: await value(options, payout.asset, payout.amount, payout.at), kwh: null, origin: payout.origin ?? 'chain', reference: payout.reference, note: payout.note?.slice(0, 500) ?? null, corrects: null, wallet: shortened(address),
    }
  })
  reading.added = entries.length === 0 ? 0 : tables.addEntries(entries).length
}

/** What a chain tells may be anybody's: no text of any length, no time of any span. */
function isSound({ reference, at, amount, asset, covers, programmeId }: Payout): boolean {
  const isAmount = Number.isFinite(amount) && (amount > 0 || (amount === 0 && programmeId !== null && soundCovers(covers) !== null))
  return isText(reference, 300) && isText(asset, 20) && Number.isSafeInteger(at) && at > 0 && isAmount
}

function isText(value: unknown, most: number): boolean {
  return typeof value === 'string' && value.trim() !== '' && value.length <= most
}

function soundCovers(covers: Payout['covers']): Payout['covers'] {
  if (covers === null || covers === undefined) return null
  const { from, to } = covers
  return Number.isSafeInteger(from) && Number.isSafeInteger(to) && from > 0 && to > from && to - from <= longestCoverMs ? { from, to } : null
}

/** What its owner has typed already is not entered a second time. Each typed entry stands for one payout. */
function createTypedTest(tables: LedgerTables, networkId: string): (payout: Payout) => boolean {
  const taken = new Set<string>()
  return (payout) => {
    const typed = tables
      .near('income', payout.asset, payout.at - 2 * dayMs, payout.at + 2 * dayMs)
      .find((row) => row.origin === 'hand' && row.standingAmount > 0 && !taken.has(row.id) && isSamePayment(row, row.standingAmount, { ...payout, networkId }))
    if (typed) taken.add(typed.id)
    return typed !== undefined
  }
}

/** Never rejects: a price that cannot be had is an unknown worth. */
export async function value({ priceAt, log, zone }: Pick<ReadPayoutsOptions, 'priceAt' | 'log' | 'zone'>, asset: string, amount: number, at: number): Promise<FairValue> {
  const day = dayOf(at, zone())
  if (asset === 'USD') return fairValue(asset, amount, day, null)
  try {
    return fairValue(asset, amount, day, await priceAt(asset, at))
  } catch (error) {
    log.warn('a price for the ledger could not be had', { asset, error: error instanceof Error ? error.message : String(error) })
    return unvalued(asset, day)
  }
}

/** Whose price counts: a day's electricity is worth what it was at noon. */
export function momentOf({ at, kind, covers }: Pick<LedgerEntry, 'at' | 'kind' | 'covers'>): number {
  return kind === 'electricity' && covers !== null ? Math.round((covers.from + covers.to) / 2) : at
}

/** Entries whose worth nobody could tell when they were written; a correction gives it to them. How many it did. */
export async function valueLater(options: ReadPayoutsOptions): Promise<number> {
  const { tables, clock, priceAt, log } = options
  // Of what nobody knows a price nobody is asked two hundred times; one day without one hides no other.
  const misses = new Map<string, number>()
  const later = await mapLimited(tables.unvalued(revaluedAtOnce), askedAtOnce, async (entry) => {
    const { asset } = entry
    if ((misses.get(asset) ?? 0) >= mostMisses) return []
    try {
      const priced = await priceAt(asset, momentOf(entry))
      misses.set(asset, priced === null ? (misses.get(asset) ?? 0) + 1 : 0)
      const row = tables.row(entry.id)
      return priced !== null && row !== null && Number.isFinite(priced.usd) && priced.usd >= 0 ? [valuationOf(entry, row.standingAmount, priced, clock.now())] : []
    } catch (error) {
      misses.set(asset, (misses.get(asset) ?? 0) + 1)
      log.warn('a price for the ledger could not be had', { asset, error: error instanceof Error ? error.message : String(error) })
      return []
    }
  })
  return tables.addEntries(later.flat()).length
}

function sentenceOf(log: Log, error: unknown): string {
  if (error instanceof RequestFailed || error instanceof MarketMisfit || error instanceof NotPossible) return error.message
  log.error('reading a wallet failed', { error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  return 'Its payouts could not be read. The log has the details.'
}
