/** Which alerts the owner is told of now: severity, quiet hours, repeats and an hourly limit. Pure. */
import type { Alert, AlertSeverity, HealthMessage } from '../../shared/health.ts'
import type { Settings } from '../../shared/settings.ts'
import { quietUntil } from './quiet.ts'
import { rank } from './track.ts'
import { lengthWords, listWords, momentWords } from './words.ts'

const hourMs = 3_600_000
/** A lasting alert is told again after so long, and for a week: by then its owner knows. */
const repeatMs: Record<AlertSeverity, number> = { info: 24 * hourMs, warning: 24 * hourMs, critical: 6 * hourMs }
const repeatsForMs = 7 * 24 * hourMs
/** Messages in any hour; what is more waits and goes out as one. */
export const messagesAnHour = 12
/** More at one time become one. */
const atOnce = 3

/** A message with the alerts whose telling it is: of them, `toldAt` is set once it has arrived somewhere. */
export interface Telling {
  message: HealthMessage
  alerts: { id: string; since: number; severity: AlertSeverity; kind: 'began' | 'still' | 'ended' }[]
}

/** An alert that ended, and has still to be told of. */
export interface EndedAlert {
  alert: Alert
  lastedMs: number
}

export interface TellingMemory {
  /** Steady times of what was sent within the last hour. */
  sentAtMs: number[]
  /** The limit held something back: what goes out next is one message. */
  wasHeldBack: boolean
  /** Severity that was told last, by alert id. */
  toldSeverity: Record<string, AlertSeverity>
}

export const nothingTold: TellingMemory = { sentAtMs: [], wasHeldBack: false, toldSeverity: {} }

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

export function decideTelling(input: TellingInput, memory: TellingMemory): TellingDecision {
  const { settings, now, steadyMs } = input
  const isQuiet = quietUntil(settings, now) !== null
  const mayTell = (severity: AlertSeverity): boolean => !isQuiet || (severity === 'critical' && settings.criticalBreaksQuiet)
  const isWanted = (severity: AlertSeverity): boolean => settings.notifyFrom !== 'never' && rank(severity) >= rank(settings.notifyFrom)

  const due: { alert: Alert; kind: 'began' | 'still' | 'ended'; lastedMs: number; ended: EndedAlert | null }[] = []
  const done = new Set<EndedAlert>()
  for (const ended of input.ended) {
    if (!isWanted(ended.alert.severity)) done.add(ended)
    else if (mayTell(ended.alert.severity)) due.push({ alert: ended.alert, kind: 'ended', lastedMs: ended.lastedMs, ended })
  }
  for (const alert of input.open) {
    if (!isWanted(alert.severity) || !mayTell(alert.severity) || input.busy.has(alert.id)) continue
    const kind = dueKind(alert, memory.toldSeverity[alert.id] ?? alert.severity, now)
    if (kind) due.push({ alert, kind, lastedMs: Math.max(0, now - alert.since), ended: null })
  }
  due.sort((one, other) => rank(other.alert.severity) - rank(one.alert.severity) || one.alert.since - other.alert.since)

  const sentAtMs = memory.sentAtMs.filter((time) => steadyMs - time < hourMs)
  const left = messagesAnHour - sentAtMs.length
  if (due.length === 0) return { tellings: [], done, memory: { ...memory, sentAtMs, wasHeldBack: memory.wasHeldBack && left <= 0, toldSeverity: keepOpen(memory.toldSeverity, input) } }
  if (left <= 0) return { tellings: [], done, memory: { ...memory, sentAtMs, wasHeldBack: true } }

  const asOne = due.length > Math.min(atOnce, left) || (memory.wasHeldBack && due.length > 1)
  const tellings = asOne ? [summary(due, input)] : due.map((one) => ({ message: messageOf(one, input), alerts: [told(one)] }))
  const toldSeverity = keepOpen(memory.toldSeverity, input)
  for (const one of due) {
    if (one.ended) done.add(one.ended)
    else toldSeverity[one.alert.id] = one.alert.severity
  }
  return { tellings, done, memory: { sentAtMs: [...sentAtMs, ...tellings.map(() => steadyMs)], wasHeldBack: false, toldSeverity } }
}

