/** The log of a programme's software: the newest lines, followed; older ones on request; only those that hold some words. */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { LogLine } from '../../../../shared/provider.ts'
import { useAsk } from '../../../state/window-context.ts'
import { olderBefore, withFresh } from './log-lines.ts'

const pageLength = 200
const followEveryMs = 2000

export interface ShownLog {
  /** null: not read yet. */
  lines: readonly LogLine[] | null
  hasOlder: boolean
  bytes: number | null
  failure: string | null
  isReadingOlder: boolean
  readOlder(): Promise<void>
  readAgain(): void
}

/** `isFollowing`: asks for what is new every two seconds while somebody can see it. Use with a key of programme and words: another log begins anew. */
export function useLog(programmeId: string, search: string, isFollowing: boolean): ShownLog {
  const ask = useAsk()
  const [log, setLog] = useState<{ lines: readonly LogLine[] | null; hasOlder: boolean; bytes: number | null }>({ lines: null, hasOlder: false, bytes: null })
  const [failure, setFailure] = useState<string | null>(null)
  const [isReadingOlder, setReadingOlder] = useState(false)
  const [round, setRound] = useState(0)
  const isOver = useRef(false)
  useEffect(() => {
    isOver.current = false
    return () => void (isOver.current = true)
  }, [])

  useEffect(() => {
    let isStopped = false
    async function read(): Promise<void> {
      const reply = await ask('provider.logs', { programmeId, limit: pageLength, ...(search === '' ? {} : { search }) })
      if (isStopped) return
      setFailure(reply.ok ? null : reply.failure.message)
      if (!reply.ok) return
      const { lines, hasOlder, bytes } = reply.value
      setLog((before) => ({ bytes, ...withFresh(before, { lines, hasOlder }) }))
    }
    void read()
    if (!isFollowing) return () => void (isStopped = true)
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void read()
    }, followEveryMs)
    return () => {
      isStopped = true
      clearInterval(timer)
    }
  }, [ask, programmeId, search, isFollowing, round])

  const readOlder = useCallback(async (): Promise<void> => {
    const first = log.lines?.[0]
    if (!first || isReadingOlder) return
    setReadingOlder(true)
    const reply = await ask('provider.logs', { programmeId, limit: pageLength, before: first.no, ...(search === '' ? {} : { search }) })
    if (isOver.current) return
    setReadingOlder(false)
    setFailure(reply.ok ? null : reply.failure.message)
    if (reply.ok) setLog((before) => ({ ...before, ...olderBefore(before.lines ?? [], reply.value) }))
  }, [ask, programmeId, search, log.lines, isReadingOlder])

  return { ...log, failure, isReadingOlder, readOlder, readAgain: () => setRound((before) => before + 1) }
}
