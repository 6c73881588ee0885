/** What stands in the way of measuring a card: who uses it, who it is offered to, and whether the plug is in. */
import { describe, expect, test } from 'vitest'
import { createHoldWatch } from '../../../main/benchmark/hold-watch.ts'
import { holdsOf, type HoldInput } from '../../../main/benchmark/holds.ts'
import { knownFigures } from '../../../main/benchmark/known-figures.ts'
import { memoryShare } from '../../../main/benchmark/memory-share.ts'
import type { BenchmarkResult, RunningCard } from '../../../shared/benchmark.ts'
import type { Surroundings } from '../../../shared/machine.ts'
import { unknownSample, type GpuProcess, type GpuSample } from '../../../shared/telemetry.ts'
import { card, scriptedWorker, steppedClock } from './support.ts'

const gpu = card()
const signs = [{ programmeTitle: 'Some programme', processNames: ['some-worker'] }]
const program = (name: string, more: Partial<GpuProcess> = {}): GpuProcess => ({ pid: 4711, name, memoryBytes: null, ours: null, ...more })
const at = (now: number, readings: Partial<GpuSample>): GpuSample => ({ ...unknownSample(now, 'a test'), ...readings })
const on = (readings: Partial<GpuSample> | null, more: Partial<HoldInput> = {}): HoldInput => ({ gpu, sample: readings && at(0, readings), recorded: null, surroundings: null, signs, ownPids: new Set([1]), working: null, ...more })
const place = (onBattery: boolean | null): Surroundings => ({ kind: 'bare-metal', name: null, isLaptop: true, onBattery, remoteSession: null, sentence: '', evidence: [] })

describe('a card is held', () => {
  test.each([
    ['while a game loads it', on({ utilisation: 0.9, processes: [program('C:\\Games\\eldenring.exe', { utilisation: 0.87, kind: 'graphics' })] }), 'busy', /using GeForce RTX 4090: eldenring\.exe, 87 % of the card/, true],
    ['while a program of which no load is told is on it', on({ utilisation: 0.3, processes: [program('/usr/bin/blender --render', { memoryBytes: 2e9 })] }), 'busy', /in use \(30 % of the card\), most likely by blender\./, true],
    ['while it is offered to a programme', on({ utilisation: 0, processes: [program('/opt/x/Some-Worker.exe')] }), 'listed', /offered to Some programme: its program Some-Worker\.exe runs on the card/, false],
    ['while its software is known to run, also where no process of it shows on the card', on(null, { offeredTo: 'Some programme' }), 'listed', /offered to Some programme, whose software runs now\. .* Stop it on the programme’s page first\./, false],
    ['on a battery', on(null, { surroundings: place(true) }), 'battery', /runs on its battery/, false],
    ['at its ceiling before it does anything', on({ temperatureC: 85 }), 'hot', /^GeForce RTX 4090 is at 85 °C before it does anything, and measuring would stop at 84 °C at once: the usual ceiling for a card that does not tell its own\. It may start once that is below 84 °C\./, false],
    ['at the ceiling that was chosen for the run', on({ temperatureC: 61 }, { maxTemperatureC: 60 }), 'hot', /at 61 °C .* would stop at 60 °C/, false],
    ['by the heat of its memory', on({ temperatureC: 50, memoryC: 104 }, { gpu: card({ temperatureLimits: { slowdownC: 90, shutdownC: 95, targetC: 83, memoryC: 105 } }) }), 'hot', /^The memory of GeForce RTX 4090 is at 104 °C/, false],
    ['in a recording', on(null, { recorded: 'eight-h200' }), 'recorded', /recorded machine "eight-h200"/, false],
  ] as const)('%s', (_what, input, id, sentence, canOverride) => {
    expect(holdsOf(input)).toEqual([{ id, sentence: expect.stringMatching(sentence), until: null, canOverride }])
  })

  test.each([
    ['when nothing is known', on(null)],
    ['when nothing is readable', on({})],
    ['by a desktop that draws a little', on({ utilisation: 0.04, processes: [program('/usr/lib/xorg/Xorg', { memoryBytes: 5e8, kind: 'graphics', utilisation: 0.03 })] })],
    ['by a load of which no program is told: it may be of the second before', on({ utilisation: 0.9, processes: [] })],
    ['by programs that do little, whatever the card says of the second before', on({ utilisation: 0.9, processes: [program('editor', { utilisation: 0.01 })] })],
    ['by a browser that is only open', on({ utilisation: 0.02, processes: [program('chrome', { memoryBytes: 8e8, kind: 'graphics' })] })],
    ['while it is warm', on({ temperatureC: 83, hotspotC: 104, memoryC: 110 })],
    ['by heat while it is measured, which the guard watches over', on({ temperatureC: 85 }, { working: { newcomers: [] } })],
    ['by ourselves', on({ utilisation: 0.05, processes: [program('node', { pid: 1, utilisation: 1 })] })],
    ['on mains', on(null, { surroundings: place(false) })],
    ['when the battery does not show', on(null, { surroundings: place(null) })],
  ])('but not %s', (_what, input) => {
    expect(holdsOf(input)).toEqual([])
  })
})

