/** How a card is joined to the machine, told from its name, its place and the machine's surroundings. Pure. */
import type { GpuAttachment, GpuKind, GpuVendor, Surroundings } from '../../shared/machine.ts'

export interface AttachmentFacts {
  kind: GpuKind
  vendor: GpuVendor
  name: string
  isIntegrated: boolean | null
  /** What a layer told of its own accord: it knows better than a name. */
  said: GpuAttachment | null
  pciAddress: string | null
  pciDeviceId?: string | null
  surroundings: Surroundings | null
  /** Linux' own list has it, and with it what lies above it (see linux-attachment.ts, which tells external boxes). */
  inLinuxTree?: boolean
}

/** null: a processor, or nothing tells. */
export function attachmentOf(facts: AttachmentFacts): GpuAttachment | null {
  if (facts.kind === 'cpu-device') return null
  return facts.said ?? lentCard(facts.pciDeviceId ?? null) ?? attachmentByName(facts.name, facts.kind) ?? attachmentByPlace(facts)
}

/** Microsoft's device 008e is no adapter of its own: through it WSL2 and Hyper-V reach the host's cards (GPU-PV). */
function lentCard(pciDeviceId: string | null): GpuAttachment | null {
  if (pciDeviceId !== '1414:008e') return null
  return { kind: 'paravirtual', sentence: 'The way by which Windows lends its cards to this system (GPU-PV); what the card is, its maker’s own tools tell.', because: 'it is Microsoft’s device 008e' }
}

/** Adapters of remote sessions, by the names their drivers carry. The capital letters of IDD keep it apart from other words. */
const remoteNames = /remote (desktop|display|fx)|remotefx|\bcitrix\b|\bparsec\b|indirect display|\bIDD\b|iddcx|spacedesk|teamviewer|anydesk|\bdameware\b|mirage driver|horizon .*display|\bamazon dcv\b|\bnice dcv\b|sunshine|virtual display driver|usb mobile monitor|google virtual|\brdp\b/i
const paravirtualNames = /basic render driver|hyper-?v|apple paravirtual/i
/** "GRID T4-16Q", "NVIDIA A40-48C", "NVIDIA RTX6000-Ada-8Q", "GRID M60-2B4": NVIDIA's names end in the slice's gigabytes and its kind. */
const sliceNames = /\bgrid [a-z]*\d+[a-z]*-\w+|\b\w+-\d{1,3}-?\d?(?:[ABCQ])\d?$|\bvgpu\b|nvidia virtual|\bmxgpu\b/i
const softwareNames = /vmware|\bsvga\b|virtio|\bqxl\b|cirrus|virtualbox|parallels|bochs|qemu|xen graphics|virtual (gpu|adapter|graphics|display adapter)|llvmpipe|basic display/i
const remoteManagementNames = /aspeed|g200e|matrox/i

/** AMD and Intel build graphics into processors too: these names are cards' alone. */
const cardNames = /\barc(\(tm\))? (pro )?[ab]\d|\bradeon(\(tm\))? (rx \d|pro w?\d|vii\b|r9\b|ai pro)|firepro|\binstinct\b|\bflex \d|data center gpu/i

function attachmentByName(name: string, kind: GpuKind): GpuAttachment | null {
  const because = `its name "${name}"`
  if (remoteNames.test(name)) return { kind: 'remote-display', sentence: 'The screen of a remote session, not a card: nothing can be computed on it.', because }
  if (paravirtualNames.test(name)) return { kind: 'paravirtual', sentence: 'A display adapter that the host lends to this system, not a card.', because }
  if (sliceNames.test(name)) return { kind: 'virtual-gpu', sentence: 'A slice of a card that the host shares out: others may use the rest of it, and its size is set there.', because }
  if (kind === 'virtual' && remoteManagementNames.test(name)) return { kind: 'internal', sentence: 'The board’s remote-management screen: nothing can be computed on it.', because }
  if (kind === 'virtual' && softwareNames.test(name)) return { kind: 'virtual-gpu', sentence: 'A display adapter that a virtual machine makes in software: nothing can be computed on it.', because }
  return null
}

function attachmentByPlace(facts: AttachmentFacts): GpuAttachment | null {
  const { surroundings, pciAddress, vendor } = facts
  if (facts.kind === 'virtual') return { kind: 'virtual-gpu', sentence: 'A display adapter that exists in software: nothing can be computed on it.', because: 'its maker' }
  if (surroundings?.kind === 'wsl' || /^WSL/.test(surroundings?.hypervisor ?? '')) {
    return { kind: 'paravirtual', sentence: 'The card of the Windows machine around it, lent by way of WSL: Windows’ own programs use it too, and Windows’ driver counts.', because: 'WSL reaches cards through /dev/dxg' }
  }
  if (facts.isIntegrated === true || vendor === 'apple') return { kind: 'integrated', sentence: 'Part of the processor; it shares the machine’s memory.', because: vendor === 'apple' ? 'Apple builds graphics into its chips' : 'the driver or its name says so' }
  if (isLaptopName(facts.name) && !isGuest(surroundings)) return { kind: 'internal', sentence: 'Soldered to a laptop’s board; it shares the laptop’s cooling and power.', because: `its name "${facts.name}"` }
  if (pciAddress === null || surroundings === null) return null
  const isCard = vendor === 'nvidia' || facts.isIntegrated === false || cardNames.test(facts.name)
  if (isGuest(surroundings)) {
    const host = surroundings.kind === 'virtual-machine' ? (surroundings.name ?? 'its maker does not show') : surroundings.hypervisor
    return { kind: 'passthrough', sentence: 'A whole card that the host has handed to this virtual machine; the host can take it away.', because: `${vendorWords[vendor]} card at ${pciAddress} in a virtual machine (${host})` }
  }
  if (!isCard) return null
  if (surroundings.kind === 'container') return { kind: 'internal', sentence: 'A card of the machine that this container runs on.', because: `it is at ${pciAddress}` }
  if (surroundings.isLaptop === false) return { kind: 'internal', sentence: 'In a slot or on the board.', because: `it is at ${pciAddress}` }
  // A card of a laptop may as well be in an external box.
  if (facts.inLinuxTree !== true) return null
  return { kind: 'internal', sentence: surroundings.isLaptop ? 'On the laptop’s board.' : 'In a slot or on the board.', because: `it is at ${pciAddress}, behind no Thunderbolt or USB4 controller` }
}

function isGuest(surroundings: Surroundings | null): boolean {
  return surroundings?.kind === 'virtual-machine' || (surroundings?.hypervisor ?? null) !== null
}

const vendorWords: Record<GpuVendor, string> = { nvidia: 'an NVIDIA', amd: 'an AMD', intel: 'an Intel', apple: 'an Apple', other: 'a graphics' }

/** "GeForce MX150", "GTX 960M", "Quadro M2000M", "Radeon RX 6700S", "Arc A770M". External boxes are sold with the "RX 7600M XT". */
const mobileChips = /\bmx ?\d{3}\b|\b(?:geforce|gtx?|quadro|nvs) (?:gtx? )?[kmpt]?\d{3,4}mx?\b|\brx \d{4}[ms]\b(?! xt)|\barc(?:\(tm\))? (?:pro )?[ab]\d{2,3}m\b/i

/** "RTX PRO 6000 Blackwell Max-Q Workstation Edition" is a card for a slot that draws less. */
function isLaptopName(name: string): boolean {
  return (/laptop gpu|\bmobile\b|max-q/i.test(name) && !/workstation/i.test(name)) || mobileChips.test(name)
}
