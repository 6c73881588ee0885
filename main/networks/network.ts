/** The contract of a network: one folder of values and pure functions, found by one line in index.ts. An adapter does no I/O; it is handed `request` and gives back data. See README.md for how to add one. */
import type { Backtest } from '../../shared/backtest.ts'
import type { Confidence, Economics, EstimateInput, LeverId, Origin } from '../../shared/earnings.ts'
import type { WalletChain } from '../../shared/ledger.ts'
import type { DerivedUse } from '../../shared/benchmark.ts'
import type { Duty, SoftwareKind, Source } from '../../shared/network.ts'
import type { ProgrammeDemands } from '../../shared/policy-state.ts'
import type { NetworkHealth, TrendPoint } from '../../shared/network-health.ts'
import type { NeedDefinition, Subject } from './needs.ts'
import type { EnrolmentDefinition, SoftwareDefinition } from './software.ts'

export * from './needs.ts'
export * from './software.ts'

/** A network's public data as read: parsed, with where and when. */
export interface MarketReading<Market> {
  value: Market
  origin: Origin
  source: Source
  /** ms since epoch; null: undated. */
  takenAt: number | null
  stale: boolean
  confidence: Confidence
}

export interface EstimateSubject<Market> extends Subject {
  market: MarketReading<Market> | null
  /** Price of one token in USD with its origin; null: unknown. */
  tokenUsd(symbol: string): EstimateInput | null
  /** Our own measurement of this card by workload id ("fp32-compute" in GFLOP/s); null: not measured. */
  measured(workload: string): EstimateInput | null
  /** What a question moves: multiply the input of that kind by it. 1 where nothing is asked. The token's price is moved by the caller. */
  factor(lever: LeverId): number
  /** A score of OctaneBench itself for this card that was imported; null: none. */
  octaneScore: { input: EstimateInput; version: string | null } | null
}

export interface ProgrammeDefinition<Market> {
  /** `<network id>/<word>`. */
  id: string
  title: string
  summary: string
  software: SoftwareKind
  /** Adds the host-power line and is said in the row. */
  takesWholeMachine: boolean
  url: string
  /** The kinds of work it pays for; empty: no work of a GPU. */
  paysFor: DerivedUse['kind'][]
  duties: Duty[]
  /** What the run policy must know of it: data with sources. */
  demands: ProgrammeDemands
  needs: NeedDefinition[]
  /** Pure. Never throws for unknown cards or missing markets: gives nulls with reasons. */
  estimate(subject: EstimateSubject<Market>): Economics
}

/**
 * How an adapter asks its network; policy, cache and limits are the caller's. Gives the parsed JSON, or the text.
 * Rejects with `RequestFailed`. `body` goes out as JSON; JSON-RPC is a POST whose body has `method`.
 */
export type MarketRequest = (ask: MarketAsk) => Promise<unknown>

export interface MarketAsk {
  method: 'GET' | 'POST'
  url: string
  body?: unknown
  /** What it is for, as the end of "asked for …". */
  what: string
  /** Left out: JSON. */
  as?: 'json' | 'text'
  /** The answer depends on an address of the user's: shortened in what is kept of the request. */
  secretParts?: string[]
}

/** No usable answer came; the message is for the user. `status`: HTTP, null where none came. */
export class RequestFailed extends Error {
  override name = 'RequestFailed'
  readonly status: number | null
  constructor(message: string, status: number | null) {
    super(message)
    this.status = status
  }
}

/** Public data beside the market: for the network's health. */
export interface SourceDefinition<Value = unknown> {
  /** `<network id>/<word>`. */
  id: string
  title: string
  /** What it is asked for, as the end of "asked for …". */
  what: string
  /** The only hosts that `read` may ask. */
  hosts: string[]
  shelfLifeMs: number
  source: Source
  read(request: MarketRequest): Promise<unknown>
  /** Throws `MarketMisfit`. */
  parse(raw: unknown): Value
  /** When the figures are of, where the answer says so; left out or null: when it was read. */
  takenAt?(value: Value): number | null
}

/** A value of a source as it was last good. */
export interface KeptValue<Value = unknown> {
  value: Value
  origin: Origin
  source: Source
  takenAt: number | null
  isStale: boolean
}

/** What a network's health is read from. */
export interface HealthSubject<Market> {
  at: number
  /** Last good value of one of its sources by id; null: none yet. */
  value(sourceId: string): KeptValue | null
  market: MarketReading<Market> | null
  tokenUsd(symbol: string): EstimateInput | null
  /** Past values that were kept of a figure, oldest first. */
  kept(figureId: string): TrendPoint[]
}

/** Everything of NetworkHealth that the network itself knows; pure. */
export type HealthFacts = Omit<NetworkHealth, 'networkId' | 'title' | 'clouds' | 'nextCliff'>

