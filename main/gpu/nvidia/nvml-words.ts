/** NVML's numbers in words: return codes, throttle reasons and the enums of a card's settings. Facts of NVIDIA's nvml.h, 12.2 to 13.x, and of its change log to v615. */
import type { CardDetails } from '../../../shared/machine.ts'

/** Return values from NVIDIA's nvml.h (nvmlReturn_t). */
export const nvmlCodes = {
  success: 0,
  uninitialized: 1,
  invalidArgument: 2,
  notSupported: 3,
  noPermission: 4,
  notFound: 6,
  insufficientSize: 7,
  insufficientPower: 8,
  driverNotLoaded: 9,
  timeout: 10,
  irqIssue: 11,
  libraryNotFound: 12,
  functionNotFound: 13,
  corruptedInforom: 14,
  gpuIsLost: 15,
  resetRequired: 16,
  operatingSystem: 17,
  libraryMismatch: 18,
  noMemory: 20,
  noData: 21,
  insufficientResources: 23,
  versionMismatch: 25,
  deprecated: 26,
  notReady: 27,
  gpuNotFound: 28,
  unknown: 999,
} as const

const words: Record<number, string> = {
  [nvmlCodes.uninitialized]: 'the driver’s library is no longer started',
  [nvmlCodes.invalidArgument]: 'the driver does not accept the question',
  [nvmlCodes.notSupported]: 'this card does not support it',
  [nvmlCodes.noPermission]: 'this user may not read it (insufficient permissions)',
  [nvmlCodes.notFound]: 'the driver does not find it',
  [nvmlCodes.insufficientPower]: 'the card’s power cables are not attached properly',
  [nvmlCodes.driverNotLoaded]: 'the driver is not loaded',
  [nvmlCodes.timeout]: 'the driver did not answer in time',
  [nvmlCodes.insufficientSize]: 'the driver’s answer is larger than there is room for',
  [nvmlCodes.irqIssue]: 'the driver has trouble with the card’s interrupts',
  [nvmlCodes.functionNotFound]: 'this driver does not know it',
  [nvmlCodes.corruptedInforom]: 'the card’s own record (infoROM) is damaged',
  [nvmlCodes.gpuIsLost]: 'the card is lost: the driver no longer reaches it',
  [nvmlCodes.resetRequired]: 'the card needs a reset',
  [nvmlCodes.operatingSystem]: 'the operating system blocks the card',
  [nvmlCodes.libraryMismatch]: 'the driver that runs and its library are of different versions',
  [nvmlCodes.noMemory]: 'the driver has no memory left',
  [nvmlCodes.noData]: 'the driver has no figure yet',
  [nvmlCodes.insufficientResources]: 'the driver has run out of resources',
  [nvmlCodes.versionMismatch]: 'this driver does not know this form of the question',
  [nvmlCodes.deprecated]: 'this driver no longer tells it (deprecated)',
  [nvmlCodes.notReady]: 'the card is not ready',
  [nvmlCodes.gpuNotFound]: 'the driver does not find the card',
  [nvmlCodes.unknown]: 'the driver reports an unknown error',
}

export function nvmlReason(code: number): string {
  return words[code] ?? `the driver answers with error ${code}`
}

/** Names of the bits of nvmlClocksEventReasons, spelt as nvidia-smi's XML does. */
const throttleBits: [number, string][] = [
  [0x1, 'gpu_idle'],
  [0x2, 'applications_clocks_setting'],
  [0x4, 'sw_power_cap'],
  [0x8, 'hw_slowdown'],
  [0x10, 'sync_boost'],
  [0x20, 'sw_thermal_slowdown'],
  [0x40, 'hw_thermal_slowdown'],
  [0x80, 'hw_power_brake_slowdown'],
  [0x100, 'display_clocks_setting'],
  [0x200, 'board_limit'],
  [0x400, 'reliability'],
]
const newestThrottleBit = 31
/** Where `throttleReasonsFrom` puts bit 63, by which drivers before 2017 said "another reason"; a number holds 53 bits. */
const otherReason = 2 ** 32
/** More than there are bits for: no answer. */
export const mostThrottleBits = 2 * otherReason - 2

