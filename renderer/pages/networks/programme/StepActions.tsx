/** Do a step, try it again, cancel it, say that it is done, undo it: what can be asked of it now. */
import { useId, useRef, useState } from 'react'
import type { StepState } from '../../../../shared/enrolment.ts'
import { Words } from '../../../components/Words.tsx'
import { asSentence } from '../../../format/words.ts'
import { hasAnswers, sentences } from './programme-words.ts'
import { useAct } from '../../../state/use-act.ts'

export function StepActions({ programmeId, step }: { programmeId: string; step: StepState }) {
  const id = useId()
  const doing = useAct()
  const cancelling = useAct()
  const [isUndoing, setUndoing] = useState(false)
  const group = useRef<HTMLDivElement>(null)
  const ref = { programmeId, stepId: step.id }
  const { can } = step
  const of = <span className="visually-hidden"> ({step.title})</span>
  if (!can.do && !can.retry && !can.cancel && !can.undo && !can.confirm && doing.failure === null) return null

  /** The question goes away with the focus in it: its step, which stays, takes it. */
  const card = (): Element | null => group.current?.closest('[data-step]') ?? null
  function close(of: Element | null): void {
    of?.querySelector<HTMLElement>('.row-button')?.focus({ preventScroll: true })
    setUndoing(false)
  }
  async function undo(): Promise<void> {
    const mine = card()
    await doing.act('enrolment.undo', ref)
    close(mine)
  }
  const failure = doing.failure ?? cancelling.failure
  return (
    <div className="step-actions">
      {(can.do && hasAnswers(step)) || can.retry ? (
        <button type="button" className="button button-main" aria-disabled={doing.isBusy ? true : undefined} onClick={() => (doing.isBusy ? undefined : void doing.act('enrolment.do', ref))}>
          {can.retry ? 'Try again' : step.where !== 'here' ? (step.phase === 'waits-for-you' ? 'Look whether it is done' : 'Begin') : step.fields.length > 0 && step.command === null ? 'Go on' : 'Do it'}
          {of}
        </button>
      ) : null}
      {can.confirm ? (
        <button type="button" className="button" aria-disabled={doing.isBusy ? true : undefined} onClick={() => (doing.isBusy ? undefined : void doing.act('enrolment.confirm', ref))}>
          I have done it{of}
        </button>
      ) : null}
      {can.cancel ? (
        <button type="button" className="button" onClick={() => void cancelling.act('enrolment.cancel', ref)}>
          Cancel{of}
        </button>
      ) : null}
      {can.undo && !isUndoing ? (
        <button type="button" className="button button-small" onClick={() => setUndoing(true)}>
          Undo …{of}
        </button>
      ) : null}
      {can.undo && isUndoing ? (
        <div
          ref={group}
          className="sure"
          role="group"
          aria-labelledby={id}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return
            event.preventDefault()
            close(card())
          }}
        >
          <p id={id}>
            <strong>Undo this step?</strong> <Words text={asSentence(step.undo)} /> {step.remains.length > 0 ? <>What remains: <Words text={sentences(step.remains)} /></> : null}
          </p>
          <p className="form-go">
            <button type="button" className="button" aria-disabled={doing.isBusy ? true : undefined} autoFocus onClick={() => (doing.isBusy ? undefined : void undo())}>
              {doing.isBusy ? 'Undoing …' : 'Undo it'}
            </button>
            <button type="button" className="button" onClick={() => close(card())}>
              Leave it as it is
            </button>
          </p>
        </div>
      ) : null}
      {failure ? (
        <p className="field-problem" role="alert">
          {failure}
        </p>
      ) : null}
    </div>
  )
}
