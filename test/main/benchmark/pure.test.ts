/** The benchmark's pure rules: calibration, spread, finding the card again, expected figures and the checks of results. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { launchMs, nextSize } from '../../../main/benchmark/calibrate.ts'
import { findDevice } from '../../../main/benchmark/find-device.ts'
import { median, runsInARow, spreadOf, steadyRuns, wantedSpread } from '../../../main/benchmark/spread.ts'
import { judge } from '../../../main/benchmark/verdict.ts'
import { createWattsRecorder } from '../../../main/benchmark/watts.ts'
import { checkSums, expectedSum } from '../../../main/benchmark/workloads/fp32-compute.ts'
import { bufferBytes, checkReadSums, fitsCaches, storedValue } from '../../../main/benchmark/workloads/memory-bandwidth.ts'
import { workloads } from '../../../main/benchmark/workloads/index.ts'
import type { OpenClDevice } from '../../../main/system/opencl-device.ts'
import type { WorkloadResult } from '../../../shared/benchmark.ts'
import type { GpuFacts } from '../../../shared/gpu-facts.ts'
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

describe('checking what the device computed', () => {
  /** The map step by step in doubles, summed over chains and lanes: what the kernel does without its rounding. */
  function turnStepByStep(item: number, lanes: number, rounds: number): number {
    const s = Math.fround(0.1)
    let sum = 0
    for (let chain = 0; chain < 8; chain++) {
      for (let lane = 0; lane < lanes; lane++) {
        let x = 1 + (item & 63) / 256 + chain / 16 + lane / 1024
        let y = 0.25
        for (let n = 0; n < rounds * 8; n++) {
          x += s * y
          y -= s * x
        }
        sum += x + y
      }
    }
    return sum
  }

  test('the closed form equals the sum taken step by step', () => {
    for (const [item, lanes, rounds] of [[0, 1, 1], [5, 4, 3], [63, 16, 40], [64, 2, 1000]] as const) {
      expect(expectedSum(item, lanes, rounds).sum).toBeCloseTo(turnStepByStep(item, lanes, rounds), 6)
    }
  })

  test('right sums pass; one wrong among many, a NaN or a missing step does not', () => {
    const sums = Float32Array.from({ length: 100 }, (_, item) => expectedSum(item, 4, 10).sum)
    expect(checkSums(sums, 4, 10)).toBeNull()
    expect(checkSums(sums.with(77, (sums[77] as number) * 1.05), 4, 10)).toMatch(/work-item 77/)
    expect(checkSums(sums.with(3, NaN), 4, 10)).toMatch(/work-item 3/)
    expect(checkSums(Float32Array.from({ length: 100 }, (_, item) => expectedSum(item, 4, 9).sum), 4, 10)).not.toBeNull()
    expect(checkSums(new Float32Array(100), 4, 10)).not.toBeNull()
  })

  test('memory sums are exact to the last bit', () => {
    const [groupSize, perItem, lanes, items] = [4, 16, 2, 32]
    const sums = Float32Array.from({ length: items }, (_, item) => {
      let sum = 0
      for (let k = 0; k < perItem; k++) for (let lane = 0; lane < lanes; lane++) sum += storedValue((Math.floor(item / groupSize) * groupSize * perItem + k * groupSize + (item % groupSize)) * lanes + lane)
      return sum
    })
    expect(checkReadSums(sums, groupSize, perItem, lanes)).toBeNull()
    expect(checkReadSums(sums.with(31, (sums[31] as number) + 1), groupSize, perItem, lanes)).toMatch(/work-item 31/)
    expect(checkReadSums(new Float32Array(items), groupSize, perItem, lanes)).not.toBeNull()
  })

  test('the buffer outgrows the cache and spares the memory', () => {
    const facts = { type: 'gpu', computeUnits: 10, memoryBytes: 24e9, maxAllocationBytes: 6e9, cacheBytes: 72 * 2 ** 20, sharesMemory: false, hasFma: true } as const
    expect(bufferBytes(facts, 1e9)).toBe(512 * 2 ** 20)
    expect(bufferBytes({ ...facts, cacheBytes: 480 * 2 ** 20 }, 1e9)).toBe(960 * 2 ** 20)
    expect(bufferBytes({ ...facts, memoryBytes: 1e9 }, 1e9)).toBeLessThanOrEqual(0.25e9)
    expect(bufferBytes({ ...facts, sharesMemory: true }, 400e6)).toBeLessThanOrEqual(100e6)
    expect(bufferBytes({ ...facts, maxAllocationBytes: 128 * 2 ** 20 }, 1e9)).toBe(128 * 2 ** 20)
  })
  test('a buffer that the caches could hold is not measured: its figure would flatter', () => {
    const facts = { type: 'cpu', computeUnits: 8, memoryBytes: 8e9, maxAllocationBytes: 2e9, cacheBytes: 480 * 2 ** 20, sharesMemory: true, hasFma: true } as const
    expect(fitsCaches(facts, bufferBytes(facts, 4e9))).toBeNull()
    // Half of what is free outgrows the cache, a quarter would not.
    expect(bufferBytes(facts, 1.2e9)).toBeGreaterThan(facts.cacheBytes)
    expect(fitsCaches(facts, bufferBytes(facts, 1.2e9))).toBeNull()
    expect(fitsCaches(facts, bufferBytes(facts, 0.8e9))).toMatch(/too little free memory .* \(480 MiB\): 381 MiB/)
    expect(fitsCaches({ ...facts, cacheBytes: 0 }, 32 * 2 ** 20)).toMatch(/caches: 32 MiB/)
  })
})

