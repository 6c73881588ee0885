/** Judges the address a channel is to send to: https, but for this machine and private networks. Pure. */
import { NotPossible } from '../system/not-possible.ts'

/** Throws NotPossible with a sentence that does not repeat the address: it may hold a secret. */
export function readAddress(text: string, what: string): URL {
  const url = URL.parse(text.trim())
  if (url === null || url.hostname === '') throw new NotPossible(`That is not an address that ${what} can have. One looks like https://hooks.example.org/my-rig.`)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new NotPossible(`The address of ${what} must begin with https://.`)
  if (url.protocol === 'http:' && !isNear(url.hostname)) {
    throw new NotPossible(`The address of ${what} must begin with https://: over http everybody on the way could read the messages. Plain http is taken only for this machine and private networks.`)
  }
  url.hash = ''
  return url
}

/** An ntfy topic's address, split as ntfy wants it: messages are posted to the server and name their topic. */
export function readTopic(text: string): { server: URL; topic: string } {
  const url = readAddress(text, 'ntfy')
  const parts = url.pathname.split('/').filter((part) => part !== '')
  const topic = parts.pop()
  if (topic === undefined || !/^[-_A-Za-z0-9]{1,64}$/.test(topic)) {
    throw new NotPossible('The address of ntfy must end with a topic, such as https://ntfy.sh/my-rig-7f3a: up to 64 letters, digits, "-" and "_". Whoever knows a public topic can read it, so choose one that nobody guesses.')
  }
  const server = new URL(url)
  server.pathname = parts.map((part) => `${part}/`).join('').replace(/^/, '/')
  server.search = ''
  return { server, topic }
}

/** This machine, a private network, or a name that only a local network knows. */
export function isNear(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/\.$/, '')
  if (host.startsWith('[')) return isNearIpv6(host.slice(1, -1))
  const bytes = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(host)?.slice(1).map(Number)
  if (bytes) return isNearIpv4(bytes)
  return !host.includes('.') || /\.(localhost|local|lan|internal|home\.arpa)$/.test(host)
}

function isNearIpv4(bytes: number[]): boolean {
  const [first = 0, second = 0] = bytes
  // 100.64.0.0/10 belongs to providers, and to the private networks people build (Tailscale).
  return first === 127 || first === 10 || (first === 172 && second >= 16 && second <= 31) || (first === 192 && second === 168) || (first === 169 && second === 254) || (first === 100 && second >= 64 && second <= 127)
}

function isNearIpv6(host: string): boolean {
  // URL writes an IPv4 address inside IPv6 as two hexadecimal groups.
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(host)
  if (mapped) {
    const [high, low] = [Number.parseInt(mapped[1] ?? '', 16), Number.parseInt(mapped[2] ?? '', 16)]
    return isNearIpv4([high >> 8, high & 0xff, low >> 8, low & 0xff])
  }
  return host === '::1' || /^f[cd][0-9a-f]{2}:/.test(host) || /^fe[89ab][0-9a-f]:/.test(host)
}
