/** The coming week by schedule and tariff, asked for anew when what it hangs on changes. */
import { useCallback, useEffect, useState } from 'react'
import type { WeekOutlook } from '../../../shared/policy-state.ts'
import { useSettled } from '../../state/use-settled.ts'
import { useAsk, useNow, usePart } from '../../state/window-context.ts'

const quarterMs = 900_000

export interface WeekAnswer {
  /** The last that was answered for this card, which may be of a plan that has changed since. */
  outlook: WeekOutlook | null
  isReading: boolean
  failure: string | null
  readAgain: () => void
}

interface Answered {
  gpuId: string | null
  /** What was asked by. */
  key: string
  outlook: WeekOutlook | null
  failure: string | null
}

/** `gpuId` null: all cards. */
export function useWeek(gpuId: string | null): WeekAnswer {
  const ask = useAsk()
  const { settings, programmes, prices } = usePart('policy')
  const quarter = Math.floor(useNow() / quarterMs)
  const [times, setTimes] = useState(0)
  const [answered, setAnswered] = useState<Answered | null>(null)
  const { overrides: _overrides, ...planned } = settings
  const hangsOn = useSettled(JSON.stringify([planned, programmes.map(({ programmeId, worth }) => [programmeId, worth]), prices.map(({ usdPerKwh }) => usdPerKwh), quarter]))
  const key = JSON.stringify([hangsOn, gpuId, times])
  useEffect(() => {
    let isOver = false
    void ask('policy.week', { gpuId }).then((reply) => {
      if (isOver) return
      setAnswered((before) => ({ gpuId, key, outlook: reply.ok ? reply.value : before?.gpuId === gpuId ? before.outlook : null, failure: reply.ok ? null : reply.failure.message }))
    })
    return () => void (isOver = true)
  }, [ask, gpuId, key])
  const isReading = answered?.key !== key
  return {
    outlook: answered?.gpuId === gpuId ? answered.outlook : null,
    isReading,
    failure: isReading ? null : (answered?.failure ?? null),
    readAgain: useCallback(() => setTimes((before) => before + 1), []),
  }
}
