/** How networks are: asked for when the page opens and again whenever a source of theirs brought something new. */
import { useEffect, useState } from 'react'
import type { SourceStatus } from '../../../shared/market-data.ts'
import type { NetworkHealth } from '../../../shared/network-health.ts'
import type { NetworksState } from '../../../shared/state.ts'
import { useSettled } from '../../state/use-settled.ts'
import { useAsk } from '../../state/window-context.ts'

export interface HealthAnswer {
  /** The last answer, which is drawn until the next is there; null: none yet. */
  health: NetworkHealth | null
  /** Why the last question was not answered; null: it was, or is on its way. */
  failure: string | null
}

const unread: HealthAnswer = { health: null, failure: null }

/** By network id; what is not in it yet is being read. */
export function useHealth(networks: NetworksState): { of(networkId: string): HealthAnswer; readAgain(): void } {
  const ask = useAsk()
  const [answers, setAnswers] = useState<Record<string, HealthAnswer>>({})
  const [round, setRound] = useState(0)
  // Rates and token prices stand in several networks, so any news is a reason for all of them.
  const ids = networks.networks.map((network) => network.id).join('\n')
  const news = useSettled(newsOf(networks.sources))

  useEffect(() => {
    let isOver = false
    async function read(networkId: string): Promise<void> {
      const reply = await ask('networks.health', { networkId })
      if (isOver) return
      setAnswers((before) => ({ ...before, [networkId]: reply.ok ? { health: reply.value, failure: null } : { health: before[networkId]?.health ?? null, failure: reply.failure.message } }))
    }
    for (const id of ids === '' ? [] : ids.split('\n')) void read(id)
    return () => void (isOver = true)
  }, [ask, ids, news, round])

  return { of: (networkId) => answers[networkId] ?? unread, readAgain: () => setRound(round + 1) }
}

/** Changes when a source brought something, or became stale. Pure. */
export function newsOf(sources: readonly SourceStatus[]): string {
  return sources.map((source) => `${source.lastGoodAt ?? ''}${source.isStale ? 's' : ''}`).join(',')
}
