/** Puts together what several layers saw of the same card: by UUID, by PCI address, else by maker, id and name. Pure. */
import type { DetectionLayer } from '../../shared/machine.ts'
import { bundlePlatforms } from './opencl-platforms.ts'
import { plainName } from './plain-name.ts'
import type { CardSeen, LayerAnswer } from './vendor.ts'

/** Who is believed first. */
export const layerOrder: readonly DetectionLayer[] = ['nvml', 'nvidia-smi', 'sysfs', 'amd-smi', 'rocm-smi', 'opencl', 'os']

/** The views of one card, the most trusted first. */
export type CardGroup = CardSeen[]

export function groupCards(answers: readonly LayerAnswer[]): CardGroup[] {
  const groups: CardGroup[] = []
  for (const layer of layerOrder) {
    const cards = withoutSharedUuids(answers.filter((answer) => answer.layer === layer).flatMap((answer) => answer.cards))
    const unplaced: CardGroup[] = []
    // Two entries of one layer may be one card: two OpenCL platforms on one GPU or one processor.
    for (const bundle of layer === 'opencl' ? bundlePlatforms(cards) : cards.map((card) => [card])) {
      const group = groups.find((candidate) => bundle.some((card) => isSameCard(candidate, card)))
      if (group) group.push(...bundle)
      else unplaced.push(bundle)
    }
    for (const bundle of matchByLikeness(groups, unplaced, layer)) {
      const group = groups.find((candidate) => bundle.some((card) => isSameCard(candidate, card)))
      if (group) group.push(...bundle)
      else groups.push(bundle)
    }
  }
  return groups
}

/** Recordings have serials removed: a UUID that two places share says nothing. */
function withoutSharedUuids(cards: CardSeen[]): CardSeen[] {
  const places = new Map<string, Set<string | null>>()
  for (const { uuid, pciAddress } of cards) {
    if (uuid !== null) places.set(uuid, (places.get(uuid) ?? new Set()).add(pciAddress))
  }
  return cards.map((card) => (card.uuid !== null && (places.get(card.uuid)?.size ?? 0) > 1 ? { ...card, uuid: null } : card))
}

function isSameCard(group: CardGroup, card: CardSeen): boolean {
  return group.some(
    (other) =>
      (card.kind === 'cpu-device' && other.kind === 'cpu-device') ||
      (card.uuid !== null && card.uuid === other.uuid) ||
      (card.pciAddress !== null && card.pciAddress === other.pciAddress && (card.uuid === null || other.uuid === null || card.layer !== other.layer)),
  )
}

/** Gives cards that carry no address, or none that the others know, to groups they may belong to. Returns those left over. */
function matchByLikeness(groups: CardGroup[], bundles: CardGroup[], layer: DetectionLayer): CardGroup[] {
  const isProcessor = (bundle: CardGroup): boolean => bundle.some((card) => card.kind === 'cpu-device')
  let left = bundles.filter((bundle) => !isProcessor(bundle))
  const processors = bundles.filter(isProcessor)
  const open = (): CardGroup[] => groups.filter((group) => group.every((member) => member.layer !== layer && member.kind !== 'cpu-device'))

  function give(fits: (group: CardGroup, card: CardSeen) => boolean): void {
    left = left.filter((bundle) => {
      const group = open().find((candidate) => mayAllBeSame(candidate, bundle) && bundle.some((card) => fits(candidate, card)))
      group?.push(...bundle)
      return group === undefined
    })
  }
  give((group, card) => card.pciDeviceId !== null && group.some((member) => member.pciDeviceId === card.pciDeviceId))
  give((group, card) => group.some((member) => plainName(member.name) !== '' && plainName(member.name) === plainName(card.name)))

  // As many left as there are cards of the maker that lack this layer: then they are the same, in order.
  for (const vendor of new Set(left.map(makerOf))) {
    if (vendor === null || vendor === 'other') continue
    const mine = left.filter((bundle) => makerOf(bundle) === vendor)
    const theirs = open().filter((group) => group.some((member) => member.vendor === vendor))
    if (mine.length !== theirs.length || !mine.every((bundle, index) => mayAllBeSame(theirs[index]!, bundle))) continue
    mine.forEach((bundle, index) => theirs[index]!.push(...bundle))
    left = left.filter((bundle) => makerOf(bundle) !== vendor)
  }
  return [...left, ...processors]
}

function makerOf(bundle: CardGroup): CardSeen['vendor'] {
  return bundle[0]!.vendor
}

function mayAllBeSame(group: CardGroup, bundle: CardGroup): boolean {
  return bundle.every((card) => mayBeSame(group, card))
}

/** Nothing that both know speaks against it. */
function mayBeSame(group: CardGroup, card: CardSeen): boolean {
  const differ = <T>(mine: T | null, theirs: T | null): boolean => mine !== null && theirs !== null && mine !== theirs
  return group.every(
    (member) =>
      !differ(card.pciAddress, member.pciAddress) && !differ(card.pciDeviceId, member.pciDeviceId) && !differ(card.vendor, member.vendor) && !(member.vendor === 'nvidia' && differ(card.uuid, member.uuid)),
  )
}
