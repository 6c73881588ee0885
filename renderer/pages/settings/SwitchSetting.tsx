/** One setting that is on or off; saved when it is changed. */
import { useId, useState } from 'react'
import { FieldNotes, SavedMark } from '../../components/FieldNotes.tsx'
import type { Settings, SettingsChange } from '../../../shared/settings.ts'
import { useAsk } from '../../state/window-context.ts'

type SwitchName = { [Name in keyof Settings]: Settings[Name] extends boolean ? Name : never }[keyof Settings]

export function SwitchSetting({ name, label, value, help }: { name: SwitchName; label: string; value: boolean; help?: string }) {
  const ask = useAsk()
  const id = useId()
  /** What was chosen, until it is saved or refused. */
  const [chosen, setChosen] = useState<boolean | null>(null)
  const [outcome, setOutcome] = useState<{ saved: boolean; problem?: string }>({ saved: false })
  async function change(next: boolean): Promise<void> {
    setChosen(next)
    const reply = await ask('settings.change', { [name]: next } as SettingsChange)
    setOutcome(reply.ok ? { saved: true } : { saved: false, problem: reply.failure.message })
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
