/** The memory test: on a real device with bits flipped behind its back, and the arithmetic of its ranges. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { isLost } from '../../../main/benchmark/measure.ts'
import { allowedBytes, takeBlocks } from '../../../main/benchmark/memory-blocks.ts'
import { merged, rangesOf } from '../../../main/benchmark/memory-errors.ts'
import { testMemory, type MemoryTestOptions } from '../../../main/benchmark/memory-test.ts'
import { openDevice, OpenClFailure, type Buffer, type Kernel, type OpenDevice } from '../../../main/benchmark/open-device.ts'
import { loadOpenCl } from '../../../main/system/opencl-bindings.ts'
import { listOpenClDevices, openClHandles } from '../../../main/system/opencl.ts'
import type { MemoryTestRun } from '../../../shared/benchmark.ts'
import { resourcesFolder } from './support.ts'

const listing = listOpenClDevices()
const isHere = listing.ok && listing.devices.length > 0
const mebibyte = 2 ** 20
const kernelText = readFileSync(path.join(resourcesFolder, 'kernels/memory-test.cl'), 'utf8')
const patternNames = ['zeros and ones', 'checkerboard', 'walking ones', 'walking zeros', 'own address', 'pseudo-random', 'moving inversions', 'block move']

describe.skipIf(!isHere)('on a real OpenCL device (skipped: this machine has none)', () => {
  const opened = isHere ? openDevice(loadOpenCl(), openClHandles(loadOpenCl())[0]!) : (null as never)
  afterAll(() => opened?.close())

  function options(changes: Partial<MemoryTestOptions>): MemoryTestOptions {
    return {
      device: opened, kernelText, totalBytes: 64 * mebibyte, freeBytes: 40 * mebibyte, leaveBytes: 8 * mebibyte, leaveWhy: '8 MB for the screen',
      passes: 1, secondsAtMost: 60, now: () => performance.now(), onProgress: () => {}, ...changes,
    }
  }

  /** As memory that is broken: after every writing launch `spoil` has its way with the buffers. */
  function broken(spoil: (blocks: Buffer[]) => void, facts: Partial<OpenDevice['facts']> = {}): OpenDevice {
    const blocks: Buffer[] = []
    let isDue = false
    const spoiling = (kernel: Kernel): Kernel => ({ ...kernel, enqueue: (...sizes) => (kernel.enqueue(...sizes), (isDue = true), undefined) })
    return {
      ...opened,
      facts: { ...opened.facts, ...facts },
      async build(text, given) {
        const program = await opened.build(text, given)
        return { ...program, kernel: (name) => (name === 'look' || name === 'alike' ? program.kernel(name) : spoiling(program.kernel(name))) }
      },
      allocate(bytes) {
        const buffer = opened.allocate(bytes)
        if (bytes >= mebibyte) blocks.push(buffer)
        return buffer
      },
      async finish() {
        await opened.finish()
        if (isDue) spoil(blocks)
        isDue = false
      },
    }
  }

  function stuckBit(device: OpenDevice, buffer: Buffer, byte: number, bit: number): void {
    const [word = 0] = device.read(buffer, byte, new Uint32Array(1))
    device.write(buffer, byte, Uint32Array.of((word | (1 << bit)) >>> 0))
  }

  test.each(['cpu', 'gpu'] as const)('sound memory passes every pattern (driven as a %s, two blocks)', { timeout: 30_000 }, async (type) => {
    const shares: number[] = []
    const device = { ...opened, facts: { ...opened.facts, type, maxAllocationBytes: 16 * mebibyte } }
    const run = await testMemory(options({ device, onProgress: ({ share }) => void shares.push(share) }))
    expect(run).toMatchObject({ testedBytes: 32 * mebibyte, passes: 1, errorCount: 0, errors: [], stoppedBecause: null, patterns: patternNames })
    expect(run.leftAlone).toEqual({ bytes: 8 * mebibyte, why: '8 MB for the screen' })
    expect(run.bytesChecked).toBeGreaterThan(20 * run.testedBytes)
    expect(shares.at(-1)).toBe(1)
    expect(shares.every((share, k) => share >= (shares[k - 1] ?? 0))).toBe(true)
  })

  test('a stuck bit is found at its address, in the second block', { timeout: 30_000 }, async () => {
    const device = broken((blocks) => blocks[1] && stuckBit(opened, blocks[1], 5 * mebibyte + 64, 9), { maxAllocationBytes: 16 * mebibyte })
    const run = await testMemory(options({ device }))
    expect(run.errorCount).toBeGreaterThan(5)
    expect(run.errors).toHaveLength(1)
    expect(run.errors[0]).toMatchObject({ fromByte: 21 * mebibyte + 64, toByte: 21 * mebibyte + 68, count: run.errorCount, expected: '0x00000000', got: '0x00000200' })
    expect(run.errors[0]?.pattern).toMatch(/^zeros and ones, /)
    expect(run.errors[0]?.pattern).toContain('moving inversions')
  })

  test('an address line that is missing (two places hold the same word) is found', { timeout: 30_000 }, async () => {
    const device = broken((blocks) => {
      const [block] = blocks
      if (block) opened.write(block, 4 * mebibyte, opened.read(block, 0, new Uint32Array(64)))
    })
    const run = await testMemory(options({ device }))
    expect(run.errors.map(({ fromByte, toByte }) => [fromByte, toByte])).toEqual([[4 * mebibyte, 4 * mebibyte + 256]])
    expect(run.errors[0]?.pattern).toContain('own address')
    // Where every word is the same, a missing line cannot be seen.
    expect(run.errors[0]?.pattern).not.toContain('checkerboard')
  })

  test('a whole megabyte of wrong words is counted and bounded', { timeout: 30_000 }, async () => {
    const ruin = new Uint32Array(mebibyte / 4).fill(0x12345678)
    const device = broken((blocks) => blocks[0] && opened.write(blocks[0], 2 * mebibyte, ruin))
    const run = await testMemory(options({ device }))
    expect(run.errors).toHaveLength(1)
    expect(run.errors[0]).toMatchObject({ fromByte: 2 * mebibyte, toByte: 3 * mebibyte, count: run.errorCount, got: '0x12345678' })
    expect(run.errorCount).toBeGreaterThan(20 * (mebibyte / 4))
  })

  test('its time is kept, and what was checked by then is told', { timeout: 30_000 }, async () => {
    let at = 0
    const run = await testMemory(options({ secondsAtMost: 30, now: () => (at += 100) }))
    expect(run).toMatchObject({ passes: 0, stoppedBecause: 'Its time of 30 seconds was over before it had written and read all patterns once.' })
    expect(run.patterns.length).toBeLessThan(patternNames.length)
  })

  test('the end of its time after a whole pass is an end as planned', { timeout: 30_000 }, async () => {
    let passes = 0
    const run = await testMemory(options({ freeBytes: 24 * mebibyte, passes: 4, secondsAtMost: 30, now: () => (passes > 0 ? 31_000 : 0), onSoFar: (soFar) => void (passes = soFar.passes) }))
    expect(run).toMatchObject({ passes: 1, patterns: patternNames, stoppedBecause: null })
  })

  test('a driver that gives less memory than it states: what it gives is tested, and the rest is named', { timeout: 30_000 }, async () => {
    let left = 48 * mebibyte
    const device: OpenDevice = {
      ...opened,
      facts: { ...opened.facts, maxAllocationBytes: 64 * mebibyte },
      allocate(bytes) {
        if (bytes > left) throw new OpenClFailure('Allocating failed: the device could not allocate the memory (OpenCL error -4).', -4)
        left -= bytes
        return opened.allocate(bytes)
      },
    }
    const run = await testMemory(options({ device, totalBytes: 640 * mebibyte, freeBytes: 640 * mebibyte, secondsAtMost: 20 }))
    expect(run.testedBytes).toBeGreaterThanOrEqual(32 * mebibyte)
    expect(run.leftAlone.bytes + run.testedBytes).toBe(640 * mebibyte)
    expect(run.leftAlone.why).toMatch(/^8 MB for the screen; the driver gave \d+ MB less than was to be tested$/)
  })

  test('what was found is told on the way, so that it outlives a device that is lost with the next launch', { timeout: 30_000 }, async () => {
    const heard: MemoryTestRun[] = []
    const spoiled = broken((blocks) => blocks[0] && stuckBit(opened, blocks[0], 3 * mebibyte, 4))
    const device: OpenDevice = {
      ...spoiled,
      finish: () => (heard.at(-1)?.patterns.includes('checkerboard') ? Promise.reject(new OpenClFailure('Running the kernel failed (OpenCL error -36).', -36)) : spoiled.finish()),
    }
    await expect(testMemory(options({ device, onSoFar: (run) => void heard.push(structuredClone(run)) }))).rejects.toThrow(/-36/)
    expect(heard[0]).toMatchObject({ testedBytes: 32 * mebibyte, errorCount: 0, errors: [], patterns: [] })
    // Before the pattern was at its end.
    expect(heard.find((run) => run.errorCount > 0)).toMatchObject({ errors: [{ fromByte: 3 * mebibyte, toByte: 3 * mebibyte + 4 }], patterns: [] })
    expect(heard.at(-1)).toMatchObject({ errors: [{ fromByte: 3 * mebibyte }], patterns: ['zeros and ones', 'checkerboard'], passes: 0 })
    expect(heard.at(-1)?.bytesChecked).toBe(4 * 32 * mebibyte)
  })

  test('no memory to test is a sentence', async () => {
    await expect(testMemory(options({ freeBytes: 4 * mebibyte }))).rejects.toThrow('There is no memory to test: 4 MB of the memory are free, and what is left alone is 8 MB for the screen.')
  })

  test('a device that is lost on the way is no lack of memory', async () => {
    const lost = new OpenClFailure('Running the kernel failed: the driver lost the command queue (OpenCL error -36).', -36)
    await expect(takeBlocks(opened, 32 * mebibyte, () => Promise.reject(lost))).rejects.toBe(lost)
  })

  test('nor is one that answers "out of resources" because it was reset: it is told as lost, not as memory that the driver did not give', async () => {
    const gone = new OpenClFailure('Running the kernel failed: the device is out of resources (OpenCL error -5).', -5)
    let asked = 0
    const device: OpenDevice = { ...opened, finish: () => ((asked += 1), Promise.reject(gone)) }
    await expect(testMemory(options({ device }))).rejects.toBe(gone)
    // Once by the work, once to see whether it is still there: a device that was reset is left alone.
    expect(asked).toBe(2)
    expect(await isLost(gone, { stillAnswers: async () => false })).toBe(true)
    let isFirst = true
    const full: OpenDevice = { ...opened, finish: () => (isFirst ? ((isFirst = false), Promise.reject(gone)) : opened.finish()) }
    const blocks = await takeBlocks(full, 32 * mebibyte, () => full.finish())
    expect(blocks.reduce((sum, block) => sum + block.buffer.bytes, 0)).toBe(32 * mebibyte)
    for (const block of blocks) block.buffer.release()
  })
})