function dueKind(alert: Alert, toldSeverity: AlertSeverity, now: number): 'began' | 'still' | null {
  if (alert.toldAt === null) return 'began'
  if (rank(alert.severity) > rank(toldSeverity)) return 'still'
  // A clock that was set back must not keep an alert silent for ever; one set forward repeats it once.
  const sinceTold = now < alert.toldAt ? 0 : now - alert.toldAt
  return sinceTold >= repeatMs[alert.severity] && now - alert.since < repeatsForMs ? 'still' : null
}

function keepOpen(toldSeverity: Record<string, AlertSeverity>, input: TellingInput): Record<string, AlertSeverity> {
  return Object.fromEntries(input.open.flatMap((alert) => (Object.hasOwn(toldSeverity, alert.id) ? [[alert.id, toldSeverity[alert.id] as AlertSeverity]] : [])))
}

interface Due {
  alert: Alert
  kind: 'began' | 'still' | 'ended'
  lastedMs: number
}

function told({ alert, kind }: Due): Telling['alerts'][number] {
  return { id: alert.id, since: alert.since, severity: alert.severity, kind }
}

const severityWords: Record<AlertSeverity, string> = { info: 'Note', warning: 'Warning', critical: 'Critical' }

function headline({ alert, kind }: Due): string {
  const about = alert.gpuName === null ? alert.title : `${alert.gpuName}: ${lowerFirst(alert.title)}`
  if (kind === 'ended') return `Over: ${about}`
  return `${severityWords[alert.severity]}${kind === 'still' ? ', still' : ''}: ${about}`
}

function lowerFirst(title: string): string {
  return /^[A-Z][a-z]/.test(title) && !/^(NVIDIA|PCIe)/.test(title) ? title.charAt(0).toLowerCase() + title.slice(1) : title
}

/** Texts carry no addresses, names of users or secrets: they leave the machine. */
function messageOf(due: Due, input: TellingInput): HealthMessage {
  const { alert, kind, lastedMs } = due
  const text =
    kind === 'ended'
      ? `It lasted ${lengthWords(lastedMs)}, since ${momentWords(alert.since)}. ${alert.sentence}`
      : `${alert.sentence}${lastedMs >= 60_000 ? ` It has been so for ${lengthWords(lastedMs)}.` : ''}\nWhat to do: ${alert.remedy}`
  return { kind, machine: input.machine, at: input.now, title: headline(due), text, alert: kind === 'ended' ? alert : { ...alert, toldAt: input.now } }
}

function summary(due: Due[], input: TellingInput): Telling {
  const began = due.filter((one) => one.kind !== 'ended')
  const over = due.length - began.length
  const counted = [...(began.length > 0 ? [`${began.length} ${began.length === 1 ? 'alert' : 'alerts'}`] : []), ...(over > 0 ? [`${over} that ${over === 1 ? 'is' : 'are'} over`] : [])]
  const shown = due.slice(0, 20)
  const lines = shown.map((one) => `${headline(one)}${one.kind === 'ended' ? ` (lasted ${lengthWords(one.lastedMs)})` : ''}`)
  if (due.length > shown.length) lines.push(`and ${due.length - shown.length} more`)
  const worst = due[0]?.alert.severity ?? 'info'
  return {
    message: {
      kind: began.length > 0 ? (began.every((one) => one.kind === 'still') ? 'still' : 'began') : 'ended',
      machine: input.machine,
      at: input.now,
      title: `${began.length > 0 ? severityWords[worst] : 'Over'}: ${listWords(counted)} on ${input.machine}`,
      text: lines.join('\n'),
      alert: null,
    },
    alerts: due.map(told),
  }
}

/** How urgent a message is: the worst of what it tells; what is over is never urgent. */
export function urgency(telling: Telling): AlertSeverity {
  return telling.alerts.reduce<AlertSeverity>((worst, one) => (one.kind !== 'ended' && rank(one.severity) > rank(worst) ? one.severity : worst), 'info')
}
