/** A word or two that are saved when their field is left or Enter is pressed, and refused with a sentence. */
import { useId, useState, type ReactNode } from 'react'
import { FieldNotes, SavedMark } from './FieldNotes.tsx'

export interface TextEntryProps {
  label: string
  /** As saved; null: not set. */
  value: string | null
  /** What was typed, or what is wrong with it; null: nothing. */
  read: (typed: string) => { value: string | null; problem?: string }
  /** Answers what went wrong; null: it is saved. */
  save: (value: string | null) => Promise<string | null>
  placeholder?: string
  choices?: readonly string[]
  help?: ReactNode
}

export function TextEntry({ label, value, read, save, placeholder, choices, help }: TextEntryProps) {
  const id = useId()
  /** What is being typed; null: the field shows what is saved. */
  const [typed, setTyped] = useState<string | null>(null)
  const [outcome, setOutcome] = useState<{ saved: boolean; problem?: string }>({ saved: false })

  async function commit(): Promise<void> {
    if (typed === null) return
    const found = read(typed.trim())
    if (found.problem !== undefined) return setOutcome({ saved: false, problem: found.problem })
    if (found.value === value) {
      setOutcome({ saved: false })
      return setTyped(null)
    }
    const failure = await save(found.value)
    setOutcome(failure === null ? { saved: true } : { saved: false, problem: failure })
    if (failure === null) setTyped(null)
  }
  return (
    <div className={outcome.problem ? 'field field-wrong' : 'field'}>
      <label htmlFor={id}>{label}</label>
      <span className="field-box">
        <input
          id={id}
          className="input input-text"
          list={choices ? `${id}-choices` : undefined}
          autoComplete="off"
          spellCheck={false}
          maxLength={200}
          placeholder={placeholder}
          value={typed ?? value ?? ''}
          aria-invalid={outcome.problem ? true : undefined}
          aria-describedby={outcome.problem ? `${id}-problem ${id}-help` : `${id}-help`}
          onChange={(event) => {
            setTyped(event.target.value)
            setOutcome({ saved: false })
          }}
          onBlur={() => void commit()}
          onKeyDown={(event) => {
            if (event.key === 'Enter') void commit()
          }}
        />
        {choices ? (
          <datalist id={`${id}-choices`}>
            {choices.map((choice) => (
              <option key={choice} value={choice} />
            ))}
          </datalist>
        ) : null}
        <SavedMark saved={outcome.saved} />
      </span>
      <FieldNotes id={id} problem={outcome.problem} help={help} />
    </div>
  )
}
