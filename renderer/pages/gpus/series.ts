/** Samples as the columns a chart draws. Pure. */
import type { GpuSample } from '../../../shared/telemetry.ts'

export interface Series {
  /** Seconds since epoch. */
  times: number[]
  values: (number | null)[]
  /** How many values are not null. */
  known: number
  least: number | null
  greatest: number | null
  last: number | null
}

/** Readings further apart than this are not joined by a line: nobody looked in between. */
const longestStepSeconds = 10

export function seriesOf(samples: readonly GpuSample[], read: (sample: GpuSample) => number | null, scale: (value: number) => number): Series {
  const times: number[] = []
  const values: (number | null)[] = []
  let least: number | null = null
  let greatest: number | null = null
  let known = 0
  for (const sample of samples) {
    const seconds = sample.takenAt / 1000
    const before = times.at(-1)
    if (before !== undefined && seconds - before > longestStepSeconds) {
      times.push(before + 0.001)
      values.push(null)
    }
    const raw = read(sample)
    const value = raw === null ? null : scale(raw)
    times.push(seconds)
    values.push(value)
    if (value === null) continue
    known += 1
    least = least === null ? value : Math.min(least, value)
    greatest = greatest === null ? value : Math.max(greatest, value)
  }
  return { times, values, known, least, greatest, last: values.at(-1) ?? null }
}

/** Seconds that the charts cover: one minute to begin with, then five, then fifteen. */
export function spanOf(samples: readonly GpuSample[]): number {
  const first = samples[0]
  const last = samples.at(-1)
  const covered = first && last ? (last.takenAt - first.takenAt) / 1000 : 0
  return covered <= 60 ? 60 : covered <= 300 ? 300 : 900
}
