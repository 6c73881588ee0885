/** Which alerts the owner is told of now: severity, quiet hours, repeats, causes and an hourly limit. Pure. */
import type { Alert, AlertSeverity } from '../../shared/health.ts'
import type { Settings } from '../../shared/settings.ts'
import { explanationOf } from './causes.ts'
import { groupsOf, messageOfAll, messageOfGroup, type Due, type Telling } from './message.ts'
import { quietUntil } from './quiet.ts'
import { momentRules } from './rules.ts'
import { rank } from './track.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
/** A lasting alert is told again after so long, and for a week: by then its owner knows. */
const repeatMs: Record<AlertSeverity, number> = { info: 24 * hourMs, warning: 24 * hourMs, critical: 6 * hourMs }
const repeatsForMs = 7 * 24 * hourMs
/** One that was over and comes back is told of after the first, second, third … of these; work that comes in bursts would else tell every few minutes. */
const comesBackMs = [15 * minuteMs, hourMs, 4 * hourMs, 24 * hourMs]
/** What did not come for so long is news. */
const rememberedMs = 24 * hourMs
/** Messages in any hour; what is more waits and goes out as one. */
export const messagesAnHour = 12
/** Beyond them, for what is critical: many small matters must not hold back a great one. */
export const criticalMore = 6
/** More at one time become one. */
const atOnce = 3
/** When card after card gets into the same trouble, the first so many are told at once and the others together. */
const oneByOne = 2
const gatherMs: Record<AlertSeverity, number> = { info: 15 * minuteMs, warning: 15 * minuteMs, critical: 5 * minuteMs }
/** What follows from a fault (heat from a fan) is left to it for so long after its end. */
const aftermathMs = 5 * minuteMs

/** An alert that ended, and has still to be told of. */
export interface EndedAlert {
  alert: Alert
  lastedMs: number
}

interface Told {
  severity: AlertSeverity
  /** Steady time. */
  beganMs: number
  /** How often it began and was told of, with no more than a day between. */
  times: number
}

interface Sent {
  /** Steady time. */
  atMs: number
  /** Of a message about one rule; null: about many things. */
  about: string | null
  severity: AlertSeverity
}

export interface TellingMemory {
  /** Within the last hour. */
  sent: Sent[]
  /** The limit held something back: what goes out next is one message. */
  wasHeldBack: boolean
  /** What was told, by alert id. */
  told: Record<string, Told>
  /** Alerts that another speaks for, by id: how grave they were then, and until when. */
  spokenFor: Record<string, { severity: AlertSeverity; untilMs: number }>
}

export const nothingTold: TellingMemory = { sent: [], wasHeldBack: false, told: {}, spokenFor: {} }

/** What an earlier run told, as far as its alerts show it. */
export function toldBefore(alerts: readonly Alert[], now: number, steadyMs: number): TellingMemory {
  const told: Record<string, Told> = {}
  for (const { id, severity, toldAt } of [...alerts].sort((one, other) => (one.toldAt ?? 0) - (other.toldAt ?? 0))) {
    if (toldAt === null || now - toldAt >= rememberedMs) continue
    // In the future by a clock that was set back since: just now.
    told[id] = { severity, beganMs: steadyMs - Math.max(0, now - toldAt), times: (told[id]?.times ?? 0) + 1 }
  }
  return { ...nothingTold, told }
}

export interface TellingInput {
  open: readonly Alert[]
  /** Ended ones that were told of while they lasted, and whose end was not. */
  ended: readonly EndedAlert[]
  /** Alerts whose message is on its way, or may not be tried again yet. */
  busy: ReadonlySet<string>
  settings: Settings
  machine: string
  now: number
  steadyMs: number
}

export interface TellingDecision {
  tellings: Telling[]
  /** Ended ones that are dealt with: told in these messages, or not to be told at all. */
  done: Set<EndedAlert>
  memory: TellingMemory
}

type DueNow = Due & { ended: EndedAlert | null }

export function decideTelling(input: TellingInput, before: TellingMemory): TellingDecision {
  const { steadyMs } = input
  const sent = before.sent.filter(({ atMs }) => steadyMs - atMs < hourMs)
  const told = remembered(before.told, input)
  const spokenFor = stillSpokenFor(before.spokenFor, input)
  const done = new Set<EndedAlert>()
  const due = [...dueEnds(input, done), ...dueAlerts(input, told, spokenFor)]
  due.sort((one, other) => rank(other.alert.severity) - rank(one.alert.severity) || one.alert.since - other.alert.since)

  const left = messagesAnHour - sent.length
  const allowed = left > 0 ? due : left + criticalMore > 0 ? due.filter(({ kind, alert }) => kind !== 'ended' && alert.severity === 'critical') : []
  const groups = groupsOf(allowed).filter((group) => !isGathering(group, sent, steadyMs))
  const goes = groups.flat()
  const memory = { sent, told, spokenFor }
  if (goes.length === 0) return { tellings: [], done, memory: { ...memory, wasHeldBack: allowed.length < due.length || (before.wasHeldBack && left <= 0) } }

  const asOne = groups.length > Math.min(atOnce, left > 0 ? left : 1) || (before.wasHeldBack && groups.length > 1)
  const tellings = asOne ? [messageOfAll(goes, input)] : groups.map((group) => messageOfGroup(group, input))
  for (const { alert, kind, ended } of goes) {
    if (ended) done.add(ended)
    else told[alert.id] = { severity: alert.severity, beganMs: kind === 'began' ? steadyMs : (told[alert.id]?.beganMs ?? steadyMs), times: (told[alert.id]?.times ?? 0) + (kind === 'began' ? 1 : 0) }
  }
  const fresh = asOne ? [{ atMs: steadyMs, about: null, severity: 'info' as const }] : groups.map((group) => ({ atMs: steadyMs, about: aboutOf(group), severity: group[0]?.alert.severity ?? 'info' }))
  return { tellings, done, memory: { ...memory, sent: [...sent, ...fresh], wasHeldBack: allowed.length < due.length } }
}

