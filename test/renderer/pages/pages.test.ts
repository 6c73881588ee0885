/** What pages decide before they draw: the best honest answer, typed settings, what-if questions, series, routes. */
import { describe, expect, it } from 'vitest'
import { usersOf } from '../../../renderer/components/why-unknown.ts'
import { figuresOf } from '../../../renderer/pages/gpus/figures.ts'
import { seriesOf, spanOf } from '../../../renderer/pages/gpus/series.ts'
import { needsInOrder, outcomeOf } from '../../../renderer/pages/compare/needs.ts'
import { emptyWhatIf, readWhatIf } from '../../../renderer/pages/compare/what-if-form.ts'
import { changeFrom, expectedScale } from '../../../renderer/pages/measure/result-geometry.ts'
import { bestAnswer, bestFirst, byCards } from '../../../renderer/pages/overview/best-answer.ts'
import { readNumberSetting } from '../../../renderer/pages/settings/number-setting.ts'
import { readRoute, writeRoute } from '../../../renderer/state/route.ts'
import { gpuTitle } from '../../../renderer/state/gpu-slots.ts'
import { programmeName } from '../../../renderer/state/programmes.ts'
import type { MoneyFormat } from '../../../renderer/format/money.ts'
import { estimate, gpu, need, now, programmes, sample } from '../../gallery/parts.ts'

const euro: MoneyFormat = { code: 'EUR', usdPerUnit: 1.25, digits: 2, about: '' }

describe('the best honest answer', () => {
  const good = estimate({ programmeId: 'a', net: { low: 1, expected: 2, high: 3 } })
  const better = estimate({ programmeId: 'b', net: { low: 1, expected: 4, high: 9 } })
  const losing = estimate({ programmeId: 'c', net: { low: -3, expected: -2, high: -0.5 } })
  const open = estimate({ programmeId: 'd', net: { low: -1, expected: null, high: 6 } })
  const silent = estimate({ programmeId: 'e', net: { low: null, expected: null, high: null } })

  it('is the greatest expected figure of a programme that can be joined', () => {
    expect(bestAnswer([good, better, losing])).toMatchObject({ kind: 'figure', estimate: { programmeId: 'b' } })
    expect(bestAnswer([good, { ...better, verdict: 'not-eligible' }])).toMatchObject({ kind: 'figure', estimate: { programmeId: 'a' } })
  })
  it('prefers a published pay rule to a hopeful end', () => {
    expect(bestAnswer([open, good])).toMatchObject({ kind: 'figure' })
    expect(bestAnswer([open, losing])).toMatchObject({ kind: 'unpublished', estimate: { programmeId: 'd' } })
  })
  it('says "not worth" when even the hopeful case loses', () => {
    expect(bestAnswer([losing, silent])).toMatchObject({ kind: 'not-worth', estimate: { programmeId: 'c' } })
  })
  it('never makes a figure up', () => {
    expect(bestAnswer([silent])).toMatchObject({ kind: 'no-figure' })
    expect(bestAnswer([{ ...silent, verdict: 'not-eligible' }])).toEqual({ kind: 'none', estimate: null })
    expect(bestAnswer([])).toEqual({ kind: 'none', estimate: null })
  })
  it('is made for each group of cards, the one with the best day first', () => {
    const other = { gpuIds: ['x'], gpuName: 'Other' }
    const groups = bestFirst(byCards([good, { ...better, ...other }, losing]))
    expect(groups.map((group) => group.map((one) => one.programmeId))).toEqual([['b'], ['a', 'c']])
  })
})

describe('needs', () => {
  it('are listed with what decides first', () => {
    const needs = [need({ id: 'met' }), need({ id: 'check', ok: null }), need({ id: 'fix', ok: false }), need({ id: 'never', ok: false, remedy: null })]
    expect(needsInOrder(needs).map((one) => one.id)).toEqual(['never', 'fix', 'check', 'met'])
    expect(needs.map(outcomeOf)).toEqual(['met', 'to-check', 'fixable', 'no'])
  })
})

describe('a what-if', () => {
  it('leaves out what was left empty, and turns the price into dollars', () => {
    expect(readWhatIf({ ...emptyWhatIf, gpuModel: ' RTX 4090 ' }, euro).input).toEqual({ gpuModel: 'RTX 4090', gpuCount: 1 })
    expect(readWhatIf({ ...emptyWhatIf, gpuModel: 'RTX 4090', pricePerKwh: '0,12', wattsWork: '450' }, euro).input).toEqual({ gpuModel: 'RTX 4090', gpuCount: 1, usdPerKwh: 0.15, wattsWork: 450 })
  })
  it('says in a sentence what is wrong, field by field', () => {
    const read = readWhatIf({ gpuModel: '', gpuCount: '2.5', pricePerKwh: 'abc', wattsWork: '-4', wattsWait: '99999' }, euro)
    expect(read.input).toBeNull()
    expect(Object.keys(read.problems).sort()).toEqual(['gpuCount', 'gpuModel', 'pricePerKwh', 'wattsWait', 'wattsWork'])
    expect(read.problems.gpuCount).toBe('A whole number from 1 to 64.')
  })
})

