/** The words of a message: of one alert, of several cards with the same trouble, or of many things at once. Pure. */
import type { Alert, AlertSeverity, HealthMessage } from '../../shared/health.ts'
import { momentRules } from './rules.ts'
import { rank } from './track.ts'
import { lengthWords, listWords, momentWords, withoutHome } from './words.ts'

/** One alert that is to be told of. */
export interface Due {
  alert: Alert
  kind: 'began' | 'still' | 'ended'
  lastedMs: number
  /** It was told of before, and was over in between. */
  isBack: boolean
}

/** A message with the alerts whose telling it is: of them, `toldAt` is set once it has arrived somewhere. */
export interface Telling {
  message: HealthMessage
  alerts: { id: string; since: number; severity: AlertSeverity; kind: Due['kind'] }[]
}

interface When {
  machine: string
  now: number
}

/** Cards that are named one by one; the rest are counted. */
const mostLines = 20

/** The same trouble of several cards belongs together. */
export function groupsOf<SomeDue extends Due>(due: readonly SomeDue[]): SomeDue[][] {
  const groups = new Map<string, SomeDue[]>()
  for (const one of due) {
    const key = `${one.alert.rule} ${one.alert.title} ${one.kind}`
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  return [...groups.values()]
}

/** `group`: one of `groupsOf`. */
export function messageOfGroup(group: readonly Due[], when: When): Telling {
  const [first] = group
  if (first === undefined) throw new Error('a message needs an alert')
  const message = group.length === 1 ? messageOf(first, when) : messageOfCards(first, group, when)
  return { message, alerts: group.map(told) }
}

/** Of many at once: a line for each, the worst first; same trouble of several cards is one line. */
export function messageOfAll(due: readonly Due[], { machine, now }: When): Telling {
  const groups = groupsOf(due)
  const [only] = groups
  if (only && groups.length === 1) return messageOfGroup(only, { machine, now })
  const began = due.filter((one) => one.kind !== 'ended')
  const over = due.length - began.length
  const counted = [...(began.length > 0 ? [`${began.length} ${began.length === 1 ? 'alert' : 'alerts'}`] : []), ...(over > 0 ? [`${over} that ${over === 1 ? 'is' : 'are'} over`] : [])]
  const lines = groups.slice(0, mostLines).map(lineOf)
  if (groups.length > mostLines) lines.push(`and ${groups.slice(mostLines).flat().length} more`)
  const worst = began.reduce<AlertSeverity>((most, { alert }) => (rank(alert.severity) > rank(most) ? alert.severity : most), 'info')
  const message: HealthMessage = {
    kind: began.length > 0 ? (began.every((one) => one.kind === 'still') ? 'still' : 'began') : 'ended',
    machine,
    at: now,
    title: `${began.length > 0 ? severityWords[worst] : 'Over'}: ${listWords(counted)} on ${machine}`,
    text: lines.join('\n'),
    alert: null,
    alerts: due.map((one) => briefly(one, now)),
  }
  return { message, alerts: due.map(told) }
}

/** How urgent a message is: the worst of what it tells; what is over is never urgent. */
export function urgency(telling: Telling): AlertSeverity {
  return telling.alerts.reduce<AlertSeverity>((worst, one) => (one.kind !== 'ended' && rank(one.severity) > rank(worst) ? one.severity : worst), 'info')
}

function told({ alert, kind }: Due): Telling['alerts'][number] {
  return { id: alert.id, since: alert.since, severity: alert.severity, kind }
}

const severityWords: Record<AlertSeverity, string> = { info: 'Note', warning: 'Warning', critical: 'Critical' }

function headline({ alert, kind }: Due, about: string | null): string {
  const what = about === null ? alert.title : `${about}: ${lowerFirst(alert.title)}`
  if (kind === 'ended') return `Over: ${what}`
  return `${severityWords[alert.severity]}${kind === 'still' ? ', still' : ''}: ${what}`
}

function lowerFirst(title: string): string {
  return /^[A-Z][a-z]/.test(title) ? title.charAt(0).toLowerCase() + title.slice(1) : title
}

function lineOf(group: readonly Due[]): string {
  const [first] = group
  if (first === undefined) return ''
  if (group.length > 1) return `${headline(first, cardWords(group))} (${listWords(group.slice(0, mostLines).map(nameOf))})`
  return `${headline(first, first.alert.gpuName)}${first.kind === 'ended' && !momentRules.has(first.alert.rule) ? ` (lasted ${lengthWords(first.lastedMs)})` : ''}`
}

function cardWords(group: readonly Due[]): string {
  return `${group.length} cards`
}

function nameOf({ alert }: Due): string {
  return alert.gpuName ?? alert.gpuId ?? 'the machine'
}

/** Texts carry no addresses, names of users or secrets: they leave the machine. */
function messageOf(due: Due, { machine, now }: When): HealthMessage {
  const { alert, kind, lastedMs, isBack } = due
  const isMoment = momentRules.has(alert.rule)
  const text =
    kind === 'ended'
      ? `${isMoment ? 'No more of it came.' : `It lasted ${lengthWords(lastedMs)}, since ${momentWords(alert.since)}.`} What was said of it: ${alert.sentence}`
      : `${alert.sentence}${lastedMs >= 60_000 && !isMoment ? ` It has been so for ${lengthWords(lastedMs)}.` : ''}${isBack ? ' It was over for a while since it was told of last.' : ''}\nWhat to do: ${alert.remedy}`
  const whole = leaving(due, now)
  return { kind, machine, at: now, title: headline(due, alert.gpuName), text: withoutHome(text), alert: whole, alerts: [whole] }
}

function messageOfCards(first: Due, group: readonly Due[], { machine, now }: When): HealthMessage {
  const { alert, kind } = first
  const isSame = group.every((one) => one.alert.sentence === alert.sentence)
  const shown = group.slice(0, mostLines)
  const saidOf = (one: Due): string => (kind !== 'ended' ? one.alert.sentence : momentRules.has(alert.rule) ? 'no more of it came' : `it lasted ${lengthWords(one.lastedMs)}`)
  const lines = isSame && kind !== 'ended' ? [alert.sentence, ...shown.map((one) => `- ${nameOf(one)}`)] : shown.map((one) => `- ${nameOf(one)}: ${saidOf(one)}`)
  if (group.length > shown.length) lines.push(`and ${group.length - shown.length} more`)
  if (kind !== 'ended') lines.push(`What to do: ${alert.remedy}`)
  return { kind, machine, at: now, title: headline(first, cardWords(group)), text: withoutHome(lines.join('\n')), alert: null, alerts: group.map((one) => briefly(one, now)) }
}

function leaving({ alert, kind }: Due, now: number): Alert {
  const evidence = alert.evidence.map((one) => ({ ...one, value: withoutHome(one.value) }))
  return { ...alert, sentence: withoutHome(alert.sentence), evidence, toldAt: kind === 'ended' ? alert.toldAt : now }
}

function briefly(due: Due, now: number): Alert {
  const alert = leaving(due, now)
  return { ...alert, evidence: alert.evidence.slice(-1) }
}
