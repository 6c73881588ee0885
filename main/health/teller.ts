/** Keeps what was told, what is on its way and what has still to be told, and hands messages to the channels. */
import type { Alert } from '../../shared/health.ts'
import type { Settings } from '../../shared/settings.ts'
import type { Clock } from '../system/clock.ts'
import type { Telling } from './message.ts'
import { decideTelling, toldBefore, type EndedAlert, type TellingMemory } from './telling.ts'

/** After every channel has given a message up, it is tried afresh so much later, if the alert still lasts. */
const tryAfreshMs = 3_600_000
/** Ends of alerts that wait for quiet hours to be over. */
const endsKept = 200

export interface Teller {
  ended(alert: Alert, lastedMs: number): void
  /** Tells what is due now. */
  tell(now: { steadyMs: number; open: readonly Alert[]; hasChannel: boolean }): void
  /** What became of a message. */
  settled(telling: Telling, arrived: boolean): void
  /** A way was set up or works again: what had been given up is told at once. */
  tryAgain(): void
}

export interface TellerOptions {
  clock: Clock
  settings(): Settings
  machineName: string
  /** Of an earlier run: open and ended ones. */
  saved: readonly Alert[]
  /** false: there is no channel. */
  deliver(telling: Telling): boolean
  onTold(told: { id: string; since: number }[]): void
}

export function createTeller(options: TellerOptions): Teller {
  const { clock } = options
  let steadyMs = 0
  let memory = toldBefore(options.saved, clock.now(), 0)
  let ends: EndedAlert[] = []
  const busy = new Set<string>()
  const afreshAtMs = new Map<string, number>()
  /** What was known to be told before a message went out, should it never arrive. */
  const before = new Map<Telling, TellingMemory['told']>()

  function settled(telling: Telling, arrived: boolean): void {
    const known = before.get(telling) ?? {}
    before.delete(telling)
    const told: { id: string; since: number }[] = []
    for (const { id, since, kind } of telling.alerts) {
      if (kind === 'ended') continue
      busy.delete(id)
      if (arrived) told.push({ id, since })
      else {
        afreshAtMs.set(id, steadyMs + tryAfreshMs)
        const { [id]: _untold, ...rest } = memory.told
        memory = { ...memory, told: known[id] ? { ...rest, [id]: known[id] } : rest }
      }
    }
    if (told.length > 0) options.onTold(told)
  }

  return {
    ended(alert, lastedMs) {
      if (alert.toldAt !== null || busy.has(alert.id)) ends = [...ends, { alert, lastedMs }].slice(-endsKept)
      afreshAtMs.delete(alert.id)
    },
    tell(now) {
      steadyMs = now.steadyMs
      for (const [id, at] of afreshAtMs) if (steadyMs >= at) afreshAtMs.delete(id)
      if (!now.hasChannel) {
        ends = []
        return
      }
      const known = memory.told
      const decision = decideTelling(
        { open: now.open, ended: ends, busy: new Set([...busy, ...afreshAtMs.keys()]), settings: options.settings(), machine: options.machineName, now: clock.now(), steadyMs },
        memory,
      )
      memory = decision.memory
      ends = ends.filter((one) => !decision.done.has(one))
      for (const telling of decision.tellings) {
        for (const alert of telling.alerts) if (alert.kind !== 'ended') busy.add(alert.id)
        before.set(telling, known)
        if (!options.deliver(telling)) settled(telling, false)
      }
    },
    settled,
    tryAgain: () => afreshAtMs.clear(),
  }
}
