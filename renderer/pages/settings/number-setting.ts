/** Reads a typed number for a setting; its limits come from the one schema, their sentences from here. Pure. */
import { settingsSchema, type Settings } from '../../../shared/settings.ts'
import { formatPlain } from '../../format/numbers.ts'
import { numberProblem, parseNumber } from '../../format/typed-number.ts'

export type NumberSettingName = 'electricityPricePerKwh' | 'usdPerCurrencyUnit' | 'wallPowerFactor' | 'wallPowerOffsetW' | 'hostPowerW' | 'hotFromC' | 'wearPerHour'

export interface ReadSetting {
  value: number | null
  problem: string | undefined
}

export function readNumberSetting(name: NumberSettingName, typed: string, required: boolean): ReadSetting {
  const parsed = parseNumber(typed)
  if (parsed === 'not-a-number') return { value: null, problem: numberProblem }
  if (parsed === null && required) return { value: null, problem: 'This needs a number.' }
  const checked = settingsSchema.shape[name].safeParse(parsed)
  if (checked.success) return { value: checked.data, problem: undefined }
  const issue = checked.error.issues[0]
  if (issue?.code === 'too_big') return { value: null, problem: `At most ${formatPlain(Number(issue.maximum))}.` }
  if (issue?.code === 'too_small') return { value: null, problem: issue.inclusive === false ? `More than ${formatPlain(Number(issue.minimum))}.` : `At least ${formatPlain(Number(issue.minimum))}.` }
  return { value: null, problem: numberProblem }
}

/** As it stands in the field: no thousands marks, a point. */
export function typedOf(value: Settings[NumberSettingName]): string {
  return value === null ? '' : String(value)
}