function aboutOf([first]: readonly DueNow[]): string {
  return first === undefined ? '' : `${first.alert.rule}${first.kind === 'ended' ? ' over' : ''}`
}

/** The same was told of other cards just now: more of them may follow, and go out together. The worst of a group is its first. */
function isGathering(group: readonly DueNow[], sent: readonly Sent[], steadyMs: number): boolean {
  const severity = group[0]?.alert.severity ?? 'info'
  const pauseMs = gatherMs[severity]
  const lately = sent.filter(({ about, atMs }) => about === aboutOf(group) && steadyMs - atMs < hourMs)
  const alike = lately.filter((one) => rank(one.severity) >= rank(severity) && steadyMs - one.atMs < pauseMs)
  return lately.length >= oneByOne && alike.length > 0
}

function isWanted(severity: AlertSeverity, { notifyFrom }: Settings): boolean {
  return notifyFrom !== 'never' && rank(severity) >= rank(notifyFrom)
}

function mayTell(severity: AlertSeverity, { settings, now }: TellingInput): boolean {
  return quietUntil(settings, now) === null || (severity === 'critical' && settings.criticalBreaksQuiet)
}

function dueEnds(input: TellingInput, done: Set<EndedAlert>): DueNow[] {
  const due: DueNow[] = []
  for (const ended of input.ended) {
    const { alert, lastedMs } = ended
    // Nothing that was wrong with a card is over because the card is gone.
    const isCardGone = alert.rule !== 'lost' && input.open.some((open) => open.rule === 'lost' && open.gpuId === alert.gpuId)
    if (!isWanted(alert.severity, input.settings) || isCardGone) done.add(ended)
    else if (mayTell(alert.severity, input)) due.push({ alert, kind: 'ended', lastedMs, isBack: false, ended })
  }
  return due
}

function dueAlerts(input: TellingInput, told: Record<string, Told>, spokenFor: TellingMemory['spokenFor']): DueNow[] {
  const due: DueNow[] = []
  for (const alert of wantedOf(input)) {
    if (!mayTell(alert.severity, input) || input.busy.has(alert.id) || spokenFor[alert.id] !== undefined) continue
    const before = told[alert.id] ?? null
    const kind = dueKind(alert, before, input)
    if (kind) due.push({ alert, kind, lastedMs: Math.max(0, input.now - alert.since), isBack: kind === 'began' && before !== null, ended: null })
  }
  return due
}

function wantedOf({ open, settings }: TellingInput): Alert[] {
  return open.filter((alert) => isWanted(alert.severity, settings))
}

/** What gets worse than it was when it was left to its cause speaks for itself at once. */
function stillSpokenFor(before: TellingMemory['spokenFor'], input: TellingInput): TellingMemory['spokenFor'] {
  const wanted = wantedOf(input)
  const now: TellingMemory['spokenFor'] = {}
  for (const alert of wanted) {
    const known = before[alert.id]
    if (explanationOf(alert, wanted) !== null) now[alert.id] = { severity: alert.severity, untilMs: input.steadyMs + aftermathMs }
    else if (known && known.untilMs > input.steadyMs && rank(alert.severity) <= rank(known.severity)) now[alert.id] = known
  }
  return now
}

function dueKind(alert: Alert, before: Told | null, { now, steadyMs }: TellingInput): 'began' | 'still' | null {
  const isWorse = before !== null && rank(alert.severity) > rank(before.severity)
  if (alert.toldAt === null) {
    if (before === null || isWorse) return 'began'
    const pauseMs = Math.min(repeatMs[alert.severity], comesBackMs[before.times - 1] ?? Infinity)
    return steadyMs - before.beganMs >= pauseMs ? 'began' : null
  }
  if (isWorse) return 'still'
  if (momentRules.has(alert.rule)) return null
  // A clock that was set back must not keep an alert silent for ever; one set forward repeats it once.
  const sinceTold = now < alert.toldAt ? 0 : now - alert.toldAt
  return sinceTold >= repeatMs[alert.severity] && now - alert.since < repeatsForMs ? 'still' : null
}

function remembered(told: Record<string, Told>, input: TellingInput): Record<string, Told> {
  const open = new Set(input.open.map((alert) => alert.id))
  return Object.fromEntries(Object.entries(told).filter(([id, { beganMs }]) => open.has(id) || input.steadyMs - beganMs < rememberedMs))
}
