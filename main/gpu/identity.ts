/**
 * Ids of cards: UUID, else PCI address and device id, never an index alone. What was once given stays with the card: over
 * restarts, in another slot, under another driver. Pure but for what it remembers.
 */
import type { DetectionLayer, KnownCard } from '../../shared/machine.ts'
import { plainName } from './plain-name.ts'

/** What a card can be recognised by. */
export interface CardMarks {
  uuid: string | null
  pciAddress: string | null
  pciDeviceId: string | null
  pciSubsystemId: string | null
  vendor: string | null
  name: string | null
}

export interface MarkedCard extends CardMarks {
  layer: DetectionLayer
  /** The driver says that it has lost this card. */
  isLost?: boolean
}

const longMs = 86_400_000

interface Remembered extends CardMarks {
  id: string
}

/** A driver that refuses a card says no more than that there is one: not its name, nor where it sits. */
export function saysNothing(card: Pick<CardMarks, 'uuid' | 'pciAddress' | 'pciDeviceId' | 'name'>): boolean {
  return card.uuid === null && card.pciAddress === null && card.pciDeviceId === null && plainName(card.name) === ''
}

export interface Identity {
  /**
   * An id for each card, all at once, so that no two get the same. null: not before every layer has answered, since the card
   * may be one that has moved. `final`: every layer has.
   */
  idsOf(cards: readonly MarkedCard[], final: boolean): (string | null)[]
  forget(id: string): void
}

/** `known`: the cards that were seen by earlier runs, asked for at every look since another process may have added some. */
export function createIdentity(known: () => readonly KnownCard[] = () => []): Identity {
  /** Most recently seen first: a slot may have held several cards. */
  let remembered: Remembered[] = []

  function allRemembered(): Remembered[] {
    const fromBook = [...known()].sort((one, other) => other.lastSeenAt - one.lastSeenAt).map(marksOf)
    return [...remembered, ...fromBook.filter(({ id }) => !remembered.some((own) => own.id === id))]
  }

  return {
    idsOf(cards, final) {
      const marks = allRemembered()
      const claimed = new Map<MarkedCard, Remembered>()
      const isFree = (mark: Remembered): boolean => ![...claimed.values()].includes(mark)
      const claim = (fits: (mark: Remembered, card: MarkedCard) => boolean): void => {
        for (const card of cards) {
          const mark = claimed.has(card) ? undefined : marks.find((one) => isFree(one) && fits(one, card))
          if (mark) claimed.set(card, mark)
        }
      }
      claim((mark, card) => card.uuid !== null && mark.uuid === card.uuid)
      claim((mark, card) => card.pciAddress !== null && mark.pciAddress === card.pciAddress && mayBeSame(mark, card))
      const moved = matchMoved(marks.filter(isFree), cards.filter((card) => !claimed.has(card)))
      if (final) {
        for (const [card, mark] of moved) claimed.set(card, mark)
        for (const [card, mark] of matchMute(marks.filter(isFree), cards.filter((one) => !claimed.has(one)), known())) claimed.set(card, mark)
      }

      const taken = new Set([...marks.map(({ id }) => id)])
      const ids = cards.map((card, order) => {
        const mark = claimed.get(card)
        if (mark) return mark.id
        if (!final && moved.has(card)) return null
        const id = freshId(card, cards.slice(0, order).filter(isUnplaced).length, taken)
        taken.add(id)
        return id
      })
      const now = cards.flatMap((card, index) => (ids[index] === null ? [] : [updated(claimed.get(card), card, ids[index]!)]))
      remembered = [...now, ...remembered.filter(({ id }) => !ids.includes(id))]
      return ids
    },
    forget: (id) => void (remembered = remembered.filter((mark) => mark.id !== id)),
  }
}

function marksOf(card: KnownCard): Remembered {
  return { id: card.gpuId, uuid: card.uuid, pciAddress: card.pciAddress, pciDeviceId: card.pciDeviceId, pciSubsystemId: card.gpu.pciSubsystemId, vendor: card.gpu.vendor, name: card.gpu.name }
}

function isUnplaced(card: MarkedCard): boolean {
  return card.uuid === null && card.pciAddress === null
}

