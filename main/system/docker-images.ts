/** Images: pulls one with its progress, or makes one of a tar that is here already. */
import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline, Transform, type Readable } from 'node:stream'
import type { DockerConnection } from './docker-connection.ts'
import { answered, cancelled, DockerFault } from './docker-faults.ts'
import { fileErrorWords } from './file-errors.ts'
import { archiveLabel, splitTag } from './docker-names.ts'

interface Progress {
  id?: string
  status?: string
  error?: string
  errorDetail?: { message?: string }
  progressDetail?: { current?: number; total?: number }
}

const openLimitMs = 60_000
/** Unpacking a large layer tells of itself; silence of this length is none. */
const silenceMs = 5 * 60_000

export async function pullImage(connection: DockerConnection, reference: string, options: { signal: AbortSignal; onProgress(doneBytes: number, totalBytes: number | null): void; silenceMs?: number }): Promise<void> {
  const what = `the image ${reference}`
  const layers = new Map<string, { done: number; total: number }>()
  await readProgress(connection, what, options.signal, options.silenceMs ?? silenceMs, (docker, abortSignal) => docker.pull(reference, { abortSignal }) as unknown as Promise<Readable>, (line) => {
    const { current, total } = line.progressDetail ?? {}
    if (line.id === undefined) return
    const layer = layers.get(line.id)
    if (line.status === 'Downloading' && total !== undefined && total > 0) layers.set(line.id, { done: Math.min(current ?? 0, total), total })
    else if (layer && /^(Verifying Checksum|Download complete|Pull complete)$/.test(line.status ?? '')) layer.done = layer.total
    else return
    const all = [...layers.values()]
    options.onProgress(sum(all.map((one) => one.done)), sum(all.map((one) => one.total)))
  })
}

/** `entry`: what a container of it runs. */
export async function importImage(connection: DockerConnection, archive: string, reference: string, entry: string[]): Promise<void> {
  const sha256 = await hashOf(archive).catch((error: unknown) => {
    throw new DockerFault(`The image ${reference} could not be made, because ${archive} cannot be read: ${fileErrorWords(error)}.`, 'not-found', { why: 'file missing' })
  })
  const { repository, tag } = splitTag(reference)
  const options = { repo: repository, tag, changes: [`ENTRYPOINT ${JSON.stringify(entry)}`, `LABEL ${archiveLabel}=${sha256}`] }
  const sent = createHash('sha256')
  await readProgress(connection, `making the image ${reference}`, undefined, silenceMs, (docker, abortSignal) => docker.importImage(counted(archive, sent), { ...options, abortSignal } as never) as unknown as Promise<Readable>, () => {})
  if (sent.digest('hex') === sha256) return
  // The label would tell of another file than the image was made of.
  await connection.call({ what: `removing the image ${reference}`, limitMs: openLimitMs, ask: (docker, abortSignal) => docker.getImage(reference).remove({ abortSignal } as object) }).catch(() => {})
  throw new DockerFault(`The image ${reference} was not made, because ${archive} changed while it was read. Bring that file anew, then try again.`, 'refused', { why: 'file changed' })
}

export async function labelOfImage(connection: DockerConnection, reference: string, name: string): Promise<string | null> {
  const found = await connection.call({ what: `the image ${reference}`, limitMs: openLimitMs, ask: (docker, abortSignal) => docker.getImage(reference).inspect({ abortSignal } as object) })
  return found.Config?.Labels?.[name] ?? null
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer)
  return hash.digest('hex')
}

function counted(path: string, hash: Hash): Readable {
  const through = new Transform({
    transform(piece: Buffer, _encoding, done) {
      hash.update(piece)
      done(null, piece)
    },
  })
  // A fault of either end shows in the other, which is waited for.
  return pipeline(createReadStream(path), through, () => {})
}

/** Reads lines of JSON to their end. A fault comes in the middle of a stream that began well. */
async function readProgress(
  connection: DockerConnection,
  what: string,
  userSignal: AbortSignal | undefined,
  mostSilenceMs: number,
  open: Parameters<typeof connection.call<Readable>>[0]['ask'],
  onLine: (line: Progress) => void,
): Promise<void> {
  const silence = new AbortController()
  const signal = userSignal ? AbortSignal.any([userSignal, silence.signal]) : silence.signal
  const timer = setTimeout(() => silence.abort(), mostSilenceMs)
  let rest = ''
  function take(text: string): void {
    if (text.trim() === '') return
    const line = parsed(text)
    if (line?.error !== undefined) throw answered(line.errorDetail?.message ?? line.error, null, { platform: process.platform, socketPath: '', what, limitMs: 0, isInstalled: true })
    if (line) onLine(line)
  }
  try {
    const stream = await connection.call({ what, limitMs: openLimitMs, signal, ask: open })
    for await (const piece of stream.setEncoding('utf8') as AsyncIterable<string>) {
      timer.refresh()
      const lines = (rest + piece).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) take(line)
    }
    take(rest)
  } catch (error) {
    if (userSignal?.aborted) throw cancelled({ what })
    if (silence.signal.aborted) throw new DockerFault(`Nothing more came of ${what} for ${Math.round(mostSilenceMs / 1000)} s. Check the connection, then try again; what was downloaded is kept.`, 'timed-out', { why: 'no progress' })
    throw error instanceof DockerFault ? error : connection.faultOf(error, what)
  } finally {
    clearTimeout(timer)
  }
}

function parsed(text: string): Progress | null {
  try {
    return JSON.parse(text) as Progress
  } catch {
    return null
  }
}

function sum(figures: number[]): number {
  return figures.reduce((total, one) => total + one, 0)
}