test('what is left alone is left alone', () => {
  expect(allowedBytes(8192 * mebibyte, 6000 * mebibyte, 512 * mebibyte)).toBe(5488 * mebibyte)
  // Not known how much is free: never the last tenth, never what is to be left.
  expect(allowedBytes(1000 * mebibyte, null, 512 * mebibyte)).toBe(488 * mebibyte)
  expect(allowedBytes(10_000 * mebibyte, null, 512 * mebibyte)).toBe(9000 * mebibyte)
  expect(allowedBytes(0, 0, 512 * mebibyte)).toBe(0)
})

describe('ranges of errors', () => {
  const word = fc.record({ byte: fc.integer({ min: 0, max: 2 ** 30 }).map((place) => place * 4), expected: fc.constant(0), got: fc.constant(1) })

  test('never more than 256, in order, apart, and no wrong word is lost', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 600 }), (words) => {
        const ranges = rangesOf(words, words.length, 0, 0, 'checkerboard')
        return (
          ranges.length <= 256 &&
          ranges.every(({ fromByte, toByte }, k) => fromByte < toByte && fromByte >= (ranges[k - 1]?.toByte ?? 0)) &&
          ranges.reduce((sum, { count }) => sum + count, 0) === words.length &&
          words.every(({ byte }) => ranges.some(({ fromByte, toByte }) => byte >= fromByte && byte + 4 <= toByte))
        )
      }),
      { numRuns: 30 },
    )
  })

  test('the same place found by two patterns is one range with both names', () => {
    const one = rangesOf([{ byte: 8192, expected: 0, got: 4 }], 1, 8192, 8192, 'checkerboard')
    expect(merged(one, rangesOf([{ byte: 8192, expected: 1, got: 5 }], 1, 8192, 8192, 'own address'))).toEqual([
      { fromByte: 8192, toByte: 8196, count: 2, pattern: 'checkerboard, own address', expected: '0x00000000', got: '0x00000004' },
    ])
  })
})
