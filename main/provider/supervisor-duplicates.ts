/** Tells of others of the same software that Idlewatt did not start: processes, containers of another Idlewatt, one container too many. */
import { hasContainers } from './fold-presence.ts'
import type { LifecycleEvent, LifecycleStatus } from './lifecycle-status.ts'
import type { Body } from './supervisor-body.ts'
import type { SupervisorOptions } from './supervisor-layers.ts'
import type { Senses } from './supervisor-senses.ts'

export interface Duplicates {
  /** In words; null: none. Looks at all processes of the machine. */
  now(): string | null
  hasCopies(): boolean
  /** After every look at the containers. */
  notice(status: LifecycleStatus): void
  /** Now and then, since processes tell nothing by themselves. */
  beat(status: LifecycleStatus): void
}

const copiesEveryMs = 30_000

export function createDuplicates({ options, senses, body, dispatch }: { options: SupervisorOptions; senses: Senses; body: Body; dispatch(event: LifecycleEvent): void }): Duplicates {
  const { definition } = options.entry
  let lookedAt = Number.NEGATIVE_INFINITY

  function copies(): string | null {
    const [copy] = options.layers.findCopies(definition.processes, body.pids())
    return copy === undefined ? null : `A copy of it that Idlewatt did not start is running (${copy.program}, process ${copy.pid}). Close that one first: two of them would work against each other.`
  }

  return {
    now: () => senses.foreign() ?? copies(),
    hasCopies: () => copies() !== null,
    notice(status) {
      if (!hasContainers(definition)) return
      const seen = senses.foreign() ?? (status.run === null ? null : senses.doubled())
      if (seen !== null || (status.duplicate !== null && copies() === null)) dispatch({ kind: 'duplicate', sentence: seen })
    },
    beat(status) {
      if (!status.isSetUp || definition.processes.length === 0 || options.steadyMs() - lookedAt < copiesEveryMs) return
      lookedAt = options.steadyMs()
      if (senses.foreign() === null && senses.doubled() === null) dispatch({ kind: 'duplicate', sentence: copies() })
    },
  }
}
