/** What the compute workloads must compute: closed forms against steps taken one by one, and references against themselves. */
import { describe, expect, test } from 'vitest'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { factsOf } from '../../../../main/benchmark/device-facts.ts'
import type { DeviceFacts } from '../../../../main/benchmark/open-device.ts'
import { fp16Compute } from '../../../../main/benchmark/workloads/fp16-compute.ts'
import { fp64Compute } from '../../../../main/benchmark/workloads/fp64-compute.ts'
import { int8Dot } from '../../../../main/benchmark/workloads/int8-dot.ts'
import { checkRows, element, seeds } from '../../../../main/benchmark/workloads/matrix-check.ts'
import { edgeFor, matrixMultiply, shapesFor } from '../../../../main/benchmark/workloads/matrix-multiply.ts'
import { brightnessOf, checkImage, partBrightness, partDeviation } from '../../../../main/benchmark/workloads/path-tracer-check.ts'
import { followPath, imageEdge } from '../../../../main/benchmark/workloads/path-tracer-scene.ts'
import { imagesAtOnce } from '../../../../main/benchmark/workloads/path-tracer.ts'
import { timedHalves } from '../../../../main/benchmark/workloads/tensor-numbers.ts'
import { checkSums, expectedSum, type Variant } from '../../../../main/benchmark/workloads/turning.ts'
import { workloads } from '../../../../main/benchmark/workloads/index.ts'
import { CL, type OpenCl } from '../../../../main/system/opencl-bindings.ts'
import { resourcesFolder } from '../support.ts'

const facts: DeviceFacts = {
  type: 'gpu', computeUnits: 132, memoryBytes: 150e9, maxAllocationBytes: 37e9, cacheBytes: 0, sharesMemory: false, hasFma: true, hasFp16: false, hasFp64: true,
  hasIntegerDot: false, localMemoryBytes: 49_152, maxGroupSize: 1024, clockMhz: 1980, extensions: new Set(['cl_khr_fp64']),
}

/** The kernel's loop, a step at a time; whole numbers modulo 2^32. */
function stepByStep(item: number, { kind, lanes, chains }: Variant, rounds: number): number {
  const isFraction = kind === 'fp32' || kind === 'fp64'
  const slope = Math.fround(0.1)
  const wide = [[0x9e3779b1, 0x85ebca77], [0xc2b2ae3d, 0x27d4eb2f]]
  const exact = [[1, -1], [2, -1]]
  let sum = 0
  for (let chain = 0; chain < chains; chain++) {
    const [a, b] = (isFraction ? [slope, -slope] : (kind === 'int32' ? wide : exact)[chain % 2]) as [number, number]
    for (let lane = 0; lane < lanes; lane++) {
      let x = 1 + (item % 16) + chain + lane
      let y = 3
      for (let step = 0; step < rounds * 13; step++) {
        x = isFraction ? x + a * y : (x + Math.imul(a, y)) | 0
        y = isFraction ? y + b * x : (y + Math.imul(b, x)) | 0
      }
      sum += x + y
    }
  }
  return isFraction ? sum : sum | 0
}

