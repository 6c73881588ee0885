/** Something that is on or off; saved when it is changed. */
import { useId, useState, type ReactNode } from 'react'
import { FieldNotes, SavedMark } from './FieldNotes.tsx'

export interface SwitchEntryProps {
  label: ReactNode
  value: boolean
  /** Answers what went wrong; null: it is saved. */
  save: (next: boolean) => Promise<string | null>
  help?: ReactNode
}

export function SwitchEntry({ label, value, save, help }: SwitchEntryProps) {
  const id = useId()
  /** What was chosen, until it is saved or refused. */
  const [chosen, setChosen] = useState<boolean | null>(null)
  const [outcome, setOutcome] = useState<{ saved: boolean; problem?: string }>({ saved: false })
  async function change(next: boolean): Promise<void> {
    setChosen(next)
    const failure = await save(next)
    setOutcome(failure === null ? { saved: true } : { saved: false, problem: failure })
    setChosen(null)
  }
  return (
    <div className="field">
      <span className="field-box">
        <label className="choice choice-inline">
          <input type="checkbox" checked={chosen ?? value} aria-describedby={help ? `${id}-help` : undefined} onChange={(event) => void change(event.target.checked)} />
          {label}
        </label>
        <SavedMark saved={outcome.saved} />
      </span>
      <FieldNotes id={id} problem={outcome.problem} help={help} />
    </div>
  )
}
