/** Words and numbers that AMD's readers have in common. */
import type { ReadBelow } from '../linux-files.ts'
import { microwattsIn, type FanSensor, type TemperatureSensor } from '../linux-sensors.ts'

export const notTold = 'the amdgpu driver does not tell'
export const notLoadedRemedy = 'Load it with `sudo modprobe amdgpu`; if that fails, install AMD’s driver (amdgpu) anew. Then look again.'

/** What there is to read of one card. Files that the driver does not offer for it are simply not there. */
export interface AmdFiles {
  /** When it was looked up, ms since epoch. */
  at: number
  read: ReadBelow
  sensors: ReadBelow
  /** Names in the hwmon folder. */
  names: ReadonlySet<string>
  /** Names in the card's folder: what is not there need not be tried every second. */
  has: ReadonlySet<string>
  temperatures: TemperatureSensor[]
  fans: FanSensor[]
}

/** AMD's 64-bit serial number of the chip, 16 hex digits; 0 and "N/A": none. */
export function uniqueId(text: string | null): string | null {
  const digits = /^(?:0x)?([0-9a-f]{1,16})$/i.exec(text?.trim() ?? '')?.[1]
  return !digits || /^0+$/.test(digits) ? null : digits.toLowerCase().padStart(16, '0')
}

/** amd-smi writes the serial number as a UUID, with the device id in its middle: `79ff738c-0000-1000-80cc-d55167a2124a`. */
export function uniqueIdFromUuid(text: string | null): string | null {
  const match = /^([0-9a-f]{2})ff[0-9a-f]{4}-0000-1000-80([0-9a-f]{2})-([0-9a-f]{12})$/i.exec(text?.trim() ?? '')
  return match ? uniqueId(match[1]! + match[2]! + match[3]!) : null
}

export function watts(microwatt: number | null): number | null {
  const told = microwattsIn(microwatt)
  return told === null ? null : told / 1e6
}

const generations: Record<string, number> = { '2.5': 1, '5': 2, '8': 3, '16': 4, '32': 5, '64': 6 }

/** From gigatransfers a second. */
export function generationBySpeed(gigatransfers: number | null): number | null {
  return gigatransfers === null ? null : (generations[String(gigatransfers)] ?? null)
}

/** Graphics inside processors, by LLVM's list of AMD's chips (2026-11): Raven, Renoir, Van Gogh, Rembrandt, Raphael, Phoenix, Strix. */
const processorChips = /^gfx(902|909|90c|1013|103[3567]|1103|115[0-9a-f])$/i

/** null: the chip's name does not say. The accelerator MI300A has processors beside it, but is no graphics inside one. */
export function isProcessorChip(architecture: string | null): boolean | null {
  return architecture !== null && processorChips.test(architecture) ? true : null
}
