/** The readings this window has seen, per GPU: the history added to the charts as it comes. Kept for this session only. */
import type { GpuSample } from '../../shared/telemetry.ts'
import type { WindowState } from './window-state.ts'

/** Fifteen minutes at one sample a second. */
export const samplesKept = 900

export interface SampleLog {
  /** Oldest first; the same array until a sample is added that begins another stretch of `everyMs`. */
  of(gpuId: string, everyMs?: number): readonly GpuSample[]
  /** The time on the machine that is watched: its clock may differ from this window's, which may be at the other end of a tunnel. */
  machineNow(): number
  subscribe(listener: () => void): () => void
}

/** Adds a sample that is newer than the last one; keeps the newest `limit`. Pure. */
export function addSample(samples: readonly GpuSample[], sample: GpuSample, limit = samplesKept): readonly GpuSample[] {
  const last = samples.at(-1)
  if (last && sample.takenAt <= last.takenAt) return samples
  return [...samples.slice(Math.max(0, samples.length + 1 - limit)), sample]
}

const none: readonly GpuSample[] = []

export function createSampleLog(windowState: WindowState): SampleLog {
  const samples = new Map<string, readonly GpuSample[]>()
  /** What was last handed to whoever draws less often. */
  const seldom = new Map<string, { everyMs: number; stretch: number; samples: readonly GpuSample[] }>()
  const listeners = new Set<() => void>()
  let seen: unknown = null
  let aheadMs = 0

  windowState.subscribe(() => {
    const telemetry = windowState.state()?.telemetry
    if (!telemetry || telemetry === seen) return
    // The first readings of a window may be old ones; those after it have just been taken.
    const isFresh = seen !== null
    seen = telemetry
    let added = false
    for (const [gpuId, sample] of Object.entries(telemetry.samples)) {
      const before = samples.get(gpuId) ?? none
      const after = addSample(before, sample)
      if (after === before) continue
      samples.set(gpuId, after)
      if (isFresh) aheadMs = sample.takenAt - Date.now()
      added = true
    }
    if (added) for (const listener of [...listeners]) listener()
  })

  return {
    of(gpuId, everyMs = 0) {
      const all = samples.get(gpuId) ?? none
      if (everyMs <= 1000) return all
      const stretch = Math.floor((all.at(-1)?.takenAt ?? 0) / everyMs)
      const before = seldom.get(gpuId)
      if (before?.everyMs === everyMs && before.stretch === stretch) return before.samples
      seldom.set(gpuId, { everyMs, stretch, samples: all })
      return all
    },
    // A reading is always a little old when it arrives: a small difference is no difference of clocks.
    machineNow: () => Date.now() + (Math.abs(aheadMs) > 15_000 ? aheadMs : 0),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
