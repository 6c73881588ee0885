/**
 * A worker's line to whoever started it: the same under Node's `fork` and under Electron's `utilityProcess`.
 * A worker whose starter is gone ends itself, so that no process is left behind.
 */

export interface WorkerPort {
  /** Structured-clone data; dropped once the starter is gone. */
  send(message: unknown): void
  /** Messages that came before the first listener are kept for it. */
  onMessage(listener: (message: unknown) => void): void
  /** The starter is gone; the process ends right after the listeners. */
  onClose(listener: () => void): void
}

/** What Electron puts on `process` in a utility process; its own types are for main/desktop alone. */
interface ParentPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown
}

/** Throws where the process was not started as a worker. */
export function openWorkerPort(): WorkerPort {
  const listeners: ((message: unknown) => void)[] = []
  const closers: (() => void)[] = []
  let early: unknown[] = []

  function receive(message: unknown): void {
    if (listeners.length === 0) early.push(message)
    for (const listener of [...listeners]) listener(message)
  }
  function close(): void {
    try {
      for (const closer of closers) closer()
    } finally {
      process.exit(0)
    }
  }

  const parentPort = (process as { parentPort?: ParentPort }).parentPort
  const post = parentPort ? joinUtilityProcess(parentPort, receive) : joinFork(receive, close)

  return {
    send: post,
    onMessage(listener) {
      listeners.push(listener)
      const waiting = early
      early = []
      for (const message of waiting) listener(message)
    },
    onClose: (listener) => void closers.push(listener),
  }
}

/** Chromium ends a utility process with its browser process, so there is no "close" to hear. */
function joinUtilityProcess(port: ParentPort, receive: (message: unknown) => void): (message: unknown) => void {
  port.on('message', (event) => receive(event.data))
  return (message) => port.postMessage(message)
}

function joinFork(receive: (message: unknown) => void, close: () => void): (message: unknown) => void {
  if (!process.send || !process.connected) throw new Error('This file is a worker of Idlewatt and cannot be run by itself.')
  process.on('message', receive)
  process.once('disconnect', close)
  return (message) => {
    if (process.connected) process.send?.(message, undefined, undefined, ignoreGone)
  }
}

/** The starter may go away between the check and the sending; `disconnect` then ends the worker. */
function ignoreGone(): void {}
