/** Ids of cards: UUID, else PCI address and device id, never an index alone. What was once given stays. */
import type { CardSeen } from './vendor.ts'

export interface Identity {
  /** `order`: the card's place among those that no layer could place. */
  idOf(card: Pick<CardSeen, 'uuid' | 'pciAddress' | 'pciDeviceId' | 'layer'>, order: number): string
}

/** Remembers for as long as the app runs: a card first seen by its PCI address keeps its id when its UUID appears, and the other way round. */
export function createIdentity(): Identity {
  const byUuid = new Map<string, string>()
  const byPlace = new Map<string, { id: string; uuid: string | null }>()

  return {
    idOf({ uuid, pciAddress, pciDeviceId, layer }, order) {
      const place = pciAddress === null ? null : `pci:${pciAddress}:${pciDeviceId ?? 'unknown'}`
      const before = place === null ? undefined : byPlace.get(place)
      const isSame = before !== undefined && (uuid === null || before.uuid === null || before.uuid === uuid)
      const id = (uuid !== null ? byUuid.get(uuid) : undefined) ?? (isSame ? before.id : undefined) ?? uuid ?? place ?? `${layer}:${order}`
      if (uuid !== null) byUuid.set(uuid, id)
      if (place !== null) byPlace.set(place, { id, uuid: uuid ?? (isSame ? before.uuid : null) })
      return id
    },
  }
}
