/** The ledger: what was paid, what it cost, what was promised; entries are added, never changed. */
import { randomBytes } from 'node:crypto'
import type { Estimate } from '../../shared/earnings.ts'
import { knownCurrencies, type LedgerExport, type LedgerFilter, type LedgerPage, type PromisedReport, type WalletStatus } from '../../shared/ledger.ts'
import type { Priced } from '../../shared/market-data.ts'
import type { Source } from '../../shared/network.ts'
import type { Settings } from '../../shared/settings.ts'
import type { LedgerState } from '../../shared/state.ts'
import type { LedgerTables } from '../history/ledger-tables.ts'
import type { AnyNetwork, MarketRequest } from '../networks/network.ts'
import type { Clock } from '../system/clock.ts'
import type { Log } from '../system/log.ts'
import { NotPossible } from '../system/not-possible.ts'
import { createByHand, type ByHand } from './by-hand.ts'
import { addDays, dayOf, thisZone } from './days.ts'
import { createElectricityBook } from './electricity.ts'
import { exportLedger } from './export.ts'
import { mapLimited } from './limited.ts'
import type { NearRate } from './near-rate.ts'
import { momentOf, readWallet, value, valueLater, type ReadPayoutsOptions, type WalletReading } from './payouts.ts'
import { biasReachDays, promisesOf, reportOf } from './promised.ts'
import { repeat } from './repeat.ts'
import { createWallets } from './wallets.ts'

const hourMs = 3_600_000
const dayMs = 86_400_000
/** The first estimates are a moment away, and nothing here is in a hurry. */
const firstCloseMs = 120_000
const firstReadMs = 30_000
const readEveryMs = 6 * hourMs
const valuedAtOnce = 4

/** Currency per kWh. `usdPerKwh`: by the rate that is known now; `rate`: where and when that was read. */
export interface ElectricityPrice {
  perKwh: number
  currency: string
  usdPerKwh: number | null
  source: string
  rate?: { source: Source | null; takenAt: number | null } | null
}

/** `notAsked`: whose payouts were left alone because the user switched that off; no fault. */
export interface LedgerReading {
  added: number
  known: number
  faults: string[]
  notAsked: string[]
}

/** Energy that was measured of a card in [from, to). `knownShare`: of that time for which it is known, 0..1. */
export interface MeasuredEnergy {
  gpuId: string
  kwh: number
  knownShare: number
}

export interface LedgerOptions {
  tables: LedgerTables
  networks: AnyNetwork[]
  settings(): Settings
  clock: Clock
  log: Log
  /** Made for the present moment; empty: none yet. */
  estimates(): Estimate[]
  /** Asked by the quarter of an hour, so that any tariff can price it. */
  energy(from: number, to: number): MeasuredEnergy[]
  /** The price at a moment; null: none is set (an assumed one is no expense). */
  electricityAt(at: number): ElectricityPrice | null
  /** USD for one token or unit of a currency; asks outside where allowed. */
  priceAt(symbol: string, at: number): Promise<Priced | null>
  /** A currency's rate near a moment, of what is known without asking; null or left out: none. */
  nearRate?(code: string, at: number): NearRate | null
  requestFor(source: { id: string; hosts: string[] }): MarketRequest
  onState(state: LedgerState): void
  /** The wallets of the settings change. */
  saveWallets(wallets: Record<string, string>): void
  /** Why nothing is asked at all, whatever the settings say, as a sentence; null or left out: nothing stands against it. */
  refusal?(): string | null
  /** An address that was just set is read at once: in a door that stays. */
  readsAtOnce?: boolean
  /** IANA name of the wall clock's zone; left out: this machine's. */
  zone?(): string
  /** Ends of ids of entries by hand; left out: random. */
  randomId?(): string
}

