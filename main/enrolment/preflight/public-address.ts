/** Under which address this machine is seen outside, by a STUN server; a person types `curl https://ifconfig.me`. */
import { randomBytes } from 'node:crypto'
import type { MachineReadings } from '../../../shared/preflight.ts'
import { addressKind, askedServer, isLoopback, readServer } from './addresses.ts'
import { known, notKnown } from './known.ts'
import type { PartContext } from './part.ts'
import { bindingQuestion, readBinding } from './stun.ts'
import { askOverUdp, nameOf } from './udp.ts'

export async function readPublicAddress(context: PartContext): Promise<MachineReadings['publicAddress']> {
  const { servers, rules, signal, timeoutMs } = context
  if (servers.stun === null) return notKnown('No STUN server is asked: it is switched off in the settings.')
  const named = readServer(servers.stun, 3478)
  if (named === null) return notKnown(`"${servers.stun}" is no server such as stun.example.org:3478. Change it in the settings.`)
  const server = askedServer(named, rules)
  if (typeof server === 'string') return notKnown(server)
  const transaction = randomBytes(12)
  const outcome = await askOverUdp({ server, signal, timeoutMs, message: () => bindingQuestion(transaction), read: (bytes) => readBinding(bytes, transaction) })
  if ('why' in outcome) return notKnown(outcome.why)
  if (addressKind(outcome.answer) === 'special' && !isLoopback(server.host)) return notKnown(`${nameOf(server)} answered with ${outcome.answer}, which is no address of the internet.`)
  return known({ address: outcome.answer, how: `as ${nameOf(server)} sees it (STUN)` })
}
