/** Names of programmes and of the cards a row stands for. Pure. */
import type { Estimate } from '../../shared/earnings.ts'
import type { Gpu } from '../../shared/machine.ts'
import type { ProgrammeInfo } from '../../shared/network.ts'
import { gpuTitle } from './gpu-slots.ts'

/** "Network programme", without saying the network twice. */
export function programmeName(info: ProgrammeInfo | undefined, programmeId: string): string {
  if (!info) return programmeId
  return info.title.toLowerCase().includes(info.networkTitle.toLowerCase()) ? info.title : `${info.networkTitle} ${info.title}`
}

export function findProgramme(programmes: readonly ProgrammeInfo[], programmeId: string): ProgrammeInfo | undefined {
  return programmes.find((programme) => programme.id === programmeId)
}

/** "2 × GeForce RTX 3090"; a single card is numbered where the machine has several of its name. */
export function cardsName(estimate: Pick<Estimate, 'gpuIds' | 'gpuCount' | 'gpuName'>, gpus: readonly Gpu[]): string {
  if (estimate.gpuCount > 1) return `${estimate.gpuCount} × ${estimate.gpuName}`
  const gpu = gpus.find((one) => one.id === estimate.gpuIds[0])
  return gpu ? gpuTitle(gpu, gpus) : estimate.gpuName
}

/** The same for every row of a group of identical cards. */
export function cardsKey(estimate: Pick<Estimate, 'gpuIds' | 'gpuName'>): string {
  return estimate.gpuIds.join(' ') || estimate.gpuName
}

/** Stable within a comparison: the programme and the first of its cards. */
export function rowKey(estimate: Pick<Estimate, 'programmeId' | 'gpuIds' | 'gpuName'>): string {
  return `${estimate.programmeId}|${estimate.gpuIds[0] ?? estimate.gpuName}`
}