describe('turning points', () => {
  const variants: Variant[] = [
    { kind: 'fp32', lanes: 1, chains: 8 },
    { kind: 'fp64', lanes: 16, chains: 4 },
    { kind: 'fp16', lanes: 2, chains: 8 },
    { kind: 'int32', lanes: 16, chains: 16 },
    { kind: 'int24', lanes: 4, chains: 4 },
    { kind: 'dot', lanes: 1, chains: 8 },
  ]
  test.each(variants)('$kind, $lanes lanes, $chains chains: the closed form equals the steps taken one by one', (variant) => {
    for (const [item, rounds] of [[0, 1], [5, 3], [31, 40], [64, 101]] as const) {
      const { sum } = expectedSum(item, variant, rounds)
      if (variant.kind === 'fp32' || variant.kind === 'fp64') expect(sum).toBeCloseTo(stepByStep(item, variant, rounds), 6)
      else expect(sum).toBe(stepByStep(item, variant, rounds))
    }
  })

  test('whole numbers stay within a byte, which dot products need', () => {
    for (const [a, b] of [[1, -1], [2, -1]] as const) {
      let [x, y] = [1 + 15 + 15 + 15, 3]
      for (let step = 0; step < 24; step++) {
        x += a * y
        y += b * x
        expect(Math.max(Math.abs(x), Math.abs(y))).toBeLessThanOrEqual(127)
      }
    }
  })

  test('right sums pass; a sum off by little, a NaN, a missing round and nothing at all do not', () => {
    const single: Variant = { kind: 'fp32', lanes: 4, chains: 8 }
    const sums = Float32Array.from({ length: 100 }, (_, item) => expectedSum(item, single, 10).sum)
    expect(checkSums(sums, single, 10)).toBeNull()
    expect(checkSums(sums.with(77, (sums[77] as number) * 1.05), single, 10)).toMatch(/work-item 77/)
    expect(checkSums(sums.with(3, NaN), single, 10)).toMatch(/work-item 3/)
    expect(checkSums(Float32Array.from({ length: 100 }, (_, item) => expectedSum(item, single, 9).sum), single, 10)).not.toBeNull()
    expect(checkSums(new Float32Array(100), single, 10)).not.toBeNull()
    for (const kind of ['fp16', 'int32', 'int24', 'dot'] as const) {
      const variant: Variant = { kind, lanes: 2, chains: 8 }
      const whole = Int32Array.from({ length: 40 }, (_, item) => expectedSum(item, variant, 1000).sum)
      expect(checkSums(whole, variant, 1000)).toBeNull()
      expect(checkSums(whole.with(9, (whole[9] as number) + 1), variant, 1000)).toMatch(/work-item 9/)
      for (let fewer = 1; fewer < 12; fewer++) expect(checkSums(whole, variant, 1000 - fewer)).not.toBeNull()
    }
  })
})

describe('what is offered', () => {
  test('half precision, double precision and dot products where a device has them; NVIDIA has half precision and dp4a without claiming them', () => {
    expect(fp16Compute.notOffered(facts)).toMatch(/no half precision/)
    expect(int8Dot.notOffered(facts)).toMatch(/no dot product/)
    expect(fp64Compute.notOffered({ ...facts, hasFp64: false })).toMatch(/no double precision/)
    const nvidia = { ...facts, extensions: new Set(['cl_nv_device_attribute_query']) }
    expect(fp16Compute.notOffered(nvidia)).toBeNull()
    expect(int8Dot.notOffered(nvidia)).toBeNull()
    expect(fp64Compute.notOffered(nvidia)).toBeNull()
  })

  test('tiles fit the local memory and the groups of the device', () => {
    expect(matrixMultiply.notOffered({ ...facts, localMemoryBytes: 0 })).toMatch(/local memory/)
    expect(shapesFor({ ...facts, localMemoryBytes: 16_384 })).toHaveLength(3)
    expect(shapesFor({ ...facts, maxGroupSize: 64 })).toMatchObject([{ tile: 64, per: 8 }])
    expect(shapesFor({ ...facts, type: 'cpu', localMemoryBytes: 32_768 })).toMatchObject([{ lanes: 16, depth: 256 }, { lanes: 8, depth: 256 }])
  })

  test('matrices fit the memory; an unstated or tiny memory gets small ones', () => {
    expect(edgeFor(facts)).toBe(4096)
    expect(edgeFor({ ...facts, memoryBytes: 600e6 })).toBe(2048)
    expect(edgeFor({ ...facts, memoryBytes: 0, maxAllocationBytes: 2 ** 20 })).toBe(512)
    expect(edgeFor({ ...facts, type: 'cpu' })).toBe(1024)
  })
})

describe('the matrix product', () => {
  const edge = 64
  const product = (alpha: number): Float32Array =>
    Float32Array.from({ length: edge * edge }, (_, place) => {
      let sum = 0
      for (let k = 0; k < edge; k++) sum += element(Math.floor(place / edge) * edge + k, seeds.a) * element(k * edge + (place % edge), seeds.b)
      return alpha * sum
    })

  test('the right product passes; one element off by one, two rows exchanged, and the product of another launch do not', () => {
    const right = product(3)
    expect(checkRows(right, { rows: edge, edge, alpha: 3 })).toBeNull()
    expect(checkRows(right.with(17 * edge + 5, (right[17 * edge + 5] as number) + 1), { rows: edge, edge, alpha: 3 })).toMatch(/row 17/)
    const exchanged = Float32Array.from(right)
    exchanged.set(right.subarray(edge, 2 * edge), 0)
    exchanged.set(right.subarray(0, edge), edge)
    expect(checkRows(exchanged, { rows: edge, edge, alpha: 3 })).toMatch(/row 0/)
    expect(checkRows(product(4), { rows: edge, edge, alpha: 3 })).not.toBeNull()
  })
})

