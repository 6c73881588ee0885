/** Why a reading is unknown, in words that can stand alone. Pure. */
import type { GpuReadings, GpuSample } from '../../shared/telemetry.ts'

export function whyUnknown(sample: GpuSample | null, field: keyof GpuReadings | 'throttle' | 'processes'): string {
  if (!sample) return 'No reading has arrived yet.'
  const why = sample.unknown[field] ?? sample.unknown.all ?? 'The driver does not report it for this card.'
  return startLarge(why)
}

/** Readers give their reasons as parts of a sentence or as whole ones. */
export function asSentence(text: string): string {
  return /[.!?…]$/.test(text) ? startLarge(text) : `${startLarge(text)}.`
}

/** Names of programs keep their small letters: "nvidia-smi gave no answer". */
function startLarge(text: string): string {
  return /^(nvidia-smi|rocm-smi|amd-smi)\b/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1)
}

/** What uses a card: null where it is not known, which an empty list of an unreadable card is. */
export function usersOf(sample: GpuSample | null): string[] | null {
  if (!sample) return null
  const unreadable = sample.unknown.all !== undefined || sample.unknown.processes !== undefined || (sample.memoryUsedBytes === null && sample.utilisation === null)
  if (sample.processes.length === 0 && unreadable) return null
  return [...new Set(sample.processes.map((process) => process.name.split(/[\\/]/).pop() || process.name))]
}
