/** Which reward schedule holds on a day, and what to say about its end. */
import type { Source } from '../../../shared/network.ts'
import data from './reward-years.json' with { type: 'json' }

export interface RewardYear {
  /** Whether a published schedule covers the day. */
  isKnown: boolean
  sentence: string
  source: Source
}

const dayMs = 24 * 3600 * 1000

/** The whole last day counts: a schedule that ends on the 19th ends as the 20th begins, UTC. */
export function rewardYearAt(at: number): RewardYear {
  const years = data.years.map((year) => ({ ...year, fromMs: year.from === null ? -Infinity : Date.parse(year.from), overMs: Date.parse(year.to) + dayMs }))
  const now = years.find((year) => at >= year.fromMs && at < year.overMs)
  const last = years.reduce((a, b) => (b.overMs > a.overMs ? b : a))
  if (!now) {
    return {
      isKnown: false,
      sentence: `The network's reward schedule known here ended on ${last.to}. No schedule for the time after it had been published when this was written, so the figures carry the old one on and nobody should rely on them.`,
      source: last.source,
    }
  }
  return {
    isKnown: true,
    sentence: `The present reward year ends on ${now.to}; what the network pays after that day is not known here.`,
    source: now.source,
  }
}
