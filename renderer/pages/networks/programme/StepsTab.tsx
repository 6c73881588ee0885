/** Setting up, step by step: first all of it to read, then consent once, then each step with what it does and how it went. */
import type { EnrolmentState } from '../../../../shared/enrolment.ts'
import { Notice } from '../../../components/Notice.tsx'
import { Section } from '../../../components/Page.tsx'
import { Words } from '../../../components/Words.tsx'
import { Moment } from '../../../components/Moment.tsx'
import { count } from '../../../format/numbers.ts'
import { ConsentPanel } from './ConsentPanel.tsx'
import type { ProgrammeTab } from './programme-detail.ts'
import { StepCard } from './StepCard.tsx'
import { Strangers, Traps } from './Traps.tsx'
import { isOtherNow, trapsInOrder } from './programme-words.ts'
import type { ReportAnswer } from './use-report.ts'

export interface StepsTabProps {
  name: string
  enrolment: EnrolmentState | undefined
  report: ReportAnswer
  onShow: (tab: ProgrammeTab) => void
}

export function StepsTab({ name, enrolment, report, onShow }: StepsTabProps) {
  if (enrolment === undefined) return <p className="unknown-block">Idlewatt does not set this programme up. Its own site says how.</p>
  const document = report.report
  const steps = enrolment.steps.length > 0 ? enrolment.steps : (document?.steps ?? [])
  const strangers = document?.strangers ?? []
  const leftOut = steps.filter((step) => step.phase === 'left-out')
  const needed = steps.filter((step) => step.phase !== 'left-out')
  const labels = new Map(steps.flatMap((step) => step.fields.map((field) => [field.id, field.label] as const)))
  // While it is looked at anew, what was agreed to stands.
  const wasAgreed = ['setting-up', 'set-up', 'leaving'].includes(enrolment.phase) || (enrolment.phase === 'checking' && enrolment.consent !== null)
  const isOther = isOtherNow(enrolment, document)
  const isAgreed = wasAgreed && !isOther
  const traps = trapsInOrder(document?.traps ?? steps.flatMap((step) => step.traps))
  return (
    <>
      {document ? (
        <p className="network-sentence">
          <Words text={document.summary} />
        </p>
      ) : null}
      <Strangers strangers={strangers} />
      {document?.blocked && document.blocked !== enrolment.blocked && strangers.length === 0 ? <Notice level="warning" title={<Words text={document.blocked} />} /> : null}
      <Traps traps={traps} />
      {isAgreed ? (
        <p className="muted small">
          {enrolment.consent ? <>You agreed to this <Moment at={enrolment.consent.at} />. </> : null}Each step can be tried again and undone by itself; what is done stays done if Idlewatt or the machine stops in between.
        </p>
      ) : isOther ? (
        <Notice level="warning" title="What setting up does is no longer what you agreed to.">
          <p>It is not started again until you have read the steps as they are now and agreed to them, below all of them. What runs goes on, and what is done stays done.</p>
        </Notice>
      ) : (
        <p className="muted small">Nothing is downloaded, run or started until you agree, below all the steps. Read what each of them does first.</p>
      )}
      {steps.length === 0 ? (
        report.isReading ? (
          <p role="status" className="looking">
            <span className="looking-mark" aria-hidden="true" />
            Reading what setting up would do …
          </p>
        ) : (
          <p className="unknown-block">There is no step to do.</p>
        )
      ) : (
        <ol className="steps">
          {needed.map((step, i) => (
            <StepCard key={step.id} programmeId={enrolment.programmeId} step={step} no={i + 1} isAgreed={isAgreed} labels={labels} />
          ))}
        </ol>
      )}
      {leftOut.length > 0 ? (
        <details className="folded">
          <summary>{count(leftOut.length, 'step')} not needed on this machine</summary>
          <ul className="duties">
            {leftOut.map((step) => (
              <li key={step.id}>
                <strong>{step.title}.</strong> <Words text={step.because ?? ''} />
              </li>
            ))}
          </ul>
        </details>
      ) : null}
      {isAgreed || steps.length === 0 ? null : <ConsentPanel name={name} programmeId={enrolment.programmeId} report={report} isAgain={isOther} onShow={onShow} />}
      {document && document.leaving.length > 0 && !isAgreed ? (
        <Section title="The way back">
          <p>
            Leaving undoes the steps in order, and says what remains.{' '}
            <button type="button" className="link-button" onClick={() => onShow('leave')}>
              See how leaving goes
            </button>
          </p>
        </Section>
      ) : null}
    </>
  )
}
