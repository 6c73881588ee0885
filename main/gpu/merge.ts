/** From what the layers saw to one list of cards with their problems. Pure but for the names and ids it is handed. */
import type { GpuTable } from '../../shared/gpu-table.ts'
import type { Detection, Gpu, Machine } from '../../shared/machine.ts'
import { groupCards, layerOrder, type CardGroup } from './group.ts'
import type { Identity } from './identity.ts'
import { isNoName, kindOf, nameCard } from './names.ts'
import type { PciNames } from './pci-names.ts'
import { isEmptySample } from './reading.ts'
import { cardProblems, machineProblems } from './troubles.ts'
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
  const taken = new Set<string>()
  let unplaced = 0
  const gpus = groups.map((group) => {
    const gpu = composeCard(group, answers, options, () => unplaced++)
    // Broken output may describe one card twice; ids stay apart all the same.
    let id = gpu.id
    for (let copy = 2; taken.has(id); copy++) id = `${gpu.id}#${copy}`
    taken.add(id)
    return { ...gpu, id }
  })
  const rank: Record<Gpu['kind'], number> = { gpu: 0, virtual: 1, 'cpu-device': 2 }
  gpus.sort((left, right) => rank[left.kind] - rank[right.kind])
  return { machine: options.machine, gpus, problems: machineProblems(gpus, answers, options), detectedAt: options.at }
}

function hasFinalId(group: CardGroup): boolean {
  return group.some((member) => member.uuid !== null) || (group.some((member) => member.pciAddress !== null) && group.some((member) => member.pciDeviceId !== null))
}

function composeCard(group: CardGroup, answers: readonly LayerAnswer[], options: MergeOptions, nextUnplaced: () => number): Gpu {
  const sorted = [...group].sort((left, right) => layerOrder.indexOf(left.layer) - layerOrder.indexOf(right.layer))
  const lead = sorted[0]!
  function first<Key extends keyof CardSeen>(key: Key): CardSeen[Key] {
    return sorted.map((member) => member[key]).find((value) => value !== null) ?? lead[key]
  }
  const kind = kindOf(sorted)
  const uuid = first('uuid')
  const pciAddress = first('pciAddress')
  const pciDeviceId = first('pciDeviceId')
  const vendor = first('vendor') ?? 'other'
  const isIntegrated = kind === 'gpu' ? (first('isIntegrated') ?? isIntegratedByName(sorted)) : null
  const memoryBytes = memoryOf(sorted, kind, vendor, isIntegrated)
  const named = kind === 'cpu-device' ? processorName(sorted) : nameCard(sorted, { vendor, kind }, options.pciNames, (id) => tableName(options.gpuTable, id, vendor))
  const isPlaced = uuid !== null || pciAddress !== null
  const seenBy = layerOrder.filter((layer) => sorted.some((member) => member.layer === layer))

  const gpu: Gpu = {
    id: options.identity.idOf({ uuid, pciAddress, pciDeviceId, layer: lead.layer }, isPlaced ? 0 : nextUnplaced()),
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
    sample: sorted.map((member) => member.sample).find((sample) => sample !== null && !isEmptySample(sample)) ?? first('sample'),
    problems: [],
  }
  const own = sorted.flatMap((member) => member.problems).filter((problem, index, all) => all.findIndex(({ id }) => id === problem.id) === index)
  return { ...gpu, problems: cardProblems(gpu, { own, name: named.problem, answers, final: options.final }) }
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
