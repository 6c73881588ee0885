/** Saves one change of the policy: what went wrong, or null. */
import type { PolicyChange } from '../../../shared/policy.ts'
import { useAsk } from '../../state/window-context.ts'

export function usePolicyChange(): (change: PolicyChange) => Promise<string | null> {
  const ask = useAsk()
  return async (change) => {
    const reply = await ask('policy.change', change)
    return reply.ok ? null : reply.failure.message
  }
}