/** Ids under which price services know a token. */
export interface TokenDefinition {
  symbol: string
  ids: Partial<Record<'coingecko' | 'coinpaprika' | 'llama' | 'kraken', string>>
  /** Where the ids were read. */
  source: Source
}

/** What is not traded but stands for a sum of money by the network's own rule. */
export interface PegDefinition {
  symbol: string
  usd: number
  /** The rule in words. */
  why: string
  source: Source
}

export interface Payout {
  /** Of its own and for good: transaction and position; of `origin: 'api'`, of its own at that address: day or epoch. Never the address itself. */
  reference: string
  at: number
  programmeId: string | null
  asset: string
  /** 0, with `covers`: of that time, which is over, the source says that it earned nothing. */
  amount: number
  /** The time it pays for; null: not known. */
  covers: { from: number; to: number } | null
  note: string | null
  /** `api`: reckoned by somebody's service, not told by the chain. Left out: 'chain'. */
  origin?: 'chain' | 'api'
}

/** A receive address and how the chain is asked about it. Addresses only; no key is ever asked for. */
export interface WalletDefinition {
  chain: WalletChain
  /** Of bech32. */
  prefix?: string
  /** What it is for: "Solana address that X is paid to". */
  title: string
  /** Addresses of the chain that are nobody's wallet, in any case of letters: the token's own mint or contract. */
  notWallets?: string[]
  hosts: string[]
  readBalances(request: MarketRequest, address: string): Promise<{ asset: string; amount: number }[]>
  /** Payouts since a moment, oldest first; null: they cannot be told from the chain, `remark` says why. */
  readPayouts: ((request: MarketRequest, address: string, since: number) => Promise<Payout[]>) | null
  remark: string | null
}

export interface MarketDefinition<Market> {
  title: string
  /** Raw answer → market. Throws `MarketMisfit` with a sentence that names the field. Unknown extra fields are ignored. */
  parse(raw: unknown): Market
  /** A live value older than this is stale. */
  shelfLifeMs: number
  /** Asks the live API for the raw answer that `parse` takes. */
  readMarket(request: MarketRequest): Promise<unknown>
  /** The only hosts that `readMarket` may ask. */
  hosts: string[]
  source: Source
  /** When the figures are of, where the answer says so; left out or null: when it was read. */
  takenAt?(value: Market): number | null
}

/** How its provider software shows among a machine's processes. */
export interface ProviderSign {
  programmeId: string
  /** As the system lists them, without a path; compared without regard to case and to a final ".exe". */
  processNames: string[]
  source: Source
}

/** What a client's own log says of a card's OctaneBench score. null: no such line in it. */
export type ClientScore = { ok: true; score: number; version: string | null; measuredAt: number | null } | { ok: false; sentence: string } | null

/** Predictions of a network's own pay rate, rolled over recorded weeks and held against what was paid. */
export interface BacktestDefinition {
  /** What the bands are in: tokens per unit of work. */
  unit: string
  /** Raw answers → back-test. `fromEpoch`: the first week that is predicted. Throws `MarketMisfit` with a sentence. Pure. */
  run(question: { epochs: unknown; paid: unknown; fromEpoch: number | null }): Backtest
}

export interface NetworkDefinition<Market = never> {
  /** Equals the folder's name. */
  id: string
  title: string
  /** Names by which text elsewhere might mention it; the test that keeps network names inside this folder searches for them. */
  alsoKnownAs: string[]
  tokens: string[]
  /** Of `tokens`: under which ids their prices are asked for. */
  tokenIds: TokenDefinition[]
  /** Units it pays in that are no tokens with a price; left out: none. */
  pegs?: PegDefinition[]
  url: string
  market: MarketDefinition<Market> | null
  /** Empty: no name of its software could be cited. */
  signs: ProviderSign[]
  /** One for each programme whose software runs on this machine or can be asked about; a guided one without has none. */
  software: SoftwareDefinition[]
  /** One for each programme. */
  enrolments: EnrolmentDefinition[]
  /** Reads the score that its client wrote into its log; left out: it writes none. */
  readClientScore?(log: string): ClientScore
  sources: SourceDefinition[]
  /** Pure. */
  health(subject: HealthSubject<Market>): HealthFacts
  /** null: nothing is paid to an address that could be read. */
  wallet: WalletDefinition | null
  /** Left out: its pay cannot be held against recorded weeks. */
  backtest?: BacktestDefinition
  programmes: ProgrammeDefinition<Market>[]
  /** Goes through every step with real parts and earns nothing: never compared, never in a ledger. */
  isPractice?: true
}

/** A network whose market type the registry does not know. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the registry hands each network its own market back
export type AnyNetwork = NetworkDefinition<any>

/** Typing help: keeps `Market` tied between `market` and `programmes`. */
export function defineNetwork<Market>(network: NetworkDefinition<Market>): NetworkDefinition<Market> {
  return network
}

/** Outside data of the wrong shape; the message is for the user. */
export class MarketMisfit extends Error {
  override name = 'MarketMisfit'
}
