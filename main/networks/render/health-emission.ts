/** What the network pays out, reward year by reward year, and where a published schedule ends. */
import type { EmissionPeriod } from '../../../shared/network-health.ts'
import earlier from './health-emission.json' with { type: 'json' }
import rewardYears from './reward-years.json' with { type: 'json' }

const dayMs = 24 * 3600 * 1000
const firstOf = (day: string | null): number | null => (day === null ? null : Date.parse(day))
/** The last moment of a day: a period that ends on the 19th is over as the 20th begins, UTC. */
const lastOf = (day: string): number => Date.parse(day) + dayMs - 1

/** Oldest first. */
export const emission: EmissionPeriod[] = [...earlier.periods.map((period) => ({ ...period, from: firstOf(period.from), to: lastOf(period.to), cliff: null })), ...yearsOf()]

function yearsOf(): EmissionPeriod[] {
  const years = rewardYears.years.toSorted((a, b) => a.to.localeCompare(b.to))
  return years.map((year, index) => {
    const { jobPoolPerWeek: work, availabilityPoolPerWeek: standby } = year
    const previousEnd = years[index - 1]?.to ?? earlier.periods.at(-1)?.to
    const from = firstOf(year.from) ?? (previousEnd === undefined ? null : lastOf(previousEnd) + 1)
    const isLast = index === years.length - 1
    return {
      title: `Reward year ${year.year}`,
      from,
      to: lastOf(year.to),
      pays: `${work.toLocaleString('en-US')} RENDER a week for rendering work and ${standby.toLocaleString('en-US')} for being available; compute nodes are paid apart from that`,
      cliff: isLast ? `The reward year ends on ${year.to}. What is paid afterwards is not set in anything published: the weekly pools may change from one week to the next, or end.` : null,
      source: year.source,
    }
  })
}
