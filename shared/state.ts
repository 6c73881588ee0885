/** Everything a window can show. Main writes it, windows read it; each part goes out whole with its revision. */
import type { BenchmarkPhase, BenchmarkResult, CrashMarker, Hold, OctaneScore } from './benchmark.ts'
import type { Confidence, Estimate, Origin } from './earnings.ts'
import type { HealthState } from './health.ts'
import type { SourceStatus, TokenPriceStatus } from './market-data.ts'
import type { Detection, Problem } from './machine.ts'
import type { EnrolmentState } from './enrolment.ts'
import type { ProgrammeInfo, Source } from './network.ts'
import type { PolicyState } from './policy-state.ts'
import type { ProviderState } from './provider.ts'
import type { Settings } from './settings.ts'
import type { GpuSample } from './telemetry.ts'

export type Door = 'desktop' | 'headless' | 'command-line'

export interface AppState {
  version: string
  door: Door
  /** Folder name of a recorded machine; every page then says that this is a recording. */
  recordedMachine: string | null
  dataFolder: string
  startedAt: number
  /** Things said once: a settings file that was set aside, a data folder that cannot be written. */
  notices: Notice[]
}

export interface Notice {
  id: string
  level: 'info' | 'warning' | 'error'
  sentence: string
  at: number
}

export type GpusState =
  | { phase: 'looking'; since: number; previous: Detection | null }
  /** `retry`: nothing usable was found, drivers may still be loading: looks again at `at`, and gives up at `until`. */
  | { phase: 'ready'; detection: Detection; retry?: { at: number; until: number } | null }
  | { phase: 'failed'; problem: Problem; previous: Detection | null; retryAt: number | null }

export interface TelemetryState {
  /** Latest sample by GPU id; empty while nobody looks. */
  samples: Record<string, GpuSample>
  /** The reader itself: answering, or what is wrong with it. */
  status: { phase: 'off' } | { phase: 'on'; since: number } | { phase: 'not-answering'; since: number; sentence: string; retryAt: number | null }
}

export interface BenchmarkState {
  now: BenchmarkPhase
  /** Newest result by GPU id. */
  latest: Record<string, BenchmarkResult>
  crashes: CrashMarker[]
  /** Why a card is not to be measured now, by GPU id; no entry: nothing stands in the way that is known of. */
  holds: Record<string, Hold[]>
  /** Scores of OctaneBench itself that were imported, newest by GPU id. */
  octaneScores: Record<string, OctaneScore>
  /** Why measuring cannot start at all right now; null: it can. */
  blocked: string | null
  /** What went wrong with the last run that gave no result; null: nothing. */
  lastFailure: { gpuId: string; sentence: string; at: number } | null
}

/** A price list or figure the estimates stand on. */
export interface MarketStatus {
  id: string
  title: string
  origin: Origin
  source: Source
  /** ms since epoch; null: undated. */
  takenAt: number | null
  stale: boolean
  confidence: Confidence
}

export interface ComparisonState {
  phase: 'waiting' | 'ready'
  /** Order: ranked by expected net, then "pay rule not published", then "no figure". */
  estimates: Estimate[]
  madeAt: number | null
}

export interface NetworksState {
  programmes: ProgrammeInfo[]
  markets: MarketStatus[]
  /** Every source of public data; refreshed figures show in `markets`. */
  sources: SourceStatus[]
  /** What each price service says of each token. */
  tokens: TokenPriceStatus[]
  /** This machine's clock against the sources' own, ms (ours − theirs), when more than a day apart; ages cannot be told then. null: it agrees or is not known. */
  clockOffMs: number | null
  /** Networks in the registry's order, for pages. */
  networks: { id: string; title: string; url: string }[]
}

/** Goes up with every change of what the ledger holds, so that a page knows to ask again. */
export interface LedgerState {
  changes: number
  /** Reading payouts now. */
  isReading: boolean
  lastReadAt: number | null
  faults: string[]
}

/** Provider software and its setting up, programme by programme. */
export interface ProgrammesState {
  /** Practice first, then in the registry's order. */
  enrolments: EnrolmentState[]
  /** Of programmes that have software to run or to look at. */
  providers: ProviderState[]
  /** Programmes that earn nothing and are for trying every step. */
  practice: ProgrammeInfo[]
  /** When the machine's readings were taken last; null: not yet. */
  measuredAt: number | null
}

export interface SettingsState {
  values: Settings
  /** USD for one unit of the chosen currency, and where that rate is from. */
  currencyRate: { usdPerUnit: number; origin: Origin; source: Source | null; takenAt: number | null } | null
}

export interface State {
  app: AppState
  gpus: GpusState
  telemetry: TelemetryState
  benchmark: BenchmarkState
  networks: NetworksState
  comparison: ComparisonState
  settings: SettingsState
  health: HealthState
  ledger: LedgerState
  programmes: ProgrammesState
  policy: PolicyState
}

export type StatePart = keyof State

/** One part, whole, with its revision: the only thing that is ever pushed. */
export type StateUpdate = { [Part in StatePart]: { part: Part; revision: number; value: State[Part] } }[StatePart]

/** The answer to `state.read`: every part and the revision each had. */
export interface StateSnapshot {
  state: State
  revisions: Record<StatePart, number>
}
