/** What an event means where nothing may be done about it: a look that starts, ends, keeps and tells nothing. Pure. */
import { lifecycle } from './lifecycle.ts'
import { actionsOf } from './lifecycle-actions.ts'
import type { LifecycleEvent, LifecycleRules, LifecycleStatus } from './lifecycle-status.ts'

/** A phase that lives by being acted on is not entered: nothing "is being stopped" that nobody stops. */
export function foreseen(before: LifecycleStatus, event: LifecycleEvent, now: number, rules: LifecycleRules): LifecycleStatus {
  const after = lifecycle(before, event, now, rules)
  const needsAct = actionsOf(before, after, rules).some((action) => action !== 'let-go')
  if (!needsAct) return after
  if (event.kind === 'reading') return { ...before, reading: event.reading }
  if (event.kind === 'ended') return { ...before, because: event.isGone ? event.sentence : `${event.sentence} What is left of it runs on until you stop it or open Idlewatt.` }
  return before
}
