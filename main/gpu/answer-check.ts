/** What comes out of the probe is checked before anything stands on it: vendors' libraries write into that process's memory. Pure. */
import { z } from 'zod'
import { type GpuReadings, type GpuSample } from '../../shared/telemetry.ts'
import { readingFields } from './reading.ts'
import { blankCard, type CardSeen, type LayerAnswer, type SampleSeen } from './vendor.ts'

/** More than any machine holds. */
const mostCards = 1024

const text = z.string().max(4096).nullable().catch(null)
/** Nobody is called nothing. */
const key = (most: number) => z.string().max(most).nullable().transform((said) => (said === null || said.trim() === '' ? null : said))
const number = z.number().nullable().catch(null)
const flag = z.boolean().nullable().catch(null)
/** Ones alone are what a bus reads where there is no card. */
const pciId = z.string().max(200).regex(/^(?!ffff:)/).nullable().catch(null)
const problem = z.object({ id: z.string(), sentence: z.string(), remedy: z.string().nullable() })
const temperatureLimits = z.object({ slowdownC: number, shutdownC: number, hotspotC: number.optional(), targetC: number, memoryC: number })
const retiredPages = z.object({ singleBit: number, doubleBit: number, pending: flag })
const remappedRows = z.object({ correctable: number, uncorrectable: number, pending: flag, failed: flag })
const nvlink = z.object({ link: z.number(), isActive: flag, version: text, remotePciAddress: text })
const migInstance = z.object({ index: z.number(), gpuInstanceId: number, computeInstanceId: number, memoryBytes: number, multiprocessors: number })
const mig = z.object({ enabled: z.boolean(), instances: z.array(migInstance).max(mostCards) })
const attachment = z.object({ kind: z.enum(['internal', 'integrated', 'external', 'passthrough', 'virtual-gpu', 'paravirtual', 'remote-display']), sentence: z.string(), because: z.string() })
const opencl = z.object({ platform: z.number(), device: z.number(), name: z.string(), driverVersion: text })
const layerName = z.enum(['nvml', 'nvidia-smi', 'rocm-smi', 'amd-smi', 'opencl', 'sysfs', 'os'])

/** Fields that decide who a card is must be right; one detail that is not is lost alone. */
const card = z.looseObject({
  layer: layerName,
  uuid: key(200),
  pciAddress: key(64),
  pciDeviceId: pciId,
  pciSubsystemId: pciId,
  pciRevision: text,
  name: text,
  vendor: z.enum(['nvidia', 'amd', 'intel', 'apple', 'other']).nullable(),
  kind: z.enum(['gpu', 'cpu-device', 'virtual']).nullable(),
  memoryBytes: z.number().min(0).nullable().catch(null),
  driverVersion: text,
  cudaVersion: text,
  vbiosVersion: text,
  cudaComputeCapability: text,
  pcieGenerationMax: number,
  pcieLanesMax: number,
  drivesDisplay: flag,
  isIntegrated: flag,
  eccEnabled: flag,
  powerLimitW: number,
  powerLimitDefaultW: number,
  powerLimitMinW: number,
  powerLimitMaxW: number,
  architecture: text,
  coreClockMaxMhz: number,
  memoryClockMaxMhz: number,
  fanCount: number,
  persistenceMode: flag,
  computeMode: text,
  driverModel: z.enum(['WDDM', 'TCC', 'MCDM']).nullable().catch(null),
  boardPartNumber: text,
  temperatureLimits: temperatureLimits.nullable().catch(null),
  retiredPages: retiredPages.nullable().catch(null),
  remappedRows: remappedRows.nullable().catch(null),
  nvlinks: z.array(nvlink).max(mostCards).nullable().catch(null),
  mig: mig.nullable().catch(null),
  attachment: attachment.nullable().catch(null),
  opencl: opencl.nullable().catch(null),
  problems: z.array(problem),
})
const answer = z.looseObject({
  layer: layerName,
  state: z.enum(['answered', 'absent', 'failed']),
  cards: z.array(card).max(mostCards),
  problems: z.array(problem),
})

/** null: it is no answer of a layer. */
export function checkedAnswer(raw: unknown): LayerAnswer | null {
  const checked = answer.safeParse(raw)
  if (!checked.success) return null
  const found = checked.data as unknown as LayerAnswer
  return { ...found, cards: found.cards.map((one): CardSeen => ({ ...blankCard(one.layer), ...one, sample: one.sample === null ? null : checkedSample(one.sample) })) }
}

/** null: they are no samples. By hand and not by a schema: this runs once a second for every card. */
export function checkedSamples(raw: unknown): SampleSeen[] | null {
  if (!Array.isArray(raw) || raw.length > mostCards) return null
  const seen: SampleSeen[] = []
  for (const one of raw as Record<string, unknown>[]) {
    if (!isObject(one)) return null
    const sample = checkedSample(one['sample'])
    if (sample === null || !isTextOrNull(one['uuid']) || !isTextOrNull(one['pciAddress'])) return null
    const pciDeviceId = one['pciDeviceId']
    seen.push({ uuid: one['uuid'], pciAddress: one['pciAddress'], ...(typeof pciDeviceId === 'string' ? { pciDeviceId } : {}), sample })
  }
  return seen
}

/** A reading that is no number is unknown; null: it is no sample at all. Changes the sample it is handed, which came out of a message. */
function checkedSample(raw: unknown): GpuSample | null {
  if (!isObject(raw) || typeof raw['takenAt'] !== 'number' || !Number.isFinite(raw['takenAt'])) return null
  const sample = raw as unknown as GpuSample
  if (!isObject(raw['unknown']) || !Object.values(raw['unknown']).every((why) => typeof why === 'string')) sample.unknown = {}
  for (const field of readingFields) if (sample[field] !== null && !Number.isFinite(sample[field])) forgetReading(sample, field)
  if (sample.throttle !== null && !isListOf(sample.throttle, (reason) => typeof reason === 'string')) {
    sample.throttle = null
    sample.unknown['throttle'] = garbage
  }
  if (!isListOf(sample.processes, (process) => isObject(process) && Number.isFinite(process['pid']) && typeof process['name'] === 'string')) {
    sample.processes = []
    sample.unknown['processes'] = garbage
  }
  for (const process of sample.processes) if (process.memoryBytes !== null && !isAmount(process.memoryBytes)) process.memoryBytes = null
  if (!isListOf(sample.fans, (fan) => isObject(fan) && isNumberOrNull(fan['share']) && isNumberOrNull(fan['rpm']))) {
    sample.fans = []
    sample.unknown['fans'] = garbage
  }
  if (!isListOf(sample.incidents, (incident) => isObject(incident) && Number.isFinite(incident['code']) && typeof incident['sentence'] === 'string')) sample.incidents = []
  if (typeof sample.performanceState !== 'string') {
    sample.performanceState = null
    sample.unknown['performanceState'] ??= garbage
  }
  return sample
}

const garbage = 'the driver’s library gave something that is no reading'

function forgetReading(sample: GpuSample, field: keyof GpuReadings): void {
  sample[field] = null
  sample.unknown[field] ??= garbage
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
function isAmount(value: unknown): boolean {
  return Number.isFinite(value) && (value as number) >= 0
}
function isNumberOrNull(value: unknown): boolean {
  return value === null || Number.isFinite(value)
}
function isTextOrNull(value: unknown): value is string | null {
  return value === null || (typeof value === 'string' && value.length <= 200)
}
function isListOf(value: unknown, fits: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length <= 100_000 && value.every(fits)
}
