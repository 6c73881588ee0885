/** Downloads without a published hash: what came is the only thing that can be judged, so pieces, pages and messages must never pass for the file. */
import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { DownloadWanted } from '../../../main/enrolment/download.ts'
import { unlikelyFile } from '../../../main/enrolment/download-looks.ts'
import { newFolder } from '../../helpers/files.ts'
import { body, cut, other, place, sha } from './download-place.ts'
import { file, type Handler } from './file-server.ts'

/** A piece from 100,000 on, of whatever file, under whatever tag. */
const goesOn = (from: Buffer, etag: string | null): Handler => (_, response) => {
  response.writeHead(206, { 'content-length': from.length - 100_000, 'content-range': `bytes 100000-${from.length - 1}/${from.length}`, ...(etag === null ? {} : { etag }) })
  response.end(from.subarray(100_000))
}
/** The very bytes of an answer; then the connection ends. */
const raw = (head: string, content: Buffer): Handler => (_, response) => void response.socket?.end(Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n`), content]))
const typed = (type: string, content: Buffer | string = body): Handler => (_, response) => void response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(content) }).end(content)

describe('the rest of another file', () => {
  it.each([
    ['says by its tag that it is another', '"two"'],
    ['says by a weak tag that it may be', 'W/"one"'],
    ['does not say of which file it is', null],
  ])('is not joined where it %s', async (_, etag) => {
    const { server, get } = await place(cut(body, 100_000), goesOn(other, etag), file(other, { etag: '"two"' }))
    expect((await get()).sha256).toBe(sha(other))
    expect(server.heard.map((each) => each.range)).toEqual([undefined, 'bytes=100000-', undefined])
  })

  it('without a tag may go on where the publisher’s hash judges the whole', async () => {
    const { server, get } = await place(cut(body, 100_000), goesOn(body, null))
    expect((await get({ sha256: sha(body) })).sha256).toBe(sha(body))
    expect(server.heard).toHaveLength(2)
  })
})

describe('a piece', () => {
  it('that ends with its connection, without a length, is not taken', async () => {
    const { folder, fails } = await place(raw('connection: close', body.subarray(0, 5000)))
    const fault = await fails()
    expect([fault.fault, fault.message]).toEqual(['refused', 'files.example.org does not say how long the file is, so a piece of it could not be told from the whole.'])
    expect(existsSync(join(folder, 'tool'))).toBe(false)
  })

  it('may come without a length where hash or size are known', async () => {
    for (const wanted of [{ sha256: sha(body) }, { bytes: body.length }] satisfies Partial<DownloadWanted>[]) {
      const { get, fails, server } = await place(raw('connection: close', body))
      expect((await get(wanted)).sha256).toBe(sha(body))
      server.on('/files.example.org/tool', raw('connection: close', body.subarray(0, 5000)))
      expect((await fails(wanted)).fault).toBe('swapped')
    }
  })

  it('in chunks that do not come to their end is cut, and not taken', async () => {
    const { folder, fails } = await place(raw('transfer-encoding: chunked', Buffer.concat([Buffer.from('1388\r\n'), body.subarray(0, 5000), Buffer.from('\r\n')])))
    expect((await fails()).fault).toBe('cut')
    expect(existsSync(join(folder, 'tool'))).toBe(false)
  })

  it('that is longer than it says is the server’s fault, is not called unsafe, and leaves nothing behind', async () => {
    const { folder, fails } = await place(raw('content-length: 100000', body))
    const fault = await fails()
    expect([fault.fault, fault.message]).toEqual(['refused', 'files.example.org broke the rules of HTTP: more came than it had announced, or something else.'])
    expect(readdirSync(join(folder, '.quarantine'))).toEqual([])
    expect(existsSync(join(folder, 'tool'))).toBe(false)
  })
})

describe('a page or a message', () => {
  it.each(['text/html; charset=utf-8', 'application/json', 'application/problem+json', 'text/xml', 'application/xml; x=y', 'application/xhtml+xml'])('%s is not taken for a program, whatever is in it', async (type) => {
    const { folder, fails } = await place(typed(type))
    const fault = await fails()
    expect(fault.fault).toBe('swapped')
    expect(fault.message).toContain(type.split(';')[0])
    expect(existsSync(join(folder, 'tool'))).toBe(false)
  })

  it.each<[string, Buffer | string]>([
    ['with a byte order mark', '\ufeff<html><title>Sign in</title>'],
    ['as XML', '<?xml version="1.0"?><html>'],
    ['in UTF-16', Buffer.from('\ufeff<!DOCTYPE html><html>', 'utf16le')],
    ['after blanks', '\n\n  <HTML>'],
    ['of JSON', '{"error":"rate limit"}'],
    ['of plain words', 'rate limit exceeded'],
  ])('%s is known by its beginning', async (_, content) => {
    const { folder, fails } = await place(typed('application/octet-stream', content))
    expect((await fails()).fault).toBe('swapped')
    expect(existsSync(join(folder, 'tool'))).toBe(false)
  })

  it('is what it may be where its name says so, and no program has to be one', async () => {
    const { get } = await place(typed('application/json', '{"a":1}'), typed('text/plain', 'any words'))
    expect((await get({ key: 'x/a@1', fileName: 'a.json', isExecutable: false })).bytes).toBe(7)
    expect((await get({ key: 'x/b@1', fileName: 'b.txt', isExecutable: false })).bytes).toBe(9)
  })

  it('of whatever kind passes where it has the publisher’s hash', async () => {
    const { get } = await place(typed('application/json', '{"a":1}'))
    expect((await get({ sha256: sha(Buffer.from('{"a":1}')) })).bytes).toBe(7)
  })
})

it.each<[string, NodeJS.Platform, boolean]>([
  ['7f454c4602010100', 'linux', true], ['7f454c4602010100', 'darwin', false], ['7f454c4602010100', 'win32', false],
  ['cffaedfe0c000001', 'darwin', true], ['cafebabe00000002', 'darwin', true], ['cffaedfe0c000001', 'linux', false],
  ['4d5a900003000000', 'win32', true], ['4d5a900003000000', 'linux', false],
  ['23212f62696e2f73', 'linux', true], ['23212f62696e2f73', 'darwin', true], ['23212f62696e2f73', 'win32', false],
  ['504b030414000000', 'linux', false],
])('a file that begins with %s is a program of %s: %s', (hex, platform, isOne) => {
  const fault = unlikelyFile(Buffer.from(hex, 'hex'), { fileName: 'tool', isPinned: false, isExecutable: true, platform })
  expect(fault?.message ?? null).toBe(isOne ? null : 'tool came, and it is no program of this system.')
})

it.each([
  ['the folder of files', (folder: string) => folder],
  ['the quarantine', (folder: string) => join(folder, '.quarantine')],
])('nothing is written through a link in place of %s', async (_, at) => {
  const { server, get, fails } = await place(file(body))
  const [outside, parent] = [newFolder(), newFolder()]
  const folder = join(parent, 'files')
  if (at(folder) !== folder) mkdirSync(folder)
  symlinkSync(outside, at(folder))
  const fault = await fails({ folder })
  expect([fault.fault, fault.message]).toEqual(['refused', `${at(folder)} is a link and leads elsewhere, so nothing is written there.`])
  expect(readdirSync(outside)).toEqual([])
  expect(server.heard).toEqual([])
  expect((await get({ folder: newFolder() })).sha256).toBe(sha(body))
})

it('a link in place of a part is not written through', async () => {
  const { get, folder } = await place(file(body))
  const outside = join(newFolder(), 'mine')
  mkdirSync(join(folder, '.quarantine'))
  symlinkSync(outside, join(folder, '.quarantine', 'tool@1.part'))
  symlinkSync(outside, join(folder, '.quarantine', 'tool@1.part.json'))
  await get()
  expect(existsSync(outside)).toBe(false)
})
