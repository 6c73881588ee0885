/** Measuring one workload on a pretended device: what is counted, and what is not believed. */
import { describe, expect, test } from 'vitest'
import { measureWorkload, type Measured } from '../../../main/benchmark/measure.ts'
import type { Candidate, Prepared, Workload } from '../../../main/benchmark/workloads/workload.ts'

interface Pretended {
  unitMs: number
  /** From this launch on the device takes its time for nothing, and says that all is well. */
  dropsFrom?: number
  wrong?: boolean
}

/** A device whose launches take `unitMs` per unit of size and write that size down as their result. */
async function measure(variants: Record<string, Pretended>): Promise<Measured & { tookMs: number; released: string[] }> {
  let now = 0
  const released: string[] = []
  const candidates: Candidate[] = Object.entries(variants).map(([label, { unitMs, dropsFrom = Infinity, wrong = false }]) => ({
    label,
    async prepare(): Promise<Prepared> {
      let launches = 0
      let written = 0
      return {
        mostSize: 1e9,
        async launch(size) {
          launches += 1
          if (launches >= dropsFrom) return void (now += 60)
          now += unitMs * size
          written = wrong ? -1 : size
        },
        work: (size) => size,
        check: (size) => (written === size ? null : `it holds ${written} where ${size} is right`),
        release: () => void released.push(label),
      }
    },
  }))
  const workload = { id: 'fp32-compute', title: 'compute', unit: 'unit/s', perUnit: 1, candidates: () => candidates } as unknown as Workload
  const measured = await measureWorkload({ workload, device: {} as never, kernelText: '', limitMs: 6_000, leastMs: 1_000, now: () => now, onProgress: () => {} })
  return { ...measured, tookMs: now, released }
}

describe('one workload', () => {
  test('gives work per second of the fastest variant, and lets every variant go', async () => {
    const measured = await measure({ slow: { unitMs: 2 }, fast: { unitMs: 0.5 }, slower: { unitMs: 4 } })
    expect(measured).toMatchObject({ ok: true, variant: 'fast', runs: 8 })
    expect(measured.ok && measured.value).toBeCloseTo(2000)
    expect(measured.released.toSorted()).toEqual(['fast', 'slow', 'slower'])
  })
  test('wrong arithmetic gives no figure, also when only one variant has it', async () => {
    expect(await measure({ right: { unitMs: 1 }, wrong: { unitMs: 1, wrong: true } })).toMatchObject({ ok: false, reason: expect.stringContaining('wrong with wrong') })
  })
  test('launches that were dropped in silence on the way give no figure, however fast they seemed', async () => {
    const measured = await measure({ only: { unitMs: 1, dropsFrom: 12 } })
    expect(measured).toMatchObject({ ok: false, reason: expect.stringMatching(/The result was wrong after \d+ runs/) })
  })
  test('a device on which one launch takes seconds still ends in time', async () => {
    const measured = await measure({ only: { unitMs: 900 } })
    expect(measured.ok).toBe(true)
    expect(measured.tookMs).toBeLessThan(8_500)
  })
})
