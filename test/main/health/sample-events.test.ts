/** What the log of a card's life tells, and what it leaves out. */
import { describe, expect, it } from 'vitest'
import { createSampleEvents } from '../../../main/health/sample-events.ts'
import type { HistoryEvent } from '../../../shared/history.ts'
import type { GpuProcess, GpuSample } from '../../../shared/telemetry.ts'
import { goodSample } from '../../helpers/health.ts'

function watch() {
  const events = createSampleEvents()
  const told: HistoryEvent[] = []
  let steadyMs = 900
  let at = Date.UTC(2026, 10, 23)
  return {
    told,
    /** `id @ second: sentence`, seconds counted from the start. */
    lines: () => told.map((event) => `${event.id} @ ${Math.round((event.at - Date.UTC(2026, 10, 23)) / 1000)}: ${event.sentence}`),
    run(seconds: number, sample: Partial<GpuSample> | string = {}): void {
      for (let second = 0; second < seconds; second++) {
        steadyMs += 1000
        at += 1000
        const isSilent = typeof sample === 'string'
        told.push(...events.take({ at, steadyMs, samples: isSilent ? {} : { 'GPU-1': goodSample(at, sample) }, silent: isSilent ? { 'GPU-1': sample } : {} }))
      }
    },
  }
}
const process = (pid: number, name: string): GpuProcess => ({ pid, name, memoryBytes: null, ours: null })

describe('events of samples', () => {
  it('tell when throttling began and ended, by its reason and length, and not of idling', () => {
    const card = watch()
    card.run(10, { throttle: ['gpu_idle'] })
    card.run(60, { throttle: ['sw_thermal_slowdown'] })
    card.run(20)
    expect(card.lines()).toEqual(['throttle-began @ 11: Slowed down: sw thermal slowdown.', 'throttle-ended @ 70: No longer slowed down (sw thermal slowdown), after 59 s.'])
  })

  it('take short gaps in throttling as one, and leave out what lasts less than five seconds', () => {
    const card = watch()
    card.run(3, { throttle: ['sw_power_cap'] })
    card.run(10)
    for (let time = 0; time < 10; time++) {
      card.run(8, { throttle: ['sw_thermal_slowdown'] })
      card.run(8)
    }
    expect(card.told.map((event) => event.id)).toEqual(['throttle-began'])
  })

  it('do not fill the log with a card that dances around its limit', () => {
    const card = watch()
    for (let time = 0; time < 100; time++) {
      card.run(8, { throttle: ['sw_power_cap'] })
      card.run(16)
    }
    expect(card.told.length).toBeLessThanOrEqual(62)
    expect(card.told.at(-1)?.sentence).toContain('not noted within this hour')
  })

  it('tell of a driver that fell silent and of its return', () => {
    const card = watch()
    card.run(5)
    card.run(8, 'a hiccup')
    card.run(5)
    card.run(30, 'the driver did not answer within 4 s.')
    card.run(2)
    expect(card.lines()).toEqual(['driver-silent @ 19: The driver does not answer for this card: the driver did not answer within 4 s.', 'driver-back @ 49: The driver answers again, after 30 s.'])
  })

  it('tell of memory errors as they rise, corrected ones together, and not of counters that begin again', () => {
    const card = watch()
    card.run(2, { eccCorrected: 50, eccUncorrected: 3 })
    card.run(2, { eccCorrected: 51, eccUncorrected: 3 })
    for (let count = 52; count < 60; count++) card.run(10, { eccCorrected: count, eccUncorrected: 4 })
    card.run(700, { eccCorrected: 59, eccUncorrected: 4 })
    card.run(5, { eccCorrected: 0, eccUncorrected: 0 })
    expect(card.told.map((event) => [event.id, event.sentence])).toEqual([
      ['ecc-corrected', '1 memory error had to be corrected.'],
      ['ecc-uncorrected', '1 memory error could not be corrected: what the card computed then may be wrong.'],
      ['ecc-corrected', '8 memory errors had to be corrected.'],
    ])
  })

  it('tell of Xids, and of the memory some of them take out of use', () => {
    const card = watch()
    card.run(1, { incidents: [{ kind: 'xid', code: 31, sentence: 'Xid 31: a program read memory it has not.' }, { kind: 'xid', code: 63, sentence: 'Xid 63: a row is remapped.' }] })
    expect(card.told.map((event) => event.id)).toEqual(['xid', 'xid', 'memory-retired'])
  })

  it('tell of a link that narrows under load, once, and not of an idle one', () => {
    const card = watch()
    card.run(20)
    card.run(20, { utilisation: 0, pcieLanes: 1 })
    card.run(30, { pcieLanes: 4 })
    expect(card.lines()).toEqual(['pcie-narrowed @ 41: Under load its PCIe link is x4; it was x16 before.'])
  })

  it('tell of processes that stay ten seconds, and not of those that were there, or that pass', () => {
    const card = watch()
    card.run(5, { processes: [process(1, 'Xorg')] })
    card.run(3, { processes: [process(1, 'Xorg'), process(7, 'ls')] })
    card.run(60, { processes: [process(1, 'Xorg'), process(8, 'python3')] })
    card.run(20, { processes: [] })
    expect(card.lines()).toEqual([
      'process-came @ 9: python3 (process 8) began to use the card.',
      'process-went @ 68: Xorg (process 1) no longer uses the card, after at least 1 min.',
      'process-went @ 68: python3 (process 8) no longer uses the card, after 59 s.',
    ])
  })

  it('do not take an unknown list of processes for an empty one', () => {
    const card = watch()
    card.run(15, { processes: [process(1, 'Xorg')] })
    card.run(60, { processes: [], unknown: { processes: 'not allowed' } })
    card.run(15, { processes: [process(1, 'Xorg')] })
    expect(card.told).toEqual([])
  })
})
