/** Measuring one workload on a pretended device: what is counted, and what is not believed. */
import { describe, expect, test } from 'vitest'
import { measureWorkload, type Measured } from '../../../main/benchmark/measure.ts'
import { NotOffered } from '../../../main/benchmark/not-offered.ts'
import { OpenClFailure } from '../../../main/benchmark/open-device.ts'
import { sustainWorkload } from '../../../main/benchmark/sustain.ts'
import type { Candidate, Prepared } from '../../../main/benchmark/workloads/workload.ts'

interface Pretended {
  unitMs: number
  /** From this launch on the device takes its time for nothing, and says that all is well. */
  dropsFrom?: number
  wrong?: boolean
  /** Never seen to run by us. */
  untried?: boolean
  /** Thrown while it is prepared, or at the fifth launch. */
  refuses?: Error
  dies?: Error
  /** Each launch costs so much beside, which the device's own clock does not count. */
  overheadMs?: number
}

interface Asked {
  variants: Record<string, Pretended>
  better?: 'higher' | 'lower'
  stillAnswers?: boolean
  observed?: boolean
}

/** A device whose launches take `unitMs` per unit of size and write that size down as their result. */
function pretend(variants: Record<string, Pretended>) {
  const device = { now: 0, released: [] as string[] }
  const candidates: Candidate[] = Object.entries(variants).map(([label, { unitMs, dropsFrom = Infinity, wrong = false, refuses, dies, untried = false, overheadMs = 0 }]) => ({
    label,
    isUntried: untried,
    async prepare(): Promise<Prepared> {
      if (refuses) throw refuses
      let launches = 0
      let written = 0
      let size = 0
      return {
        mostSize: 1e9,
        async launch(of) {
          launches += 1
          size = of
          if (dies && launches >= 5) throw dies
          if (launches >= dropsFrom) return void (device.now += 60)
          device.now += unitMs * of + overheadMs
          written = wrong ? -1 : of
        },
        ...(overheadMs > 0 ? { deviceSeconds: () => (unitMs * size) / 1000 } : {}),
        work: (of) => of,
        check: (of) => (written === of ? null : `it holds ${written} where ${of} is right`),
        release: () => void device.released.push(label),
      }
    },
  }))
  return { device, candidates }
}

