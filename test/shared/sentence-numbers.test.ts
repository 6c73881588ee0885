/** Numbers in sentences: thousands apart, few digits, never an exponent. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { amountWords, numberWords } from '../../shared/sentence-numbers.ts'

test.each([[1024, '1,024'], [49.75, '49.8'], [0.1123, '0.112'], [1_000_000, '1,000,000'], [1234.5, '1,235'], [0, '0'], [-2345, '-2,345'], [1.2e-7, '0.00000012']])('%d is "%s"', (value, words) => expect(numberWords(value)).toBe(words))
test.each([[90, 'USD', '90.00'], [-3829654.2, 'USD', '3,829,654'], [0.0012, 'USD', '0.001'], [14.2, 'JPY', '14'], [0, 'USD', '0.00']])('%d %s is "%s"', (value, code, words) => expect(amountWords(value, code)).toBe(words))
test('whatever the number, it reads back to within half a percent', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-9, max: 1e12, noNaN: true }), (value) => {
      expect(numberWords(value)).toMatch(/^[\d,.]+$/)
      expect(Math.abs(Number(numberWords(value).replaceAll(',', '')) / value - 1)).toBeLessThan(0.006)
    }),
  )
})
