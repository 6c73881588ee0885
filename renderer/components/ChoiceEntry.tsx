/** A few choices, one of which holds; saved when it is chosen. */
import { useId, useState, type ReactNode } from 'react'
import { FieldNotes, SavedMark } from './FieldNotes.tsx'

export interface Choice<Value extends string> {
  value: Value
  title: string
}

export interface ChoiceEntryProps<Value extends string> {
  label: string
  value: Value
  choices: readonly Choice<Value>[]
  /** Answers what went wrong; null: it is saved. */
  save: (next: Value) => Promise<string | null>
  help?: ReactNode
  isLabelHidden?: boolean
}

export function ChoiceEntry<Value extends string>({ label, value, choices, save, help, isLabelHidden = false }: ChoiceEntryProps<Value>) {
  const id = useId()
  const [outcome, setOutcome] = useState<{ saved: boolean; problem?: string }>({ saved: false })

  async function choose(next: Value): Promise<void> {
    const failure = await save(next)
    setOutcome(failure === null ? { saved: true } : { saved: false, problem: failure })
  }

  return (
    <div className="field">
      <label htmlFor={id} className={isLabelHidden ? 'visually-hidden' : undefined}>
        {label}
      </label>
      <span className="field-box">
        <select id={id} className="select" value={value} aria-describedby={help ? `${id}-help` : undefined} onChange={(event) => void choose(event.target.value as Value)}>
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.title}
            </option>
          ))}
        </select>
        <SavedMark saved={outcome.saved} />
      </span>
      <FieldNotes id={id} problem={outcome.problem} help={help} />
    </div>
  )
}
