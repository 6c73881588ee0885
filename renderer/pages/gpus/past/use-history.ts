/** What is recorded of a card over a range: asked for when the range changes and renewed while it ends now. */
import { useEffect, useState } from 'react'
import type { HistoryAnswer } from '../../../../shared/history.ts'
import { useAsk, useMachineNow } from '../../../state/window-context.ts'
import { boundsOf, renewMs, type Range } from './ranges.ts'

export interface Past {
  /** The last answer, which is drawn until the next one is there; null: none yet. */
  answer: HistoryAnswer | null
  /** The range that the answer is for. */
  range: Range
  failure: string | null
  isReading: boolean
}

const mostPoints = 1500

/** `points`: how many a chart has room for; null: not known yet, nothing is asked. */
export function useHistory(gpuId: string, range: Range, points: number | null): Past {
  const ask = useAsk()
  const machineNow = useMachineNow()
  const [past, setPast] = useState<Omit<Past, 'isReading'> & { of: string }>({ of: gpuId, answer: null, range, failure: null })

  useEffect(() => {
    if (points === null) return
    const wanted = Math.min(mostPoints, Math.max(60, points))
    let isOver = false
    async function read(): Promise<void> {
      const reply = await ask('history.read', { gpuId, ...boundsOf(range, machineNow()), points: wanted })
      if (isOver) return
      setPast((before) => ({ of: gpuId, range, answer: reply.ok ? reply.value : before.of === gpuId && before.range === range ? before.answer : null, failure: reply.ok ? null : reply.failure.message }))
    }
    function readWhenSeen(): void {
      if (document.visibilityState === 'visible') void read()
    }
    void read()
    if (range.kind === 'fixed') return () => void (isOver = true)
    const timer = setInterval(readWhenSeen, renewMs(range))
    document.addEventListener('visibilitychange', readWhenSeen)
    return () => {
      isOver = true
      clearInterval(timer)
      document.removeEventListener('visibilitychange', readWhenSeen)
    }
  }, [ask, machineNow, gpuId, range, points])

  if (past.of !== gpuId) return { answer: null, range, failure: null, isReading: true }
  return { answer: past.answer, range: past.range, failure: past.range === range ? past.failure : null, isReading: past.range !== range || (past.answer === null && past.failure === null) }
}
