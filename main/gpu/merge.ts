/** From what the layers saw to one list of cards with their problems. Pure but for the names and ids it is handed. */
import type { GpuTable } from '../../shared/gpu-table.ts'
import { presentCard, type Detection, type Gpu, type Machine } from '../../shared/machine.ts'
import { attachmentOf } from './attachment.ts'
import { fillSample } from './fill-sample.ts'
import { groupCards, layerOrder, type CardGroup } from './group.ts'
import type { Identity, MarkedCard } from './identity.ts'
import { isNoName, kindOf, nameCard } from './names.ts'
import type { PciNames } from './pci-names.ts'
import { isEmptySample } from './reading.ts'
import { cardProblems, machineProblems } from './troubles.ts'
import { viewsOf, disagreementsOf } from './views.ts'
import type { CardSeen, LayerAnswer } from './vendor.ts'

export interface MergeOptions {
  machine: Machine
  gpuTable: GpuTable
  pciNames: PciNames
  identity: Identity
  /** The NVIDIA driver's age, judged by its version; null: fine or unknown. */
  driverAge(version: string | null): Gpu['problems'][number] | null
  /** False while layers are still to answer: then nothing is said to be missing. */
  final: boolean
  at: number
}

export function mergeLayers(answers: readonly LayerAnswer[], options: MergeOptions): Detection {
  // Before all layers are through, a card is told of only once its id can no longer change.
  const groups = groupCards(answers).filter((group) => options.final || hasFinalId(group))
  const ids = options.identity.idsOf(groups.map(marksOf), options.final)
  // Its id may yet turn out to be another, known one: it is told of once all layers are through.
  const gpus = groups.flatMap((group, index) => (ids[index] === null ? [] : [composeCard(ids[index]!, group, answers, options)]))
  const rank: Record<Gpu['kind'], number> = { gpu: 0, virtual: 1, 'cpu-device': 2 }
  gpus.sort((left, right) => rank[left.kind] - rank[right.kind])
  return { machine: options.machine, gpus, problems: machineProblems(gpus, answers, options), detectedAt: options.at }
}

function hasFinalId(group: CardGroup): boolean {
  return group.some((member) => member.uuid !== null) || (group.some((member) => member.pciAddress !== null) && group.some((member) => member.pciDeviceId !== null))
}

/** The most trusted layer first. */
function sortedByTrust(group: CardGroup): CardGroup {
  return [...group].sort((left, right) => layerOrder.indexOf(left.layer) - layerOrder.indexOf(right.layer))
}

function firstOf<Key extends keyof CardSeen>(sorted: CardGroup, key: Key): CardSeen[Key] {
  return sorted.map((member) => member[key]).find((value) => value !== null) ?? sorted[0]![key]
}

function marksOf(group: CardGroup): MarkedCard {
  const sorted = sortedByTrust(group)
  const first = <Key extends keyof CardSeen>(key: Key): CardSeen[Key] => firstOf(sorted, key)
  return {
    layer: sorted[0]!.layer,
    uuid: first('uuid'),
    pciAddress: first('pciAddress'),
    pciDeviceId: first('pciDeviceId'),
    pciSubsystemId: first('pciSubsystemId'),
    vendor: first('vendor'),
    name: first('name'),
    isLost: sorted.some(({ problems }) => problems.some(({ id }) => id === 'gpu-lost')),
  }
}

