/** What a question moves in this network's estimates: utilisation, pay and speed, and nothing else. */
import { describe, expect, test } from 'vitest'
import type { LeverId } from '../../../../shared/earnings.ts'
import { estimateCompute, estimateRendering } from '../../../../main/networks/render/estimate.ts'
import type { RenderMarket } from '../../../../main/networks/render/market.ts'
import { subjectOf } from './subject.ts'

const estimates = { rendering: estimateRendering, compute: estimateCompute }
type Which = keyof typeof estimates

function at(which: Which, lever: LeverId | null, factor: number, model = 'GeForce RTX 4090') {
  return estimates[which](subjectOf<RenderMarket>(model, { factor: (one) => (one === lever ? factor : 1) }))
}
const line = (which: Which, id: string, lever: LeverId | null, factor: number, model?: string): number => at(which, lever, factor, model).lines.find((one) => one.id === id)?.usdPerDay.expected ?? NaN

describe.each<Which>(['rendering', 'compute'])('%s', (which) => {
  const work = line(which, 'paid-work', null, 1)
  const standby = line(which, 'availability', null, 1)

  test('utilisation moves the work and the share busy, and that stays at most 1', () => {
    expect(line(which, 'paid-work', 'utilisation', 2)).toBeCloseTo(2 * work, 9)
    expect(line(which, 'availability', 'utilisation', 2)).toBe(standby)
    expect(at(which, 'utilisation', 1000).busy.expected).toBe(1)
    expect(at(which, 'utilisation', 0).busy).toEqual({ cautious: 0, expected: 0, hopeful: 0 })
  })
  test('pay moves the work and being available', () => {
    expect(line(which, 'paid-work', 'pay-rate', 0.5)).toBeCloseTo(work / 2, 9)
    expect(line(which, 'availability', 'pay-rate', 0.5)).toBeCloseTo(standby / 2, 9)
  })
  test('speed moves the work alone', () => {
    expect(line(which, 'paid-work', 'speed', 1.5)).toBeCloseTo(1.5 * work, 9)
    expect(line(which, 'availability', 'speed', 1.5)).toBe(standby)
  })
  test('what the caller moves is not moved twice', () => {
    for (const lever of ['token-price', 'power', 'usd-per-kwh'] as const) expect(line(which, 'paid-work', lever, 3)).toBe(work)
  })
  test('the inputs say what was reckoned with', () => {
    const moved = at(which, 'utilisation', 2).inputs.find((input) => input.id === 'busy-share')
    const usual = at(which, null, 1).inputs.find((input) => input.id === 'busy-share')
    expect(moved?.value).toBeCloseTo(2 * (usual?.value ?? NaN), 12)
    expect(moved?.note?.startsWith('doubled for this question')).toBe(true)
    expect(moved?.origin).toBe('user')
    expect(at(which, 'utilisation', 1e6).inputs.every((input) => !input.unit.startsWith('share') || (input.value ?? 0) <= 1)).toBe(true)
  })
  test('work at full load does not grow with utilisation, which break-even looks for', () => {
    expect(at(which, 'utilisation', 3).payWhenAlwaysBusy).toBe(at(which, null, 1).payWhenAlwaysBusy)
  })
  test('spans hold the usual between their ends', () => {
    const { spans = [] } = at(which, null, 1)
    expect(spans.map((span) => span.lever).sort()).toEqual(['pay-rate', 'speed', 'utilisation'])
    for (const { low, high } of spans) expect(low <= 1 && high >= 1).toBe(true)
  })
})

test('twice as fast may be more than twice the pay: out of tier 3', () => {
  const usual = line('rendering', 'paid-work', null, 1, 'GeForce RTX 2070')
  expect(line('rendering', 'paid-work', 'speed', 2, 'GeForce RTX 2070')).toBeCloseTo(4 * usual, 9)
})
