/** Every question a window may ask, with the schema of what it sends and the type of what it gets. */
import { z } from 'zod'
import { benchmarkModes, sustainedMinutes, workloadIds, type BenchmarkResult, type ImportedRun, type Meaning, type OctaneScore, type RunComparison } from './benchmark.ts'
import { leverIds, type Estimate, type Sensitivity } from './earnings.ts'
import { csvQuerySchema, historyQuerySchema, type CsvPage, type HistoryAnswer, type HistoryEvent } from './history.ts'
import { consentSchema, stepAnswerSchema, stepRefSchema, type EnrolmentReport, type EnrolmentState } from './enrolment.ts'
import { ledgerAddSchema, ledgerCorrectSchema, ledgerExportSchema, ledgerFilterSchema, type LedgerEntry, type LedgerPage, type PromisedReport, type WalletStatus } from './ledger.ts'
import type { RequestRecord, SourceStatus } from './market-data.ts'
import type { NetworkHealth } from './network-health.ts'
import type { CheckRecord } from './preflight.ts'
import { overrideAskSchema, policyChangeSchema } from './policy.ts'
import type { Explanation, PolicyState, Simulation, WeekOutlook } from './policy-state.ts'
import { logQuerySchema, type LogPage, type ProviderState, type StopPrice } from './provider.ts'
import type { SupportBundle } from './support.ts'
import { settingsChangeSchema, settingsSchema, type Settings } from './settings.ts'
import { mostPriceText, type TariffImport, type TariffReading } from './tariff.ts'
import type { StateSnapshot } from './state.ts'

/** Says what a request is answered with; exists for the compiler alone. */
interface Answer<T> {
  readonly answer?: T
}
function defineRequest<Schema extends z.ZodType, T>(input: Schema, _answer: Answer<T>): { input: Schema } & Answer<T> {
  return { input }
}
function answers<T>(): Answer<T> {
  return {}
}

const nothing = z.union([z.undefined(), z.null(), z.object({}).strict()])
const gpuId = z.string().min(1).max(200)
const programmeRef = z.object({ programmeId: z.string().min(1).max(100) }).strict()

export const benchmarkStartSchema = z
  .object({
    gpuIds: z.array(gpuId).min(1).max(64),
    mode: z.enum(benchmarkModes),
    /** Only these; left out: all of the mode. Sustained: the one that is kept up (left out: single precision). */
    workloads: z.array(z.enum(workloadIds)).min(1).max(workloadIds.length).optional(),
    /** Of a sustained run. */
    minutes: z.number().min(sustainedMinutes.least).max(sustainedMinutes.most).default(sustainedMinutes.usual),
    /** All cards at once. They share the power supply and the machine's memory, so figures may be lower. */
    parallel: z.boolean().default(false),
    /** Work stops at this core temperature; left out: 3 °C under the card's own slowdown point, 84 °C where it tells none. */
    maxTemperatureC: z.number().min(40).max(110).optional(),
    evenAfterCrash: z.boolean().default(false),
    evenIfBusy: z.boolean().default(false),
  })
  .strict()
export type BenchmarkStart = z.infer<typeof benchmarkStartSchema>

const runRef = z.object({ importId: z.string().min(1).max(200).nullable().default(null), gpuId, startedAt: z.number().int().min(0).max(8.64e15) }).strict()

/** A card one does not own, or other prices for one that one does. Watts are wall figures per GPU. */
export const whatIfSchema = z
  .object({
    /** As typed: a key of `resources/gpus.json` or any name a driver gives. */
    gpuModel: z.string().min(1).max(200),
    gpuCount: z.number().int().min(1).max(64).default(1),
    usdPerKwh: z.number().min(-5).max(10).optional(),
    wattsWork: z.number().min(0).max(5000).optional(),
    wattsWait: z.number().min(0).max(5000).optional(),
    /** Further cards of the rig; each model is a group of its own. */
    more: z.array(z.object({ gpuModel: z.string().min(1).max(200), gpuCount: z.number().int().min(1).max(64).default(1) }).strict()).max(15).default([]),
    /** "What if the token halves, utilisation doubles": factors on what the estimate stands on. */
    factors: z.partialRecord(z.enum(leverIds), z.number().min(0).max(100)).default({}),
  })
  .strict()
export type WhatIf = z.infer<typeof whatIfSchema>