describe('while we measure', () => {
  function watching(clock: ReturnType<typeof steppedClock>, plugs: (boolean | null)[] = [], looked = place(false)) {
    return createHoldWatch({ clock, gpuOf: () => gpu, recorded: null, signs, surroundings: () => looked, readSurroundings: async () => place(plugs.length > 1 ? (plugs.shift() as boolean) : (plugs[0] ?? null)), ownPid: 1 })
  }
  const running: RunningCard = { gpuId: 'GPU-1', step: null, words: '', progress: 0, startedAt: 0, limitSeconds: 15, curve: [], unit: null, done: [] }
  const begun = { now: { phase: 'running' as const, mode: 'quick' as const, startedAt: 0, cards: [running], queued: [] } }
  const desktop = program('Xorg', { pid: 10, memoryBytes: 1e9, kind: 'graphics' })
  const ours = program('node', { pid: 77, utilisation: 1, memoryBytes: 1e9 })
  const worker = { ...scriptedWorker(() => {}), pid: 77 }

  test('our own load is none of others, also for the seconds in which its reading lags', async () => {
    const clock = steppedClock(100_000)
    const watch = watching(clock)
    watch.own(worker)
    watch.note(begun)
    watch.take('GPU-1', at(100_500, { utilisation: 1, processes: [desktop, ours] }))
    expect(watch.holds('GPU-1')).toEqual([])
    watch.note({ now: { phase: 'idle' } })
    watch.take('GPU-1', at(101_000, { utilisation: 0.8, processes: [desktop, program('trainer', { pid: 12 })] }))
    expect(watch.holds('GPU-1')).toEqual([])
    await clock.advance(10_000)
    watch.take('GPU-1', at(110_000, { utilisation: 0.8, processes: [desktop, program('trainer', { pid: 12 })] }))
    expect(watch.holds('GPU-1')).toMatchObject([{ id: 'busy' }])
    watch.stop()
  })

  test('a game that begins is seen; a program that was there before is not', () => {
    const watch = watching(steppedClock(100_000))
    watch.own(worker)
    watch.note(begun)
    const old = program('slideshow', { pid: 11, utilisation: 0.2 })
    watch.take('GPU-1', at(100_100, { processes: [desktop, old] }))
    watch.take('GPU-1', at(101_000, { processes: [desktop, old, ours] }))
    expect(watch.holds('GPU-1')).toEqual([])
    watch.take('GPU-1', at(102_000, { processes: [desktop, old, ours, program('game', { pid: 12, kind: 'graphics', memoryBytes: 3e9 })] }))
    expect(watch.holds('GPU-1')).toMatchObject([{ id: 'busy', sentence: expect.stringMatching(/such as a game would: game, 3000 MB/), canOverride: true }])
    watch.stop()
  })

  test('in a container the driver counts processes otherwise: we do not take ourselves for a stranger', () => {
    const watch = watching(steppedClock(100_000))
    watch.own(worker)
    watch.note(begun)
    watch.take('GPU-1', at(100_100, { processes: [] }))
    watch.take('GPU-1', at(101_000, { processes: [program('process 90210', { pid: 90_210, utilisation: 1, memoryBytes: 9e9 })] }))
    expect(watch.holds('GPU-1')).toEqual([])
    watch.stop()
  })

  test('a laptop’s plug is looked at again and again', async () => {
    const clock = steppedClock(100_000)
    const watch = watching(clock, [false, true])
    watch.note(begun)
    await clock.advance(1_000)
    expect(watch.holds('GPU-1')).toEqual([])
    await clock.advance(5_000)
    expect(watch.holds('GPU-1')).toMatchObject([{ id: 'battery' }])
    watch.stop()
  })

  test('a reading from long ago holds nothing', async () => {
    const clock = steppedClock(100_000)
    const watch = watching(clock)
    watch.take('GPU-1', at(100_000, { utilisation: 0.9, processes: [program('trainer')] }))
    expect(watch.holds('GPU-1')).toMatchObject([{ id: 'busy' }])
    await clock.advance(20_000)
    expect(watch.holds('GPU-1')).toEqual([])
    watch.stop()
  })
})

