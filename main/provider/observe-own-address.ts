/** Asks an address that the user gave of their own machines: it may be private and carry a certificate of its own, so nothing secret is sent and no redirect is followed. */
import { lookup } from 'node:dns'
import { request as askPlain, type IncomingMessage } from 'node:http'
import { request as askSecure } from 'node:https'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { NotPossible } from '../system/not-possible.ts'

export interface OwnAnswer {
  value: unknown
  /** When the certificate ends, ms since epoch; null: plain HTTP, or it does not say. */
  validTo: number | null
}

export interface OwnAsk {
  acceptsOwnCertificate: boolean
  signal?: AbortSignal
  /** Default 5 s, for all of it. */
  limitMs?: number
}

const mostBytes = 1024 * 1024

/** Link-local addresses: cloud machines tell their secrets there (RFC 3927, RFC 4291; AWS also at fd00:ec2::254, Alibaba at 100.100.100.200). */
const neverAsked = new BlockList()
neverAsked.addSubnet('169.254.0.0', 16, 'ipv4')
neverAsked.addAddress('100.100.100.200', 'ipv4')
neverAsked.addSubnet('fe80::', 10, 'ipv6')
neverAsked.addAddress('fd00:ec2::254', 'ipv6')

/** IPv4 within IPv6 is looked through by BlockList itself. */
export function isNeverAsked(address: string): boolean {
  const bare = address.replace(/%.*$/, '')
  const family = isIP(bare)
  return family !== 0 && neverAsked.check(bare, family === 6 ? 'ipv6' : 'ipv4')
}

/** Rejects with NotPossible, a sentence for the user. */
export function askOwnAddress(text: string, ask: OwnAsk): Promise<OwnAnswer> {
  const limitMs = ask.limitMs ?? 5_000
  return new Promise((done, refuse) => {
    const url = URL.parse(text)
    if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.username !== '' || url.password !== '') {
      return refuse(new NotPossible('The address that was entered is none that can be asked. Correct it in its step; it looks like example.com, without a user’s name.'))
    }
    const host = url.hostname.replace(/^\[|\]$/g, '')
    if (isNeverAsked(host)) return refuse(new NotPossible(ownWords(url)))

    const options = { method: 'GET', agent: false, lookup: lookupOwn, headers: { accept: 'application/json' }, ...(ask.signal ? { signal: ask.signal } : {}) }
    const outgoing = url.protocol === 'https:' ? askSecure(url, { ...options, rejectUnauthorized: !ask.acceptsOwnCertificate }, heard) : askPlain(url, options, heard)
    const timer = setTimeout(() => end(new NotPossible(`${url.host} did not answer within ${limitMs / 1000} s.`)), limitMs)

    function end(result: NotPossible | OwnAnswer): void {
      clearTimeout(timer)
      outgoing.destroy()
      if (result instanceof NotPossible) refuse(result)
      else done(result)
    }

    function heard(answer: IncomingMessage): void {
      const status = answer.statusCode ?? 0
      if (status >= 300 && status < 400) return end(new NotPossible(`${url?.host} sends on to another address (${status}), which is not followed. Enter the address itself.`))
      if (status !== 200) return end(new NotPossible(`${url?.host} answered with ${status} in place of its state.`))
      const validTo = url?.protocol === 'https:' ? endOfCertificate(answer.socket as TLSSocket) : null
      const pieces: Buffer[] = []
      let bytes = 0
      answer.on('data', (piece: Buffer) => {
        bytes += piece.length
        if (bytes > mostBytes) return end(new NotPossible(`${url?.host} answered with more than 1 MB, which is no state of provider software.`))
        pieces.push(piece)
      })
      answer.on('error', () => end(new NotPossible(`${url?.host} broke off in the middle of its answer.`)))
      answer.on('end', () => {
        try {
          end({ value: JSON.parse(Buffer.concat(pieces).toString('utf8')) as unknown, validTo })
        } catch {
          end(new NotPossible(`${url?.host} answered, but not in JSON: something else listens there.`))
        }
      })
    }

    outgoing.on('error', (error: NodeJS.ErrnoException) => end(new NotPossible(error.code === 'EREFUSED_OWN' ? ownWords(url) : connectionWords(url, error))))
    outgoing.end()
  })
}

/** A name may stand for an address that is never asked: then it is not connected to. */
const lookupOwn: LookupFunction = (hostname, options, done) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return void done(error, '', 0)
    const open = addresses.filter((each) => !isNeverAsked(each.address))
    const first = open[0]
    if (!first) return void done(Object.assign(new Error('never asked'), { code: 'EREFUSED_OWN' }), '', 0)
    if (options.all) done(null, open)
    else done(null, first.address, first.family)
  })
}

function endOfCertificate(socket: TLSSocket): number | null {
  const at = Date.parse(socket.getPeerCertificate().valid_to ?? '')
  return Number.isNaN(at) ? null : at
}

function ownWords(url: URL): string {
  return `${url.host} is an address at which cloud machines keep secrets; Idlewatt never asks it. Enter the address of the provider itself.`
}

function connectionWords(url: URL, error: NodeJS.ErrnoException): string {
  const { host } = url
  switch (error.code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The name ${url.hostname} is not known to DNS. Check the address, and the DNS entry of the domain.`
    case 'ECONNREFUSED':
      return `Nobody answers at ${host}: the machine is there, but nothing listens on that port. Check that the provider runs.`
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `${host} cannot be reached. Check the machine, its firewall and the forwarding of the port.`
    case 'CERT_HAS_EXPIRED':
      return `The certificate of ${host} has expired. Renew it.`
    case 'ECONNRESET':
    case 'EPIPE':
      return `${host} cut the connection before it had answered.`
    default:
      return /CERT|SELF_SIGNED|TLS|SSL/i.test(error.code ?? '') ? `The certificate of ${host} is not trusted (${error.code}).` : `${host} could not be asked (${error.code ?? error.message}).`
  }
}
