/** Samples kept and asked for: what a chart, `history --json` and a CSV file show. */
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { NotPossible } from '../../../main/system/not-possible.ts'
import { metricIds } from '../../../shared/history.ts'
import { ask, dayMs, hourMs, knownCard, noon, open, recordSeconds, turn } from './support.ts'

const card = 'GPU-1'
const wave = (n: number): number => Math.round((Math.sin(n / 40) + 1) * 50) / 100

describe('what was recorded', () => {
  test('the newest seconds are in the answer at once, as they were read', () => {
    const { history } = open()
    recordSeconds(history, card, noon, noon + 5000, (n) => ({ utilisation: n / 10, powerW: 31.27, memoryUsedBytes: 4 * 2 ** 40, temperatureC: -3.5, pcieLanes: 16, fan: null }))
    const answer = history.read(ask(card, noon, noon + 10_000, { stepSeconds: 1 }))
    expect(answer.stepSeconds).toBe(1)
    expect(answer.samples.map((point) => [point.takenAt - noon, point.mean.utilisation])).toEqual([[0, 0], [1000, 0.1], [2000, 0.2], [3000, 0.3], [4000, 0.4]])
    expect(answer.samples[4]).toMatchObject({ seconds: 1, max: { powerW: 31.27, memoryUsedBytes: 4 * 2 ** 40, temperatureC: -3.5, pcieLanes: 16, fan: null }, min: { hotspotC: null } })
    expect(Object.keys(answer.samples[0]?.mean ?? {})).toEqual([...metricIds])
  })

  test('hours later every step is what the single samples give, whichever level answers', { timeout: 60_000 }, () => {
    const { history } = open()
    const seconds = 3 * 3600 + 77
    const known = (n: number): boolean => n % 7 !== 3
    recordSeconds(history, card, noon, noon + seconds * 1000, (n) => ({ utilisation: wave(n), temperatureC: known(n) ? 50 + (n % 30) : null, throttle: n % 1000 === 5 ? ['sw_power_cap', 'gpu_idle'] : ['gpu_idle'] }))
    for (const stepSeconds of [1, 5, 10, 60, 300, 900, 3600]) {
      const answer = history.read(ask(card, noon, noon + seconds * 1000, { stepSeconds }))
      expect(answer.samples).toHaveLength(Math.ceil(seconds / stepSeconds))
      for (const [i, point] of answer.samples.entries()) {
        const inside = Array.from({ length: Math.min(stepSeconds, seconds - i * stepSeconds) }, (_, k) => i * stepSeconds + k)
        expect(point.takenAt).toBe(noon + i * stepSeconds * 1000)
        expect(point.seconds).toBe(inside.length)
        const loads = inside.map(wave)
        expect(point.min.utilisation).toBeCloseTo(Math.min(...loads), 3)
        expect(point.max.utilisation).toBeCloseTo(Math.max(...loads), 3)
        expect(Math.abs((point.mean.utilisation ?? 9) - loads.reduce((sum, load) => sum + load, 0) / loads.length)).toBeLessThan(0.0021)
        const degrees = inside.filter(known).map((n) => 50 + (n % 30))
        if (degrees.length === 0) expect(point.mean.temperatureC).toBe(null)
        else expect(Math.abs((point.mean.temperatureC ?? 0) - degrees.reduce((sum, one) => sum + one, 0) / degrees.length)).toBeLessThan(0.21)
        expect(point.throttle).toEqual(inside.some((n) => n % 1000 === 5) ? ['sw_power_cap'] : [])
      }
    }
  })

  test('a gap stays a gap, an empty range is an empty list', () => {
    const { history } = open()
    recordSeconds(history, card, noon, noon + 3000)
    recordSeconds(history, card, noon + 60_000, noon + 62_000)
    expect(history.read(ask(card, noon, noon + 120_000, { stepSeconds: 10 })).samples.map((point) => [point.takenAt - noon, point.seconds])).toEqual([[0, 3], [60_000, 2]])
    const empty = history.read(ask(card, noon - dayMs, noon - hourMs))
    expect(empty).toMatchObject({ samples: [], energy: null, events: [] })
  })

  test('steps are aligned to multiples of the step and cover both ends of the range', () => {
    const { history } = open()
    recordSeconds(history, card, noon, noon + 300_000)
    const answer = history.read(ask(card, noon + 90_500, noon + 130_000, { stepSeconds: 60 }))
    expect(answer.samples.map((point) => [point.takenAt - noon, point.seconds])).toEqual([[60_000, 60], [120_000, 60]])
  })

  test('the step fits the points that can be drawn', () => {
    const { history } = open()
    recordSeconds(history, card, noon, noon + 1000)
    const stepOf = (width: number): number => history.read(ask(card, noon, noon + width)).stepSeconds
    expect([300_000, hourMs, dayMs, 7 * dayMs, 30 * dayMs, 90 * dayMs, 365 * dayMs].map(stepOf)).toEqual([1, 5, 120, 900, 3600, 10_800, 43_200])
  })

  test('only what was asked for is in a point', () => {
    const { history } = open()
    recordSeconds(history, card, noon, noon + 1000)
    expect(history.read({ ...ask(card, noon, noon + 1000), metrics: ['powerW'] }).samples[0]?.mean).toEqual({ powerW: 100 })
  })

  test('a card that is read every ten seconds has one second of each step', () => {
    const { history } = open()
    for (let n = 0; n < 60; n++) history.record(turn(noon + n * 10_000, { [card]: { powerW: 360 } }))
    const answer = history.read(ask(card, noon, noon + 600_000, { stepSeconds: 60 }))
    expect(answer.samples.map((point) => point.seconds)).toEqual(new Array(10).fill(6))
    expect(answer.energy?.coverage).toBeGreaterThan(0.9)
    expect(answer.energy?.kwh).toBeCloseTo(0.06 * (answer.energy?.coverage ?? 0), 3)
  })

  test('survives a restart, and goes on where it was', () => {
    const first = open()
    recordSeconds(first.history, card, noon, noon + 700_000)
    first.history.close()
    const { history } = open({ folder: first.folder })
    recordSeconds(history, card, noon + 700_000, noon + 1_300_000, undefined, 0)
    expect(history.read(ask(card, noon, noon + 1_300_000, { stepSeconds: 1 })).samples).toHaveLength(1300)
  })
})

