/** Loaded before a worker by the Electron stand-in: gives it `process.parentPort`, as a utility process has, and takes Node's own line away. */
const send = process.send?.bind(process)
const listeners = new Set<(event: { data: unknown }) => void>()
let early: unknown[] = []

process.on('message', (data) => {
  if (listeners.size === 0) early.push(data)
  for (const listener of listeners) listener({ data })
})
// Chromium ends a utility process with the process that started it.
process.on('disconnect', () => process.exit(0))

Object.assign(process, {
  send: undefined,
  parentPort: {
    postMessage: (message: unknown) => send?.(message),
    on(event: string, listener: (event: { data: unknown }) => void) {
      if (event !== 'message') return
      listeners.add(listener)
      const waiting = early
      early = []
      for (const data of waiting) listener({ data })
    },
  },
})
