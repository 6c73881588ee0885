/** What a question moves, and which input moves the answer most: the worked example, straight lines, and order. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ComparedRow } from '../../../main/earnings/compare.ts'
import { estimateProgramme, type EstimateContext } from '../../../main/earnings/estimate-programme.ts'
import { readRig, whatIf } from '../../../main/earnings/what-if.ts'
import { sensitivityOf } from '../../../main/earnings/sensitivity.ts'
import { cardOfModel } from '../../../main/earnings/cards.ts'
import { networks } from '../../../main/networks/index.ts'
import type { AnyNetwork, ProgrammeDefinition } from '../../../main/networks/network.ts'
import { leverIds, type Economics, type Factors, type LeverId } from '../../../shared/earnings.ts'
import { defaultSettings, type Settings } from '../../../shared/settings.ts'
import { at, gpuTable, markets } from './estimating.ts'

const bundled = markets()
const context: EstimateContext = { markets: bundled, results: {}, settings: defaultSettings, overrides: { usdPerKwh: 0.15, wattsWork: 450, wattsWait: 20 } }
const facts = gpuTable.byModel('GeForce RTX 4090')
if (!facts) throw new Error('no card')

/** Pays 0.33 USD an hour for 60 % of the day, as the plan's worked example; a second line stands on a token. */
function made(spans: Economics['spans'] = [{ lever: 'utilisation', low: 0.5, high: 1.25, why: 'half to a quarter more' }], token = false): ComparedRow {
  const programme: ProgrammeDefinition<unknown> = {
    id: 'example/work', title: '', summary: '', software: 'guided', takesWholeMachine: false, url: '', paysFor: [], duties: [], demands: networks[0]?.programmes[0]?.demands as ProgrammeDefinition<unknown>['demands'], needs: [],
    estimate(subject) {
      const share = Math.min(1, 0.6 * subject.factor('utilisation'))
      const price = subject.tokenUsd('RENDER')
      const perHour = 0.33 * subject.factor('pay-rate') * subject.factor('speed')
      const same = (usd: number) => ({ cautious: usd, expected: usd, hopeful: usd })
      const input = (id: string, label: string, value: number, unit: string) => ({ id, label, value, unit, origin: 'assumed' as const, source: null, takenAt: null, confidence: 'low' as const, stale: false })
      return {
        lines: [
          { id: 'paid-work', label: '', kind: 'income', usdPerDay: same(24 * perHour * share), formula: '', inputs: ['price', 'share'] },
          ...(token && price ? [{ id: 'availability', label: '', kind: 'income' as const, usdPerDay: same(price.value ?? 0), formula: '', inputs: [price.id] }] : []),
        ],
        busy: same(share), payWhenAlwaysBusy: 24 * perHour, payWithoutWork: 0, inputs: [input('price', 'Price', perHour, 'USD/h'), input('share', 'Share leased', share, 'share'), ...(price ? [price] : [])],
        capital: [], confidence: 'medium', notModelled: [], reasons: [], spans,
      }
    },
  }
  const network = { ...(networks[0] as AnyNetwork), programmes: [programme] }
  return { network, programme, subject: { at, card: cardOfModel(facts as NonNullable<typeof facts>), count: 1, gpusInMachine: 1, modelsInMachine: 1, machine: null }, gpus: [], sharing: 1 }
}
const net = (row: ComparedRow, factors: Factors = {}, settings: Settings = defaultSettings): number => estimateProgramme(row.network, row.programme, row.subject, row.gpus, { ...context, factors, settings }).net.expected ?? Number.NaN

