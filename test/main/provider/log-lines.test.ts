/** Pieces of a file become the same lines wherever they are cut. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLineSplitter } from '../../../main/provider/log-lines.ts'

test.each(['utf8', 'utf16le'] as const)('lines do not depend on where the pieces end: %s', (encoding) => {
  const letters = fc.array(fc.constantFrom('a', 'ü', '✅', '\u010a', ' ', '\r\n', '\n'), { maxLength: 40 }).map((parts) => parts.join(''))
  fc.assert(
    fc.property(letters, fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 10 }), (text, cuts) => {
      const bytes = Buffer.from(text, encoding)
      const lines: string[] = []
      const splitter = createLineSplitter(encoding, (line) => lines.push(line))
      for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
        const size = (cuts[turn % cuts.length] as number) * (encoding === 'utf8' ? 1 : 2)
        splitter.push(bytes.subarray(at, at + size))
        at += size
      }
      splitter.finish()
      const expected = text.split(/\r?\n/)
      if (expected.at(-1) === '') expected.pop()
      expect(lines).toEqual(expected)
    }),
  )
})

test('a splitter keeps no more of a line than it hands on', () => {
  const lines: [number, number][] = []
  const splitter = createLineSplitter('utf8', (line, bytes) => lines.push([line.length, bytes]))
  for (let count = 0; count < 1000; count += 1) splitter.push(Buffer.alloc(65_536, 'x'))
  expect(splitter.pending()).toBe(65_536_000)
  splitter.push(Buffer.from('\nnext\n'))
  expect(lines).toEqual([[131_072, 65_536_000], [4, 4]])
})
