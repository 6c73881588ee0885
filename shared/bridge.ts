/** The one opening between main and a window: what the preload shows to the page, and the channels it uses. */
import type { Reply } from './requests.ts'

/** What the preload puts on `window.idlewatt`: asks, and hears of state updates. Nothing else crosses. */
export interface Bridge {
  ask(name: string, input: unknown): Promise<Reply<unknown>>
  /** Calls back with every state update until the returned function is called. */
  onUpdate(listener: (update: unknown) => void): () => void
}

/** IPC channel names of the desktop door; the same two words serve as paths of the headless one. */
export const channels = { ask: 'ask', updates: 'updates' } as const
