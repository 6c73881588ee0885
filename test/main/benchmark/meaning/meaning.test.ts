/** What a run is said to mean: beside its model, other cards and its own past, like compared with like. */
import { describe, expect, test } from 'vitest'
import type { BenchmarkResult, SustainedRun } from '../../../../shared/benchmark.ts'
import { ask, conditionsOf, now, resultOf, runOf } from './runs.ts'

const march = Date.parse('2026-03-14T20:00:00Z')
const full = { 'fp32-compute': 33_000, 'memory-bandwidth': 850 } as const

describe('beside the model', () => {
  test('a percentage of the named card, with its parts', () => {
    const meaning = ask(runOf(full))
    expect(meaning.sentences[0]).toMatch(/^\d+ % of a GeForce RTX 3090, by what its board's facts let one expect: single-precision compute \d+ %, memory bandwidth \d+ %\.$/)
    expect(meaning.standings.map((standing) => standing.workload)).toEqual(['fp32-compute', 'memory-bandwidth'])
    // 75 to 115 % of 35.58 TFLOP/s.
    expect(meaning.standings[0]?.ofExpected).toBeCloseTo(33_000 / (35_580 * 0.95), 6)
  })
  test('an RTX, an H200, a Tesla; and code that was never seen on a card does not speak for it', () => {
    const named = (model: string): string => ask(runOf({ 'memory-bandwidth': 500 }, { conditions: conditionsOf({ model }) })).sentences[0] ?? ''
    expect(named('RTX 6000 Ada Generation')).toMatch(/ % of an RTX 6000 Ada/)
    expect(named('H200 SXM 141 GB')).toMatch(/ % of an H200/)
    expect(named('Tesla P40')).toMatch(/ % of a Tesla/)
    const run = runOf({}, { results: [resultOf('fp32-compute', 33_800), resultOf('tensor-fp16', 9_000, { neverObserved: true })] })
    expect(ask(run).sentences[0]).toBe('100 % of a GeForce RTX 3090, by what its board\'s facts let one expect.')
  })
  test('a card that nobody knows is compared with nothing', () => {
    const meaning = ask(runOf(full, { gpuName: 'Mystery', conditions: conditionsOf({ model: null }) }), { facts: null })
    expect(meaning.sentences).toEqual([])
    expect(meaning.standings[0]).toMatchObject({ ofExpected: null, ofReference: null, ofBest: null })
  })
  test('other cards of the model: own and imported, each counted once, its newest figure', () => {
    const other = (gpuId: string, value: number, startedAt = march): BenchmarkResult => runOf({ 'fp32-compute': value }, { gpuId, startedAt })
    const ownRuns = [runOf(full), other('GPU-2', 30_000), other('GPU-2', 36_000, march + 1000), other('GPU-3', 34_000)]
    const imports = [{ id: 'i1', importedAt: now, from: 'friend.json', result: other('hash-1', 38_000) }]
    const meaning = ask(runOf(full), { ownRuns, imports })
    expect(meaning.standings[0]?.ofReference).toEqual({ share: 33_000 / 36_000, runs: 3, imported: 1 })
    expect(meaning.sentences[1]).toBe('92 % of the 3 other GeForce RTX 3090 known here (1 of them imported).')
  })
  test('another model, a slice of a card, another unit, a wrong result and cards that worked together are no reference', () => {
    const strangers: BenchmarkResult[] = [
      runOf(full, { gpuId: 'GPU-2', gpuName: 'NVIDIA GeForce RTX 3080', conditions: conditionsOf({ model: 'GeForce RTX 3080' }) }),
      runOf(full, { gpuId: 'GPU-3', gpuName: 'NVIDIA GeForce RTX 3090 MIG 1g.5gb' }),
      runOf({}, { gpuId: 'GPU-4', results: [resultOf('fp32-compute', 33, { unit: 'TFLOP/s' }), resultOf('memory-bandwidth', 850, { status: 'wrong' })] }),
      runOf(full, { gpuId: 'GPU-5', conditions: conditionsOf({ inParallel: true }) }),
    ]
    for (const standing of ask(runOf(full), { ownRuns: strangers }).standings) expect(standing.ofReference).toBeNull()
  })
  test('an import that no card of the model can reach, or of one that computed wrong, is no reference; one that can is said to be imported', () => {
    const imported = (value: number, change: Partial<BenchmarkResult> = {}) => ({ id: `i${value}`, importedAt: now, from: 'x.json', result: runOf({ 'fp32-compute': value }, { gpuId: `hash-${value}`, ...change }) })
    const broken = { totalBytes: 1e9, freeBytes: null, testedBytes: 1e9, leftAlone: { bytes: 0, why: '' }, passes: 1, patterns: [], errorCount: 1, errors: [], bytesChecked: 1e9, stoppedBecause: null }
    const forged = imported(1e12)
    // What the file itself expects is no measure.
    for (const one of forged.result.results) one.expected = { low: 1, high: 1e12 }
    const unsound = [forged, imported(33_100, { memory: broken }), imported(33_200, { results: [resultOf('fp32-compute', 33_200), resultOf('fp64-compute', null, { status: 'wrong' })] })]
    expect(ask(runOf(full), { imports: unsound }).standings[0]?.ofReference).toBeNull()
    expect(ask(runOf(full, { conditions: conditionsOf({ model: null }) }), { facts: null, imports: [forged] }).standings[0]?.ofReference).toBeNull()
    const meaning = ask(runOf(full), { imports: [...unsound, imported(33_000)] })
    expect(meaning.standings[0]?.ofReference).toEqual({ share: 1, runs: 1, imported: 1 })
    expect(meaning.sentences[1]).toBe('100 % of the one other GeForce RTX 3090 known here (imported).')
  })
  test('runs in which other values were wrong, or cards worked together, hold no best', () => {
    const past = (change: Partial<BenchmarkResult>): BenchmarkResult => runOf({ 'fp32-compute': 39_000 }, { startedAt: march, ...change })
    const wrong = past({ results: [resultOf('fp32-compute', 39_000), resultOf('fp64-compute', null, { status: 'wrong' })] })
    expect(ask(runOf(full), { ownRuns: [wrong, past({ startedAt: march + 1, conditions: conditionsOf({ inParallel: true }) })] }).standings[0]?.ofBest).toBeNull()
  })
  test('runs of before conditions were kept are told by the name of the card', () => {
    const old = runOf(full, { gpuId: 'GPU-2', gpuName: 'GeForce RTX 3090' })
    delete old.conditions
    expect(ask(runOf(full), { ownRuns: [old] }).standings[0]?.ofReference).toEqual({ share: 1, runs: 1 })
  })
  test('a latency: more is better everywhere, so a longer one is below', () => {
    const best = runOf({ 'memory-latency': 200 }, { startedAt: march })
    const meaning = ask(runOf({ 'memory-latency': 250 }), { ownRuns: [best] })
    expect(meaning.standings[0]?.ofBest?.share).toBeCloseTo(0.8, 9)
    expect(meaning.sentences).toContain('20 % below its best of 14 March (memory latency).')
  })
})

describe('beside its own past', () => {
  const past = runOf({ 'fp32-compute': 33_000, 'memory-bandwidth': 904 }, { startedAt: march, driverVersion: '550.54', conditions: conditionsOf({ kernelSet: 'bbbbbbbbbbbb', powerLimitW: 300 }) })
  test('how far below its best, when, and what else was different', () => {
    const meaning = ask(runOf(full), { ownRuns: [past] })
    expect(meaning.sentences).toContain('6 % below its best of 14 March (memory bandwidth).')
    expect(meaning.standings[1]?.ofBest).toEqual({ share: 850 / 904, at: march, driverVersion: '550.54' })
    expect(meaning.remarks).toEqual([
      'Another driver than in the run of 14 March: 570.86 now, 550.54 then.',
      'Other kernels than in the run of 14 March: figures may differ for that alone.',
      'Another power limit than in the run of 14 March: 350 W now, 300 W then.',
    ])
  })
  test('the year is said where it is another', () => {
    const older = { ...past, startedAt: Date.parse('2025-12-30T12:00:00Z') }
    expect(ask(runOf(full), { ownRuns: [older] }).sentences).toContain('6 % below its best of 30 December 2025 (memory bandwidth).')
  })
  test('later runs and the run itself are no past; the same is the same; more is a new best', () => {
    expect(ask(runOf(full, { startedAt: march - 1 }), { ownRuns: [past] }).standings[0]?.ofBest).toBeNull()
    expect(ask(runOf(full)).standings[0]?.ofBest).toBeNull()
    expect(ask(runOf({ 'fp32-compute': 33_100 }), { ownRuns: [past] }).sentences).toContain('As good as its best of 14 March.')
    expect(ask(runOf({ 'fp32-compute': 36_300 }), { ownRuns: [past] }).sentences).toContain('A new best: 10 % above that of 14 March (single-precision compute).')
  })
  test('minutes of load are compared with minutes of load alone', () => {
    const quick = runOf({ 'fp32-compute': 35_000 }, { startedAt: march })
    const long = runOf({ 'fp32-compute': 33_000 }, { startedAt: march + 1, mode: 'sustained' })
    expect(ask(runOf({ 'fp32-compute': 33_000 }, { mode: 'sustained' }), { ownRuns: [quick, long] }).standings[0]?.ofBest).toMatchObject({ share: 1, at: march + 1 })
    expect(ask(runOf({ 'fp32-compute': 33_000 }), { ownRuns: [long] }).standings[0]?.ofBest).toBeNull()
  })
  test('an imported run has the imports of its card as its past, and our cards as its peers', () => {
    const own = runOf({ 'fp32-compute': 30_000 }, { startedAt: march })
    const older = { id: 'i1', importedAt: now, from: 'a', result: runOf({ 'fp32-compute': 35_000 }, { gpuId: 'hash', startedAt: march }) }
    const run = runOf({ 'fp32-compute': 33_000 }, { gpuId: 'hash' })
    const [standing] = ask(run, { ref: { importId: 'i2', gpuId: 'hash', startedAt: run.startedAt }, ownRuns: [own], imports: [older] }).standings
    expect(standing?.ofBest?.share).toBeCloseTo(33 / 35, 9)
    expect(standing?.ofReference).toEqual({ share: 1.1, runs: 1 })
  })
})

describe('held back, wrong, sustained and memory', () => {
  test('the mean over the workloads, by kind of reason; idling is none', () => {
    const run = runOf({}, { results: [
      resultOf('fp32-compute', 33_000, { heldBack: [{ reason: 'sw_thermal_slowdown', share: 0.6 }, { reason: 'sw_power_cap', share: 1 }] }),
      resultOf('memory-bandwidth', 850, { heldBack: [{ reason: 'sw_thermal_slowdown', share: 0.2 }, { reason: 'gpu_idle', share: 0.5 }] }),
      resultOf('launch-latency', 5),
    ] })
    const meaning = ask(run)
    expect(meaning.heldBack).toEqual([{ reason: 'sw_power_cap', share: 0.5 }, { reason: 'sw_thermal_slowdown', share: 0.4 }])
    expect(meaning.sentences).toContain('Held back by temperature for 40 % of the time.')
    expect(meaning.sentences).toContain('At its power limit for 50 % of the time, as cards are under full load.')
  })
  test('wrong values lead, have no standing, and leave the card good for nothing', () => {
    const meaning = ask(runOf({}, { results: [resultOf('fp32-compute', 33_000), resultOf('memory-copy', null, { status: 'wrong', reason: 'x' })] }))
    expect(meaning.sentences[0]).toMatch(/^This card computed wrong values \(memory copying\): no figure/)
    expect(meaning.uses).toEqual([])
  })
  test('code that was never seen on a card says so', () => {
    const meaning = ask(runOf({}, { results: [resultOf('tensor-fp16', 60_000, { neverObserved: true })] }))
    expect(meaning.sentences.at(-1)).toMatch(/^Tensor.*had never been seen on a card by us/)
  })
  test('a sustained run that kept its pace, one that did not, and one that was too short', () => {
    const sustained: SustainedRun = { workload: 'fp32-compute', unit: 'GFLOP/s', minutes: 10, points: [{ atSeconds: 600, value: 1, coreClockMhz: null, memoryClockMhz: null, powerW: null, temperatureC: null, hotspotC: null, memoryC: null, fan: null, throttle: [] }], first: 100, last: 98.5, drop: 0.015, dropAtSeconds: null, cause: null, heldBack: [{ reason: 'sw_power_cap', share: 0.9 }], meanW: 340, energyJ: 1, stoppedBecause: null }
    expect(ask(runOf(full, { sustained })).sentences).toContain('It kept its pace over 10 min of full load, within 2 %.')
    expect(ask(runOf(full, { sustained })).heldBack).toEqual(sustained.heldBack)
    expect(ask(runOf(full, { sustained: { ...sustained, cause: { id: 'power', sentence: 'After 60 s it fell.' } } })).sentences).toContain('After 60 s it fell.')
    expect(ask(runOf(full, { sustained: { ...sustained, drop: null, last: null, stoppedBecause: 'It was cancelled.' } })).sentences).toContain('The sustained run was too short to tell whether the card keeps its pace: It was cancelled.')
  })
  test('a sustained run that gained, and one that swung, are not said to have kept their pace', () => {
    const at = (values: number[]): SustainedRun['points'] => values.map((value, index) => ({ atSeconds: index + 1, value, coreClockMhz: null, memoryClockMhz: null, powerW: null, temperatureC: null, hotspotC: null, memoryC: null, fan: null, throttle: [] }))
    const sustained: SustainedRun = { workload: 'fp32-compute', unit: 'GFLOP/s', minutes: 5, points: at(Array.from({ length: 300 }, () => 155)), first: 155, last: 238, drop: 1 - 238 / 155, dropAtSeconds: null, cause: null, heldBack: [], meanW: null, energyJ: null, stoppedBecause: null }
    const gained = ask(runOf(full, { sustained })).sentences.join(' ')
    expect(gained).toContain('It began slower than it ended: 155 GFLOP/s at first, 238 in the last minute of 5 min.')
    expect(gained).not.toContain('kept its pace')
    const swung = ask(runOf(full, { sustained: { ...sustained, points: at(Array.from({ length: 300 }, (_, second) => (second % 10 < 5 ? 98 : 479))), last: 156, drop: 1 - 156 / 155 } })).sentences.join(' ')
    expect(swung).toMatch(/it swung: in most seconds of 5 min between 98 and 479 GFLOP\/s/)
    expect(swung).not.toContain('kept its pace')
    const calm = at(Array.from({ length: 300 }, (_, second) => (second % 40 === 0 ? 60 : 155 + (second % 3))))
    expect(ask(runOf(full, { sustained: { ...sustained, points: calm, last: 155, drop: 0 } })).sentences.join(' ')).toContain('It kept its pace over 5 min')
  })
  test('a memory test with and without errors', () => {
    const memory = { totalBytes: 24e9, freeBytes: 23e9, testedBytes: 22.5e9, leftAlone: { bytes: 5e8, why: 'x' }, passes: 2, patterns: ['a', 'b'], errorCount: 0, errors: [], bytesChecked: 1e12, stoppedBecause: null }
    expect(ask(runOf({}, { memory })).sentences).toEqual(['The memory test found no error in 22.5 of 24.0 GB, in 2 passes over 2 patterns.'])
    expect(ask(runOf(full, { memory: { ...memory, errorCount: 1 } })).sentences.at(-1)).toMatch(/found 1 wrong word in 22\.5 of 24\.0 GB/)
    expect(ask(runOf(full, { memory: { ...memory, errorCount: 1 } })).uses).toEqual([])
  })
})
