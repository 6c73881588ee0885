/** Points in time and spans as people type them. */
import { describe, expect, test } from 'vitest'
import { readStep, readTime, spanText, zoneText } from '../../../main/command-line/times.ts'
import { WrongWords } from '../../../main/command-line/words.ts'

const now = Date.UTC(2026, 10, 23, 12)
const iso = (text: string): string => new Date(readTime('--from', text, now)).toISOString()

describe('points in time', () => {
  test.each([
    ['now', '2026-11-23T12:00:00.000Z'],
    ['-24h', '2026-11-22T12:00:00.000Z'],
    ['-90m', '2026-11-23T10:30:00.000Z'],
    ['-7d', '2026-11-16T12:00:00.000Z'],
    ['-1.5h', '2026-11-23T10:30:00.000Z'],
    ['-2W', '2026-11-09T12:00:00.000Z'],
    ['2026-11-20', '2026-11-20T00:00:00.000Z'],
    ['2026-11-20T08:30+02:00', '2026-11-20T06:30:00.000Z'],
    [String(Date.UTC(2026, 0, 1)), '2026-01-01T00:00:00.000Z'],
    [String(Date.UTC(2026, 0, 1) / 1000), '2026-01-01T00:00:00.000Z'],
  ])('%s', (text, expected) => expect(iso(text)).toBe(expected))
  test.each(['yesterday', '-24', '-h', '--json', '', '-99999999d', '2026-02-30', '1999-01-01', '-1e3h'])('%j is refused', (text) => expect(() => iso(text)).toThrow(WrongWords))
  test('a span without its minus is explained', () => expect(() => iso('24h')).toThrow('-24h'))
})

describe('steps', () => {
  test.each([['10s', 10], ['1m', 60], ['900', 900], ['15M', 900], ['1h', 3600], ['1d', 86_400], [' 30s ', 30]])('%s', (text, seconds) => expect(readStep('--step', text)).toBe(seconds))
  test.each(['0', '0s', '-10s', '1.5m', '10 seconds', '', '400d', 'abc', '1e3', '٣'])('%j is refused', (text) => expect(() => readStep('--step', text)).toThrow(WrongWords))
})

test('spans are said as a person says them', () => {
  expect([0, 59_400, 60_000, 7_200_000, 7_800_000, 4 * 86_400_000, -5].map(spanText)).toEqual(['0 s', '59 s', '1 min', '2 h', '2 h 10 min', '4 days', '0 s'])
})

test('the zone of shown times follows the seasons', () => {
  const before = process.env['TZ']
  try {
    for (const [zone, month, text] of [['Europe/Berlin', 0, 'UTC+01:00'], ['Europe/Berlin', 6, 'UTC+02:00'], ['Asia/Kolkata', 0, 'UTC+05:30'], ['America/St_Johns', 0, 'UTC-03:30'], ['UTC', 0, 'UTC']] as const) {
      process.env['TZ'] = zone
      expect(zoneText(Date.UTC(2026, month, 15)), zone).toBe(text)
    }
  } finally {
    if (before === undefined) delete process.env['TZ']
    else process.env['TZ'] = before
  }
})
