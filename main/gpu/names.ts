/** What a card is called: the driver's name, or where it has none the one its PCI id stands for. Pure but for the names it is handed. */
import type { GpuKind, GpuVendor, Problem } from '../../shared/machine.ts'
import type { CardGroup } from './group.ts'
import type { PciNames } from './pci-names.ts'
import { withoutDriverWords } from './plain-name.ts'

export interface CardName {
  name: string
  /** The driver's own words where they differ. */
  driverName: string | null
  problem: Problem | null
}

const makers: Record<GpuVendor, string> = { nvidia: 'NVIDIA', amd: 'AMD', intel: 'Intel', apple: 'Apple', other: '' }

/** `byTable`: another source of names by PCI id, e.g. the table of GPU facts; null: not there. */
export function nameCard(group: CardGroup, { vendor, kind }: { vendor: GpuVendor; kind: GpuKind }, pciNames: PciNames, byTable: (pciDeviceId: string) => string | null): CardName {
  const words = group.map((member) => member.name).filter((name): name is string => name !== null)
  const pciDeviceId = group.map((member) => member.pciDeviceId).find((id) => id !== null) ?? null
  const revision = group.map((member) => member.pciRevision).find((found) => found !== null) ?? null
  const byId = pciDeviceId === null ? null : (pciNames.nameOf(pciDeviceId, revision) ?? byTable(pciDeviceId))

  const said = words.find((name) => !isNoName(name))
  if (kind === 'virtual') {
    const name = said ?? byId ?? virtualVendors.get(pciDeviceId?.slice(0, 4) ?? '') ?? words[0] ?? 'Virtual display adapter'
    return { name, driverName: words[0] === undefined || words[0] === name ? null : words[0], problem: null }
  }
  if (said !== undefined) {
    // "Radeon RX 7900 XT/7900 XTX" stands for several products; device id with revision tells which.
    const name = withoutDriverWords(said).includes('/') && byId !== null && !byId.includes('/') ? byId : personName(said)
    return { name, driverName: said === name ? null : said, problem: null }
  }

  // Linux has no names of its own for cards: then nobody is to blame for a missing one. NVIDIA's driver has.
  const driverName = group.find((member) => member.name !== null && member.layer !== 'opencl')?.name ?? null
  const name = byId ?? `${makers[vendor]} graphics card${pciDeviceId === null ? '' : ` (${pciDeviceId})`}`.trim()
  const driverWasAsked = group.some(({ layer }) => layer === 'nvml' || layer === 'nvidia-smi')
  if (byId !== null && driverName === null && !driverWasAsked) return { name, driverName: words[0] ?? null, problem: null }
  return { name, driverName: driverName ?? words[0] ?? null, problem: nameProblem(driverName, byId, pciDeviceId, pciNames.source) }
}

function nameProblem(driverName: string | null, byId: string | null, pciDeviceId: string | null, source: string): Problem {
  const calls = driverName === null || driverName.trim() === '' ? 'The driver has no name for this card' : `The driver cannot name this card and calls it "${driverName}"`
  const instead = byId !== null ? `; by its PCI id ${pciDeviceId} it is ${article(byId)} (${source})` : pciDeviceId === null ? ', and it tells no PCI id' : `; its PCI id ${pciDeviceId} is not in ${source}`
  return { id: 'name-unknown', sentence: `${calls}${instead}.`, remedy: 'A newer driver usually knows the name; the card may be newer than the driver.' }
}

function article(name: string): string {
  return `${/^[AEIOU]/.test(name) || /^NVIDIA/.test(name) ? 'an' : 'a'} ${name}`
}

/** Words that a driver puts where it knows no product: "Graphics Device", a chip's code name, a bare id. */
export function isNoName(name: string): boolean {
  const bare = name.trim().replace(/^(nvidia|amd|ati|intel|intel corporation|nvidia corporation)\s+/i, '')
  return (
    bare === '' ||
    /^\[?(n\/?a|unknown( error)?|none|not supported)\]?$/i.test(bare) ||
    /^(graphics device|graphics card|device|gpu|display controller|vga compatible controller|3d controller|graphics adapter|unknown( gpu| device)?|standard vga graphics adapter|video controller( \(vga compatible\))?|3d video controller)$/i.test(bare) ||
    /basic (display|render)/i.test(bare) ||
    /^gfx\d+/i.test(bare) ||
    // "Device 744c" and "744c", but not "B200".
    /^(device |0x)[0-9a-f]{4}$/i.test(bare) ||
    /^[0-9a-f]{4}$/.test(bare)
  )
}

/** "GA102 [GeForce RTX 3090] (rev a1)" → "GeForce RTX 3090", and no word of Mesa's about itself; most names stay as they are. */
function personName(name: string): string {
  return withoutDriverWords((/^[A-Z][A-Za-z0-9 /-]*\[([^\]]+)\]/.exec(name.trim())?.[1] ?? name).trim())
}

/** Makers of adapters that exist in software alone, or that only carry a server's remote screen. */
const virtualVendors = new Map([
  ['1234', 'QEMU standard graphics'],
  ['1af4', 'Virtio graphics'],
  ['15ad', 'VMware SVGA'],
  ['1414', 'Microsoft Hyper-V video'],
  ['80ee', 'VirtualBox graphics'],
  ['1b36', 'QXL graphics'],
  ['1013', 'Cirrus Logic graphics'],
  ['5853', 'Xen graphics'],
  ['1ab8', 'Parallels graphics'],
  ['1d0f', 'Amazon EC2 graphics'],
  ['1a03', 'ASPEED remote-management graphics'],
  ['102b', 'Matrox remote-management graphics'],
])
const virtualNames =
  /basic (display|render)|vmware|svga|\bqxl\b|virtio|hyper-?v|cirrus|virtualbox|parallels|remote (desktop|display)|\brdp\b|citrix|indirect display|\bidd\b|mirage|aspeed|g200e|bochs|virtual (display|gpu|adapter|desktop)|displaylink|usb (mobile )?monitor|parsec|spacedesk|teamviewer|anydesk|google virtual|\bsoftware adapter\b/i

export function kindOf(group: CardGroup): GpuKind {
  if (group.some((member) => member.kind === 'cpu-device')) return 'cpu-device'
  if (group.some((member) => member.layer === 'nvml' || member.layer === 'nvidia-smi')) return 'gpu'
  const vendorId = group.map((member) => member.pciDeviceId?.slice(0, 4)).find((id) => id !== undefined)
  if (vendorId !== undefined && ['10de', '1002', '8086', '106b'].includes(vendorId)) return 'gpu'
  if (vendorId !== undefined && virtualVendors.has(vendorId)) return 'virtual'
  return group.some((member) => virtualNames.test(member.name ?? '')) ? 'virtual' : 'gpu'
}
