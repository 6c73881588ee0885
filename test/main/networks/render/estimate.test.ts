/** What the programmes say they would pay, and how sure they are. */
import { describe, expect, test } from 'vitest'
import { estimateCompute, estimateRendering, estimateSalad } from '../../../../main/networks/render/estimate.ts'
import { availabilityPenalty, workRenderPerWeek } from '../../../../main/networks/render/estimate-rendering.ts'
import type { RenderMarket } from '../../../../main/networks/render/market.ts'
import { multiplierOf } from '../../../../main/networks/render/multiplier.ts'
import { scoreOf, scorePerTflops } from '../../../../main/networks/render/octanebench.ts'
import { rewardYearAt } from '../../../../main/networks/render/reward-year.ts'
import type { Economics } from '../../../../shared/earnings.ts'
import { cardOf, input, subjectOf } from './subject.ts'

const line = (economics: Economics, id: string) => economics.lines.find((each) => each.id === id)?.usdPerDay
const value = (economics: Economics, id: string) => economics.inputs.find((each) => each.id === id)?.value

describe('rendering node', () => {
  test('an RTX 4090: score cited, the worked example of the README', () => {
    const economics = estimateRendering(subjectOf('RTX 4090'))
    expect(value(economics, 'octanebench-score')).toBe(1274)
    expect(line(economics, 'paid-work')?.expected).toBeCloseTo(3.1043, 4)
    expect(line(economics, 'availability')?.expected).toBeCloseTo((16.1 * 2.01) / 7, 4)
    expect(economics.confidence).toBe('low')
    expect(economics.busy).toEqual({ cautious: 0.02, expected: 0.06, hopeful: 0.25 })
  })

  test('for the break-even: the work\'s pay at all hours, and availability as what comes without work', () => {
    const economics = estimateRendering(subjectOf('RTX 4090'))
    expect((economics.payWhenAlwaysBusy ?? NaN) * 0.06).toBeCloseTo(line(economics, 'paid-work')?.expected ?? NaN, 9)
    expect(economics.payWithoutWork).toBe(line(economics, 'availability')?.expected)
  })

  test('a score is inferred from our own measurement with a band of 35 %, and marked', () => {
    const economics = estimateRendering(subjectOf('RTX 3090', { measured: () => input('measured-fp32', 35_000, 'GFLOP/s') }))
    expect(value(economics, 'octanebench-score')).toBeCloseTo(35 * scorePerTflops(), 6)
    expect(value(economics, 'octanebench-score-low')).toBeCloseTo(35 * scorePerTflops() * 0.65, 6)
    expect(economics.inputs.find((each) => each.id === 'octanebench-score')).toMatchObject({ origin: 'assumed', confidence: 'low' })
    expect(economics.reasons.join(' ')).toContain('± 35 %')
  })

  test('an imported score beats the published one and the inferred one, and narrows the band', () => {
    const imported = (version: string | null) => ({ octaneScore: { input: input('octanebench-imported', 650, 'OctaneBench'), version } })
    for (const model of ['RTX 4090', 'RTX 3090']) {
      const economics = estimateRendering(subjectOf(model, { measured: () => input('measured-fp32', 35_000, 'GFLOP/s'), ...imported('2020.1.5') }))
      expect(value(economics, 'octanebench-imported')).toBe(650)
      expect(value(economics, 'octanebench-score')).toBeUndefined()
      expect(economics.reasons.join(' ')).toContain('± 3 %')
    }
    expect(scoreOf(subjectOf('RTX 3090', imported(null)))).toMatchObject({ how: 'imported', octaneBench: { cautious: 650 * 0.97, expected: 650, hopeful: 650 * 1.03 } })
  })

  test('a score of before OctaneBench 2020 is on another scale and not used', () => {
    expect(scoreOf(subjectOf('RTX 3090', { octaneScore: { input: input('octanebench-imported', 650, 'OctaneBench'), version: '4.00c' } }))).toMatchObject({ how: 'board-facts' })
  })

  test('without a measurement the board facts give a wider band', () => {
    const score = scoreOf(subjectOf('RTX 3090'))
    expect(score).toMatchObject({ how: 'board-facts' })
    expect((score.octaneBench?.hopeful ?? NaN) / (score.octaneBench?.expected ?? NaN)).toBeCloseTo(1.5, 9)
  })

  test.each([0, -3, NaN, Infinity])('a measurement of %s GFLOP/s is no measurement', (gflops) => {
    expect(scoreOf(subjectOf('RTX 3090', { measured: () => input('measured-fp32', gflops, 'GFLOP/s') }))).toMatchObject({ how: 'board-facts' })
  })

  test('the laptop card is not the desktop card, and a slice of a card is neither', () => {
    expect(scoreOf(subjectOf('RTX 4090 Laptop GPU')).octaneBench?.expected).toBe(776.9)
    const slice = cardOf('GeForce RTX 4090', { name: 'NVIDIA A100-SXM4-40GB MIG 1g.5gb', model: null, facts: null })
    expect(scoreOf(subjectOf('RTX 4090', { card: slice })).octaneBench).toBeNull()
  })

  test('a score of OctaneBench 4 is not used', () => {
    expect(scoreOf(subjectOf('GTX 1080 Ti'))).toMatchObject({ how: 'board-facts' })
  })

  test('tier 2 begins above 300', () => {
    expect(workRenderPerWeek(300, 1, 1)).toBeCloseTo((300 * 168) / 1000 / 2, 9)
    expect(workRenderPerWeek(301, 1, 1)).toBeCloseTo((301 * 168) / 1000, 9)
  })

  test('the penalty lowers every node from the fourth on', () => {
    const totals = [1, 2, 3, 4, 5, 6].map((nodes) => (nodes * availabilityPenalty(nodes)).toFixed(2))
    expect(totals).toEqual(['1.00', '2.00', '3.00', '2.09', '1.36', '0.85'])
  })

  test('two cards share the availability of their machine, and it is said', () => {
    const one = estimateRendering(subjectOf('RTX 3090'))
    const two = estimateRendering(subjectOf('RTX 3090', { count: 2 }))
    expect((line(two, 'availability')?.expected ?? NaN) * 2).toBeCloseTo(line(one, 'availability')?.expected ?? NaN, 9)
    expect(line(two, 'paid-work')).toEqual(line(one, 'paid-work'))
    expect(two.reasons.join(' ')).toContain('divided by its 2 cards')
  })

  test('the last day of the reward year still counts; the day after, confidence is none and the reason leads', () => {
    const last = estimateRendering(subjectOf('RTX 4090', { at: Date.parse('2026-12-19T23:59:59Z') }))
    const after = estimateRendering(subjectOf('RTX 4090', { at: Date.parse('2026-12-20T00:00:00Z') }))
    expect(last.confidence).toBe('low')
    expect(last.reasons.join(' ')).toContain('ends on 2026-12-19')
    expect(after.confidence).toBe('none')
    expect(after.reasons[0]).toContain('ended on 2026-12-19')
    expect(line(after, 'paid-work')).toEqual(line(last, 'paid-work'))
    expect(rewardYearAt(Date.parse('2025-12-19T12:00:00Z')).isKnown).toBe(true)
  })

  test.each([
    ['no price of RENDER', subjectOf<RenderMarket>('RTX 4090', { tokenUsd: () => null }), /price of the RENDER token/],
    ['a card of another maker', subjectOf<RenderMarket>('RX 7900 XTX'), /NVIDIA cards alone/],
    ['a card without any facts', subjectOf<RenderMarket>('RTX 4090', { card: cardOf('RTX 4090', { name: 'Mystery', model: null, facts: null }) }), /Measure the card/],
    ['a day before any known week', subjectOf<RenderMarket>('RTX 4090', { at: Date.parse('2025-05-30') }), /No week is known/],
  ])('%s: no figure, and why', (_what, subject, sentence) => {
    const economics = estimateRendering(subject)
    expect(economics.busy).toEqual({ cautious: null, expected: null, hopeful: null })
    expect(economics.reasons[0]).toMatch(sentence)
    expect(economics.confidence).toBe('none')
  })

  test('every input that a line names is there', () => {
    for (const economics of [estimateRendering(subjectOf('RTX 3090')), estimateCompute(subjectOf('RTX 3090'))]) {
      const ids = new Set(economics.inputs.map((each) => each.id))
      for (const each of economics.lines) for (const id of each.inputs) expect(ids).toContain(id)
      expect(ids.size).toBe(economics.inputs.length)
    }
  })
})

