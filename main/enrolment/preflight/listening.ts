/** Which ports somebody of this machine listens on. A person types `ss -ltunp`, `netstat -ano` or `lsof -nP -iTCP -sTCP:LISTEN`. */
import type { MachineReadings, PortReading } from '../../../shared/preflight.ts'
import { known, notKnown, said } from './known.ts'
import type { PartContext } from './part.ts'

/** What of other users is not told. */
const somebody = 'a program that is not told'

export async function readListening({ source, signal, timeoutMs }: PartContext): Promise<MachineReadings['listening']> {
  const limits = { timeoutMs: timeoutMs - 500, signal }
  if (source.platform === 'linux') {
    const sockets = await said(source, 'ss', ['-H', '-ltunp'], limits)
    if (sockets.value !== null) return known(portsInSs(sockets.value))
    const tables = await Promise.all((['tcp', 'tcp6', 'udp', 'udp6'] as const).map(async (name) => ({ name, text: await source.readFile(`/proc/net/${name}`) })))
    if (tables.every(({ text }) => text === null)) return notKnown(source.recorded === null ? sockets.why : 'The recording does not tell which ports are listened on.')
    return known(tidy(tables.flatMap(({ name, text }) => portsInProc(text ?? '', name.startsWith('udp') ? 'udp' : 'tcp'))))
  }
  if (source.platform === 'win32') {
    const [sockets, tasks] = await Promise.all([said(source, 'netstat', ['-ano'], limits), said(source, 'tasklist', ['/fo', 'csv', '/nh'], limits)])
    return sockets.value === null ? notKnown(sockets.why) : known(portsInNetstat(sockets.value, namesInTasklist(tasks.value ?? '')))
  }
  if (source.platform === 'darwin') {
    const sockets = await said(source, 'lsof', ['-nP', '-iTCP', '-sTCP:LISTEN', '-iUDP'], { ...limits, anyExit: true })
    return sockets.value === null ? notKnown(sockets.why) : known(portsInLsof(sockets.value))
  }
  return notKnown('How this system tells its ports is not known.')
}

/** `tcp LISTEN 0 511 0.0.0.0:8443 0.0.0.0:* users:(("nginx",pid=123,fd=6))`. Pure. */
export function portsInSs(text: string): PortReading[] {
  return tidy(
    text.split('\n').flatMap((line) => {
      const [protocol, state, , , local, , ...rest] = line.trim().split(/\s+/)
      const port = portOf(local)
      if ((protocol !== 'tcp' && protocol !== 'udp') || port === null || !/^(LISTEN|UNCONN)$/.test(state ?? '')) return []
      return [{ port, protocol, listener: /\(\("([^"]+)"/.exec(rest.join(' '))?.[1] ?? somebody }]
    }),
  )
}

/** A line of /proc/net/tcp: local address in hexadecimal, state 0A: listening; of UDP 07: nobody at the other end. Pure. */
export function portsInProc(text: string, protocol: 'tcp' | 'udp'): PortReading[] {
  return text.split('\n').slice(1).flatMap((line) => {
    const [, local, , state] = line.trim().split(/\s+/)
    const port = parseInt(local?.split(':')[1] ?? '', 16)
    return state === (protocol === 'tcp' ? '0A' : '07') && port > 0 ? [{ port, protocol, listener: somebody }] : []
  })
}

/** `TCP 0.0.0.0:445 0.0.0.0:0 LISTENING 4`: the word of the state differs by language, the other end's port 0 does not. Pure. */
export function portsInNetstat(text: string, names: Map<number, string>): PortReading[] {
  return tidy(
    text.split('\n').flatMap((line) => {
      const words = line.trim().split(/\s+/)
      const protocol = words[0]?.toLowerCase()
      const port = portOf(words[1])
      const isWaiting = protocol === 'udp' ? words[2] === '*:*' : protocol === 'tcp' && /[:\]]0$/.test(words[2] ?? '')
      if ((protocol !== 'tcp' && protocol !== 'udp') || port === null || !isWaiting) return []
      return [{ port, protocol, listener: names.get(Number(words.at(-1))) ?? somebody }]
    }),
  )
}

/** `"nginx.exe","4711","Console","1","12,345 K"`. Pure. */
export function namesInTasklist(text: string): Map<number, string> {
  return new Map([...text.matchAll(/^"([^"]+)","(\d+)"/gm)].map(([, name, pid]) => [Number(pid), name ?? '']))
}

/** `nginx 123 joe 6u IPv4 0x… 0t0 TCP *:8443 (LISTEN)`. Pure. */
export function portsInLsof(text: string): PortReading[] {
  return tidy(
    text.split('\n').flatMap((line) => {
      const match = /^(\S+)\s+\d+\s.*\s(TCP|UDP)\s+\S*:(\d+)(\s+\(LISTEN\))?\s*$/.exec(line)
      return match && (match[2] === 'UDP' || match[4]) ? [{ port: Number(match[3]), protocol: match[2] === 'TCP' ? ('tcp' as const) : ('udp' as const), listener: match[1]?.replaceAll('\\x20', ' ') ?? somebody }] : []
    }),
  )
}

/** "0.0.0.0:8443", "[::]:22", "*:5353", "10.0.0.1%eth0:68". */
function portOf(address: string | undefined): number | null {
  const port = Number(/:(\d+)$/.exec(address ?? '')?.[1])
  return port > 0 && port <= 65_535 ? port : null
}

/** Each once (both versions of addresses are one to the user), named where one of them is. */
function tidy(ports: PortReading[]): PortReading[] {
  const kept = new Map<string, PortReading>()
  for (const port of ports) {
    const key = `${port.protocol}:${port.port}`
    const before = kept.get(key)
    if (before === undefined || before.listener === somebody) kept.set(key, port)
  }
  return [...kept.values()].sort((one, other) => one.port - other.port || one.protocol.localeCompare(other.protocol))
}
