/** One setting that is a number. */
import type { ReactNode } from 'react'
import type { Settings, SettingsChange } from '../../../shared/settings.ts'
import { NumberEntry } from '../../components/NumberEntry.tsx'
import { readNumberSetting, type NumberSettingName } from './number-setting.ts'
import { useChange } from './use-change.ts'

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

export function NumberSetting({ name, required = false, ...shown }: NumberSettingProps) {
  const change = useChange()
  return <NumberEntry {...shown} read={(typed) => readNumberSetting(name, typed, required)} save={(value) => change({ [name]: value } as SettingsChange)} />
}
