/** What clpeak prints is read by its words, and the comparison with it can fail. */
import { describe, expect, test } from 'vitest'
import type { Single } from '../../scripts/measure/bench-runs.ts'
import { comparisonRow } from '../../scripts/measure/bench.ts'
import { compared, readClpeak } from '../../scripts/measure/clpeak.ts'
import { limitOf, lanesOf } from '../../scripts/measure/processor-limit.ts'
import type { OpenClDevice } from '../../main/system/opencl-device.ts'

/** Of PoCL 3.1 on this project's build machine, 2026-11-23, its half precision put in. */
const printed = `
Platform: Portable Computing Language
  Device: pthread-skylake-avx512
    Driver version  : 3.1+debian (Linux x64)
    Compute units   : 2
    Clock frequency : 2600 MHz

    Global memory bandwidth (GBPS)
      float   : 8.57
      float4  : 17.46
      float8  : 17.90
      float16 : 14.05

    Single-precision compute (GFLOPS)
      float   : 1.20
      float16 : 31.73

    Half-precision compute (GFLOPS)
      half   : 60.20
      half2   : 120.40

    Double-precision compute (GFLOPS)
      double   : 1.73
      double16 : 37.40

    Integer compute (GIOPS)
      int   : 4.28
      int16 : 33.52

    Integer compute Fast 24bit (GIOPS)
      int16 : 33.49

    Transfer bandwidth (GBPS)
      enqueueWriteBuffer              : 12.64
      enqueueReadBuffer               : 11.80
      enqueueWriteBuffer non-blocking : 13.14
      enqueueReadBuffer non-blocking  : 11.72
      enqueueMapBuffer(for read)      : 36898.34
        memcpy from mapped ptr        : 12.08
      enqueueUnmap(after write)       : 7153.51
        memcpy to mapped ptr          : 12.94

    Kernel launch latency : 37.48 us

`
const metric = (id: string) => compared.find((one) => one.id === id)!

describe('clpeak', () => {
  test.each([
    ['bandwidth', 17.9],
    ['fp32', 31.73],
    ['fp16', 120.4],
    ['fp64', 37.4],
    ['int32', 33.52],
    ['int24', 33.49],
    ['write', 13.14],
    ['read', 11.8],
    ['memcpy-from-mapped', 12.08],
    ['memcpy-to-mapped', 12.94],
    ['launch-latency', 37.48],
  ])('%s is %d', (id, value) => {
    expect(readClpeak(printed, metric(id))).toBe(value)
  })

  test('what it skipped is no figure', () => {
    expect(readClpeak('    No half precision support! Skipped\n', metric('fp16'))).toBeNull()
    expect(readClpeak('', metric('launch-latency'))).toBeNull()
  })
})

describe('ours beside theirs', () => {
  const device = { name: 'a card' } as OpenClDevice
  const ours = (...values: number[]): Single[] => values.map((value) => ({ ok: true, value, spread: 0.01, variant: 'float4' }))

  test('the medians decide, from 0.97; of latencies the smaller is the better', () => {
    expect(comparisonRow(metric('fp32'), device, [100, 90, 500], ours(97, 10, 300), '')).toMatchObject({ value: 0.97, ok: true, peer: { value: 100 } })
    expect(comparisonRow(metric('fp32'), device, [100], ours(96.9), '')).toMatchObject({ ok: false })
    expect(comparisonRow(metric('launch-latency'), device, [40], ours(20), '')).toMatchObject({ value: 2, ok: true })
    expect(comparisonRow(metric('launch-latency'), device, [20], ours(40), '')).toMatchObject({ value: 0.5, ok: false })
  })

  test('what is not offered is not measured; what failed is over', () => {
    expect(comparisonRow(metric('fp16'), device, [], [{ ok: false, reason: 'It has no half precision.', isOffered: false }], '')).toMatchObject({ value: null, ok: null })
    expect(comparisonRow(metric('fp64'), device, [30], [{ ok: false, reason: 'The result was wrong.', isOffered: true }], '')).toMatchObject({ value: null, ok: false, note: 'The result was wrong.' })
    expect(comparisonRow(metric('fp64'), device, [], [], 'clpeak is not installed')).toMatchObject({ value: null, ok: null, note: 'clpeak is not installed' })
  })
})

test('a processor can do so much', () => {
  expect(lanesOf('flags\t\t: fpu sse2 avx2 fma avx512f')).toBe(16)
  expect(lanesOf('flags\t\t: fpu sse2 avx2 fma')).toBe(8)
  expect(lanesOf('Features\t: fp asimd')).toBe(4)
  expect(lanesOf('')).toBeNull()
  expect(limitOf(2, [2.4, 2.6, 2.5], 16)).toBe(2 * 2.5 * 16 * 4)
})
