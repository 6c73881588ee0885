/** The only mutable state: parts with revisions, and whoever listens. Main writes, windows read. */
import type { State, StatePart, StateSnapshot, StateUpdate } from '../../shared/state.ts'

export interface Store {
  read<Part extends StatePart>(part: Part): State[Part]
  /** Replaces one part and tells every listener; the same object again is no change. */
  write<Part extends StatePart>(part: Part, value: State[Part]): void
  change<Part extends StatePart>(part: Part, how: (value: State[Part]) => State[Part]): void
  snapshot(): StateSnapshot
  subscribe(listener: (update: StateUpdate) => void): () => void
}

export function createStore(initial: State): Store {
  const state: State = { ...initial }
  const parts = Object.keys(initial) as StatePart[]
  const revisions = Object.fromEntries(parts.map((part) => [part, 1])) as Record<StatePart, number>
  const listeners = new Set<(update: StateUpdate) => void>()

  function write<Part extends StatePart>(part: Part, value: State[Part]): void {
    if (state[part] === value) return
    state[part] = value
    revisions[part] += 1
    const update = { part, revision: revisions[part], value } as StateUpdate
    for (const listener of [...listeners]) listener(update)
  }

  return {
    read: (part) => state[part],
    write,
    change: (part, how) => write(part, how(state[part])),
    snapshot: () => ({ state: { ...state }, revisions: { ...revisions } }),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
