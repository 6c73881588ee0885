/** A programme's requirements as check records: the best of the cards that are here, and the machine's own where none is. */
import { expect, test } from 'vitest'
import { judge } from '../../../main/earnings/judge.ts'
import { networks, practice } from '../../../main/networks/index.ts'
import { noReadings } from '../../../shared/preflight.ts'
import { at, detection, gpu, gpuTable, markets } from './estimating.ts'

const judged = (programmeId: string, cards: Parameters<typeof detection>[0]) => judge({ programmeId, networks: [practice, ...networks], detection: detection(cards), gpuTable, at, markets: markets() })

test('one record for each need, with whose it is and when it was measured', () => {
  const records = judged('io-net/worker', [gpu('GeForce RTX 4090', { id: 'a' })])
  const ids = records.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(records.find(({ id }) => id === 'processor')).toMatchObject({ ok: true, programmeId: 'io-net/worker', measuredAt: at, remedy: null })
  expect(records.every(({ why, required }) => why !== '' && required !== '')).toBe(true)
})

test('with several cards, the one that fits decides: a machine joins with what fits', () => {
  const processor = (cards: Parameters<typeof detection>[0]) => judged('io-net/worker', cards).find(({ id }) => id === 'processor')?.ok
  const [old, good] = [gpu('GeForce GTX 1080', { id: 'old' }), gpu('GeForce RTX 4090', { id: 'good' })]
  expect([processor([old]), processor([old, good]), processor([good, old])]).toEqual([false, true, true])
})

test('without a card the needs of the machine are judged all the same, and that there is none is said first', () => {
  const records = judged('io-net/worker', [])
  expect(records[0]).toMatchObject({ id: 'card', ok: false, actual: 'none found', remedy: null, source: null, why: expect.stringContaining('What if') })
  expect(records.some(({ id }) => id === 'memory')).toBe(true)
  expect(records.some(({ id }) => id === 'processor')).toBe(false)
})

test('a programme that needs no card is not held up by there being none', () => {
  const records = judged('practice/worker', [])
  expect(records.some(({ id }) => id === 'card')).toBe(false)
  expect(records.length).toBeGreaterThan(0)
})

test('when it was measured is the readings\' own time; an unknown programme has no records', () => {
  const readings = noReadings(at - 5000)
  const options = { networks, detection: detection([gpu('GeForce RTX 4090', { id: 'a' })]), gpuTable, at, markets: markets(), prepared: { readings, enrolled: () => ({ answers: {}, doneSteps: [] }) } }
  expect(judge({ ...options, programmeId: 'io-net/worker' }).every(({ measuredAt }) => measuredAt === at - 5000)).toBe(true)
  expect(judge({ ...options, programmeId: 'io-net/nobody' })).toEqual([])
})
