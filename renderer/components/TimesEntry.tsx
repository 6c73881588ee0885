/** A stretch of every day, such as quiet hours: both ends or neither, saved together. */
import { useId, useState } from 'react'
import { FieldNotes, SavedMark } from './FieldNotes.tsx'

export interface TimesEntryProps {
  legend: string
  from: string | null
  to: string | null
  /** Answers what went wrong; null: it is saved. */
  save: (from: string | null, to: string | null) => Promise<string | null>
  help: string
}

export function TimesEntry({ legend, from, to, save, help }: TimesEntryProps) {
  const id = useId()
  /** What is being typed; null: the fields show what is saved. */
  const [typed, setTyped] = useState<{ from: string; to: string } | null>(null)
  const [outcome, setOutcome] = useState<{ saved: boolean; problem?: string }>({ saved: false })
  const shown = typed ?? { from: from ?? '', to: to ?? '' }

  async function keep(next: { from: string; to: string }): Promise<void> {
    if ((next.from === '') !== (next.to === '')) return setOutcome({ saved: false, problem: 'Set both times, or neither.' })
    if (next.from !== '' && next.from === next.to) return setOutcome({ saved: false, problem: 'The two times are the same: that would be no time, or all day.' })
    const failure = await save(next.from || null, next.to || null)
    setOutcome(failure === null ? { saved: true } : { saved: false, problem: failure })
    if (failure === null) setTyped(null)
  }
  function type(change: Partial<{ from: string; to: string }>): void {
    setTyped({ ...shown, ...change })
    setOutcome({ saved: false })
  }
  return (
    <fieldset
      className="field quiet"
      onBlur={(event) => {
        if (typed !== null && !event.currentTarget.contains(event.relatedTarget)) void keep(typed)
      }}
    >
      <legend>{legend}</legend>
      <span className="field-box">
        <label htmlFor={`${id}-from`}>from</label>
        <input id={`${id}-from`} className="input" type="time" value={shown.from} aria-describedby={`${id}-help`} onChange={(event) => type({ from: event.target.value })} />
        <label htmlFor={`${id}-to`}>to</label>
        <input id={`${id}-to`} className="input" type="time" value={shown.to} aria-describedby={`${id}-help`} onChange={(event) => type({ to: event.target.value })} />
        {shown.from !== '' || shown.to !== '' ? (
          <button type="button" className="button button-small" onClick={() => void keep({ from: '', to: '' }).then(() => setTyped(null))}>
            None
          </button>
        ) : null}
        <SavedMark saved={outcome.saved} />
      </span>
      <FieldNotes id={id} problem={outcome.problem} help={help} />
    </fieldset>
  )
}