describe('a typed setting', () => {
  it('is taken when the schema takes it, and refused with its limit otherwise', () => {
    expect(readNumberSetting('electricityPricePerKwh', '0,31', false)).toEqual({ value: 0.31, problem: undefined })
    expect(readNumberSetting('electricityPricePerKwh', '', false)).toEqual({ value: null, problem: undefined })
    expect(readNumberSetting('wallPowerFactor', '9', true).problem).toBe('At most 3.')
    expect(readNumberSetting('wallPowerFactor', '', true).problem).toBe('This needs a number.')
    expect(readNumberSetting('usdPerCurrencyUnit', '0', false).problem).toBe('More than 0.')
    expect(readNumberSetting('hostPowerW', 'x', false).problem).toContain('number')
  })
})

describe('series', () => {
  it('break where nobody looked, and keep unknown as unknown', () => {
    const samples = [sample({ takenAt: now, powerW: 10 }), sample({ takenAt: now + 1000, powerW: null }), sample({ takenAt: now + 60_000, powerW: 30 })]
    const series = seriesOf(samples, (one) => one.powerW, (value) => value)
    expect(series.values).toEqual([10, null, null, 30])
    expect(series.times).toEqual([...series.times].sort((a, b) => a - b))
    expect(series).toMatchObject({ known: 2, least: 10, greatest: 30, last: 30 })
    expect(spanOf(samples)).toBe(60)
  })
})

describe('results', () => {
  it('are placed against what the model should reach', () => {
    expect(expectedScale({ value: 50, expected: { low: 80, high: 100 } })).toMatchObject({ isInside: false, low: 80 })
    expect(expectedScale({ value: 90, expected: { low: 80, high: 100 } })).toMatchObject({ isInside: true })
    expect(expectedScale({ value: 90, expected: null })).toBeNull()
  })
  it('are compared with the time before, not with noise', () => {
    expect(changeFrom({ value: 100, unit: 'GB/s' }, { value: 100.2, unit: 'GB/s' })).toBe('No more or less')
    expect(changeFrom({ value: 100, unit: 'GB/s' }, { value: 80, unit: 'GB/s' })?.replace(/\u202f/g, ' ')).toBe('20 % less')
    expect(changeFrom(null, { value: 80, unit: 'GB/s' })).toBeNull()
  })
})

describe('routes and names', () => {
  it('survive the address', () => {
    for (const detail of [null, 'north/provider|GPU-1', 'pci:0000:01:00.0:10de:2684', '100 %/x']) {
      expect(readRoute(writeRoute('compare', detail))).toEqual({ page: 'compare', detail })
    }
    expect(readRoute('')).toEqual({ page: 'overview', detail: null })
    expect(readRoute('#/nowhere/%E0%A4%A')).toEqual({ page: 'overview', detail: null })
  })
  it('number cards that share a name, and no others', () => {
    const all = [gpu(0), gpu(1), gpu(2, { name: 'Other' })]
    expect(all.map((one) => gpuTitle(one, all))).toEqual(['GeForce RTX 4090 #1', 'GeForce RTX 4090 #2', 'Other'])
  })
  it('do not say a network twice', () => {
    const [info] = programmes
    if (!info) throw new Error('no programme')
    expect(programmeName(info, info.id)).toBe('Northcloud Provider')
    expect(programmeName({ ...info, title: 'Northcloud provider' }, info.id)).toBe('Northcloud provider')
    expect(programmeName(undefined, 'x/y')).toBe('x/y')
  })
})

describe('the figures of a card', () => {
  it('say one reason once, and leave what is known in sight', () => {
    const lost = 'the card is lost'
    const { shown, unknown } = figuresOf(gpu(0), sample({ temperatureC: null, powerW: null, utilisation: null, fan: null, unknown: { temperatureC: lost, powerW: lost, utilisation: lost, fan: 'it has none' } }), 'C')
    expect(unknown).toEqual([{ labels: ['Temperature', 'Power', 'In use'], why: 'The card is lost' }])
    expect(shown.find((figure) => figure.label === 'Fan')).toMatchObject({ value: null, why: 'It has none' })
    expect(shown.find((figure) => figure.label === 'Memory used')?.value).toContain('GiB')
  })
  it('never call an idle card slowed down', () => {
    const words = (throttle: string[] | null) => figuresOf(gpu(0), sample({ throttle }), 'C').shown.find((figure) => figure.label === 'Slowed down by')
    expect(words(['gpu_idle'])).toMatchObject({ value: 'nothing', more: 'it is idle' })
    expect(words(['gpu_idle', 'sw_power_cap'])).toMatchObject({ value: 'sw power cap' })
    expect(words(null)?.value).toBeNull()
  })
  it('do not say "nothing" uses a card that cannot be read', () => {
    expect(usersOf(sample({ processes: [] }))).toEqual([])
    expect(usersOf(sample({ processes: [], utilisation: null, memoryUsedBytes: null }))).toBeNull()
    expect(usersOf(sample({ processes: [{ pid: 1, name: 'C:\\Games\\a.exe', memoryBytes: null, ours: null }] }))).toEqual(['a.exe'])
    expect(usersOf(null)).toBeNull()
  })
})