describe('the path tracer', () => {
  function image(samples: number, light = 1): Float32Array {
    const sums = new Float32Array(imageEdge ** 2 * 4)
    for (let item = 0; item < imageEdge ** 2; item++) {
      for (let sample = 0; sample < samples; sample++) {
        const path = followPath(item, sample)
        for (let at = 0; at < 3; at++) sums[item * 4 + at]! += (path.light[at] as number) * light
        sums[item * 4 + 3]! += path.depth
      }
    }
    return sums
  }

  test('the committed brightness is that of the scene, and images that are too dark or cast aside are noticed', { timeout: 20_000 }, () => {
    const sums = image(2)
    brightnessOf(sums, 2).forEach((brightness, part) => {
      const deviation = (partDeviation[part] as number) / Math.sqrt((imageEdge ** 2 * 2) / 16)
      expect(Math.abs(brightness - (partBrightness[part] as number))).toBeLessThan(5 * deviation)
    })
    expect(checkImage(sums, 2)).toBeNull()
    expect(checkImage(sums, 3)).toMatch(/first rays/)
    expect(checkImage(sums.map((value, at) => (at % 4 === 3 ? value : value * 0.8)), 2)).toMatch(/light|bright/)
    expect(checkImage(new Float32Array(sums.length), 2)).not.toBeNull()
    expect(checkImage(sums.map((value, at) => (at % 4 === 3 || at < sums.length / 2 ? value : 0)), 2)).not.toBeNull()
  })

  test('a large card follows over a million paths at once, a processor one image', () => {
    expect(imagesAtOnce(facts) * imageEdge ** 2).toBeGreaterThan(1e6)
    expect(imagesAtOnce({ ...facts, type: 'cpu', computeUnits: 64 })).toBe(1)
    expect(imagesAtOnce({ ...facts, computeUnits: 1 })).toBe(1)
  })
})

describe('a dot product that is offered', () => {
  /** A driver that says these things of its device, and nothing else. */
  function driver(accelerated: number | null): OpenCl {
    return {
      getDeviceInfo(_device: bigint, what: number, _bytes: number, value: Uint8Array): number {
        if (what === CL.DEVICE_EXTENSIONS) value.set(new TextEncoder().encode('cl_khr_integer_dot_product\0'))
        else if (what === CL.DEVICE_INTEGER_DOT_PRODUCT_CAPABILITIES_KHR) value.set([3])
        else if (what === CL.DEVICE_INTEGER_DOT_PRODUCT_ACCELERATION_PROPERTIES_8BIT_KHR && accelerated !== null) value.set([accelerated])
        else return -30
        return CL.SUCCESS
      },
    } as unknown as OpenCl
  }
  test.each([
    ['by the hardware', 1, true],
    ['by emulation', 0, false],
    ['without a word on it', null, false],
  ])('%s', (_, accelerated, isOffered) => {
    const told = factsOf(driver(accelerated), 1n)
    expect(told.hasIntegerDot).toBe(isOffered)
    expect(int8Dot.notOffered(told) === null).toBe(isOffered)
  })
})

test('no kernel lies about that nothing runs', () => {
  const used = new Set([...workloads.flatMap((one) => (one.api === 'opencl' ? [one.kernelFile] : [])), 'memory-test.cl', 'sanity.cl'])
  expect(readdirSync(path.join(resourcesFolder, 'kernels')).filter((name) => name.endsWith('.cl') && !used.has(name))).toEqual([])
})

test('what the library of the maker multiplies for comparison has as many bits in use as our own operands', () => {
  const halves = new Float16Array(timedHalves(0, 20_000).buffer)
  expect(halves.every((value) => Number.isInteger(value) && Math.abs(value) <= 511)).toBe(true)
  expect(new Set(halves).size).toBe(1023)
  expect(timedHalves(1, 100)).not.toEqual(timedHalves(0, 100))
})
