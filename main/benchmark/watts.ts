/** The card's watts while it waits and while it works, and what held it back meanwhile, from the samples of one run. */
import type { HeldBack } from '../../shared/benchmark.ts'
import type { GpuSample } from '../../shared/telemetry.ts'
import { heldBackOf } from './held-back.ts'

/** A card's own power figure lags: samples so soon after work began or ended belong to neither. */
const settleMs = 1000
/** Above this utilisation somebody else was using the card, and "waiting" would be a wrong word. */
const busyUtilisation = 0.1

export interface WattsRecorder {
  take(sample: GpuSample): void
  /** Work begins, or ends, at this time (ms since epoch). */
  mark(what: 'waiting' | 'working' | 'neither', at: number): void
  /** Of the work that began last: mean watts (null: not readable, or too short to tell) and what held it back. */
  lastWork(): { workW: number | null; heldBack: HeldBack[] }
  /** null: no sample had watts. */
  means(): { power: { workW: number | null; waitW: number | null } | null; reasons: string[] }
}

/** Pure but for what it collects. */
export function createWattsRecorder(): WattsRecorder {
  let now: { what: 'waiting' | 'working' | 'neither'; since: number } = { what: 'neither', since: 0 }
  const waiting: number[] = []
  const working: number[] = []
  let lastWork: GpuSample[] = []
  let busiest = 0
  let isReadable = false

  return {
    take(sample) {
      const isWorking = now.what === 'working' && sample.takenAt >= now.since + settleMs
      if (isWorking) lastWork.push(sample)
      if (sample.powerW === null) return
      isReadable = true
      // A reader may hand over what it had already.
      if (now.what === 'waiting' && sample.takenAt >= now.since) {
        busiest = Math.max(busiest, sample.utilisation ?? 0)
        waiting.push(sample.powerW)
      }
      if (isWorking) working.push(sample.powerW)
    },
    mark(what, at) {
      now = { what, since: at }
      if (what === 'working') lastWork = []
    },
    lastWork: () => ({ workW: mean(lastWork.flatMap(({ powerW }) => (powerW === null ? [] : [powerW]))), heldBack: heldBackOf(lastWork.map(({ throttle }) => throttle)) }),
    means() {
      if (!isReadable) return { power: null, reasons: [] }
      const reasons: string[] = []
      const wasBusy = busiest > busyUtilisation
      if (wasBusy) reasons.push(`Other programs used ${Math.round(busiest * 100)} % of the card before the measurement, so its watts while waiting are not known.`)
      return { power: { workW: mean(working), waitW: wasBusy ? null : mean(waiting) }, reasons }
    },
  }
}

function mean(values: number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
}
