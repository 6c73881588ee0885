/** Facts of a whole machine: reading them tolerantly from a recording, and telling the version out of an OS name. */
import type { MachineFacts } from './machine-source.ts'

export const unknownFacts: MachineFacts = {
  os: null,
  osVersion: null,
  cpuName: null,
  cpuCores: null,
  memoryBytes: null,
  diskFreeBytes: null,
  diskTotalBytes: null,
  isVirtual: null,
  isWsl: null,
  hasDocker: null,
  downMbps: null,
  upMbps: null,
  uptimeSeconds: null,
  surroundings: null,
}

/** What does not fit is left unknown: a recording may be older or newer than this program. */
export function readFacts(raw: Record<string, unknown>): MachineFacts {
  const os = textOf(raw['os'])
  return {
    os,
    osVersion: textOf(raw['osVersion']) ?? versionIn(os),
    cpuName: textOf(raw['cpuName']),
    cpuCores: numberOf(raw['cpuCores']),
    memoryBytes: numberOf(raw['memoryBytes']),
    diskFreeBytes: numberOf(raw['diskFreeBytes']),
    diskTotalBytes: numberOf(raw['diskTotalBytes']),
    isVirtual: flagOf(raw['isVirtual']),
    isWsl: flagOf(raw['isWsl']),
    hasDocker: flagOf(raw['hasDocker']),
    downMbps: numberOf(raw['downMbps']),
    upMbps: numberOf(raw['upMbps']),
    uptimeSeconds: numberOf(raw['uptimeSeconds']),
    // Not a recorded fact: it is told from files and commands, which a recording holds.
    surroundings: null,
  }
}

/** "Ubuntu 24.04.1 LTS" → "24.04.1"; "Windows 11 Pro 10.0.26100" → "10.0.26100"; "Windows 11" → "11". */
export function versionIn(os: string | null): string | null {
  const numbers = os?.match(/\b\d+(?:\.\d+)*\b/g) ?? []
  return [...numbers].sort((a, b) => b.split('.').length - a.split('.').length)[0] ?? null
}

function textOf(value: unknown): string | null {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null
}
function numberOf(value: unknown): number | null {
  const number = typeof value === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : null
}
function flagOf(value: unknown): boolean | null {
  return typeof value === 'boolean' ? value : null
}
