/** Serves a file of Idlewatt's own over HTTP on this machine for the time of one download, so that practice goes the real way. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, normalize, sep } from 'node:path'
import { DownloadFailed } from './download-faults.ts'

export interface OwnServer {
  url: string
  close(): Promise<void>
}

export const ownScheme = 'own:'

/** `own:practice/worker.sh` → the file below the folder of resources. Throws DownloadFailed for anything outside it. */
export function ownFile(address: string, resourcesFolder: string): string {
  const relative = normalize(address.slice(ownScheme.length))
  if (!address.startsWith(ownScheme) || relative.startsWith('..') || relative.startsWith(sep) || /^[A-Za-z]:/.test(relative)) throw new DownloadFailed('bad-address', 'That is no file of Idlewatt’s own.', 'Tell the makers of Idlewatt.')
  return join(resourcesFolder, relative)
}

/** Listens on this machine alone, on a port of the system's choice, and knows this one file. */
export async function serveOwn(path: string): Promise<OwnServer> {
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch {
    throw new DownloadFailed('missing', `Idlewatt’s own file ${path} is not there.`, 'Install Idlewatt again: a part of it is missing.')
  }
  const etag = `"${createHash('sha256').update(bytes).digest('hex')}"`
  const server = createServer((request, response) => {
    const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')
    const from = range && request.headers['if-range'] === etag ? Number(range[1]) : 0
    if (from >= bytes.length && from > 0) return void response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end()
    response.writeHead(from > 0 ? 206 : 200, { etag, 'content-length': bytes.length - from, ...(from > 0 ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}) })
    const stream = createReadStream(path, { start: from, end: bytes.length - 1 })
    stream.on('error', () => response.destroy())
    if (bytes.length === 0) response.end()
    else stream.pipe(response)
  })
  await new Promise<void>((done, fail) => server.once('error', fail).listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`,
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}
