/** One step: what it is and how it went in a line; what it does to the machine, in full, behind it. */
import { useId, useState } from 'react'
import type { StepState } from '../../../../shared/enrolment.ts'
import { Icon } from '../../../components/Icon.tsx'
import { MarkWord } from '../../../components/ProviderMark.tsx'
import { Words } from '../../../components/Words.tsx'
import { StepActions } from './StepActions.tsx'
import { StepFields } from './StepFields.tsx'
import { StepFull } from './StepFull.tsx'
import { isCurrent, progressWords, stepMarks, whereWords } from './programme-words.ts'

export interface StepCardProps {
  programmeId: string
  step: StepState
  no: number
  isAgreed: boolean
  /** Of every answer that is asked for in any step, by its name. */
  labels: ReadonlyMap<string, string>
}

export function StepCard({ programmeId, step, no, isAgreed, labels }: StepCardProps) {
  const id = useId()
  /** null: as it is by itself: everything before consent, then the steps whose turn it is. */
  const [chosen, setChosen] = useState<boolean | null>(null)
  const isOpen = chosen ?? (!isAgreed || isCurrent(step))
  // What was answered can be changed later; until somebody means to, it is out of the way.
  const isAnswered = step.phase === 'done' || step.phase === 'found-done'
  const asksNow = step.fields.length > 0 && step.phase !== 'undoing' && (isAgreed || step.can.do || step.can.confirm) && (isOpen || !isAnswered)
  const isTold = step.because !== null && step.because !== ''
  return (
    <li data-step={step.id} className={`step${isAgreed && isCurrent(step) ? ' step-current' : ''}`}>
      <div className="step-head">
        <h3>
          <button type="button" className="row-button" aria-expanded={isOpen} aria-controls={`${id}-full`} onClick={() => setChosen(!isOpen)}>
            <Icon name="open" />
            <span>
              {no}. {step.title}
            </span>
          </button>
        </h3>
        <span className="muted small">{whereWords[step.where]}</span>
        <MarkWord mark={stepMarks[step.phase]} />
      </div>
      <p className="step-what">
        <Words text={step.what} />
      </p>
      {isTold ? (
        <p className={step.phase === 'failed' || step.phase === 'undo-failed' || step.phase === 'blocked' ? 'step-because step-bad' : 'step-because'} role={step.phase === 'failed' || step.phase === 'undo-failed' ? 'alert' : undefined}>
          <Words text={step.because ?? ''} />
          {step.remedy ? (
            <span className="remedy">
              <Words text={step.remedy} />
            </span>
          ) : null}
        </p>
      ) : null}
      <Progress step={step} />
      <div id={`${id}-full`} hidden={!isOpen}>
        {isOpen ? <StepFull step={step} labels={labels} /> : null}
      </div>
      {asksNow ? <StepFields programmeId={programmeId} step={step} /> : null}
      <StepActions programmeId={programmeId} step={step} />
    </li>
  )
}

function Progress({ step }: { step: StepState }) {
  const { progress } = step
  if (progress === null || (step.phase !== 'doing' && step.phase !== 'verifying')) return null
  return (
    <div className="step-progress">
      <progress className="progress" aria-label={`Progress of ${step.title}`} {...(progress.totalBytes === null ? {} : { value: Math.min(progress.doneBytes, progress.totalBytes), max: Math.max(1, progress.totalBytes) })} />
      <span className="small muted">{progressWords(progress)}</span>
    </div>
  )
}
