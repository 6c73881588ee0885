/** How updates and snapshots become one view: older revisions are dropped, gaps are noticed. Pure. */
import type { State, StatePart, StateSnapshot, StateUpdate } from '../../shared/state.ts'

export interface View {
  state: State | null
  /** null: a snapshot is awaited, and what arrives meanwhile is kept in `early`. */
  revisions: Record<StatePart, number> | null
  early: StateUpdate[]
}

export const emptyView: View = { state: null, revisions: null, early: [] }

/** The stream began anew, perhaps from a new process whose revisions start over: keep what is drawn, trust no revision. */
export function awaitSnapshot(view: View): View {
  return { state: view.state, revisions: null, early: [] }
}

/** A gap means that something was missed; the part itself arrives whole and is taken all the same. */
export function takeUpdate(view: View, update: StateUpdate): { view: View; gap: boolean } {
  if (!view.state || !view.revisions) return { view: { ...view, early: [...view.early, update] }, gap: false }
  const known = view.revisions[update.part]
  if (known === undefined || update.revision <= known) return { view, gap: false }
  return {
    view: {
      state: { ...view.state, [update.part]: update.value },
      revisions: { ...view.revisions, [update.part]: update.revision },
      early: [],
    },
    gap: update.revision > known + 1,
  }
}

export function takeSnapshot(view: View, snapshot: StateSnapshot): View {
  if (!view.revisions || !view.state) {
    const fresh: View = { state: snapshot.state, revisions: snapshot.revisions, early: [] }
    return view.early.reduce((merged, update) => takeUpdate(merged, update).view, fresh)
  }
  // A re-read after a gap: parts that were pushed meanwhile are newer than the snapshot.
  const state: Record<string, unknown> = { ...view.state }
  const revisions = { ...view.revisions }
  for (const part of Object.keys(snapshot.revisions) as StatePart[]) {
    if (snapshot.revisions[part] <= (revisions[part] ?? 0)) continue
    state[part] = snapshot.state[part]
    revisions[part] = snapshot.revisions[part]
  }
  return { state: state as unknown as State, revisions, early: [] }
}

export function isUpdate(value: unknown): value is StateUpdate {
  if (typeof value !== 'object' || value === null) return false
  const update = value as Partial<StateUpdate>
  return typeof update.part === 'string' && typeof update.revision === 'number' && typeof update.value === 'object'
}
