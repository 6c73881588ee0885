/** Turns detected GPUs, or a model's name, into the card that needs and estimates are worked out for. */
import type { GpuFacts } from '../../shared/gpu-facts.ts'
import type { GpuTable } from '../../shared/gpu-table.ts'
import type { Gpu } from '../../shared/machine.ts'
import type { Card } from '../networks/network.ts'

export interface CardGroup {
  card: Card
  gpus: Gpu[]
}

const gib = 1024 ** 3

/** Identical cards together, in the order they were found. Processors, virtual displays and cards that are gone earn nothing. */
export function groupCards(gpus: readonly Gpu[], gpuTable: GpuTable): CardGroup[] {
  const groups = new Map<string, Gpu[]>()
  for (const gpu of gpus) {
    if (gpu.kind !== 'gpu' || gpu.lostSince !== null) continue
    const memoryGib = gpu.memoryBytes === null ? 'unknown' : Math.round(gpu.memoryBytes / gib)
    const key = [gpu.vendor, gpu.name, gpu.model, gpu.pciDeviceId, memoryGib].join('|')
    groups.set(key, [...(groups.get(key) ?? []), gpu])
  }
  return [...groups.values()].flatMap((members) => {
    const first = members[0]
    return first ? [{ card: cardOf(first, gpuTable), gpus: members }] : []
  })
}

function cardOf(gpu: Gpu, gpuTable: GpuTable): Card {
  const facts = (gpu.model === null ? null : gpuTable.byModel(gpu.model)) ?? gpuTable.match(gpu)
  return {
    name: gpu.name,
    model: facts?.model ?? null,
    facts,
    vendor: gpu.vendor,
    kind: gpu.kind,
    memoryBytes: gpu.memoryBytes,
    pciDeviceIds: gpu.pciDeviceId === null ? [] : [gpu.pciDeviceId.toLowerCase()],
    driverVersion: gpu.driverVersion,
    cudaVersion: gpu.cudaVersion,
    cudaComputeCapability: gpu.cudaComputeCapability ?? facts?.cudaComputeCapability ?? null,
    pcieLanesMax: gpu.pcieLanesMax,
    isIntegrated: gpu.isIntegrated,
    gpu,
  }
}

/** A card one does not own: what the table knows, and nothing else. */
export function cardOfModel(facts: GpuFacts): Card {
  return {
    name: facts.model,
    model: facts.model,
    facts,
    vendor: facts.vendor,
    kind: 'gpu',
    memoryBytes: facts.memoryBytes,
    pciDeviceIds: facts.pciDeviceIds,
    driverVersion: null,
    cudaVersion: null,
    cudaComputeCapability: facts.cudaComputeCapability,
    pcieLanesMax: null,
    isIntegrated: facts.class === 'system-on-chip' ? true : null,
    gpu: null,
  }
}
