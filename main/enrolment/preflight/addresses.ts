/** Internet addresses: which are public, which belong to a provider's own network, and how a server is named. Pure. */
import { BlockList, isIP, isIPv4 } from 'node:net'

const privateNets = new BlockList()
for (const [net, bits] of [['10.0.0.0', 8], ['172.16.0.0', 12], ['192.168.0.0', 16]] as const) privateNets.addSubnet(net, bits, 'ipv4')
privateNets.addSubnet('fc00::', 7, 'ipv6')
/** RFC 6598: between a provider's own address translation and its customers. */
const sharedNets = new BlockList()
sharedNets.addSubnet('100.64.0.0', 10, 'ipv4')
const ownNets = new BlockList()
for (const [net, bits] of [['0.0.0.0', 8], ['127.0.0.0', 8], ['169.254.0.0', 16], ['192.0.0.0', 24], ['192.0.2.0', 24], ['198.18.0.0', 15], ['198.51.100.0', 24], ['203.0.113.0', 24], ['224.0.0.0', 3]] as const) ownNets.addSubnet(net, bits, 'ipv4')
for (const [net, bits] of [['::', 128], ['::1', 128], ['fe80::', 10], ['ff00::', 8], ['2001:db8::', 32]] as const) ownNets.addSubnet(net, bits, 'ipv6')

export type AddressKind = 'public' | 'private' | 'shared' | 'special'

/** `shared`: of a provider's address translation (100.64.0.0/10). `special`: loopback, link-local, documentation, none at all. */
export function addressKind(address: string): AddressKind {
  const bare = address.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '')
  const family = isIP(bare)
  if (family === 0) return 'special'
  const name = family === 4 ? 'ipv4' : 'ipv6'
  if (sharedNets.check(bare, name)) return 'shared'
  if (privateNets.check(bare, name)) return 'private'
  return ownNets.check(bare, name) ? 'special' : 'public'
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))
}

export interface Server {
  host: string
  port: number
}

/** "host:3478", "host", "[2001:db8::1]:123". null: none of these. */
export function readServer(text: string, standardPort: number): Server | null {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::(\d{1,5}))?$/i.exec(text.trim())
  const host = match?.[1] ?? match?.[2]
  const port = match?.[3] === undefined ? standardPort : Number(match[3])
  if (host === undefined || port < 1 || port > 65_535 || (match?.[1] !== undefined && isIP(host) !== 6)) return null
  return { host: host.toLowerCase(), port }
}

export interface AskingRules {
  /** Why nobody outside may be asked now; null: they may. */
  refusal(): string | null
  /** In place of every real host, for tests. */
  loopback: string | null
}

/** Where a server is really asked, or why it is not. This machine itself may always be asked. */
export function askedServer(server: Server, rules: AskingRules): Server | string {
  if (isLoopback(server.host)) return server
  const refusal = rules.refusal()
  if (refusal !== null) return refusal
  if (rules.loopback === null) return server
  const stand = new URL(rules.loopback)
  return { host: stand.hostname.replace(/^\[|\]$/g, ''), port: Number(stand.port) || 80 }
}
