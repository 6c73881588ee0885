/** An imported OctaneBench score reaches the estimate of the cards it is of, and says where it came from. */
import { expect, test } from 'vitest'
import { compare } from '../../../main/earnings/compare.ts'
import { networks } from '../../../main/networks/index.ts'
import type { OctaneScore } from '../../../shared/benchmark.ts'
import type { EstimateInput } from '../../../shared/earnings.ts'
import { defaultSettings } from '../../../shared/settings.ts'
import { at, detection, gpu, gpuTable, markets } from './estimating.ts'

const bundled = markets()
const cards = [gpu('GeForce RTX 3090', { id: 'GPU-a' }), gpu('GeForce RTX 3090', { id: 'GPU-b' })]

function scoreInputs(octaneScores?: Record<string, OctaneScore>): EstimateInput[] {
  const estimates = compare({ detection: detection(cards), gpuTable, networks, markets: bundled, results: {}, settings: defaultSettings, overrides: {}, at, octaneScores })
  return estimates.find((one) => one.programmeId === 'render/rendering')?.inputs.filter((input) => input.unit === 'OctaneBench') ?? []
}
const score = (gpuId: string, value: number, change: Partial<OctaneScore> = {}): OctaneScore => ({ gpuId, score: value, version: '2020.1.5', measuredAt: at - 86_400_000, importedAt: at, from: 'octane.log', ...change })

test('without any it is inferred', () => {
  expect(scoreInputs().map((input) => input.id)).toContain('octanebench-score-low')
})

test('the mean of identical cards, dated by the oldest', () => {
  expect(scoreInputs({ 'GPU-a': score('GPU-a', 640), 'GPU-b': score('GPU-b', 660, { measuredAt: at - 2 * 86_400_000 }) })).toEqual([
    expect.objectContaining({ id: 'octanebench-imported', value: 650, origin: 'user', takenAt: at - 2 * 86_400_000, note: 'mean of 2 cards, from octane.log' }),
  ])
})

test('two versions are not mixed, and other cards\' or impossible scores not used', () => {
  const mixed = { 'GPU-a': score('GPU-a', 640), 'GPU-b': score('GPU-b', 215, { version: '2025.1', importedAt: at - 5 }), 'GPU-z': score('GPU-z', 9_000) }
  expect(scoreInputs(mixed)).toEqual([expect.objectContaining({ value: 640, note: 'from octane.log' })])
  expect(scoreInputs({ 'GPU-a': score('GPU-a', NaN), 'GPU-b': score('GPU-b', -1) })[0]?.id).not.toBe('octanebench-imported')
})
