/** Names of programmes and of the cards a row stands for. Pure. */
import type { Estimate } from '../../shared/earnings.ts'
import type { ProgrammeInfo } from '../../shared/network.ts'

/** "Network programme", without saying the network twice. */
export function programmeName(info: ProgrammeInfo | undefined, programmeId: string): string {
  if (!info) return programmeId
  return info.title.toLowerCase().includes(info.networkTitle.toLowerCase()) ? info.title : `${info.networkTitle} ${info.title}`
}

export function findProgramme(programmes: readonly ProgrammeInfo[], programmeId: string): ProgrammeInfo | undefined {
  return programmes.find((programme) => programme.id === programmeId)
}

/** "2 × GeForce RTX 3090" */
export function cardsName(estimate: Pick<Estimate, 'gpuCount' | 'gpuName'>): string {
  return estimate.gpuCount > 1 ? `${estimate.gpuCount} × ${estimate.gpuName}` : estimate.gpuName
}

/** Stable within a comparison: the programme and the first of its cards. */
export function rowKey(estimate: Pick<Estimate, 'programmeId' | 'gpuIds' | 'gpuName'>): string {
  return `${estimate.programmeId}|${estimate.gpuIds[0] ?? estimate.gpuName}`
}
