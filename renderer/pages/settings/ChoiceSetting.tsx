/** One setting with a few choices. */
import type { Settings, SettingsChange } from '../../../shared/settings.ts'
import { ChoiceEntry, type Choice } from '../../components/ChoiceEntry.tsx'
import { useChange } from './use-change.ts'

export interface ChoiceSettingProps<Name extends keyof Settings> {
  name: Name
  label: string
  value: Settings[Name] & string
  choices: Choice<Settings[Name] & string>[]
  help?: string
}

export function ChoiceSetting<Name extends keyof Settings>({ name, ...shown }: ChoiceSettingProps<Name>) {
  const change = useChange()
  return <ChoiceEntry {...shown} save={(next) => change({ [name]: next } as SettingsChange)} />
}
