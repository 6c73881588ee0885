/**
 * One layer as a reader of samples: how often it is asked, how long it pauses after a failure, and that it is never asked
 * twice at a time. What one reader does not answer holds up no other.
 *
 *   resting ──due──▶ asked ──answer──▶ resting (next in everyMs)
 *                      └──failure or deadline──▶ pausing (2 s, 4 s, 8 s … 60 s) ──due──▶ asked
 */
import type { DetectionLayer, Gpu } from '../../shared/machine.ts'
import type { Clock } from '../system/clock.ts'
import type { CardKey, SampleSeen } from './vendor.ts'

/** After n failures in a row: min(60 s, 2 s × 2^(n−1)). */
export function backOffMs(failures: number): number {
  return Math.min(60_000, 2_000 * 2 ** Math.max(0, failures - 1))
}

/** nvidia-smi may start card by card, and AMD's tools start Python. */
export const sampleDeadlinesMs: Record<DetectionLayer, number> = { nvml: 5_000, 'nvidia-smi': 16_000, sysfs: 5_000, 'amd-smi': 12_000, 'rocm-smi': 12_000, opencl: 5_000, os: 12_000 }
/** An answer that is out for so long, and for twice as long as the one before took, is worth a word before its deadline. */
const lateMs = 2_000
/** A turn comes a little early or late: that is no reason to leave a second out. */
const slackMs = 100

/** So often a layer is asked. A process that must be started for every reading costs more than the reading is worth to nobody. */
export function everyMs(layer: DetectionLayer, { isLive, isWatched }: { isLive: boolean; isWatched: boolean }): number {
  if (!isLive || layer === 'nvml' || layer === 'sysfs') return 1_000
  if (layer === 'os') return 5_000
  if (!isWatched) return 10_000
  return layer === 'nvidia-smi' ? 1_000 : 2_000
}

/** Who tells it begins with "The driver is not answering": what is left is why. */
function causeIn(sentence: string): string {
  const cause = sentence.replace(/^The (\w+ )?driver is not answering(:| its library)\s*/i, '')
  return cause.replace(/^\(([^()]*)\)\.?$/, '$1') || sentence
}

export interface Reader {
  layer: DetectionLayer
  /**
   * Asks where it is due; null: it is not, or it is still busy. Never rejects: it resolves with null after a failure, which
   * `silence` then explains. `choose`: which cards are to be read now; none: nobody is asked. `now`: by the steady clock.
   */
  ask(now: number, choose: () => Gpu[] | Promise<Gpu[]>, everyMs: number): Promise<SampleSeen[] | null> | null
  /** Why there is no answer now; null: all is well. `since`, `retryAt` in ms since epoch. */
  silence(): { since: number; why: string; retryAt: number | null } | null
  /** Somebody has begun to look: no pause but that after a failure. */
  hurry(): void
}

export interface ReaderOptions {
  clock: Clock
  steadyMs: () => number
  sample(layer: DetectionLayer, cards: CardKey[], deadlineMs: number): Promise<SampleSeen[]>
  onFailure(layer: DetectionLayer, failures: number, why: string): void
  onRecovered(layer: DetectionLayer): void
  /** It is read in a process of its own, which keeps the deadline. */
  keepsDeadline: boolean
}

export function createReader(layer: DetectionLayer, options: ReaderOptions): Reader {
  const { clock, steadyMs } = options
  let askedAt: number | null = null
  let dueAt = -Infinity
  let failures = 0
  let tookMs = 0
  let trouble: { since: number; why: string; retryAt: number } | null = null

  async function read(startedAt: number, choose: () => Gpu[] | Promise<Gpu[]>, pauseMs: number): Promise<SampleSeen[] | null> {
    const startedWallAt = clock.now()
    askedAt = startedAt
    const work = sampleChosen(choose)
    // One that never returns keeps this reader busy for good: asking again would hang as well, and pile up.
    const idle = (): void => void (askedAt = null)
    if (!options.keepsDeadline) work.then(idle, idle)
    try {
      const seen = options.keepsDeadline ? await work : await inTime(work)
      dueAt = startedAt + pauseMs - slackMs
      if (seen === null) return []
      tookMs = steadyMs() - startedAt
      const before = failures
      failures = 0
      trouble = null
      if (before > 0) options.onRecovered(layer)
      return seen
    } catch (error) {
      failures += 1
      const waitMs = backOffMs(failures)
      const why = causeIn(error instanceof Error ? error.message : String(error))
      dueAt = steadyMs() + waitMs - slackMs
      trouble = { since: trouble?.since ?? startedWallAt, why, retryAt: clock.now() + waitMs }
      options.onFailure(layer, failures, why)
      return null
    } finally {
      if (options.keepsDeadline) idle()
    }
  }

  /** null: no card is to be read now. */
  async function sampleChosen(choose: () => Gpu[] | Promise<Gpu[]>): Promise<SampleSeen[] | null> {
    const chosen = choose()
    const cards = Array.isArray(chosen) ? chosen : await chosen
    return cards.length === 0 ? null : options.sample(layer, cards.map(({ uuid, pciAddress, pciDeviceId }) => ({ uuid, pciAddress, pciDeviceId })), sampleDeadlinesMs[layer])
  }

  /** For what is read in this process: there is no ending it. */
  function inTime<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const seconds = Math.round(sampleDeadlinesMs[layer] / 1000)
      const cancel = clock.after(sampleDeadlinesMs[layer] + 500, () => reject(new Error(`no answer within ${seconds} s`)))
      work.then(resolve, reject).finally(cancel)
    })
  }

  return {
    layer,
    ask(now, choose, pauseMs) {
      return askedAt !== null || now < dueAt ? null : read(now, choose, pauseMs)
    },
    silence() {
      if (trouble) return trouble
      const outMs = askedAt === null ? 0 : steadyMs() - askedAt
      return outMs < Math.max(lateMs, 2 * tookMs) ? null : { since: Math.round(clock.now() - outMs), why: `no answer for ${Math.round(outMs / 1000)} s`, retryAt: null }
    },
    hurry() {
      if (failures === 0) dueAt = -Infinity
    },
  }
}
