/** A meter beside the card's own reading: what follows from one pair, from several, and what is refused. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { calibrate } from '../../../main/earnings/calibration.ts'

describe('calibration', () => {
  test('one pair gives a factor, two a line, three how well it fits', () => {
    expect(calibrate([{ gpuW: 300, wallW: 360 }])).toMatchObject({ factor: 1.2, offsetW: 0, sentence: expect.stringMatching(/1\.2 times.*second one/) as string })
    expect(calibrate([{ gpuW: 20, wallW: 82 }, { gpuW: 300, wallW: 390 }])).toMatchObject({ factor: 1.1, offsetW: 60 })
    expect(calibrate([{ gpuW: 20, wallW: 82 }, { gpuW: 160, wallW: 240 }, { gpuW: 300, wallW: 390 }]).sentence).toMatch(/off that line/)
  })
  test.each([
    ['nothing', [], /at least one/],
    ['one at rest', [{ gpuW: 12, wallW: 60 }], /says too little/],
    ['a wall below its card', [{ gpuW: 300, wallW: 200 }], /wrong way round/],
    ['one load twice', [{ gpuW: 300, wallW: 360 }, { gpuW: 304, wallW: 366 }], /same load/],
    ['too steep', [{ gpuW: 20, wallW: 40 }, { gpuW: 100, wallW: 400 }], /4\.5 times.*can be true/],
    ['falling', [{ gpuW: 20, wallW: 400 }, { gpuW: 300, wallW: 320 }], /can be true/],
    ['no number', [{ gpuW: Number.NaN, wallW: 1 }], /number of watts/],
    ['more than a machine draws', [{ gpuW: 20, wallW: 9000 }, { gpuW: 300, wallW: 9400 }], /which cannot be/],
  ] as [string, { gpuW: number; wallW: number }[], RegExp][])('%s is refused', (_what, pairs, sentence) => expect(() => calibrate(pairs)).toThrow(sentence))

  test('any line that can be true is found again', () => {
    const watts = fc.integer({ min: 0, max: 600 })
    fc.assert(
      fc.property(fc.double({ min: 1, max: 2.9, noNaN: true }), fc.integer({ min: 0, max: 300 }), fc.uniqueArray(watts, { minLength: 2, maxLength: 8, comparator: (a, b) => Math.abs(a - b) < 15 }), (factor, offsetW, loads) => {
        const found = calibrate(loads.map((gpuW) => ({ gpuW, wallW: factor * gpuW + offsetW })))
        expect(found.factor).toBeCloseTo(factor, 2)
        expect(Math.abs(found.offsetW - offsetW)).toBeLessThan(0.2)
      }),
    )
  })
})
