/** Which of several readings a figure takes, and what it says where there is none. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createModelFinder } from '../../shared/listed-models.ts'
import { bestFigure, bundledReading, pastOf, priceFigure, readingOf, type Reading } from '../../shared/network-figures.ts'
import { atMost, nameOf, plainNumber, standsThere, timeOf } from '../../shared/outside-answers.ts'

const at = Date.parse('2026-11-23T12:00:00Z')
const source = { url: 'https://example.org', date: '2026-11-01' }
const head = { id: 'gpus-total', label: 'GPUs', group: 'supply' as const, unit: 'GPUs', absent: 'nobody says.' }
const reading = (value: number, change: Partial<Reading> = {}): Reading => ({ value, origin: 'live', source, takenAt: at, isStale: false, confidence: 'high', ...change })
const subject = (points: { at: number; value: number }[] = []) => ({ at, kept: () => points })

test('what was asked comes before what is bundled, else the first; what is no number is passed over', () => {
  expect(bestFigure(head, [null, reading(1, { origin: 'bundled' }), reading(NaN), reading(2), reading(3)], subject())).toMatchObject({ value: 2, origin: 'live', note: null })
  expect(bestFigure(head, [reading(1, { origin: 'bundled' })], subject())).toMatchObject({ value: 1, origin: 'bundled' })
  expect(bestFigure(head, [null], subject())).toEqual({ id: 'gpus-total', label: 'GPUs', group: 'supply', unit: 'GPUs', value: null, origin: 'bundled', source: null, takenAt: null, isStale: false, confidence: 'none', note: 'nobody says.', trend: [] })
})

test('its own past comes before what was kept here', () => {
  const kept = [{ at: at - 1, value: 7 }]
  expect(bestFigure(head, [], subject(kept), [{ at: at - 5, value: 1 }]).trend).toEqual([{ at: at - 5, value: 1 }])
  expect(bestFigure(head, [], subject(kept), [{ at: at + 5, value: 1 }]).trend).toEqual(kept)
})

test('a past is in order, once a moment, and never of the future', () => {
  const points = fc.array(fc.record({ at: fc.integer({ min: at - 1e6, max: at + 1e6 }), value: fc.double() }))
  fc.assert(
    fc.property(points, (given) => {
      const past = pastOf(given, at)
      expect(past.every((point, index) => point.at <= at && Number.isFinite(point.value) && (index === 0 || point.at > (past[index - 1]?.at ?? NaN)))).toBe(true)
    }),
  )
})

test('a dated figure is old; a source that was never read tells nothing', () => {
  expect(bundledReading([{ id: 'a', value: 5, takenAt: '2026-10-01', confidence: 'low', source }], 'a')).toMatchObject({ origin: 'bundled', isStale: true, takenAt: Date.parse('2026-10-01'), note: null })
  expect(bundledReading([], 'a')).toBeNull()
  expect(readingOf(null, () => 5, 'high')).toBeNull()
})

test.each([null, 0, -1, NaN, Infinity])('a price of %s is none', (value) => {
  const price = { id: 'x', label: 'X', value, unit: 'USD', origin: 'live' as const, source, takenAt: at, confidence: 'high' as const, stale: false }
  expect(priceFigure('XYZ', { ...subject(), tokenUsd: () => price })).toMatchObject({ id: 'token-price-xyz', value: null, note: 'no price of it is known.' })
})

test('numbers as text, dates, and where something does not fit', () => {
  expect([' 12 ', '-1.5', '1e3', '0x10', '', 'NaN', null].map(plainNumber)).toEqual([12, -1.5, 1000, '0x10', '', 'NaN', null])
  expect(['5', 5, -1, 11, '1e400', NaN].map((value) => atMost(10).safeParse(value).success)).toEqual([true, true, false, false, false, false])
  expect(['2026-11-23', '2026-13-45', 'soon', 20261123, null].map(timeOf)).toEqual([Date.parse('2026-11-23'), null, null, null, null])
  expect(`${nameOf(['models', 3, 'price'])} ${standsThere({ models: [] }, ['models', 3, 'price'])}`).toBe('models[3].price is missing')
})

test('a listed name leads to one card or to none', () => {
  const find = createModelFinder([{ model: 'A 80', names: ['a'], memoryGib: 80 }, { model: 'A 40', names: ['a'], memoryGib: 40 }])
  expect([find('a', 74.5), find('a', 40), find('a', null), find('b', 40), find('a', 80, (row) => row.model === 'A 40')]).toEqual(['A 80', 'A 40', null, null, null])
})
