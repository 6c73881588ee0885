/** Says that this machine's clock seems wrong, where hosts or the figures in use say so. */
import { aheadMs } from '../../shared/market-data.ts'
import type { App } from '../app.ts'

/** null: nothing speaks against the clock. Kept figures that lie ahead tell it also where nobody was asked now. */
export function clockSentence(app: Pick<App, 'marketData' | 'markets'>, now: number = Date.now()): string | null {
  const doubt = app.marketData.clockOffMs() === null ? null : (app.marketData.live.ageDoubt?.() ?? null)
  if (doubt !== null) return doubt
  const ahead = app.markets.statuses(now).flatMap(({ origin, takenAt }) => (origin === 'live' && takenAt !== null && takenAt > now + aheadMs ? [takenAt] : []))
  if (ahead.length === 0) return null
  const [day, today] = [Math.max(...ahead), now].map((at) => new Date(at).toISOString().slice(0, 10))
  return `Figures in use are dated up to ${day}, and this machine's clock says ${today}: it seems to be wrong, so the age of figures cannot be told.`
}
