/** Everything known of a card, as titled lines for a terminal. What is unknown is left out, and its reasons are gathered at the end. Pure. */
import type { Gpu, LayerView } from '../../shared/machine.ts'
import type { GpuProcess, GpuSample } from '../../shared/telemetry.ts'
import { count, memoryText, numberText, percentText } from './output.ts'
import { timeText } from './times.ts'

export interface Fact {
  title: string
  /** Lines apart by line breaks. */
  text: string
}

/** So many processes are named; the rest is counted. */
const namedProcesses = 12

/** `at`: when they were read, ms since epoch. Of a lost card no reading is true any more. */
export function factsOf(known: Gpu, at: number): Fact[] {
  const gpu: Gpu = known.lostSince === null ? known : { ...known, sample: null }
  const { sample } = gpu
  const facts: [string, (string | null)[]][] = [
    ['Driver', [gpu.driverName === null ? null : `calls it "${gpu.driverName}"`, gpu.driverVersion, gpu.driverModel, prefixed('CUDA ', gpu.cudaVersion), prefixed('VBIOS ', gpu.vbiosVersion)]],
    ['Chip', [gpu.architecture, prefixed('compute capability ', gpu.cudaComputeCapability), gpu.model === null ? null : `known as ${gpu.model}`, prefixed('part number ', gpu.boardPartNumber)]],
    ['PCI ids', [prefixed('device ', gpu.pciDeviceId), prefixed('board ', gpu.pciSubsystemId)]],
    ['Place', [gpu.pciAddress, gpu.uuid === null || gpu.uuid === gpu.id ? null : `UUID ${gpu.uuid}`]],
    ['Attached', [gpu.attachment === null ? (gpu.isIntegrated === true ? 'Part of the processor.' : null) : gpu.attachment.sentence]],
    ['PCIe', pcieParts(gpu)],
    ['Memory', [gpu.memoryBytes === null ? null : memoryText(gpu.memoryBytes), sample?.memoryUsedBytes == null ? null : `${memoryText(sample.memoryUsedBytes)} in use`]],
    ['ECC', eccParts(gpu)],
    ['Bad memory', badMemoryParts(gpu)],
    ['Power limit', [watts(gpu.powerLimitW), labelled('as shipped', watts(gpu.powerLimitDefaultW)), range(gpu.powerLimitMinW, gpu.powerLimitMaxW)]],
    ['Acts at', limitParts(gpu)],
    ['Modes', [gpu.computeMode === null ? null : `compute mode ${gpu.computeMode}`, gpu.persistenceMode === null ? null : `persistence ${onOff(gpu.persistenceMode)}`, gpu.drivesDisplay === null ? null : gpu.drivesDisplay ? 'drives a display' : 'drives no display']],
    ['NVLink', nvLinkParts(gpu)],
    ['MIG', migParts(gpu)],
    ['OpenCL', gpu.opencl === null ? [] : [gpu.opencl.name === gpu.name ? 'offered' : `offered as "${gpu.opencl.name}"`, prefixed('driver ', gpu.opencl.driverVersion)]],
    ['Seen by', [gpu.seenBy.join(', ')]],
    ...(sample === null ? [] : sampleParts(gpu, sample)),
    ['First seen', [gpu.firstSeenAt === null || Math.abs(at - gpu.firstSeenAt) < 60_000 ? null : timeText(gpu.firstSeenAt)]],
  ]
  const lines = facts.map(([title, parts]) => ({ title, text: parts.filter((part) => part !== null && part !== '').join(' · ') }))
  return [...lines, { title: 'Layers differ', text: disagreementLines(gpu) }, { title: 'Not known', text: sample === null ? '' : unknownText(sample) }].filter(({ text }) => text !== '')
}

function sampleParts(gpu: Gpu, sample: GpuSample): [string, (string | null)[]][] {
  return [
    ['Load', [labelled('busy', percent(sample.utilisation)), labelled('memory traffic', percent(sample.memoryUtilisation)), labelled('encoder', percent(sample.encoder)), labelled('decoder', percent(sample.decoder)), sample.performanceState]],
    ['Temperature', [celsius(sample.temperatureC), labelled('hotspot', celsius(sample.hotspotC)), labelled('memory', celsius(sample.memoryC))]],
    ['Power', [sample.powerW === null ? null : `${watts(sample.powerW) ?? ''}${sample.powerLimitW === null ? '' : ` of ${watts(sample.powerLimitW) ?? ''}`}`, energyText(sample.energyJ)]],
    ['Clocks', [clock('core', sample.coreClockMhz, gpu.coreClockMaxMhz), clock('memory', sample.memoryClockMhz, gpu.memoryClockMaxMhz), sample.smClockMhz === sample.coreClockMhz ? null : clock('SM', sample.smClockMhz, null), clock('video', sample.videoClockMhz, null)]],
    ['Fans', fanParts(gpu, sample)],
    ['Throttled by', [throttleText(sample.throttle)]],
    ['Driver said', sample.incidents.map((incident) => incident.sentence)],
    ['Processes', sample.unknown['processes'] !== undefined || sample.unknown['all'] !== undefined ? [] : [processesText(sample.processes)]],
  ]
}

