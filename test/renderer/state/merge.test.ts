/** How the window merges snapshots and updates: nothing old wins over something new, and a gap is noticed. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { State, StatePart, StateSnapshot, StateUpdate } from '../../../shared/state.ts'
import { awaitSnapshot, emptyView, isUpdate, takeSnapshot, takeUpdate, type View } from '../../../renderer/state/merge.ts'
import { state } from '../../gallery/parts.ts'

const parts = Object.keys(state()) as StatePart[]
function snapshot(revision: number, mark: string): StateSnapshot {
  return { state: { ...state(), app: { ...state().app, version: mark } }, revisions: Object.fromEntries(parts.map((part) => [part, revision])) as StateSnapshot['revisions'] }
}
function update(revision: number, mark: string): StateUpdate {
  return { part: 'app', revision, value: { ...state().app, version: mark } }
}
const versionOf = (view: View) => view.state?.app.version

describe('merging', () => {
  it('keeps updates that come before the snapshot and applies the newer ones', () => {
    let { view } = takeUpdate(emptyView, update(7, 'old'))
    view = takeUpdate(view, update(9, 'new')).view
    view = takeSnapshot(view, snapshot(8, 'snapshot'))
    expect(versionOf(view)).toBe('new')
    expect(view.revisions?.app).toBe(9)
  })

  it('drops an update that is not newer', () => {
    const view = takeSnapshot(emptyView, snapshot(5, 'snapshot'))
    expect(takeUpdate(view, update(5, 'late')).view).toBe(view)
    expect(takeUpdate(view, update(4, 'later')).gap).toBe(false)
  })

  it('takes an update after a gap and says that there was one', () => {
    const view = takeSnapshot(emptyView, snapshot(5, 'snapshot'))
    const taken = takeUpdate(view, update(8, 'jumped'))
    expect(taken.gap).toBe(true)
    expect(versionOf(taken.view)).toBe('jumped')
  })

  it('does not let a snapshot that was read during a gap undo what came meanwhile', () => {
    let view = takeSnapshot(emptyView, snapshot(5, 'snapshot'))
    view = takeUpdate(view, update(8, 'pushed')).view
    view = takeSnapshot(view, snapshot(7, 'read late'))
    expect(versionOf(view)).toBe('pushed')
    expect(view.revisions?.gpus).toBe(7)
  })

  it('believes a restarted app whose revisions begin anew', () => {
    let view = takeSnapshot(emptyView, snapshot(500, 'before'))
    view = awaitSnapshot(view)
    expect(versionOf(view)).toBe('before')
    view = takeSnapshot(view, snapshot(1, 'after'))
    expect(versionOf(view)).toBe('after')
  })

  it('ends with the newest revision, whatever the order of arrival', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), fc.integer({ min: 1, max: 40 }), fc.nat(), (revisions, read, when) => {
        let view: View = emptyView
        revisions.forEach((revision, i) => {
          if (i === when % revisions.length) view = takeSnapshot(view, snapshot(read, `v${read}`))
          view = takeUpdate(view, update(revision, `v${revision}`)).view
        })
        expect(versionOf(view)).toBe(`v${Math.max(read, ...revisions)}`)
      }),
    )
  })

  it('tells an update from noise', () => {
    expect(isUpdate(update(1, 'x'))).toBe(true)
    for (const noise of [null, 3, 'x', {}, { part: 'app' }, { part: 1, revision: 2, value: {} }]) expect(isUpdate(noise)).toBe(false)
  })

  it('leaves parts it does not know alone', () => {
    const view = takeSnapshot(emptyView, snapshot(5, 'snapshot'))
    expect(takeUpdate(view, { part: 'weather', revision: 1, value: {} } as unknown as StateUpdate).view).toBe(view)
    expect(Object.keys(view.state as State)).toEqual(parts)
  })
})
