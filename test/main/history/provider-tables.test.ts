/** What is kept of provider software and enrolment: documents, downloads, readings, and events of a programme. */
import { chmodSync, copyFileSync, existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { newFolder } from '../../helpers/files.ts'
import { noon, open } from './support.ts'

const download = { key: 'net/work/file@1', sha256: 'a'.repeat(64), bytes: 12, firstSeenAt: noon, path: null }

test('a history of the fourth version keeps everything and takes providers', () => {
  const folder = newFolder()
  copyFileSync(new URL('./history-v4.sqlite', import.meta.url), join(folder, 'history.sqlite'))
  const { history, notices } = open({ folder })
  expect(history.markers()).toMatchObject([{ gpuId: 'GPU-1', workload: 'fp32-compute' }])
  expect(history.events({ from: 0, to: 1_763_900_000_000 })).toEqual([{ at: 1_763_800_000_000, id: 'xid', gpuId: 'GPU-1', sentence: 'Xid 79' }])
  expect(history.market.priceNear('TOK', 1_763_800_000_000, 1)).toMatchObject({ usd: 3 })
  history.provider.saveProvider('net/work', { wanted: 'run' })
  history.close()
  expect(open({ folder }).history.provider.providers()).toEqual({ 'net/work': { wanted: 'run' } })
  expect(notices).toEqual([])
})

test('documents are replaced and removed; another scope has its own', () => {
  const { history, folder } = open()
  history.provider.saveProvider('net/work', { wanted: 'run' })
  history.provider.saveProvider('net/work', { wanted: 'stop' })
  history.provider.saveEnrolment('net/work', { consent: null })
  history.provider.saveEnrolment('net/other', { consent: 1 })
  history.provider.saveEnrolment('net/other', null)
  history.provider.saveReadings({ measuredAt: 5 })
  history.provider.saveDownload(download)
  history.provider.saveDownload({ ...download, path: '/x' })
  expect(history.provider.provider('net/work')).toEqual({ wanted: 'stop' })
  expect(history.provider.enrolments()).toEqual({ 'net/work': { consent: null } })
  expect(history.provider.enrolment('net/other')).toBeNull()
  expect(history.provider.downloads()).toEqual([{ ...download, path: '/x' }])
  history.close()
  const recorded = open({ folder, scope: 'a-recording' }).history
  expect([recorded.provider.providers(), recorded.provider.readings()]).toEqual([{}, null])
  recorded.close()
  expect(open({ folder }).history.provider.readings()).toEqual({ measuredAt: 5 })
})

test('events of one programme are told apart, also those that are not written yet', () => {
  const { history } = open()
  history.addEvents([
    { at: noon, id: 'provider-started', gpuId: null, programmeId: 'net/work', sentence: 'It was started.' },
    { at: noon + 1, id: 'provider-died', gpuId: null, programmeId: 'net/other', sentence: 'It died.' },
    { at: noon + 2, id: 'xid', gpuId: 'GPU-1', sentence: 'Xid 79' },
  ])
  expect(history.events({ from: 0, to: noon + 10, programmeId: 'net/work' })).toEqual([{ at: noon, id: 'provider-started', gpuId: null, programmeId: 'net/work', sentence: 'It was started.' }])
  expect(history.events({ from: 0, to: noon + 10 }).map(({ programmeId }) => programmeId ?? null)).toEqual([null, 'net/other', 'net/work'])
})

test('a record that cannot be read is left out, and the others stay', () => {
  const { history, folder, file } = open()
  history.provider.saveProvider('net/work', { wanted: 'run' })
  history.provider.saveProvider('net/other', { wanted: 'stop' })
  history.provider.saveDownload(download)
  history.close()
  const database = new DatabaseSync(file)
  database.exec(`UPDATE providers SET document = '{"wanted":' WHERE programme_id = 'net/work'; UPDATE downloads SET document = '{"key":1}'`)
  database.close()
  const again = open({ folder }).history
  expect(again.provider.providers()).toEqual({ 'net/other': { wanted: 'stop' } })
  expect(again.provider.provider('net/work')).toBeNull()
  expect(again.provider.downloads()).toEqual([])
})

test('a damaged file gives wishes and consents to the new one', () => {
  const { history, folder, file } = open()
  history.provider.saveProvider('net/work', { wanted: 'stop' })
  history.provider.saveEnrolment('net/work', { consent: { at: noon } })
  history.provider.saveDownload(download)
  history.close()
  const database = new DatabaseSync(file)
  database.exec('DROP TABLE markers; CREATE TABLE markers (id INTEGER)')
  database.close()
  const again = open({ folder })
  expect(again.notices.map((notice) => notice.id)).toEqual(['history-set-aside'])
  expect(again.history.provider.provider('net/work')).toEqual({ wanted: 'stop' })
  expect(again.history.provider.enrolment('net/work')).toEqual({ consent: { at: noon } })
  expect(again.history.provider.downloads()).toEqual([download])
})

test.skipIf(process.platform === 'win32')('the file and what SQLite makes beside it are for their owner alone, an older file too', () => {
  const folder = newFolder()
  chmodSync(folder, 0o755)
  const rights = (): number[] => ['', '-wal', '-shm'].map((end) => join(folder, `history.sqlite${end}`)).filter(existsSync).map((path) => statSync(path).mode & 0o777)
  const first = open({ folder }).history
  first.provider.saveReadings({ measuredAt: 1 })
  expect(rights()).toEqual([0o600, 0o600, 0o600])
  first.close()
  chmodSync(join(folder, 'history.sqlite'), 0o644)
  const again = open({ folder }).history
  again.provider.saveReadings({ measuredAt: 2 })
  expect(new Set(rights())).toEqual(new Set([0o600]))
  again.close()
})
