/** Money in and out: what was paid, what it cost, what was moved; and what had been promised for it. */
import { z } from 'zod'
import type { Band } from './earnings.ts'
import { mostTokenUsd } from './market-data.ts'
import type { Source } from './network.ts'
import { settingsSchema } from './settings.ts'

/** ISO 4217: those that worth can be told in. */
export const knownCurrencies: readonly string[] = settingsSchema.shape.currency.unwrap().options

/** `correction`: takes the place of part of another entry, whose id it names; nothing is ever changed in place. */
export const ledgerKinds = ['income', 'electricity', 'fee', 'capital-in', 'capital-out', 'correction'] as const
export type LedgerKind = (typeof ledgerKinds)[number]

export const ledgerOrigins = ['chain', 'api', 'log', 'hand', 'measured'] as const
export type LedgerOrigin = (typeof ledgerOrigins)[number]

/** Kinds of addresses that payouts go to. */
export const walletChains = ['solana', 'evm', 'bech32'] as const
export type WalletChain = (typeof walletChains)[number]

/** Beyond these a typing slip is likelier than the truth: what one unit of anything, and what one entry, is worth. */
export const mostUsdPerUnit = mostTokenUsd
export const mostEntryUsd = 1e9

/** Worth at the moment of receipt. `why`: why it is not known; beside a worth that is known, what is to be said of its price. */
export interface FairValue {
  usd: number | null
  usdPerUnit: number | null
  source: Source | null
  takenAt: number | null
  why: string | null
}

export interface LedgerEntry {
  /** Made of what it is (chain, API, log, measured: the same again is the same entry), or given at random (by hand). */
  id: string
  kind: LedgerKind
  /** When it happened, and when it was written here; ms since epoch. */
  at: number
  recordedAt: number
  /** The day it counts for, YYYY-MM-DD by this machine's wall clock. */
  day: string
  /** The time a payment is for, [from, to); null: its day. Spread evenly over its days when held against what was promised. */
  covers: { from: number; to: number } | null
  networkId: string | null
  programmeId: string | null
  /** null: the machine as a whole. */
  gpuId: string | null
  /** Token or ISO 4217 ("USD"). Electricity: the currency of the tariff. */
  asset: string
  /** Always positive; the kind says the direction. Of a correction: what is added to the entry it corrects, may be negative. */
  amount: number
  fair: FairValue
  /** Of electricity: how much, and what it was measured by. */
  kwh: number | null
  origin: LedgerOrigin
  /** Transaction, epoch, invoice. */
  reference: string | null
  note: string | null
  /** Id of the entry that this one corrects. */
  corrects: string | null
  /** Of what was read from a chain: the receive address it went to, shortened. */
  wallet?: string | null
  /** Of the answer to an entry by hand alone, never kept: what to look at again in what was typed. */
  remark?: string | null
}

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'a date as 2026-11-23')
const moment = z.number().int().min(0).max(8.64e15)
const text = (most: number) => z.string().trim().min(1).max(most)

export const ledgerFilterSchema = z
  .object({
    kinds: z.array(z.enum(ledgerKinds)).max(ledgerKinds.length).optional(),
    networkId: z.string().max(100).optional(),
    programmeId: z.string().max(100).optional(),
    gpuId: z.string().max(200).optional(),
    asset: z.string().max(20).optional(),
    /** First and last day, both in. */
    from: day.optional(),
    to: day.optional(),
    /** Found in note, reference, asset. */
    text: z.string().max(200).optional(),
  })
  .strict()
export type LedgerFilter = z.infer<typeof ledgerFilterSchema>

export const ledgerAddSchema = z
  .object({
    kind: z.enum(['income', 'fee', 'capital-in', 'capital-out', 'electricity']),
    /** Left out: the end of the time it pays for, else now. */
    at: moment.nullable().default(null),
    covers: z.object({ from: moment, to: moment }).strict().nullable().default(null),
    programmeId: z.string().min(1).max(100).nullable().default(null),
    gpuId: z.string().min(1).max(200).nullable().default(null),
    asset: z.string().trim().toUpperCase().regex(/^[A-Z][A-Z0-9.]{1,11}$/, 'a token or a currency as EUR'),
    amount: z.number().nonnegative().max(1e12),
    /** What it was worth then, in USD, where the user knows better. */
    fairUsd: z.number().nonnegative().max(1e12).nullable().default(null),
    kwh: z.number().nonnegative().max(1e9).nullable().default(null),
    reference: text(200).nullable().default(null),
    note: text(500).nullable().default(null),
  })
  .strict()
