/** Leaving: each undo in its order, what remains afterwards, and the button that does it after a second word. */
import { useEffect, useRef, useState } from 'react'
import type { EnrolmentReport, EnrolmentState, StepState } from '../../../../shared/enrolment.ts'
import { MarkWord } from '../../../components/ProviderMark.tsx'
import { Notice } from '../../../components/Notice.tsx'
import { Words } from '../../../components/Words.tsx'
import { asSentence } from '../../../format/words.ts'
import { StepActions } from './StepActions.tsx'
import { sentences, stepMarks } from './programme-words.ts'
import { useAct } from '../../../state/use-act.ts'

export function LeaveTab({ name, enrolment, report }: { name: string; enrolment: EnrolmentState | undefined; report: EnrolmentReport | null }) {
  if (enrolment === undefined) return <p className="unknown-block">Idlewatt has set nothing up for this programme, so there is nothing to undo here.</p>
  // By their ids: titles may be there twice, once for each system.
  const concerned = (enrolment.steps.length > 0 ? enrolment.steps : (report?.steps ?? [])).filter((step) => step.phase !== 'left-out').toReversed()
  const hasBegun = enrolment.phase !== 'not-begun' && enrolment.phase !== 'left'
  /** Ending it on a website or by hand lies with the user, who says when it is done. */
  // Behind the steps stands what no step undoes: a stake, with the day on which it comes back.
  const beyondSteps = report?.leaving.slice(report.steps.length) ?? []
  const isLeftToUser = (step: StepState): boolean => enrolment.phase === 'leaving' && step.phase === 'waits-for-you' && step.can.confirm
  const stuck = enrolment.steps.filter((step) => step.phase === 'undo-failed')
  return (
    <>
      {enrolment.phase === 'left' ? <Notice level="info" title={`${name} has been left.`}><p>{(enrolment.remains ?? []).length === 0 ? 'Nothing of it remains.' : 'What remains:'}</p><Remains lines={enrolment.remains ?? []} /></Notice> : null}
      {stuck.length > 0 ? (
        <Notice level="error" title={stuck.length === 1 ? 'One step could not be undone.' : `${stuck.length} steps could not be undone.`}>
          <p>The others were. What stands in the way is said with the step; leave again once it is gone.</p>
        </Notice>
      ) : null}
      <p>{hasBegun ? 'Leaving stops the software, then undoes what was done, in this order. What was so before Idlewatt came is left alone.' : 'Nothing has been set up, so there is nothing to undo. This is how leaving would go.'}</p>
      <ol className="leaving">
        {concerned.map((step) => (
          <li key={step.id} data-step={step.id}>
            <p>
              <strong>{step.title}</strong> {hasBegun ? <MarkWord mark={stepMarks[step.phase]} /> : null}
            </p>
            <p>
              <Words text={asSentence(step.undo)} />
            </p>
            {step.remains.length > 0 ? (
              <p className="muted">
                What remains: <Words text={sentences(step.remains)} />
              </p>
            ) : null}
            {hasBegun && step.because && (step.phase === 'undo-failed' || isLeftToUser(step)) ? (
              <p className={step.phase === 'undo-failed' ? 'step-because step-bad' : 'step-because'}>
                <Words text={step.because} />
                {step.remedy ? <span className="remedy"><Words text={step.remedy} /></span> : null}
              </p>
            ) : null}
            {isLeftToUser(step) ? <StepActions programmeId={enrolment.programmeId} step={step} /> : null}
          </li>
        ))}
        {beyondSteps.map((one) => (
          <li key={one.step}>
            <p>
              <strong>{one.step}</strong>
            </p>
            <p>
              <Words text={asSentence(one.undo)} />
            </p>
            <p className="muted">
              <Words text={sentences(one.remains)} />
            </p>
          </li>
        ))}
      </ol>
      {hasBegun ? <Leave name={name} programmeId={enrolment.programmeId} isLeaving={enrolment.phase === 'leaving'} /> : null}
    </>
  )
}

function Remains({ lines }: { lines: readonly string[] }) {
  if (lines.length === 0) return null
  return (
    <ul className="duties">
      {lines.map((line) => (
        <li key={line}>
          <Words text={asSentence(line)} />
        </li>
      ))}
    </ul>
  )
}

function Leave({ name, programmeId, isLeaving }: { name: string; programmeId: string; isLeaving: boolean }) {
  const acting = useAct()
  const [isSure, setSure] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const group = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (isSure) group.current?.focus()
  }, [isSure])
  function stay(): void {
    setSure(false)
    button.current?.focus()
  }
  async function leave(): Promise<void> {
    if (acting.isBusy) return
    await acting.act('enrolment.leave', { programmeId })
    stay()
  }
  return (
    <div className="leave">
      <button ref={button} type="button" className="button" aria-expanded={isSure} aria-disabled={acting.isBusy ? true : undefined} onClick={() => !acting.isBusy && setSure(!isSure)}>
        {acting.isBusy || isLeaving ? 'Leaving …' : `Leave ${name} …`}
      </button>
      {isSure ? (
        <div
          ref={group}
          className="sure"
          role="group"
          aria-label={`Leave ${name}?`}
          tabIndex={-1}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return
            event.preventDefault()
            stay()
          }}
        >
          <p>
            <strong>Leave {name}?</strong> Its software is stopped now, work in progress with it, and its steps are undone. What lies on a website or on a chain is yours to end there.
          </p>
          <p className="form-go">
            <button type="button" className="button button-main" aria-disabled={acting.isBusy ? true : undefined} onClick={() => void leave()}>
              {acting.isBusy ? 'Leaving …' : 'Leave'}
            </button>
            <button type="button" className="button" onClick={stay}>
              Stay
            </button>
          </p>
        </div>
      ) : null}
      {acting.failure ? (
        <p className="field-problem" role="alert">
          {acting.failure}
        </p>
      ) : null}
    </div>
  )
}
