/** What a model should reach, against figures that makers state, and silence where nobody does. */
import { describe, expect, test } from 'vitest'
import { architectureSources, ratesOf } from '../../../main/benchmark/architecture-facts.ts'
import { expectedOf } from '../../../main/benchmark/expected.ts'
import { tensorSpecOf } from '../../../main/benchmark/tensor-specs.ts'
import { lowerIsBetter, workloadIds, type WorkloadId } from '../../../shared/benchmark.ts'
import type { GpuFacts } from '../../../shared/gpu-facts.ts'
import { table } from './meaning/runs.ts'

const card = (model: string): GpuFacts => table.byModel(model) ?? expect.fail(model)

describe('figures that makers state lie in the range', () => {
  // NVIDIA's whitepapers: GFLOP/s, GIOP/s.
  test.each<[string, WorkloadId, number]>([
    ['H100 SXM5 80 GB', 'fp32-compute', 66_900], ['H100 SXM5 80 GB', 'fp64-compute', 33_500], ['H100 SXM5 80 GB', 'fp16-compute', 133_800], ['H100 SXM5 80 GB', 'int32-compute', 33_500],
    ['H200 SXM 141 GB', 'tensor-fp16', 989_400], ['A100 SXM4 80 GB', 'fp64-compute', 9_700], ['A100 SXM4 80 GB', 'fp16-compute', 78_000], ['A100 SXM4 80 GB', 'tensor-int8', 624_000],
    ['GeForce RTX 3090', 'fp16-compute', 35_600], ['GeForce RTX 3090', 'fp64-compute', 556], ['GeForce RTX 3090', 'int32-compute', 17_800], ['GeForce RTX 4090', 'tensor-fp16', 165_200],
    ['GeForce GTX 1080 Ti', 'fp64-compute', 354], ['Tesla P40', 'int8-dot', 47_000], ['Radeon RX 6900 XT', 'fp64-compute', 1_440], ['Radeon Instinct MI250X', 'fp64-compute', 47_900],
  ])('%s, %s: %s', (model, workload, stated) => {
    const range = expectedOf(workload, card(model))
    expect(range?.low).toBeLessThan(stated)
    expect(range?.high).toBeGreaterThan(stated)
    expect(range?.why).not.toBe('')
  })
})

test('every range of every card is in order, and every card that states single precision has proportions or says that they are not known', () => {
  for (const facts of table.rows) {
    for (const workload of workloadIds) {
      const range = expectedOf(workload, facts)
      if (range === null) continue
      expect(range.low, `${facts.model} ${workload}`).toBeGreaterThan(0)
      expect(range.high, `${facts.model} ${workload}`).toBeGreaterThan(range.low)
      expect(range.why.length).toBeGreaterThan(20)
      expect(lowerIsBetter.has(workload)).toBe(false)
    }
    expect(ratesOf(facts).why).not.toBe('')
  }
})

test('what no maker states has no range, and neither has a card that is not in the table', () => {
  for (const workload of ['memory-latency', 'launch-latency', 'path-tracer', 'cache-bandwidth', 'int24-compute'] as const) expect(expectedOf(workload, card('GeForce RTX 3090'))).toBeNull()
  expect(expectedOf('fp32-compute', null)).toBeNull()
  expect(expectedOf('fp16-compute', card('GeForce GTX 980'))).toBeNull()
  expect(expectedOf('tensor-fp16', card('GeForce GTX 1080 Ti'))).toBeNull()
  expect(tensorSpecOf(card('TITAN V'), 'bf16')).toBeNull()
  expect(ratesOf({ vendor: 'apple', architecture: 'Apple silicon', cudaComputeCapability: null })).toMatchObject({ fp16PerFp32: null, why: expect.stringContaining('not known') })
})

test('tensor figures are with 32-bit sums and dense, say how they were come by, and are left out where sources differ', () => {
  expect(tensorSpecOf(card('L40'), 'fp16')).toMatchObject({ perSecond: 181_050, words: '181.05 TFLOP/s stated for dense matrices' })
  expect(tensorSpecOf(card('L20'), 'int8')?.perSecond).toBe(239_000)
  expect(expectedOf('tensor-fp16', card('GeForce RTX 3090'))?.why).toContain('worked out for dense matrices')
  expect(expectedOf('tensor-fp16', card('GeForce RTX 2080 Ti'))?.why).toContain('could not be checked')
  for (const model of ['GeForce RTX 5090 D', 'RTX PRO 4500 Blackwell', 'B200']) expect(expectedOf('tensor-fp16', card(model))).toBeNull()
})

describe('the link to the machine', () => {
  const facts = card('GeForce RTX 3090')
  test('as it is', () => {
    expect(expectedOf('host-to-device', facts, { pcieGeneration: 4, pcieLanes: 16 })).toMatchObject({ low: expect.closeTo(31.5 * 0.7, 1), high: expect.closeTo(31.5, 1), why: expect.stringContaining('PCIe 4.0 x16') })
    expect(expectedOf('host-to-device', facts, { pcieGeneration: 4, pcieLanes: 1 })?.high).toBeCloseTo(1.97, 2)
  })
  test('one that was read at rest may have worked faster', () => {
    expect(expectedOf('device-to-host', facts, { pcieGeneration: 1, pcieLanes: 16 })).toMatchObject({ low: expect.closeTo(2.8, 1), high: expect.closeTo(31.5, 1), why: expect.stringContaining('at rest') })
  })
  test('as the maker states it, with room for a lesser slot', () => {
    expect(expectedOf('host-to-device', facts)?.low).toBeLessThan(31.5 * 0.25)
    expect(expectedOf('host-to-device', facts, { pcieGeneration: null, pcieLanes: null })?.why).toContain('the slot may give less')
  })
  test('none where card and machine share their memory', () => {
    expect(expectedOf('host-to-device', facts, { pcieGeneration: 4, pcieLanes: 16, attachment: 'integrated' })).toBeNull()
    expect(expectedOf('host-to-device', card('Apple M4'))).toBeNull()
  })
})

test('every proportion says where it is from, and when or why there is no date', () => {
  for (const source of architectureSources()) {
    expect(source.url).toMatch(/^https:/)
    expect(source.date !== null || (source.note ?? '') !== '').toBe(true)
  }
})
