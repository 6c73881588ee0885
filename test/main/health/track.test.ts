/** Laws of every alert's life, whatever the readings: tried against series of looks that fast-check thinks of. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bad, between, clear, defineRule, unknown } from '../../../main/health/rule.ts'
import { criticalMore, messagesAnHour } from '../../../main/health/telling.ts'
import { follow, newTrack, rank } from '../../../main/health/track.ts'
import type { AlertSeverity } from '../../../shared/health.ts'
import type { GpuSample } from '../../../shared/telemetry.ts'
import { card, openHealth } from '../../helpers/health.ts'

type Say = 'bad' | 'worse' | 'between' | 'clear' | 'unknown'
interface Look {
  at: number
  steadyMs: number
  say: Say
}

const beginAfterMs = 20_000
const endAfterMs = 60_000
const rule = defineRule<Look>({
  id: 'rule',
  beginAfterMs,
  endAfterMs,
  judge({ say }) {
    if (say === 'bad' || say === 'worse') return bad({ severity: say === 'bad' ? 'warning' : 'critical', title: 'T', sentence: 'S.', remedy: 'R.', evidence: [{ label: 'L', value: say }] })
    return { between, clear, unknown }[say]
  },
})

/** Looks one to fifteen seconds apart, by a wall clock that may jump by days either way. */
const looks = fc
  .array(fc.record({ say: fc.constantFrom<Say>('bad', 'bad', 'worse', 'between', 'clear', 'clear', 'unknown'), stepMs: fc.integer({ min: 1, max: 15_000 }), jumpMs: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.integer({ min: -200_000_000, max: 200_000_000 })), times: fc.integer({ min: 1, max: 12 }) }), { maxLength: 60 })
  .map((parts) => {
    let steadyMs = 0
    let at = Date.UTC(2026, 10, 23)
    return parts.flatMap(({ say, stepMs, jumpMs, times }) => {
      at += jumpMs
      return Array.from({ length: times }, (): Look => ({ say, steadyMs: (steadyMs += stepMs), at: (at += stepMs) }))
    })
  })

interface Change {
  change: 'began' | 'worse' | 'ended'
  steadyMs: number
  severity: AlertSeverity
  since: number
  until: number | null
}

function live(series: readonly Look[]): Change[] {
  let track = newTrack(0)
  const changes: Change[] = []
  for (const look of series) {
    const step = follow(rule, track, look, { gpuId: 'GPU-1', gpuName: null })
    track = step.track
    if (step.alert && step.alert.evidence.length > 20) throw new Error('too much evidence')
    if (step.alert && (step.change === 'began' || step.change === 'worse' || step.change === 'ended')) changes.push({ change: step.change, steadyMs: look.steadyMs, severity: step.alert.severity, since: step.alert.since, until: step.alert.until })
  }
  return changes
}

describe('an alert’s life', () => {
  it('begins before it ends, begins again only after that, and never ends before it began', () => {
    fc.assert(
      fc.property(looks, (series) => {
        let isOpen = false
        for (const { change, since, until } of live(series)) {
          expect(isOpen).toBe(change !== 'began')
          isOpen = change !== 'ended'
          expect(until === null).toBe(isOpen)
          if (until !== null) expect(until).toBeGreaterThanOrEqual(since)
        }
      }),
    )
  })

  it('never flaps faster than its hold-offs', () => {
    fc.assert(
      fc.property(looks, (series) => {
        const changes = live(series).filter((one) => one.change !== 'worse')
        for (const [index, one] of changes.entries()) {
          const before = changes[index - 1]
          if (before) expect(one.steadyMs - before.steadyMs).toBeGreaterThanOrEqual(one.change === 'began' ? beginAfterMs : endAfterMs)
        }
      }),
    )
  })

  it('only grows more severe while it lasts', () => {
    fc.assert(
      fc.property(looks, (series) => {
        let worst = -1
        for (const { change, severity } of live(series)) {
          if (change === 'began') worst = -1
          expect(rank(severity)).toBeGreaterThanOrEqual(worst)
          worst = rank(severity)
        }
      }),
    )
  })

  it('does not begin without having been bad for the whole hold-off, and does not care about the wall clock', () => {
    fc.assert(
      fc.property(looks, (series) => {
        const began = live(series).filter((one) => one.change === 'began')
        for (const one of began) {
          const bads = series.filter((look) => look.steadyMs <= one.steadyMs && (look.say === 'bad' || look.say === 'worse'))
          expect((bads.at(-1)?.steadyMs ?? 0) - (bads[0]?.steadyMs ?? 0)).toBeGreaterThanOrEqual(beginAfterMs)
        }
        const straight = series.map((look) => ({ ...look, at: look.steadyMs }))
        expect(live(straight).map((one) => [one.change, one.steadyMs])).toEqual(live(series).map((one) => [one.change, one.steadyMs]))
      }),
    )
  })
})

