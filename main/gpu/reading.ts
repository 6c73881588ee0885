/** A number that may be unknown with a reason, and samples made of them. */
import { unknownSample, type GpuFan, type GpuIncident, type GpuProcess, type GpuReadings, type GpuSample } from '../../shared/telemetry.ts'

export type Reading<T = number> = { value: T } | { why: string }

export type Readings = Partial<Record<keyof GpuReadings, Reading>>

export interface SampleParts {
  readings: Readings
  performanceState?: string | null
  throttle?: Reading<string[]>
  processes?: Reading<GpuProcess[]>
  fans?: Reading<GpuFan[]>
  incidents?: GpuIncident[]
  /** Why the readings that are left out are unknown. */
  otherwise: string
}

export function known<T>(value: T): Reading<T> {
  return { value }
}
export function unknown(why: string): { why: string } {
  return { why }
}
export function valueOf<T>(reading: Reading<T>): T | null {
  return 'value' in reading ? reading.value : null
}
export function mapReading<From, To>(reading: Reading<From>, how: (value: From) => To): Reading<To> {
  return 'value' in reading ? { value: how(reading.value) } : reading
}
/** The first one that is known; else the first reason. */
export function firstKnown<T>(...readings: Reading<T>[]): Reading<T> {
  return readings.find((reading) => 'value' in reading) ?? readings[0] ?? unknown('not given')
}
/** Values outside are no readings: drivers give 4294967295 or −1 where they mean "cannot tell". */
export function within(reading: Reading, low: number, high: number): Reading {
  if (!('value' in reading) || (reading.value >= low && reading.value <= high)) return reading
  return unknown(`the driver gave ${reading.value}, which cannot be`)
}

export function sampleOf(takenAt: number, parts: SampleParts): GpuSample {
  const sample: GpuSample = { ...unknownSample(takenAt, ''), unknown: {} }
  for (const field of readingFields) {
    const reading = parts.readings[field] ?? unknown(parts.otherwise)
    if ('value' in reading) sample[field] = reading.value
    else sample.unknown[field] = reading.why
  }
  const throttle = parts.throttle ?? unknown(parts.otherwise)
  if ('value' in throttle) sample.throttle = throttle.value
  else sample.unknown['throttle'] = throttle.why
  const processes = parts.processes ?? unknown(parts.otherwise)
  if ('value' in processes) sample.processes = processes.value
  else sample.unknown['processes'] = processes.why
  const fans = parts.fans ?? unknown(parts.otherwise)
  if ('value' in fans) sample.fans = fans.value
  else sample.unknown['fans'] = fans.why
  sample.incidents = parts.incidents ?? []
  sample.performanceState = parts.performanceState ?? null
  if (sample.performanceState === null) sample.unknown['performanceState'] = parts.otherwise
  return sample
}

/** Nothing in it that a person looks for: another reader of the same card may know more. */
export function isEmptySample(sample: GpuSample): boolean {
  return [sample.utilisation, sample.temperatureC, sample.powerW, sample.memoryUsedBytes, sample.coreClockMhz].every((value) => value === null)
}

export const readingFields = [
  'utilisation',
  'memoryUtilisation',
  'encoder',
  'decoder',
  'memoryUsedBytes',
  'memoryTotalBytes',
  'temperatureC',
  'hotspotC',
  'memoryC',
  'powerW',
  'powerLimitW',
  'coreClockMhz',
  'memoryClockMhz',
  'smClockMhz',
  'videoClockMhz',
  'fan',
  'fanRpm',
  'energyJ',
  'pcieReplays',
  'eccCorrected',
  'eccUncorrected',
  'pcieGeneration',
  'pcieLanes',
] as const satisfies readonly (keyof GpuReadings)[]
