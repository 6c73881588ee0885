/** A card's past, before it is drawn: ranges, steps and samples put together, gaps, words, tables, CSV. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chartsOf, valueRange } from '../../../renderer/pages/gpus/past/chart-list.ts'
import { becomesFiner } from '../../../renderer/pages/gpus/past/CsvExport.tsx'
import { csvName, readCsv, type CsvQuestion } from '../../../renderer/pages/gpus/past/csv.ts'
import { energyWords, eventsNear, pointWords, slowedWords, stepWords, summaryWords } from '../../../renderer/pages/gpus/past/describe.ts'
import { nextIndex } from '../../../renderer/pages/gpus/past/HistoryChart.tsx'
import { timeWords } from '../../../renderer/pages/gpus/past/plot.ts'
import { firstRange } from '../../../renderer/pages/gpus/past/Past.tsx'
import { coarsen, columnOf, hasReadings, samplesFrom, slotsOf, throttleRuns, withSamples } from '../../../renderer/pages/gpus/past/points.ts'
import { boundsOf, fromLocalInput, rangeProblem, shifted, toLocalInput } from '../../../renderer/pages/gpus/past/ranges.ts'
import { alertGroups, cardHealth, criticalOf } from '../../../renderer/state/alerts.ts'
import { addSample, createSampleLog } from '../../../renderer/state/sample-log.ts'
import type { HistoryEvent, HistoryPoint } from '../../../shared/history.ts'
import { unknownSample } from '../../../shared/telemetry.ts'
import { alert, gpu, now, sample, state } from '../../gallery/parts.ts'

const start = Math.floor(now / 3_600_000) * 3_600_000
function point(second: number, watts: number | null, over: Partial<HistoryPoint> = {}): HistoryPoint {
  const values = { powerW: watts, temperatureC: watts === null ? null : 40 + watts / 10 }
  return { takenAt: start + second * 1000, seconds: 1, min: values, mean: values, max: values, throttle: [], ...over }
}
const plain = (text: string | null) => text?.replace(/\u202f/g, ' ')

describe('a range', () => {
  it('ends now, moves back by its own length, and comes back to now', () => {
    const hour = { kind: 'live', id: '1h' } as const
    expect(boundsOf(hour, now)).toEqual({ from: now - 3_600_000, to: now })
    const earlier = shifted(hour, -1, now)
    expect(earlier).toEqual({ kind: 'fixed', from: now - 7_200_000, to: now - 3_600_000 })
    expect(shifted(earlier, 1, now)).toEqual(hour)
    expect(shifted({ kind: 'fixed', from: now - 5_000_000, to: now - 1_000_000 }, 1, now)).toEqual({ kind: 'fixed', from: now - 4_000_000, to: now })
    expect(shifted({ kind: 'fixed', from: 5, to: 20_005 }, -1, now)).toEqual({ kind: 'fixed', from: 5, to: 20_005 })
  })
  it('begins with what there is to see of a card', () => {
    const at = (lostSince: number | null, firstSeenAt: number | null) => firstRange({ lostSince, firstSeenAt }, now)
    expect(at(null, now - 60_000)).toEqual({ kind: 'live', id: '5min' })
    expect(at(null, now - 3_600_000)).toEqual({ kind: 'live', id: '1h' })
    expect(at(now - 60_000, 5)).toEqual({ kind: 'fixed', from: now - 3_660_000, to: now })
    expect(at(now - 60_000, now - 93_000)).toEqual({ kind: 'fixed', from: now - 360_000, to: now })
  })
  it('of one’s own is refused with a sentence where it makes no sense', () => {
    expect(rangeProblem(now - 60_000, now, now)).toBeNull()
    expect(rangeProblem(now, now - 60_000, now)).toMatch(/must come after/)
    expect(rangeProblem(Number.NaN, now, now)).toMatch(/both/)
    expect(rangeProblem(now - 2, now, now)).toMatch(/ten seconds/)
    expect(rangeProblem(now + 60_000, now + 120_000, now)).toMatch(/future/)
    expect(fromLocalInput(toLocalInput(now))).toBe(now)
    expect(fromLocalInput('')).toBeNaN()
  })
})

describe('recorded steps and the samples after them', () => {
  it('become one row of steps, and the last step grows', () => {
    const recorded = [point(0, 100, { seconds: 10 }), point(10, 200, { seconds: 4 })]
    const samples = [13, 14, 15, 20].map((second) => sample({ takenAt: start + second * 1000, powerW: 300, throttle: ['gpu_idle'] }))
    const all = withSamples(recorded, samples, start + 14_000, 10)
    expect(all.map((one) => [one.takenAt - start, one.seconds])).toEqual([[0, 10], [10_000, 6], [20_000, 1]])
    expect(all[1]?.mean.powerW).toBeCloseTo((200 * 4 + 300 * 2) / 6)
    expect(all[1]).toMatchObject({ min: { powerW: 200 }, max: { powerW: 300 }, throttle: [] })
  })
  it('take a sample of the same second for what it is, and none that came before', () => {
    const recorded = [point(0, 1), point(1, 2)]
    const later = sample({ takenAt: start + 1000, powerW: 7 })
    expect(withSamples(recorded, [sample({ takenAt: start - 5000, powerW: 9 }), later], start, 1).map((one) => one.mean.powerW)).toEqual([1, 7])
  })
  it('leave no hole where recording was switched off, and count nothing twice where it is on', () => {
    const answer = { from: start, to: start + 60_000, stepSeconds: 10, samples: [point(0, 1, { seconds: 10 }), point(10, 1, { seconds: 10 })] }
    expect(samplesFrom(answer)).toBe(start + 20_000)
    expect(samplesFrom({ ...answer, to: start + 23_000 })).toBe(start + 23_000)
    expect(samplesFrom({ ...answer, samples: [point(0, null, { seconds: 0 })] })).toBe(start)
  })
  it('keep the least, the greatest and the mean however they are put together', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 700, noNaN: true }), { minLength: 1, maxLength: 120 }), fc.integer({ min: 1, max: 30 }), (watts, wanted) => {
        const { points } = coarsen(watts.map((value, second) => point(second, value)), 1, wanted)
        expect(points.length).toBeLessThanOrEqual(wanted + 1)
        expect(Math.min(...points.map((one) => one.min.powerW ?? Infinity))).toBe(Math.min(...watts))
        expect(Math.max(...points.map((one) => one.max.powerW ?? -Infinity))).toBe(Math.max(...watts))
        const sum = points.reduce((total, one) => total + (one.mean.powerW ?? 0) * one.seconds, 0)
        expect(sum / watts.length).toBeCloseTo(watts.reduce((a, b) => a + b, 0) / watts.length, 6)
      }),
    )
  })
  it('stay unknown where they were unknown', () => {
    const { points } = coarsen([point(0, null), point(1, null), point(2, 5), point(3, null)], 1, 2)
    expect(points.map((one) => one.mean.powerW)).toEqual([null, 5])
  })
})

describe('a gap', () => {
  const gaps = (seconds: number[], stepSeconds = 1) => slotsOf(seconds.map((second) => point(second, 1)), stepSeconds).filter((slot) => slot.point === null).length
  it('is drawn where a reader that is asked every second said nothing', () => {
    expect(gaps([0, 1, 2, 7, 8, 9])).toBe(1)
    expect(gaps([0, 1, 2, 3])).toBe(0)
  })
  it('is none where a reader is asked every ten seconds, until it misses', () => {
    expect(gaps([0, 10, 20, 30, 40])).toBe(0)
    expect(gaps([0, 10, 20, 80, 90])).toBe(1)
    expect(gaps([0, 10, 20, 21, 22, 23])).toBe(0)
  })
  it('is drawn for every step that is missing from longer ones, and for one without a sample', () => {
    expect(gaps([0, 60, 180, 240], 60)).toBe(1)
    expect(slotsOf([point(0, 1), point(1, null, { seconds: 0 })], 1)[1]?.point).toBeNull()
  })
  it('leaves the times ascending, which the charts need', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 5000 }), { minLength: 2 }), fc.constantFrom(1, 10, 60), (seconds, step) => {
        const sorted = [...new Set(seconds.map((second) => Math.floor(second / step) * step))].sort((a, b) => a - b)
        const times = slotsOf(sorted.map((second) => point(second, 1)), step).map((slot) => slot.time)
        expect(times.every((time, i) => i === 0 || time > (times[i - 1] ?? 0))).toBe(true)
      }),
    )
  })
  it('is null in every column', () => {
    const slots = slotsOf([point(0, 1), point(1, 2), point(9, 3), point(10, 3)], 1)
    expect(columnOf(slots, 'powerW', 'mean', (value) => value)).toEqual([1, 2, null, 3, 3])
  })
})

describe('throttling', () => {
  it('is one band as long as it goes on, and idling is none', () => {
    const points = [point(0, 1, { throttle: ['gpu_idle'] }), point(1, 1, { throttle: ['sw_power_cap'] }), point(2, 1, { throttle: ['hw_slowdown', 'sw_power_cap'] }), point(3, 1), point(4, 1, { throttle: ['sw_power_cap'] })]
    expect(throttleRuns(slotsOf(points, 1), 1)).toEqual([
      { from: start / 1000 + 1, to: start / 1000 + 3, reasons: ['sw power cap', 'hw slowdown'] },
      { from: start / 1000 + 4, to: start / 1000 + 5, reasons: ['sw power cap'] },
    ])
    const seldom = [0, 10, 20, 200].map((second) => point(second, 1, { throttle: ['sw_power_cap'] }))
    expect(throttleRuns(slotsOf(seldom, 1), 1).map((run) => run.to - run.from)).toEqual([21, 1])
  })
  it('is told for as long as it is known: a long step keeps that it happened, not for how long', () => {
    const points = [point(0, 1), point(10, 1, { throttle: ['sw_power_cap'] }), point(20, 1, { throttle: ['hw_slowdown', 'sw_power_cap'] }), point(30, null, { seconds: 0, throttle: [] }), point(40, 1)]
    expect(plain(slowedWords(points, 1))).toBe('Slowed down by sw power cap, hw slowdown in 50 % of the readings.')
    expect(plain(slowedWords(points, 300))).toBe('Slowed down by sw power cap, hw slowdown at some time in 50 % of the steps of 5 minutes; for how long within a step is not kept.')
    expect(plain(slowedWords(points.slice(1, 3), 86_400))).toContain('at some time in every step of one day')
  })
  it('is not said to be none by a driver that does not tell', () => {
    expect(slowedWords([point(0, 1)], 1)).toBe('Nothing slowed the card down in what is recorded here.')
    expect(slowedWords([point(0, 1)], 1, false)).toMatch(/is not known/)
    const slowed = [point(0, 1, { throttle: ['hw_slowdown'] })]
    expect(slowedWords(slowed, 1, false)).toContain('hw slowdown in every reading')
  })
})

describe('charts', () => {
  const points = [point(0, 100, { min: { powerW: 80, temperatureC: 48 }, max: { powerW: 130, temperatureC: 53 } }), point(1, 120)]
  const charts = chartsOf(gpu(0), points, 'F')
  it('are those whose readings were ever known, in the unit that is set', () => {
    expect(charts.map((chart) => chart.id)).toEqual(['temperature', 'power'])
    expect(charts[0]).toMatchObject({ unit: '°F', lines: [{ metric: 'temperatureC' }] })
    expect(chartsOf(gpu(0), [point(0, null)], 'C')).toEqual([])
    // A fan that tells its turns alone has a chart of them; errors have one once there are any.
    const turns = [point(0, 100, { mean: { fanRpm: 1480 }, max: { fanRpm: 1500, pcieReplays: 3 }, min: {} })]
    expect(chartsOf(gpu(0), [{ ...turns[0]!, mean: { fanRpm: 1480, pcieReplays: 2 } }], 'C').map((chart) => [chart.id, chart.lines.map((line) => line.metric)])).toEqual([['fan-turns', ['fanRpm']], ['errors', ['pcieReplays']]])
    expect([hasReadings([point(0, null)]), hasReadings(points)]).toEqual([false, true])
  })
  it('never take an encoder for the card, a hot spot for the core, or lanes for a generation', () => {
    const values = { encoder: 0.07, hotspotC: 80, pcieLanes: 8 }
    const alone = [point(0, null, { min: values, mean: values, max: values })]
    const words = chartsOf(gpu(0), alone, 'C').map((chart) => [chart.id, plain(summaryWords(chart, alone)), plain(pointWords(chart, alone[0] ?? null))])
    expect(words).toEqual([['use', 'encoder 7 % throughout', 'encoder 7 %'], ['temperature', 'hot spot 80 °C throughout', 'hot spot 80 °C'], ['pcie', 'lanes 8 throughout', 'lanes 8']])
  })
  it('say themselves in words, as a whole and step by step', () => {
    const power = charts[1]
    if (!power) throw new Error('no chart')
    expect(plain(summaryWords(power, points))).toBe('80 W to 130 W, 110 W on average')
    expect(plain(pointWords(power, points[0] ?? null))).toBe('100 W (80 W to 130 W)')
    expect(plain(pointWords(power, { ...point(1, null), throttle: ['sw_power_cap'] }))).toBe('unknown; slowed down by sw power cap')
    expect(pointWords(power, null)).toBe('nothing was recorded')
  })
  it('have an axis that holds every reading, and shows a limit that is near', () => {
    const limit = { value: 450, label: '' }
    expect(valueRange({ from: 0, to: null, limit }, 20, 100)[1]).toBeLessThan(200)
    expect(valueRange({ from: 0, to: null, limit }, 20, 400)[1]).toBeGreaterThan(450)
    expect(valueRange({ from: 0, to: 100, limit: null }, 0, 100)).toEqual([0, 100])
    expect(valueRange({ from: null, to: null, limit: null }, -12, -12)[0]).toBeLessThan(-12)
    const [from, to] = valueRange({ from: null, to: null, limit: null }, null, null)
    expect(to).toBeGreaterThan(from)
  })
  it('are read with the arrow keys, to the ends and no further', () => {
    const data = [[1, 2, 3], [1, 2, 3]] as [number[], number[]]
    expect(nextIndex('ArrowLeft', null, data)).toBe(2)
    expect(nextIndex('ArrowLeft', 0, data)).toBe(0)
    expect(nextIndex('ArrowRight', 1, data)).toBe(2)
    expect(nextIndex('PageDown', 2, data)).toBe(0)
    expect(nextIndex('Home', 2, data)).toBe(0)
    expect(nextIndex('Escape', 1, data)).toBeNull()
    expect(nextIndex('Tab', 1, data)).toBeUndefined()
    expect(nextIndex('ArrowLeft', null, [[]])).toBeUndefined()
  })
  it('label their time by how close the ticks are', () => {
    const noon = new Date(2026, 10, 23, 12, 5, 10).getTime() / 1000
    expect(timeWords(noon, 10)).toBe('12:05:10')
    expect(timeWords(noon, 300)).toBe('12:05')
    expect(timeWords(new Date(2026, 10, 23).getTime() / 1000, 21_600)).toBe('23 Nov')
    expect(timeWords(new Date(2026, 0, 1).getTime() / 1000, 30 * 86_400)).toBe('Jan 2026')
    expect(stepWords(start, 1, 300_000)).toMatch(/^\d\d:\d\d:\d\d$/)
    expect(stepWords(start, 900, 86_400_000 * 7)).toMatch(/ to \d\d:\d\d$/)
  })
  it('tell an event where the cursor is, but not that a process came', () => {
    const event = (id: HistoryEvent['id'], at: number): HistoryEvent => ({ id, at, gpuId: 'x', sentence: id })
    expect(eventsNear([event('xid', start + 400), event('process-came', start), event('card-lost', start + 9000)], start, 500).map((one) => one.id)).toEqual(['xid'])
  })
})

describe('energy', () => {
  it('says how much of the range it covers, and is unknown without watts', () => {
    expect(plain(energyWords({ kwh: 1.234, coverage: 1 }))).toBe('1.23 kWh, the whole range measured')
    expect(plain(energyWords({ kwh: 0.0312, coverage: 0.4 }))).toBe('31 Wh; 40 % of the range was measured, and the rest is not guessed')
    expect(energyWords(null)).toContain('not known')
  })
})

describe('CSV', () => {
  function door(pages: { text: string; nextFrom: number | null }[]) {
    const asked: CsvQuestion[] = []
    const shares: number[] = []
    return { asked, shares, ask: async (question: CsvQuestion) => { asked.push(question); return { ok: true as const, value: { ...(pages[asked.length - 1] ?? { text: '', nextFrom: null }), stepSeconds: 1 } } }, onProgress: (share: number) => void shares.push(share), isStopped: () => asked.length > 5 }
  }
  it('is read page by page, with its head once', async () => {
    const pages = door([{ text: 'a,b\r\n1,2\r\n', nextFrom: 50 }, { text: 'a,b\r\n3,4\r\n', nextFrom: 75 }, { text: '5,6\r\n', nextFrom: null }])
    expect(await readCsv({ gpuId: 'x', from: 0, to: 100 }, pages)).toEqual({ kind: 'done', pieces: ['a,b\r\n1,2\r\n', '3,4\r\n', '5,6\r\n'] })
    expect(pages.asked.map((one) => one.from)).toEqual([0, 50, 75])
    expect(pages.shares).toEqual([0.5, 0.75])
  })
  it('ends where it gets no further, is stopped, or is refused', async () => {
    expect(await readCsv({ gpuId: 'x', from: 0, to: 100 }, door([{ text: 'a\r\n', nextFrom: 0 }]))).toMatchObject({ kind: 'failed' })
    expect(await readCsv({ gpuId: 'x', from: 0, to: 100 }, door(Array.from({ length: 9 }, (_, i) => ({ text: '', nextFrom: i + 1 }))))).toEqual({ kind: 'stopped' })
    const refused = { ...door([]), ask: async () => ({ ok: false as const, failure: { code: 'not-possible' as const, message: 'No such card.' } }) }
    expect(await readCsv({ gpuId: 'x', from: 0, to: 100 }, refused)).toEqual({ kind: 'failed', sentence: 'No such card.' })
  })
  it('has a name that any file system takes', () => {
    expect(csvName('GeForce “RTX” 3090 #2 🚀', start, start)).toMatch(/^idlewatt-geforce-rtx-3090-2-\d{4}-\d\d-\d\dT\d{4}-\d{4}-\d\d-\d\dT\d{4}\.csv$/)
    expect(csvName('卡', start, start)).toMatch(/^idlewatt-gpu-/)
  })
})

describe('how a card is', () => {
  it('is the worst that is the matter, and never fine without readings', () => {
    expect(cardHealth(gpu(0), sample(), [])).toEqual({ tone: 'good', words: 'fine' })
    expect(cardHealth(gpu(0), null, [])).toMatchObject({ tone: 'unknown' })
    expect(cardHealth(gpu(0), unknownSample(now, 'silent'), [])).toMatchObject({ tone: 'unknown', words: 'no readings' })
    expect(cardHealth(gpu(0), sample(), [alert({ severity: 'info', title: 'At its limit' }), alert({ severity: 'critical', title: 'Hot' })])).toEqual({ tone: 'critical', words: 'Hot +1' })
    expect(cardHealth(gpu(0), sample(), [alert({ gpuId: 'another' })])).toMatchObject({ tone: 'good' })
    expect(cardHealth(gpu(0, { lostSince: now }), null, [])).toEqual({ tone: 'critical', words: 'lost' })
    expect(cardHealth(gpu(0, { problems: [{ id: 'x', sentence: '', remedy: null }] }), sample(), [])).toMatchObject({ tone: 'warning', words: '1 problem' })
  })
  it('calls for the bar on top only while something critical lasts', () => {
    expect(criticalOf([alert({}), alert({ severity: 'critical', until: now })])).toEqual([])
    expect(criticalOf([alert({ severity: 'critical' })])).toHaveLength(1)
  })
})

describe('alerts that say the same of several cards', () => {
  it('stand together in the order of the first, and those of the machine alone', () => {
    const narrow = (gpuId: string, over = {}) => alert({ id: `narrow:${gpuId}`, rule: 'narrow', severity: 'info', title: 'Narrow', remedy: 'Seat it again.', gpuId, ...over })
    const groups = alertGroups([alert({ gpuId: 'b' }), narrow('a'), narrow('b', { sentence: 'x8 of x16' }), narrow('c', { remedy: 'Another.' }), alert({ id: 'disk', gpuId: null, rule: 'disk' }), alert({ id: 'clock', gpuId: null, rule: 'disk' })])
    expect(groups.map((group) => group.map((one) => one.id))).toEqual([['hot:GPU-00000000'], ['narrow:a', 'narrow:b'], ['narrow:c'], ['disk'], ['clock']])
  })
})

describe('a file of a long range', () => {
  it('says where it is kept finer towards its end', () => {
    const day = 86_400_000
    expect([becomesFiner(1, 0), becomesFiner(900, 0), becomesFiner(900, 89 * day), becomesFiner(900, 91 * day), becomesFiner(60, 8 * day), becomesFiner(10, 2 * day)]).toEqual([false, true, true, false, false, false])
  })
})

describe('the readings of this window', () => {
  it('reach a chart over a long range no oftener than it can show them', () => {
    const listeners = new Set<() => void>()
    let telemetry = state().telemetry
    const log = createSampleLog({ state: () => ({ ...state(), telemetry }), link: () => ({ phase: 'open' }), readFailure: () => null, subscribe: (listener) => { listeners.add(listener); return () => {} }, readAgain: () => {}, close: () => {} })
    const push = (second: number) => {
      telemetry = { ...telemetry, samples: { card: sample({ takenAt: start + second * 1000 }) } }
      for (const listener of listeners) listener()
    }
    push(0)
    const first = log.of('card', 60_000)
    push(1)
    expect(log.of('card', 60_000)).toBe(first)
    expect(log.of('card')).toHaveLength(2)
    push(61)
    expect(log.of('card', 60_000)).toHaveLength(3)
    expect(addSample([], sample({})).length).toBe(1)
  })
})