/** nvmlClocksEventReasons as a number. Garbage stays too large to be one. */
export function throttleReasonsFrom(bits: bigint): number {
  const rest = bits & ~(1n << 63n)
  return bits === rest || rest >= 0xffff_ffffn ? Number(bits) : Number(rest) + otherReason
}

/** A bit that no header names yet is given by its value, so that it is not lost. */
export function throttleNames(bits: number): string[] {
  const names: string[] = bits >= otherReason ? ['unknown'] : []
  for (let place = 0; place <= newestThrottleBit; place++) {
    const bit = 2 ** place
    if (Math.floor(bits / bit) % 2 === 0) continue
    names.push(throttleBits.find(([known]) => known === bit)?.[1] ?? `unknown_reason_0x${bit.toString(16)}`)
  }
  return names
}

/** nvmlDeviceArchitecture_t; worded as nvidia-smi's `product_architecture`. null: one that is newer than this list. */
export function architectureName(value: number | null): string | null {
  const names: Record<number, string> = { 2: 'Kepler', 3: 'Maxwell', 4: 'Pascal', 5: 'Volta', 6: 'Turing', 7: 'Ampere', 8: 'Ada Lovelace', 9: 'Hopper', 10: 'Blackwell', 11: 'Orin', 13: 'Rubin' }
  return value === null ? null : (names[value] ?? null)
}

/** nvmlComputeMode_t, worded as nvidia-smi does. */
export function computeModeName(value: number | null): string | null {
  return value === null ? null : (['Default', 'Exclusive_Thread', 'Prohibited', 'Exclusive_Process'][value] ?? null)
}

/** nvmlDriverModel_t: WDM is what nvidia-smi calls TCC. */
export function driverModelName(value: number | null): CardDetails['driverModel'] {
  return value === null ? null : ((['WDDM', 'TCC', 'MCDM'] as const)[value] ?? null)
}

/** nvmlNvLinkVersion_t. */
export function nvlinkVersionName(value: number): string | null {
  return ['1.0', '2.0', '2.2', '3.0', '3.1', '4.0', '5.0', '6.0'][value - 1] ?? null
}

/** nvmlDeviceGpuRecoveryAction_t: of what the driver may ask for, those after which alone the card works again. nvidia-smi has words for them. */
export function needsReset(action: number | string | null): boolean {
  return typeof action === 'string' ? /reset|reboot|\bflr\b/i.test(action) : action !== null && [1, 2, 4, 5].includes(action)
}

/** From nvmlGpuVirtualizationMode_t, or the word that nvidia-smi has for it; a host that hands out slices has the whole card itself. */
export function attachmentOfMode(mode: number | string | null, by: 'NVML' | 'nvidia-smi'): CardDetails['attachment'] {
  const because = `${by} says virtualization mode ${typeof mode === 'number' ? (mode === 1 ? 'passthrough' : 'vGPU') : String(mode)}`
  if (mode === 1 || (typeof mode === 'string' && /^pass-?through$/i.test(mode))) {
    return { kind: 'passthrough', sentence: 'A whole card that its host hands to this virtual machine.', because }
  }
  if (mode === 2 || (typeof mode === 'string' && /^vgpu$/i.test(mode))) {
    return { kind: 'virtual-gpu', sentence: 'A slice of a card in another machine (NVIDIA vGPU): others may use the same card.', because }
  }
  return null
}

/** NVIDIA's chips that are processor and graphics in one, by the names their graphics carry. */
export function isIntegratedName(name: string): boolean {
  return /\b(GB10|N1X?|Tegra|Orin|Xavier|Thor)\b/i.test(name)
}
