/** What a window shows of a card that is being measured: the step, its words, and the running curve. Pure but for what it keeps. */
import type { CurvePoint, MarkedStep, RunningCard, WorkloadResult } from '../../shared/benchmark.ts'

const mostPoints = 240

export interface RunningView {
  now(): RunningCard
  /** A new step begins with an empty curve. */
  begin(step: MarkedStep | null, words: string, unit: string | null): void
  say(words: string, progress: number): void
  /** `at`: ms since epoch. */
  point(at: number, value: number): void
  done(results: readonly WorkloadResult[]): void
}

export function createRunningView(options: { gpuId: string; startedAt: number; limitSeconds: number; now(): number; onChange(card: RunningCard): void }): RunningView {
  let card: RunningCard = { gpuId: options.gpuId, step: null, words: 'starting', progress: 0, startedAt: options.startedAt, limitSeconds: options.limitSeconds, curve: [], unit: null, done: [] }
  let stepSince = options.startedAt

  function change(to: Partial<RunningCard>): void {
    card = { ...card, ...to }
    options.onChange(card)
  }

  return {
    now: () => card,
    begin(step, words, unit) {
      stepSince = options.now()
      change({ step, words, unit, curve: [] })
    },
    // A bar that goes back is worse than one that stands.
    say: (words, progress) => change({ words, progress: Math.max(card.progress, Math.min(1, progress)) }),
    point: (at, value) => change({ curve: thinned([...card.curve, { atSeconds: (at - stepSince) / 1000, value }]) }),
    done: (results) => change({ done: [...results] }),
  }
}

/** Every other point of a curve that grew too long, the last one always. */
function thinned(curve: CurvePoint[]): CurvePoint[] {
  return curve.length <= mostPoints ? curve : curve.filter((_point, index) => (curve.length - 1 - index) % 2 === 0)
}