/** Nothing that both know speaks against it; where the card sits may have changed. */
function mayBeSame(mark: CardMarks, card: CardMarks): boolean {
  const differ = (one: string | null, other: string | null): boolean => one !== null && other !== null && one !== other
  return !differ(mark.uuid, card.uuid) && !differ(mark.pciDeviceId, card.pciDeviceId) && !differ(mark.pciSubsystemId, card.pciSubsystemId)
}

/**
 * Cards without a UUID that are in no place a known card was: another slot, or buses counted anew because a disk was added.
 * As many of a kind missing as are new: then they are the same, in order of their places.
 */
function matchMoved(marks: Remembered[], cards: MarkedCard[]): Map<MarkedCard, Remembered> {
  const found = new Map<MarkedCard, Remembered>()
  const kindOf = (card: CardMarks): string | null => card.pciDeviceId ?? (plainName(card.name) || null)
  const byPlace = (one: CardMarks, other: CardMarks): number => (one.pciAddress ?? '').localeCompare(other.pciAddress ?? '')
  const movable = cards.filter((card) => card.uuid === null)
  for (const kind of new Set(movable.map(kindOf))) {
    if (kind === null) continue
    const mine = movable.filter((card) => kindOf(card) === kind).sort(byPlace)
    const left = marks.filter((mark) => ![...found.values()].includes(mark))
    const theirs = left.filter((mark) => (mark.pciDeviceId === kind || plainName(mark.name) === kind) && mine.every((card) => mayBeSame(mark, card))).sort(byPlace)
    // A slot of its own for each: where more are missing than are new, nobody can say which of them this is.
    // Cards that have no place at all are told apart by their order alone.
    const isByOrder = mine.every(isUnplaced) && theirs.every((mark) => mark.uuid === null && mark.pciAddress === null)
    if (mine.length === theirs.length || isByOrder) mine.slice(0, theirs.length).forEach((card, index) => found.set(card, theirs[index]!))
  }
  return found
}

/**
 * Cards of which the driver says nothing but that they are there: those of its maker that are missing, the ones that were here
 * last first. One that has long been lost is meant only where the driver says "lost".
 */
function matchMute(marks: Remembered[], cards: MarkedCard[], known: readonly KnownCard[]): Map<MarkedCard, Remembered> {
  const found = new Map<MarkedCard, Remembered>()
  const lost = new Map(known.flatMap(({ gpuId, lostSince }) => (lostSince === null ? [] : [[gpuId, lostSince]])))
  const lastLookAt = Math.max(...known.map(({ lastSeenAt }) => lastSeenAt))
  const isLongLost = (mark: Remembered): boolean => (lost.get(mark.id) ?? Infinity) < lastLookAt - longMs
  const rankOf = (mark: Remembered): number => (saysNothing(mark) ? -Infinity : (lost.get(mark.id) ?? Infinity))
  const byRank = marks.toSorted((one, other) => (rankOf(one) === rankOf(other) ? 0 : rankOf(other) - rankOf(one)))
  for (const card of cards.filter(saysNothing)) {
    const isFree = (mark: Remembered): boolean => ![...found.values()].includes(mark)
    const mark = byRank.find((one) => isFree(one) && one.vendor === card.vendor && (card.isLost === true || !isLongLost(one)))
    if (mark) found.set(card, mark)
  }
  return found
}

/** Never one that another card has had: that card's history would become this one's. */
function freshId(card: MarkedCard, order: number, taken: ReadonlySet<string>): string {
  if (isUnplaced(card)) {
    let number = order
    while (taken.has(`${card.layer}:${number}`)) number++
    return `${card.layer}:${number}`
  }
  const id = card.uuid ?? `pci:${card.pciAddress}:${card.pciDeviceId ?? 'unknown'}`
  for (let copy = 1; ; copy++) {
    const candidate = copy === 1 ? id : `${id}#${copy}`
    if (!taken.has(candidate)) return candidate
  }
}

/** What was once known of a card stays known: its UUID while the driver is silent, for one. */
function updated(before: Remembered | undefined, card: MarkedCard, id: string): Remembered {
  return {
    id,
    uuid: card.uuid ?? before?.uuid ?? null,
    pciAddress: card.pciAddress ?? before?.pciAddress ?? null,
    pciDeviceId: card.pciDeviceId ?? before?.pciDeviceId ?? null,
    pciSubsystemId: card.pciSubsystemId ?? before?.pciSubsystemId ?? null,
    vendor: card.vendor ?? before?.vendor ?? null,
    name: card.name ?? before?.name ?? null,
  }
}
