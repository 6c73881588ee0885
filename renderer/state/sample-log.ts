/** The readings this window has seen, per GPU: the history behind the small charts. Kept for this session only. */
import type { GpuSample } from '../../shared/telemetry.ts'
import type { WindowState } from './window-state.ts'

/** Fifteen minutes at one sample a second. */
export const samplesKept = 900

export interface SampleLog {
  /** Oldest first; the same array until a sample is added. */
  of(gpuId: string): readonly GpuSample[]
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
  const listeners = new Set<() => void>()
  let seen: unknown = null

  windowState.subscribe(() => {
    const telemetry = windowState.state()?.telemetry
    if (!telemetry || telemetry === seen) return
    seen = telemetry
    let added = false
    for (const [gpuId, sample] of Object.entries(telemetry.samples)) {
      const before = samples.get(gpuId) ?? none
      const after = addSample(before, sample)
      if (after === before) continue
      samples.set(gpuId, after)
      added = true
    }
    if (added) for (const listener of [...listeners]) listener()
  })

  return {
    of: (gpuId) => samples.get(gpuId) ?? none,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
