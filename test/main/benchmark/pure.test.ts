/** The benchmark's pure rules: calibration, spread, finding the card again, expected figures and the checks of results. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { heldBackOf } from '../../../main/benchmark/held-back.ts'
import { saneValue } from '../../../main/benchmark/sanity.ts'
import { lowerIsBetter } from '../../../shared/benchmark.ts'
import { launchMs, nextSize } from '../../../main/benchmark/calibrate.ts'
import { findDevice } from '../../../main/benchmark/find-device.ts'
import { median, runsInARow, spreadOf, steadyRuns, wantedSpread } from '../../../main/benchmark/spread.ts'
import { createWattsRecorder } from '../../../main/benchmark/watts.ts'
import { workloadOf, workloads } from '../../../main/benchmark/workloads/index.ts'
import type { OpenClDevice } from '../../../main/system/opencl-device.ts'
import { sample } from './support.ts'

describe('calibration', () => {
  /** A device on which one unit takes `unitMs`, with a fixed cost per launch. */
  function calibrate(unitMs: number, fixedMs: number, most: number): { size: number; longestMs: number; steps: number } {
    let size = 1
    let longestMs = 0
    for (let steps = 1; ; steps++) {
      const tookMs = fixedMs + size * unitMs
      longestMs = Math.max(longestMs, tookMs)
      const next = nextSize(size, tookMs, most)
      if (next === size || steps > 100) return { size, longestMs, steps }
      size = next
    }
  }

  test('lands at 50 to 200 ms on every device that can, in few steps', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-7, max: 50, noNaN: true }), fc.double({ min: 0, max: 5, noNaN: true }), (unitMs, fixedMs) => {
        const { size, steps } = calibrate(unitMs, fixedMs, 1e9)
        const tookMs = fixedMs + size * unitMs
        expect(steps).toBeLessThan(20)
        expect(tookMs).toBeGreaterThanOrEqual(launchMs.least)
        expect(tookMs).toBeLessThanOrEqual(launchMs.most)
      }),
    )
  })

  test('never comes near the two seconds after which Windows resets a card', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-7, max: 200, noNaN: true }), fc.double({ min: 0, max: 45, noNaN: true }), (unitMs, fixedMs) => {
        expect(calibrate(unitMs, fixedMs, 1e9).longestMs).toBeLessThan(500)
      }),
    )
  })

  test('stays a whole number within what there is, whatever the clock says', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.double({ min: 0, max: 1e6, noNaN: true }), fc.integer({ min: 1, max: 1e6 }), (size, tookMs, most) => {
        const next = nextSize(Math.min(size, most), tookMs, most)
        expect(Number.isInteger(next)).toBe(true)
        expect(next).toBeGreaterThanOrEqual(1)
        expect(next).toBeLessThanOrEqual(most)
      }),
    )
  })
})

describe('runs that agree', () => {
  test('are runs in a row within the wanted spread', () => {
    const rising = Array.from({ length: 20 }, (_, k) => 100 * 1.1 ** k)
    expect(steadyRuns(rising)).toBeNull()
    const settled = [...rising, ...Array.from({ length: runsInARow }, () => 500)]
    expect(steadyRuns(settled)).toEqual(Array.from({ length: runsInARow }, () => 500))
  })

  test('a stretch in which another program took half is not what counts', () => {
    const free = Array.from({ length: runsInARow }, (_, k) => 100 + k * 0.1)
    const shared = Array.from({ length: runsInARow * 2 }, () => 50)
    expect(steadyRuns([...shared, ...free])).toEqual(free)
    expect(steadyRuns([...free, ...shared])).toEqual(free)
  })

  test('one lucky run is not counted', () => {
    expect(steadyRuns([...Array.from({ length: runsInARow }, () => 100), 180])).toEqual(Array.from({ length: runsInARow }, () => 100))
  })

  test('what is given back always has the wanted spread', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 95, max: 105, noNaN: true }), { maxLength: 40 }), (values) => {
        const steady = steadyRuns(values)
        if (steady) expect(spreadOf(steady)).toBeLessThan(wantedSpread)
      }),
    )
  })

  test('spread and median of few values', () => {
    expect(spreadOf([])).toBeNull()
    expect(spreadOf([5])).toBeNull()
    expect(spreadOf([90, 100, 110])).toBeCloseTo(0.2)
    expect(median([3, 1, 2])).toBe(2)
    expect(median([1, 2, 3, 4])).toBe(2.5)
  })
})

