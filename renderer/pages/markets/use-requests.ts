/** The requests that were made: read when asked for, and again whenever a source was tried, while the newest are shown. */
import { useEffect, useState } from 'react'
import type { RequestRecord } from '../../../shared/market-data.ts'
import { useSettled } from '../../state/use-settled.ts'
import { useAsk } from '../../state/window-context.ts'

/** All that are kept. */
export const mostRequests = 2000

export interface Requests {
  /** Newest first; null: not read yet. */
  records: RequestRecord[] | null
  failure: string | null
}

/** `news`: changes when a source was tried. `isLive`: false holds what is drawn, so that rows do not move under a reader. */
export function useRequests(sourceId: string | null, news: string, isLive: boolean): Requests & { readAgain(): void } {
  const ask = useAsk()
  const [answer, setAnswer] = useState<Requests & { of: string | null }>({ of: sourceId, records: null, failure: null })
  const [round, setRound] = useState(0)
  // Each try of a source is news; many at once are one.
  const settled = useSettled(news)
  const wanted = isLive ? settled : 'held'

  useEffect(() => {
    if (wanted === 'held') return
    let isOver = false
    async function read(): Promise<void> {
      const reply = await ask('markets.requests', { limit: mostRequests, ...(sourceId === null ? {} : { sourceId }) })
      if (isOver) return
      setAnswer((before) => (reply.ok ? { of: sourceId, records: reply.value, failure: null } : { of: sourceId, records: before.of === sourceId ? before.records : null, failure: reply.failure.message }))
    }
    void read()
    return () => void (isOver = true)
  }, [ask, sourceId, wanted, round])

  const isOther = answer.of !== sourceId
  return { records: isOther ? null : answer.records, failure: isOther ? null : answer.failure, readAgain: () => setRound(round + 1) }
}
