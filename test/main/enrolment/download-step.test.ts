/** A download as a step: progress, the hash remembered over leaving, a file that vanished later, and what it stops. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { newFolder } from '../../helpers/files.ts'
import { file, startFileServer, type FileServer } from './file-server.ts'
import { programmeId, starts, step, world, type World } from './support.ts'

const body = Buffer.from('#!/bin/sh\necho launched\n')
const path = '/files.example.org/launcher'

function launcher(folder: string, server: FileServer, version = '3'): World {
  const there = { kind: 'download', file: 'launcher' } as const
  return world({
    folder,
    definition: {},
    loopback: server.base,
    refusal: () => null,
    steps: [
      step('get', { check: there, verify: there, do: { kind: 'download', url: 'https://files.example.org/launcher', file: 'launcher', version, sha256: null, bytes: null, mostBytes: 1_000_000, hosts: [], isExecutable: true }, undo: { kind: 'remove-file', file: 'launcher' } }),
      starts(),
    ],
  })
}

it('remembers the first hash, also over leaving: another for the same version stops everything', async () => {
  const server = await startFileServer()
  const folder = newFolder()
  server.on(path, file(body), file(Buffer.from('#!/bin/sh\necho something else\n'), { etag: '"two"' }))
  const of = launcher(folder, server)
  await of.agree()
  await of.enrolment.doStep(programmeId, 'get')
  expect(of.stepState('get').phase).toBe('done')
  expect(readFileSync(join(of.own, 'files', 'launcher')).equals(body)).toBe(true)
  // Again: nothing is fetched.
  await of.enrolment.doStep(programmeId, 'get')
  expect(server.heard).toHaveLength(1)
  await of.enrolment.leave(programmeId)
  expect(existsSync(join(of.own, 'files', 'launcher'))).toBe(false)

  await of.agree()
  await of.enrolment.doStep(programmeId, 'get')
  expect(of.stepState('get').phase).toBe('failed')
  expect(of.stepState('get').because).toContain(createHash('sha256').update(body).digest('hex'))
  expect(of.stepState('get').remedy).toMatch(/everything stops here/)
  await expect(of.enrolment.doStep(programmeId, 'start')).rejects.toThrow(/First comes/)
  expect(of.enrolment.software(programmeId).isSetUp).toBe(false)
  expect(existsSync(join(of.own, 'files', 'launcher'))).toBe(false)
})

it.each([
  ['vanished', (at: string) => rmSync(at), /is no longer in/],
  ['was changed', (at: string) => writeFileSync(at, 'other'), /is not the file that was downloaded/],
])('a file that %s since is not started, and can be fetched anew', async (_, spoil, words) => {
  const server = await startFileServer()
  server.on(path, file(body))
  const of = launcher(newFolder(), server)
  await of.agree()
  await of.enrolment.doStep(programmeId, 'get')
  spoil(join(of.own, 'files', 'launcher'))
  await of.enrolment.doStep(programmeId, 'start')
  expect(of.stepState('start').phase).toBe('failed')
  expect(of.stepState('start').because).toMatch(words)
  expect(of.software.asked).toEqual([])
  await of.enrolment.doStep(programmeId, 'get')
  await of.enrolment.doStep(programmeId, 'start')
  expect(of.state().phase).toBe('set-up')
})

it('shows how far it is, is cancelled without a fault, and goes on', async () => {
  const server = await startFileServer()
  const big = Buffer.from(`#!/bin/sh\n${'x'.repeat(499_990)}`)
  server.on(path, (_, response) => {
    response.writeHead(200, { 'content-length': big.length, etag: '"one"' })
    response.write(big.subarray(0, 100_000))
  }, file(big))
  const of = launcher(newFolder(), server)
  await of.agree()
  const doing = of.enrolment.doStep(programmeId, 'get')
  await vi.waitFor(() => expect(of.stepState('get').progress).toMatchObject({ totalBytes: 500_000 }))
  await vi.waitFor(() => expect(readFileSync(join(of.own, 'files', '.quarantine', 'launcher@3.part')).length).toBe(100_000))
  of.enrolment.cancel(programmeId, 'get')
  await doing
  expect(of.stepState('get')).toMatchObject({ phase: 'open', progress: null, because: 'The download was cancelled. What had arrived is kept.' })
  await of.enrolment.doStep(programmeId, 'get')
  expect(of.stepState('get').phase).toBe('done')
  expect(server.heard.at(-1)?.range).toBe('bytes=100000-')
})
