/** How the setting up and the running of a programme are said: phases, effects, commands. Pure. */
import type { EnrolmentPhase, EnrolmentReport, EnrolmentState, StepEffects, StepPhase, StepState, Trap } from '../../../../shared/enrolment.ts'
import type { Platform } from '../../../../shared/machine.ts'
import { asSentence } from '../../../format/words.ts'
import { formatBytes } from '../../../format/numbers.ts'
import type { Mark } from '../../../state/providers.ts'

export const stepMarks: Record<StepPhase, Mark> = {
  open: { word: 'Not yet', icon: 'unknown', tone: 'unknown' },
  'waits-for-you': { word: 'Waits for you', icon: 'maybe', tone: 'fix' },
  doing: { word: 'Being done', icon: 'wait', tone: 'open' },
  verifying: { word: 'Being verified', icon: 'wait', tone: 'open' },
  done: { word: 'Done', icon: 'yes', tone: 'good' },
  'found-done': { word: 'Was so already', icon: 'yes', tone: 'good' },
  failed: { word: 'Failed', icon: 'no', tone: 'bad' },
  blocked: { word: 'Blocked', icon: 'warning', tone: 'bad' },
  'left-out': { word: 'Not needed here', icon: 'maybe', tone: 'unknown' },
  undoing: { word: 'Being undone', icon: 'wait', tone: 'open' },
  undone: { word: 'Undone', icon: 'maybe', tone: 'unknown' },
  'undo-failed': { word: 'Could not be undone', icon: 'no', tone: 'bad' },
}

export const whereWords: Record<StepState['where'], string> = { here: 'on this machine', website: 'on a website', 'by-hand': 'by your own hand' }

export const enrolmentWords: Record<EnrolmentPhase, string> = {
  'not-begun': 'Nothing has been set up.',
  checking: 'This machine is being looked at.',
  consent: 'Nothing is done until you have agreed.',
  'setting-up': 'It is being set up.',
  'set-up': 'It is set up.',
  leaving: 'It is being left.',
  left: 'It has been left.',
}

/** It is set up, and what it would start is no longer what was agreed to: it waits for a new word. */
export function isOtherNow(enrolment: EnrolmentState | undefined, report: EnrolmentReport | null): boolean {
  if (enrolment === undefined || report === null || enrolment.consent === null) return false
  return enrolment.phase === 'set-up' && enrolment.blocked !== null && report.hash !== enrolment.consent.reportHash
}

/** Steps whose turn it is, or that went wrong: shown in full by themselves. */
export function isCurrent(step: StepState): boolean {
  return ['waits-for-you', 'doing', 'verifying', 'failed', 'blocked', 'undoing', 'undo-failed'].includes(step.phase) || step.can.do || step.can.retry
}

const weight: Record<Trap['severity'], number> = { danger: 0, warning: 1, note: 2 }

/** What may hurt most first; the same said by several steps once. */
export function trapsInOrder(traps: readonly Trap[]): Trap[] {
  const once = traps.filter((trap, i) => traps.findIndex((other) => other.id === trap.id && other.sentence === trap.sentence) === i)
  return once.sort((a, b) => weight[a.severity] - weight[b.severity])
}

/** What a step does to the machine, row by row, and the names of what it leaves alone. */
export function effectRows(effects: StepEffects): { rows: { title: string; values: string[] }[]; none: string[] } {
  const isDownload = effects.image !== null || effects.hash !== null || effects.downloadBytes !== null
  const size = (bytes: number | null): string[] => (bytes === null ? (isDownload ? ['not published'] : []) : bytes === 0 ? [] : [formatBytes(bytes)])
  const all: { title: string; values: string[] }[] = [
    { title: 'Files', values: effects.files },
    { title: 'Folders', values: effects.folders },
    { title: 'Rights', values: effects.rights.filter((right) => right !== 'none') },
    { title: 'Ports', values: effects.ports },
    { title: 'Container image', values: effects.image === null ? [] : [effects.image] },
    { title: 'Download', values: size(effects.downloadBytes) },
    { title: 'Disk', values: size(effects.diskBytes) },
    { title: 'Hash', values: effects.hash === null ? [] : [effects.hash] },
    { title: 'Other software', values: effects.otherSoftware },
    { title: 'Cost and lock-up', values: effects.costs },
  ]
  return { rows: all.filter((row) => row.values.length > 0), none: all.filter((row) => row.values.length === 0).map((row) => row.title.toLowerCase()) }
}

/** The words of a command as one line that means the same in that system's shell. */
export function commandLine(words: readonly string[], platform: Platform): string {
  return words.map((word) => (platform === 'win32' ? quotedForWindows(word) : quotedForPosix(word))).join(' ')
}

function quotedForPosix(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`
}

function quotedForWindows(word: string): string {
  return /^[\w@+=:,./\\-]+$/.test(word) ? word : `"${word.replace(/"/g, '\\"')}"`
}

/** Each as a sentence of its own, in a row. */
export function sentences(lines: readonly string[]): string {
  return lines.map(asSentence).join(' ')
}

/** Which answers still stand by their names in what the step runs or shows. */
export function standIns(step: Pick<StepState, 'command' | 'environment' | 'byHand'>, labels: ReadonlyMap<string, string>): { name: string; label: string }[] {
  const text = [...(step.command ?? []), ...(step.environment ?? []), step.byHand ?? ''].join(' ')
  return [...labels].filter(([name]) => text.includes(`{${name}}`)).map(([name, label]) => ({ name, label }))
}

/** Whether all that the step has to be told is there. */
export function hasAnswers(step: Pick<StepState, 'fields' | 'answers' | 'storedSince'>): boolean {
  return step.fields.every((field) => !field.isRequired || (step.answers[field.id] ?? '') !== '' || step.storedSince[field.id] !== undefined)
}

/** "412 MiB of 1.2 GiB", or what is there where the whole is not known. */
export function progressWords({ doneBytes, totalBytes }: { doneBytes: number; totalBytes: number | null }): string {
  return totalBytes === null ? `${formatBytes(doneBytes)} so far` : `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`
}
