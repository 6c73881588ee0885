/** One setting that is a number; saved when the field is left or Enter is pressed, refused with a sentence. */
import { useEffect, useRef, useState, type ReactNode } from 'react'
import type { Settings, SettingsChange } from '../../../shared/settings.ts'
import { NumberField } from '../../components/NumberField.tsx'
import { useAsk } from '../../state/window-context.ts'
import { readNumberSetting, typedOf, type NumberSettingName } from './number-setting.ts'

export interface NumberSettingProps {
  name: NumberSettingName
  label: string
  unit: string
  value: Settings[NumberSettingName]
  placeholder?: string
  help?: ReactNode
  /** An empty field is wrong rather than "not set". */
  required?: boolean
}

export function NumberSetting({ name, label, unit, value, placeholder, help, required = false }: NumberSettingProps) {
  const ask = useAsk()
  /** What is being typed; null: the field shows what is saved. */
  const [typed, setTyped] = useState<string | null>(null)
  const [problem, setProblem] = useState<string | undefined>()
  const [saved, setSaved] = useState(false)
  const isSent = useRef(false)
  // What was typed stays until the saved value has come back, so that the field does not flicker to the old one.
  useEffect(() => {
    if (isSent.current) setTyped(null)
    isSent.current = false
  }, [value])

  async function commit(): Promise<void> {
    if (typed === null) return
    const read = readNumberSetting(name, typed, required)
    setProblem(read.problem)
    if (read.problem !== undefined) return
    if (read.value === value) return setTyped(null)
    isSent.current = true
    const reply = await ask('settings.change', { [name]: read.value } as SettingsChange)
    setProblem(reply.ok ? undefined : reply.failure.message)
    setSaved(reply.ok)
    if (!reply.ok) isSent.current = false
  }

  return (
    <NumberField
      label={label}
      unit={unit}
      value={typed ?? typedOf(value)}
      onChange={(text) => {
        setTyped(text)
        setSaved(false)
      }}
      onCommit={() => void commit()}
      placeholder={placeholder}
      help={help}
      problem={problem}
      saved={saved}
    />
  )
}