export type LedgerAdd = z.infer<typeof ledgerAddSchema>

export const ledgerCorrectSchema = z
  .object({
    id: z.string().min(1).max(300),
    /** What the amount should have been; 0 strikes the entry out. */
    amount: z.number().nonnegative().max(1e12).optional(),
    fairUsd: z.number().nonnegative().max(1e12).optional(),
    note: text(500),
  })
  .strict()
export type LedgerCorrect = z.infer<typeof ledgerCorrectSchema>

export const exportFormats = ['csv', 'json'] as const
/** `full`: every column, documented. `koinly`: the universal CSV that common tax tools import. */
export const exportPresets = ['full', 'koinly'] as const
export const ledgerExportSchema = z
  .object({
    format: z.enum(exportFormats).default('csv'),
    preset: z.enum(exportPresets).default('full'),
    /** Left out: every year. */
    year: z.number().int().min(2009).max(9999).nullable().default(null),
    /** ISO 4217; left out: the currency of the settings. */
    currency: z.string().regex(/^[A-Z]{3}$/).nullable().default(null),
  })
  .strict()
export type LedgerExport = z.infer<typeof ledgerExportSchema>

/** USD over the entries of a filter, corrections in. `unvalued`: entries without a fair value, which no sum holds. */
export interface LedgerSums {
  incomeUsd: number
  electricityUsd: number
  feesUsd: number
  capitalInUsd: number
  capitalOutUsd: number
  /** Income less electricity and fees. */
  netUsd: number
  kwh: number
  unvalued: number
}

/** An entry with what corrections made of it. */
export interface LedgerRow extends LedgerEntry {
  /** Amount and USD with all corrections in; equal to the entry's own where there is none. */
  standingAmount: number
  standingUsd: number | null
  /** Ids of its corrections, oldest first. */
  correctedBy: string[]
}

export interface LedgerPage {
  rows: LedgerRow[]
  /** Entries that fit the filter. */
  total: number
  sums: LedgerSums
  /** Per month, "2026-11", oldest first. */
  months: { month: string; incomeUsd: number; electricityUsd: number; feesUsd: number }[]
}

/** One day of one programme: what its estimate said for it, and what came. USD for all its cards together. */
export interface PromisedDay {
  day: string
  programmeId: string
  /** Income lines alone, before electricity. */
  promised: Band
  paidUsd: number | null
  /** Whether the paid lies in the band; null: one of them is unknown. */
  isInside: boolean | null
}

export interface PromisedReport {
  days: PromisedDay[]
  /** By programme, over the days of the last 28 that were paid for, or that earned nothing by what their source says. */
  bias: PromisedBias[]
}

export interface PromisedBias {
  programmeId: string
  /** The middle one of paid ÷ expected; where days earned nothing, all that was paid ÷ all that was expected. null: too few days. */
  ratio: number | null
  /** Days that count, parts of days added up. */
  days: number
  inside: number
  /** What to say: how many days, what the ratio means, why it is or is not offered. */
  sentence: string
  /** Offered as a correction: enough days. */
  isOffered: boolean
  /** The factor that the user has taken on; null: none. */
  applied: number | null
  /** The factor to take on in place of `applied`: `applied` × `ratio`; null: none is offered. */
  offered?: number | null
}

/** A receive address and what lies there. */
export interface WalletStatus {
  networkId: string
  /** What the address is for. */
  title: string
  chain: WalletChain
  /** null: not given. */
  address: string | null
  balances: { asset: string; amount: number; usd: number | null }[]
  takenAt: number | null
  fault: string | null
  /** Whether payouts can be read from the chain, and why not. */
  readsPayouts: boolean
  remark: string | null
}
