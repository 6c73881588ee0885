/** What `bench` prints of a run: figures with their range, a sustained load, memory errors, and what is not known as unknown. */
import { describe, expect, test } from 'vitest'
import { chooseCards, isWhole, leftText } from '../../../main/command-line/bench-run.ts'
import { memoryTestText, resultText, sparkline, sustainedText } from '../../../main/command-line/bench-text.ts'
import type { Meaning } from '../../../shared/benchmark.ts'
import { figure, memory, noon, run, sustained } from '../benchmark/runs.ts'
import { gpu } from '../history/support.ts'

const meaning: Meaning = {
  ref: { importId: null, gpuId: '', startedAt: noon }, sentences: ['98 % of a GeForce RTX 3090.'], heldBack: [], uses: [], remarks: ['Measured with another driver.'],
  standings: [{ workload: 'fp32-compute', value: 33_200, unit: 'GFLOP/s', ofExpected: 0.976, ofReference: null, ofBest: null }],
}

describe('a run', () => {
  test('shows figure, spread, range, share and watts, and what it means', () => {
    const text = resultText(run({ reasons: ['The slot has 8 lanes.'] }), meaning)
    expect(text).toMatch(/fp32-compute +33200 GFLOP\/s +1 % +30000 to 38000 GFLOP\/s +98 % +338 W/)
    for (const words of ['As this model should do. Power: 338 W working, 24 W waiting.', '- 98 % of a GeForce RTX 3090.', '- The slot has 8 lanes.', '- Measured with another driver.']) expect(text).toContain(words)
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100)
  })

  test('says what failed in its row and why below, and folds what is not offered into a line', () => {
    const text = resultText(
      run({ results: [figure('fp32-compute', null, { status: 'wrong', reason: 'It computed 3 for 4.' }), figure('fp64-compute', null, { reason: 'There was no time.' }), figure('int8-dot', null, { status: 'not-offered', reason: 'No such instruction.' })], reasons: ['fp64: There was no time.'] }),
      null,
    )
    expect(text).toMatch(/fp32-compute +WRONG VALUES +–/)
    expect(text).toMatch(/fp64-compute +failed/)
    expect(text).toContain('- It computed 3 for 4.')
    expect(text.match(/There was no time/g)).toHaveLength(1)
    expect(text).toContain('Not offered by this card or its driver: int8-dot.')
    expect(text).not.toMatch(/^int8-dot/m)
  })

  test('labels a figure of code that was never seen on a card', () => {
    const text = resultText(run({ results: [figure('fp32-compute', 5, { neverObserved: true })] }), null)
    expect(text).toMatch(/fp32-compute \* +5 GFLOP\/s/)
    expect(text).toContain('has never run on such a card')
  })

  test('a sustained load: its shape, what was lost, when and why', () => {
    const text = sustainedText(sustained())
    for (const words of ['fp32-compute, 5 min at full load', 'first 33000, last 30000 GFLOP/s, lost 9.1 % (it fell after 2 min)', 'up to 83 °C, 345 W on average, 28.8 Wh', '- It fell when the core reached 80 °C.', '- Held back by sw thermal slowdown for 60 % of the time.']) expect(text).toContain(words)
    const bare = sustainedText(sustained({ points: [], first: null, last: null, drop: null, dropAtSeconds: null, cause: null, meanW: null, energyJ: null, heldBack: [], stoppedBecause: 'The card was removed.' }))
    expect(bare).toContain('temperature not readable, watts not readable')
    expect(bare).toContain('It ended before its time: The card was removed.')
    expect(bare).not.toMatch(/NaN|Infinity|null/)
  })

  test('errors of memory are listed by range', () => {
    const text = memoryTestText(memory)
    expect(text).toContain('3 errors found')
    expect(text).toMatch(/0x1000 +0x1fff +3 +walking ones +0x00000001 +0x00000003/)
    expect(text.replace(/\s+/g, ' ')).toContain('512 MiB left alone (512 MB for the screen)')
    expect(memoryTestText({ ...memory, errorCount: 0, errors: [] })).toContain('No error was found.')
  })
})

test('the exit code is 0 only where everything that is offered was measured and nothing was wrong', () => {
  expect(isWhole(run())).toBe(true)
  expect(isWhole(run({ results: [figure('fp32-compute', 5), figure('int8-dot', null, { status: 'not-offered' })] }))).toBe(true)
  expect(isWhole(run({ results: [figure('fp32-compute', 5), figure('fp64-compute', null)] }))).toBe(false)
  expect(isWhole(run({ results: [figure('fp32-compute', null, { status: 'held-back' })] }))).toBe(false)
  expect(isWhole(run({ results: [] }))).toBe(false)
  expect(isWhole(run({ results: [], sustained: sustained() }))).toBe(true)
  expect(isWhole(run({ results: [], sustained: sustained({ stoppedBecause: 'It got too hot.' }) }))).toBe(false)
  expect(isWhole(run({ results: [], memory }))).toBe(false)
  expect(isWhole(run({ results: [], memory: { ...memory, errorCount: 0, errors: [] } }))).toBe(true)
  // Every figure is there, but the card did not answer the look after it, or the driver reset it.
  expect(isWhole(run({ results: [figure('fp32-compute', 5)], endedWell: false }))).toBe(false)
})

test('a curve is drawn as it runs, calm where it hardly moves, with a gap where nothing came back', () => {
  const of = (values: (number | null)[]): string => sparkline(values.map((value) => ({ value })))
  expect(of([10, 5, 0])).toBe('█▄▁')
  expect(new Set(of([100, 100.1, 99.9, 100])).size).toBeLessThanOrEqual(2)
  expect(of([10, null, 5])).toBe('█ ▁')
  expect([of([]), of([5]), of([null, null])]).toEqual(['', '', ''])
  expect(of(new Array(500).fill(7))).toHaveLength(80)
})

test('what is left is told by the pace, and at first by the limit', () => {
  const card = { startedAt: 0, limitSeconds: 200 }
  expect(leftText({ ...card, progress: 0.01 }, 5000)).toBe('at most 3 min left')
  expect(leftText({ ...card, progress: 0.5 }, 40_000)).toBe('about 40 s left')
  expect(leftText({ ...card, progress: 0.06 }, 100_000)).toBe('about 1 min left')
})

describe('which cards are measured', () => {
  const card = (id: string, more = {}): ReturnType<typeof gpu> => ({ ...gpu(id), opencl: { platform: 'x', device: 'y' } as never, ...more })
  const detection = (gpus: ReturnType<typeof gpu>[]) => ({ gpus }) as unknown as Parameters<typeof chooseCards>[0]

  test('those that were named, each once', () => {
    const { chosen } = chooseCards(detection([card('GPU-aaaa'), card('GPU-bbbb'), card('GPU-cccc')]), ['GPU-bbbb', 'GPU-aaaa', 'GPU-bbbb'])
    expect(chosen.map(({ id }) => id)).toEqual(['GPU-bbbb', 'GPU-aaaa'])
  })
  test('else all that a driver offers; processors only where there is no card; lost ones never', () => {
    const all = [card('GPU-a'), card('GPU-b', { opencl: null }), card('cpu', { kind: 'cpu-device' }), card('GPU-c', { lostSince: noon })]
    expect(chooseCards(detection(all), [])).toMatchObject({ chosen: [{ id: 'GPU-a' }], leftOut: [{ id: 'GPU-b' }] })
    expect(chooseCards(detection(all.slice(2)), []).chosen.map(({ id }) => id)).toEqual(['cpu'])
    expect(() => chooseCards(detection(all), ['GPU-c'])).toThrow(/not here now/)
  })
})
