/** Where bands lie: inside the axis, in order, with zero always in sight. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { axisOf, placeBand, placeOn, roundStep, sharedAxis } from '../../../renderer/components/band-geometry.ts'

const amount = fc.double({ min: -1e5, max: 1e5, noNaN: true })
const band = fc.tuple(amount, amount, amount).map((three) => {
  const [low, expected, high] = [...three].sort((a, b) => a - b) as [number, number, number]
  return { low, expected, high }
})

describe('the axis', () => {
  it('has round ticks and holds zero', () => {
    expect(axisOf([{ low: 1.48, expected: 3.75, high: 7.59 }])).toMatchObject({ from: 0, ticks: [0, 2, 4, 6] })
    expect(axisOf([{ low: -0.41, expected: null, high: 5.6 }]).ticks).toEqual([0, 2, 4])
    expect(axisOf([{ low: -4.1, expected: null, high: 5.6 }]).ticks).toEqual([-4, -2, 0, 2, 4])
    expect(axisOf([{ low: -7, expected: -5, high: -1 }]).to).toBe(0)
    expect(axisOf([]).ticks).toContain(0)
  })

  it('holds every band, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(band, { minLength: 1, maxLength: 9 }), (bands) => {
        const axis = axisOf(bands)
        expect(axis.from).toBeLessThanOrEqual(0)
        expect(axis.to).toBeGreaterThanOrEqual(0)
        expect(axis.to).toBeGreaterThan(axis.from)
        expect(axis.ticks).toContain(0)
        expect(axis.ticks.length).toBeLessThan(12)
        for (const one of bands) {
          expect(one.low).toBeGreaterThanOrEqual(axis.from - 1e-6)
          expect(one.high).toBeLessThanOrEqual(axis.to + 1e-6)
        }
      }),
    )
  })

  it('is not flattened by bands of no consequence, and holds them where they cost little room', () => {
    const counting = [{ low: 0.3, expected: 0.9, high: 1.2 }]
    expect(sharedAxis(counting, [{ low: 0, expected: 4, high: 30 }]).to).toBeLessThan(2)
    expect(sharedAxis(counting, [{ low: 0, expected: 1, high: 1.6 }]).to).toBeGreaterThan(1.6)
    expect(sharedAxis([], [{ low: 0, expected: 4, high: 30 }]).to).toBeGreaterThan(30)
  })

  it('steps by 1, 2 or 5', () => {
    expect([0.7, 1.2, 3, 7, 40].map(roundStep)).toEqual([1, 2, 5, 10, 50])
  })
})

describe('a band', () => {
  it('lies within the axis, its tick within the bar, its loss left of zero', () => {
    fc.assert(
      fc.property(band, (one) => {
        const axis = axisOf([one])
        const place = placeBand(axis, one)
        expect(place).not.toBeNull()
        if (!place) return
        expect(place.left).toBeGreaterThanOrEqual(0)
        expect(place.left + place.width).toBeLessThanOrEqual(100 + 1e-6)
        expect(place.expected ?? 0).toBeGreaterThanOrEqual(place.left - 1e-6)
        expect(place.lossShare).toBeGreaterThanOrEqual(0)
        expect(place.lossShare).toBeLessThanOrEqual(1)
        if (one.low >= 0) expect(place.lossShare).toBe(0)
        if (one.high < 0) expect(place.lossShare).toBeCloseTo(1)
      }),
    )
  })

  it('of next to nothing is drawn on an axis of its own', () => {
    expect(axisOf([{ low: -5e-324, expected: 0, high: 5e-324 }])).toMatchObject({ from: 0, to: expect.closeTo(1.02) })
    expect(axisOf([{ low: 1e-300, expected: 2e-300, high: 1e-12 }]).ticks.length).toBeLessThan(20)
  })

  it('that goes on beyond the axis is cut at its end and says so', () => {
    const axis = axisOf([{ low: 0, expected: 1, high: 2 }])
    expect(placeBand(axis, { low: 1, expected: 9, high: 30 })).toMatchObject({ cutLeft: false, cutRight: true, expected: null })
    expect(placeBand(axis, { low: -5, expected: 1, high: 2 })).toMatchObject({ cutLeft: true, cutRight: false, expected: expect.any(Number) })
  })

  it('without a middle has no tick, and without any figure is not drawn', () => {
    const axis = axisOf([{ low: -1, expected: null, high: 3 }])
    expect(placeBand(axis, { low: -1, expected: null, high: 3 })).toMatchObject({ expected: null, lossShare: expect.closeTo(0.25), cutLeft: false, cutRight: false })
    expect(placeBand(axis, { low: null, expected: null, high: null })).toBeNull()
    expect(placeOn(axis, 0)).toBeCloseTo(25, -1)
  })
})
