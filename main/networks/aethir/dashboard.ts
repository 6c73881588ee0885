/** Aethir's public dashboard: there is no API, so its pages are read, and what does not parse is left out. */
import { z } from 'zod'
import { MarketMisfit, type MarketRequest, type SourceDefinition } from '../network.ts'
import { dataOfPage, listAt, numberAt } from './dashboard-page.ts'
import sources from './sources.json' with { type: 'json' }

export interface RevenueMonth {
  /** ms since epoch, UTC; the end is the first moment of the next month. */
  startAt: number
  endAt: number
  usd: number
}

/** All null or empty where a page does not say it. */
export interface Dashboard {
  /** Containers, as the page counts them. */
  nodes: number | null
  /** Countries. */
  locations: number | null
  computeHoursLastWeek: number | null
  /** USD a year, as the page reckons it. */
  arrUsd: number | null
  /** Oldest first; the newest may still be running. */
  months: RevenueMonth[]
}

const host = 'dashboard.aethir.com'
const pages = { supply: `https://${host}/protocol/supply-metric`, demand: `https://${host}/protocol/demand-metric` }
/** Beyond these a number is a slip. */
const most = { nodes: 1e8, locations: 300, hours: 1e11, usdAYear: 1e11, usdAMonth: 1e10 }
const month = z.object({ month: z.string(), earning: z.number().min(0).max(most.usdAMonth) })
const monthNames = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december']

/** Raw pages → figures. Throws `MarketMisfit` where none of them is to be found. */
export function parseDashboard(raw: unknown): Dashboard {
  const texts = typeof raw === 'string' ? [raw] : typeof raw === 'object' && raw !== null ? Object.values(raw).filter((page): page is string => typeof page === 'string') : []
  const data = texts.map(dataOfPage).join('\n')
  const dashboard: Dashboard = {
    nodes: numberAt(data, 'nodes', most.nodes),
    locations: numberAt(data, 'locations', most.locations),
    computeHoursLastWeek: numberAt(data, 'totalComputeHoursDeliveredLastWeek', most.hours),
    arrUsd: numberAt(data, 'arr', most.usdAYear),
    months: monthsOf(listAt(data, 'monthlyNetworkRevenue')),
  }
  const isEmpty = dashboard.months.length === 0 && [dashboard.nodes, dashboard.locations, dashboard.computeHoursLastWeek, dashboard.arrUsd].every((value) => value === null)
  if (isEmpty) throw new MarketMisfit('Aethir\'s dashboard shows none of "nodes", "locations", "arr" and "monthlyNetworkRevenue" where they were; there is no public API to ask instead.')
  return dashboard
}

/** "August, 2026". Rows that do not say so are left out; of a month that comes twice with two amounts, both are. */
function monthsOf(rows: unknown[]): RevenueMonth[] {
  const byStart = new Map<number, RevenueMonth | null>()
  for (const row of rows) {
    const parsed = month.safeParse(row)
    const hit = parsed.success ? /^([a-z]{3,9}),? (20\d\d)$/i.exec(parsed.data.month.trim()) : null
    const index = monthNames.findIndex((name) => hit?.[1] !== undefined && name.startsWith(hit[1].toLowerCase()))
    if (!parsed.success || !hit || index < 0) continue
    const startAt = Date.UTC(Number(hit[2]), index)
    const known = byStart.get(startAt)
    const isTwice = known !== undefined && known?.usd !== parsed.data.earning
    byStart.set(startAt, isTwice ? null : { startAt, endAt: Date.UTC(Number(hit[2]), index + 1), usd: parsed.data.earning })
  }
  return [...byStart.values()].filter((one) => one !== null).toSorted((a, b) => a.startAt - b.startAt)
}

export const dashboardSource: SourceDefinition<Dashboard> = {
  id: 'aethir/dashboard',
  title: 'Aethir dashboard pages',
  what: 'what Aethir\'s dashboard shows: nodes, countries, revenue',
  hosts: [host],
  shelfLifeMs: 2 * 24 * 3_600_000,
  source: sources.dashboard,
  async read(request: MarketRequest): Promise<unknown> {
    const supply = await request({ method: 'GET', url: pages.supply, what: 'the supply page of Aethir\'s dashboard', as: 'text' })
    // One page is better than none.
    const demand = await request({ method: 'GET', url: pages.demand, what: 'the demand page of Aethir\'s dashboard', as: 'text' }).catch(() => null)
    return { supply, demand }
  },
  parse: parseDashboard,
}
