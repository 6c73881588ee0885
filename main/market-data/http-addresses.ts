/** Which addresses may be asked, and where an ask goes. Nothing here opens a connection; `lookupPublic` alone asks the system for a name. */
import { lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/** Not on the public internet: IANA special-purpose registries, RFC 6890 and its successors. */
const ownNetworks = new BlockList()
for (const [network, bits] of [['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24], ['192.0.2.0', 24], ['192.168.0.0', 16], ['198.18.0.0', 15], ['198.51.100.0', 24], ['203.0.113.0', 24], ['224.0.0.0', 3]] as const) ownNetworks.addSubnet(network, bits, 'ipv4')
for (const [network, bits] of [['::', 96], ['64:ff9b:1::', 48], ['100::', 64], ['2001:db8::', 32], ['fc00::', 7], ['fe80::', 10], ['fec0::', 10], ['ff00::', 8]] as const) ownNetworks.addSubnet(network, bits, 'ipv6')

/** `address` is an IP address; IPv4 within IPv6 is looked through. */
export function isPublicAddress(address: string): boolean {
  const bare = address.replace(/%.*$/, '')
  const family = isIP(bare)
  if (family === 4) return !ownNetworks.check(bare, 'ipv4')
  if (family !== 6) return false
  // BlockList itself holds ::ffff:a.b.c.d against the IPv4 networks; 6to4 and NAT64 are looked through here.
  return !ownNetworks.check(bare, 'ipv6') && !carriesOwnAddress(bare)
}

function carriesOwnAddress(address: string): boolean {
  const words = new URL(`http://[${address}]/`).hostname.slice(1, -1)
  const match = /^2002:([0-9a-f]{1,4}):([0-9a-f]{1,4}):/.exec(words) ?? /^64:ff9b::([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(words)
  if (!match) return false
  const value = (Number.parseInt(match[1] as string, 16) << 16) | Number.parseInt(match[2] as string, 16)
  return ownNetworks.check([24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.'), 'ipv4')
}

/** null: may be asked; else why not, as a sentence that begins after the host's name. */
export function refusal(url: URL, hosts: readonly string[]): string | null {
  if (url.protocol !== 'https:') return 'is asked over https alone.'
  if (url.username !== '' || url.password !== '') return 'is asked without a user’s name and password alone.'
  const host = url.host.toLowerCase()
  if (!hosts.some((allowed) => allowed.toLowerCase() === host)) return 'is not among the hosts that this source may ask.'
  const name = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  if (isIP(name) !== 0 ? !isPublicAddress(name) : /(^|\.)(localhost|local|internal|lan|home\.arpa)$/.test(name) || !name.includes('.')) return 'is not on the public internet.'
  return null
}

/** A name may stand for an address of this machine's own network: then it is not connected to. For `lookup` of a connection. */
export const lookupPublic: LookupFunction = (hostname, options, done) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return void done(error, '', 0)
    const open = addresses.filter((each) => isPublicAddress(each.address))
    const first = open[0]
    if (!first) return void done(Object.assign(new Error('not a public address'), { code: 'EOWNNETWORK' }), '', 0)
    if (options.all) done(null, open)
    else done(null, first.address, first.family)
  })
}

/** "http://127.0.0.1:4711" of "http://127.0.0.1:4711/"; null stays null. Throws for anything but plain http at this machine's own address. */
export function loopbackBase(loopback: string | null): string | null {
  if (loopback === null) return null
  const url = URL.canParse(loopback) ? new URL(loopback) : null
  const isOwn = url !== null && url.protocol === 'http:' && (/^127\.\d+\.\d+\.\d+$/.test(url.hostname) || url.hostname === '[::1]')
  if (!isOwn || url.username !== '' || url.search !== '' || url.hash !== '') throw new Error(`"${loopback}" is no address of this machine like http://127.0.0.1:4711.`)
  return url.href.replace(/\/+$/, '')
}

/** Where a question for `url` really goes. */
export function askedAt(url: URL, base: string | null): string {
  if (base === null) return url.href.replace(/#.*$/, '')
  return `${base}/${url.host}${url.pathname}${url.search}`
}

/** The real address that a Location header of an answer to `url` means; null: none. `base`: of the loopback, whose addresses are taken back. */
export function sentOnTo(url: URL, location: string | undefined, base: string | null): URL | null {
  if (location === undefined || location.trim() === '') return null
  let said = location.trim()
  if (base !== null) {
    const own = `/${url.host}/`
    if (said.startsWith(`${base}/`)) said = `https:/${said.slice(base.length)}`
    else if (said.startsWith(own)) said = said.slice(own.length - 1)
  }
  return URL.canParse(said, url.href) ? new URL(said, url.href) : null
}

const mostRedirects = 3

/** null: may be followed; else why not, to follow the host's name. `hop`: how many were followed before. */
export function redirectRefusal(ask: { method: 'GET' | 'POST'; from: URL; next: URL | null; status: number; hop: number; hosts: readonly string[] }): string | null {
  const { next } = ask
  if (next === null) return 'sent on to nowhere'
  if (next.protocol !== 'https:') return 'sent on to an address without https, which is not followed'
  if (next.host !== ask.from.host) return `sent on to another host (${next.host.slice(0, 100)}), which is not followed`
  if (refusal(next, ask.hosts) !== null) return 'sent on to an address that is not followed'
  if (ask.method === 'POST' && ask.status < 307) return `sent a question on without its text (${ask.status}), which is not followed`
  return ask.hop >= mostRedirects ? `sent on more than ${mostRedirects} times` : null
}