export interface Ledger extends ByHand {
  list(question: { filter: LedgerFilter; limit: number; offset: number }): LedgerPage
  export(input: LedgerExport): Promise<{ fileName: string; text: string; entries: number; remarks: string[] }>
  promised(question: { programmeId?: string | undefined; days: number }): PromisedReport
  /** Reads payouts and balances, and worth that was not known; never rejects. Asked for while it runs: the same reading. */
  refresh(): Promise<LedgerReading>
  wallets(): WalletStatus[]
  /** Throws NotPossible for an address that is not one of its chain. */
  setWallet(networkId: string, address: string | null): WalletStatus[]
  /** From now on: reads wallets, books electricity of closed days, keeps today's promise. */
  begin(): void
  stop(): Promise<void>
}

export function createLedger(options: LedgerOptions): Ledger {
  const { tables, networks, settings, clock, log } = options
  const zone = options.zone ?? thisZone
  const random = options.randomId ?? (() => randomBytes(8).toString('hex'))
  const readers: ReadPayoutsOptions = { tables, clock, log, zone, priceAt: options.priceAt, requestFor: options.requestFor }
  const electricity = createElectricityBook({ tables, energy: options.energy, electricityAt: options.electricityAt, settings, zone })
  const wallets = createWallets({ networks, settings, save: options.saveWallets })
  const byHand = createByHand({ tables, networks, clock, zone, random, value: (asset, amount, at) => value(readers, asset, amount, at), nearOf, onAdded: () => tell({}, 1) })
  let state: LedgerState = { changes: 0, isReading: false, lastReadAt: null, faults: [] }
  let reading: Promise<LedgerReading> | null = null
  let isStopped = false
  let ends: (() => Promise<void>)[] = []

  function tell(change: Partial<LedgerState>, added = 0): void {
    state = { ...state, ...change, changes: state.changes + (added > 0 ? 1 : 0) }
    options.onState(state)
  }

  function nearOf(code: string, at: number): NearRate | null {
    try {
      return options.nearRate?.(code, at) ?? null
    } catch (error) {
      log.warn('kept rates cannot be read', { error: error instanceof Error ? error.message : String(error) })
      return null
    }
  }

  /** Networks whose address is to be asked about, and sentences about those that are left alone. */
  function dueWallets(): { asked: AnyNetwork[]; notAsked: string[] } {
    const { wallets: kept, asksOutside, sourcesOff } = settings()
    const owned = networks.filter((network) => network.wallet !== null && kept[network.id] !== undefined)
    const refusal = options.refusal?.() ?? (asksOutside ? null : 'Asking outside is switched off.')
    if (refusal !== null) return { asked: [], notAsked: owned.length === 0 ? [] : [`Nothing was asked: ${refusal.charAt(0).toLowerCase()}${refusal.slice(1)}`] }
    const [off, asked] = [true, false].map((isOff) => owned.filter((network) => sourcesOff.includes(`${network.id}/wallet`) === isOff)) as [AnyNetwork[], AnyNetwork[]]
    return { asked, notAsked: off.map((network) => `${network.title}: not asked, since that source is switched off.`) }
  }

  async function readAll(): Promise<LedgerReading> {
    const { asked, notAsked } = dueWallets()
    const result: LedgerReading = { added: 0, known: 0, faults: [], notAsked }
    if (asked.length > 0) tell({ isReading: true })
    const readings = await Promise.all(
      asked.map(async (network) => {
        const address = settings().wallets[network.id] ?? ''
        const found = await readOne(network, address)
        // Another one may have been set meanwhile: what lies there is not told of that.
        if (settings().wallets[network.id] === address) wallets.note(network.id, found)
        return found
      }),
    )
    for (const [i, found] of readings.entries()) {
      result.added += found.added
      result.known += found.known
      result.faults.push(...found.faults.map((fault) => `${asked[i]?.title ?? ''}: ${fault}`))
    }
    let valued = 0
    try {
      valued = await valueLater(readers)
    } catch (error) {
      log.error('entries of the ledger could not be given their worth', { error: error instanceof Error ? error.message : String(error) })
    }
    if (asked.length > 0) tell({ isReading: false, lastReadAt: clock.now(), faults: result.faults }, result.added + valued)
    else if (valued > 0 || state.faults.length > 0) tell({ faults: [] }, valued)
    return result
  }

  async function readOne(network: AnyNetwork, address: string): Promise<WalletReading> {
    try {
      return await readWallet(readers, network, address)
    } catch (error) {
      log.error('reading a wallet failed', { network: network.id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
      return { added: 0, known: 0, faults: ['Its payouts could not be kept. The log has the details.'], balances: [], takenAt: null }
    }
  }

  function refresh(): Promise<LedgerReading> {
    reading ??= readAll().finally(() => (reading = null))
    return reading
  }

  /** A reading that runs already knows nothing of the address that was just set. */
  function readSoon(): void {
    const before: Promise<unknown> = reading ?? Promise.resolve()
    before
      .then(() => (isStopped ? undefined : refresh()))
      .catch((error: unknown) => log.error('reading the wallets failed', { error: String(error) }))
  }

  /** Keeps today's promise and books one closed day: reading a day of every card takes a moment, in which nothing else would run. Whether more may be left. */
  async function keepUp(): Promise<boolean> {
    const now = clock.now()
    for (const promise of promisesOf(options.estimates(), dayOf(now, zone()), now, settings().incomeCorrections)) tables.savePromise(promise)
    const next = electricity.next(now)
    if (next === null) return false
    const entries = await mapLimited(next.drafts, valuedAtOnce, async ({ entry, knownNow }) => {
      if (entry.fair.usd !== null) return entry
      const fair = await value(readers, entry.asset, entry.amount, momentOf(entry))
      return { ...entry, fair: fair.usd === null && knownNow !== null && !settings().asksOutside ? knownNow : fair }
    })
    const added = entries.length === 0 ? 0 : tables.addEntries(entries).length
    next.settle()
    if (added > 0) tell({}, added)
    return true
  }

  return {
    list: ({ filter, limit, offset }) => tables.page(filter, limit, offset),
    add: byHand.add,
    correct: byHand.correct,
    async export(input) {
      if (input.currency !== null && !knownCurrencies.includes(input.currency)) throw new NotPossible(`Worth cannot be told in ${input.currency}. The currencies are: ${knownCurrencies.join(', ')}.`)
      const now = clock.now()
      const isUnpriced = options.electricityAt(now) === null && options.energy(now - 7 * dayMs, now).some((one) => one.knownShare > 0)
      const remarks = isUnpriced ? ['No price of electricity is set, so what the cards drew is not among the expenses: an assumed price is none.'] : []
      return exportLedger({ tables, priceAt: options.priceAt, nearRate: nearOf, now, currency: input.currency ?? settings().currency, remarks }, input)
    },
    promised({ programmeId, days }) {
      const asked = programmeId ?? null
      const today = dayOf(clock.now(), zone())
      const reach = addDays(today, -Math.max(days, biasReachDays))
      return reportOf({
        promises: tables.promises(asked, reach, today),
        income: byProgramme(tables.incomeOf(asked, reach, today)),
        quiet: byProgramme(tables.quiet(asked, reach, today)),
        asked,
        fromDay: addDays(today, 1 - days),
        today,
        factors: settings().incomeCorrections,
        zone: zone(),
      })
    },
    refresh,
    wallets: wallets.list,
    setWallet(networkId, address) {
      const list = wallets.set(networkId, address)
      if (address !== null && options.readsAtOnce === true && settings().asksOutside) readSoon()
      return list
    },
    begin() {
      if (ends.length > 0) return
      isStopped = false
      ends = [
        repeat({ clock, log, firstMs: firstCloseMs, everyMs: hourMs, work: keepUp }),
        repeat({
          clock,
          log,
          firstMs: firstReadMs,
          everyMs: readEveryMs,
          async work() {
            if (settings().asksOutside) await refresh()
            return false
          },
        }),
      ]
    },
    async stop() {
      isStopped = true
      const ending = ends.map((end) => end())
      ends = []
      await Promise.allSettled([...ending, reading])
    },
  }
}

/** What belongs to no programme is left out. */
function byProgramme<Item extends { programmeId: string | null }>(items: readonly Item[]): Map<string, Item[]> {
  return new Map([...Map.groupBy(items, (item) => item.programmeId)].flatMap(([id, own]) => (id === null ? [] : [[id, own] as const])))
}
