/**
 * The way from a terminal to the Idlewatt that has the data folder: one line of JSON there, one back, over a socket (Windows: a
 * named pipe) that is new with every start. Where it is and its token stand in a file that only its owner reads.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import type { Handlers, ParsedInput, Reply, RequestAnswer, RequestInput, RequestName } from '../../shared/requests.ts'
import { fileErrorWords } from '../system/file-errors.ts'
import type { Log } from '../system/log.ts'
import { NotPossible } from '../system/not-possible.ts'
import { answer } from './answer.ts'

const fileName = 'control.json'
/** A path of a Unix socket may not be longer than 104 bytes (macOS) or 108 (Linux). */
const mostPathBytes = 100
/** As the browser's door takes. */
const mostBytes = 12_000_000
const connectMs = 2000
/** A question is asked at once after connecting; who says nothing is let go. */
const silentMs = 10_000

export interface Control {
  close(): void
}

/** Throws NotPossible where neither the folder nor the system's temporary one takes a socket. */
export async function openControl(options: { folder: string; handlers: Handlers; log: Log }): Promise<Control> {
  const { handlers, log } = options
  const folder = resolve(options.folder)
  const file = join(folder, fileName)
  const token = randomBytes(32).toString('base64url')
  removeLeftBehind(folder, readPlace(file)?.address ?? null)
  const address = placeFor(folder)
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    serve(socket, token, handlers, log)
  })
  server.maxConnections = 32
  await listen(server, address.path)

  function close(): void {
    for (const socket of sockets) socket.destroy()
    server.close()
    if (readFileQuietly(file)?.includes(token)) rmSync(file, { force: true })
    if (address.folder !== null) rmSync(address.folder, { recursive: true, force: true })
  }

  const fresh = `${file}.${randomBytes(6).toString('hex')}`
  try {
    writeFileSync(fresh, JSON.stringify({ address: address.path, token }), { mode: 0o600 })
    renameSync(fresh, file)
  } catch (error) {
    rmSync(fresh, { force: true })
    close()
    throw new NotPossible(`Commands in a terminal cannot reach this Idlewatt: ${file} cannot be written (${fileErrorWords(error)}).`)
  }
  return { close }
}

/**
 * Asks the Idlewatt that has the folder. null: it has no such way in, or does not answer there.
 * `limitMs`: how long it may take to answer; left out: as long as it takes, since setting a programme up may take an hour.
 */
export async function askControl<Name extends RequestName>(folder: string, name: Name, input: RequestInput<Name>, limitMs: number | null = null): Promise<Reply<RequestAnswer<Name>> | null> {
  const where = readPlace(join(resolve(folder), fileName))
  if (where === null) return null
  const text = await exchange(where.address, `${JSON.stringify({ token: where.token, name, input })}\n`, limitMs)
  if (text === null) return null
  try {
    return JSON.parse(text) as Reply<RequestAnswer<Name>>
  } catch {
    return null
  }
}

/** The same of an app in this process, in the same words. */
export async function askHandlers<Name extends RequestName>(handlers: Handlers, log: Log, name: Name, input: RequestInput<Name>): Promise<Reply<RequestAnswer<Name>>> {
  return (await answer(handlers, log, name, input as ParsedInput<Name>)) as Reply<RequestAnswer<Name>>
}

function serve(socket: Socket, token: string, handlers: Handlers, log: Log): void {
  let text = ''
  socket.setEncoding('utf8')
  socket.setTimeout(silentMs, () => socket.destroy())
  socket.on('error', () => socket.destroy())
  socket.on('data', (part: string) => {
    text += part
    if (text.length > mostBytes) return void socket.destroy()
    const end = text.indexOf('\n')
    if (end === -1) return
    socket.setTimeout(0)
    socket.removeAllListeners('data')
    socket.resume()
    void replyTo(text.slice(0, end), token, handlers, log).then((reply) => reply === null ? socket.end() : socket.end(`${JSON.stringify(reply)}\n`))
  })
}

async function replyTo(line: string, token: string, handlers: Handlers, log: Log): Promise<Reply<unknown> | null> {
  let asked: { token?: unknown; name?: unknown; input?: unknown } | null
  try {
    asked = JSON.parse(line) as typeof asked
  } catch {
    return null
  }
  if (typeof asked !== 'object' || asked === null || typeof asked.token !== 'string' || !isSame(asked.token, token)) return null
  return answer(handlers, log, asked.name, asked.input)
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => createHash('sha256').update(text).digest())
  return a !== undefined && b !== undefined && timingSafeEqual(a, b)
}

function placeFor(folder: string): { path: string; folder: string | null } {
  const word = randomBytes(12).toString('hex')
  if (process.platform === 'win32') return { path: `\\\\.\\pipe\\idlewatt-${word}`, folder: null }
  const inside = join(folder, `control-${word.slice(0, 8)}.sock`)
  if (Buffer.byteLength(inside) <= mostPathBytes) return { path: inside, folder: null }
  const apart = join(tmpdir(), `idlewatt-${word}`)
  mkdirSync(apart, { mode: 0o700 })
  return { path: join(apart, 'control.sock'), folder: apart }
}

/** Of one that was killed: its socket cannot be told from a living one by looking, but the folder is ours now. */
function removeLeftBehind(folder: string, address: string | null): void {
  if (address === null || process.platform === 'win32') return
  if (dirname(address) === folder && /^control-[0-9a-f]{8}\.sock$/.test(basename(address))) rmSync(address, { force: true })
  const apart = dirname(address)
  if (dirname(apart) === tmpdir() && /^idlewatt-[0-9a-f]{24}$/.test(basename(apart))) rmSync(apart, { recursive: true, force: true })
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) => fail(new NotPossible(`Commands in a terminal cannot reach this Idlewatt: its socket cannot be made (${error.code ?? error.message}).`)))
    // The socket is made for its owner alone; the folder around it is too.
    const before = process.platform === 'win32' ? null : process.umask(0o177)
    server.listen(path, () => done())
    if (before !== null) process.umask(before)
  })
}

function readPlace(file: string): { address: string; token: string } | null {
  try {
    const found = JSON.parse(readFileQuietly(file) ?? 'null') as { address?: unknown; token?: unknown } | null
    return typeof found?.address === 'string' && typeof found.token === 'string' ? { address: found.address, token: found.token } : null
  } catch {
    return null
  }
}

function readFileQuietly(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

/** null: nobody there, or gone before it answered. */
function exchange(address: string, line: string, limitMs: number | null): Promise<string | null> {
  return new Promise((done) => {
    // One that was stopped or hangs is still connected to: the system answers for it.
    const limit = limitMs === null ? null : setTimeout(() => socket.destroy(), limitMs)
    const socket = connect(address)
    let text = ''
    socket.setEncoding('utf8')
    socket.setTimeout(connectMs, () => socket.destroy())
    socket.on('connect', () => {
      socket.setTimeout(0)
      socket.write(line)
    })
    socket.on('data', (part: string) => (text += part))
    socket.on('error', () => done(null))
    socket.on('close', () => {
      if (limit !== null) clearTimeout(limit)
      done(text === '' ? null : text)
    })
  })
}
