/** Every programme for every group of identical cards of a machine, in the order a comparison lists them. Pure. */
import { groupOf, type Estimate, type EstimateGroup } from '../../shared/earnings.ts'
import type { GpuTable } from '../../shared/gpu-table.ts'
import type { Detection, Gpu } from '../../shared/machine.ts'
import type { AnyNetwork, ProgrammeDefinition, Subject } from '../networks/network.ts'
import { groupCards } from './cards.ts'
import type { PowerOverrides } from './electricity.ts'
import { estimateProgramme, isBarred, type EstimateContext } from './estimate-programme.ts'
import { sensitivityOf } from './sensitivity.ts'

export type { PowerOverrides }

export interface CompareOptions extends EstimateContext {
  detection: Detection
  gpuTable: GpuTable
  networks: AnyNetwork[]
  /** ms since epoch to estimate for. */
  at: number
  only?: { networkId?: string; gpuId?: string }
  /** Each row carries its tornado: about ten times the work. */
  withSensitivity?: boolean
}

const listing: EstimateGroup[] = ['ranked', 'pay-rule-not-published', 'no-figure']

export function compare(options: CompareOptions): Estimate[] {
  return listed(rowsOf(options).map((row) => estimateRow(row, options, options.withSensitivity)))
}

export function estimateRow(row: ComparedRow, context: EstimateContext, withSensitivity = false): Estimate {
  const estimate = estimateProgramme(row.network, row.programme, row.subject, row.gpus, { ...context, sharing: row.sharing })
  return withSensitivity ? { ...estimate, sensitivity: sensitivityOf(row, context) } : estimate
}

/** A programme for a group of identical cards, before anything is worked out. */
export interface ComparedRow {
  network: AnyNetwork
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each programme gets its own network's market back
  programme: ProgrammeDefinition<any>
  subject: Subject
  gpus: Gpu[]
  /** Cards of the machine that could take part, this row's among them: they share what exists once per machine. */
  sharing: number
}

/** A programme's rows, one for each group of cards of one machine. A card that could not join whatever is done, and one built into the processor, carries nothing for the others. */
export function rowsOfProgramme(network: AnyNetwork, programme: ComparedRow['programme'], groups: readonly Pick<ComparedRow, 'subject' | 'gpus'>[]): ComparedRow[] {
  const able = groups.map(({ subject }) => groups.length === 1 || (subject.card.isIntegrated !== true && !isBarred(programme.needs, subject)))
  return groups.map(({ subject, gpus }, index) => ({
    network,
    programme,
    subject,
    gpus,
    sharing: groups.reduce((sum, other, at) => sum + (at === index || able[at] ? other.subject.count : 0), 0),
  }))
}

/** All that is compared, in the networks' own order. */
export function rowsOf(options: Pick<CompareOptions, 'detection' | 'gpuTable' | 'networks' | 'at' | 'only'>): ComparedRow[] {
  const { detection, gpuTable, at, only } = options
  const groups = groupCards(detection.gpus, gpuTable)
  // Graphics built into the processor are no card that a programme could mind.
  const discrete = groups.flatMap((group) => group.gpus.filter((gpu) => gpu.isIntegrated !== true).map(() => group.card.model ?? group.card.name))
  const models = new Set(discrete).size
  const subjects = groups.map(({ card, gpus }) => ({
    subject: { at, card, count: gpus.length, gpusInMachine: Math.max(discrete.length, gpus.length), modelsInMachine: Math.max(models, 1), machine: detection.machine },
    gpus,
  }))
  const isWanted = (row: ComparedRow): boolean => only?.gpuId === undefined || row.gpus.some((gpu) => gpu.id === only.gpuId)
  return networksWanted(options.networks, only?.networkId).flatMap((network) => network.programmes.flatMap((programme) => rowsOfProgramme(network, programme, subjects).filter(isWanted)))
}

export function networksWanted(networks: AnyNetwork[], networkId: string | undefined): AnyNetwork[] {
  return networkId === undefined ? networks : networks.filter((network) => network.id === networkId)
}

/** Ranked by the expected net; what has none keeps the programmes' own order, for a middle must not rank it. */
export function listed(estimates: Estimate[]): Estimate[] {
  return estimates
    .map((estimate, index) => ({ estimate, index, group: listing.indexOf(groupOf(estimate)) }))
    .sort((one, other) => one.group - other.group || (other.estimate.net.expected ?? 0) - (one.estimate.net.expected ?? 0) || one.index - other.index)
    .map(({ estimate }) => estimate)
}
