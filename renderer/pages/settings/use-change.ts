/** Saves one change of the settings: what went wrong, or null. */
import type { SettingsChange } from '../../../shared/settings.ts'
import { useAsk } from '../../state/window-context.ts'

export function useChange(): (change: SettingsChange) => Promise<string | null> {
  const ask = useAsk()
  return async (change) => {
    const reply = await ask('settings.change', change)
    return reply.ok ? null : reply.failure.message
  }
}
