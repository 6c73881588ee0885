/** A recorded `nvml.json` under the same questions as the library: what it does not hold is "not known to this driver". */
import { nvmlCodes, type Nvml, type NvmlAnswer, type NvmlValues } from './nvml.ts'

/** `{ init?, driverVersion?, cudaVersion?, devices: [{ name, uuid, … keys of NvmlValues; or { error: code } }] }`. null: not of that shape. */
export function recordedNvml(raw: unknown): Nvml | null {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return null
  const recording = raw as Record<string, unknown>
  const devices = recording['devices'] ?? []
  if (!Array.isArray(devices) || devices.some((device) => typeof device !== 'object' || device === null)) return null

  return {
    init: () => (typeof recording['init'] === 'number' ? recording['init'] : nvmlCodes.success),
    shutdown: () => {},
    driverVersion: () => answerOf<string>(recording['driverVersion'], 'string'),
    cudaVersion: () => answerOf<number>(recording['cudaVersion'], 'number'),
    deviceCount: () => ({ ok: true, value: devices.length }),
    device(index) {
      const error = errorOf((devices[index] as Record<string, unknown> | undefined)?.['error'])
      if (error !== null) return { ok: false, code: error }
      return index < devices.length ? { ok: true, value: index } : { ok: false, code: nvmlCodes.notFound }
    },
    processName: () => ({ ok: false, code: nvmlCodes.functionNotFound }),
    ask<Key extends keyof NvmlValues>(device: number, key: Key): NvmlAnswer<NvmlValues[Key]> {
      const held = devices[device] as Record<string, unknown> | undefined
      return answerOf<NvmlValues[Key]>(held?.[key], typeof samples[key])
    },
  }
}

/** One value of each kind: says of which type a recorded one must be. */
const samples: { [Key in keyof NvmlValues]: NvmlValues[Key] } = {
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
  powerUsageMw: 0,
  enforcedPowerLimitMw: 0,
  defaultPowerLimitMw: 0,
  powerLimitRangeMw: { min: 0, max: 0 },
  graphicsClockMhz: 0,
  memoryClockMhz: 0,
  fans: [],
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
  migInstances: [],
  computeProcesses: [],
  graphicsProcesses: [],
}

function answerOf<T>(held: unknown, type: string): NvmlAnswer<T> {
  if (typeof held === 'object' && held !== null && 'error' in held) return { ok: false, code: errorOf(held.error) ?? nvmlCodes.unknown }
  if (typeof held !== type || held === null) return { ok: false, code: nvmlCodes.functionNotFound }
  return { ok: true, value: held as T }
}
function errorOf(value: unknown): number | null {
  return typeof value === 'number' && value !== nvmlCodes.success ? value : null
}