function composeCard(id: string, group: CardGroup, answers: readonly LayerAnswer[], options: MergeOptions): Gpu {
  const sorted = sortedByTrust(group)
  const first = <Key extends keyof CardSeen>(key: Key): CardSeen[Key] => firstOf(sorted, key)
  const kind = kindOf(sorted)
  const uuid = first('uuid')
  const pciAddress = first('pciAddress')
  const pciDeviceId = first('pciDeviceId')
  const vendor = first('vendor') ?? 'other'
  const isIntegrated = kind === 'gpu' ? (first('isIntegrated') ?? isIntegratedByName(sorted)) : null
  const memoryBytes = memoryOf(sorted, kind, vendor, isIntegrated)
  const named = kind === 'cpu-device' ? processorName(sorted) : nameCard(sorted, { vendor, kind }, options.pciNames, (id) => tableName(options.gpuTable, id, vendor))
  const views = viewsOf(sorted)
  const seenBy = layerOrder.filter((layer) => sorted.some((member) => member.layer === layer))

  const gpu: Gpu = {
    id,
    uuid,
    name: named.name,
    driverName: named.driverName,
    vendor,
    model: kind === 'gpu' ? (options.gpuTable.match({ name: named.name, pciDeviceId, memoryBytes, vendor })?.model ?? null) : null,
    kind,
    memoryBytes,
    driverVersion: first('driverVersion') ?? first('opencl')?.driverVersion ?? null,
    cudaVersion: first('cudaVersion'),
    vbiosVersion: first('vbiosVersion'),
    pciAddress,
    pciDeviceId,
    pciSubsystemId: first('pciSubsystemId'),
    cudaComputeCapability: first('cudaComputeCapability'),
    pcieGenerationMax: first('pcieGenerationMax'),
    pcieLanesMax: first('pcieLanesMax'),
    drivesDisplay: sorted.some((member) => member.drivesDisplay === true) ? true : first('drivesDisplay'),
    isIntegrated,
    eccEnabled: first('eccEnabled'),
    mig: first('mig'),
    powerLimitW: first('powerLimitW'),
    powerLimitDefaultW: first('powerLimitDefaultW'),
    powerLimitMinW: first('powerLimitMinW'),
    powerLimitMaxW: first('powerLimitMaxW'),
    seenBy,
    opencl: first('opencl'),
    architecture: first('architecture'),
    coreClockMaxMhz: first('coreClockMaxMhz'),
    memoryClockMaxMhz: first('memoryClockMaxMhz'),
    temperatureLimits: first('temperatureLimits'),
    fanCount: first('fanCount'),
    retiredPages: first('retiredPages'),
    remappedRows: first('remappedRows'),
    nvlinks: first('nvlinks'),
    persistenceMode: first('persistenceMode'),
    computeMode: first('computeMode'),
    driverModel: first('driverModel'),
    boardPartNumber: first('boardPartNumber'),
    attachment: attachmentOf({ kind, vendor, name: named.name, isIntegrated, said: first('attachment'), pciAddress, pciDeviceId, surroundings: options.machine.surroundings, inLinuxTree: seenBy.includes('sysfs') }),
    ...presentCard,
    views,
    disagreements: kind === 'gpu' ? disagreementsOf({ views, vendor, isIntegrated }) : [],
    sample: sampleOfAll(sorted),
    problems: [],
  }
  const own = sorted.flatMap((member) => member.problems).filter((problem, index, all) => all.findIndex(({ id }) => id === problem.id) === index)
  return { ...gpu, problems: cardProblems(gpu, { own, name: named.problem, answers, machine: options.machine, final: options.final }) }
}

/** Of the layer that is believed first, its gaps filled by the others. */
function sampleOfAll(sorted: CardGroup): Gpu['sample'] {
  const samples = sorted.map((member) => member.sample).filter((sample) => sample !== null)
  const lead = samples.find((sample) => !isEmptySample(sample)) ?? samples[0]
  return lead === undefined ? null : fillSample(lead, samples.filter((sample) => sample !== lead))
}

/** Names that only graphics inside a processor carry; Intel's cards are called Arc or Flex. null: the name does not say. */
function isIntegratedByName(sorted: CardGroup): boolean | null {
  const names = sorted.map((member) => (member.name ?? '').replace(/\((r|tm)\)/gi, '')).join('\n')
  return /\b(u?hd|iris( xe| plus| pro)?) graphics\b|^(amd )?radeon( vega \d+)? graphics$|\bradeon \d{3}m\b/im.test(names) ? true : null
}

/** OpenCL says what a card may use; on graphics that share the machine's memory that is not theirs. */
function memoryOf(sorted: CardGroup, kind: Gpu['kind'], vendor: Gpu['vendor'], isIntegrated: boolean | null): number | null {
  const isShared = kind === 'gpu' && vendor !== 'apple' && isIntegrated === true
  const usable = sorted.filter((member) => !(isShared && member.layer === 'opencl'))
  return usable.map((member) => member.memoryBytes).find((bytes) => bytes !== null) ?? null
}

function tableName(table: GpuTable, pciDeviceId: string, vendor: Gpu['vendor']): string | null {
  const facts = table.rows.find((row) => row.pciDeviceIds.includes(pciDeviceId))
  if (!facts) return null
  return vendor === 'nvidia' ? `NVIDIA ${facts.model}` : facts.model
}

/** PoCL writes "cpu-haswell-AMD EPYC 7B13": its own words first, then the processor's name. */
function processorName(sorted: CardGroup): ReturnType<typeof nameCard> {
  const said = sorted.map((member) => member.name).find((name) => name !== null && !isNoName(name)) ?? 'Processor with OpenCL'
  const name = said.replace(/^(?:cpu|pthread)-(?:[a-z0-9_.]+-)*/, '').trim() || said
  return { name, driverName: name === said ? null : said, problem: null }
}