describe('the tornado', () => {
  test('of the worked example: figures, units, greatest swing first', () => {
    const found = sensitivityOf(made(), context)
    expect(found.expected).toBeCloseTo(3.7512, 9)
    expect(found.bars.map(({ lever }) => lever)).toEqual(['utilisation', 'usd-per-kwh', 'power'])
    expect(found.bars[0]).toMatchObject({ label: 'Share leased', from: '30 %', to: '75 %' })
    expect(found.bars[0]?.netAtLow).toBeCloseTo(24 * 0.33 * 0.3 - (24 * 0.15 * (450 * 0.3 + 20 * 0.7)) / 1000, 9)
    expect(found.bars[1]).toMatchObject({ from: '0.112 USD/kWh', to: '0.188 USD/kWh' })
    expect(found.bars[2]).toMatchObject({ from: null, to: null, label: 'Power drawn' })
  })
  test('a token has a bar only where a line stands on one', () => {
    expect(sensitivityOf(made([], true), context).bars.map(({ lever }) => lever)).toContain('token-price')
    expect(sensitivityOf(made([{ lever: 'token-price', low: 0.1, high: 2, why: '' }]), context).bars.map(({ lever }) => lever)).not.toContain('token-price')
    expect(sensitivityOf(made([], true), context).bars[0]?.label).toBe('Price of one RENDER')
  })
  test('an equal span in both directions moves a straight line equally', () => {
    for (const bar of sensitivityOf(made([{ lever: 'pay-rate', low: 0.8, high: 1.2, why: '' }], true), context).bars) {
      expect((bar.netAtLow + bar.netAtHigh) / 2, bar.lever).toBeCloseTo(3.7512 + (bundled.tokenUsd('RENDER', at)?.value ?? 0), 9)
    }
  })
  test('what the question moved stays moved', () => {
    const halved = sensitivityOf(made([], true), { ...context, factors: { 'token-price': 0.5 } })
    const bar = halved.bars.find(({ lever }) => lever === 'token-price')
    const price = bundled.tokenUsd('RENDER', at)?.value ?? 0
    expect(halved.expected).toBeCloseTo(3.7512 + price / 2, 9)
    expect(bar?.netAtLow).toBeCloseTo(3.7512 + price / 4, 9)
  })
  test('without an expected net there is none, and why', () => {
    const unknown = gpuTable.byModel('Apple M4')?.model ?? ''
    const rig = readRig({ gpuModel: unknown, gpuCount: 1, gpuTable, networks, markets: bundled, settings: defaultSettings, overrides: {}, at })
    if (!('rows' in rig)) throw new Error('no rows')
    for (const row of rig.rows) {
      const found = sensitivityOf(row, context)
      if (found.expected === null) expect(found).toMatchObject({ bars: [], why: expect.stringMatching(/No figure|not published/) as string })
    }
  })
  test('every row of every card: in order, and the plain verdict names its first bar', () => {
    const words: Record<LeverId, RegExp> = { 'token-price': /price of the token/, utilisation: /given work/, 'pay-rate': /hour of work is paid/, speed: /fast the card/, power: /power the card/, 'usd-per-kwh': /electricity costs/ }
    for (const { model } of gpuTable.rows.filter((_, index) => index % 9 === 0)) {
      for (const estimate of whatIf({ gpuModel: model, gpuCount: 1, gpuTable, networks, markets: bundled, settings: defaultSettings, overrides: {}, at, withSensitivity: true }).estimates) {
        const bars = estimate.sensitivity?.bars ?? []
        const swings = bars.map((bar) => Math.abs(bar.netAtHigh - bar.netAtLow))
        expect(swings).toEqual([...swings].sort((a, b) => b - a))
        const [first] = bars
        if (first && (estimate.net.high ?? 0) >= 0) expect(estimate.plain, `${model} ${estimate.programmeId}`).toMatch(words[first.lever])
      }
    }
  })
})

describe('factors', () => {
  test('of 1 change nothing at all', () => {
    const ask = (factors: Factors) => whatIf({ gpuModel: 'GeForce RTX 4090', gpuCount: 2, gpuTable, networks, markets: bundled, settings: defaultSettings, overrides: {}, at, factors })
    expect(ask(Object.fromEntries(leverIds.map((lever) => [lever, 1])))).toEqual(ask({}))
  })
  test('pay rises with price, use and speed, and falls with power and its price', () => {
    const rises: LeverId[] = ['token-price', 'utilisation', 'pay-rate', 'speed']
    fc.assert(
      fc.property(fc.constantFrom(...leverIds), fc.double({ min: 0, max: 5, noNaN: true }), fc.double({ min: 0, max: 5, noNaN: true }), (lever, one, other) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)]
        const gained = net(made([], true), { [lever]: high }) - net(made([], true), { [lever]: low })
        if (rises.includes(lever)) expect(gained).toBeGreaterThanOrEqual(-1e-9)
        else expect(gained).toBeLessThanOrEqual(1e-9)
      }),
      { numRuns: 60 },
    )
  })
  test('an input that was moved says so and is the user\'s', () => {
    const row = made([], true)
    const moved = estimateProgramme(row.network, row.programme, row.subject, [], { ...context, factors: { 'token-price': 0.5, 'usd-per-kwh': 2, power: 1.5 } })
    expect(moved.inputs.find(({ id }) => id === 'token-price-render')).toMatchObject({ origin: 'user', note: expect.stringMatching(/^halved for this question/) as string })
    expect(moved.inputs.find(({ id }) => id === 'usd-per-kwh')).toMatchObject({ value: 0.3, note: expect.stringMatching(/^doubled/) as string })
    expect(moved.inputs.find(({ id }) => id === 'power-factor')).toMatchObject({ value: 1.5, origin: 'user' })
    for (const line of moved.lines) for (const id of line.inputs) expect(moved.inputs.map((input) => input.id), line.id).toContain(id)
  })
})

