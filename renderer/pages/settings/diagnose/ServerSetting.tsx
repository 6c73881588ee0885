/** The address of a server that checks may ask; saved when the field is left or Enter is pressed. */
import { useId, useState } from 'react'
import type { SettingsChange } from '../../../../shared/settings.ts'
import { FieldNotes, SavedMark } from '../../../components/FieldNotes.tsx'
import { useAsk } from '../../../state/window-context.ts'

export interface ServerSettingProps {
  name: 'bandwidthServer' | 'stunServer' | 'ntpServer'
  label: string
  value: string | null
  placeholder: string
  help: string
}

export function ServerSetting({ name, label, value, placeholder, help }: ServerSettingProps) {
  const ask = useAsk()
  const id = useId()
  /** What is being typed; null: the field shows what is saved. */
  const [typed, setTyped] = useState<string | null>(null)
  const [outcome, setOutcome] = useState<{ saved: boolean; problem?: string }>({ saved: false })
  async function save(text: string): Promise<void> {
    const wanted = text.trim() === '' ? null : text.trim()
    if (wanted === value) return setTyped(null)
    const reply = await ask('settings.change', { [name]: wanted } as SettingsChange)
    setOutcome(reply.ok ? { saved: true } : { saved: false, problem: reply.failure.message })
    if (reply.ok) setTyped(null)
  }
  return (
    <div className={outcome.problem ? 'field field-wrong' : 'field'}>
      <label htmlFor={id}>{label}</label>
      <span className="field-box">
        <input
          id={id}
          className="input input-wide"
          autoComplete="off"
          spellCheck={false}
          maxLength={500}
          placeholder={placeholder}
          value={typed ?? value ?? ''}
          aria-invalid={outcome.problem ? true : undefined}
          aria-describedby={outcome.problem ? `${id}-problem ${id}-help` : `${id}-help`}
          onChange={(event) => {
            setTyped(event.target.value)
            setOutcome({ saved: false })
          }}
          onBlur={() => void (typed !== null && save(typed))}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && typed !== null) void save(typed)
          }}
        />
        <SavedMark saved={outcome.saved} />
      </span>
      <FieldNotes id={id} problem={outcome.problem} help={help} />
    </div>
  )
}
