/** Imported runs and scores of OctaneBench in the history: kept, replaced, forgotten, taken over from damage and from older files. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import type { ImportedRun } from '../../../shared/benchmark.ts'
import { newFolder } from '../../helpers/files.ts'
import { ask, hourMs, noon, open, recordSeconds } from './support.ts'

const card = 'GPU-1'

test('a history of the second version keeps everything and takes imports', () => {
  const folder = newFolder()
  copyFileSync(new URL('./history-v2.sqlite', import.meta.url), join(folder, 'history.sqlite'))
  const { history, notices } = open({ folder })
  expect(history.latestResults()['GPU-old']).toMatchObject({ startedAt: 1_763_700_000_000, results: [{ workload: 'fp32-compute', value: 79_000 }], power: { workW: 430 } })
  expect(history.markers()).toMatchObject([{ gpuId: 'GPU-old', workload: 'memory-bandwidth' }])
  expect(history.events({ from: 0, to: noon }).map((event) => event.id)).toContain('xid')
  expect(history.read(ask('GPU-old', 1_763_700_000_000, 1_763_700_010_000, { stepSeconds: 1 })).samples).toHaveLength(5)
  expect([history.imports(), history.octaneScores()]).toEqual([[], {}])
  history.saveImports([imported('a', 1)])
  history.close()
  expect(open({ folder }).history.imports()).toEqual([imported('a', 1)])
  expect(notices).toEqual([])
})

describe('imported runs and scores', () => {
  const score = { gpuId: card, score: 640, version: '2020.1.5', measuredAt: null, importedAt: noon, from: 'octane.log' }

  test('are there after a restart, newest import first; one with the same id is replaced, a forgotten one is gone', () => {
    const first = open()
    first.history.saveImports([imported('a', 1), imported('b', 1)])
    first.history.saveImports([{ ...imported('a', 3), from: 'again.json' }])
    first.history.saveImports([imported('c', 2)])
    first.history.forgetImport('b')
    first.history.saveOctaneScore({ ...score, score: 500, importedAt: noon - 1 })
    first.history.saveOctaneScore(score)
    first.history.close()
    const { history, notices } = open({ folder: first.folder })
    expect(history.imports().map(({ id, from }) => [id, from])).toEqual([['a', 'again.json'], ['c', 'card.json']])
    expect(history.octaneScores()).toEqual({ [card]: score })
    expect(notices).toEqual([])
  })

  test('one that cannot be read is left out, the others stay', () => {
    const { history, file } = open()
    history.saveImports([imported('a', 1)])
    history.saveOctaneScore(score)
    const database = new DatabaseSync(file)
    database.prepare('INSERT INTO imports VALUES (?, ?, ?, ?)').run('b', 2, 'x', '{"cut in ha')
    database.prepare('INSERT INTO octane_scores VALUES (?, ?, ?)').run('GPU-9', 2, '{"gpuId":"GPU-9"}')
    database.close()
    expect(history.imports().map(({ id }) => id)).toEqual(['a'])
    expect(Object.keys(history.octaneScores())).toEqual([card])
  })

  test('are taken over from a damaged file, and from one that was cut in half', () => {
    for (const damage of [(bytes: Buffer) => bytes, (bytes: Buffer) => bytes.subarray(0, 4096 * 40)]) {
      const { history, file, folder } = open()
      history.saveImports([imported('a', 1)])
      history.saveOctaneScore(score)
      recordSeconds(history, card, noon, noon + 2 * hourMs)
      history.close()
      writeFileSync(file, damage(readFileSync(file)))
      const database = new DatabaseSync(file)
      database.exec('PRAGMA writable_schema = ON')
      try {
        database.exec('DROP TABLE markers; CREATE TABLE markers (id INTEGER)')
      } catch {
        // The half file is damage enough.
      }
      database.close()
      const again = open({ folder })
      expect(again.notices.map(({ id }) => id)).toEqual(['history-set-aside'])
      expect(again.history.imports().map(({ id }) => id)).toEqual(['a'])
      expect(again.history.octaneScores()).toEqual({ [card]: score })
    }
  })

  test('wait in memory where the place cannot be written, and go to the file once it can', () => {
    const folder = join(newFolder(), 'disk')
    const { history } = open({ folder })
    history.saveImports([imported('a', 1)])
    history.saveOctaneScore(score)
    mkdirSync(folder)
    recordSeconds(history, card, noon, noon + 90_000)
    history.close()
    const again = open({ folder }).history
    expect(again.imports()).toEqual([imported('a', 1)])
    expect(again.octaneScores()).toEqual({ [card]: score })
  })
})

function imported(id: string, importedAt: number): ImportedRun {
  const result = { gpuId: 'card-0123456789ab', gpuName: 'A card', startedAt: 5, endedAt: 6, mode: 'quick' as const, driverVersion: null, results: [], power: null, verdict: 'unknown' as const, reasons: [] }
  return { id, importedAt, from: 'card.json', result }
}