describe('finding the card again', () => {
  const device = (platform: number, index: number, name: string, pciAddress: string | null): OpenClDevice => ({
    platform, device: index, platformName: '', platformVendor: '', name, vendor: '', type: 'gpu', version: '', driverVersion: null, memoryBytes: null,
    computeUnits: null, maxClockMhz: null, pciAddress, uuid: null, unifiedMemory: null,
  })
  const twins = [device(0, 0, 'RTX 3090', '0000:01:00.0'), device(0, 1, 'RTX 3090', '0000:02:00.0')]

  test('the PCI address decides between twins, even when their order changed', () => {
    expect(findDevice(twins, { platform: 0, device: 0, name: 'RTX 3090', pciAddress: '0000:02:00.0' })).toBe(twins[1])
  })
  test('the UUID tells twins apart where no driver says an address', () => {
    const told = twins.map((twin, index) => ({ ...twin, pciAddress: null, uuid: `${index}`.repeat(32) }))
    expect(findDevice(told, { platform: 0, device: 0, name: 'RTX 3090', pciAddress: '0000:02:00.0', uuid: '1'.repeat(32) })).toBe(told[1])
  })
  test('another card at the same position is not measured in its name', () => {
    expect(findDevice([device(0, 0, 'RTX 4070', null)], { platform: 0, device: 0, name: 'RTX 3090', pciAddress: null })).toBeNull()
    expect(findDevice([device(0, 0, 'RTX 3090', '0000:02:00.0')], { platform: 0, device: 0, name: 'RTX 3090', pciAddress: '0000:01:00.0' })).toBeNull()
  })
  test('a name that only one device has is enough where no driver tells addresses', () => {
    const only = device(1, 0, 'Arc A770', null)
    expect(findDevice([device(0, 0, 'UHD 770', null), only], { platform: 0, device: 0, name: 'Arc A770', pciAddress: null })).toBe(only)
  })
  test('twins without addresses that changed position are not guessed', () => {
    const unplaced = twins.map((one) => ({ ...one, pciAddress: null }))
    expect(findDevice(unplaced, { platform: 3, device: 0, name: 'RTX 3090', pciAddress: null })).toBeNull()
  })
})

describe('every workload', () => {
  test('says what it measures and counts, how it calibrates and what makes it invalid', () => {
    for (const workload of workloads) {
      expect(workload.measures.length, workload.id).toBeGreaterThan(20)
      expect(workload.counts.length, workload.id).toBeGreaterThan(20)
      expect(workload.calibrates.length, workload.id).toBeGreaterThan(20)
      expect(workload.invalidWhen.length, workload.id).toBeGreaterThan(0)
      expect(workload.modes.every((mode) => mode === 'quick' || mode === 'full'), workload.id).toBe(true)
    }
  })
  test('has a file of its own and is in one list only', () => {
    expect(new Set(workloads.map(({ id }) => id)).size).toBe(workloads.length)
    for (const { id } of workloads) expect(workloadOf(id).id).toBe(id)
  })
  test('tells its latencies as such, and everything else by the second', () => {
    for (const { id, better, unit } of workloads) expect([id, better, unit.endsWith('/s')]).toEqual([id, lowerIsBetter.has(id) ? 'lower' : 'higher', !lowerIsBetter.has(id)])
  })
})

describe('what held a card back', () => {
  test('is told in shares of the samples that say so; idling and chosen clocks are no reasons', () => {
    const shares = heldBackOf([['sw_power_cap'], ['sw_power_cap', 'hw_thermal_slowdown'], ['gpu_idle'], ['applications_clocks_setting'], null])
    expect(shares).toEqual([{ reason: 'sw_power_cap', share: 0.5 }, { reason: 'hw_thermal_slowdown', share: 0.25 }])
    expect(heldBackOf([null, null])).toEqual([])
    expect(heldBackOf([])).toEqual([])
  })
})

describe('the look at a card after a run', () => {
  test('expects exact numbers that a float holds, other ones for every seed', () => {
    const values = Array.from({ length: 4096 }, (_, item) => saneValue(item, 5))
    expect(values.every((value) => Number.isInteger(value) && value >= 0 && value < 8191)).toBe(true)
    expect(new Set(values).size).toBeGreaterThan(2000)
    expect(values).not.toEqual(Array.from({ length: 4096 }, (_, item) => saneValue(item, 6)))
  })
})

describe('watts', () => {
  test('means of waiting and working, without the second in which the reading lags', () => {
    const watts = createWattsRecorder()
    watts.mark('waiting', 0)
    for (const powerW of [20, 22]) watts.take({ ...sample(powerW), takenAt: 500 })
    watts.mark('working', 2000)
    watts.take({ ...sample(25), takenAt: 2500 })
    watts.take({ ...sample(400), takenAt: 3100 })
    watts.take({ ...sample(440), takenAt: 4100 })
    watts.mark('neither', 5000)
    watts.take({ ...sample(100), takenAt: 5500 })
    expect(watts.means()).toEqual({ power: { workW: 420, waitW: 21 }, reasons: [] })
  })
  test('a sample from before the waiting began is not of the waiting', () => {
    const watts = createWattsRecorder()
    watts.mark('waiting', 1000)
    watts.take({ ...sample(400, 1), takenAt: 900 })
    watts.take({ ...sample(20), takenAt: 1500 })
    expect(watts.means()).toEqual({ power: { workW: null, waitW: 20 }, reasons: [] })
  })
  test('a card in use has no watts while waiting, and the reasons say why', () => {
    const watts = createWattsRecorder()
    watts.mark('waiting', 0)
    watts.take(sample(300, 0.8))
    expect(watts.means()).toEqual({ power: { workW: null, waitW: null }, reasons: [expect.stringMatching(/used 80 % of the card/)] })
  })
  test('a card that tells no watts has none, not zero', () => {
    const watts = createWattsRecorder()
    watts.mark('waiting', 0)
    watts.take(sample(null))
    expect(watts.means()).toEqual({ power: null, reasons: [] })
  })
})
