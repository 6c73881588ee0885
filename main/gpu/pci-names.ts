/** Names of cards by their PCI id, for drivers that have none: from `resources/pci-ids.json` (pci.ids and amdgpu.ids). */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface PciNames {
  /** "GeForce RTX 4090"; null: the id is not known. `revision`: two hex digits, tells AMD's products apart. */
  nameOf(pciDeviceId: string, revision: string | null): string | null
  /** Where the names are from, for a sentence. */
  source: string
}

interface PciIdsFile {
  sources: { url: string; date: string }[]
  devices: Record<string, Record<string, string>>
  amdProducts: Record<string, string>
}

const makers: Record<string, string> = { '10de': 'NVIDIA', '1002': 'AMD', '8086': 'Intel' }

/** Reads the file when the first name is asked for: most machines never need it. */
export function createPciNames(resourcesFolder: string): PciNames {
  let file: PciIdsFile | null = null

  function read(): PciIdsFile {
    file ??= JSON.parse(readFileSync(join(resourcesFolder, 'pci-ids.json'), 'utf8')) as PciIdsFile
    return file
  }

  return {
    nameOf(pciDeviceId, revision) {
      const [vendor, device] = pciDeviceId.split(':') as [string, string]
      const product = vendor === '1002' && revision !== null ? read().amdProducts[`${device}:${revision}`] : undefined
      if (product) return withMaker(vendor, product)
      const entry = Object.hasOwn(makers, vendor) ? read().devices[vendor]?.[device] : undefined
      return entry ? withMaker(vendor, productIn(entry)) : null
    },
    get source() {
      return `pci.ids of ${read().sources[0]?.date ?? 'unknown date'}`
    },
  }
}

/** "AD102 [GeForce RTX 4090]" → "GeForce RTX 4090"; a chip without a product name stays as it is. */
function productIn(entry: string): string {
  return /\[([^\]]+)\]\s*$/.exec(entry)?.[1]?.trim() ?? entry
}

function withMaker(vendor: string, name: string): string {
  const maker = makers[vendor] ?? ''
  return name.toLowerCase().startsWith(maker.toLowerCase()) ? name : `${maker} ${name}`
}