describe('sixteen cards with odd readings', () => {
  const odd = fc.record(
    {
      temperatureC: fc.option(fc.oneof(fc.integer({ min: -40, max: 120 }), fc.constant(Number.NaN))),
      memoryC: fc.option(fc.integer({ min: -40, max: 130 })),
      utilisation: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
      powerW: fc.option(fc.integer({ min: 0, max: 1200 })),
      powerLimitW: fc.option(fc.integer({ min: 0, max: 1200 })),
      memoryUsedBytes: fc.option(fc.integer({ min: 0, max: 4e12 })),
      memoryTotalBytes: fc.option(fc.integer({ min: 0, max: 4e12 })),
      throttle: fc.option(fc.array(fc.constantFrom('gpu_idle', 'sw_power_cap', 'hw_thermal_slowdown', 'TEMP_HOTSPOT', 'PPT0', 'reason_pl1', 'something new', ''))),
      fans: fc.array(fc.record({ share: fc.option(fc.double({ min: 0, max: 1, noNaN: true })), rpm: fc.option(fc.integer({ min: 0, max: 9000 })) }), { maxLength: 4 }),
      eccCorrected: fc.option(fc.integer({ min: 0, max: 1e9 })),
      eccUncorrected: fc.option(fc.integer({ min: 0, max: 5 })),
      pcieLanes: fc.option(fc.constantFrom(0, 1, 4, 8, 16)),
      pcieGeneration: fc.option(fc.integer({ min: 0, max: 6 })),
      incidents: fc.array(fc.record({ kind: fc.constant('xid' as const), code: fc.integer({ min: 1, max: 200 }), sentence: fc.constant('An Xid.') }), { maxLength: 2 }),
    } satisfies { [Key in keyof GpuSample]?: unknown },
    { requiredKeys: [] },
  )

  it('never break the watch: one alert at most for each rule and card, sentences whole, messages few', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(fc.oneof(odd, fc.constant('silent')), { minLength: 16, maxLength: 16 }), { minLength: 1, maxLength: 8 }), async (turns) => {
        const house = openHealth()
        house.cards = Array.from({ length: 16 }, (_one, index) => card({ id: `GPU-${index}`, uuid: `GPU-${index}`, pciAddress: `0000:${index.toString(16).padStart(2, '0')}:00.0` }))
        for (const samples of turns) await house.run(30, Object.fromEntries(samples.map((sample, index) => [`GPU-${index}`, sample])))
        const { open, ended } = house.state()
        expect(new Set(open.map((alert) => alert.id)).size).toBe(open.length)
        for (const alert of [...open, ...ended]) expect(`${alert.title} ${alert.sentence} ${alert.remedy}`).not.toMatch(/NaN|undefined|null|Infinity|\[object/)
        for (const alert of ended) expect(house.events.some((event) => event.id === 'alert-began' && event.at === alert.since)).toBe(true)
        expect(house.shown.length).toBeLessThanOrEqual(messagesAnHour + criticalMore)
        expect(house.logged).toEqual([])
        await house.health.stop()
      }),
      { numRuns: 15 },
    )
  }, 60_000)
})
