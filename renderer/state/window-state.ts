/** Everything this window knows, for `useSyncExternalStore`: the app's state as last heard, and how the link is. */
import type { State } from '../../shared/state.ts'
import type { Connection, LinkStatus } from '../connection/index.ts'
import { awaitSnapshot, emptyView, isUpdate, takeSnapshot, takeUpdate, type View } from './merge.ts'

export interface WindowState {
  /** null until the first snapshot. */
  state(): State | null
  link(): LinkStatus
  /** Why the snapshot could not be read; null: it could. */
  readFailure(): string | null
  subscribe(listener: () => void): () => void
  readAgain(): void
  close(): void
}

export function createWindowState(connection: Connection): WindowState {
  let view: View = emptyView
  let link: LinkStatus = { phase: 'connecting', since: Date.now() }
  let readFailure: string | null = null
  let stream = 0
  let reading = false
  let gapWhileReading = false
  const listeners = new Set<() => void>()

  function tell(): void {
    for (const listener of [...listeners]) listener()
  }

  async function read(): Promise<void> {
    if (reading) {
      gapWhileReading = true
      return
    }
    reading = true
    const ofStream = stream
    const reply = await connection.ask('state.read', null)
    reading = false
    if (ofStream !== stream) return read()
    if (reply.ok) view = takeSnapshot(view, reply.value)
    readFailure = reply.ok ? null : reply.failure.message
    tell()
    if (gapWhileReading && reply.ok) {
      gapWhileReading = false
      return read()
    }
  }

  const stop = connection.listen({
    onOpen() {
      stream += 1
      view = awaitSnapshot(view)
      gapWhileReading = false
      if (!reading) void read()
    },
    onUpdate(update) {
      if (!isUpdate(update)) return
      const taken = takeUpdate(view, update)
      if (taken.view === view) return
      view = taken.view
      tell()
      if (taken.gap) void read()
    },
    onLink(next) {
      link = next
      tell()
    },
  })

  return {
    state: () => view.state,
    link: () => link,
    readFailure: () => readFailure,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    readAgain: () => void read(),
    close: stop,
  }
}