async function measure(variants: Record<string, Pretended>, more: Omit<Asked, 'variants'> = {}): Promise<Measured & { tookMs: number; released: string[] }> {
  const { device, candidates } = pretend(variants)
  const measured = await measureWorkload({
    workload: { title: 'compute', perUnit: 1, better: more.better ?? 'higher', ...(more.observed === undefined ? {} : { observed: more.observed }) }, candidates, limitMs: 6_000, leastMs: 1_000, now: () => device.now, onProgress: () => {},
    stillAnswers: async () => more.stillAnswers ?? true,
  })
  return { ...measured, tookMs: device.now, released: device.released }
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
  test('code that never ran on a card may be wrong itself; once it was right at full length, a wrong value is the card’s', async () => {
    expect(await measure({ only: { unitMs: 1, wrong: true } }, { observed: false })).toMatchObject({ ok: false, status: 'failed', lost: false, reason: expect.stringContaining('the mistake may be ours rather than the card’s') })
    expect(await measure({ only: { unitMs: 1, dropsFrom: 12 } }, { observed: false })).toMatchObject({ ok: false, status: 'wrong' })
  })
  test('an untried variant is measured where it is right and faster, however little time is left for choosing', async () => {
    const plain = Object.fromEntries(Array.from({ length: 9 }, (_, k) => [`plain ${k}`, { unitMs: 1 }]))
    expect(await measure({ ...plain, untried: { unitMs: 0.5, untried: true } }, { observed: false })).toMatchObject({ ok: true, variant: 'untried', runs: 8 })
    const slower = await measure({ plain: { unitMs: 0.5 }, untried: { unitMs: 1, untried: true } }, { observed: false })
    expect(slower).toMatchObject({ ok: true, variant: 'plain' })
    expect(slower.released.toSorted()).toEqual(['plain', 'untried'])
  })
  test.each([
    ['wrong from the first on', { unitMs: 0.5, wrong: true }],
    ['wrong in the end', { unitMs: 0.5, dropsFrom: 16 }],
    ['refused', { unitMs: 0.5, refuses: new NotOffered('no') }],
    ['crashing', { unitMs: 0.5, dies: Object.assign(new Error('x'), { name: 'CudaFailure', code: 719 }) }],
  ])('an untried variant, %s, leaves the figure of the one before it', async (_, untried) => {
    const measured = await measure({ plain: { unitMs: 1 }, untried: { ...untried, untried: true } }, { observed: false })
    expect(measured).toMatchObject({ ok: true, variant: expect.stringMatching(/^plain \(untried was passed over: /) })
    expect(measured.ok && measured.value).toBeCloseTo(1000)
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
  test('a latency is seconds per piece of work, and the smallest is the best', async () => {
    const measured = await measure({ slow: { unitMs: 2 }, fast: { unitMs: 0.5 } }, { better: 'lower' })
    expect(measured).toMatchObject({ ok: true, variant: 'fast' })
    expect(measured.ok && measured.value).toBeCloseTo(0.0005)
  })
  test('where the device has a clock of its own, that counts', async () => {
    const measured = await measure({ only: { unitMs: 0.5, overheadMs: 40 } })
    expect(measured.ok && measured.value).toBeCloseTo(2000)
  })
  test('what the device claims and does not compile is not offered; what fails otherwise has failed', async () => {
    const refused = new NotOffered('half does not compile here')
    expect(await measure({ half: { unitMs: 1, refuses: refused } })).toMatchObject({ ok: false, status: 'not-offered', reason: 'half does not compile here' })
    expect(await measure({ half: { unitMs: 1, refuses: refused }, half2: { unitMs: 1, refuses: new Error('no room') } })).toMatchObject({ ok: false, status: 'failed', reason: 'no room' })
    expect(await measure({})).toMatchObject({ ok: false, status: 'not-offered' })
  })
  test.each([
    ['a lost queue', new OpenClFailure('Running the kernel failed: lost (OpenCL error -36).', -36), true, true],
    ['NVIDIA’s own number for a stopped kernel', new OpenClFailure('x', -9999), true, true],
    ['out of resources on a device that still answers', new OpenClFailure('x', -5), true, false],
    ['out of resources on a device that does not', new OpenClFailure('x', -5), false, true],
    ['a fault on a card through CUDA', Object.assign(new Error('The kernel failed (CUDA error 719).'), { name: 'CudaFailure', code: 719 }), true, true],
    ['PTX that the driver does not know', Object.assign(new Error('x (CUDA error 222).'), { name: 'CudaFailure', code: 222 }), true, false],
    ['a mistake of ours', new Error('undefined is not a function'), true, false],
  ])('%s', async (_what, dies, stillAnswers, lost) => {
    expect(await measure({ only: { unitMs: 1, dies } }, { stillAnswers })).toMatchObject({ ok: false, status: 'failed', lost })
  })
})

describe('a sustained load', () => {
  async function sustain(variant: Pretended & { slowsAtMs?: number }, seconds: number) {
    const { device, candidates } = pretend({ only: variant })
    const rates: [number, number | null][] = []
    const outcome = await sustainWorkload({
      workload: { title: 'compute', perUnit: 1, better: 'higher' }, candidates, seconds, now: () => device.now, onProgress: () => {},
      onRate: (atSeconds, value) => void rates.push([atSeconds, value]),
    })
    return { outcome, rates }
  }
  test('tells a figure for every second, and looks at its results every ten seconds and at the end', async () => {
    const { outcome, rates } = await sustain({ unitMs: 0.5 }, 60)
    expect(outcome).toMatchObject({ ok: true, variant: 'only' })
    expect(outcome.ok && outcome.checks).toBeGreaterThanOrEqual(6)
    expect(rates.map(([at]) => at)).toEqual(Array.from({ length: 60 }, (_, second) => second + 1))
    for (const [, value] of rates) expect(value).toBeCloseTo(2000)
  })
  test('a second in which no launch ended has no figure', async () => {
    const { rates } = await sustain({ unitMs: 2600 }, 10)
    expect(rates.some(([, value]) => value === null)).toBe(true)
    expect(rates.some(([, value]) => value !== null)).toBe(true)
  })
  test('launches that are dropped in silence end it with the moment, and what was told before stays', async () => {
    const { outcome, rates } = await sustain({ unitMs: 0.5, dropsFrom: 300 }, 60)
    expect(outcome).toMatchObject({ ok: false, status: 'wrong', reason: expect.stringMatching(/wrong after \d+ s of work/) })
    expect(rates.length).toBeGreaterThan(10)
  })
})
