/** Why software cannot be started now, and what is said of software that nothing watches. Pure. */
import type { Platform } from '../../shared/machine.ts'
import { NotPossible } from '../system/not-possible.ts'
import { hasContainers } from './fold-presence.ts'
import type { SoftwareEntry } from './index.ts'
import { isActive, type LifecycleStatus } from './lifecycle-status.ts'
import type { SupervisorOptions } from './supervisor-layers.ts'

const systems: Record<Platform, string> = { linux: 'Linux', win32: 'Windows', darwin: 'macOS', freebsd: 'FreeBSD', openbsd: 'OpenBSD', unknown: 'a system that Idlewatt does not know' }

/** null: nothing stands in the way. */
export function refusalOf({ definition, title }: SoftwareEntry, { source, docker }: Pick<SupervisorOptions, 'source' | 'docker'>, status: LifecycleStatus): string | null {
  if (definition.kind === 'observed') return `${title} is only looked at by Idlewatt. Start and stop it in its own programme.`
  if (source.recorded !== null) return 'This is a recorded machine, on which nothing can be started.'
  if (!definition.platforms.includes(source.platform)) return `${title} runs on ${definition.platforms.map((platform) => systems[platform]).join(' and ')} only. This computer has ${systems[source.platform]}.`
  if (hasContainers(definition) && docker === null) return `${title} needs Docker, which is not available here. Install Docker and start it, then try again.`
  if (!status.isSetUp && !isActive(status)) return `${title} is not set up on this computer yet. Go through its set-up steps first.`
  return null
}

/** What is said beside the status; null: nothing. */
export function hintOf({ phase, run }: LifecycleStatus, on: { isWatched: boolean; mayAct: boolean; fault: string | null }): string | null {
  const unwatched = on.isWatched ? null : unwatchedHint(phase, run !== null, on.mayAct)
  return [unwatched, on.fault].filter((hint) => hint !== null).join(' ') || null
}

function unwatchedHint(phase: LifecycleStatus['phase'], isThere: boolean, mayAct: boolean): string | null {
  if (phase === 'waiting') return 'Nothing starts it while Idlewatt is not open.'
  if (!isThere) return null
  if (phase === 'stopping' || phase === 'stop-failed') return mayAct ? null : 'Nothing ends it while Idlewatt is not open: stop it again, or open Idlewatt.'
  return 'Nothing watches it while Idlewatt is not open.'
}

export function notThere(programmeId: string): NotPossible {
  return new NotPossible(`There is no provider software called "${programmeId}". "providers list" shows what there is.`)
}
