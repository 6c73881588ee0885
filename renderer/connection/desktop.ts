/** The desktop door: the preload's bridge. The app and its window live and die together, so the link is always open. */
import type { Bridge, Reply, RequestAnswer } from '../../shared/requests.ts'
import { connectionFailure, type Connection } from './connection.ts'

export function connectDesktop(bridge: Bridge): Connection {
  return {
    door: 'desktop',
    async ask(name, input) {
      try {
        return (await bridge.ask(name, input)) as Reply<RequestAnswer<typeof name>>
      } catch {
        return connectionFailure('Idlewatt did not answer. Close this window and open it again.')
      }
    },
    listen(listener) {
      const stop = bridge.onUpdate((update) => listener.onUpdate(update))
      listener.onLink({ phase: 'open' })
      listener.onOpen()
      return stop
    },
    retryNow() {},
  }
}
