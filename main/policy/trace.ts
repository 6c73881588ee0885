/** Reads a trace file into what can be replayed: every time in ms, every list in order, every fault a sentence with its place. */
import type { PriceStep, ProgrammeDemands, ProgrammeWorth } from '../../shared/policy-state.ts'
import { policySettingsSchema, type OverrideAsk, type PolicySettings } from '../../shared/policy.ts'
import { jsonFault } from '../system/json-fault.ts'
import { NotPossible } from '../system/not-possible.ts'
import { isZone } from '../system/zone.ts'
import { traceFileSchema, type CardChange, type MachineChange, type TraceFile, type TraceFileInput } from './trace-format.ts'
import { endedWishes, faultText, idFaults, namesThatGetLost, settingFaults, settingRemarks } from './trace-faults.ts'
import { pricesOfTrace } from './trace-prices.ts'
import type { Span } from './trace-spans.ts'

export const mostTraceCharacters = 20_000_000
const longestMs = 400 * 86_400_000
const shownFaults = 12

export interface TraceProgramme {
  programmeId: string
  title: string
  gpuIds: string[]
  demands: ProgrammeDemands
  /** While it is paid. */
  hourly: ProgrammeWorth
  /** Over the whole trace, hours without a job among them: what an estimate would tell. */
  worth: ProgrammeWorth
  startMs: number
  stopMs: number
  stopPriceUsd: number | null
  /** null: it is paid for being there. */
  jobs: { from: number; to: number }[] | null
}

export interface TraceChange {
  at: number
  machine: MachineChange
  cards: Record<string, CardChange>
  sleep: boolean | 'sudden' | null
  clockJumpMs: number
  says: OverrideAsk | 'resume' | null
}

/** Times are ms since epoch by a clock that is right, whatever the machine's own clock does meanwhile. */
export interface Trace {
  title: string
  source: string
  zone: string
  from: number
  to: number
  settings: PolicySettings
  cards: TraceFile['machine']['cards']
  programmes: TraceProgramme[]
  changes: TraceChange[]
  prices: PriceStep[]
  remarks: string[]
}

/** Throws NotPossible that names what is wrong and where. */
export function readTrace(text: string): Trace {
  if (text.length > mostTraceCharacters) throw new NotPossible(`The trace is longer than ${mostTraceCharacters / 1e6} million characters; a year is not, so it was not read.`)
  if (text.trim() === '') throw new NotPossible('The trace is empty.')
  const plain = text.replace(/^\uFEFF/, '')
  let value: unknown
  try {
    value = JSON.parse(plain)
  } catch (error) {
    throw new NotPossible(`The trace is no JSON: ${jsonFault(error, plain)}`)
  }
  return checkedTrace(value)
}

/** The same for what is no text yet. */
export function checkedTrace(value: unknown): Trace {
  const kind = typeof value === 'object' && value !== null && 'format' in value ? value.format : undefined
  if (kind !== 'idlewatt-trace') throw new NotPossible(kind === undefined ? 'The file is no trace: it has no "format": "idlewatt-trace".' : `The file is no trace: its format is ${JSON.stringify(kind)?.slice(0, 60)}, and "idlewatt-trace" is needed.`)
  const lost = namesThatGetLost(value)
  const parsed = traceFileSchema.safeParse(value, { reportInput: true })
  if (!parsed.success || lost.length > 0) throw refusal([...lost, ...(parsed.error?.issues.map(faultText) ?? [])])
  return buildTrace(parsed.data)
}

/** For traces that are made here. */
export function traceOf(file: TraceFileInput): Trace {
  return checkedTrace(file)
}

function buildTrace(file: TraceFile): Trace {
  const faults: string[] = []
  if (!isZone(file.zone)) faults.push(`zone: ${JSON.stringify(file.zone)} is no zone that is known; one is "Europe/Berlin"`)
  const from = momentOf(file.from, null, 'from', faults)
  const to = momentOf(file.to, null, 'to', faults)
  if (faults.length > 0) throw refusal(faults)
  faults.push(...settingFaults(file.settings, file.zone), ...idFaults(file.machine.cards.map(({ id }) => id), 'machine.cards'), ...idFaults(file.programmes.map(({ id }) => id), 'programmes'))
  if (to <= from) faults.push('to: it is not after "from"')
  if (to - from > longestMs) faults.push(`to: it is more than ${longestMs / 86_400_000} days after "from"`)
  const at = (time: number | string, place: string): number => momentOf(time, from, place, faults)

  const cardIds = new Set(file.machine.cards.map(({ id }) => id))
  if (cardIds.size < file.machine.cards.length) faults.push('machine.cards: two have the same id')
  const programmes = programmesOf(file, { from, to }, cardIds, at, faults)
  const programmeIds = new Set(programmes.map(({ programmeId }) => programmeId))
  if (programmeIds.size < programmes.length) faults.push('programmes: two have the same id')

  const changes = file.changes.map((change, index): TraceChange => {
    const place = `changes[${index}]`
    for (const id of Object.keys(change.cards ?? {})) if (!cardIds.has(id)) faults.push(`${place}.cards.${id}: there is no card of this id`)
    const { says = null } = change
    if (typeof says === 'object' && says !== null) {
      if (says.card !== null && !cardIds.has(says.card)) faults.push(`${place}.says.card: there is no card of this id`)
      if (says.programme !== null && !programmeIds.has(says.programme)) faults.push(`${place}.says.programme: there is no programme of this id`)
    }
    return {
      at: at(change.at, `${place}.at`),
      machine: change.machine ?? {},
      cards: change.cards ?? {},
      sleep: change.sleep ?? null,
      clockJumpMs: (change.clockJumpMinutes ?? 0) * 60_000,
      says: typeof says !== 'object' || says === null ? says : { kind: says.kind, minutes: says.minutes, until: says.until === undefined ? undefined : at(says.until, `${place}.says.until`), gpuId: says.card, programmeId: says.programme },
    }
  })
  changes.forEach((change, index) => {
    const before = changes[index - 1]
    if (before && change.at < before.at) faults.push(`changes[${index}].at: it is before the change above it; changes stand in order`)
    if (change.at < from || change.at >= to) faults.push(`changes[${index}].at: it is outside of the trace`)
  })
  faults.push(...endedWishes(changes))
  const { steps, remarks } = pricesOfTrace(file.prices, { from, to, zone: file.zone, at, faults })
  if (faults.length > 0) throw refusal(faults)
  const { title, source, zone } = file
  const settings = settingsOf(file, [...programmeIds])
  return { title, source, zone, from, to, settings, cards: file.machine.cards, programmes, changes, prices: steps, remarks: [...remarks, ...settingRemarks(settings, cardIds, programmeIds)] }
}

