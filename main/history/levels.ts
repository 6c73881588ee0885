/** The levels that are kept, how their rows are packed, and which of them answers a question. Pure. */
import { historyLevels } from '../../shared/history.ts'

export interface Level {
  stepSeconds: number
  keptSeconds: number | null
  /** Rows of this long a time, aligned, become one chunk of this level. */
  chunkSeconds: number
}

const hour = 3600
const day = 24 * hour
const chunkSeconds: Record<number, number> = { 1: 300, 10: hour, 60: 2 * hour, 300: day / 2, 900: day, 3600: 4 * day, 21_600: 32 * day }

/** Beside what is promised, so that a chart never reads many times the rows that it draws. */
const between = [
  { stepSeconds: 300, keptSeconds: 90 * day },
  { stepSeconds: 3600, keptSeconds: null },
  { stepSeconds: 21_600, keptSeconds: null },
]

/** Finest first. */
export const levels: readonly Level[] = [...historyLevels, ...between]
  .map((level) => ({ ...level, chunkSeconds: chunkSeconds[level.stepSeconds] as number }))
  .sort((one, other) => one.stepSeconds - other.stepSeconds)

export function isPromised(level: Level): boolean {
  return historyLevels.some((promised) => promised.stepSeconds === level.stepSeconds)
}

/** Steps that a person finds on an axis, in seconds. Each is a multiple of every kept step that is not larger, so far as that step begins a chart. */
const niceSteps = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 14_400, 21_600, 43_200, 86_400, 172_800, 345_600, 604_800, 1_209_600, 2_419_200]

/** The step of an answer: as asked, or the finest that fits the points; never finer than what still exists. */
export function chooseStep(widthMs: number, asked: { stepSeconds?: number | undefined; points: number }, finestSeconds: number): number {
  if (asked.stepSeconds !== undefined) return Math.ceil(asked.stepSeconds / finestSeconds) * finestSeconds
  const least = Math.max(widthMs / 1000 / asked.points, finestSeconds)
  const nice = niceSteps.find((step) => step >= least && step % finestSeconds === 0)
  return nice ?? Math.ceil(least / 86_400) * 86_400
}

/** The coarsest level whose rows fit into the step whole and that still exists for the range. */
export function levelFor(stepSeconds: number, exists: (level: Level) => boolean = () => true): Level {
  return levels.findLast((level) => stepSeconds % level.stepSeconds === 0 && exists(level)) ?? (levels[0] as Level)
}
