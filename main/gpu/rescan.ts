/**
 * Looks again by itself where the app stays open: while drivers load after the system's start, where something changed, and
 * from time to time while a card is lost or its driver is in trouble. Never in a loop: pauses double.
 */
import type { Detection } from '../../shared/machine.ts'
import type { Clock } from '../system/clock.ts'
import type { Log } from '../system/log.ts'
import { bootRetryOf, isYoung, type BootRetry } from './boot-retry.ts'

/** Several signs of one change come together: one look for all. */
const gatherMs = 1_500
const firstPauseMs = 30_000
const longestPauseMs = 60 * 60_000
/** Without a sign for so long, the next one is answered at once again. */
const calmMs = 30 * 60_000
/** Retired memory, NVLinks and MIG instances are read at looks alone. */
const slowFactsMs = 15 * 60_000
const slowFactsDue = 'what is read at a look alone is due'
const heldUpMs = 60_000

export interface Rescan {
  /** Something may have changed: a look soon, or after the pause that is due. */
  doubt(why: string): void
  /** Whether drivers may still be loading, before a look's outcome is told; null: it is final. */
  patience(found: Detection): BootRetry | null
  /** A look is over, whoever asked for it. */
  looked(detection: Detection, retry: BootRetry | null): void
  stop(): void
}

export interface RescanOptions {
  isOn: boolean
  clock: Clock
  steadyMs: () => number
  log: Log
  /** A benchmark or a capture is under way: a look that is only due waits. */
  isHeldUp(): boolean
  look(): void
}

export function createRescan({ isOn, clock, steadyMs, log, isHeldUp, look }: RescanOptions): Rescan {
  let planned: { at: number; cancel: () => void } | null = null
  let looks = 0
  let firstLookAt: number | null = null
  let mayRetry = true
  let pauseMs = firstPauseMs
  let lookedAt = -Infinity
  let doubtedAt = -Infinity
  let troubles = ''
  let troublePauseMs = firstPauseMs
  let stopped = false

  /** False: a look is planned by then anyway. */
  function plan(afterMs: number, why: string): boolean {
    const at = steadyMs() + afterMs
    if (!isOn || stopped || (planned && planned.at <= at)) return false
    planned?.cancel()
    const cancel = clock.after(afterMs, () => {
      planned = null
      if (why === slowFactsDue && isHeldUp()) return void plan(heldUpMs, why)
      log.info('looking for GPUs again', { why })
      look()
    })
    planned = { at, cancel }
    return true
  }

  return {
    doubt(why) {
      const now = steadyMs()
      if (now - doubtedAt > calmMs) pauseMs = firstPauseMs
      doubtedAt = now
      const afterMs = Math.max(gatherMs, lookedAt + (pauseMs > firstPauseMs ? pauseMs : 0) - now)
      if (plan(afterMs, why)) pauseMs = Math.min(longestPauseMs, 2 * pauseMs)
    },
    patience(found) {
      if (!isOn || !mayRetry) return null
      firstLookAt ??= clock.now()
      if (looks === 0 && !isYoung(found.machine.uptimeSeconds)) mayRetry = false
      const retry = mayRetry ? bootRetryOf({ detection: found, firstLookAt, looks: looks + 1, now: clock.now() }) : null
      if (retry === null) mayRetry = false
      return retry
    },
    looked(detection, retry) {
      looks += 1
      lookedAt = steadyMs()
      planned?.cancel()
      planned = null
      if (retry) return void plan(Math.max(0, retry.at - clock.now()), 'drivers may still be loading')
      const now = troublesOf(detection)
      troublePauseMs = now === troubles ? Math.min(longestPauseMs, 2 * troublePauseMs) : firstPauseMs
      troubles = now
      if (now !== '') plan(troublePauseMs, now)
      if (hasSlowFacts(detection)) plan(slowFactsMs, slowFactsDue)
    },
    stop() {
      stopped = true
      planned?.cancel()
    },
  }
}

/** A look wakes every card, which drains a laptop; and where a card has none of these facts it would show nothing new. */
function hasSlowFacts({ machine, gpus }: Detection): boolean {
  if (machine.surroundings?.isLaptop === true) return false
  return gpus.some((gpu) => gpu.lostSince === null && (gpu.retiredPages !== null || gpu.remappedRows !== null || gpu.mig !== null || (gpu.nvlinks ?? []).length > 0))
}

const passing = new Set(['driver-not-answering', 'driver-library-mismatch', 'driver-not-loaded', 'gpu-reset-required', 'card-not-readable', 'card-without-power', 'opencl-not-answering', 'sysfs-not-answering', 'os-not-answering'])

/** What may mend by itself or by the owner's hand; empty: nothing. */
function troublesOf({ gpus, problems }: Detection): string {
  const cards = gpus.flatMap((gpu) => (gpu.lostSince !== null ? [`${gpu.id} is lost`] : gpu.problems.filter(({ id }) => passing.has(id)).map(({ id }) => `${gpu.id}: ${id}`)))
  return [...problems.filter(({ id }) => passing.has(id)).map(({ id }) => id), ...cards].toSorted().join(', ')
}
