/** Events, newest first, a stretch at a time into the past; what happens meanwhile joins on top. */
import { useEffect, useRef, useState } from 'react'
import type { HistoryEvent } from '../../../shared/history.ts'
import { useSettled } from '../../state/use-settled.ts'
import { useAsk, usePart } from '../../state/window-context.ts'
import { fits, joined, type ActivityFilter } from './activity-events.ts'

/** Asked for at once. */
const stretch = 200
/** Fitting events wanted before a stretch counts as enough: most may be of another kind. */
const enough = 40
/** Stretches read in a row in search of them. */
const mostStretches = 10

export interface Activity {
  /** null: not read yet. */
  events: readonly HistoryEvent[] | null
  /** Nothing older is kept. */
  isAll: boolean
  failure: string | null
  isReading: boolean
  readOlder(): void
  readAgain(): void
}

/** Use with a key of the filter: another one begins anew. */
export function useActivity(filter: ActivityFilter): Activity {
  const ask = useAsk()
  const { programmeId, gpuId, kind } = filter
  const { providers, enrolments } = usePart('programmes')
  const { open, ended } = usePart('health')
  const [shown, setShown] = useState<{ events: readonly HistoryEvent[] | null; isAll: boolean }>({ events: null, isAll: false })
  const [failure, setFailure] = useState<string | null>(null)
  const [isReading, setReading] = useState(true)
  /** How often older ones were asked for, and from where the next stretch begins. */
  const [round, setRound] = useState(0)
  const next = useRef(Number.MAX_SAFE_INTEGER)
  const news = useSettled(JSON.stringify([providers.map((one) => [one.phase, one.since, one.job?.id ?? null]), enrolments.map((one) => [one.phase, one.steps.map((step) => step.phase)]), open.length, ended.length]), 1000)
  const firstNews = useRef(news)

  useEffect(() => {
    let isOver = false
    async function read(): Promise<void> {
      setReading(true)
      let found: HistoryEvent[] = []
      for (let n = 0; n < mostStretches; n += 1) {
        const reply = await ask('history.events', { from: 0, to: next.current, limit: stretch, ...(programmeId === null ? {} : { programmeId }), ...(gpuId === null ? {} : { gpuId }) })
        if (isOver) return
        if (!reply.ok) {
          setFailure(reply.failure.message)
          break
        }
        setFailure(null)
        const oldest = reply.value.at(-1)
        found = joined(found, reply.value)
        const isAll = reply.value.length < stretch
        // The moment itself again, since others may share it; a stretch of one moment alone is passed by.
        if (oldest) next.current = oldest.at + 1 < next.current ? oldest.at + 1 : oldest.at
        const fresh = found
        setShown((before) => ({ events: joined(before.events ?? [], fresh), isAll }))
        if (isAll || found.filter((event) => fits(event, { programmeId, gpuId, kind })).length >= enough) break
      }
      setReading(false)
    }
    void read()
    return () => void (isOver = true)
  }, [ask, programmeId, gpuId, kind, round])

  useEffect(() => {
    if (news === firstNews.current) return
    firstNews.current = news
    let isOver = false
    void ask('history.events', { from: 0, to: Number.MAX_SAFE_INTEGER, limit: stretch, ...(programmeId === null ? {} : { programmeId }), ...(gpuId === null ? {} : { gpuId }) }).then((reply) => {
      if (!isOver && reply.ok) setShown((before) => (before.events === null ? before : { ...before, events: joined(before.events, reply.value) }))
    })
    return () => void (isOver = true)
  }, [ask, programmeId, gpuId, news])

  return { ...shown, failure, isReading, readOlder: () => setRound(round + 1), readAgain: () => setRound(round + 1) }
}
