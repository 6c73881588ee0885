/** Provider software as pages need it: what state it is in, in a word and a tone, and whether it needs somebody. Pure. */
import type { EnrolmentState } from '../../shared/enrolment.ts'
import type { Activity, NotEarningCause, ProviderPhase, ProviderState } from '../../shared/provider.ts'

export interface Mark {
  word: string
  icon: 'yes' | 'maybe' | 'fix' | 'no' | 'unknown' | 'warning' | 'clock' | 'wait' | 'play' | 'stop'
  tone: 'good' | 'open' | 'fix' | 'bad' | 'unknown'
}

const phaseMarks: Record<Exclude<ProviderPhase, 'running'>, Mark> = {
  'not-set-up': { word: 'Not set up', icon: 'unknown', tone: 'unknown' },
  stopped: { word: 'Stopped', icon: 'stop', tone: 'unknown' },
  starting: { word: 'Starting', icon: 'wait', tone: 'open' },
  finishing: { word: 'Finishing its work', icon: 'wait', tone: 'open' },
  stopping: { word: 'Stopping', icon: 'wait', tone: 'open' },
  'stop-failed': { word: 'Could not be stopped', icon: 'warning', tone: 'bad' },
  waiting: { word: 'Waiting to start again', icon: 'clock', tone: 'fix' },
  failed: { word: 'Given up', icon: 'no', tone: 'bad' },
}

const runningMarks: Record<Activity, Mark> = {
  starting: { word: 'Getting ready', icon: 'wait', tone: 'open' },
  ready: { word: 'Ready', icon: 'yes', tone: 'good' },
  working: { word: 'Working', icon: 'yes', tone: 'good' },
  idle: { word: 'Ready, without work', icon: 'maybe', tone: 'open' },
  unhealthy: { word: 'Not well', icon: 'warning', tone: 'bad' },
  unknown: { word: 'Running', icon: 'maybe', tone: 'open' },
}

export function markOf(state: Pick<ProviderState, 'phase' | 'activity' | 'cause'>): Mark {
  if (state.phase !== 'running') return phaseMarks[state.phase]
  // Without work for lack of demand is nobody's fault; broken here is the user's to mend.
  if (state.cause === 'broken-here' && state.activity !== 'unhealthy') return { word: 'Running, broken here', icon: 'warning', tone: 'bad' }
  return runningMarks[state.activity ?? 'unknown']
}

export const causeWords: Record<NotEarningCause, string> = {
  'no-demand': 'nobody asks for it now',
  'not-eligible': 'the network does not give it work',
  'broken-here': 'something on this machine stands in the way',
  unknown: 'why cannot be told',
}

/** What only its owner can put right. */
export function needsUser(state: ProviderState): boolean {
  return state.phase === 'failed' || state.phase === 'stop-failed' || state.duplicate !== null || (state.phase === 'running' && (state.activity === 'unhealthy' || state.cause === 'broken-here'))
}

/** Whether anything of it has been set up, or runs here. */
export function isEnrolled(enrolment: EnrolmentState | undefined, provider: ProviderState | undefined): boolean {
  if (provider !== undefined && provider.phase !== 'not-set-up') return true
  return enrolment?.phase === 'set-up' || isUnderWay(enrolment)
}

/** Whether the user has begun to set it up and it is not done. */
export function isUnderWay(enrolment: EnrolmentState | undefined): boolean {
  if (enrolment === undefined) return false
  // It is looked at, or asked about again, in the middle of setting up as well.
  const isAskedAbout = enrolment.phase === 'checking' || enrolment.phase === 'consent'
  return enrolment.phase === 'setting-up' || enrolment.phase === 'leaving' || (isAskedAbout && enrolment.startedAt !== null)
}

const settled: ReadonlySet<string> = new Set(['done', 'found-done', 'left-out'])

/** "3 of 9 steps"; steps that do not concern this machine count on neither side. */
export function stepsDone(enrolment: EnrolmentState): { done: number; all: number } {
  const concerned = enrolment.steps.filter((step) => step.phase !== 'left-out')
  return { done: concerned.filter((step) => settled.has(step.phase)).length, all: concerned.length }
}
