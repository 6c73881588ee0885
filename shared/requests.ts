/** Every question a window may ask, with the schema of what it sends and the type of what it gets. */
import { z } from 'zod'
import type { BenchmarkResult } from './benchmark.ts'
import type { Estimate } from './earnings.ts'
import { csvQuerySchema, historyQuerySchema, type CsvPage, type HistoryAnswer, type HistoryEvent } from './history.ts'
import { settingsChangeSchema, type Settings } from './settings.ts'
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

/** A card one does not own, or other prices for one that one does. Watts are wall figures per GPU. */
export const whatIfSchema = z
  .object({
    /** As typed: a key of `resources/gpus.json` or any name a driver gives. */
    gpuModel: z.string().min(1).max(200),
    gpuCount: z.number().int().min(1).max(64).default(1),
    usdPerKwh: z.number().min(-5).max(10).optional(),
    wattsWork: z.number().min(0).max(5000).optional(),
    wattsWait: z.number().min(0).max(5000).optional(),
  })
  .strict()
export type WhatIf = z.infer<typeof whatIfSchema>

export interface WhatIfAnswer {
  /** The card that was found in the table, or null with the nearest names. */
  model: string | null
  nearest: string[]
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
  /** Newest first; `gpuId` left out: of every card and the machine. */
  'history.events': defineRequest(
    z.object({ gpuId: gpuId.optional(), from: z.number().int().min(0), to: z.number().int().min(0), limit: z.number().int().min(1).max(2000).default(200) }).strict(),
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
  /** Measure these cards, one after another. `evenAfterCrash` runs workloads that a crash marker holds back. */
  'benchmark.start': defineRequest(
    z.object({ gpuIds: z.array(gpuId).min(1).max(64), mode: z.literal('quick'), evenAfterCrash: z.boolean().default(false) }).strict(),
    answers<null>(),
  ),
  'benchmark.cancel': defineRequest(nothing, answers<null>()),
  /** Earlier results of a card, newest first. */
  'benchmark.past': defineRequest(z.object({ gpuId, limit: z.number().int().min(1).max(500).default(50) }).strict(), answers<BenchmarkResult[]>()),
  'estimate.what-if': defineRequest(whatIfSchema, answers<WhatIfAnswer>()),
  /** Names of cards in `resources/gpus.json` that fit what was typed so far, best first. */
  'models.search': defineRequest(z.object({ text: z.string().max(200), limit: z.number().int().min(1).max(50).default(12) }).strict(), answers<string[]>()),
  'settings.change': defineRequest(settingsChangeSchema, answers<Settings>()),
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
