/** After the system's start, drivers may still be loading: when to look again before saying that there is no GPU. Pure. */
import type { Detection, Gpu, Problem } from '../../shared/machine.ts'

/** For so long after the first look. */
const patienceMs = 5 * 60_000
/** A system that has run for longer has loaded its drivers. */
const youngSeconds = 10 * 60

/** After n looks: min(60 s, 5 s × 2^(n−1)). */
export function retryPauseMs(looks: number): number {
  return Math.min(60_000, 5_000 * 2 ** Math.max(0, looks - 1))
}

export interface BootRetry {
  /** The next look; ms since epoch. */
  at: number
  /** Nothing is tried again after this. */
  until: number
}

export interface BootRetryInput {
  detection: Detection
  /** When the first look of this run was over. */
  firstLookAt: number
  looks: number
  now: number
}

/** null: what was found is what there is. */
export function bootRetryOf({ detection, firstLookAt, looks, now }: BootRetryInput): BootRetry | null {
  const until = firstLookAt + patienceMs
  const at = Math.min(now + retryPauseMs(looks), until)
  return now >= until || !mayBeLoading(detection) ? null : { at, until }
}

const driverTroubles = new Set(['driver-missing', 'driver-not-loaded', 'driver-not-answering', 'drivers-loading'])

/** No GPU at all, or one whose driver does not speak for it (yet). */
function mayBeLoading({ gpus, problems }: Detection): boolean {
  const cards = gpus.filter((gpu) => gpu.kind === 'gpu' && gpu.lostSince === null)
  return cards.length === 0 || [...problems, ...cards.flatMap((gpu: Gpu) => gpu.problems)].some(({ id }) => driverTroubles.has(id))
}

export function isYoung(uptimeSeconds: number | null): boolean {
  return uptimeSeconds === null || uptimeSeconds < youngSeconds
}

/** In place of "no GPU" while there is still hope, and on cards that were here before the restart. */
export const driversLoading: Problem = {
  id: 'drivers-loading',
  sentence: 'The system has only just started: drivers of graphics cards may still be loading.',
  remedy: 'Idlewatt looks again by itself, for five minutes.',
}

export function withPatience(detection: Detection): Detection {
  return { ...detection, problems: detection.problems.map((problem) => (problem.id === 'no-gpu' ? { ...driversLoading, sentence: `No GPU was found yet. ${driversLoading.sentence}` } : problem)) }
}
