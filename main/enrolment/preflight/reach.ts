/** Whether servers can be reached from here: a TCP connection each that is closed at once; a person types `nc -vz HOST PORT`. */
import { connect } from 'node:net'
import type { Known, MachineReadings } from '../../../shared/preflight.ts'
import { hasCode } from '../../system/file-errors.ts'
import { connectionErrorWords } from '../../system/http.ts'
import { askedServer, readServer, type AskingRules, type Server } from './addresses.ts'
import { known, notKnown } from './known.ts'
import type { PartContext } from './part.ts'

const connectMs = 3_000

export async function readReaches({ reaches, rules, signal }: PartContext): Promise<MachineReadings['reaches']> {
  return Object.fromEntries(await Promise.all([...new Set(reaches)].map(async (text) => [text, await reached(text, rules, signal)] as const)))
}

async function reached(text: string, rules: AskingRules, signal: AbortSignal): Promise<Known<boolean>> {
  const named = readServer(text, 0)
  if (named === null) return notKnown(`"${text.slice(0, 100)}" is no host and port.`)
  const server = askedServer(named, rules)
  if (typeof server === 'string') return notKnown(server)
  const { error } = await connectionTo(server, connectMs, signal)
  if (error === null) return known(true)
  if (signal.aborted) return notKnown('It was stopped.')
  // A name that is not resolved tells nothing of the port.
  if (hasCode(error, 'ENOTFOUND', 'EAI_AGAIN')) return notKnown(`${server.host} could not be asked: ${connectionErrorWords(error)}.`)
  return known(false)
}

/** Never rejects. `ms`: until the connection stood. */
export function connectionTo(server: Server, timeoutMs: number, signal: AbortSignal): Promise<{ error: null; ms: number } | { error: Error }> {
  return new Promise((done) => {
    const begunAt = performance.now()
    const socket = connect({ host: server.host, port: server.port })
    const finish = (outcome: { error: null; ms: number } | { error: Error }): void => {
      clearTimeout(limit)
      signal.removeEventListener('abort', stop)
      socket.destroy()
      done(outcome)
    }
    const stop = (): void => finish({ error: new Error('stopped') })
    const limit = setTimeout(() => finish({ error: Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }) }), timeoutMs)
    signal.addEventListener('abort', stop, { once: true })
    socket.once('error', (error) => finish({ error }))
    socket.once('connect', () => finish({ error: null, ms: performance.now() - begunAt }))
    if (signal.aborted) stop()
  })
}
