/** One setting that is on or off. */
import type { Settings, SettingsChange } from '../../../shared/settings.ts'
import { SwitchEntry } from '../../components/SwitchEntry.tsx'
import { useChange } from './use-change.ts'

type SwitchName = { [Name in keyof Settings]: Settings[Name] extends boolean ? Name : never }[keyof Settings]

export function SwitchSetting({ name, ...shown }: { name: SwitchName; label: string; value: boolean; help?: string }) {
  const change = useChange()
  return <SwitchEntry {...shown} save={(next) => change({ [name]: next } as SettingsChange)} />
}
