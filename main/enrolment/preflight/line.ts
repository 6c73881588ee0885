/** How fast the line is, against the server that the user chose: several streams down for a while, then up, and the time of a connection. */
import type { MachineReadings } from '../../../shared/preflight.ts'
import { connectionErrorWords } from '../../system/http.ts'
import { askedServer, type Server } from './addresses.ts'
import { known, notKnown } from './known.ts'
import { streamDown, streamUp, type Flow } from './line-streams.ts'
import type { PartContext } from './part.ts'
import { connectionTo } from './reach.ts'

const streams = 4
const latencyTurns = 5
/** Answers smaller than this tell how fast requests are, not how fast the line is. */
const leastAnswerBytes = 100_000

export async function readLine(context: PartContext): Promise<MachineReadings['line']> {
  const { servers, rules, signal, lineMs } = context
  if (servers.bandwidth === null) return notKnown('No server to measure the line against is chosen. Name one in the settings (or with --server): an address that answers with a large file and takes uploads.')
  const address = askedAddress(servers.bandwidth, rules)
  if (typeof address === 'string') return notKnown(address)
  const latencyMs = await latencyTo(address, signal)
  if (typeof latencyMs === 'string') return notKnown(latencyMs)
  const down = await together(() => streamDown(address, lineMs, signal))
  if (signal.aborted) return notKnown('It was stopped.')
  if (typeof down === 'string') return notKnown(`${address.hostname} ${down}`)
  if (down.answers > 0 && down.bytes / down.answers < leastAnswerBytes) return notKnown(`${address.hostname} answers with ${Math.round(down.bytes / down.answers)} bytes at a time, too few to measure a line by. Name an address that answers with at least 1 MB.`)
  const up = await together(() => streamUp(address, lineMs, signal))
  if (signal.aborted) return notKnown('It was stopped.')
  if (typeof up === 'string') return notKnown(`Downwards it is ${figure(down.mbps)} Mbit/s; upwards it could not be measured: ${address.hostname} ${up}`)
  return known({ downMbps: rounded(down.mbps), upMbps: rounded(up.mbps), latencyMs: rounded(latencyMs), server: address.hostname })
}

function askedAddress(text: string, rules: PartContext['rules']): URL | string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) return `"${text.slice(0, 100)}" is no address that begins with https://. Change it in the settings.`
  const url = new URL(text)
  const server = askedServer(serverOf(url), rules)
  if (typeof server === 'string') return server
  if (server.host === serverOf(url).host && server.port === serverOf(url).port) return url
  // In place of every real host stands the one of the tests, by plain HTTP, the host first in its path.
  return new URL(`http://${server.host.includes(':') ? `[${server.host}]` : server.host}:${server.port}/${url.host}${url.pathname}${url.search}`)
}

function serverOf(url: URL): Server {
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) || (url.protocol === 'https:' ? 443 : 80) }
}

/** The median of a few connections; a sentence where none stood. */
async function latencyTo(url: URL, signal: AbortSignal): Promise<number | string> {
  const times: number[] = []
  for (let turn = 0; turn < latencyTurns; turn += 1) {
    const outcome = await connectionTo(serverOf(url), 2_000, signal)
    if (outcome.error === null) times.push(outcome.ms)
    else if (turn === 0) return `${url.hostname} cannot be reached: ${connectionErrorWords(outcome.error)}.`
  }
  return times.sort((one, other) => one - other)[Math.floor(times.length / 2)] ?? `${url.hostname} cannot be reached.`
}

/** The streams' sum; a sentence of the first where none got anything through. */
async function together(begin: () => Promise<Flow>): Promise<{ mbps: number; bytes: number; answers: number } | string> {
  const flows = await Promise.all(Array.from({ length: streams }, begin))
  const through = flows.filter((flow) => flow.bytes > 0 && flow.ms > 0)
  if (through.length === 0) return flows.find((flow) => flow.why !== null)?.why ?? 'let nothing through.'
  return {
    mbps: through.reduce((sum, flow) => sum + (flow.bytes * 8) / 1000 / flow.ms, 0),
    bytes: through.reduce((sum, flow) => sum + flow.bytes, 0),
    answers: through.reduce((sum, flow) => sum + flow.answers, 0),
  }
}

function rounded(value: number): number {
  return Number(value.toPrecision(3))
}

function figure(mbps: number): string {
  return String(rounded(mbps))
}
