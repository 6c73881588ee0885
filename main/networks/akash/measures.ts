/** Small measurements that both programmes share. */
import type { Machine } from '../../../shared/machine.ts'
import type { Measured } from '../network.ts'

export const GB = 1e9

const names: Record<string, string> = { x64: 'x86_64', arm64: 'ARM (arm64)' }

export function measureArchitecture(machine: Machine | null): Measured {
  if (machine === null || machine.arch === '') return { actual: null, ok: null }
  return { actual: names[machine.arch] ?? machine.arch, ok: machine.arch === 'x64' }
}

export function atLeast(value: number | null, least: number, inWords: (value: number) => string, unit?: string): Measured {
  if (value === null) return { actual: null, ok: null, why: 'Could not be read on this machine.' }
  return { actual: inWords(value), ok: value >= least, ...(unit === undefined ? {} : { unit }) }
}

export function inGb(bytes: number): string {
  return `${Math.floor(bytes / GB)} GB`
}

/** Memory is sold by 1,024s: 64 GB are 68.7 thousand million bytes. */
export function inMemoryGb(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 3)} GB`
}