describe('cards', () => {
  test('are known again after a restart, forgotten when told, and keep their samples', () => {
    const first = open()
    first.history.book.save([knownCard(card, 'RTX "4090" 🚀'), knownCard('GPU-2')])
    recordSeconds(first.history, card, noon, noon + 2000)
    first.history.book.forget(card)
    first.history.close()
    const { history } = open({ folder: first.folder })
    expect(history.book.known().map((one) => one.gpuId)).toEqual(['GPU-2'])
    expect(history.read(ask(card, noon, noon + 5000)).samples).toHaveLength(2)
    history.book.save([knownCard(card, 'RTX "4090" 🚀')])
    expect(history.book.known()).toHaveLength(2)
    expect(history.read(ask(card, noon, noon + 5000))).toMatchObject({ gpuName: 'RTX "4090" 🚀', samples: [{}, {}] })
  })

  test('one that was never seen is refused by a sentence that names those that were', () => {
    const { history } = open()
    expect(() => history.read(ask('GPU-9', noon, noon + 1))).toThrow(/No card of this machine has been seen yet/)
    history.book.save([knownCard(card, 'RTX 4090')])
    expect(() => history.read(ask('GPU-9', noon, noon + 1))).toThrow(NotPossible)
    expect(() => history.csv({ gpuId: 'GPU-9', from: noon, to: noon + 1 })).toThrow(/Known are: RTX 4090 \(GPU-1\)/)
  })

  test('recorded machines and this one are never mixed, though they share the file', () => {
    const real = open()
    real.history.book.save([knownCard(card, 'Real')])
    recordSeconds(real.history, card, noon, noon + 2000)
    real.history.close()
    const { history } = open({ folder: real.folder, scope: 'one-rtx-4090' })
    expect(history.book.known()).toEqual([])
    history.book.save([knownCard(card, 'Recorded')])
    recordSeconds(history, card, noon, noon + 7000)
    expect(history.read(ask(card, noon, noon + 60_000)).samples).toHaveLength(7)
    expect(history.read(ask(card, noon, noon + 60_000), null)).toMatchObject({ gpuName: 'Real', samples: [{}, {}] })
    expect(history.allCards().map((one) => [one.scope, one.gpu.name])).toEqual([[null, 'Real'], ['one-rtx-4090', 'Recorded']])
    expect(history.events({ from: noon, to: noon + 1 }, null)).toHaveLength(1)
  })
})

