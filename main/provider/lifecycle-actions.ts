/** What a change of status calls for, when the next tick is due, and what is told of it. Pure. */
import type { HistoryEventId } from '../../shared/history.ts'
import { isActive, killAgainMs, killAnswersMs, type LifecycleRules, type LifecycleStatus } from './lifecycle-status.ts'

/** `let-go`: nothing of it runs any more, what was held of the run can be dropped. */
export type LifecycleAction = 'spawn' | 'ask-to-finish' | 'ask-to-end' | 'kill' | 'let-go'

export function actionsOf(before: LifecycleStatus, after: LifecycleStatus, rules: LifecycleRules): LifecycleAction[] {
  const actions: LifecycleAction[] = []
  if (before.run !== null && after.run === null) actions.push('let-go')
  if (isSpawning(after) && !isSpawning(before)) actions.push('spawn')
  if (after.phase === 'finishing' && before.phase !== 'finishing' && rules.finish.how === 'signal') actions.push('ask-to-finish')
  if (after.run !== null && after.stopStep !== null && (after.stopTries !== before.stopTries || before.stopStep === null)) actions.push(after.stopStep === 'asked' ? 'ask-to-end' : 'kill')
  return actions
}

/** A start is under way and has no process yet. */
export function isSpawning(status: LifecycleStatus): boolean {
  return status.phase === 'starting' && status.run === null
}

/** ms since epoch; null: only something that happens can change it. */
export function nextTickAt(status: LifecycleStatus, rules: LifecycleRules): number | null {
  if (status.phase === 'waiting') return status.engineLost === null && status.duplicate === null ? status.retryAt : null
  if (status.run === null) return null
  if (status.phase === 'starting') return status.engineLost === null ? status.since + rules.readyWithinMs : null
  if (status.phase === 'finishing') return status.since + rules.finish.mostMs
  if (status.triedAt === null) return null
  if (status.phase === 'stop-failed') return status.triedAt + killAgainMs
  return status.triedAt + (status.stopStep === 'killed' ? killAnswersMs : rules.graceMs)
}

export function toldOf(before: LifecycleStatus, after: LifecycleStatus): { id: HistoryEventId; sentence: string }[] {
  const told: { id: HistoryEventId; sentence: string }[] = []
  const isNewly = (phase: LifecycleStatus['phase']): boolean => after.phase === phase && before.phase !== phase
  if (before.run === null && after.run !== null) told.push(after.run.adopted ? { id: 'provider-adopted', sentence: after.because } : { id: 'provider-started', sentence: 'It was started.' })
  if (before.phase === 'starting' && after.phase === 'running') told.push({ id: 'provider-ready', sentence: after.because })
  if (isNewly('finishing')) told.push({ id: 'provider-finishing', sentence: after.because })
  if (isActive(before) && (isNewly('stopped') || isNewly('not-set-up'))) told.push({ id: 'provider-stopped', sentence: after.because })
  if (after.inRow > before.inRow) told.push({ id: 'provider-died', sentence: after.failures.at(-1) !== before.failures.at(-1) ? (after.failures.at(-1)?.sentence ?? after.because) : after.because })
  if (isNewly('stop-failed')) told.push({ id: 'provider-stop-failed', sentence: after.because })
  if (isNewly('failed')) told.push({ id: 'provider-gave-up', sentence: after.because })
  if (after.reading?.activity === 'unhealthy' && before.reading?.activity !== 'unhealthy') told.push({ id: 'provider-unhealthy', sentence: after.reading.sentence })
  if (after.duplicate !== null && before.duplicate === null) told.push({ id: 'provider-duplicate', sentence: after.duplicate })
  return told
}
