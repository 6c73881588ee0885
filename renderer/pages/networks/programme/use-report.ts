/** Everything that setting a programme up would do: read when the page opens, and again when what was answered changes it. */
import { useEffect, useState } from 'react'
import type { EnrolmentReport, EnrolmentState } from '../../../../shared/enrolment.ts'
import { useSettled } from '../../../state/use-settled.ts'
import { useAsk } from '../../../state/window-context.ts'

export interface ReportAnswer {
  /** The last one, which stays until the next is there. */
  report: EnrolmentReport | null
  failure: string | null
  isReading: boolean
  readAgain(): void
}

export function useReport(programmeId: string, enrolment: EnrolmentState | undefined): ReportAnswer {
  const ask = useAsk()
  const [answer, setAnswer] = useState<{ report: EnrolmentReport | null; failure: string | null }>({ report: null, failure: null })
  /** The question that was answered last. */
  const [answered, setAnswered] = useState<string | null>(null)
  const [round, setRound] = useState(0)
  const exists = enrolment !== undefined
  // Not what was measured: making a report measures, and would ask for the next one.
  const told = useSettled(JSON.stringify([enrolment?.consent?.at ?? null, enrolment?.steps.map((step) => [step.id, step.answers, step.storedSince])]))
  const question = `${round} ${told}`
  useEffect(() => {
    if (!exists) return
    let isOver = false
    void ask('enrolment.report', { programmeId }).then((reply) => {
      if (isOver) return
      setAnswered(question)
      setAnswer((before) => (reply.ok ? { report: reply.value, failure: null } : { ...before, failure: reply.failure.message }))
    })
    return () => void (isOver = true)
  }, [ask, programmeId, exists, question])
  return { ...answer, isReading: exists && answered !== question, readAgain: () => setRound((before) => before + 1) }
}
