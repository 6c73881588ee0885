/** Energy that was measured of each card, read from the history a day at a time: a tariff asks for every quarter of an hour. */
import type { History } from './history/index.ts'
import type { MeasuredEnergy } from './ledger/index.ts'
import type { Clock } from './system/clock.ts'

const stepSeconds = 900
const dayMs = 86_400_000

interface Step {
  at: number
  /** Of the step's 900 s, how many have watts that are known. */
  seconds: number
  kwh: number
}

/** [from, to) on whole quarters of an hour; a step that the range cuts counts whole. Cards without a known watt are left out. */
export function createEnergyReader({ history, clock, gpuIds }: { history: Pick<History, 'read'>; clock: Clock; gpuIds(): string[] }): (from: number, to: number) => MeasuredEnergy[] {
  /** The days of the last question: the next one is about the same or the one after. */
  const days = new Map<string, Step[]>()

  function stepsOf(gpuId: string, dayFrom: number): Step[] {
    const key = `${gpuId} ${dayFrom}`
    const known = days.get(key)
    if (known) return known
    const steps = readSteps(history, gpuId, dayFrom, dayFrom + dayMs)
    if (days.size > 64) days.clear()
    // Today goes on.
    if (dayFrom + dayMs <= clock.now()) days.set(key, steps)
    return steps
  }

  return (from, to) =>
    gpuIds().flatMap((gpuId) => {
      const found: Step[] = []
      for (let day = Math.floor(from / dayMs) * dayMs; day < to; day += dayMs) found.push(...stepsOf(gpuId, day).filter((step) => step.at >= from && step.at < to))
      const seconds = found.reduce((sum, step) => sum + step.seconds, 0)
      return seconds === 0 ? [] : [{ gpuId, kwh: found.reduce((sum, step) => sum + step.kwh, 0), knownShare: Math.min(1, (seconds * 1000) / (to - from)) }]
    })
}

/** Mean watts × the seconds that hold a sample. A card without a history has no steps. */
function readSteps(history: Pick<History, 'read'>, gpuId: string, from: number, to: number): Step[] {
  try {
    return history.read({ gpuId, from, to, stepSeconds, points: 800, metrics: ['powerW'] }).samples.flatMap((point) => {
      const watts = point.mean.powerW ?? null
      return watts === null || point.seconds <= 0 ? [] : [{ at: point.takenAt, seconds: point.seconds, kwh: (watts * point.seconds) / 3_600_000 }]
    })
  } catch {
    // Never seen, or a damaged part: nothing is known of it, and nothing is made up.
    return []
  }
}