/** A counter at 0 was never counted up: it says nothing of what the card used. */
function energyText(energyJ: number | null): string | null {
  if (energyJ === null || energyJ <= 0) return null
  const amount = energyJ >= 360_000 ? `${numberText(energyJ / 3_600_000)} kWh` : `${numberText(energyJ / 3600)} Wh`
  return `${amount} since its driver was loaded`
}

/** Vendors list idling among their reasons for low clocks; it slows nothing down. */
function throttleText(reasons: readonly string[] | null): string | null {
  if (reasons === null) return null
  const real = reasons.filter((reason) => !/idle/i.test(reason))
  return real.length > 0 ? real.join(', ') : reasons.length > 0 ? 'nothing, it idles' : 'nothing'
}

function pcieParts({ sample, pcieGenerationMax, pcieLanesMax }: Gpu): (string | null)[] {
  const now = linkText(sample?.pcieGeneration ?? null, sample?.pcieLanes ?? null)
  const most = linkText(pcieGenerationMax, pcieLanesMax)
  return [now === null ? null : `${now} now`, most === null ? null : `${most} at most`, sample?.pcieReplays ? `${count(sample.pcieReplays, 'packet')} sent again` : null]
}

/** "generation 4, 16 lanes". */
function linkText(generation: number | null, lanes: number | null): string | null {
  return [generation === null ? null : `generation ${generation}`, lanes === null ? null : count(lanes, 'lane')].filter((part) => part !== null).join(', ') || null
}

function eccParts({ eccEnabled, sample }: Gpu): (string | null)[] {
  return [
    eccEnabled === null ? null : onOff(eccEnabled),
    sample?.eccCorrected == null ? null : `${count(sample.eccCorrected, 'corrected error')}`,
    sample?.eccUncorrected == null ? null : `${count(sample.eccUncorrected, 'uncorrected error')}`,
  ]
}

function badMemoryParts({ retiredPages: pages, remappedRows: rows }: Gpu): (string | null)[] {
  const part = (n: number | null, what: string): string | null => (n === null ? null : `${n} ${what}`)
  return [
    ...(pages === null ? [] : [part(pages.singleBit, 'pages retired after single-bit errors'), part(pages.doubleBit, 'after double-bit errors'), pages.pending === true ? 'more at the next start' : null]),
    ...(rows === null ? [] : [part(rows.correctable, 'rows replaced after correctable errors'), part(rows.uncorrectable, 'after uncorrectable errors'), rows.pending === true ? 'more at the next reset' : null, rows.failed === true ? 'REPLACING FAILED: no spare rows are left' : null]),
  ]
}

function limitParts({ temperatureLimits: limits }: Gpu): (string | null)[] {
  if (limits === null) return []
  return [labelled('aims at', celsius(limits.targetC)), labelled('slows down at', celsius(limits.slowdownC)), labelled('switches off at', celsius(limits.shutdownC)), labelled('memory at most', celsius(limits.memoryC))]
}

function nvLinkParts({ nvlinks }: Gpu): (string | null)[] {
  if (nvlinks === null || nvlinks.length === 0) return []
  const active = nvlinks.filter((link) => link.isActive === true)
  const versions = [...new Set(nvlinks.map((link) => link.version).filter((version) => version !== null))]
  const ends = [...new Set(active.map((link) => link.remotePciAddress).filter((address) => address !== null))]
  return [`${active.length} of ${count(nvlinks.length, 'link')} active`, versions.length === 0 ? null : `version ${versions.join(', ')}`, ends.length === 0 ? null : `to ${ends.join(', ')}`]
}

function migParts({ mig }: Gpu): (string | null)[] {
  if (mig === null) return []
  if (!mig.enabled) return ['off']
  const lines = mig.instances.map((one) => {
    const parts = [one.gpuInstanceId === null ? null : `GPU instance ${one.gpuInstanceId}`, one.computeInstanceId === null ? null : `compute instance ${one.computeInstanceId}`, one.memoryBytes === null ? null : memoryText(one.memoryBytes), one.multiprocessors === null ? null : `${one.multiprocessors} multiprocessors`]
    return `${one.index}: ${parts.filter((part) => part !== null).join(', ')}`
  })
  return [[`on, ${count(mig.instances.length, 'instance')}`, ...lines].join('\n')]
}

