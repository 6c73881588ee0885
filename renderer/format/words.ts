/** The words behind the contract's ids. Pure. */
import type { Confidence, Origin } from '../../shared/earnings.ts'
import type { DetectionLayer, GpuAttachment, Machine } from '../../shared/machine.ts'
import type { SoftwareKind } from '../../shared/network.ts'
import type { Joining } from '../state/joining.ts'
import { count, formatBytes } from './numbers.ts'

export const joiningWords: Record<Joining, string> = {
  can: 'Can join',
  'takes-card': 'Takes this card',
  may: 'May join',
  fixable: 'Fixable',
  unknown: 'Not known yet',
  cannot: 'Cannot join',
}

export const confidenceWords: Record<Confidence, string> = { high: 'high', medium: 'medium', low: 'low', none: 'none' }

export const originWords: Record<Origin, string> = {
  measured: 'measured here',
  live: 'live',
  bundled: 'came with Idlewatt',
  user: 'set by you',
  assumed: 'assumed',
}

export const softwareWords: Record<SoftwareKind, string> = {
  managed: 'its software runs on this machine',
  observed: 'you run its software yourself',
  guided: 'it is set up elsewhere; Idlewatt checks and explains',
}

export const layerWords: Record<DetectionLayer, string> = {
  nvml: 'NVML',
  'nvidia-smi': 'nvidia-smi',
  'rocm-smi': 'rocm-smi',
  'amd-smi': 'amd-smi',
  opencl: 'OpenCL',
  sysfs: 'the system’s device files',
  os: 'the operating system',
}

export const attachmentWords: Record<GpuAttachment['kind'], string> = {
  internal: 'in the machine',
  integrated: 'part of the processor',
  external: 'in an external enclosure',
  passthrough: 'handed to this virtual machine whole',
  'virtual-gpu': 'a slice of a card',
  paravirtual: 'shared by the host system',
  'remote-display': 'a remote session’s display',
}

/** The machine in one line; what is unknown is left out, but never everything. */
export function machineLine(machine: Machine, gpuCount: number): string {
  const parts = [
    machine.os ?? platformWords[machine.platform] ?? machine.platform,
    surroundingsWords(machine),
    machine.cpuName === null ? null : machine.cpuCores === null ? machine.cpuName : `${machine.cpuName}, ${count(machine.cpuCores, 'core')}`,
    machine.memoryBytes === null ? null : `${formatBytes(machine.memoryBytes).replace('.0', '')} memory`,
    gpuCount === 0 ? 'no GPU' : count(gpuCount, 'GPU'),
  ]
  return parts.filter((part) => part !== null && part !== '').join(' · ')
}

/** Where the system runs, where that is not simply this machine. */
function surroundingsWords(machine: Machine): string | null {
  const around = machine.surroundings
  if (around === null || around.kind === 'bare-metal') {
    const plain = machine.isWsl ? 'inside WSL' : machine.isVirtual ? 'virtual machine' : null
    return [plain, around?.isLaptop ? 'laptop' : null, around?.onBattery ? 'on battery' : null].filter((part) => part !== null).join(', ')
  }
  const kind = around.kind === 'wsl' ? `inside ${around.name ?? 'WSL'}` : around.kind === 'container' ? 'inside a container' : 'virtual machine'
  return around.name === null || around.kind === 'wsl' ? kind : `${kind} (${around.name})`
}

const platformWords: Record<string, string> = { linux: 'Linux', win32: 'Windows', darwin: 'macOS', unknown: 'Unknown system' }

/** Host of an address without "www.", for link texts. */
export function hostOf(url: string): string {
  try {
    return new URL(url).hostname.replace(/^www\./, '')
  } catch {
    return url
  }
}

/** "2026-06" → "Jun 2026", "2026-06-23" → "23 Jun 2026"; other words stay as they are. */
export function sourceDate(date: string | null): string {
  if (date === null) return 'undated'
  const match = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$/.exec(date)
  if (!match) return date
  const [, year, month, dayOfMonth] = match
  if (!month) return year ?? date
  const name = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][Number(month) - 1] ?? month
  return dayOfMonth ? `${Number(dayOfMonth)} ${name} ${year}` : `${name} ${year}`
}

export function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** A remark as a sentence of its own. An address or a name with a dot in front stays as it is spelt. */
export function asSentence(text: string): string {
  const begun = /^[^\s.]+\.[^\s.]/.test(text) ? text : capitalise(text)
  return /[.!?]$/.test(begun) ? begun : `${begun}.`
}
