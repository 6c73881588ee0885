/** Messages of a worker: those that come before anybody listens are kept, in order, for the first listener. */
export interface Inbox {
  take(message: unknown): void
  listen(listener: (message: unknown) => void): void
}

export function createInbox(): Inbox {
  const listeners: ((message: unknown) => void)[] = []
  let early: unknown[] = []
  return {
    take(message) {
      if (listeners.length === 0) early.push(message)
      for (const listener of [...listeners]) listener(message)
    },
    listen(listener) {
      listeners.push(listener)
      const waiting = early
      early = []
      for (const message of waiting) listener(message)
    },
  }
}
