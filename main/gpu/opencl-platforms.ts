/** One card on several OpenCL platforms (the maker's driver, Mesa, PoCL) is one card, also where no platform tells its address. Pure. */
import { isNoName } from './names.ts'
import { namesAgree, plainName, withoutDriverWords } from './plain-name.ts'
import type { CardSeen } from './vendor.ts'

type Bundle = CardSeen[]

/** The entries of each card, those of the first platform first. Entries of one platform are never the same card. */
export function bundlePlatforms(cards: readonly CardSeen[]): Bundle[] {
  const bundles: Bundle[] = []
  const platforms = new Map<number | null, CardSeen[]>()
  for (const card of cards) {
    const platform = card.kind === 'cpu-device' ? null : (card.opencl?.platform ?? null)
    platforms.set(platform, [...(platforms.get(platform) ?? []), card])
  }
  for (const [platform, all] of platforms) {
    if (platform === null) bundles.push(...all.map((card) => [card]))
    else bundles.push(...joined(bundles, all, platform))
  }
  return bundles
}

/** Adds this platform's entries to the bundles that they belong to. Returns a bundle for each of the others. */
function joined(bundles: readonly Bundle[], cards: readonly CardSeen[], platform: number): Bundle[] {
  let left = [...cards]
  const open = (vendor: CardSeen['vendor']): Bundle[] => bundles.filter((bundle) => bundle[0]!.vendor === vendor && bundle.every(({ kind, opencl }) => kind !== 'cpu-device' && opencl != null && opencl.platform !== platform))
  function give(mine: readonly CardSeen[], theirs: readonly Bundle[]): void {
    mine.forEach((card, index) => theirs[index]!.push(card))
    left = left.filter((card) => !mine.includes(card))
  }

  for (const card of cards) {
    const same = open(card.vendor).find((bundle) => isSamePlace(bundle, card))
    if (same) give([card], [same])
  }
  for (const vendor of new Set(cards.map((card) => card.vendor))) {
    if (vendor === null) continue
    for (const card of left.filter((one) => one.vendor === vendor)) {
      const alike = open(vendor).filter((bundle) => isAlike(bundle, card))
      if (!left.includes(card) || alike.length === 0) continue
      // As many of the kind here as there: then they are the same, in order. One of two is not guessed.
      const mine = left.filter((one) => one.vendor === vendor && isAlike(alike[0]!, one))
      if (mine.length === alike.length && mine.every((one, index) => isAlike(alike[index]!, one))) give(mine, alike)
    }
    // ROCm knows a card by its chip alone ("gfx1150"): that names no product, nor does it speak against one.
    // Platforms list cards in orders of their own; processors' graphics are told apart by their memory.
    const mine = left.filter((one) => one.vendor === vendor).sort((one, other) => Number(isShared([one])) - Number(isShared([other])))
    const theirs = open(vendor).sort((one, other) => Number(isShared(one)) - Number(isShared(other)))
    if (vendor !== 'other' && mine.length === theirs.length && mine.every((one, index) => isPairByCount(theirs[index]!, one))) give(mine, theirs)
  }
  return left.map((card) => [card])
}

function isSamePlace(bundle: Bundle, card: CardSeen): boolean {
  return bundle.some((member) => (card.uuid !== null && member.uuid === card.uuid) || (card.pciAddress !== null && member.pciAddress === card.pciAddress)) && !bundle.some((member) => differ(member.pciAddress, card.pciAddress))
}

/** The same chip, or the same product by name. */
function isAlike(bundle: Bundle, card: CardSeen): boolean {
  if (!mayBeOne(bundle, card)) return false
  return bundle.some((member) => {
    const chip = chipOf(card)
    if (chip !== null && chip === chipOf(member)) return true
    const names = [member, card].map(({ name }) => withoutDriverWords(name ?? ''))
    if (names.some((name) => name === '' || isNoName(name))) return false
    return plainName(names[0]!) === plainName(names[1]!) || (names.every(hasNumber) && namesAgree(names[0]!, names[1]!))
  })
}

/** Nothing that both know speaks against it. */
function mayBeOne(bundle: Bundle, card: CardSeen): boolean {
  return bundle.every(
    (member) =>
      !differ(card.uuid, member.uuid) &&
      !differ(card.pciAddress, member.pciAddress) &&
      !differ(card.pciDeviceId, member.pciDeviceId) &&
      !differ(chipOf(card), chipOf(member)) &&
      (isNoName(withoutDriverWords(card.name ?? '')) || isNoName(withoutDriverWords(member.name ?? '')) || namesAgree(card.name!, member.name!)),
  )
}

function isPairByCount(bundle: Bundle, card: CardSeen): boolean {
  return mayBeOne(bundle, card) && (isUnnamed([card]) || isUnnamed(bundle)) && !bundle.some(({ isIntegrated }) => differ(isIntegrated, card.isIntegrated))
}

function isShared(bundle: Bundle): boolean {
  return bundle.some(({ isIntegrated }) => isIntegrated === true)
}

/** None of its names is a product's: a bare chip, or "AMD Radeon Graphics". */
function isUnnamed(bundle: Bundle): boolean {
  return bundle.every(({ name }) => isNoName(withoutDriverWords(name ?? '')) || !hasNumber(withoutDriverWords(name!)))
}

function hasNumber(name: string): boolean {
  return /\d/.test(name)
}

/** "gfx1150" of "gfx1150", "gfx90a:sramecc+:xnack-" and "AMD Radeon 890M (radeonsi, gfx1150, LLVM 19.1.1, DRM 3.59)". */
function chipOf({ name }: CardSeen): string | null {
  return /\bgfx[0-9a-f]{3,5}\b/i.exec(name ?? '')?.[0].toLowerCase() ?? null
}

function differ<T>(mine: T | null, theirs: T | null): boolean {
  return mine !== null && theirs !== null && mine !== theirs
}
