/** Every programme for every group of identical cards of a machine, in the order a comparison lists them. Pure. */
import { groupOf, type Estimate, type EstimateGroup } from '../../shared/earnings.ts'
import type { GpuTable } from '../../shared/gpu-table.ts'
import type { Detection } from '../../shared/machine.ts'
import type { AnyNetwork } from '../networks/network.ts'
import { groupCards } from './cards.ts'
import type { PowerOverrides } from './electricity.ts'
import { estimateProgramme, type EstimateContext } from './estimate-programme.ts'

export type { PowerOverrides }

export interface CompareOptions extends EstimateContext {
  detection: Detection
  gpuTable: GpuTable
  networks: AnyNetwork[]
  /** ms since epoch to estimate for. */
  at: number
  only?: { networkId?: string; gpuId?: string }
}

const listing: EstimateGroup[] = ['ranked', 'pay-rule-not-published', 'no-figure']

export function compare(options: CompareOptions): Estimate[] {
  const { detection, gpuTable, at, only } = options
  const groups = groupCards(detection.gpus, gpuTable)
  // Graphics built into the processor are no card that a programme could mind.
  const discrete = groups.flatMap((group) => group.gpus.filter((gpu) => gpu.isIntegrated !== true).map(() => group.card.model ?? group.card.name))
  const models = new Set(discrete).size
  const wanted = groups.filter((group) => only?.gpuId === undefined || group.gpus.some((gpu) => gpu.id === only.gpuId))
  const estimates = networksWanted(options.networks, only?.networkId).flatMap((network) =>
    network.programmes.flatMap((programme) =>
      wanted.map(({ card, gpus }) => estimateProgramme(network, programme, { at, card, count: gpus.length, gpusInMachine: Math.max(discrete.length, gpus.length), modelsInMachine: Math.max(models, 1), machine: detection.machine }, gpus, options)),
    ),
  )
  return listed(estimates)
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
