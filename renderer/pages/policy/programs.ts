/** Programs on a card as a person takes them in: by their names, those that count first. Pure. */
import type { PolicyCard, ProgramOnCard, Whose } from '../../../shared/policy-state.ts'

export const whoseWords: Record<Whose, string> = { ours: 'Idlewatt’s own', desktop: 'the desktop', ignored: 'ignored', listed: 'always counts', stranger: 'yours' }

export interface ProgramGroup {
  /** The one that uses most. */
  first: ProgramOnCard
  pids: number[]
  /** Of all of them; null where none tells. */
  utilisation: number | null
  memoryBytes: number | null
}

export function counts({ whose }: Pick<ProgramOnCard, 'whose'>): boolean {
  return whose === 'stranger' || whose === 'listed'
}

/** Processes of one name that are told apart alike, as one; what uses most first. */
export function byName(programs: readonly ProgramOnCard[]): ProgramGroup[] {
  const groups = Map.groupBy(programs, ({ name, whose, confidence, why }) => JSON.stringify([name, whose, confidence, why]))
  const made = [...groups.values()].map((group): ProgramGroup => {
    const sorted = group.toSorted(more)
    return { first: sorted[0] as ProgramOnCard, pids: sorted.map(({ pid }) => pid), utilisation: sum(group.map(({ utilisation }) => utilisation)), memoryBytes: sum(group.map(({ memoryBytes }) => memoryBytes)) }
  })
  return made.sort(more)
}

function more(one: Pick<ProgramGroup, 'utilisation' | 'memoryBytes'>, other: Pick<ProgramGroup, 'utilisation' | 'memoryBytes'>): number {
  return (other.utilisation ?? 0) - (one.utilisation ?? 0) || (other.memoryBytes ?? 0) - (one.memoryBytes ?? 0)
}

function sum(values: readonly (number | null)[]): number | null {
  const told = values.filter((value) => value !== null)
  return told.length === 0 ? null : told.reduce((all, value) => all + value, 0)
}

/** More cards than these, and those with nothing to say are folded. */
const fewCards = 4

export function cardsToShow(cards: readonly PolicyCard[]): { shown: PolicyCard[]; quiet: PolicyCard[] } {
  const isTelling = (card: PolicyCard): boolean => card.programs.some(counts) || card.silent !== null || card.isMeasured || !card.isHere
  if (cards.length <= fewCards) return { shown: [...cards], quiet: [] }
  return { shown: cards.filter(isTelling), quiet: cards.filter((card) => !isTelling(card)) }
}
