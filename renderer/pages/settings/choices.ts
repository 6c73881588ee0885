/** The choices of the settings page, from the one schema. */
import { settingsSchema, type Settings } from '../../../shared/settings.ts'
import type { Choice } from '../../components/ChoiceEntry.tsx'

const names = new Intl.DisplayNames('en', { type: 'currency' })

export const currencies: Choice<Settings['currency']>[] = settingsSchema.shape.currency.unwrap().options.map((code) => ({ value: code, title: `${code}, ${names.of(code) ?? code}` }))

export const themes: Choice<Settings['theme']>[] = [
  { value: 'system', title: 'As the system' },
  { value: 'light', title: 'Light' },
  { value: 'dark', title: 'Dark' },
]
