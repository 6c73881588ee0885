/**
 * The contract of a network: one folder of values and pure functions, found by one line in index.ts.
 * An adapter does no I/O; it is handed `request` and gives back data. See README.md for how to add one.
 */
import type { GpuFacts } from '../../shared/gpu-facts.ts'
import type { Confidence, Economics, EstimateInput, Origin } from '../../shared/earnings.ts'
import type { Gpu, GpuKind, GpuVendor, Machine } from '../../shared/machine.ts'
import type { DerivedUse } from '../../shared/benchmark.ts'
import type { Duty, SoftwareKind, Source } from '../../shared/network.ts'

/** One card model, real or asked about. */
export interface Card {
  name: string
  /** Key in `resources/gpus.json`; null: not in the table. */
  model: string | null
  facts: GpuFacts | null
  vendor: GpuVendor
  kind: GpuKind
  memoryBytes: number | null
  /** Lower case `10de:2684`. The real card's one id; in a what-if all ids known for the model (may be empty). */
  pciDeviceIds: string[]
  driverVersion: string | null
  cudaVersion: string | null
  cudaComputeCapability: string | null
  pcieLanesMax: number | null
  isIntegrated: boolean | null
  /** The whole record of the first of the identical cards; null in a what-if. */
  gpu: Gpu | null
}

/** What a need is measured against. */
export interface Subject {
  /** ms since epoch: "now" for everything that depends on a date. */
  at: number
  card: Card
  /** Identical cards in this group, and all real GPUs of the machine. */
  count: number
  gpusInMachine: number
  /** How many models those are: a lost card that tells nothing but its model is a group of its own and no model of its own. */
  modelsInMachine: number
  /** null in a what-if: then only needs `of: 'card'` are judged. */
  machine: Machine | null
}

export interface Measured {
  /** As text with unit; null: not known. */
  actual: string | null
  /** null: cannot be told yet; `why` should then say how it will be. */
  ok: boolean | null
  /** These replace the definition's own words where the case calls for it. */
  required?: string
  why?: string
  remedy?: string | null
}

export interface NeedDefinition {
  id: string
  title: string
  of: 'card' | 'machine'
  required: string
  why: string
  /** What mends it; null: nothing does, and failing it means "not eligible". */
  remedy: string | null
  source: Source
  measure(subject: Subject): Measured
}

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
  needs: NeedDefinition[]
  /** Pure. Never throws for unknown cards or missing markets: gives nulls with reasons. */
  estimate(subject: EstimateSubject<Market>): Economics
}

/** How an adapter asks its network; policy, cache and limits are the caller's. */
export type MarketRequest = (ask: { method: 'GET' | 'POST'; url: string; body?: unknown; what: string }) => Promise<unknown>

export interface MarketDefinition<Market> {
  title: string
  /** Raw answer → market. Throws `MarketMisfit` with a sentence that names the field. Unknown extra fields are ignored. */
  parse(raw: unknown): Market
  /** A live value older than this is stale. */
  shelfLifeMs: number
  /** Asks the live API for the raw answer that `parse` takes. */
  readMarket(request: MarketRequest): Promise<unknown>
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

export interface NetworkDefinition<Market = never> {
  /** Equals the folder's name. */
  id: string
  title: string
  /** Names by which text elsewhere might mention it; the test that keeps network names inside this folder searches for them. */
  alsoKnownAs: string[]
  tokens: string[]
  url: string
  market: MarketDefinition<Market> | null
  /** Empty: no name of its software could be cited. */
  signs: ProviderSign[]
  /** Reads the score that its client wrote into its log; left out: it writes none. */
  readClientScore?(log: string): ClientScore
  programmes: ProgrammeDefinition<Market>[]
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
