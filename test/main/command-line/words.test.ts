/** Numbers, dates and pairs as people type them, and the sentences they get when they slip. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nearestWord, quoted, readMoment, readNumber, readOneOf, readPair, readText, readWholeNumber, WrongWords } from '../../../main/command-line/words.ts'

const price = { min: -5, max: 10, unit: 'USD' }

describe('numbers', () => {
  test.each([['0.15', 0.15], ['-0.02', -0.02], ['.5', 0.5], ['1e-1', 0.1], [' 3 ', 3], ['+2', 2]])('%s', (text, value) => expect(readNumber('--usd-per-kwh', text, price)).toBe(value))
  test.each(['abc', '', ' ', '0x10', '1_000', 'NaN', 'Infinity', '1e400', '12abc', '--json', '11', '-6', '0,15', '½', '１'])('%j is refused', (text) => {
    expect(() => readNumber('--usd-per-kwh', text, price)).toThrow(WrongWords)
  })
  test('a comma is explained', () => expect(() => readNumber('--usd-per-kwh', '0,15', price)).toThrow('0.15'))
  test('the sentence names the flag and what was typed', () => expect(() => readNumber('--usd-per-kwh', 'abc', price)).toThrow(/--usd-per-kwh.*"abc"/))
  test('cards are counted whole', () => expect(() => readWholeNumber('--count', '1.5', { min: 1, max: 64, unit: 'cards' })).toThrow(WrongWords))
  test('whatever is typed, a number within the range comes back or the call is refused', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.double().map(String)), (text) => {
        try {
          const value = readNumber('--x', text, price)
          return value >= price.min && value <= price.max
        } catch (error) {
          return error instanceof WrongWords
        }
      }),
    )
  })
})

describe('dates', () => {
  test.each([
    ['2026-11-22', '2026-11-22T00:00:00.000Z'],
    ['2026-11-22T12:00Z', '2026-11-22T12:00:00.000Z'],
    ['2026-11-22T12:00', '2026-11-22T12:00:00.000Z'],
    ['2026-11-22 12:00:30+02:00', '2026-11-22T10:00:30.000Z'],
    ['2026-11-22T12:00:30.5+0200', '2026-11-22T10:00:30.000Z'],
    ['2028-02-29', '2028-02-29T00:00:00.000Z'],
  ])('%s', (text, iso) => expect(new Date(readMoment('--at', text)).toISOString()).toBe(iso))
  test.each(['yesterday', '2026', '2026-11', '2026-13-01', '2026-02-30', '2026-11-22T25:00Z', '22.11.2026', '11/22/2026', '1890-01-01', '9999-12-31', '', '2026-11-22T12:00Zzz'])('%j is refused', (text) => {
    expect(() => readMoment('--at', text)).toThrow(WrongWords)
  })
})

describe('the rest', () => {
  test('pairs', () => {
    expect(readPair('--market', 'one=/a=b.json', {}, 'NETWORK=FILE')).toEqual({ name: 'one', value: '/a=b.json' })
    for (const text of ['one', 'one=', '=file', '']) expect(() => readPair('--market', text, {}, 'NETWORK=FILE')).toThrow(WrongWords)
    expect(() => readPair('--market', 'one=b', { one: 'a' }, 'NETWORK=FILE')).toThrow('twice')
  })
  test('a flag that swallowed the next one', () => expect(() => readText('--data', '--json')).toThrow(WrongWords))
  test('one of several, whatever its capitals', () => {
    expect(readOneOf('token', 'akt', ['AKT', 'ATH'])).toBe('AKT')
    expect(() => readOneOf('token', 'xyz', ['AKT', 'ATH'])).toThrow('AKT, ATH')
  })
  test('what is repeated to the user cannot harm the terminal', () => {
    expect(quoted('\u001b[31mred\u0007')).toBe('" [31mred "')
    expect(quoted('x'.repeat(500)).length).toBeLessThan(70)
  })
  test('a slip finds what was meant, nonsense finds nothing', () => {
    const known = ['detect', 'bench', 'estimate', 'serve']
    expect(nearestWord('detetc', known)).toBe('detect')
    expect(nearestWord('Benhc', known)).toBe('bench')
    expect(nearestWord('frobnicate', known)).toBeNull()
  })
})
