/** Measuring, before it is drawn: what is asked for, lines and ranges, sustained runs in words, figures, runs over time. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { benchmarkModes, markedSteps, workloadIds, type Hold } from '../../../shared/benchmark.ts'
import { benchmarkStartSchema } from '../../../shared/requests.ts'
import { quickWorkloads, statusOf, stepNames, workloadAbout, workloadGroups } from '../../../renderer/format/benchmark-words.ts'
import { formatDifference, formatEnergy, formatFigure, formatFigures, scaleFor } from '../../../renderer/format/figures.ts'
import { importWords } from '../../../renderer/pages/measure/ImportPanel.tsx'
import { boxHeight, nearestIndex, pathOf, rangeOf, spansWhere, yOf } from '../../../renderer/pages/measure/line-geometry.ts'
import { expectedScale, ratioBar } from '../../../renderer/pages/measure/result-geometry.ts'
import { chartable, figuresOver } from '../../../renderer/pages/measure/RunHistory.tsx'
import { withLatest } from '../../../renderer/pages/measure/runs.ts'
import { chosenOf, durationWords, firstChoice, modeOfStep, readStart, standsInTheWay, type StartChoice } from '../../../renderer/pages/measure/start-form.ts'
import { dropWords, momentWords, thinned, trackWords, tracksOf } from '../../../renderer/pages/measure/sustained.ts'
import { gpu, now, result } from '../../gallery/parts.ts'
import { fullResult, sustainedRun, workload } from '../../gallery/runs.ts'

const plain = (text: string | null | undefined) => text?.replace(/\u202f/g, ' ')
const choice = (over: Partial<StartChoice> = {}): StartChoice => ({ ...firstChoice, ...over })
const busy: Hold = { id: 'busy', sentence: 'A game is using it.', until: null, canOverride: true }
const listed: Hold = { id: 'listed', sentence: 'It is listed.', until: null, canOverride: false }

describe('every workload and step', () => {
  it('has a name, a sentence, and stands in one group', () => {
    expect(workloadGroups.flatMap((group) => group.workloads).sort()).toEqual([...workloadIds].sort())
    for (const id of workloadIds) expect(workloadAbout[id]).toMatch(/\.$/)
    for (const step of markedSteps) {
      expect(stepNames[step].length).toBeGreaterThan(3)
      expect(benchmarkModes).toContain(modeOfStep(step))
    }
    expect([modeOfStep('sustained-load'), modeOfStep('memory-test'), modeOfStep('fp32-compute'), modeOfStep('path-tracer')]).toEqual(['sustained', 'memory', 'quick', 'full'])
  })
})

describe('which cards are measured', () => {
  const cards = [gpu(0), gpu(1)]
  const processor = gpu(2, { kind: 'cpu-device' })
  it('are all cards at first, and a processor only where there is nothing else or it was asked for', () => {
    expect(chosenOf(choice(), [...cards, processor], {})).toEqual([cards[0]!.id, cards[1]!.id])
    expect(chosenOf(choice({ added: new Set([processor.id]) }), [...cards, processor], {})).toContain(processor.id)
    expect(chosenOf(choice(), [processor], {})).toEqual([processor.id])
    expect(chosenOf(choice({ left: new Set([cards[0]!.id]) }), cards, {})).toEqual([cards[1]!.id])
  })
  it('are never those that something forbids, and busy ones only when told so', () => {
    const holds = { [cards[0]!.id]: [busy], [cards[1]!.id]: [busy, listed] }
    expect(chosenOf(choice(), cards, holds)).toEqual([])
    expect(chosenOf(choice({ evenIfBusy: new Set(cards.map((card) => card.id)) }), cards, holds)).toEqual([cards[0]!.id])
    expect(standsInTheWay({ opencl: null }, [])).toBe('no-driver')
    expect(standsInTheWay(cards[0]!, [busy])).toBeNull()
  })
})

describe('what is asked for', () => {
  it('is as short as the choice: defaults are left out', () => {
    expect(readStart(choice(), ['a'], 'C')).toEqual({ input: { gpuIds: ['a'], mode: 'quick' }, problems: {} })
    expect(readStart(choice({ mode: 'full', without: new Set(['path-tracer']) }), ['a'], 'C').input?.workloads).toHaveLength(workloadIds.length - 1)
    expect(readStart(choice({ mode: 'sustained', minutes: '12,5', kept: 'tensor-fp16' }), ['a'], 'C').input).toEqual({ gpuIds: ['a'], mode: 'sustained', minutes: 12.5, workloads: ['tensor-fp16'] })
    expect(readStart(choice({ parallel: true }), ['a'], 'C').input).not.toHaveProperty('parallel')
    expect(readStart(choice({ parallel: true, evenIfBusy: new Set(['b']) }), ['a', 'b'], 'C').input).toMatchObject({ parallel: true, evenIfBusy: true })
  })
  it('is refused with a sentence where it makes no sense', () => {
    expect(readStart(choice({ mode: 'sustained', minutes: '4' }), ['a'], 'C')).toEqual({ input: null, problems: { minutes: 'From 5 to 60 minutes.' } })
    expect(readStart(choice({ without: new Set(quickWorkloads) }), ['a'], 'C').problems.workloads).toBe('Choose at least one workload.')
    expect(readStart(choice({ maxTemperature: 'warm' }), ['a'], 'C').problems.maxTemperature).toBe('From 40 to 110 °C.')
    expect(readStart(choice({ maxTemperature: '180' }), ['a'], 'F').input?.maxTemperatureC).toBe(82.2)
  })
  it('is what the app takes, whatever is chosen', () => {
    fc.assert(
      fc.property(fc.constantFrom(...benchmarkModes), fc.string(), fc.string(), fc.subarray([...workloadIds]), fc.boolean(), (mode, minutes, maxTemperature, without, parallel) => {
        const { input } = readStart(choice({ mode, minutes, maxTemperature, without: new Set(without), parallel }), ['a', 'b'], 'C')
        if (input !== null) expect(benchmarkStartSchema.safeParse(input).success).toBe(true)
      }),
      { numRuns: 200 },
    )
  })
  it('says how long it takes', () => {
    expect(plain(durationWords(choice(), 1))).toBe('At most 15 s')
    expect(plain(durationWords(choice({ mode: 'full' }), 8))).toBe('About 24 min, one card after another')
    expect(plain(durationWords(choice({ mode: 'full', parallel: true }), 8))).toBe('About 3 min, all cards at once')
    expect(plain(durationWords(choice({ mode: 'memory' }), 1))).toBe('At most 16 min')
    expect(plain(durationWords(choice({ without: new Set(['tensor-fp16'] as const) }), 1))).toBe('At most 18 s')
    expect(plain(durationWords(choice({ mode: 'full', without: new Set(workloadIds.slice(2)) }), 1))).toBe('About 16 s')
    expect(durationWords(choice({ mode: 'sustained', minutes: 'x' }), 1)).toBe('')
  })
})

describe('lines', () => {
  it('break where nothing is known, and draw a lone point', () => {
    const path = pathOf([{ x: 0, y: 1 }, { x: 1, y: 2 }, { x: 2, y: null }, { x: 3, y: 2 }], { from: 0, to: 4 }, { from: 0, to: 2 })
    expect(path).toBe('M0 50L250 0M750 0h3')
  })
  it('of a steady figure stay calm, and never leave the drawing', () => {
    const steady = rangeOf([100, 100.4, 99.8])
    expect(steady.to - steady.from).toBeGreaterThan(7)
    fc.assert(
      fc.property(fc.array(fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })), { minLength: 1 }), (values) => {
        const range = rangeOf(values)
        expect(range.to).toBeGreaterThan(range.from)
        for (const value of values) if (value !== null) expect(yOf(value, range)).toSatisfy((y: number) => y >= -0.01 && y <= boxHeight + 0.01)
      }),
    )
  })
  it('have stretches that reach to the next point', () => {
    const points = [1, 2, 3, 4, 5].map((atSeconds) => ({ atSeconds, is: atSeconds === 2 || atSeconds === 3 || atSeconds === 5 }))
    expect(spansWhere(points, (point) => point.is)).toEqual([{ from: 2, to: 4 }, { from: 5, to: 6 }])
    expect(nearestIndex([0, 10, 20], 14)).toBe(1)
    expect(nearestIndex([], 14)).toBe(-1)
  })
})

describe('figures', () => {
  it('are said in the unit a person reads', () => {
    expect(plain(formatFigure(79_120, 'GFLOP/s'))).toBe('79.1 TFLOP/s')
    expect(plain(formatFigure(931.4, 'GB/s'))).toBe('931 GB/s')
    expect(plain(formatFigures(66_100, 86_700, 'GFLOP/s'))).toBe('66.1 to 86.7 TFLOP/s')
    expect(scaleFor('ns', [20_000])).toEqual({ unit: 'ns', factor: 1 })
    expect(plain(formatEnergy({ value: 0.00545, unit: 'J per GFLOP' }))).toBe('5.45 mJ per GFLOP')
    expect([0.94, 1.021, 1.003].map((share) => plain(formatDifference(share)))).toEqual(['−6 %', '+2.1 %', 'the same'])
  })
  it('are worse above the range where less is better', () => {
    expect(expectedScale({ workload: 'memory-latency', value: 700, expected: { low: 350, high: 620 } })).toMatchObject({ isWorse: true })
    expect(expectedScale({ workload: 'memory-latency', value: 200, expected: { low: 350, high: 620 } })).toMatchObject({ isWorse: false })
    expect(expectedScale({ workload: 'fp32-compute', value: 99, expected: { low: 50, high: 90 } })).toMatchObject({ isWorse: false, isInside: false })
    expect(expectedScale({ workload: 'fp32-compute', value: 9000, expected: { low: 50, high: 90 } })?.value).toBe(100)
  })
  it('of before statuses were kept tell by their value', () => {
    expect([statusOf({ value: null }), statusOf({ value: 1 }), statusOf({ value: null, status: 'wrong' })]).toEqual(['failed', 'measured', 'wrong'])
  })
  it('side by side are drawn from the middle', () => {
    expect(ratioBar(0.9)).toMatchObject({ left: 40, isCut: false })
    expect(ratioBar(1.2).left).toBe(50)
    expect(ratioBar(30)).toEqual({ left: 50, width: 50, isCut: true })
  })
})

describe('a sustained run', () => {
  const run = sustainedRun()
  it('says when and how far the figure fell', () => {
    expect(plain(dropWords(run))).toBe('The figure fell by 7.9 %: 79 TFLOP/s at first, 72.8 TFLOP/s at the end. It fell lastingly after 3 min 26 s.')
    expect(plain(dropWords({ ...run, last: 79_000, drop: 0.0001, dropAtSeconds: null }))).toMatch(/^The figure held: /)
    expect(dropWords({ ...run, first: null, last: null, drop: null })).toMatch(/did not run long enough/)
    expect(dropWords({ ...run, last: 85_000, drop: -0.076, dropAtSeconds: null })).toMatch(/rose by/)
  })
  it('can be read moment by moment, unknown readings among them', () => {
    const tracks = tracksOf(run, 'C')
    expect(tracks.map((track) => track.id)).toEqual(['value', 'clock', 'temperature', 'power'])
    expect(plain(momentWords(run.points[120]!, tracks))).toMatch(/^4 min 2 s: throughput unknown, core clock 2,\d+ MHz, temperature \d+ °C, power \d+ W; held back by sw thermal slowdown$/)
    expect(plain(trackWords(tracks[0]!, run))).toMatch(/^Throughput between .* TFLOP\/s and .* TFLOP\/s; at the end/)
  })
  it('leaves out what was not readable, but for the figure itself', () => {
    const blind = sustainedRun({ points: run.points.map((point) => ({ ...point, value: null, coreClockMhz: null, temperatureC: null, powerW: null })) })
    const tracks = tracksOf(blind, 'C')
    expect(tracks.map((track) => track.id)).toEqual(['value'])
    expect(trackWords(tracks[0]!, blind)).toBe('Throughput: nothing was read.')
  })
  it('is thinned for the table, ends included', () => {
    const thin = thinned(run.points, 30)
    expect([thin.length, thin[0], thin.at(-1)]).toEqual([30, run.points[0], run.points.at(-1)])
    expect(thinned([1, 2], 30)).toEqual([1, 2])
  })
})

describe('runs over time', () => {
  const runs = [fullResult('a'), result('a', { startedAt: now - 9e8 }), result('a', { startedAt: now - 5e9, results: [workload('fp32-compute', { value: null, status: 'failed' })] })]
  it('are drawn where at least two of them have the figure', () => {
    expect(chartable(runs)).toEqual(['fp32-compute', 'memory-bandwidth'])
    expect(figuresOver(runs, 'fp32-compute').map((figure) => figure.at)).toEqual([runs[1]!.endedAt, runs[0]!.endedAt])
    expect(figuresOver([...runs, result('a', { startedAt: 1, results: [workload('fp32-compute', { unit: 'TFLOP/s', value: 79 })] })], 'fp32-compute')).toHaveLength(2)
  })
  it('hold the newest one even before the past is read', () => {
    expect(withLatest([], runs[0]!)).toEqual([runs[0]])
    expect(withLatest([runs[1]!, runs[0]!], runs[0]!)).toEqual([runs[0], runs[1]])
  })
  it('say what an import added', () => {
    expect([importWords(1, 0), importWords(2, 1), importWords(0, 1), importWords(0, 3)]).toEqual(['1 run was added.', '2 runs were added; 1 was known already.', 'This run was imported before; nothing was added.', 'All 3 runs were imported before; nothing was added.'])
  })
})
