/** Where live figures come from, how each source is doing, and every request that was made for them. */
import type { Confidence, Origin } from './earnings.ts'
import type { Source } from './network.ts'

/** No token of a network that pays for work was ever near it; beyond, a typing slip or a fault of a service is likelier. */
export const mostTokenUsd = 1e6
/** Token prices move by the hour; reference rates are published once a working day, and over long holidays the last ones hold. */
export const tokenShelfLifeMs = 86_400_000
export const currencyShelfLifeMs = 7 * 86_400_000
/** Clocks of hosts and of this machine differ by minutes; what is dated further ahead is a slip of one of them. */
export const aheadMs = 3_600_000

export type SourceKind = 'market' | 'health' | 'token-price' | 'currency' | 'balance' | 'payout'

/** One source of public data as a window shows it. */
export interface SourceStatus {
  /** `<network id>/<word>`; token prices and currencies: `prices/<word>`. */
  id: string
  title: string
  /** What it is asked for, as the end of "asked for …". */
  what: string
  kind: SourceKind
  networkId: string | null
  /** The only hosts it may ask. */
  hosts: string[]
  isOn: boolean
  /** `waiting`: on, and not asked yet. `good`: the last answer was taken. `failing`: the last try was not; what is older is still used. */
  phase: 'off' | 'waiting' | 'asking' | 'good' | 'failing'
  /** ms since epoch. When an answer was last accepted; null: never, the bundled figures hold. */
  lastGoodAt: number | null
  isStale: boolean
  lastTriedAt: number | null
  /** What went wrong with the last try; null: nothing. */
  fault: string | null
  /** When it will be asked again; null: not by itself. */
  nextAt: number | null
  /** What else to know: why it is not asked, or why the age of what is in use cannot be told. Left out: nothing. */
  remark?: string
  shelfLifeMs: number
}

/** One request as it went out; kept for the last 2,000 of them. No body, no query, no header is kept. */
export interface RequestRecord {
  no: number
  at: number
  sourceId: string | null
  /** "asking prices of GPUs": what it was for. */
  what: string
  method: 'GET' | 'POST'
  /** Of JSON-RPC: "eth_call". */
  rpcMethod: string | null
  host: string
  /** Wallet addresses in it are shortened. */
  path: string
  /** HTTP status; null: no answer came. */
  status: number | null
  outcome: 'taken' | 'not-modified' | 'refused' | 'failed'
  /** One plain sentence: "took 12 kB", "no answer within 15 seconds", "asked to wait 60 s". */
  sentence: string
  bytes: number | null
  tookMs: number
  /** 1 for the first try. */
  attempt: number
}

/** A price with where it is from. */
export interface Priced {
  usd: number
  origin: Origin
  source: Source
  takenAt: number | null
  confidence: Confidence
  note: string | null
}

/** What a token costs and what each service says of it. */
export interface TokenPriceStatus {
  symbol: string
  /** The live price in use, cross-checked; null: none was ever taken, the bundled one holds. */
  usd: number | null
  takenAt: number | null
  confidence: Confidence
  /** Whether the services agree, and what was done where they do not. */
  note: string | null
  services: {
    sourceId: string
    title: string
    usd: number | null
    /** ms since epoch of the service's price. */
    at: number | null
    /** Why it does not count; null: it does. */
    refused: string | null
  }[]
}
