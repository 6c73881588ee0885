/** Opens one download: asks, follows redirects only where the publisher's own hosts lie, and hands on the stream. */
import type { Readable } from 'node:stream'
import { connectionErrorWords } from '../system/http.ts'
import { DownloadFailed } from './download-faults.ts'

export interface Opened {
  status: number
  headers: Record<string, string | string[] | undefined>
  stream: Readable
}

export interface OpenWanted {
  url: string
  /** Every host is this server of our own, by the way /host/path; null: the real ones. */
  loopback: string | null
  /** Beside the address's own. */
  hosts: readonly string[]
  headers: Record<string, string>
  signal: AbortSignal
  /** Without a byte for so long it is given up. */
  silenceMs: number
}

const mostRedirects = 5
const loopbackHost = /^http:\/\/(127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?(\/|$)/

/** Rejects with DownloadFailed. `url` may be plain http on this machine itself. */
export async function openDownload(wanted: OpenWanted): Promise<Opened> {
  const { default: got } = await import('got')
  const first = new URL(wanted.url)
  const hosts = new Set([first.host, ...wanted.hosts].map((host) => host.toLowerCase()))
  const isOwn = loopbackHost.test(wanted.url)
  if (first.protocol !== 'https:' && !isOwn) throw new DownloadFailed('bad-address', `${first.host} would be asked without https; that is not done.`, 'Tell the makers of Idlewatt: the address of this download is wrong.')
  let url = first
  for (let hop = 0; ; hop++) {
    const stream = got.stream(askedAt(url, isOwn ? null : wanted.loopback), {
      headers: { ...wanted.headers, 'accept-encoding': 'identity', 'user-agent': 'Idlewatt' },
      signal: wanted.signal,
      timeout: { lookup: wanted.silenceMs, connect: wanted.silenceMs, secureConnect: wanted.silenceMs, response: wanted.silenceMs, socket: wanted.silenceMs },
      retry: { limit: 0 },
      followRedirect: false,
      throwHttpErrors: false,
      decompress: false,
      https: { rejectUnauthorized: true },
    })
    // Faults after the answer was dropped concern nobody.
    stream.on('error', () => {})
    try {
      const response = await new Promise<{ statusCode: number; headers: Opened['headers'] }>((resolve, reject) => {
        stream.once('response', resolve)
        stream.once('error', reject)
        stream.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })))
      })
      const { statusCode: status, headers } = response
      if (![301, 302, 303, 307, 308].includes(status)) return { status, headers, stream }
      stream.destroy()
      url = nextAddress(url, one(headers['location']), isOwn ? null : wanted.loopback, hosts, hop)
    } catch (error) {
      stream.destroy()
      throw asFailed(error, url.host, wanted)
    }
  }
}

function nextAddress(from: URL, location: string | undefined, loopback: string | null, hosts: ReadonlySet<string>, hop: number): URL {
  const refuse = (words: string): never => {
    throw new DownloadFailed('redirected', `${from.host} sent the download on ${words}, which is not followed.`, 'Nothing was downloaded. Look at the publisher’s page whether the file has moved, and for a new version of Idlewatt.')
  }
  let said = location?.trim() ?? ''
  if (loopback !== null && said.startsWith(`${loopback}/`)) said = `https:/${said.slice(loopback.length)}`
  if (said === '' || !URL.canParse(said, from.href)) return refuse('to no address at all')
  const next = new URL(said, from.href)
  if (next.protocol !== 'https:' && next.origin !== from.origin) return refuse(`to an address without https (${next.host})`)
  if (!hosts.has(next.host.toLowerCase())) return refuse(`to ${next.host}, which is not the publisher’s`)
  if (next.username !== '' || next.password !== '') return refuse('to an address with a name and a password')
  return hop >= mostRedirects ? refuse(`more than ${mostRedirects} times`) : next
}

function askedAt(url: URL, loopback: string | null): string {
  return loopback === null ? url.href.replace(/#.*$/, '') : `${loopback}/${url.host}${url.pathname}${url.search}`
}

export function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}

const offline = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN', 'ECONNREFUSED'])

/** `host`: as the user knows it. */
export function asFailed(error: unknown, host: string, wanted: { signal: AbortSignal; silenceMs: number }): DownloadFailed {
  if (error instanceof DownloadFailed) return error
  if (wanted.signal.aborted) return new DownloadFailed('cancelled', 'The download was cancelled. What had arrived is kept.', 'Try again: it goes on where it stopped.')
  const outer = error as NodeJS.ErrnoException
  const inner = outer.cause instanceof Error ? (outer.cause as NodeJS.ErrnoException) : outer
  const code = inner.code ?? outer.code ?? ''
  if (outer.name === 'TimeoutError' || code === 'ETIMEDOUT') {
    return new DownloadFailed('timed-out', `${host} sent nothing for ${Math.max(1, Math.round(wanted.silenceMs / 1000))} s.`, 'The line or the server is slow or silent. Try again: it goes on where it stopped.')
  }
  if (offline.has(code)) return new DownloadFailed('no-network', `${host} could not be asked: ${connectionErrorWords(inner)}.`, 'See whether this machine is online, then try again.')
  if (/CERT|SIGNATURE|SELF_SIGNED|^EPROTO|^ERR_SSL|^ERR_TLS/.test(code)) return new DownloadFailed('refused', `${host} could not be trusted: ${connectionErrorWords(inner)}.`, 'Do not go on. See whether this machine’s clock is right, and whether something between here and there (a proxy, an antivirus program) opens secure connections.')
  // A wrong length, or something that is no web server.
  if (/^HPE_/.test(code)) return new DownloadFailed('refused', `${host} broke the rules of HTTP: more came than it had announced, or something else.`, 'The fault is the server’s, or of a proxy in between. What had come was thrown away; try again later.', true)
  return new DownloadFailed('cut', `The connection to ${host} broke off before the whole file had come.`, 'Try again: it goes on where it stopped.')
}
