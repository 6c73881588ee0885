/** Pages of the ledger, asked for again whenever it changes or the filter does; and the cards that an entry can be of. */
import { useEffect, useState } from 'react'
import type { LedgerFilter, LedgerPage } from '../../../shared/ledger.ts'
import { gpuTitle } from '../../state/gpu-slots.ts'
import { useAsk, usePart } from '../../state/window-context.ts'

export const pageLength = 50

export interface LedgerAnswer {
  page: LedgerPage | null
  failure: string | null
}

/** The last page stays until the next is there. */
export function useLedgerPage(filter: LedgerFilter, offset: number): LedgerAnswer {
  const ask = useAsk()
  const { changes } = usePart('ledger')
  const [answer, setAnswer] = useState<LedgerAnswer>({ page: null, failure: null })
  const asked = JSON.stringify(filter)
  useEffect(() => {
    let isOver = false
    void ask('ledger.list', { filter: JSON.parse(asked) as LedgerFilter, limit: pageLength, offset }).then((reply) => {
      if (!isOver) setAnswer((before) => (reply.ok ? { page: reply.value, failure: null } : { ...before, failure: reply.failure.message }))
    })
    return () => void (isOver = true)
  }, [ask, asked, offset, changes])
  return answer
}

/** Tokens and currencies of every page that was shown so far; nobody lists those of a whole ledger. */
export function useAssetsMet(page: LedgerPage | null): readonly string[] {
  const [met, setMet] = useState<readonly string[]>([])
  const fresh = [...new Set(page?.rows.map((row) => row.asset))].filter((asset) => !met.includes(asset))
  if (fresh.length > 0) setMet([...met, ...fresh])
  return met
}

export interface LedgerCard {
  id: string
  title: string
}

/** The cards of this machine, those that are lost in. */
export function useLedgerCards(): LedgerCard[] {
  const gpus = usePart('gpus')
  const cards = ((gpus.phase === 'ready' ? gpus.detection : gpus.previous)?.gpus ?? []).filter((gpu) => gpu.kind === 'gpu')
  return cards.map((gpu) => ({ id: gpu.id, title: gpuTitle(gpu, cards) }))
}
