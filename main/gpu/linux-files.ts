/** Small helpers for the files in which Linux drivers describe a card. */
import type { MachineSource } from '../system/machine-source.ts'
import type { CardSeen } from './vendor.ts'

/** One display device: the folder that describes it and, where a driver made one, its /sys/class/drm/cardN. */
export interface LinuxCard {
  folder: string
  drmFolder: string | null
  card: CardSeen
}

/** Reads small files below a folder; null: absent. */
export type ReadBelow = (name: string) => Promise<string | null>

export function readerBelow(machine: MachineSource, folder: string): ReadBelow {
  return async (name) => (await machine.readFile(`${folder}/${name}`))?.trim() || null
}

/** "16.0 GT/s PCIe" → 4. */
export function generationOf(speed: string | null): number | null {
  const transfers = parseFloat(speed ?? '')
  const known: [number, number][] = [[2.5, 1], [5, 2], [8, 3], [16, 4], [32, 5], [64, 6], [128, 7]]
  return known.find(([speedOf]) => Math.abs(transfers - speedOf) < 0.3)?.[1] ?? null
}
export function lanesOf(width: string | null): number | null {
  const lanes = parseInt(width ?? '', 10)
  return lanes >= 1 && lanes <= 32 ? lanes : null
}
