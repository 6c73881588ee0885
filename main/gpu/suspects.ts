/**
 * Which cards of a layer are asked together, which one alone, and which not now, so that one card whose driver call hangs or
 * crashes does not silence the others. Times by the steady clock. Pure but for its memory.
 *
 *   together ──question not answered──▶ every card alone, once ──answers──────▶ together
 *                                                           └──does not──▶ aside (30 s, 60 s … 10 min) ──answers alone──▶ together
 */

const firstPauseMs = 30_000
const longestPauseMs = 10 * 60_000
/** One that answers alone, and is set aside again so soon after it, hangs with the others: its pauses go on growing. */
const relapseMs = 10 * 60_000

export interface Aside {
  sinceMs: number
  dueMs: number
  why: string
}

export interface Suspects {
  /** `asOne`: those to be asked in one question, or one after the other where `isDoubtful`. `alone`: one that was set aside and is due. */
  split<Card extends { id: string }>(cards: readonly Card[], nowMs: number): { asOne: Card[]; isDoubtful: boolean; alone: Card | null }
  /** A question for so many cards was not answered in time, or its process died. */
  missed(cardCount: number): void
  /** Those in doubt were asked one after the other: who answered, and who did not, and why. Where nobody did, no single card is to blame. */
  judged(answered: readonly string[], missing: ReadonlyMap<string, string>, nowMs: number): void
  /** One that was set aside was asked again. null: it answered. */
  tried(cardId: string, why: string | null, nowMs: number): void
  aside(cardId: string): Aside | null
  hasAside(): boolean
}

interface Entry extends Aside {
  failures: number
  backAtMs: number | null
}

/** After n failures in a row: min(10 min, 30 s × 2^(n−1)). */
export function asidePauseMs(failures: number): number {
  return Math.min(longestPauseMs, firstPauseMs * 2 ** Math.max(0, failures - 1))
}

export function createSuspects(): Suspects {
  const entries = new Map<string, Entry>()
  let isDoubtful = false

  function isAside(cardId: string): boolean {
    return entries.get(cardId)?.backAtMs === null
  }

  function setAside(cardId: string, why: string, nowMs: number): void {
    const before = entries.get(cardId)
    const isRelapse = before !== undefined && (before.backAtMs === null || nowMs - before.backAtMs < relapseMs)
    const failures = isRelapse ? before.failures + 1 : 1
    const sinceMs = before?.backAtMs === null ? before.sinceMs : nowMs
    entries.set(cardId, { sinceMs, dueMs: nowMs + asidePauseMs(failures), why, failures, backAtMs: null })
  }

  return {
    split(cards, nowMs) {
      const asOne = cards.filter(({ id }) => !isAside(id))
      const due = cards.filter(({ id }) => isAside(id) && entries.get(id)!.dueMs <= nowMs)
      const alone = due.sort((one, other) => entries.get(one.id)!.dueMs - entries.get(other.id)!.dueMs)[0] ?? null
      return { asOne, isDoubtful: isDoubtful && asOne.length > 1, alone }
    },
    missed(cardCount) {
      isDoubtful = cardCount > 1
    },
    judged(answered, missing, nowMs) {
      isDoubtful = false
      if (answered.length === 0) return
      for (const [cardId, why] of missing) setAside(cardId, why, nowMs)
    },
    tried(cardId, why, nowMs) {
      const entry = entries.get(cardId)
      if (why !== null) setAside(cardId, why, nowMs)
      else if (entry) entry.backAtMs = nowMs
    },
    aside: (cardId) => (isAside(cardId) ? entries.get(cardId)! : null),
    hasAside: () => [...entries.keys()].some(isAside),
  }
}
