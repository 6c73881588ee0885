/** The arithmetic of the workloads that move bytes: sizes, expected sums, closed forms, a device's claims. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { believableAllocation, believableMemory, type DeviceFacts } from '../../../../main/benchmark/device-facts.ts'
import { answersOf, context, dimensions } from '../../../../main/benchmark/workloads/attention-reference.ts'
import { checkSums } from '../../../../main/benchmark/workloads/cache-bandwidth.ts'
import { waysOf } from '../../../../main/benchmark/workloads/host-transfers.ts'
import { placeAfter } from '../../../../main/benchmark/workloads/memory-latency.ts'
import { checkCopied, checkReadSums, checkWritten, storedValue } from '../../../../main/benchmark/workloads/memory-stream-checks.ts'
import { bufferBytes, fitsCaches } from '../../../../main/benchmark/workloads/memory-streams.ts'

const mebibyte = 2 ** 20
const card: DeviceFacts = {
  type: 'gpu', computeUnits: 10, memoryBytes: 24e9, maxAllocationBytes: 6e9, cacheBytes: 72 * mebibyte, sharesMemory: false, hasFma: true,
  hasFp16: true, hasFp64: true, hasIntegerDot: false, localMemoryBytes: 49_152, maxGroupSize: 1024, clockMhz: 1800, extensions: new Set(),
}
const processor: DeviceFacts = { ...card, type: 'cpu', computeUnits: 8, memoryBytes: 8e9, maxAllocationBytes: 2e9, cacheBytes: 480 * mebibyte, sharesMemory: true }

describe('what a driver says of its memory', () => {
  test('a device that shares the machine’s memory has no more than the machine', () => {
    expect(believableMemory(80e9, 8e9)).toBe(8e9)
    expect(believableMemory(0, 8e9)).toBe(8e9)
    expect(believableMemory(24e9, null)).toBe(24e9)
  })
  test('nothing stated, or more than any device has, is no memory to count on', () => {
    expect(believableMemory(0, null)).toBe(0)
    expect(believableMemory(2 ** 63, null)).toBe(0)
  })
  test('an allocation is never larger than the memory, and there is always one to try', () => {
    expect(believableAllocation(80e9, 8e9)).toBe(8e9)
    expect(believableAllocation(0, 8e9)).toBe(2e9)
    expect(believableAllocation(0, 0)).toBe(128 * mebibyte)
    expect(believableAllocation(5, 8e9)).toBe(mebibyte)
  })
})

describe('the streamed buffer', () => {
  test('outgrows the cache and spares the memory', () => {
    expect(bufferBytes(card, 1e9)).toBe(4096 * mebibyte)
    expect(bufferBytes({ ...card, memoryBytes: 1e9 }, 1e9)).toBeLessThanOrEqual(0.25e9)
    expect(bufferBytes({ ...card, sharesMemory: true }, 400e6)).toBeLessThanOrEqual(100e6)
    expect(bufferBytes({ ...card, maxAllocationBytes: 128 * mebibyte }, 1e9)).toBe(128 * mebibyte)
    expect(bufferBytes(processor, 8e9)).toBe(960 * mebibyte)
    expect(bufferBytes({ ...processor, cacheBytes: 0 }, 8e9)).toBe(512 * mebibyte)
  })
  test('a card that does not state its memory is given what one allocation may be', () => {
    expect(bufferBytes({ ...card, memoryBytes: 0, maxAllocationBytes: 128 * mebibyte }, 1e9)).toBe(128 * mebibyte)
  })
  test('a buffer that the caches could hold is not measured: its figure would flatter', () => {
    expect(fitsCaches(processor, bufferBytes(processor, 4e9))).toBeNull()
    // Half of what is free outgrows the cache, a quarter would not.
    expect(bufferBytes(processor, 1.2e9)).toBeGreaterThan(processor.cacheBytes)
    expect(fitsCaches(processor, bufferBytes(processor, 1.2e9))).toBeNull()
    expect(fitsCaches(processor, bufferBytes(processor, 0.8e9))).toMatch(/too little free memory .* \(480 MiB\): 381 MiB/)
    expect(fitsCaches({ ...processor, cacheBytes: 0 }, 32 * mebibyte)).toMatch(/caches: 32 MiB/)
  })

  test.each(['stretches', 'rows'] as const)('sums are exact to the last bit (%s)', (order) => {
    const [groupSize, rows, lanes, items] = [4, 16, 2, 32]
    const sums = new Uint32Array(items)
    for (let item = 0; item < items; item++) {
      for (let row = 0; row < rows; row++) {
        const vector = order === 'rows' ? row * items + item : Math.floor(item / groupSize) * groupSize * rows + row * groupSize + (item % groupSize)
        for (let lane = 0; lane < lanes; lane++) sums[item] = (sums[item] as number) + storedValue(vector * lanes + lane)
      }
    }
    const pattern = { groupSize, items, lanes, order }
    expect(checkReadSums(sums, pattern, rows)).toBeNull()
    expect(checkReadSums(sums.with(31, (sums[31] as number) + 1), pattern, rows)).toMatch(/work-item 31/)
    expect(checkReadSums(new Uint32Array(items), pattern, rows)).not.toBeNull()
  })

  test('a word that an earlier launch wrote is wrong', () => {
    const written = Uint32Array.from({ length: 64 }, (_, k) => storedValue(1000 + k) + 7)
    expect(checkWritten(written, 1000, 7)).toBeNull()
    expect(checkWritten(written, 1000, 8)).toMatch(/element 1000\)/)
    expect(checkCopied(written.map((value) => value - 7).with(5, 1), 1000)).toMatch(/copied 1 where .* \(element 1005\)/)
  })
})

test('a cache’s sums are worked out without walking the rounds', () => {
  const [bytes, lanes, groupSize, rounds] = [4096, 4, 8, 37]
  const sums = new Uint32Array(16)
  for (let item = 0; item < sums.length; item++) {
    for (let round = 0; round < rounds; round++) {
      for (let vector = item % groupSize; vector < bytes / 4 / lanes; vector += groupSize) {
        for (let lane = 0; lane < lanes; lane++) sums[item] = (sums[item] as number) + ((storedValue(vector * lanes + lane) ^ round) >>> 0)
      }
    }
  }
  expect(checkSums(sums, { bytes, lanes, groupSize, rounds })).toBeNull()
  expect(checkSums(sums, { bytes, lanes, groupSize, rounds: rounds - 1 })).toMatch(/work-item 0/)
  expect(checkSums(sums.with(15, 1), { bytes, lanes, groupSize, rounds })).toMatch(/work-item 15/)
})

describe('the walk through memory', () => {
  const places = 4096
  test('comes by every place once before it comes back', () => {
    const seen = new Set(Array.from({ length: places }, (_, steps) => placeAfter(steps, places)))
    expect(seen.size).toBe(places)
    expect(placeAfter(places, places)).toBe(placeAfter(0, places))
  })
  test('its end after many steps is where walking on from any place before leads', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 1e9 }), (steps) => {
      const here = placeAfter(steps, 2 ** 23)
      return placeAfter(steps + 1, 2 ** 23) === ((Math.imul(here, 1664525) + 1013904223) & (2 ** 23 - 1)) >>> 0
    }))
  })
})

test('a card has one way in; a device that shares memory is also given copies by several cores', () => {
  expect(waysOf(card, 'pinned', 16).map(({ label }) => label)).toEqual(['one transfer', '2 at once'])
  expect(waysOf(card, 'pageable', 16).map(({ lanes }) => lanes)).toEqual([1, 2, 4])
  expect(waysOf(processor, 'pinned', 2).map(({ label }) => label)).toEqual(['one transfer', '2 at once', 'memcpy into its memory, 2 at once'])
})

test('attention’s answers are weighted means of the values, and another token gets others', () => {
  const answers = answersOf(3, 1)
  expect(answers).toHaveLength(dimensions)
  expect(context).toBeGreaterThan(0)
  expect(answers.every((answer) => answer >= -1 && answer <= 0.875)).toBe(true)
  const other = answersOf(3, 2)
  expect(Math.max(...answers.map((answer, k) => Math.abs(answer - (other[k] as number))))).toBeGreaterThan(0.05)
})
