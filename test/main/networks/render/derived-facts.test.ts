/** The derived JSON facts follow from the full recordings by the method that README.md states. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import availability from '../../../../main/networks/render/availability.json' with { type: 'json' }
import bundled from '../../../../main/networks/render/reward-weeks.json' with { type: 'json' }
import { parseRewardEpochs } from '../../../../main/networks/render/market.ts'
import { bundledWeeks, percentile, predictRate, rateOfWeek, tier3Share } from '../../../../main/networks/render/reward-rate.ts'

const samples = join(import.meta.dirname, '../../../../../shared/data/api-samples')
const epochsFile = join(samples, 'render-liability-epochs-76-87.json')
const paidFile = join(samples, 'render-paid-76-87.json')
const areThere = existsSync(epochsFile) && existsSync(paidFile)

interface Epoch {
  epochId: number
  channel: string
  amountDue: number
  metadataBySolKey: Record<string, { obhUsed: number }>
}
type Paid = Record<string, Record<string, { workRender?: number; availabilityRender?: number }>>

describe('the bundled weeks', () => {
  test('are the rates that were published beside the recordings', () => {
    const published = [0.757, 0.909, 0.784, 0.579, 0.669, 0.432, 1.872, 1.903, 1.046, 1.041, 1.39, 0.7]
    bundled.weeks.forEach((week, index) => expect(Math.abs(week.renderPer1000Obh - (published[index] ?? NaN))).toBeLessThan(0.001))
    expect(bundled.weeks).toHaveLength(12)
  })

  test('the true rate is 1.09 to 1.39 times pool over hours', () => {
    const ratios = bundled.weeks.map((week) => (week.renderPer1000Obh * week.obhTotal) / week.poolRender / 1000)
    expect(Math.min(...ratios)).toBeCloseTo(1.09, 2)
    expect(Math.max(...ratios)).toBeCloseTo(1.39, 2)
    expect(percentile(ratios, 0.5)).toBeCloseTo(1.13, 2)
    expect(tier3Share().expected).toBeGreaterThan(0.2)
  })
})

describe.skipIf(!areThere)('recomputed from the full recordings', () => {
  const raw = areThere ? (JSON.parse(readFileSync(epochsFile, 'utf8')) as { data: { epochs: Epoch[] } }) : { data: { epochs: [] } }
  const { paid } = areThere ? (JSON.parse(readFileSync(paidFile, 'utf8')) as { paid: Paid }) : { paid: {} }

  test.each(bundled.weeks)('week $epochId', (week) => {
    const epoch = raw.data.epochs.find((each) => each.epochId === week.epochId && each.channel === 'node_operator')
    const wallets = Object.entries(epoch?.metadataBySolKey ?? {})
    const ratios = wallets.flatMap(([name, { obhUsed }]) => {
      const work = paid[name]?.[String(week.epochId)]?.workRender
      return work && obhUsed ? [(work / obhUsed) * 1000] : []
    })
    const rate = percentile(ratios, 0.85)
    const hours = wallets.reduce((sum, [, { obhUsed }]) => sum + obhUsed, 0)
    expect(rate).toBeCloseTo(week.renderPer1000Obh, 5)
    expect(hours).toBe(week.obhTotal)
    expect(2 * (1 - ((epoch?.amountDue ?? NaN) / 1e5 / hours) / rate)).toBeCloseTo(week.tier3Share, 4)
  })

  test('availability of the last week', () => {
    const last = Object.values(paid).flatMap((weeks) => weeks['87']?.availabilityRender ?? [])
    const { p10, p50, p90 } = availability.renderPerWalletWeek
    expect([0.1, 0.5, 0.9].map((share) => percentile(last, share).toFixed(4))).toEqual([p10, p50, p90].map((value) => value.toFixed(4)))
    expect(last).toHaveLength(availability.wallets)
  })

  test('the whole recording reads as a market answer, every week exact', () => {
    const { weeks } = parseRewardEpochs(raw)
    expect(weeks.map((week) => rateOfWeek(week)?.isExact)).toEqual(Array.from({ length: 12 }, () => true))
    expect(predictRate(weeks, Date.parse('2026-11-23'))).toEqual(predictRate(bundledWeeks(), Date.parse('2026-11-23')))
  })
})
