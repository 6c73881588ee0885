/** Whether the provider of the line translates addresses itself (carrier-grade NAT), so that no port can be opened inward. */
import type { MachineReadings } from '../../../shared/preflight.ts'
import { addressKind, askedServer, type Server } from './addresses.ts'
import { readGateway } from './gateway.ts'
import { known, notKnown } from './known.ts'
import { addressQuestion, natPmpPort, readOutsideAddress } from './nat-pmp.ts'
import type { PartContext } from './part.ts'
import { askOverUdp } from './udp.ts'

export async function readCgnat(context: PartContext): Promise<MachineReadings['cgnat']> {
  const gateway = await readGateway(context.source, context.signal)
  const own = context.interfaces()
  const seen = (await context.other('publicAddress')).value?.address ?? null
  const here = own.find(({ address }) => address === seen) ?? own.find(({ address, name }) => addressKind(address) === 'public' && !address.includes(':') && (gateway?.interfaceName ?? name) === name)
  if (here) return known({ isBehind: false, because: 'This machine has a public address itself.' })
  // Private networks that people build (Tailscale) use the same range: only the way out counts.
  const shared = own.find(({ name, address }) => addressKind(address) === 'shared' && name === gateway?.interfaceName)
  if (shared) return known({ isBehind: true, because: `This machine's own address ${shared.address} belongs to the provider's address translation.` })
  const router = context.gateway ?? (gateway === null ? null : { host: gateway.address, port: natPmpPort })
  return router === null ? notKnown('The router of this machine is not known, so it cannot be asked for its outside address.') : byRouter(router, seen, context)
}

async function byRouter(router: Server, seen: string | null, context: PartContext): Promise<MachineReadings['cgnat']> {
  if (context.gateway === null && addressKind(router.host) === 'public') return notKnown('The router is one of the provider, which is not asked.')
  const server = askedServer(router, context.rules)
  if (typeof server === 'string') return notKnown(server)
  const outcome = await askOverUdp({ server, signal: context.signal, timeoutMs: Math.min(2_000, context.timeoutMs), message: addressQuestion, read: readOutsideAddress })
  const advice = 'Compare the address on its status page with the one that is seen outside: if they differ, the provider translates addresses.'
  if ('why' in outcome) return notKnown(`The router does not answer questions for its outside address (NAT-PMP). ${advice}`)
  if ('refused' in outcome.answer) return notKnown(`The router gave no outside address: ${outcome.answer.refused}. ${advice}`)
  return judge(outcome.answer.address, seen)
}

/** Pure. `routers`: what the router holds for its own; `seen`: what a server outside saw. */
export function judge(routers: string, seen: string | null): MachineReadings['cgnat'] {
  const kind = addressKind(routers)
  if (kind === 'shared') return known({ isBehind: true, because: `The router's own address ${routers} belongs to the provider's address translation (100.64.0.0/10).` })
  if (kind === 'private') return known({ isBehind: true, because: `The router's own address ${routers} is a private one: another translation lies behind it, the provider's or that of a second router.` })
  if (kind === 'special') return notKnown('The router says that it has no address outside now.')
  if (seen === null) return known({ isBehind: false, because: `The router has the public address ${routers}; no server outside was asked whether it sees the same.` })
  return seen === routers
    ? known({ isBehind: false, because: `The router has the public address ${routers}, and the same is seen outside.` })
    : known({ isBehind: true, because: `The router says ${routers}, but ${seen} is seen outside: something between translates (the provider, or a VPN on this machine).` })
}