describe('how much memory a test takes', () => {
  const mebibyte = 1_048_576
  const given = { totalBytes: 24_000 * mebibyte, statedBytes: 24_000 * mebibyte, freeBytes: 20_000 * mebibyte, leaveBytes: 512 * mebibyte, leaveWhy: '512 MB for the screen', sharesMemory: false, machineTotalBytes: 64_000 * mebibyte, machineFreeBytes: 8_000 * mebibyte }
  test('what is free, less what is left alone', () => {
    expect(memoryShare(given)).toEqual({ totalBytes: given.totalBytes, freeBytes: given.freeBytes, leaveBytes: given.leaveBytes, leaveWhy: given.leaveWhy })
  })
  test('a device that lies about its memory is believed the smaller figure', () => {
    expect(memoryShare({ ...given, statedBytes: 240_000 * mebibyte })).toMatchObject({ totalBytes: 24_000 * mebibyte })
    expect(memoryShare({ ...given, statedBytes: 0 })).toMatchObject({ totalBytes: 24_000 * mebibyte })
    expect(memoryShare({ ...given, totalBytes: null, statedBytes: 8_000 * mebibyte })).toMatchObject({ totalBytes: 8_000 * mebibyte, freeBytes: 8_000 * mebibyte })
  })
  test('of the machine’s own memory half of what is free is left to the others', () => {
    expect(memoryShare({ ...given, sharesMemory: true, freeBytes: null })).toMatchObject({ freeBytes: 8_000 * mebibyte, leaveBytes: 4_000 * mebibyte, leaveWhy: expect.stringMatching(/shares this machine’s memory/) })
  })
})

describe('the figures that estimates are made of', () => {
  const run = (startedAt: number, results: Record<string, number | null>, more: Partial<BenchmarkResult> = {}): BenchmarkResult => ({
    gpuId: 'GPU-1', gpuName: 'x', startedAt, endedAt: startedAt, mode: 'quick', driverVersion: null, power: null, verdict: 'unknown', reasons: [],
    results: Object.entries(results).map(([workload, value]) => ({ workload: workload as 'fp32-compute', value, unit: 'GB/s', spread: null, runs: 1, expected: null, status: value === null ? 'failed' : 'measured' })),
    ...more,
  })
  test('are the newest of each workload, whichever run they are of; one measured hot or beside other cards stands in where there is no other', () => {
    const known = knownFigures([run(3, {}, { mode: 'memory' }), run(2, { 'fp32-compute': 20 }, { mode: 'sustained', power: { workW: 300, waitW: null } }), run(1, { 'fp32-compute': 10, 'memory-bandwidth': 5 }, { power: { workW: 250, waitW: 20 } })])
    expect(known?.results.map((one) => [one.workload, one.value])).toEqual([['fp32-compute', 10], ['memory-bandwidth', 5]])
    expect(known?.power).toEqual({ workW: 300, waitW: 20 })
    expect(known?.startedAt).toBe(3)
    expect(knownFigures([])).toBeNull()
    const parallel = { conditions: { inParallel: true } as BenchmarkResult['conditions'] }
    const figures = (...runs: BenchmarkResult[]): unknown[] => knownFigures(runs)?.results.map((one) => one.value) ?? []
    expect(figures(run(3, { 'fp32-compute': 7 }, parallel), run(2, { 'fp32-compute': 9 }), run(1, { 'fp32-compute': 8 }))).toEqual([9])
    expect(figures(run(3, { 'fp32-compute': 7 }, parallel), run(2, { 'fp32-compute': 6 }, { mode: 'sustained' }))).toEqual([7])
  })
  test('a workload that computed wrong values is not filled from before', () => {
    const wrong = run(2, { 'fp32-compute': null })
    for (const one of wrong.results) one.status = 'wrong'
    expect(knownFigures([wrong, run(1, { 'fp32-compute': 10 })])?.results[0]?.value).toBeNull()
    expect(knownFigures([run(3, { 'memory-bandwidth': 5 }), wrong, run(1, { 'fp32-compute': 10 })])?.results.map((one) => one.value)).toEqual([5, null])
  })
  test('memory that forgets takes every earlier figure with it', () => {
    const forgetful = run(2, {}, { mode: 'memory', memory: { errorCount: 3 } as BenchmarkResult['memory'] })
    const before = run(1, { 'fp32-compute': 10, 'memory-bandwidth': 5 })
    expect(knownFigures([forgetful, before])?.results).toEqual([])
    expect(knownFigures([run(3, { 'fp32-compute': 11 }), forgetful, before])?.results.map((one) => one.value)).toEqual([11])
  })
})
