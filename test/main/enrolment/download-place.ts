/** A place to download to, and the server it is downloaded from. */
import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import type { KnownDownload } from '../../../shared/enrolment.ts'
import { download, type DownloadOptions, type DownloadWanted } from '../../../main/enrolment/download.ts'
import { DownloadFailed } from '../../../main/enrolment/download-faults.ts'
import { newFolder } from '../../helpers/files.ts'
import { file, startFileServer, type FileServer, type Handler } from './file-server.ts'

/** Begins as a program of any system but Windows. */
const program = (byte: (at: number) => number): Buffer => {
  const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, at) => byte(at)))
  bytes.write('#!/bin/sh\n')
  return bytes
}
export const body = program((at) => at % 251)
export const other = program((at) => (at * 7) % 241)
export const sha = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
export const url = 'https://files.example.org/tool'
export const path = '/files.example.org/tool'

export interface Place {
  server: FileServer
  folder: string
  get(wanted?: Partial<DownloadWanted>, options?: Partial<DownloadOptions>): Promise<KnownDownload>
  /** What the fault was. */
  fails(wanted?: Partial<DownloadWanted>, options?: Partial<DownloadOptions>): Promise<DownloadFailed>
  known: Map<string, KnownDownload>
  pauses: number[]
}

/** Of the newest place. */
let part = ''
export const partPath = (): string => part
const arrived = (bytes: number): Promise<void> =>
  vi.waitFor(() => {
    if (statSync(part).size < bytes) throw new Error('not yet')
  })
export const cut = (from: Buffer, after: number, etag: string | null = '"one"'): Handler => file(from, { etag, cutAfter: after, arrived })

export async function place(...handlers: Handler[]): Promise<Place> {
  const server = await startFileServer()
  if (handlers.length > 0) server.on(path, ...(handlers as [Handler]))
  const folder = newFolder()
  part = join(folder, '.quarantine', 'tool@1.part')
  const known = new Map<string, KnownDownload>()
  const pauses: number[] = []
  const get: Place['get'] = async (wanted = {}, options = {}) => {
    const done = await download(
      { key: 'x/tool@1', url, fileName: 'tool', version: '1', sha256: null, bytes: null, mostBytes: 1_000_000, hosts: [], isExecutable: true, folder, ...wanted },
      {
        resourcesFolder: '/nowhere',
        loopback: server.base,
        refusal: () => null,
        known: (key) => known.get(key) ?? null,
        now: () => Date.UTC(2026, 10, 23),
        pause: async (ms) => void pauses.push(ms),
        signal: new AbortController().signal,
        onProgress: () => {},
        silenceMs: 5_000,
        ...options,
      },
    )
    known.set(done.key, done)
    return done
  }
  const fails: Place['fails'] = (wanted, options) =>
    get(wanted, options).then(
      () => Promise.reject(new Error('it did not fail')),
      (error: unknown) => {
        if (!(error instanceof DownloadFailed)) throw error
        expect(error.message).toMatch(/\.$/)
        expect(error.remedy).toMatch(/\.$/)
        return error
      },
    )
  return { server, folder, get, fails, known, pauses }
}
