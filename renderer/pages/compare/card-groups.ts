/** The groups of cards a comparison is about, and which of them are shown. Pure. */
import type { Estimate } from '../../../shared/earnings.ts'
import type { Gpu } from '../../../shared/machine.ts'
import { isWorthComparing } from '../../state/gpu-slots.ts'
import { cardsKey, cardsName } from '../../state/programmes.ts'

export interface CardGroup {
  key: string
  name: string
  isWorth: boolean
}

/** `worth`: leaves out graphics built into the processor and cards that are lost. Else `all`, or the key of one group. */
export type CardChoice = string

export function cardGroups(estimates: readonly Estimate[], gpus: readonly Gpu[]): CardGroup[] {
  const groups = new Map<string, CardGroup>()
  for (const estimate of estimates) {
    const key = cardsKey(estimate)
    if (groups.has(key)) continue
    const cards = gpus.filter((gpu) => estimate.gpuIds.includes(gpu.id))
    groups.set(key, { key, name: cardsName(estimate, gpus), isWorth: cards.length === 0 || cards.some(isWorthComparing) })
  }
  return [...groups.values()]
}

/** Whether leaving some out leaves anything, and anything out. */
export function canLeaveOut(groups: readonly CardGroup[]): boolean {
  return groups.some((group) => group.isWorth) && groups.some((group) => !group.isWorth)
}

/** `wanted` as far as it still makes sense: cards come and go with every look. */
export function shownGroups(groups: readonly CardGroup[], wanted: CardChoice): { choice: CardChoice; shown: CardGroup[] } {
  const one = groups.find((group) => group.key === wanted)
  if (one) return { choice: one.key, shown: [one] }
  if (wanted !== 'all' && canLeaveOut(groups)) return { choice: 'worth', shown: groups.filter((group) => group.isWorth) }
  return { choice: 'all', shown: [...groups] }
}
