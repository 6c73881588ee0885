/** A recorded `nvml.json` under the same questions as the library: what it does not hold is "not known to this driver". */
import type { Nvml, NvmlAnswer, NvmlValues } from './nvml.ts'
import { nvmlCodes } from './nvml-words.ts'

/** `{ init?, driverVersion?, cudaVersion?, devices: [{ name, uuid, … keys of NvmlValues; or { error: code } }] }`, or the bare list. null: not of that shape. `xids` of a device are reported once. */
export function recordedNvml(raw: unknown): Nvml | null {
  if (typeof raw !== 'object' || raw === null) return null
  const recording = (Array.isArray(raw) ? { devices: raw } : raw) as Record<string, unknown>
  const devices = recording['devices'] ?? (typeof recording['init'] === 'number' ? [] : null)
  if (!Array.isArray(devices) || devices.some((device) => typeof device !== 'object' || device === null)) return null

  let xidsTold = false

  return {
    init: () => (typeof recording['init'] === 'number' ? recording['init'] : nvmlCodes.success),
    shutdown: () => {},
    unload: () => {},
    driverVersion: () => answerOf<string>(recording['driverVersion'], ''),
    cudaVersion: () => answerOf<number>(recording['cudaVersion'], 0),
    deviceCount: () => ({ ok: true, value: devices.length }),
    device(index) {
      const error = errorOf((devices[index] as Record<string, unknown> | undefined)?.['error'])
      if (error !== null) return { ok: false, code: error }
      return index < devices.length ? { ok: true, value: index } : { ok: false, code: nvmlCodes.notFound }
    },
    xids(asked) {
      if (xidsTold) return []
      xidsTold = true
      return asked.flatMap((device) => {
        const codes = (devices[device] as Record<string, unknown> | undefined)?.['xids']
        return Array.isArray(codes) ? codes.filter((code) => typeof code === 'number').map((code) => ({ device, code })) : []
      })
    },
    processName: () => ({ ok: false, code: nvmlCodes.functionNotFound }),
    ask<Key extends keyof NvmlValues>(device: number, key: Key): NvmlAnswer<NvmlValues[Key]> {
      const held = devices[device] as Record<string, unknown> | undefined
      const answer = answerOf<NvmlValues[Key]>(held?.[key], samples[key])
      const rest = mayBeUnknown[key]
      return answer.ok && rest && Array.isArray(answer.value) ? { ok: true, value: answer.value.map((entry) => withUnknowns(entry as object, rest)) as NvmlValues[Key] } : answer
    },
  }
}

/** One value of each kind: says of which type a recorded one must be. Of lists: what each entry must have. */
const samples: Record<keyof NvmlValues, unknown> = {
  name: '',
  uuid: '',
  vbiosVersion: '',
  pci: { busId: '', pciDeviceId: 0, pciSubSystemId: 0 },
  memory: { total: 0, used: 0 },
  utilization: { gpu: 0, memory: 0 },
  encoder: 0,
  decoder: 0,
  temperatureC: 0,
  memoryTemperatureC: 0,
  hotspotTemperatureC: 0,
  powerUsageMw: 0,
  enforcedPowerLimitMw: 0,
  defaultPowerLimitMw: 0,
  powerLimitRangeMw: { min: 0, max: 0 },
  graphicsClockMhz: 0,
  smClockMhz: 0,
  memoryClockMhz: 0,
  videoClockMhz: 0,
  graphicsClockMaxMhz: 0,
  smClockMaxMhz: 0,
  memoryClockMaxMhz: 0,
  videoClockMaxMhz: 0,
  fanCount: 0,
  fans: [0],
  fansRpm: [0],
  thresholdShutdownC: 0,
  thresholdSlowdownC: 0,
  thresholdMemoryC: 0,
  thresholdTargetC: 0,
  marginC: 0,
  marginSlowdownC: 0,
  marginShutdownC: 0,
  energyMj: 0,
  pcieReplays: 0,
  retiredSingleBit: 0,
  retiredDoubleBit: 0,
  retiredPending: false,
  remappedRows: { correctable: 0, uncorrectable: 0, pending: false, failed: false },
  nvlinks: [{ link: 0 }],
  persistenceMode: false,
  computeMode: 0,
  driverModel: 0,
  architecture: 0,
  virtualizationMode: 0,
  boardPartNumber: '',
  recoveryAction: 0,
  throttleReasons: 0,
  eccEnabled: false,
  eccCorrected: 0,
  eccUncorrected: 0,
  pcieGeneration: 0,
  pcieLanes: 0,
  pcieGenerationMax: 0,
  pcieLanesMax: 0,
  performanceState: 0,
  displayActive: false,
  computeCapability: { major: 0, minor: 0 },
  migEnabled: false,
  migInstances: [{ index: 0 }],
  computeProcesses: [{ pid: 0 }],
  graphicsProcesses: [{ pid: 0 }],
  mpsProcesses: [{ pid: 0 }],
  processUtilization: [{ pid: 0, percent: 0 }],
}

/** What an entry of a list may leave out: then it is unknown. */
const mayBeUnknown: Partial<Record<keyof NvmlValues, Record<string, unknown>>> = {
  nvlinks: { isActive: false, version: '', remotePciAddress: '' },
  migInstances: { gpuInstanceId: 0, computeInstanceId: 0, memoryBytes: 0, multiprocessors: 0 },
  computeProcesses: { name: '', memoryBytes: 0 },
  graphicsProcesses: { name: '', memoryBytes: 0 },
  mpsProcesses: { name: '', memoryBytes: 0 },
}

function withUnknowns(entry: object, rest: Record<string, unknown>): object {
  const held = entry as Record<string, unknown>
  return { ...held, ...Object.fromEntries(Object.entries(rest).map(([name, sample]) => [name, fits(held[name], sample) ? held[name] : null])) }
}

/** Every question there is. */
export const nvmlKeys = Object.keys(samples) as (keyof NvmlValues)[]

function answerOf<T>(held: unknown, sample: unknown): NvmlAnswer<T> {
  if (typeof held === 'object' && held !== null && 'error' in held) return { ok: false, code: errorOf(held.error) ?? nvmlCodes.unknown }
  return fits(held, sample) ? { ok: true, value: held as T } : { ok: false, code: nvmlCodes.functionNotFound }
}

function fits(held: unknown, sample: unknown): boolean {
  if (Array.isArray(sample)) return Array.isArray(held) && held.every((entry) => fits(entry, sample[0]))
  if (typeof held === 'number' && !Number.isFinite(held)) return false
  if (typeof sample !== 'object' || sample === null) return typeof held === typeof sample
  return typeof held === 'object' && held !== null && Object.entries(sample).every(([key, value]) => fits((held as Record<string, unknown>)[key], value))
}
function errorOf(value: unknown): number | null {
  return typeof value === 'number' && value !== nvmlCodes.success ? value : null
}
