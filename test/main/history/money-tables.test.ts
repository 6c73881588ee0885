/** What issue D keeps in the history: taken up by older files, and saved with them where they are damaged or cannot be written. */
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { createEnergyReader } from '../../../main/measured-energy.ts'
import type { LedgerEntry } from '../../../shared/ledger.ts'
import { newFolder } from '../../helpers/files.ts'
import { dayMs, hourMs, knownCard, noon, open, recordSeconds } from './support.ts'

function entry(id: string, amount = 2): LedgerEntry {
  return {
    id, kind: 'income', at: noon, recordedAt: noon, day: '2026-11-23', covers: null, networkId: 'some-network', programmeId: 'some-network/worker', gpuId: null, asset: 'TOK', amount,
    fair: { usd: amount * 3, usdPerUnit: 3, source: null, takenAt: noon, why: null }, kwh: null, origin: 'hand', reference: null, note: null, corrects: null,
  }
}

test('a history of the third version keeps everything and takes a ledger', () => {
  const folder = newFolder()
  copyFileSync(new URL('./history-v3.sqlite', import.meta.url), join(folder, 'history.sqlite'))
  const { history, notices } = open({ folder })
  expect(history.markers()).toMatchObject([{ gpuId: 'GPU-1', workload: 'fp32-compute' }])
  expect(history.octaneScores()).toMatchObject({ 'GPU-1': { score: 1274 } })
  expect(history.ledger.addEntries([entry('a')])).toEqual(['a'])
  expect(history.market.answers()).toEqual([])
  expect(history.tariff.span()).toBeNull()
  history.close()
  expect(open({ folder }).history.ledger.entry('a')).toEqual(entry('a'))
  expect(notices).toEqual([])
})

describe('a damaged file', () => {
  test('gives its ledger, prices and tariff to the new one', () => {
    const { history, folder, file } = open()
    history.ledger.addEntries([entry('a'), entry('b')])
    history.market.savePrice('TOK', noon, 3, '{}')
    history.market.saveAnswer('some/source', noon, '{"a":1}')
    history.tariff.saveIntervals([{ from: noon, to: noon + hourMs, perKwh: -0.01 }], 'EUR')
    history.setMarker({ gpuId: 'GPU-1', workload: 'fp32-compute', startedAt: 1, driverVersion: null })
    history.close()
    const database = new DatabaseSync(file)
    database.exec('DROP TABLE markers; CREATE TABLE markers (id INTEGER)')
    database.close()
    const again = open({ folder })
    expect(again.notices.map((notice) => notice.id)).toEqual(['history-set-aside'])
    expect(again.history.ledger.entry('b')).toEqual(entry('b'))
    expect(again.history.market.priceNear('TOK', noon, 1)).toMatchObject({ usd: 3 })
    expect(again.history.tariff.intervals(noon, noon + 1)).toHaveLength(1)
    expect(again.history.market.answers()).toEqual([{ source: 'some/source', fetchedAt: noon, document: '{"a":1}' }])
  })
})

test('the ledger waits in memory where the place cannot be written, and goes to the file once it can; what stands there stays', () => {
  const folder = join(newFolder(), 'disk')
  const { history } = open({ folder })
  history.ledger.addEntries([entry('a'), entry('b')])
  mkdirSync(folder)
  recordSeconds(history, 'GPU-1', noon, noon + 90_000)
  history.close()
  const again = open({ folder }).history
  expect(again.ledger.addEntries([entry('a', 99)])).toEqual([])
  expect([again.ledger.entry('a'), again.ledger.entry('b')]).toEqual([entry('a'), entry('b')])
})

test('measured energy by the quarter of an hour; days without a sample give nothing', () => {
  const { history } = open()
  history.book.save([knownCard('GPU-1')])
  recordSeconds(history, 'GPU-1', noon, noon + 1800 * 1000, () => ({ powerW: 200 }))
  const energy = createEnergyReader({ history, clock: { now: () => noon + dayMs, after: () => () => {} }, gpuIds: () => ['GPU-1', 'GPU-never'] })
  const hour = energy(noon, noon + hourMs)
  expect(hour).toHaveLength(1)
  expect(hour[0]?.kwh).toBeCloseTo(0.1, 3)
  expect(hour[0]?.knownShare).toBeCloseTo(0.5, 2)
  expect(energy(noon + 15 * 60_000, noon + 30 * 60_000)[0]?.kwh).toBeCloseTo(0.05, 3)
  expect(energy(noon - 3 * dayMs, noon - 2 * dayMs)).toEqual([])
})
