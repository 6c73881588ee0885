/** One setting with a few choices; saved when chosen. */
import { useId, useState } from 'react'
import { FieldNotes, SavedMark } from '../../components/FieldNotes.tsx'
import type { Settings, SettingsChange } from '../../../shared/settings.ts'
import { useAsk } from '../../state/window-context.ts'
import type { Choice } from './choices.ts'

export interface ChoiceSettingProps<Name extends keyof Settings> {
  name: Name
  label: string
  value: Settings[Name] & string
  choices: Choice<Settings[Name] & string>[]
  help?: string
}

export function ChoiceSetting<Name extends keyof Settings>({ name, label, value, choices, help }: ChoiceSettingProps<Name>) {
  const ask = useAsk()
  const id = useId()
  const [outcome, setOutcome] = useState<{ saved: boolean; problem?: string }>({ saved: false })

  async function choose(next: string): Promise<void> {
    const reply = await ask('settings.change', { [name]: next } as SettingsChange)
    setOutcome(reply.ok ? { saved: true } : { saved: false, problem: reply.failure.message })
  }

  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <span className="field-box">
        <select id={id} className="select" value={value} aria-describedby={help ? `${id}-help` : undefined} onChange={(event) => void choose(event.target.value)}>
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
