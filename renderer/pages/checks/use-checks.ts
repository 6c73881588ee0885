/** Runs checks of the machine or of one programme: all of them, or one again. Changes nothing. */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { CheckRecord } from '../../../shared/preflight.ts'
import { useAsk } from '../../state/window-context.ts'
import { checkKey } from './ChecksTable.tsx'
import { withNew } from './checks.ts'

export interface Checks {
  /** null: nothing was checked yet. */
  checks: CheckRecord[] | null
  failure: string | null
  isRunning: boolean
  /** Keys of single checks on their way. */
  running: ReadonlySet<string>
  /** Said to those who do not see it, when it is over. */
  said: string
  runAll(measures?: boolean): Promise<void>
  runOne(check: CheckRecord): Promise<void>
  /** Records that came by another way. */
  take(fresh: readonly CheckRecord[]): void
}

/** Checks that cost traffic or writing are only made when they are asked for one by one or with `measures`. */
export function useChecks(programmeId: string | null): Checks {
  const ask = useAsk()
  const [checks, setChecks] = useState<CheckRecord[] | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const [isRunning, setRunning] = useState(false)
  const [running, setRunningOnes] = useState<ReadonlySet<string>>(new Set())
  const [said, setSaid] = useState('')
  const isOver = useRef(false)
  useEffect(() => {
    isOver.current = false
    return () => void (isOver.current = true)
  }, [])
  const take = useCallback((fresh: readonly CheckRecord[]) => setChecks((before) => withNew(before ?? [], fresh)), [])

  const runAll = useCallback(
    async (measures = false): Promise<void> => {
      setRunning(true)
      setSaid('')
      const reply = await ask('preflight.run', { programmeId, measures })
      if (isOver.current) return
      setRunning(false)
      setFailure(reply.ok ? null : reply.failure.message)
      if (!reply.ok) return
      setChecks(reply.value)
      setSaid('Everything has been checked.')
    },
    [ask, programmeId],
  )

  async function runOne(check: CheckRecord): Promise<void> {
    const key = checkKey(check)
    setRunningOnes((before) => new Set([...before, key]))
    setSaid('')
    const reply = await ask('preflight.run', { programmeId: check.programmeId ?? programmeId, checkIds: [check.id], measures: true })
    if (isOver.current) return
    setRunningOnes((before) => new Set([...before].filter((one) => one !== key)))
    setFailure(reply.ok ? null : reply.failure.message)
    if (!reply.ok) return
    // Whoever asked for one check is answered with it alone.
    take(reply.value.filter((one) => one.id === check.id))
    const now = reply.value.find((one) => one.id === check.id)
    setSaid(now ? `${now.title}: ${now.ok === null ? 'not known' : now.ok ? 'met' : 'not met'}.` : '')
  }

  return { checks, failure, isRunning, running, said, runAll, runOne, take }
}
