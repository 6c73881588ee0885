/** Everything static about a card, in words, by group; null is unknown. Pure. */
import type { Gpu } from '../../../shared/machine.ts'
import { count, formatNumber, formatTemperature, formatWatts, gap } from '../../format/numbers.ts'
import { formatMoment } from '../../format/time.ts'
import { attachmentWords, layerWords } from '../../format/words.ts'

export interface FactGroup {
  title: string
  facts: [label: string, value: string | null][]
}

export function factsOf(gpu: Gpu, temperatureUnit: 'C' | 'F'): FactGroup[] {
  const isCard = gpu.kind === 'gpu'
  const degrees = (celsius: number | null | undefined) => (celsius == null ? null : formatTemperature(celsius, temperatureUnit))
  const limits = gpu.temperatureLimits
  const groups: FactGroup[] = [
    {
      title: 'What it is',
      facts: [
        ['Model', gpu.model ?? (isCard ? 'not in Idlewatt’s table of cards' : null)],
        ['Architecture', gpu.architecture],
        ['Compute capability', gpu.cudaComputeCapability],
        ['UUID', gpu.uuid],
        ['Board part number', gpu.boardPartNumber],
        ['Video BIOS', gpu.vbiosVersion],
        ['First seen', gpu.firstSeenAt === null ? null : formatMoment(gpu.firstSeenAt)],
        ['Seen by', gpu.seenBy.length === 0 ? null : gpu.seenBy.map((layer) => layerWords[layer]).join(', ')],
      ],
    },
    {
      title: 'Driver',
      facts: [
        ['Driver', gpu.driverVersion],
        ['CUDA', gpu.cudaVersion],
        ['OpenCL', gpu.opencl === null ? (isCard && gpu.lostSince === null ? 'no driver offers it' : null) : [gpu.opencl.name, gpu.opencl.driverVersion].filter(Boolean).join(', driver ')],
        ['Driver model', gpu.driverModel],
        ['Persistence mode', onOff(gpu.persistenceMode)],
        ['Compute mode', gpu.computeMode?.replaceAll('_', ' ') ?? null],
        ['MIG', migWords(gpu)],
      ],
    },
    {
      title: 'Where it sits',
      facts: [
        ['Attached', gpu.attachment === null ? null : attachmentWords[gpu.attachment.kind]],
        ['PCI address', gpu.pciAddress],
        ['PCI device', gpu.pciDeviceId],
        ['Subsystem', gpu.pciSubsystemId],
        ['PCIe at most', pcieWords(gpu)],
        ['Drives a display', yesNo(gpu.drivesDisplay)],
        ['NVLink', linkWords(gpu)],
      ],
    },
    {
      title: 'Limits',
      facts: [
        ['Power limit', powerWords(gpu)],
        ['Core clock at most', megahertz(gpu.coreClockMaxMhz)],
        ['Memory clock at most', megahertz(gpu.memoryClockMaxMhz)],
        ['Aims at', degrees(limits?.targetC)],
        ['Slows down at', degrees(limits?.slowdownC)],
        ['Shuts down at', degrees(limits?.shutdownC)],
        ['Memory at most', degrees(limits?.memoryC)],
        ['Fans', gpu.fanCount === null ? null : gpu.fanCount === 0 ? 'none of its own' : count(gpu.fanCount, 'fan')],
      ],
    },
    {
      title: 'Memory’s health',
      facts: [
        ['ECC', onOff(gpu.eccEnabled)],
        ['Retired pages', retiredWords(gpu)],
        ['Remapped rows', remappedWords(gpu)],
      ],
    },
  ]
  // What makes no sense for a device of another kind or maker is left out where it is unknown.
  const onlyIfKnown = new Set(['Board part number', 'Subsystem', 'Driver model', 'First seen', 'Aims at', 'Memory at most', 'Shuts down at', ...(gpu.vendor === 'nvidia' ? [] : ['CUDA', 'Compute capability', 'Persistence mode', 'Compute mode', 'MIG', 'NVLink', 'Retired pages', 'Remapped rows'])])
  return groups
    .map((group) => ({ ...group, facts: group.facts.filter(([label, value]) => value !== null || (isCard && !onlyIfKnown.has(label))) }))
    .filter((group) => group.facts.length > 0)
}

function onOff(value: boolean | null): string | null {
  return value === null ? null : value ? 'on' : 'off'
}
function yesNo(value: boolean | null): string | null {
  return value === null ? null : value ? 'yes' : 'no'
}
function megahertz(value: number | null): string | null {
  return value === null ? null : `${formatNumber(value, 0)}${gap}MHz`
}

function pcieWords(gpu: Gpu): string | null {
  if (gpu.pcieGenerationMax === null && gpu.pcieLanesMax === null) return null
  return [gpu.pcieGenerationMax === null ? null : `generation ${gpu.pcieGenerationMax}`, gpu.pcieLanesMax === null ? null : count(gpu.pcieLanesMax, 'lane')].filter((part) => part !== null).join(', ')
}

function powerWords(gpu: Gpu): string | null {
  if (gpu.powerLimitW === null) return null
  const parts = [formatWatts(gpu.powerLimitW)]
  if (gpu.powerLimitDefaultW !== null && gpu.powerLimitDefaultW !== gpu.powerLimitW) parts.push(`shipped with ${formatWatts(gpu.powerLimitDefaultW)}`)
  if (gpu.powerLimitMinW !== null && gpu.powerLimitMaxW !== null) parts.push(`can be set from ${formatWatts(gpu.powerLimitMinW)} to ${formatWatts(gpu.powerLimitMaxW)}`)
  return parts.join(', ')
}

function migWords(gpu: Gpu): string | null {
  if (gpu.mig === null) return gpu.vendor === 'nvidia' ? 'this card has none, or it could not be read' : null
  return gpu.mig.enabled ? `on, ${count(gpu.mig.instances.length, 'slice')}` : 'off'
}

function linkWords(gpu: Gpu): string | null {
  if (gpu.nvlinks === null) return gpu.vendor === 'nvidia' ? 'none, or not told' : null
  if (gpu.nvlinks.length === 0) return 'none'
  const active = gpu.nvlinks.filter((link) => link.isActive === true).length
  return `${active} of ${count(gpu.nvlinks.length, 'link')} active`
}

function retiredWords(gpu: Gpu): string | null {
  const pages = gpu.retiredPages
  if (pages === null || (pages.singleBit === null && pages.doubleBit === null)) return null
  const words = [pages.singleBit === null ? null : `${pages.singleBit} after corrected errors`, pages.doubleBit === null ? null : `${pages.doubleBit} after uncorrected ones`].filter((part) => part !== null).join(', ')
  return pages.pending ? `${words}; more wait for a restart` : words
}

function remappedWords(gpu: Gpu): string | null {
  const rows = gpu.remappedRows
  if (rows === null || (rows.correctable === null && rows.uncorrectable === null)) return null
  const words = [rows.correctable === null ? null : `${rows.correctable} after corrected errors`, rows.uncorrectable === null ? null : `${rows.uncorrectable} after uncorrected ones`].filter((part) => part !== null).join(', ')
  return [words, rows.pending ? 'more wait for a reset' : null, rows.failed ? 'a row could not be replaced' : null].filter((part) => part !== null).join('; ')
}
