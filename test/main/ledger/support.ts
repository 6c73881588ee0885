/** A ledger on a real SQLite file, with a clock by hand, prices by symbol and a network made up for it. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { onTestFinished } from 'vitest'
import { createLedgerTables, type LedgerTables } from '../../../main/history/ledger-tables.ts'
import { bringUpToDate } from '../../../main/history/schema.ts'
import { createLedger, type Ledger, type LedgerOptions } from '../../../main/ledger/index.ts'
import type { AnyNetwork, Payout, WalletDefinition } from '../../../main/networks/network.ts'
import { createLog } from '../../../main/system/log.ts'
import type { LedgerAdd, LedgerEntry } from '../../../shared/ledger.ts'
import type { Priced } from '../../../shared/market-data.ts'
import { defaultSettings, type Settings } from '../../../shared/settings.ts'
import type { LedgerState } from '../../../shared/state.ts'
import { handClock, type HandClock } from '../../helpers/clocks.ts'
import { newFolder } from '../../helpers/files.ts'

export const noon = Date.UTC(2026, 10, 23, 12)
export const dayMs = 86_400_000
export const hourMs = 3_600_000
export const solanaAddress = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v'

export function openTables(file = join(newFolder(), 'history.sqlite'), scope = ''): LedgerTables {
  const database = new DatabaseSync(file)
  onTestFinished(() => database.close())
  bringUpToDate(database)
  database.exec('PRAGMA journal_mode = WAL')
  return createLedgerTables(database, scope, () => {})
}

export function priced(usd: number, takenAt: number | null = noon): Priced {
  return { usd, origin: 'live', source: { url: 'https://prices.example/history', date: null }, takenAt, confidence: 'high', note: null }
}

export function aPayout(reference: string, more: Partial<Payout> = {}): Payout {
  return { reference, at: noon - dayMs, programmeId: 'net/work', asset: 'TOK', amount: 2, covers: null, note: null, ...more }
}

export function aNetwork(wallet: Partial<WalletDefinition> | null = {}, id = 'net'): AnyNetwork {
  return {
    id, title: `The ${id}`, alsoKnownAs: [], tokens: ['TOK'], tokenIds: [], url: 'https://net.example', market: null, signs: [], software: [], enrolments: [], sources: [],
    health: () => ({}) as never,
    wallet: wallet === null ? null : { chain: 'solana', title: 'address that payouts go to', hosts: ['rpc.example'], readBalances: async () => [], readPayouts: async () => [], remark: null, ...wallet },
    programmes: [{ id: `${id}/work`, title: 'Work' } as never],
  }
}

export interface Opened {
  ledger: Ledger
  tables: LedgerTables
  clock: HandClock
  states: LedgerState[]
  settings: Settings
  asked: { symbol: string; at: number }[]
}

export function openLedger(more: Partial<Omit<LedgerOptions, 'settings'>> & { settings?: Partial<Settings>; prices?: Record<string, number>; at?: number } = {}): Opened {
  const clock = handClock(more.at ?? noon)
  const tables = more.tables ?? openTables()
  const values: Settings = { ...defaultSettings, ...more.settings }
  const prices = more.prices ?? { TOK: 2, EUR: 1.25 }
  const states: LedgerState[] = []
  const asked: { symbol: string; at: number }[] = []
  let ids = 0
  const { settings: _, prices: __, at: ___, ...rest } = more
  const ledger = createLedger({
    tables,
    networks: [aNetwork()],
    settings: () => values,
    clock,
    log: createLog('silent', () => {}),
    estimates: () => [],
    energy: () => [],
    electricityAt: () => null,
    priceAt: async (symbol, at) => {
      asked.push({ symbol, at })
      const usd = prices[symbol]
      return usd === undefined ? null : priced(usd)
    },
    requestFor: () => async () => ({}),
    onState: (state) => states.push(state),
    saveWallets: (wallets) => void (values.wallets = wallets),
    zone: () => 'UTC',
    randomId: () => `${++ids}`.padStart(4, '0'),
    ...rest,
  })
  return { ledger, tables, clock, states, settings: values, asked }
}

/** Long enough for the days of a quarter of a year, a second each; under an hour, so that nothing is looked at twice. */
export async function runFor({ ledger, clock }: Pick<Opened, 'ledger' | 'clock'>, ms = 220_000): Promise<void> {
  ledger.begin()
  await clock.advance(ms)
  await ledger.stop()
}

export function anAdd(more: Partial<LedgerAdd> = {}): LedgerAdd {
  return { kind: 'income', at: noon, covers: null, programmeId: null, gpuId: null, asset: 'USD', amount: 10, fairUsd: null, kwh: null, reference: null, note: null, ...more }
}

export function anEntry(id: string, more: Partial<LedgerEntry> = {}): LedgerEntry {
  const amount = more.amount ?? 10
  return {
    id, kind: 'income', at: noon, recordedAt: noon, day: '2026-11-23', covers: null, networkId: 'net', programmeId: 'net/work', gpuId: null, asset: 'USD', amount,
    fair: { usd: amount, usdPerUnit: 1, source: null, takenAt: null, why: null }, kwh: null, origin: 'chain', reference: null, note: null, corrects: null, ...more,
  }
}