describe('wear and corrections', () => {
  test('wear is a line of its own, in the settings\' money, and part of break-even', () => {
    const settings: Settings = { ...defaultSettings, currency: 'EUR', usdPerCurrencyUnit: 1.2, wearPerHour: 0.05 }
    const estimate = estimateProgramme(made().network, made().programme, made().subject, [], { ...context, settings })
    expect(estimate.lines.find(({ id }) => id === 'wear')?.expected).toBeCloseTo(-24 * 0.6 * 0.06, 12)
    expect(estimate.net.expected).toBeCloseTo(3.7512 - 24 * 0.6 * 0.06, 9)
    expect(estimate.breakEven.utilisation).toBeCloseTo(0.072 / (7.92 - 1.548 - 24 * 0.06), 9)
    const byShare = (share: number) => 24 * 0.33 * share - (24 * 0.15 * (450 * share + 20 * (1 - share))) / 1000 - 24 * share * 0.06
    expect(byShare(estimate.breakEven.utilisation ?? 0)).toBeCloseTo(0, 9)
    for (const id of estimate.lines.find((line) => line.id === 'wear')?.inputs ?? []) expect(estimate.inputs.map((input) => input.id)).toContain(id)
    expect(net(made(), {}, { ...defaultSettings, wearPerHour: 0 })).toBe(net(made()))
  })
  test('a correction multiplies income, not costs, is an input, is said, and moves break-even', () => {
    const settings: Settings = { ...defaultSettings, incomeCorrections: { 'example/work': 0.5 } }
    const row = made()
    const estimate = estimateProgramme(row.network, row.programme, row.subject, [], { ...context, settings })
    expect(estimate.net.expected).toBeCloseTo(4.752 / 2 - 1.0008, 9)
    expect(estimate.breakEven.utilisation).toBeCloseTo(0.072 / (3.96 - 1.548), 9)
    expect(estimate.inputs.find(({ id }) => id === 'income-correction')).toMatchObject({ value: 0.5, origin: 'user' })
    expect(estimate.reasons.join(' ')).toMatch(/multiplied by 0\.5/)
    expect(net(row, {}, { ...defaultSettings, incomeCorrections: { 'another/one': 0.5 } })).toBe(net(row))
  })
})

describe('a what-if of a rig', () => {
  const ask = (gpuModel: string, more: { gpuModel: string; gpuCount: number }[] = []) => whatIf({ gpuModel, gpuCount: 1, more, gpuTable, networks, markets: bundled, settings: defaultSettings, overrides: {}, at })
  test('each model is a group; the same model twice is one', () => {
    const { estimates, model } = ask('RTX 4090', [{ gpuModel: 'RTX 3090', gpuCount: 2 }, { gpuModel: '4090', gpuCount: 3 }])
    expect(model).toBe('GeForce RTX 4090')
    expect([...new Set(estimates.map((one) => `${one.gpuCount} × ${one.gpuName}`))].sort()).toEqual(['2 × GeForce RTX 3090', '4 × GeForce RTX 4090'])
  })
  test.each([['A100', 4], ['H100', 3], ['H200', 2], ['V100', 4], ['RTX 3080', 2], ['4060 Ti', 2], ['1060', 2], ['NVIDIA GeForce RTX 3060', 2], ['M3 Max', 2]])('"%s" may be any of %i cards, and none is taken', (typed, count) => {
    const answer = ask(typed)
    expect(answer.ambiguous).toHaveLength(count)
    expect(answer).toMatchObject({ model: null, estimates: [], about: typed })
    for (const model of answer.ambiguous) expect(ask(model).model).toBe(model)
  })
  test.each(['RTX 4090', 'GeForce RTX 3080', '4060 ti 16gb', 'H200 NVL', 'H100 80GB HBM3', 'A100-SXM4-80GB', 'RTX 3090', 'rtx 6000 ada', 'T4'])('"%s" is one card', (typed) => expect(ask(typed).model).not.toBeNull())
  test('a name in the rig that is unknown or unclear is the one that is told', () => {
    expect(ask('RTX 4090', [{ gpuModel: 'RTX 4095', gpuCount: 1 }])).toMatchObject({ model: null, about: 'RTX 4095', nearest: expect.arrayContaining(['GeForce RTX 4090']) as string[] })
    expect(ask('RTX 4090', [{ gpuModel: 'A100', gpuCount: 1 }])).toMatchObject({ model: null, about: 'A100' })
  })
  test('a clock that is years off changes ages, not whether there is an answer', () => {
    for (const moment of [0, Date.UTC(2024, 10, 23), Date.UTC(2028, 10, 23), Date.UTC(2100, 0, 1)]) {
      const { estimates } = whatIf({ gpuModel: 'RTX 4090', gpuCount: 1, gpuTable, networks, markets: bundled, settings: defaultSettings, overrides: {}, at: moment })
      expect(estimates.length).toBeGreaterThan(8)
      const dated = estimates.filter((one) => one.net.expected !== null && one.inputs.some((input) => input.takenAt !== null && input.origin === 'bundled'))
      if (moment > at) for (const one of dated) expect(one.reasons.join(' '), one.programmeId).toMatch(/past their shelf life/)
    }
  })
})
