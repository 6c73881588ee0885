/** The temperatures at which measuring stops, whichever sensor reaches its own first, and whatever the firmware says. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { believableLimit, ceilingOf, tooHot, tooHotToStart } from '../../../main/benchmark/ceiling.ts'
import { holdsOf } from '../../../main/benchmark/holds.ts'
import { unknownSample } from '../../../shared/telemetry.ts'
import { asked, card, goodWorker, stand } from './support.ts'

const limits = { slowdownC: 90, shutdownC: 95, targetC: 83, memoryC: 105 }
const cool = { temperatureC: 40, hotspotC: null, memoryC: null }

describe('work stops', () => {
  test.each([
    ['three degrees under the slowdown point', limits, undefined, { temperatureC: 86.9 }, { temperatureC: 87 }, /^Stopped at 87 °C: the ceiling is 87 °C, 3 °C under the point at which the card slows itself down\./],
    ['at the card’s own slowdown point where more was chosen', limits, 110, { temperatureC: 89 }, { temperatureC: 90 }, /^Stopped at 90 °C: the ceiling is 90 °C, the point at which the card slows itself down \(the 110 °C that were chosen lie above it\)\./],
    ['at what was chosen up to that point', limits, 90, { temperatureC: 89 }, { temperatureC: 90 }, /the ceiling that was chosen for this run/],
    ['at what was chosen where the card tells no point', null, 95, { temperatureC: 94 }, { temperatureC: 95 }, /the ceiling that was chosen for this run/],
    ['as usual where the firmware tells a point that cannot be', { ...limits, slowdownC: 30 }, undefined, { temperatureC: 83 }, { temperatureC: 84 }, /the ceiling is 84 °C, the usual ceiling/],
    ['by the hottest spot of the chip, by its own limit', { ...limits, hotspotC: 110 }, undefined, { hotspotC: 106 }, { hotspotC: 107 }, /^Stopped because the hottest spot of the chip reached 107 °C: its ceiling is 107 °C, 3 °C under its limit\./],
    ['by a hottest spot of which no limit is told', limits, undefined, { hotspotC: 104 }, { hotspotC: 105 }, /hottest spot of the chip reached 105 °C: its ceiling is 105 °C, the usual ceiling/],
    ['by the hottest spot also where a higher ceiling was chosen', limits, 110, { hotspotC: 104 }, { hotspotC: 105 }, /hottest spot/],
    ['by its memory', limits, undefined, { memoryC: 101 }, { memoryC: 102 }, /^Stopped because the card’s memory reached 102 °C: its ceiling is 102 °C, 3 °C under its limit\./],
  ] as const)('%s', (_what, temperatureLimits, asked, below, above, sentence) => {
    const ceiling = ceilingOf({ temperatureLimits }, asked)
    expect(tooHot({ ...cool, ...below }, ceiling)).toBeNull()
    expect(tooHot({ ...cool, ...above }, ceiling)).toMatch(sentence)
    expect(tooHotToStart('The card', { ...cool, ...below }, ceiling)).toBeNull()
    expect(tooHotToStart('The card', { ...cool, ...above }, ceiling)).toMatch(/before it does anything, and measuring would stop at \d+ °C at once: .*It may start once that is below \d+ °C\./)
  })
})

test('a card that is too hot at rest is not begun, by the ceiling of the run that is asked for', async () => {
  const gpu = card()
  const at = stand([gpu], () => goodWorker({ compute: 1, bandwidth: 1 }), {
    holds: (_id, maxTemperatureC) => holdsOf({ gpu, sample: { ...unknownSample(0, 'a test'), temperatureC: 61 }, recorded: null, surroundings: null, signs: [], ownPids: new Set(), working: null, maxTemperatureC }),
  })
  onTestFinished(() => at.end())
  await expect(at.benchmark.run(asked({ gpuIds: ['GPU-1'], maxTemperatureC: 60 }))).rejects.toThrow(/^GeForce RTX 4090 is at 61 °C before it does anything, and measuring would stop at 60 °C at once: the ceiling that was chosen for this run\. It may start once that is below 60 °C/)
  expect(await at.benchmark.run(asked({ gpuIds: ['GPU-1'] }))).toMatchObject([{ endedWell: true }])
})

test('nothing that is readable stops nothing', () => {
  expect(tooHot({ temperatureC: null, hotspotC: null, memoryC: null }, ceilingOf({ temperatureLimits: null }, undefined))).toBeNull()
  expect([0, 30, 59, 60, 90, 151, null, undefined].map(believableLimit)).toEqual([null, null, null, 60, 90, null, null, null])
})
