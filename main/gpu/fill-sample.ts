/** Puts the samples of several layers together: what the best reader of a card does not know, another may. Pure. */
import type { Gpu } from '../../shared/machine.ts'
import type { GpuProcess, GpuSample } from '../../shared/telemetry.ts'
import { readingFields } from './reading.ts'
import type { SampleSeen } from './vendor.ts'

/** By UUID, else by place, else by kind where there is one of it; a lone card needs none of them. `asked`: of how many cards. */
export function findSample(seen: readonly SampleSeen[], card: Pick<Gpu, 'uuid' | 'pciAddress' | 'pciDeviceId'>, asked: number): GpuSample | null {
  const found =
    seen.find(({ uuid, pciAddress }) => card.uuid !== null && uuid === card.uuid && (pciAddress === null || card.pciAddress === null || pciAddress === card.pciAddress)) ??
    seen.find(({ pciAddress }) => card.pciAddress !== null && pciAddress === card.pciAddress) ??
    onlyOfKind(seen, card) ??
    (asked === 1 && seen.length === 1 ? seen[0] : undefined)
  return found?.sample ?? null
}

function onlyOfKind(seen: readonly SampleSeen[], card: Pick<Gpu, 'pciDeviceId'>): SampleSeen | undefined {
  const alike = seen.filter(({ uuid, pciAddress, pciDeviceId }) => uuid === null && pciAddress === null && card.pciDeviceId !== null && pciDeviceId === card.pciDeviceId)
  return alike.length === 1 ? alike[0] : undefined
}

/** Only gaps are filled: the first one is believed. */
export function fillSample(sample: GpuSample, more: readonly GpuSample[]): GpuSample {
  if (more.length === 0) return sample
  const filled: GpuSample = { ...sample, unknown: { ...sample.unknown } }
  for (const other of more) {
    for (const field of readingFields) {
      if (filled[field] !== null || other[field] === null) continue
      filled[field] = other[field]
      settled(filled, field)
    }
    if (filled.throttle === null && other.throttle !== null) {
      filled.throttle = other.throttle
      settled(filled, 'throttle')
    }
    if (filled.fans.length === 0 && other.fans.length > 0) {
      filled.fans = other.fans
      settled(filled, 'fans')
    }
    if (filled.performanceState === null && other.performanceState !== null) {
      filled.performanceState = other.performanceState
      settled(filled, 'performanceState')
    }
    if (other.processes.length > 0) {
      filled.processes = joinProcesses(filled.processes, other.processes)
      settled(filled, 'processes')
    }
    filled.incidents = [...filled.incidents, ...other.incidents]
  }
  return filled
}

/** The reason why it was unknown is one no more; a reason for everything becomes one for each of the rest. */
function settled(sample: GpuSample, field: string): void {
  const all = sample.unknown['all']
  if (all !== undefined) {
    delete sample.unknown['all']
    for (const name of readingFields) if (sample[name] === null) sample.unknown[name] ??= all
    if (sample.throttle === null) sample.unknown['throttle'] ??= all
    if (sample.performanceState === null) sample.unknown['performanceState'] ??= all
    if (sample.processes.length === 0) sample.unknown['processes'] ??= all
    if (sample.fans.length === 0) sample.unknown['fans'] ??= all
  }
  delete sample.unknown[field]
}

/** NVIDIA's driver names processes on Windows, the system knows their memory: one entry for each process. */
function joinProcesses(mine: readonly GpuProcess[], theirs: readonly GpuProcess[]): GpuProcess[] {
  const joined = mine.map((process) => {
    const other = theirs.find(({ pid }) => pid === process.pid)
    if (!other) return process
    return {
      ...process,
      name: process.name === '' ? other.name : process.name,
      memoryBytes: process.memoryBytes ?? other.memoryBytes,
      ours: process.ours ?? other.ours,
      kind: process.kind ?? other.kind ?? null,
      utilisation: process.utilisation ?? other.utilisation ?? null,
    }
  })
  return [...joined, ...theirs.filter(({ pid }) => !mine.some((process) => process.pid === pid))]
}
