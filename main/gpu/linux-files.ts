/** Small helpers for the files in which Linux drivers describe a card. */
import type { GpuSample } from '../../shared/telemetry.ts'
import type { MachineSource } from '../system/machine-source.ts'
import type { CardSeen } from './vendor.ts'

/** One display device: the folder that describes it and, where a driver made one, its /sys/class/drm/cardN. */
export interface LinuxCard {
  folder: string
  drmFolder: string | null
  /** Whose `current_link_speed` is that of the slot; the card's own folder but for cards that bring a switch. */
  linkFolder: string
  /** "amdgpu", "i915", "xe", "nvidia"; null: none, or not told. */
  driver: string | null
  card: CardSeen
}

/** A maker's files: what stays, and what changes from second to second. */
export interface SysfsReader {
  read(machine: MachineSource, at: number, found: LinuxCard): Promise<Partial<CardSeen>>
  sample(machine: MachineSource, at: number, found: LinuxCard): Promise<GpuSample>
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

export interface Link {
  generation: number | null
  lanes: number | null
}

/** The link as it is now and at most; nulls: the folder does not tell. */
export async function linkIn(machine: MachineSource, folder: string, which: 'current' | 'max'): Promise<Link> {
  const read = readerBelow(machine, folder)
  return { generation: generationOf(await read(`${which}_link_speed`)), lanes: lanesOf(await read(`${which}_link_width`)) }
}

/** What a card's clocks may be, from lines like "1: 2482Mhz *"; the star marks the one that is on. Frequencies in MHz. */
export function clockLevels(text: string | null): { now: number | null; max: number | null } {
  const levels = [...(text ?? '').matchAll(/^\s*(?:\d+|S):\s*(\d+(?:\.\d+)?)\s*mhz\s*(\*)?/gim)].map((match) => ({ mhz: Number(match[1]), isOn: match[2] === '*' }))
  return { now: levels.find(({ isOn }) => isOn)?.mhz ?? null, max: levels.length === 0 ? null : Math.max(...levels.map(({ mhz }) => mhz)) || null }
}