function fanParts({ fanCount }: Gpu, sample: GpuSample): (string | null)[] {
  if (sample.fans.length > 1) {
    return sample.fans.map((fan, i) => `${i + 1}: ${[percent(fan.share), fan.rpm === null ? null : `${Math.round(fan.rpm)} rpm`].filter((part) => part !== null).join(', ') || 'not told'}`)
  }
  return [percent(sample.fan), sample.fanRpm === null ? null : `${Math.round(sample.fanRpm)} rpm`, sample.fan === null && sample.fanRpm === null && fanCount !== null ? (fanCount === 0 ? 'none' : String(fanCount)) : null]
}

/** Largest first. */
function processesText(processes: readonly GpuProcess[]): string {
  if (processes.length === 0) return 'none'
  const sorted = [...processes].sort((a, b) => (b.memoryBytes ?? -1) - (a.memoryBytes ?? -1))
  const lines = sorted.slice(0, namedProcesses).map((one) => {
    const parts = [one.memoryBytes === null ? null : memoryText(one.memoryBytes), one.utilisation == null ? null : percentText(one.utilisation), one.kind ?? null, one.ours === true ? 'started by Idlewatt' : null]
    return [`${one.pid} ${one.name}`, ...parts.filter((part) => part !== null)].join(', ')
  })
  return [...lines, ...(sorted.length > namedProcesses ? [`and ${sorted.length - namedProcesses} more`] : [])].join('\n')
}

/** With each value's unit: a bare number is of no use. */
function disagreementLines({ disagreements }: Gpu): string {
  return disagreements.map(({ field, said }) => `${wordsOf(field)}: ${said.map(({ layer, value }) => `${layer} says ${valueText(field, value)}`).join(', ')}`).join('\n')
}

function valueText(field: string, value: LayerView['says'][string]): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'string') return `"${value}"`
  if (field.endsWith('Bytes')) return memoryText(value)
  if (field.endsWith('Mhz')) return `${Math.round(value)} MHz`
  if (field.endsWith('W')) return `${numberText(value)} W`
  if (field.endsWith('C')) return `${Math.round(value)} °C`
  return numberText(value)
}

/** Reasons, each with what it keeps from us. */
function unknownText(sample: GpuSample): string {
  const byReason = new Map<string, string[]>()
  for (const [field, why] of Object.entries(sample.unknown)) {
    if (why !== undefined) byReason.set(why, [...(byReason.get(why) ?? []), field === 'all' ? 'every reading' : wordsOf(field)])
  }
  return [...byReason].map(([why, fields]) => `${fields.join(', ')}: ${why}`).join('\n')
}

const fieldWords: Record<string, string> = {
  temperatureC: 'core temperature',
  hotspotC: 'hotspot temperature',
  memoryC: 'memory temperature',
  powerW: 'power',
  powerLimitW: 'power limit',
  energyJ: 'energy counter',
  memoryUsedBytes: 'memory in use',
  memoryTotalBytes: 'memory in all',
  memoryBytes: 'memory',
  utilisation: 'load',
  memoryUtilisation: 'memory traffic',
  smClockMhz: 'SM clock',
  fanRpm: 'fan turns',
  fans: 'each fan',
  throttle: 'throttle reasons',
  eccCorrected: 'corrected ECC errors',
  eccUncorrected: 'uncorrected ECC errors',
  pcieGeneration: 'PCIe generation',
  pcieLanes: 'PCIe lanes',
  pcieReplays: 'PCIe packets sent again',
  pcieGenerationMax: 'greatest PCIe generation',
  pcieLanesMax: 'greatest number of PCIe lanes',
}

/** "coreClockMhz" → "core clock". */
function wordsOf(field: string): string {
  const known = fieldWords[field]
  if (known !== undefined) return known
  return field
    .replace(/(Mhz|Bytes|W|C)$/, '')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/^(vbios|cuda|pci|ecc|mig|pcie)\b/, (word) => (word === 'pcie' ? 'PCIe' : word.toUpperCase()))
}

function prefixed(before: string, text: string | null): string | null {
  return text === null ? null : `${before}${text}`
}

function labelled(label: string, text: string | null): string | null {
  return text === null ? null : `${label} ${text}`
}

function onOff(value: boolean): string {
  return value ? 'on' : 'off'
}

function percent(share: number | null): string | null {
  return share === null ? null : percentText(share)
}

function celsius(degrees: number | null): string | null {
  return degrees === null ? null : `${Math.round(degrees)} °C`
}

function watts(value: number | null): string | null {
  return value === null ? null : `${numberText(value)} W`
}

function range(low: number | null, high: number | null): string | null {
  return low === null || high === null ? null : `can be set from ${numberText(low)} to ${numberText(high)} W`
}

function clock(label: string, now: number | null, most: number | null): string | null {
  if (now === null) return most === null ? null : `${label} at most ${Math.round(most)} MHz`
  return `${label} ${Math.round(now)}${most === null ? '' : ` of ${Math.round(most)}`} MHz`
}
