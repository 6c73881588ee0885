/** What a step needs to be told. Secrets go in and never come back: only since when one is stored is shown. */
import { useId, useState, type FormEvent } from 'react'
import type { StepField, StepState } from '../../../../shared/enrolment.ts'
import { looksLikeSecret } from '../../../../shared/secrets.ts'
import { Moment } from '../../../components/Moment.tsx'
import { useAct } from '../../../state/use-act.ts'

export function StepFields({ programmeId, step }: { programmeId: string; step: StepState }) {
  const acting = useAct()
  /** What was typed and not saved yet. */
  const [typed, setTyped] = useState<Record<string, string>>({})
  const [problem, setProblem] = useState<string | null>(null)
  const [said, setSaid] = useState('')
  const isBusy = step.phase === 'doing' || step.phase === 'verifying' || acting.isBusy

  async function save(values: Record<string, string>): Promise<void> {
    setProblem(null)
    setSaid('')
    const answer = await acting.act('enrolment.answer', { programmeId, stepId: step.id, values })
    // A secret leaves the page whatever came of it, and so does what should never have been typed.
    const keep = ([id, value]: [string, string]): boolean => answer === null && step.fields.find((field) => field.id === id)?.kind !== 'secret' && !looksLikeSecret(value)
    setTyped((before) => Object.fromEntries(Object.entries(before).filter(keep)))
    if (answer !== null) setSaid('Saved.')
  }
  function submit(event: FormEvent): void {
    event.preventDefault()
    if (isBusy) return
    const missing = step.fields.find((field) => field.isRequired && (typed[field.id] ?? step.answers[field.id] ?? '') === '' && step.storedSince[field.id] === undefined)
    if (missing) return setProblem(`${missing.label} is needed.`)
    if (Object.keys(typed).length === 0) return setProblem('Nothing was changed.')
    void save(typed)
  }

  return (
    <form className="step-fields" onSubmit={submit} noValidate autoComplete="off">
      {step.fields.map((field) => (
        <Field key={field.id} field={field} value={typed[field.id] ?? (field.kind === 'secret' ? '' : (step.answers[field.id] ?? ''))} storedSince={step.storedSince[field.id] ?? null} onChange={(value) => { setTyped((before) => ({ ...before, [field.id]: value })); setSaid(''); setProblem(null) }} onRemove={() => void save({ [field.id]: '' })} />
      ))}
      <span className="field-box step-save">
        <button type="submit" className="button button-small" aria-disabled={isBusy ? true : undefined}>
          {acting.isBusy ? 'Saving …' : 'Save'}
          <span className="visually-hidden"> the answers of {step.title}</span>
        </button>
        <span role="status" className="small muted">
          {said}
        </span>
      </span>
      {(problem ?? acting.failure) ? (
        <p className="field-problem" role="alert">
          {problem ?? acting.failure}
        </p>
      ) : null}
    </form>
  )
}

interface FieldProps {
  field: StepField
  value: string
  storedSince: number | null
  onChange: (value: string) => void
  onRemove: () => void
}

function Field({ field, value, storedSince, onChange, onRemove }: FieldProps) {
  const id = useId()
  const isSecret = field.kind === 'secret'
  return (
    <div className="field">
      <label htmlFor={id}>
        {field.label}
        {field.isRequired ? '' : ' (may be left empty)'}
      </label>
      <span className="field-box">
        {field.kind === 'choice' ? (
          <select id={id} className="select" value={value} aria-describedby={`${id}-help`} onChange={(event) => onChange(event.target.value)}>
            <option value="">choose …</option>
            {field.choices.map((choice) => (
              <option key={choice.value} value={choice.value}>
                {choice.label}
              </option>
            ))}
          </select>
        ) : (
          <input id={id} className="input input-wide" type={isSecret ? 'password' : 'text'} autoComplete={isSecret ? 'new-password' : 'off'} spellCheck={false} maxLength={4000} placeholder={isSecret && storedSince !== null ? 'stored; type another to replace it' : (field.placeholder ?? '')} value={value} aria-describedby={`${id}-help`} onChange={(event) => onChange(event.target.value)} />
        )}
        {isSecret && storedSince !== null ? (
          <button type="button" className="button button-small" onClick={onRemove}>
            Remove it<span className="visually-hidden"> ({field.label})</span>
          </button>
        ) : null}
      </span>
      <span className="field-help" id={`${id}-help`}>
        {storedSince === null ? null : (
          <>
            Stored since <Moment at={storedSince} />.{' '}
          </>
        )}
        {field.hint}
        {isSecret && !/key store/.test(field.hint) ? ' It is kept in this machine’s key store and never shown again.' : ''}
      </span>
    </div>
  )
}
