/** Downloads that are sent elsewhere, fall silent, vanish, do not fit on the disk, or are refused before anybody is asked. */
import { execFile } from 'node:child_process'
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import type { DownloadWanted } from '../../../main/enrolment/download.ts'
import { canMountTinyDisk, moduleUrl } from '../../helpers/files.ts'
import { body, other, partPath, place, sha, url } from './download-place.ts'
import { file, status, type Handler } from './file-server.ts'

describe('a redirect', () => {
  const to = (location: string): Handler => status(302, { location })

  it('is followed to the publisher’s own hosts', async () => {
    const { server, get } = await place(to('https://store.example.net/x/tool'))
    server.on('/store.example.net/x/tool', to('/y/tool'))
    server.on('/store.example.net/y/tool', file(body))
    // Relative, so it is said within the loopback's own paths.
    server.on('/y/tool', file(other))
    expect((await get({ hosts: ['store.example.net'] })).sha256).toBe(sha(body))
  })

  it.each([
    ['another host', 'https://evil.example.net/tool'],
    ['no https', 'http://files.example.org/tool'],
    ['a name and a password', 'https://a:b@files.example.org/other'],
    ['a file of this machine', 'file:///etc/passwd'],
    ['nowhere', ''],
  ])('is not followed to %s', async (_, location) => {
    const { server, folder, fails } = await place(to(location))
    server.on('/evil.example.net/tool', file(body))
    const fault = await fails()
    expect(fault.fault).toBe('redirected')
    expect(server.heard).toHaveLength(1)
    expect(readdirSync(folder)).toEqual(['.quarantine'])
  })

  it('in a circle ends', async () => {
    const { server, fails } = await place(to(url))
    expect((await fails()).fault).toBe('redirected')
    expect(server.heard).toHaveLength(6)
  })
})

describe('three diagnoses that must not be mixed up', () => {
  it('a time-out: the server falls silent', async () => {
    const { fails } = await place((_, response) => {
      response.writeHead(200, { 'content-length': body.length })
      response.write(body.subarray(0, 10))
    })
    const fault = await fails({}, { silenceMs: 150 })
    expect(fault.fault).toBe('timed-out')
    expect(fault.message).toMatch(/sent nothing/)
  })

  it('a time-out: no answer at all', async () => {
    const { fails } = await place(() => {})
    expect((await fails({}, { silenceMs: 150 })).fault).toBe('timed-out')
  })

  it('an antivirus program: the file vanishes as soon as it is whole', async () => {
    const { folder, fails } = await place((_, response) => {
      response.writeHead(200, { 'content-length': body.length })
      response.write(body.subarray(0, 299_999))
      void vi.waitFor(() => {
        if (statSync(partPath()).size < 299_999) throw new Error('not yet')
        rmSync(partPath())
        response.end(body.subarray(299_999))
      })
    })
    const fault = await fails()
    expect(fault.fault).toBe('antivirus')
    expect(fault.remedy).toContain(folder)
  })

  it('nobody is there', async () => {
    const { fails } = await place()
    const fault = await fails({}, { loopback: 'http://127.0.0.1:1' })
    expect(fault.fault).toBe('no-network')
  })
})

describe('before anybody is asked', () => {
  it.each<[string, Partial<DownloadWanted>, string]>([
    ['a plain http address', { url: 'http://files.example.org/tool' }, 'bad-address'],
    ['no address', { url: 'tool' }, 'bad-address'],
    ['a name that leads out of the folder', { fileName: '../tool' }, 'bad-address'],
    ['the folder itself', { fileName: '..' }, 'bad-address'],
    ['a file outside our own', { url: 'own:../../etc/passwd' }, 'bad-address'],
    ['an absolute file', { url: 'own:/etc/passwd' }, 'bad-address'],
    ['one of our own that is missing', { url: 'own:none' }, 'missing'],
  ])('%s is refused', async (_, wanted, fault) => {
    const { server, fails } = await place(file(body))
    expect((await fails(wanted)).fault).toBe(fault)
    expect(server.heard).toEqual([])
  })

  it('the user’s word against asking outside holds', async () => {
    const { server, fails } = await place(file(body))
    const fault = await fails({}, { refusal: () => 'Asking outside is switched off in Settings.' })
    expect([fault.fault, fault.message]).toEqual(['refused', 'Asking outside is switched off in Settings.'])
    expect(server.heard).toEqual([])
  })

  it('a folder that is none is said', async () => {
    const { folder, fails } = await place(file(body))
    writeFileSync(join(folder, 'file'), '')
    expect((await fails({ folder: join(folder, 'file') })).message).toMatch(/cannot be written/)
  })
})

/** Runs one download on a disk of that size in a process of its own, and says what came of it. */
async function onSmallDisk(folder: string, size: string, base: string): Promise<{ fault: string; message: string; left: string[] }> {
  const code = `
    import { readdirSync } from 'node:fs'
    import { download } from ${moduleUrl('main/enrolment/download.ts')}
    const [folder, loopback] = process.argv.slice(1)
    const wanted = { key: 'x/tool@1', url: ${JSON.stringify(url)}, fileName: 'tool', version: '1', sha256: null, bytes: null, mostBytes: 1e9, hosts: [], isExecutable: true, folder }
    const options = { resourcesFolder: '/', loopback, refusal: () => null, known: () => null, now: Date.now, pause: async () => {}, signal: new AbortController().signal, onProgress() {} }
    const said = await download(wanted, options).then(() => ({ fault: 'none', message: '' }), ({ fault, message }) => ({ fault, message }))
    console.log(JSON.stringify({ ...said, left: readdirSync(folder + '/.quarantine') }))`
  const mount = ['--user', '--map-root-user', '--mount', 'sh', '-c', `mount -t tmpfs -o size=${size} none "${folder}" && exec "$@"`, 'sh']
  const { stdout, stderr } = await promisify(execFile)('unshare', [...mount, process.execPath, '--input-type=module-typescript', '--disable-warning=ExperimentalWarning', '-e', code, folder, base])
  expect(stderr).toBe('')
  return JSON.parse(stdout) as Awaited<ReturnType<typeof onSmallDisk>>
}

describe.skipIf(!canMountTinyDisk)('a full disk', () => {
  it('is seen before anything is written, where the size is known', async () => {
    const { server, folder } = await place(file(body))
    const said = await onSmallDisk(folder, '1m', server.base)
    expect(said.fault).toBe('disk-full')
    expect(said.message).toMatch(/needs 16 MB/)
    expect(said.left).toEqual([])
  })

  it('is said while it fills, and what had come is removed', async () => {
    const zeros = Buffer.alloc(1 << 20)
    const { server, folder } = await place((_, response) => {
      response.writeHead(200)
      const pour = (left: number): void => void (left === 0 ? response.end() : response.write(zeros, (error) => error ?? pour(left - 1)))
      pour(40)
    })
    const said = await onSmallDisk(folder, '20m', server.base)
    expect(said.fault).toBe('disk-full')
    expect(said.left).toEqual([])
  })
})
