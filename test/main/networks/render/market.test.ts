/** Reward epochs as the network publishes them, and as nobody should. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseRewardEpochs, renderMarket, type RenderMarket } from '../../../../main/networks/render/market.ts'
import { MarketMisfit } from '../../../../main/networks/network.ts'
import { predictBand } from '../../../../main/networks/render/rate-band.ts'
import { predictRate, tier3Share } from '../../../../main/networks/render/reward-rate.ts'
import { estimateRendering } from '../../../../main/networks/render/estimate.ts'
import { readingOf, subjectOf } from './subject.ts'

const root = join(import.meta.dirname, '../../../..')
const recorded = readFileSync(join(root, 'main/networks/render/fixtures/liability-epochs.json'), 'utf8')
const bundled = JSON.parse(readFileSync(join(root, 'resources/market/render.json'), 'utf8')) as { answer: unknown }

interface RawEpoch {
  epochId: number
  channel: string
  start: string
  end: string
  amountDue: number
  metadataBySolKey: Record<string, { obhUsed?: number | null } | null> | null
}
const rawEpochs = (): RawEpoch[] => (JSON.parse(recorded) as { data: { epochs: RawEpoch[] } }).data.epochs
const answerOf = (epochs: unknown) => ({ data: { epochs }, timestamp: '2026-09-10T00:00:00.000Z', success: true })
const renderingEpoch = (epochId: number, obhUsed: number | null, amountDue = 1.5e12): RawEpoch => {
  const start = Date.parse('2026-01-07') + (epochId - 100) * 7 * 86_400_000
  return {
    epochId, channel: 'node_operator', amountDue, start: new Date(start).toISOString(), end: new Date(start + 7 * 86_400_000).toISOString(),
    metadataBySolKey: obhUsed === null ? {} : { w1: { obhUsed } },
  }
}
const at = Date.parse('2026-11-23T12:00:00Z')

describe('reading the epochs', () => {
  test('weeks come oldest first, with pay in RENDER and the hours of all wallets', () => {
    const { weeks } = parseRewardEpochs(JSON.parse(recorded))
    expect(weeks.map((week) => [week.epochId, week.poolRender, week.obhTotal])).toEqual([
      [75, 15_000, null], [138, 15_000, 10e6], [139, 15_000, 30e6], [140, 15_000, 15e6], [141, 15_000, 12.5e6],
    ])
  })

  test('the bundled snapshot reads, and gives the exact rates of its twelve weeks', () => {
    const market = renderMarket.parse(bundled.answer)
    const rate = predictRate(market.weeks, at)
    expect(rate?.exactWeeks).toBe(12)
    expect(rate?.perThousand.expected).toBeCloseTo(0.8418, 4)
  })

  test('a week given twice counts once, whatever the order', () => {
    const twice = [...rawEpochs(), ...rawEpochs()]
    expect(parseRewardEpochs(answerOf(twice))).toEqual(parseRewardEpochs(answerOf([...twice].reverse())))
    expect(parseRewardEpochs(answerOf(twice)).weeks).toHaveLength(5)
  })

  test.each([
    ['not an object', 7, /whole answer/],
    ['no data', {}, /data/],
    ['epochs that are no list', answerOf({}), /data\.epochs/],
    ['an empty list', answerOf([]), /empty/],
    ['an answer that reports a failure', { ...answerOf([renderingEpoch(100, 1e7)]), success: false }, /success is false/],
    ['no epoch of the rendering channel', answerOf(rawEpochs().filter((epoch) => epoch.channel !== 'node_operator')), /node_operator/],
    ['an epoch without a channel', answerOf([{ ...rawEpochs()[0], channel: undefined }]), /data\.epochs\.0\.channel/],
    ['a negative amount', answerOf([{ ...rawEpochs()[0], amountDue: -1 }]), /data\.epochs\.0\.amountDue/],
    ['an infinite amount (1e400)', answerOf([{ ...rawEpochs()[0], amountDue: Infinity }]), /amountDue/],
    ['more RENDER than there is', answerOf([{ ...rawEpochs()[0], amountDue: 1e18 }]), /amountDue/],
    ['negative hours', answerOf([{ ...rawEpochs()[0], metadataBySolKey: { w1: { obhUsed: -5 } } }]), /metadataBySolKey\.w1\.obhUsed/],
    ['hours as text', answerOf([{ ...rawEpochs()[0], metadataBySolKey: { w1: { obhUsed: '5' } } }]), /obhUsed/],
    ['a date that is none', answerOf([{ ...rawEpochs()[0], end: 'soon' }]), /data\.epochs\.0\.end/],
    ['an end before the start', answerOf([{ ...rawEpochs()[0], end: '2020-01-01' }]), /before it starts/],
  ])('refuses %s with a sentence', (_what, raw, sentence) => {
    expect(() => parseRewardEpochs(raw)).toThrow(MarketMisfit)
    expect(() => parseRewardEpochs(raw)).toThrow(sentence)
  })
})

describe('weeks → rate', () => {
  const rateOf = (epochs: RawEpoch[], when = at) => predictRate(parseRewardEpochs(answerOf(epochs)).weeks, when)

  test('all known weeks count, in whatever order they come', () => {
    const epochs = Array.from({ length: 20 }, (_, index) => renderingEpoch(100 + index, index < 8 ? 1e6 : 10e6))
    const rate = rateOf(epochs)
    expect(rate?.weeks).toBe(20)
    expect((rate?.greatest ?? NaN) / (rate?.least ?? NaN)).toBeCloseTo(10, 9)
    expect(rateOf([...epochs].reverse())).toEqual(rate)
  })

  test('the further ahead of the newest week, the wider the band', () => {
    const epochs = Array.from({ length: 12 }, (_, index) => renderingEpoch(100 + index, 10e6 * 1.5 ** (index % 3)))
    const end = Date.parse(epochs.at(-1)?.end ?? '')
    const widthAt = (days: number): number => {
      const { cautious, hopeful } = rateOf(epochs, end + days * 86_400_000)?.perThousand ?? { cautious: 1, hopeful: NaN }
      return hopeful / cautious
    }
    expect(rateOf(epochs, end)?.weeksAhead).toBe(1)
    expect(rateOf(epochs, end + 7 * 86_400_000)?.weeksAhead).toBe(2)
    expect(widthAt(20)).toBeGreaterThan(widthAt(0))
    expect(widthAt(400)).toBeGreaterThan(widthAt(20))
    expect(widthAt(800) / widthAt(400)).toBeLessThan(1.05)
  })

  test('weeks known by totals alone widen the band by what their rates may be off', () => {
    const hours = [10e6, 14e6, 9e6, 20e6, 12e6, 11e6, 17e6, 8e6]
    const epochs = hours.map((each, index) => renderingEpoch(100 + index, each))
    const rate = rateOf(epochs, Date.parse(epochs.at(-1)?.end ?? ''))
    const sure = predictBand(hours.map((each, week) => ({ week, rate: 1 / each })), hours.length)
    const share = tier3Share()
    expect(rate?.exactWeeks).toBe(0)
    expect((rate?.perThousand.hopeful ?? NaN) / (rate?.perThousand.cautious ?? NaN)).toBeCloseTo(((sure?.high ?? NaN) / (sure?.low ?? NaN)) * ((1 - share.cautious / 2) / (1 - share.hopeful / 2)), 6)
  })

  test('weeks without hours or pay are no weeks; without any there is no rate', () => {
    expect(rateOf([renderingEpoch(100, 0), renderingEpoch(101, null), renderingEpoch(102, 5e6, 0), renderingEpoch(103, 5e-324)])).toBeNull()
    expect(rateOf([renderingEpoch(100, 0), renderingEpoch(101, 12e6)])?.weeks).toBe(1)
  })

  test('a week that is not over yet does not count', () => {
    const epochs = [renderingEpoch(100, 10e6), renderingEpoch(101, 1e5)]
    expect(rateOf(epochs, Date.parse(epochs[1]?.start ?? '') + 1000)?.weeks).toBe(1)
  })

  test('a bundled week with other hours than the bundled ones is not taken for exact', () => {
    const answer = structuredClone(bundled.answer) as { data: { epochs: RawEpoch[] } }
    for (const epoch of answer.data.epochs) for (const wallet of Object.values(epoch.metadataBySolKey ?? {})) if (wallet?.obhUsed) wallet.obhUsed *= 2
    const rate = predictRate(parseRewardEpochs(answer).weeks, at)
    expect(rate?.exactWeeks).toBe(0)
    expect(rate?.perThousand.expected ?? NaN).toBeLessThan(0.6)
  })

  test('twice the work on the network halves the pay of an hour', () => {
    const one = rateOf([renderingEpoch(100, 10e6)])
    const two = rateOf([renderingEpoch(100, 20e6)])
    expect((two?.perThousand.expected ?? NaN) * 2).toBeCloseTo(one?.perThousand.expected ?? NaN, 9)
  })
})

describe('whatever the epochs are', () => {
  const anyEpoch = fc.record({
    epochId: fc.integer({ min: 60, max: 100 }),
    channel: fc.constantFrom('node_operator', 'node_operator', 'availability', 'upgrade'),
    amountDue: fc.oneof(fc.double({ min: 0, max: 1e13, noNaN: true }), fc.constant(0)),
    obh: fc.array(fc.oneof(fc.double({ min: 0, max: 1e8, noNaN: true }), fc.constant(null), fc.constant(0)), { maxLength: 4 }),
  })

  test('the band is ordered and free of NaN, or there is none and a reason', () => {
    fc.assert(fc.property(fc.array(anyEpoch, { maxLength: 40 }), fc.integer({ min: 1, max: 8 }), (drawn, count) => {
      const epochs = drawn.map(({ obh, ...epoch }) => ({
        ...renderingEpoch(epoch.epochId, 0), ...epoch, metadataBySolKey: Object.fromEntries(obh.map((hours, index) => [`w${index}`, { obhUsed: hours }])),
      }))
      let market: RenderMarket
      try {
        market = parseRewardEpochs(answerOf(epochs))
      } catch (error) {
        expect(error).toBeInstanceOf(MarketMisfit)
        return
      }
      const economics = estimateRendering(subjectOf('RTX 4090', { market: readingOf(market), count }))
      expect(economics.reasons[0]).toBeTruthy()
      for (const { usdPerDay } of economics.lines) {
        const { cautious, expected, hopeful } = usdPerDay
        if (cautious === null || expected === null || hopeful === null) continue
        expect([cautious, expected, hopeful].every(Number.isFinite)).toBe(true)
        expect(cautious).toBeLessThanOrEqual(expected)
        expect(expected).toBeLessThanOrEqual(hopeful)
      }
      if (economics.lines.length === 0) expect(economics.busy.expected).toBeNull()
    }), { numRuns: 500 })
  })
})
