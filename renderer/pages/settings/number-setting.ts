/** Reads a typed number for a setting; its limits come from the one schema. Pure. */
import { settingsSchema } from '../../../shared/settings.ts'
import { readNumber, type ReadNumber } from '../../format/typed-number.ts'

export type NumberSettingName = 'electricityPricePerKwh' | 'usdPerCurrencyUnit' | 'wallPowerFactor' | 'wallPowerOffsetW' | 'hostPowerW' | 'hotFromC' | 'wearPerHour'

export function readNumberSetting(name: NumberSettingName, typed: string, required: boolean): ReadNumber {
  return readNumber(settingsSchema.shape[name], typed, { required })
}