describe('events and alerts', () => {
  test('of a card and of the machine are told with the range, newest first in the log', () => {
    const { history } = open()
    recordSeconds(history, card, noon, noon + 1000)
    history.addEvents([
      { at: noon + 10, id: 'xid', gpuId: card, sentence: 'Xid 79.' },
      { at: noon + 20, id: 'throttle-began', gpuId: 'GPU-2', sentence: 'Slower.' },
      { at: noon + 30, id: 'driver-changed', gpuId: null, sentence: 'Driver 560.' },
      { at: noon + hourMs, id: 'xid', gpuId: card, sentence: 'Later.' },
    ])
    expect(history.read(ask(card, noon, noon + 1000)).events.map((event) => event.id)).toEqual(['recording-began', 'xid', 'driver-changed'])
    expect(history.events({ from: noon, to: noon + dayMs }).map((event) => event.id)).toEqual(['xid', 'driver-changed', 'throttle-began', 'xid', 'recording-began'])
    expect(history.events({ gpuId: 'GPU-2', from: noon, to: noon + dayMs }).map((event) => event.sentence)).toEqual(['Slower.'])
    expect(history.events({ from: noon, to: noon + dayMs, limit: 2 })).toHaveLength(2)
  })

  test('an alert is open until it is saved with its end', () => {
    const alert = { id: 'hot:GPU-1', rule: 'hot', gpuId: card, gpuName: 'A card', severity: 'warning' as const, title: 'Hot', sentence: '', remedy: '', since: 5, until: null, evidence: [], toldAt: null }
    const first = open()
    first.history.saveAlerts([alert, { ...alert, id: 'lost:GPU-1', since: 6 }])
    first.history.saveAlerts([{ ...alert, until: 9 }])
    first.history.close()
    const { history } = open({ folder: first.folder })
    expect(history.alerts()).toMatchObject({ open: [{ id: 'lost:GPU-1' }], ended: [{ id: 'hot:GPU-1', until: 9 }] })
  })
})

describe('CSV', () => {
  test('pages join to one file with one head line, and the gap between them is skipped', () => {
    const { history } = open()
    recordSeconds(history, card, noon, noon + 7000_000, (n) => ({ throttle: n === 1 ? ['a "b"', 'c, d'] : [] }))
    recordSeconds(history, card, noon + dayMs / 2, noon + dayMs / 2 + 3000)
    let text = ''
    let pages = 0
    for (let from: number | null = noon - hourMs; from !== null; pages++) {
      const page = history.csv({ gpuId: card, from, to: noon + dayMs, stepSeconds: 1 })
      text += page.text
      from = page.nextFrom
    }
    const lines = text.split('\r\n')
    expect(pages).toBe(3)
    expect(lines).toHaveLength(1 + 7003 + 1)
    expect(lines.filter((line) => line.startsWith('takenAt'))).toHaveLength(1)
    expect(new Set(lines.slice(1, -1).map((line) => line.split(',')[0])).size).toBe(7003)
    expect(lines[0]?.split(',')).toHaveLength(2 + 3 * metricIds.length + 1)
    expect(lines[2]).toMatch(/^2026-11-23T12:00:01\.000Z,1,0\.5,0\.5,0\.5,,.*,"a ""b""; c, d"$/)
    // The same export again is a file of its own.
    expect(history.csv({ gpuId: card, from: noon - hourMs, to: noon + dayMs, stepSeconds: 1 }).text).toMatch(/^takenAt/)
  })

  test('nothing in the range gives the head line alone', () => {
    const { history } = open()
    recordSeconds(history, card, noon, noon + 1000)
    const page = history.csv({ gpuId: card, from: noon - dayMs, to: noon - hourMs })
    expect([page.text.split('\r\n').length, page.nextFrom]).toEqual([2, null])
  })
})

describe('what is too old', () => {
  test('goes level by level: seconds after a day, ten seconds after a week; the energy of it all stays', { timeout: 120_000 }, () => {
    const { history, file } = open()
    // Ten minutes a day of one sample every two seconds; the clock runs on steadily in between.
    let watts = 0
    for (let at = noon; at < noon + 9 * dayMs; at += at % dayMs >= dayMs / 2 && at % dayMs < dayMs / 2 + 600_000 ? 2000 : 1_800_000 - (at % 1_800_000)) {
      history.record(turn(at, { [card]: { powerW: 360 } }))
      watts++
    }
    const end = noon + 9 * dayMs
    expect(watts).toBeGreaterThan(2700)
    const finest = (daysAgo: number): number => history.read(ask(card, end - daysAgo * dayMs, end - daysAgo * dayMs + hourMs)).finestStepSeconds
    expect([0.5, 3, 8.9].map(finest)).toEqual([1, 10, 60])
    const old = history.read(ask(card, noon, noon + 600_000, { stepSeconds: 1 }))
    expect(old.stepSeconds).toBe(60)
    expect(old.samples.map((point) => point.seconds)).toEqual(new Array(10).fill(30))
    expect(old.energy?.coverage).toBeGreaterThan(0.99)
    expect(old.energy?.kwh).toBeCloseTo(0.06, 3)
    const database = new DatabaseSync(file)
    expect(database.prepare('SELECT min(from_at) AS at FROM chunks WHERE step = 1').get()?.['at']).toBeGreaterThan(end - dayMs - 3 * hourMs)
    database.close()
  })
})
