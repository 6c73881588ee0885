/** What `idlewatt enrol` prints: where an enrolment stands, and what comes next. Pure. */
import type { EnrolmentState, StepField, StepPhase, StepState } from '../../shared/enrolment.ts'
import { bullet, count, drawTable, wrap } from './output.ts'
import { timeText } from './times.ts'

export const phaseWords: Record<StepPhase, string> = {
  open: 'to do',
  'waits-for-you': 'waits for you',
  doing: 'under way',
  verifying: 'being checked',
  done: 'done',
  'found-done': 'was done already',
  failed: 'FAILED',
  blocked: 'BLOCKED',
  'left-out': 'left out',
  undoing: 'being undone',
  undone: 'undone',
  'undo-failed': 'NOT UNDONE',
}

/** Where it stands: every step that concerns this machine with its phase, and what comes next. */
export function enrolmentText(state: EnrolmentState, title: string, again = ''): string {
  const concerned = state.steps.filter(({ phase }) => phase !== 'left-out')
  const leftOut = state.steps.length - concerned.length
  const table = drawTable(
    [{ head: 'Step', flexible: true }, { head: 'State' }, { head: 'Why, and what to do', flexible: true, least: 30 }],
    concerned.map((step) => [`${step.title}\n${step.id}`, phaseWords[step.phase], step.phase === 'waits-for-you' ? waitingText(step) || (step.because ?? '') : [step.because, step.remedy].filter(Boolean).join('\n')]),
  )
  const agreed = state.consent === null ? 'Not agreed to yet: see everything with --dry-run first.' : `Agreed on ${timeText(state.consent.at)}.`
  const parts = [
    heading(title),
    wrap(agreed),
    ...(state.blocked === null ? [] : [wrap(`In the way: ${state.blocked}`)]),
    table,
    ...(leftOut === 0 ? [] : [`${count(leftOut, 'step')} for other systems left out.`]),
    ...(state.remains ?? []).map((one) => bullet(`What remains: ${one}`)),
    nextText(state, again),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

/** The one call that leads on. */
function nextText(state: EnrolmentState, again: string): string {
  const enrol = `idlewatt enrol ${state.programmeId}`
  const waiting = state.steps.find(({ phase }) => phase === 'waits-for-you')
  const failed = state.steps.find(({ phase }) => phase === 'failed' || phase === 'blocked')
  const [open] = waiting === undefined ? [] : missingOf(waiting)
  if (state.phase === 'left' || state.phase === 'set-up' || state.phase === 'leaving') return ''
  if (state.consent === null && waiting === undefined) return `Next: ${enrol} --dry-run${again}`
  if (failed) return failed.can.do || failed.can.retry ? `Next: ${enrol} --do ${failed.id}${again}` : ''
  if (open) return `Next: ${enrol} ${open.kind === 'secret' ? `--secret ${open.id}${again} < FILE` : `--answer ${open.id}=…${again}`}`
  if (waiting?.can.confirm) return `Next: ${enrol} --confirm ${waiting.id}${again}`
  return state.steps.some(({ can }) => can.do || can.retry) ? `Next: ${enrol} --continue${again}` : ''
}

function missingOf(step: StepState): StepField[] {
  return step.fields.filter(({ id, isRequired }) => isRequired && step.answers[id] === undefined && step.storedSince[id] === undefined)
}

function waitingText(step: StepState): string {
  const asks = missingOf(step).map(({ id, label, kind, choices }) => `${label}: ${kind === 'secret' ? `--secret ${id}` : `--answer ${id}=…`}${choices.length === 0 ? '' : ` (${choices.map(({ value }) => value).join(', ')})`}`)
  return [...step.todo, ...(step.url === null ? [] : [step.url]), ...asks, ...(step.can.confirm ? [`When it is done: --confirm ${step.id}`] : [])].join('\n')
}

export function heading(text: string): string {
  return `${text}\n${'═'.repeat(text.length)}`
}
