/** What reads this platform's own senses: the seam between the senses (which poll, time-limit and age them) and Windows and macOS. */
import type { Platform } from '../../shared/machine.ts'
import type { PolicyMachine, Sensed } from '../../shared/policy-state.ts'
import type { MachineSource } from '../system/machine-source.ts'

/** What a reader gives; `isGoingToSleep` is told by events, never read. */
export type SensedField = Exclude<keyof PolicyMachine, 'isGoingToSleep'>
export type Readings = { [Field in SensedField]?: PolicyMachine[Field] }

/**
 * One way of asking for some readings. Who polls it gives it a time limit, and says "unknown" where it is late.
 * Several readers may give the same field: the first in the list that tells a value has it.
 */
export interface PlatformReader {
  /** For sentences and logs: "Windows' own last input". */
  name: string
  fields: readonly SensedField[]
  everyMs: number
  /** How long a call may take; one that starts a program takes longer than one into a library. */
  limitMs: number
  /** Gives each of its fields, known or with why not; rejects only where the reader itself is broken. Never called while a call is under way. */
  read(): Promise<Readings>
  /** Gives libraries and handles back; no read follows. */
  close(): void
}

/** On Linux, on recorded machines' native parts, and on systems that are not known: none. */
export async function createPlatformReaders(platform: Platform, source: MachineSource, now: () => number = Date.now): Promise<PlatformReader[]> {
  if (platform === 'win32') return (await import('./windows-readers.ts')).windowsReaders(source, now)
  if (platform === 'darwin') return (await import('./mac-readers.ts')).macReaders(source, now)
  return []
}

export function known<T>(value: T, how: string, at: number): Sensed<T> {
  return { value, how, at }
}

export function unknown(why: string, at: number): { value: null; why: string; at: number } {
  return { value: null, why, at }
}
