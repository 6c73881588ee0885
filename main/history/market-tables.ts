/** Reads and writes answers of public sources, requests, prices and figures of networks in an opened history. Throws what SQLite throws. */
import type { DatabaseSync } from 'node:sqlite'
import type { RequestRecord } from '../../shared/market-data.ts'
import type { TrendPoint } from '../../shared/network-health.ts'

export interface MarketTables {
  /** The last good raw answer of a source, as JSON; the one before is replaced. */
  saveAnswer(source: string, fetchedAt: number, document: string): void
  answers(): { source: string; fetchedAt: number; document: string }[]
  /** When each was fetched, without reading what it is. */
  answerTimes(): { source: string; fetchedAt: number }[]
  /** null: none of that source. */
  answer(source: string): { source: string; fetchedAt: number; document: string } | null
  /** Keeps the newest 2,000. */
  addRequest(record: Omit<RequestRecord, 'no'>): void
  /** Newest first. */
  requests(question: { sourceId?: string | undefined; limit: number }): RequestRecord[]
  /** USD for one token or one unit of a currency at a moment; the same again is replaced. */
  savePrice(symbol: string, at: number, usd: number, document: string): void
  /** The nearest kept price within so many ms on either side; null: none. */
  priceNear(symbol: string, at: number, withinMs: number): { at: number; usd: number; document: string } | null
  /** One value a figure and day; a later one of the day replaces. */
  saveFigures(networkId: string, day: string, at: number, values: Record<string, number>): void
  /** By figure id, oldest first. `since`: YYYY-MM-DD, the first day; left out: 400 days before the newest there is, or before today where that one lies ahead. */
  figures(networkId: string, since?: string): Record<string, TrendPoint[]>
}

/** So many requests are kept; some more stay until the next tidying, which is cheaper than one at every request. */
const mostRequests = 2000
const tidyEvery = 100
/** Trends show a year, and a month to see it against. */
const shownDays = 400

export function createMarketTables(database: DatabaseSync, complain: (sentence: string) => void): MarketTables {
  return {
    saveAnswer(source, fetchedAt, document) {
      database.prepare('INSERT OR REPLACE INTO answers (source, fetched_at, document) VALUES (?, ?, ?)').run(source, Math.round(fetchedAt), document)
    },
    answers: () =>
      database
        .prepare('SELECT source, fetched_at, document FROM answers ORDER BY source')
        .all()
        .map(answerOf),
    answerTimes: () =>
      database
        .prepare('SELECT source, fetched_at FROM answers')
        .all()
        .map((row) => ({ source: String(row['source']), fetchedAt: Number(row['fetched_at']) })),
    answer(source) {
      const row = database.prepare('SELECT source, fetched_at, document FROM answers WHERE source = ?').get(source)
      return row ? answerOf(row) : null
    },
    addRequest(record) {
      const { lastInsertRowid } = database.prepare('INSERT INTO requests (at, source, document) VALUES (?, ?, ?)').run(Math.round(record.at), record.sourceId, JSON.stringify(record))
      const no = Number(lastInsertRowid)
      if (no % tidyEvery === 0) database.prepare('DELETE FROM requests WHERE no <= ?').run(no - mostRequests)
    },
    requests({ sourceId, limit }) {
      // By number, not by time: a clock that was put back must not hide what came last.
      const most = Math.min(limit, mostRequests)
      const newest = 'SELECT no, source, document FROM requests ORDER BY no DESC LIMIT ?'
      const rows =
        sourceId === undefined
          ? database.prepare(newest).all(most)
          : database.prepare(`SELECT * FROM (${newest}) WHERE source = ? ORDER BY no DESC LIMIT ?`).all(mostRequests, sourceId, most)
      return rows.flatMap((row) => {
        const record = parseRequest(row['document'])
        if (!record) complain('a record of a request could not be read and is left out')
        return record ? [{ ...record, no: Number(row['no']) }] : []
      })
    },
    savePrice(symbol, at, usd, document) {
      database.prepare('INSERT OR REPLACE INTO prices (symbol, at, usd, document) VALUES (?, ?, ?, ?)').run(symbol, Math.round(at), usd, document)
    },
    priceNear(symbol, at, withinMs) {
      const found = [
        database.prepare('SELECT at, usd, document FROM prices WHERE symbol = ? AND at <= ? ORDER BY at DESC LIMIT 1').get(symbol, Math.floor(at)),
        database.prepare('SELECT at, usd, document FROM prices WHERE symbol = ? AND at > ? ORDER BY at LIMIT 1').get(symbol, Math.floor(at)),
      ].flatMap((row) => (row ? [{ at: Number(row['at']), usd: Number(row['usd']), document: String(row['document']) }] : []))
      const [nearest] = found.sort((one, other) => Math.abs(one.at - at) - Math.abs(other.at - at))
      return nearest && Math.abs(nearest.at - at) <= withinMs ? nearest : null
    },
    saveFigures(networkId, day, at, values) {
      const save = database.prepare('INSERT OR REPLACE INTO network_figures (network, figure, day, at, value) VALUES (?, ?, ?, ?, ?)')
      // Not BEGIN: whoever calls may be in a transaction already.
      database.exec('SAVEPOINT figures')
      try {
        for (const [figure, value] of Object.entries(values)) if (Number.isFinite(value)) save.run(networkId, figure, day, Math.round(at), value)
      } catch (error) {
        database.exec('ROLLBACK TO figures; RELEASE figures')
        throw error
      }
      database.exec('RELEASE figures')
    },
    figures(networkId, since) {
      const points: Record<string, TrendPoint[]> = {}
      const first = since ?? String(database.prepare("SELECT date(min(max(day), date('now')), ?) AS first FROM network_figures WHERE network = ?").get(`-${shownDays} days`, networkId)?.['first'] ?? '')
      // One row a figure: thirty thousand rows of two numbers take five times as long.
      const rows = database
        .prepare('SELECT figure, json_group_array(at) AS ats, json_group_array(value) AS numbers FROM (SELECT figure, at, value FROM network_figures WHERE network = ? AND day >= ? ORDER BY figure, day) GROUP BY figure')
        .all(networkId, first)
      for (const row of rows) {
        const values = JSON.parse(String(row['numbers'])) as number[]
        const ats = JSON.parse(String(row['ats'])) as number[]
        points[String(row['figure'])] = ats.map((at, index) => ({ at, value: values[index] as number })).sort((one, other) => one.at - other.at)
      }
      return points
    },
  }
}

function answerOf(row: Record<string, unknown>): { source: string; fetchedAt: number; document: string } {
  return { source: String(row['source']), fetchedAt: Number(row['fetched_at']), document: String(row['document']) }
}

function parseRequest(document: unknown): Omit<RequestRecord, 'no'> | null {
  try {
    const value = JSON.parse(String(document)) as Partial<RequestRecord> | null
    const isWhole = value !== null && typeof value.at === 'number' && typeof value.host === 'string' && typeof value.path === 'string' && typeof value.sentence === 'string' && typeof value.outcome === 'string'
    return isWhole ? (value as RequestRecord) : null
  } catch {
    return null
  }
}
