/** What each layer said of one card, and where they differ. Pure. */
import type { DetectionLayer, Disagreement, LayerView } from '../../shared/machine.ts'
import { isNoName } from './names.ts'
import { namesAgree } from './plain-name.ts'
import type { CardSeen } from './vendor.ts'

type Said = string | number | boolean

/** Not of the card itself, or told elsewhere. */
const leftOut: ReadonlySet<string> = new Set(['layer', 'sample', 'problems'])

/** Objects are taken apart ("temperatureLimits.slowdownC"); of lists only their length is a view. */
export function viewsOf(group: readonly CardSeen[]): LayerView[] {
  return group.map((card) => {
    const says: Record<string, Said> = {}
    for (const [field, value] of Object.entries(card)) if (!leftOut.has(field)) note(says, field, value)
    return { layer: card.layer, says }
  })
}

function note(says: Record<string, Said>, field: string, value: unknown): void {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') says[field] = value
  else if (Array.isArray(value)) says[`${field}.length`] = value.length
  else if (typeof value === 'object' && value !== null) for (const [inner, of] of Object.entries(value)) note(says, `${field}.${inner}`, of)
}

/** How alike two values must be to count as the same. Fields that are not here mean other things in other layers. */
const agreements: Record<string, (one: Said, other: Said, layers: readonly [DetectionLayer, DetectionLayer]) => boolean> = {
  name: (one, other) => isNoName(String(one)) || isNoName(String(other)) || namesAgree(String(one), String(other)),
  vendor: same,
  uuid: sameText,
  pciAddress: sameText,
  pciDeviceId: sameText,
  pciSubsystemId: sameText,
  // Layers leave out what they keep for themselves: ECC, page tables, the display.
  memoryBytes: memoryAgrees,
  driverVersion: same,
  vbiosVersion: sameText,
  cudaVersion: same,
  cudaComputeCapability: same,
  pcieGenerationMax: same,
  pcieLanesMax: same,
  isIntegrated: same,
  eccEnabled: same,
  'mig.enabled': same,
  'mig.instances.length': same,
  fanCount: same,
  coreClockMaxMhz: within(0.01),
  memoryClockMaxMhz: within(0.01),
  powerLimitW: within(0.01),
  powerLimitDefaultW: within(0.01),
  powerLimitMinW: within(0.01),
  powerLimitMaxW: within(0.01),
  // Some layers compute them from the temperature and the margin to the limit, read one after the other.
  'temperatureLimits.slowdownC': withinDegrees(3),
  'temperatureLimits.shutdownC': withinDegrees(3),
  persistenceMode: same,
  computeMode: sameText,
  driverModel: same,
  boardPartNumber: sameText,
}

export interface DisagreementInput {
  views: readonly LayerView[]
  vendor: string
  isIntegrated: boolean | null
}

/** Each field on which layers differ, with the value of every layer that has one, the believed one first. */
export function disagreementsOf(input: DisagreementInput): Disagreement[] {
  const found: Disagreement[] = []
  for (const [field, agree] of Object.entries(agreements)) {
    const said = input.views.flatMap(({ layer, says }) => (says[field] === undefined || !isComparable(field, layer, input) ? [] : [{ layer, value: says[field] }]))
    const byLayer = said.filter(({ layer }, index) => said.findIndex((other) => other.layer === layer) === index)
    // A name that is none says nothing; the first one that is one was taken.
    const believed = byLayer.find(({ value }) => field !== 'name' || !isNoName(String(value))) ?? byLayer[0]
    if (!believed || byLayer.every(({ layer, value }) => agree(believed.value, value, [believed.layer, layer]))) continue
    found.push({ field, said: [believed, ...byLayer.filter((one) => one !== believed)] })
  }
  return found
}

/** OpenCL gives graphics that share the machine's memory a part of it, and of a card that is cut into MIG instances one; and other makers' layers each count versions of a thing of their own. */
function isComparable(field: string, layer: DetectionLayer, { views, vendor, isIntegrated }: DisagreementInput): boolean {
  const isCut = views.some(({ says }) => says['mig.enabled'] === true)
  if (field === 'memoryBytes') return !((isIntegrated === true || isCut) && (layer === 'opencl' || layer === 'os'))
  if (field === 'driverVersion') return vendor === 'nvidia' && layer !== 'sysfs'
  return true
}

function same(one: Said, other: Said): boolean {
  return one === other
}
function sameText(one: Said, other: Said): boolean {
  const plain = (value: Said): string => String(value).toLowerCase().replace(/[\s_-]+/g, '')
  return plain(one) === plain(other)
}
function within(share: number): (one: Said, other: Said) => boolean {
  return (one, other) => typeof one === 'number' && typeof other === 'number' && Math.abs(one - other) <= share * Math.max(Math.abs(one), Math.abs(other))
}
function withinDegrees(degrees: number): (one: Said, other: Said) => boolean {
  return (one, other) => typeof one === 'number' && typeof other === 'number' && Math.abs(one - other) <= degrees
}
/** OpenCL says what a program may use: of Intel's Arc cards 94 % of what they have. More than there is it may not say. */
function memoryAgrees(one: Said, other: Said, [oneLayer, otherLayer]: readonly [DetectionLayer, DetectionLayer]): boolean {
  if (within(0.03)(one, other)) return true
  if (typeof one !== 'number' || typeof other !== 'number' || (oneLayer === 'opencl') === (otherLayer === 'opencl')) return false
  const [usable, whole] = oneLayer === 'opencl' ? [one, other] : [other, one]
  return usable <= whole && usable >= 0.9 * whole
}
