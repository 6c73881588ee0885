/** "I need my GPU": pauses everything for an hour, and says what that stopped and whether the memory came free. */
import type { PolicyState } from '../../shared/policy-state.ts'
import type { State } from '../../shared/state.ts'
import { askHandlers } from '../api/control.ts'
import type { App } from '../app.ts'
import type { Host } from '../host.ts'
import type { Clock } from '../system/clock.ts'
import type { Log } from '../system/log.ts'
import { momentWords } from '../system/moment-words.ts'
import { pauseOfAll, programmeTitle, runningPhases } from './tray-words.ts'

export interface NeedCardParts {
  house: Pick<App, 'handlers' | 'store'>
  notify: NonNullable<Host['notify']>
  clock: Clock
  log: Log
}

export const needCardMinutes = 60
/** Memory is free again within 10 s, or it is said that it is not. */
const watchMs = 20_000

export async function needCard({ house, notify, clock, log }: NeedCardParts): Promise<void> {
  const { store } = house
  const pressedAt = clock.now()
  const before = store.read('programmes').providers.filter(({ phase }) => runningPhases.has(phase) && phase !== 'waiting')
  const reply = await askHandlers(house.handlers, log, 'policy.override', { kind: 'pause', minutes: needCardMinutes })
  if (!reply.ok) return notify({ title: 'Nothing was paused', body: reply.failure.message, isUrgent: true })
  notify({ ...pausedWords(reply.value, before, { networks: store.read('networks'), programmes: store.read('programmes') }, clock.now()), isUrgent: false })
  if (before.length === 0) return

  const told = new Set<string>()
  const unsubscribe = store.subscribe(({ part }) => {
    if (part !== 'policy') return
    for (const { programmeId, gpuId, at, isOver, afterMs, sentence } of store.read('policy').freed) {
      const key = `${programmeId}|${gpuId}`
      // A second of doubt: the policy may have looked at its clock first.
      if (!isOver || afterMs !== null || at < pressedAt - 1000 || told.has(key)) continue
      told.add(key)
      notify({ title: 'Memory of your GPU is still taken', body: sentence, isUrgent: true })
    }
  })
  clock.after(watchMs, unsubscribe)
}

/** What a notification says of it. Pure. */
export function pausedWords(policy: PolicyState, before: State['programmes']['providers'], names: Pick<State, 'networks' | 'programmes'>, now: number): { title: string; body: string } {
  const until = pauseOfAll(policy, now)?.until ?? null
  const titles = (all: typeof before): string => all.map(({ programmeId }) => programmeTitle(programmeId, names)).join(', ')
  const [managed, observed] = [before.filter(({ kind }) => kind === 'managed'), before.filter(({ kind }) => kind === 'observed')]
  const sentences = [
    ...(policy.notActing === null ? [] : [policy.notActing]),
    managed.length > 0 ? `Stopping now: ${titles(managed)}.` : 'Nothing of Idlewatt was running.',
    ...(observed.length > 0 ? [`Idlewatt did not start ${titles(observed)} and does not stop ${observed.length === 1 ? 'it' : 'them'}: stop ${observed.length === 1 ? 'it' : 'them'} by hand.`] : []),
  ]
  return { title: until === null ? 'Paused until you resume' : `Paused until ${momentWords(until, now, policy.zone)}`, body: sentences.join(' ') }
}