describe('compute node', () => {
  test.each([
    ['RTX 4090', 1], ['RTX 5090', 1.45], ['RTX 3090', 0.87], ['RTX 3060', 0.53], ['H200', 5], ['H100 PCIe', 4], ['A100 SXM4 80 GB', 3.5], ['L40', 2.5], ['L4', 1.5], ['Tesla T4', 1.2], ['MI300X', 4],
  ])('the multiplier of %s is %s', (model, expected) => {
    expect(Math.abs((multiplierOf(cardOf(model)).value ?? NaN) - expected)).toBeLessThan(0.005)
  })

  test.each(['L40S', 'MI300A', 'RTX A6000', 'RX 7900 XTX', 'RTX 4080 SUPER'])('%s has no published multiplier: no figure, and why', (model) => {
    const economics = estimateCompute(subjectOf(model))
    expect(economics.busy.expected).toBeNull()
    expect(economics.reasons[0]).toMatch(/multiplier|names this card/)
  })

  test('a listed card without its board facts has no figure', () => {
    const economics = estimateCompute(subjectOf('RTX 3060', { card: cardOf('RTX 3060', { facts: null, memoryBytes: null }) }))
    expect(economics.busy.expected).toBeNull()
    expect(economics.reasons[0]).toContain('memory, boost clock, memory bandwidth')
  })

  test('2, 6 + 10 m × 0.02 and 6 + 25 m × 0.10 RENDER a week', () => {
    const economics = estimateCompute(subjectOf('RTX 4090'))
    const weekly = (['cautious', 'expected', 'hopeful'] as const).map((name) => (((line(economics, 'paid-work')?.[name] ?? NaN) + (line(economics, 'availability')?.[name] ?? NaN)) * 7) / 2.01)
    expect(weekly[0]).toBeCloseTo(2, 9)
    expect(weekly[1]).toBeCloseTo(6.2, 9)
    expect(weekly[2]).toBeCloseTo(8.5, 9)
  })

  test('the first 100 USD are held back, in RENDER at today\'s price', () => {
    expect(estimateCompute(subjectOf('RTX 4090')).capital[0]).toMatchObject({ asset: 'RENDER', usd: 100, amount: 100 / 2.01 })
    expect(estimateCompute(subjectOf('RTX 4090', { tokenUsd: () => null })).capital[0]).toMatchObject({ usd: 100, amount: null })
  })
})

test('Salad: no rate, so no figure', () => {
  const economics = estimateSalad()
  expect(economics.busy).toEqual({ cautious: null, expected: null, hopeful: null })
  expect(economics.reasons[0]).toContain('publishes no rate')
})
