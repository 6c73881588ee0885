/** Tells windows the settings, with the rate that their money is shown at. Part of the wiring. */
import { currencyRateOf } from './earnings/money-settings.ts'
import type { Markets } from './earnings/markets.ts'
import type { SettingsStore } from './state/settings.ts'
import type { Store } from './state/store.ts'

export interface ToldSettings {
  tell(): void
  /** A live rate may have come in: pages divide by the one that estimates stand on. */
  rateMayHaveChanged(): void
}

export function tellSettings({ store, settings, markets }: { store: Store; settings: SettingsStore; markets: Markets }): ToldSettings {
  const now = (): ReturnType<typeof currencyRateOf> => currencyRateOf(settings.values(), markets)
  return {
    tell: () => store.write('settings', { values: settings.values(), currencyRate: now() }),
    rateMayHaveChanged() {
      const rate = now()
      const shown = store.read('settings').currencyRate
      if (rate?.usdPerUnit !== shown?.usdPerUnit || rate?.takenAt !== shown?.takenAt) store.write('settings', { values: settings.values(), currencyRate: rate })
    },
  }
}
