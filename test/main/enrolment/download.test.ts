/** Downloads that arrive, break off, go on, or are not the right file. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import type { DownloadWanted } from '../../../main/enrolment/download.ts'
import { newFolder } from '../../helpers/files.ts'
import { body, cut, other, place, sha, url } from './download-place.ts'
import { file, status, type Handler } from './file-server.ts'

const quarantine = (folder: string): string[] => readdirSync(join(folder, '.quarantine'))

describe('a whole file', () => {
  it('is in place, verified, runnable, and leaves nothing in quarantine', async () => {
    const { folder, get } = await place(file(body))
    const steps: [number, number | null][] = []
    const done = await get({ sha256: sha(body).toUpperCase(), bytes: body.length }, { onProgress: (bytes, total) => steps.push([bytes, total]) })
    expect(done).toEqual({ key: 'x/tool@1', sha256: sha(body), bytes: body.length, firstSeenAt: Date.UTC(2026, 10, 23), path: join(folder, 'tool') })
    expect(readFileSync(join(folder, 'tool')).equals(body)).toBe(true)
    expect(statSync(join(folder, 'tool')).mode & 0o777).toBe(0o700)
    expect(quarantine(folder)).toEqual([])
    expect(steps.at(-1)).toEqual([body.length, body.length])
  })

  it('cannot be run while it is in quarantine, nor afterwards where it is no program', async () => {
    let seen: number | null = null
    const { folder, get } = await place((_, response) => {
      response.writeHead(200, { 'content-length': body.length })
      response.write(body.subarray(0, 100_000))
      void vi.waitFor(() => {
        const part = quarantine(folder).find((name) => name.endsWith('.part'))
        const about = statSync(join(folder, '.quarantine', part ?? 'none'))
        if (about.size < 100_000) throw new Error('not yet')
        seen = about.mode & 0o777
        response.end(body.subarray(100_000))
      })
    })
    await get({ isExecutable: false })
    expect(seen).toBe(0o600)
    expect(statSync(join(folder, 'tool')).mode & 0o777).toBe(0o600)
  })

  it('comes of Idlewatt itself over real HTTP where it is practice', async () => {
    const { folder, get } = await place()
    writeFileSync(join(folder, 'brought.sh'), body)
    const target = newFolder()
    const done = await get({ url: 'own:brought.sh', folder: target, sha256: sha(body) }, { resourcesFolder: folder, refusal: () => 'Nobody is asked.' })
    expect(readFileSync(done.path ?? '').equals(body)).toBe(true)
  })
})

describe('a break', () => {
  it('is gone on from by itself, from where it was', async () => {
    const { server, get, pauses } = await place(cut(body, 100_000), cut(body, 50_000), file(body))
    const done = await get()
    expect(done.sha256).toBe(sha(body))
    expect(server.heard.map((each) => each.range)).toEqual([undefined, 'bytes=100000-', 'bytes=150000-'])
    expect(server.heard[1]?.ifRange).toBe('"one"')
    expect(pauses).toEqual([1000, 2000])
  })

  it('that brings nothing more ends the download, and the next one goes on', async () => {
    const { server, get, fails } = await place(cut(body, 100_000), cut(body, 0), file(body))
    expect((await fails()).fault).toBe('cut')
    expect((await get()).sha256).toBe(sha(body))
    expect(server.heard.at(-1)?.range).toBe('bytes=100000-')
  })

  it('in a download without a pinned hash or a validator begins anew', async () => {
    const { server, get } = await place(cut(body, 100_000, null), file(body, { etag: null }))
    expect((await get()).sha256).toBe(sha(body))
    expect(server.heard.map((each) => each.range)).toEqual([undefined, undefined])
  })

  it('does not join a weak validator’s pieces', async () => {
    const { server, get } = await place(cut(body, 100_000, 'W/"one"'), file(other, { etag: 'W/"one"' }))
    expect((await get()).sha256).toBe(sha(other))
    expect(server.heard[1]?.range).toBeUndefined()
  })

  it('after which the file is another begins anew', async () => {
    const { get } = await place(cut(body, 100_000), file(other, { etag: '"two"' }))
    expect((await get()).sha256).toBe(sha(other))
  })

  it('after which the server goes on elsewhere begins anew', async () => {
    const { server, get } = await place(cut(body, 100_000), file(body, { shift: 5 }), file(body))
    expect((await get()).sha256).toBe(sha(body))
    expect(server.heard.map((each) => each.range)).toEqual([undefined, 'bytes=100000-', undefined])
  })

  it('joined to another file’s end is judged by a whole one', async () => {
    const { server, get } = await place(cut(other, 100_000, null), file(body, { etag: null }))
    expect((await get({ sha256: sha(body) })).sha256).toBe(sha(body))
    expect(server.heard.map((each) => each.range)).toEqual([undefined, 'bytes=100000-', undefined])
  })

  it('by the user keeps what came', async () => {
    const stop = new AbortController()
    const { server, folder, get, fails } = await place((_, response) => {
      response.writeHead(200, { 'content-length': body.length, etag: '"one"' })
      response.write(body.subarray(0, 100_000))
    }, file(body))
    const fault = await fails({}, { signal: stop.signal, onProgress: (bytes) => bytes >= 100_000 && stop.abort() })
    expect(fault.fault).toBe('cancelled')
    expect(existsSync(join(folder, 'tool'))).toBe(false)
    expect((await get()).sha256).toBe(sha(body))
    expect(server.heard.at(-1)?.range).toBe('bytes=100000-')
  })

  it('before which all had come asks nobody again', async () => {
    const { server, folder, get } = await place(file(body))
    await get()
    // As after a crash between the last byte and the move.
    const crashed = newFolder()
    const quarantined = join(crashed, '.quarantine')
    await get({ folder: crashed })
    expect(existsSync(quarantined)).toBe(true)
    const before = server.heard.length
    const { bootAt } = await import('../../../main/enrolment/download-part.ts')
    writeFileSync(join(quarantined, 'tool@1.part'), body)
    writeFileSync(join(quarantined, 'tool@1.part.json'), JSON.stringify({ url, etag: '"one"', totalBytes: body.length, bootAt: bootAt() }))
    rmSync(join(crashed, 'tool'))
    expect((await get({ folder: crashed })).sha256).toBe(sha(body))
    expect(server.heard.length).toBe(before)
    expect(readdirSync(folder)).toContain('tool')
  })

  it('by a power cut is not gone on from without a pinned hash', async () => {
    const { server, folder, get } = await place(file(body))
    await get()
    writeFileSync(join(folder, '.quarantine', 'tool@1.part'), Buffer.alloc(100_000))
    writeFileSync(join(folder, '.quarantine', 'tool@1.part.json'), JSON.stringify({ url, etag: '"one"', totalBytes: body.length, bootAt: 1000 }))
    await get()
    expect(server.heard.at(-1)?.range).toBeUndefined()
  })
})

describe('a file that is not the right one', () => {
  it('is thrown away where the publisher states another hash', async () => {
    const { folder, fails } = await place(file(other))
    const fault = await fails({ sha256: sha(body) })
    expect(fault.fault).toBe('swapped')
    expect(fault.message).toContain(sha(body))
    expect(fault.message).toContain(sha(other))
    expect(readdirSync(folder)).toEqual(['.quarantine'])
    expect(quarantine(folder)).toEqual([])
  })

  it('stops everything where the same version had another hash, and the old file stays', async () => {
    const { folder, get, fails } = await place(file(body), file(other, { etag: '"two"' }))
    await get()
    const fault = await fails()
    expect(fault.fault).toBe('swapped')
    expect(fault.message).toContain(`${sha(body)} on 2026-11-23`)
    expect(fault.message).toContain(sha(other))
    expect(readFileSync(join(folder, 'tool')).equals(body)).toBe(true)
    expect((await fails()).fault).toBe('swapped')
  })

  it('may be new under a new version', async () => {
    const { get } = await place(file(body), file(other))
    await get()
    expect((await get({ key: 'x/tool@2', version: '2' })).sha256).toBe(sha(other))
  })

  it.each<[string, Handler, Partial<DownloadWanted>, string]>([
    ['another size than stated', file(body), { bytes: 299_999 }, 'swapped'],
    ['another size than stated, in chunks', (_, response) => void response.writeHead(200).end(body), { bytes: 299_999 }, 'swapped'],
    ['0 bytes', file(Buffer.alloc(0)), {}, 'empty'],
    ['0 bytes in chunks', (_, response) => void response.writeHead(200, { 'transfer-encoding': 'chunked' }).end(), {}, 'empty'],
    ['more than the most, as it says', file(body), { mostBytes: 299_999 }, 'too-large'],
    ['more than the most, in chunks', (_, response) => void response.writeHead(200).end(body), { mostBytes: 299_999 }, 'too-large'],
    ['a web page to sign in', status(200, { 'content-type': 'text/html' }, '<!DOCTYPE html><title>Welcome to our hotel</title>'), {}, 'swapped'],
    ['packed', status(200, { 'content-encoding': 'gzip' }, 'x'), {}, 'refused'],
    ['not there any more', status(404), {}, 'not-found'],
    ['a fault of the server', status(503), {}, 'refused'],
    ['a piece that nobody asked for', status(206, { 'content-range': 'bytes 0-0/1' }, 'x'), {}, 'refused'],
  ])('is refused: %s', async (_, handler, wanted, fault) => {
    const { folder, fails } = await place(handler)
    expect((await fails(wanted)).fault).toBe(fault)
    expect(existsSync(join(folder, 'tool'))).toBe(false)
    expect(quarantine(folder).filter((name) => name.endsWith('.part'))).toEqual([])
  })
})