function programmesOf(file: TraceFile, { from, to }: Span, cardIds: ReadonlySet<string>, at: (time: number | string, place: string) => number, faults: string[]): TraceProgramme[] {
  const source = { url: 'https://example.org/', date: null, note: 'from the trace' }
  return file.programmes.map((programme, index) => {
    const place = `programmes[${index}]`
    for (const id of programme.cards) if (!cardIds.has(id)) faults.push(`${place}.cards: there is no card "${id}"`)
    if (new Set(programme.cards).size < programme.cards.length) faults.push(`${place}.cards: one is named twice`)
    const jobs = programme.jobs === 'always' ? null : programme.jobs.map((job, n) => ({ from: at(job.from, `${place}.jobs[${n}].from`), to: at(job.to, `${place}.jobs[${n}].to`) }))
    jobs?.forEach((job, n) => {
      const before = jobs[n - 1]
      if (!(job.to > job.from)) faults.push(`${place}.jobs[${n}]: it ends before it begins`)
      else if (before && job.from < before.to) faults.push(`${place}.jobs[${n}]: it begins before the job above it ends`)
    })
    const { exclusive = 'card', ceilings = [], uptime = null, interruption = 'free' } = programme.demands
    const pay = programme.grossUsdPerHour
    const kwh = programme.kwhPerHour
    const grossUsdPerHour = typeof pay === 'object' && pay !== null ? pay : { low: pay, expected: pay, high: pay }
    const kwhPerHour = { low: kwh, expected: kwh, high: kwh }
    const share = jobs === null ? 1 : Math.min(1, jobs.reduce((sum, job) => sum + Math.max(0, Math.min(job.to, to) - Math.max(job.from, from)), 0) / Math.max(1, to - from))
    const scaled = (usd: number | null): number | null => (usd === null ? null : usd * share)
    return {
      programmeId: programme.id,
      title: programme.title,
      gpuIds: programme.cards,
      demands: {
        cards: programme.cards.length === 0 ? 'none' : 'all',
        exclusive,
        exclusiveWhy: 'So it stands in the trace.',
        exclusiveSource: source,
        ceilings: ceilings.map((ceiling) => ({ ...ceiling, source })),
        uptime: uptime === null ? null : { ...uptime, sentence: 'So it stands in the trace.', source },
        interruption,
        startMinutes: programme.startSeconds / 60,
        startWhy: 'So it stands in the trace.',
      },
      hourly: { grossUsdPerHour, kwhPerHour },
      worth: { grossUsdPerHour: { low: scaled(grossUsdPerHour.low), expected: scaled(grossUsdPerHour.expected), high: scaled(grossUsdPerHour.high) }, kwhPerHour },
      startMs: Math.round(programme.startSeconds * 1000),
      stopMs: Math.round(programme.stopSeconds * 1000),
      stopPriceUsd: programme.stopPriceUsd,
      jobs,
    }
  })
}

/** As a new user has it, with what the trace sets; its programmes are armed unless it says otherwise. */
function settingsOf({ settings }: TraceFile, programmeIds: readonly string[]): PolicySettings {
  const withoutRemoved = (entries: Record<string, unknown> | undefined): Record<string, unknown> => Object.fromEntries(Object.entries(entries ?? {}).filter(([, entry]) => entry !== null))
  const named = withoutRemoved(settings.programmes)
  const programmes = Object.fromEntries([...new Set([...Object.keys(named), ...programmeIds])].map((id) => [id, { isArmed: programmeIds.includes(id), ...(named[id] as object | undefined) }]))
  return policySettingsSchema.parse({ ...settings, cards: withoutRemoved(settings.cards), programmes })
}

function momentOf(time: number | string, from: number | null, place: string, faults: string[]): number {
  if (typeof time === 'number' && from !== null) return from + Math.round(time * 60_000)
  const text = String(time)
  const isDated = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/.test(text)
  const moment = isDated ? Date.parse(text) : Number.NaN
  // "2026-02-31" is read as a day in March.
  if (Number.isFinite(moment) && new Date(`${text.slice(0, 10)}T00:00Z`).toISOString().startsWith(text.slice(0, 10))) return moment
  faults.push(`${place}: ${JSON.stringify(text.slice(0, 40))} is no moment; one is 2026-03-10T18:00+01:00${from === null ? '' : ', or minutes from the beginning'}`)
  return from ?? 0
}

function refusal(faults: readonly string[]): NotPossible {
  const more = faults.length - shownFaults
  return new NotPossible(`The trace cannot be replayed. What is wrong: ${faults.slice(0, shownFaults).join('; ')}${more > 0 ? `; and ${more} more` : ''}.`)
}