describe('verdicts', () => {
  const facts: GpuFacts = {
    model: 'GeForce RTX 4090', aliases: [], vendor: 'nvidia', class: 'consumer', chip: null, architecture: null, releasedOn: null, memoryBytes: null, memoryType: null,
    memoryBandwidthGBs: 1008, fp32Tflops: 82.6, shaders: null, boostMhz: null, boardPowerW: 450, cudaComputeCapability: null, pcie: null, pciDeviceIds: [], sources: [], confidence: 'high', notes: [],
  }
  function results(compute: number | null, bandwidth: number | null, spread = 0.01): WorkloadResult[] {
    return workloads.map((workload) => {
      const value = workload.id === 'fp32-compute' ? compute : bandwidth
      const expected = workload.expected(facts)
      return { workload: workload.id, value, unit: workload.unit, spread: value === null ? null : spread, runs: 8, expected: expected && { low: expected.low, high: expected.high } }
    })
  }
  test.each([
    ['as the maker says', results(80_000, 930), 'as-expected', /^$/],
    ['half the compute', results(40_000, 930), 'low', /Single-precision compute is low: 40,000 GFLOP\/s, expected 61,950 to/],
    ['runs that disagree', results(80_000, 930, 0.2), 'unstable', /differ by 20\.0 %/],
    ['more than the card can', results(80_000, 2000), 'unknown', /another model than its name says/],
    ['one workload failed', results(80_000, null), 'unknown', /^$/],
  ] as const)('%s', (_what, measured, verdict, reason) => {
    const judged = judge([...measured], facts, false)
    expect(judged.verdict).toBe(verdict)
    expect(judged.reasons.join(' ')).toMatch(reason)
  })
  test('a card that is not in the table and a processor get a reason, not a judgement', () => {
    const unknown = results(500, 30).map((one) => ({ ...one, expected: null }))
    expect(judge(unknown, null, false)).toMatchObject({ verdict: 'unknown', reasons: [expect.stringMatching(/not in the table/)] })
    expect(judge(unknown, null, true)).toMatchObject({ verdict: 'unknown', reasons: [expect.stringMatching(/processor that offers OpenCL/)] })
  })
  test('every workload says what it measures, counts and what makes it invalid', () => {
    for (const workload of workloads) {
      expect(workload.measures.length).toBeGreaterThan(20)
      expect(workload.counts.length).toBeGreaterThan(20)
      expect(workload.invalidWhen.length).toBeGreaterThan(0)
    }
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
