/** Consent, given once, to the very text that stands above it. */
import { useId, useRef, useState, type FormEvent } from 'react'
import { Section } from '../../../components/Page.tsx'
import type { ProgrammeTab } from './programme-detail.ts'
import { useAct } from '../../../state/use-act.ts'
import type { ReportAnswer } from './use-report.ts'

/** `isAgain`: it is set up, and the text has changed since. */
export function ConsentPanel({ name, programmeId, report, isAgain, onShow }: { name: string; programmeId: string; report: ReportAnswer; isAgain: boolean; onShow: (tab: ProgrammeTab) => void }) {
  const id = useId()
  const acting = useAct()
  const box = useRef<HTMLInputElement>(null)
  const [hasRead, setRead] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const document = report.report
  const failed = document?.checks.filter((check) => check.ok === false && check.programmeId === programmeId).length ?? 0

  async function agree(event: FormEvent): Promise<void> {
    event.preventDefault()
    if (acting.isBusy) return
    if (!document || report.isReading) return setProblem('What setting up does is still being read. Wait until it stands above.')
    if (!hasRead) {
      setProblem('Read the steps above, then say so here.')
      return box.current?.focus()
    }
    setProblem(null)
    const answer = await acting.act('enrolment.consent', { programmeId, reportHash: document.hash })
    // Refused most likely because the text has changed: then the new one must be read.
    if (answer === null) {
      setRead(false)
      report.readAgain()
    }
  }
  const said = problem ?? acting.failure
  return (
    <Section title="Your word" className="consent">
      <form onSubmit={(event) => void agree(event)} noValidate>
        {failed > 0 ? (
          <p>
            {failed === 1 ? 'One requirement is' : `${failed} requirements are`} not met.{' '}
            <button type="button" className="link-button" onClick={() => onShow('requirements')}>
              See which
            </button>
          </p>
        ) : null}
        <label className="choice">
          <input ref={box} type="checkbox" checked={hasRead} aria-invalid={said ? true : undefined} aria-describedby={said ? `${id}-problem` : undefined} onChange={(event) => { setRead(event.target.checked); setProblem(null) }} />
          <span>I have read what each step does, what it costs and how it is undone, and want {name} {isAgain ? 'to go on with them as they are now' : 'to be set up on this machine in these steps'}.</span>
        </label>
        <div className="form-go">
          <button type="submit" className="button button-main" aria-disabled={acting.isBusy || report.isReading ? true : undefined}>
            {acting.isBusy ? 'Noting it …' : isAgain ? 'Agree to it as it is now' : 'Agree and begin'}
          </button>
          <span className="small muted">{isAgain ? 'Agreeing does nothing by itself: it may be started again from then on.' : 'Agreeing does nothing by itself: each step waits for you.'}</span>
        </div>
        {said ? (
          <p id={`${id}-problem`} className="field-problem" role="alert">
            {said}
          </p>
        ) : null}
      </form>
    </Section>
  )
}
