/** Watches over one card while it is measured: heat, driver errors, and whatever may come up that measuring must give way to. */
import type { GpuSample } from '../../shared/telemetry.ts'
import type { Clock } from '../system/clock.ts'
import { tooHot, type Ceiling } from './ceiling.ts'

/** It is looked around so often, also where a card gives no samples. */
const lookEveryMs = 2_000

/**
 * Xids that tell of a program's own mistake (NVIDIA's catalogue: graphics engine exception, memory page fault, user channel
 * error, preemptive cleanup). One of ours comes back through the API as a failed launch; another program's is none of ours.
 */
const programErrors: ReadonlySet<number> = new Set([13, 31, 43, 45])

/** Looks without a temperature, of a card that told one before: 16 s. */
const mostBlindLooks = 8

export interface StopReason {
  why: string
  /** The card is gone: what was running may have done it. */
  isLoss: boolean
}

export interface Guard {
  take(sample: GpuSample): void
  /** Whether any sample told a temperature; null: there was no sample. */
  sawTemperature(): boolean | null
  end(): void
}

export function startGuard(options: {
  clock: Clock
  ceiling: Ceiling
  /** Whether something came up that work must give way to; null: nothing. */
  whyStop(): StopReason | null
  /** At most once. `isDriver`: the driver reported trouble with the card. */
  onStop(stop: StopReason & { isDriver: boolean }): void
}): Guard {
  const { clock, ceiling } = options
  const begun = clock.now()
  let isStopped = false
  let sawTemperature: boolean | null = null
  let isOver = false
  let blindLooks = 0
  let cancelNext = clock.after(lookEveryMs, look)

  function stop(why: string, isLoss: boolean, isDriver: boolean): void {
    if (isOver || isStopped) return
    isStopped = true
    options.onStop({ why, isLoss, isDriver })
  }

  function lookAround(): void {
    const found = isOver || isStopped ? null : options.whyStop()
    if (found !== null) stop(found.why, found.isLoss, false)
  }

  function look(): void {
    lookAround()
    // Without a temperature nobody watches over the heat any more.
    if (sawTemperature === true && ++blindLooks > mostBlindLooks) stop(`Stopped, because the temperature of the card could be read before and has not been for ${(mostBlindLooks * lookEveryMs) / 1000} s: nothing would have noticed that it gets too hot.`, false, false)
    if (!isOver && !isStopped) cancelNext = clock.after(lookEveryMs, look)
  }

  return {
    take(sample) {
      // A reader may hand over what it had already.
      if (isOver || sample.takenAt < begun) return
      sawTemperature = (sawTemperature ?? false) || sample.temperatureC !== null
      if (sample.temperatureC !== null) blindLooks = 0
      const heat = tooHot(sample, ceiling)
      if (heat !== null) return stop(heat, false, false)
      const incident = sample.incidents.find(({ kind, code }) => kind !== 'xid' || !programErrors.has(code))
      if (incident) return stop(`Stopped, because the driver reported an error while the card was measured: ${incident.sentence}`, true, true)
      lookAround()
    },
    sawTemperature: () => sawTemperature,
    end() {
      isOver = true
      cancelNext()
    },
  }
}
