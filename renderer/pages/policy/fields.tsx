/** One setting of the policy each, by its name in the one schema. */
import type { ReactNode } from 'react'
import { policySettingsSchema, type PolicyChange, type PolicySettings } from '../../../shared/policy.ts'
import { ChoiceEntry, type Choice } from '../../components/ChoiceEntry.tsx'
import { NumberEntry } from '../../components/NumberEntry.tsx'
import { SwitchEntry } from '../../components/SwitchEntry.tsx'
import { readNumber } from '../../format/typed-number.ts'
import { usePart } from '../../state/window-context.ts'
import { usePolicyChange } from './use-policy-change.ts'

type Named<Kind> = { [Name in keyof PolicySettings]: PolicySettings[Name] extends Kind ? Name : never }[keyof PolicySettings]
type NumberName = Exclude<Named<number | null>, never>
type ChoiceName = 'otherwise' | 'whenIdleUnknown' | 'onBattery' | 'onLidClosed' | 'onMetered' | 'judgesBy'

export interface PolicyNumberProps {
  name: NumberName
  label: string
  unit?: string
  placeholder?: string
  help?: ReactNode
  /** 100: typed in per cent, kept as a share. */
  scale?: number
}

export function PolicyNumber({ name, scale = 1, ...shown }: PolicyNumberProps) {
  const { settings } = usePart('policy')
  const change = usePolicyChange()
  const schema = policySettingsSchema.shape[name].unwrap()
  const kept = settings[name]
  const isNeeded = !schema.safeParse(null).success
  return (
    <NumberEntry
      {...shown}
      value={kept === null ? null : scaled(kept, scale)}
      read={(typed) => {
        const found = readNumber(schema, typed, { required: isNeeded, scale })
        return { ...found, value: found.value === null ? null : scaled(found.value, scale) }
      }}
      save={(value) => change({ [name]: value === null ? null : scaled(value, 1 / scale) } as PolicyChange)}
    />
  )
}

/** Without the dust of binary fractions: 0.07 × 100 is 7. */
export function scaled(value: number, scale: number): number {
  return Number((value * scale).toPrecision(12))
}

export function PolicySwitch({ name, ...shown }: { name: Named<boolean>; label: ReactNode; help?: ReactNode }) {
  const { settings } = usePart('policy')
  const change = usePolicyChange()
  return <SwitchEntry {...shown} value={settings[name]} save={(next) => change({ [name]: next } as PolicyChange)} />
}

export interface PolicyChoiceProps<Name extends ChoiceName> {
  name: Name
  label: string
  choices: Choice<PolicySettings[Name]>[]
  help?: ReactNode
}

export function PolicyChoice<Name extends ChoiceName>({ name, ...shown }: PolicyChoiceProps<Name>) {
  const { settings } = usePart('policy')
  const change = usePolicyChange()
  return <ChoiceEntry {...shown} value={settings[name]} save={(next) => change({ [name]: next } as PolicyChange)} />
}
