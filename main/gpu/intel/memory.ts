/** How much memory an Intel card has: as its driver tells, else by the window on it. A person types `lspci -v -d 8086::0300`. */
import type { MachineSource } from '../../system/machine-source.ts'
import { readerBelow, type LinuxCard } from '../linux-files.ts'
import { numberIn } from '../linux-sensors.ts'

const GiB = 1024 ** 3

/** null: the driver does not tell, and the window does not say it for certain. */
export async function cardMemory(machine: MachineSource, { folder, drmFolder, card }: LinuxCard): Promise<number | null> {
  // Only Intel's own builds of i915 tell (in either place), and xe of some kernels.
  const places = [drmFolder, folder].filter((place) => place !== null)
  for (const place of places) {
    const told = await numberIn(readerBelow(machine, place), 'lmem_total_bytes')
    if (told !== null && told > 0) return told
  }
  const tiles = (await machine.listFolder(folder)).filter((name) => /^tile\d+$/.test(name))
  const sizes = await Promise.all(tiles.map((tile) => numberIn(readerBelow(machine, `${folder}/${tile}`), 'physical_vram_size_bytes')))
  const sum = sizes.reduce<number>((total, size) => total + (size ?? 0), 0)
  if (sum > 0) return sum
  return memoryByWindow((await machine.readFile(`${folder}/resource`)) ?? '', card.pciDeviceId)
}

/**
 * Third line of `resource`: start, end and flags of the window on the memory. Without Resizable BAR it is 256 MiB whatever
 * the card has; with it, the next power of two: 16 GiB for a card of 12. Pure.
 */
export function memoryByWindow(resource: string, pciDeviceId: string | null): number | null {
  const [start, end] = (resource.split('\n')[2] ?? '').trim().split(/\s+/)
  const hex = /^0x[0-9a-f]+$/i
  const bytes = start !== undefined && end !== undefined && hex.test(start) && hex.test(end) ? Number(BigInt(end) - BigInt(start) + 1n) : 0
  if (bytes < 2 * GiB || pciDeviceId === null) return null
  const odd = unevenGiB[pciDeviceId]
  if (odd !== undefined) return odd * GiB <= bytes ? odd * GiB : null
  return evenCards.test(pciDeviceId) ? bytes : null
}

/** Cards whose memory is no power of two, by Intel's data sheets and pci.ids of 2026-11: A730M, Pro A40 and A50, Pro A60, Flex 140, A380, B60, B580, B570. */
const unevenGiB: Record<string, number> = { '8086:5691': 12, '8086:56b1': 6, '8086:56b3': 12, '8086:56c1': 6, '8086:56a5': 6, '8086:e211': 24, '8086:e20b': 12, '8086:e20c': 10 }
/** Cards that are sold with 4, 8 or 16 GiB alone; of cards not known yet the window says too little. */
const evenCards = /^8086:(490[5-9]|569[0-7]|56a[0-26]|56b[02]|56c0|e212)$/
