/** The word for a card: judged by what its maker states, told about the rest, never believed after a wrong value. */
import { describe, expect, test } from 'vitest'
import { judge } from '../../../main/benchmark/verdict.ts'
import type { WorkloadResult } from '../../../shared/benchmark.ts'
import { resultOf, table } from './meaning/runs.ts'

const facts = table.byModel('GeForce RTX 3090')
const range = (low: number, high: number): Pick<WorkloadResult, 'expected'> => ({ expected: { low, high } })
const fine = [resultOf('fp32-compute', 33_000, range(26_000, 41_000)), resultOf('memory-bandwidth', 850, range(674, 964))]

describe('a full run', () => {
  test('figures without a range, and what the device does not offer, leave a good verdict alone', () => {
    const rest = [resultOf('memory-latency', 400), resultOf('path-tracer', 900), resultOf('tensor-int8', null, { status: 'not-offered', reason: 'no libcuda' })]
    expect(judge([...fine, ...rest], facts, false)).toEqual({ verdict: 'as-expected', reasons: [] })
  })
  test('a proportion that is missed is told, but is no low card', () => {
    const judged = judge([...fine, resultOf('int32-compute', 5_000, range(13_000, 20_000))], facts, false)
    expect(judged.verdict).toBe('as-expected')
    expect(judged.reasons[0]).toMatch(/^32-bit integer.* is low: 5,000 GIOP\/s, expected 13,000 to 20,000 GIOP\/s .*compiler/)
  })
  test('a slow link is told with what to look at', () => {
    expect(judge([...fine, resultOf('host-to-device', 3, range(22, 31.5))], facts, false).reasons[0]).toMatch(/is low: 3 GB\/s.*Look at the slot, the riser/)
  })
  test('what the maker states and the card misses is low; what it cannot do is another card', () => {
    expect(judge([resultOf('fp32-compute', 10_000, range(26_000, 41_000))], facts, false).verdict).toBe('low')
    expect(judge([resultOf('fp32-compute', 90_000, range(26_000, 41_000))], facts, false)).toMatchObject({ verdict: 'unknown', reasons: [expect.stringMatching(/another model/)] })
    expect(judge([...fine, resultOf('int8-dot', 900_000, range(1, 2))], facts, false)).toEqual({ verdict: 'as-expected', reasons: [] })
  })
  test('code that was never seen on a card does not judge one', () => {
    expect(judge([...fine, resultOf('tensor-fp16', 9_000, { ...range(30_000, 80_000), neverObserved: true })], facts, false).verdict).toBe('as-expected')
  })
  test('a failed or held-back workload leaves it open', () => {
    expect(judge([...fine, resultOf('fp64-compute', null)], facts, false).verdict).toBe('unknown')
    expect(judge([...fine, resultOf('fp64-compute', null, { status: 'held-back' })], facts, false).verdict).toBe('unknown')
    expect(judge([], facts, false).verdict).toBe('unknown')
  })
  test('an unsteady side figure is told; an unsteady main one makes the card unstable', () => {
    expect(judge([...fine, resultOf('launch-latency', 5, { spread: 0.9 })], facts, false)).toMatchObject({ verdict: 'as-expected', reasons: [expect.stringMatching(/differ by 90\.0 %/)] })
    const three = judge([...fine, resultOf('launch-latency', 5, { spread: 0.9 }), resultOf('cache-bandwidth', 5, { spread: 0.2 }), resultOf('path-tracer', 5, { spread: 2 })], facts, false)
    expect(three.reasons).toEqual([expect.stringMatching(/^The runs of 3 of 5 workloads differ .* most, by 200\.0 %\)/)])
    expect(judge([resultOf('fp32-compute', 33_000, { ...range(26_000, 41_000), spread: 0.2 })], facts, false).verdict).toBe('unstable')
  })
})

test('a wrong value takes every other figure\'s credit, and leads', () => {
  const judged = judge([...fine, resultOf('memory-copy', null, { status: 'wrong' })], facts, false)
  expect(judged).toMatchObject({ verdict: 'unknown', reasons: [expect.stringMatching(/^This card computes wrong values \(memory copying\)/)] })
})