export interface WhatIfAnswer {
  /** The card that was found in the table, or null with the nearest names. */
  model: string | null
  nearest: string[]
  /** Models that the words fit equally well; then nothing is estimated until one is chosen. */
  ambiguous: string[]
  /** The name, as typed, that `nearest` or `ambiguous` is about; left out where all names are known. */
  about?: string
  estimates: Estimate[]
}

export const requests = {
  'state.read': defineRequest(nothing, answers<StateSnapshot>()),
  /** Look for GPUs again. Answers once the look is over; the result is in the state. */
  'gpus.rescan': defineRequest(nothing, answers<null>()),
  /** Forgets a card that is lost for good: it is no longer listed; its samples stay until they are too old. */
  'gpus.forget': defineRequest(z.object({ gpuId }).strict(), answers<null>()),
  /** The past of one card, in steps; its events with those of the machine. */
  'history.read': defineRequest(historyQuerySchema, answers<HistoryAnswer>()),
  'history.csv': defineRequest(csvQuerySchema, answers<CsvPage>()),
  /** Newest first; `gpuId` left out: of every card and the machine; `programmeId` left out: of every programme and none. */
  'history.events': defineRequest(
    z.object({ gpuId: gpuId.optional(), programmeId: z.string().min(1).max(100).optional(), from: z.number().int().min(0), to: z.number().int().min(0), limit: z.number().int().min(1).max(2000).default(200) }).strict(),
    answers<HistoryEvent[]>(),
  ),
  /** Sets a webhook up; the answer holds the secret its messages are signed with, and it is shown this once. */
  'channel.set-webhook': defineRequest(z.object({ url: z.string().min(1).max(2000) }).strict(), answers<{ signingSecret: string }>()),
  /** `url`: server and topic (`https://ntfy.sh/my-topic`); `token`: an access token, where the topic wants one. */
  'channel.set-ntfy': defineRequest(z.object({ url: z.string().min(1).max(2000), token: z.string().min(1).max(200).nullable().default(null) }).strict(), answers<null>()),
  'channel.remove': defineRequest(z.object({ channel: z.enum(['webhook', 'ntfy']) }).strict(), answers<null>()),
  /** Sends a test message now and says how that went. */
  'channel.test': defineRequest(z.object({ channel: z.enum(['desktop', 'webhook', 'ntfy']) }).strict(), answers<{ ok: boolean; sentence: string }>()),
  /** Telemetry runs while at least one viewer asked for it within the last 10 s; windows repeat this every 5 s. */
  'telemetry.watch': defineRequest(z.object({ viewer: z.string().min(1).max(64), watching: z.boolean() }).strict(), answers<null>()),
  /** Measure these cards. `evenAfterCrash` runs what a crash marker holds back, `evenIfBusy` what a hold that the user may override does. */
  'benchmark.start': defineRequest(benchmarkStartSchema, answers<null>()),
  'benchmark.cancel': defineRequest(nothing, answers<null>()),
  /** Earlier results of a card, newest first. */
  'benchmark.past': defineRequest(z.object({ gpuId, limit: z.number().int().min(1).max(500).default(50) }).strict(), answers<BenchmarkResult[]>()),
  /** How a run stands beside its model, its own past and what it is good for. */
  'benchmark.meaning': defineRequest(runRef, answers<Meaning>()),
  'benchmark.compare': defineRequest(z.object({ a: runRef, b: runRef }).strict(), answers<RunComparison>()),
  /** The run as a document another Idlewatt can import. */
  'benchmark.export': defineRequest(runRef, answers<{ fileName: string; text: string }>()),
  /** A document of `benchmark.export` or `bench --json`; the same run twice is one import. */
  'benchmark.import': defineRequest(z.object({ text: z.string().max(5_000_000), from: z.string().max(300) }).strict(), answers<{ added: ImportedRun[]; known: number }>()),
  'benchmark.imports': defineRequest(nothing, answers<ImportedRun[]>()),
  'benchmark.forget-import': defineRequest(z.object({ id: z.string().min(1).max(200) }).strict(), answers<null>()),
  /** One printable page (HTML, no scripts, nothing loaded from elsewhere) on these runs. */
  'benchmark.report': defineRequest(z.object({ runs: z.array(runRef).min(1).max(16) }).strict(), answers<{ fileName: string; html: string }>()),
  /** A score from OctaneBench's own log or the Render client's. */
  'benchmark.import-octane': defineRequest(z.object({ gpuId, text: z.string().max(5_000_000), from: z.string().max(300) }).strict(), answers<OctaneScore>()),
  'estimate.what-if': defineRequest(whatIfSchema, answers<WhatIfAnswer>()),
  /** Which input moves the answer most, for one row of the comparison (`gpuIds` as in the row) or of a what-if (`gpuModel`). */
  'estimate.sensitivity': defineRequest(
    z.object({ programmeId: z.string().min(1).max(100), gpuIds: z.array(gpuId).max(64).default([]), whatIf: whatIfSchema.nullable().default(null) }).strict(),
    answers<Sensitivity>(),
  ),
  /** Asks these sources now, or all that are due; answers when all have answered or failed. */
  'markets.refresh': defineRequest(z.object({ sourceIds: z.array(z.string().min(1).max(100)).max(200).optional() }).strict(), answers<SourceStatus[]>()),
  /** Every request that was made, newest first. */
  'markets.requests': defineRequest(z.object({ sourceId: z.string().max(100).optional(), limit: z.number().int().min(1).max(2000).default(200) }).strict(), answers<RequestRecord[]>()),
  'networks.health': defineRequest(z.object({ networkId: z.string().min(1).max(100) }).strict(), answers<NetworkHealth>()),
  'ledger.list': defineRequest(
    z.object({ filter: ledgerFilterSchema.default({}), limit: z.number().int().min(1).max(1000).default(100), offset: z.number().int().min(0).max(1e9).default(0) }).strict(),
    answers<LedgerPage>(),
  ),
  'ledger.add': defineRequest(ledgerAddSchema, answers<LedgerEntry>()),
  /** Writes an entry that corrects another; the other stays as it is. */
  'ledger.correct': defineRequest(ledgerCorrectSchema, answers<LedgerEntry>()),
  'ledger.export': defineRequest(ledgerExportSchema, answers<{ fileName: string; text: string; entries: number; remarks: string[] }>()),
  'ledger.promised': defineRequest(z.object({ programmeId: z.string().max(100).optional(), days: z.number().int().min(1).max(3660).default(90) }).strict(), answers<PromisedReport>()),
  /** Reads payouts and balances of all wallets now. */
  'ledger.refresh': defineRequest(nothing, answers<{ added: number; known: number; faults: string[]; notAsked: string[] }>()),
  'wallets.read': defineRequest(nothing, answers<WalletStatus[]>()),
  /** An address for its chain, checked; null removes it. */
  'wallets.set': defineRequest(z.object({ networkId: z.string().min(1).max(100), address: z.string().max(500).nullable() }).strict(), answers<WalletStatus[]>()),
  /** Checks of the machine (`programmeId: null`) or of one programme; `measures`: also those that cost something (line, disk speed). Changes nothing. */
  'preflight.run': defineRequest(
    z.object({ programmeId: z.string().min(1).max(100).nullable(), checkIds: z.array(z.string().min(1).max(100)).max(100).optional(), measures: z.boolean().default(false) }).strict(),
    answers<CheckRecord[]>(),
  ),
  /** Everything that setting up would do, with checks; does nothing. */
  'enrolment.report': defineRequest(programmeRef, answers<EnrolmentReport>()),
  /** Agrees to the report with this very hash. */
  'enrolment.consent': defineRequest(consentSchema, answers<EnrolmentState>()),
  /** Values of a step's fields; secrets go to the key store. An empty value removes. */
  'enrolment.answer': defineRequest(stepAnswerSchema, answers<EnrolmentState>()),
  /** Does a step, or tries it again; the page names no command, only the step. */
  'enrolment.do': defineRequest(stepRefSchema, answers<EnrolmentState>()),
  'enrolment.confirm': defineRequest(stepRefSchema, answers<EnrolmentState>()),
  'enrolment.cancel': defineRequest(stepRefSchema, answers<null>()),
  'enrolment.undo': defineRequest(stepRefSchema, answers<EnrolmentState>()),
  /** Undoes all steps, last first. */
  'enrolment.leave': defineRequest(programmeRef, answers<EnrolmentState>()),
  'provider.start': defineRequest(programmeRef, answers<ProviderState>()),
  'provider.finish': defineRequest(programmeRef, answers<ProviderState>()),
  'provider.stop': defineRequest(programmeRef, answers<ProviderState>()),
  'provider.stop-price': defineRequest(programmeRef, answers<StopPrice>()),
  'provider.logs': defineRequest(logQuerySchema, answers<LogPage>()),
  /** Answers the whole policy as it then stands. */
  'policy.change': defineRequest(policyChangeSchema, answers<PolicyState>()),
  /** Pause, or run now, for a while. */
  'policy.override': defineRequest(overrideAskSchema, answers<PolicyState>()),
  /** Takes one override back; null: all of them. */
  'policy.resume': defineRequest(z.object({ id: z.string().min(1).max(60).nullable() }).strict(), answers<PolicyState>()),
  /** "Ignore this program", or count it again. */
  'policy.ignore': defineRequest(z.object({ name: z.string().min(1).max(200), isIgnored: z.boolean() }).strict(), answers<PolicyState>()),
  /** Every rule of every card and programme, as it stands this second. */
  'policy.explain': defineRequest(z.object({ gpuId: gpuId.optional(), programmeId: z.string().min(1).max(100).optional() }).strict(), answers<Explanation[]>()),
  /** The coming seven days by schedule and tariff, and what they would come to. */
  'policy.week': defineRequest(z.object({ gpuId: gpuId.nullable().default(null) }).strict(), answers<WeekOutlook>()),
  /** Replays a recorded stretch of time; `trace`: the text of a trace file (main/policy/README.md). */
  'policy.simulate': defineRequest(z.object({ trace: z.string().max(20_000_000), from: z.number().int().min(0).max(8.64e15).optional(), to: z.number().int().min(0).max(8.64e15).optional() }).strict(), answers<Simulation>()),
  /** Makes a bundle and lists it; nothing is saved or sent. */
  'support.bundle': defineRequest(nothing, answers<SupportBundle>()),
  /** The bundle that was listed last, as a ZIP in base64. */
  'support.save': defineRequest(z.object({ id: z.string().min(1).max(100) }).strict(), answers<{ fileName: string; base64: string }>()),
  /** A file of dated prices (CSV); replaces the intervals it overlaps. `unit`: what one number of the file is; `currency`: what its prices are in, left out: as it says, else that of the settings. */
  'tariff.import': defineRequest(
    z.object({ text: z.string().max(mostPriceText), from: z.string().max(300), zone: z.string().max(64).nullable().default(null), unit: z.enum(['auto', 'per-kwh', 'per-mwh', 'cent-per-kwh']).default('auto'), currency: settingsSchema.shape.currency.unwrap().optional() }).strict(),
    answers<TariffImport>(),
  ),
  /** What is kept of dated prices, and what holds now. */
  'tariff.read': defineRequest(nothing, answers<TariffReading>()),
  'tariff.clear': defineRequest(nothing, answers<null>()),
  /** Meter against card: two or more pairs of watts at one time → wall factor and offset, saved in the settings. */
  'power.calibrate': defineRequest(
    z.object({ pairs: z.array(z.object({ gpuW: z.number().min(0).max(50_000), wallW: z.number().min(0).max(50_000) }).strict()).min(1).max(50) }).strict(),
    answers<{ factor: number; offsetW: number; sentence: string }>(),
  ),
  /** Names of cards in `resources/gpus.json` that fit what was typed so far, best first. */
  'models.search': defineRequest(z.object({ text: z.string().max(200), limit: z.number().int().min(1).max(50).default(12) }).strict(), answers<string[]>()),
  /** Without `wallets`: addresses go through `wallets.set`, which checks them. Without `policy`: that has requests of its own. */
  'settings.change': defineRequest(settingsChangeSchema.omit({ wallets: true, policy: true }), answers<Settings>()),
  'notice.dismiss': defineRequest(z.object({ id: z.string().min(1).max(200) }).strict(), answers<null>()),
  /** Opens a source or sign-up page in the user's browser; only addresses that Idlewatt itself cites are opened. */
  'link.open': defineRequest(z.object({ url: z.string().max(2000) }).strict(), answers<null>()),
} as const

export type Requests = typeof requests
export type RequestName = keyof Requests
/** What a caller may send (defaults may be left out) and what a handler receives. */
export type RequestInput<Name extends RequestName> = z.input<Requests[Name]['input']>
export type ParsedInput<Name extends RequestName> = z.output<Requests[Name]['input']>
export type RequestAnswer<Name extends RequestName> = Requests[Name] extends Answer<infer T> ? T : never

export type FailureCode = 'not-possible' | 'bad-input' | 'unknown-request' | 'bug' | 'connection'
export interface Failure {
  code: FailureCode
  message: string
}
export type Reply<T> = { ok: true; value: T } | { ok: false; failure: Failure }

/** Total over the requests: one that main does not answer fails to compile. */
export type Handlers = { [Name in RequestName]: (input: ParsedInput<Name>) => Promise<RequestAnswer<Name>> | RequestAnswer<Name> }

// The preload takes these from bridge.ts itself, without the schemas.
export { channels, type Bridge } from './bridge.ts'
