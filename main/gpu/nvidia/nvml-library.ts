/**
 * NVIDIA's management library through koffi. Struct layouts and entry points are those of NVIDIA's published nvml.h
 * (12.2 to 13.x); where a newer entry point is missing an older one is taken, and a missing one loses its reading only.
 */
import { Buffer } from 'node:buffer'
import koffi from 'koffi'
import { nvmlCodes, type Nvml, type NvmlAnswer, type NvmlDevice, type NvmlProcess, type NvmlValues } from './nvml.ts'

type Entry = (...args: (number | Buffer | null)[]) => number

/** Where the library lies; the first that loads is taken. `override` alone is tried where it is given. */
export function nvmlPaths(platform: string, env: Record<string, string | undefined>): string[] {
  const override = env['IDLEWATT_NVML_LIBRARY']
  if (override) return [override]
  if (platform === 'win32') return ['nvml.dll', `${env['ProgramW6432'] ?? 'C:\\Program Files'}\\NVIDIA Corporation\\NVSMI\\nvml.dll`]
  if (platform === 'linux') return ['libnvidia-ml.so.1', 'libnvidia-ml.so', '/usr/lib/wsl/lib/libnvidia-ml.so.1']
  return []
}

/** null: no such library here. Throws nothing; symbols are looked up when they are first needed. */
export function loadNvml(paths: string[]): Nvml | null {
  for (const path of paths) {
    try {
      return nvmlOver(koffi.load(path))
    } catch {
      continue
    }
  }
  return null
}

const textBytes = 256
/** Room for this many processes per card and kind; NVML says when it is too little. */
const processRoom = 512
/** All bits set: under WDDM the driver does not know a process's memory. */
const notAvailable = 0xffff_ffff_ffff_ffffn
const noInstance = 0xffff_ffff

function nvmlOver(library: ReturnType<typeof koffi.load>): Nvml {
  const entries = new Map<string, Entry | null>()

  /** The first of the names that this library has. */
  function entry(names: string[], args: string[]): Entry | null {
    const key = names[0]!
    const before = entries.get(key)
    if (before !== undefined) return before
    let found: Entry | null = null
    for (const name of names) {
      try {
        found = library.func(name, 'int', args) as unknown as Entry
        break
      } catch {
        continue
      }
    }
    entries.set(key, found)
    return found
  }

  /**
   * A zeroed buffer for one call's answer. The same one serves every call of that size: calls do not nest, what is
   * read out of it is copied, and a fresh one for each of 150 calls a second is most of what sampling would cost.
   */
  const kept = new Map<number, Buffer>()
  function blank(bytes: number): Buffer {
    const before = kept.get(bytes)
    if (before) return before.fill(0)
    const fresh = Buffer.alloc(bytes)
    kept.set(bytes, fresh)
    return fresh
  }
  /** Its entries past the count are never read, so it is not zeroed again. */
  const processList = Buffer.alloc(processRoom * 24)

  /** Calls with a buffer for the answer and reads it. Handles are pointers, passed as whole numbers. */
  function fetch<T>(names: string[], bytes: number, read: (out: Buffer) => T, prepare?: (out: Buffer) => void, device?: NvmlDevice, middle: number[] = []): NvmlAnswer<T> {
    const args = [...(device === undefined ? [] : ['uintptr_t']), ...middle.map(() => 'uint32_t'), 'void *']
    const call = entry(names, args)
    if (!call) return { ok: false, code: nvmlCodes.functionNotFound }
    const out = blank(bytes)
    prepare?.(out)
    const code = call(...(device === undefined ? [] : [device]), ...middle, out)
    return code === nvmlCodes.success ? { ok: true, value: read(out) } : { ok: false, code }
  }

  function textFrom(name: string, device?: NvmlDevice): NvmlAnswer<string> {
    const call = entry([name], [...(device === undefined ? [] : ['uintptr_t']), 'void *', 'uint32_t'])
    if (!call) return { ok: false, code: nvmlCodes.functionNotFound }
    const out = blank(textBytes)
    const code = device === undefined ? call(out, textBytes) : call(device, out, textBytes)
    return code === nvmlCodes.success ? { ok: true, value: textIn(out) } : { ok: false, code }
  }

  /** An unsigned int about a device. */
  function uint(device: NvmlDevice, names: string[], ...middle: number[]): NvmlAnswer<number> {
    return fetch(names, 4, (out) => out.readUInt32LE(0), undefined, device, middle)
  }

  /** Two unsigned ints, each with a pointer of its own. */
  function twoUints(device: NvmlDevice, name: string): NvmlAnswer<[number, number]> {
    const call = entry([name], ['uintptr_t', 'void *', 'void *'])
    if (!call) return { ok: false, code: nvmlCodes.functionNotFound }
    const first = Buffer.alloc(4)
    const second = Buffer.alloc(4)
    const code = call(device, first, second)
    return code === nvmlCodes.success ? { ok: true, value: [first.readUInt32LE(0), second.readUInt32LE(0)] } : { ok: false, code }
  }

  /** nvmlMemory_v2_t leaves what the driver reserves out of `used`, as nvidia-smi does; nvmlMemory_t counts it in. */
  function memory(device: NvmlDevice): NvmlAnswer<NvmlValues['memory']> {
    const newer = fetch(
      ['nvmlDeviceGetMemoryInfo_v2'],
      40,
      (out) => ({ total: big(out, 8), used: big(out, 32) }),
      (out) => out.writeUInt32LE(structVersion(40, 2), 0),
      device,
    )
    return newer.ok ? newer : fetch(['nvmlDeviceGetMemoryInfo'], 24, (out) => ({ total: big(out, 0), used: big(out, 16) }), undefined, device)
  }

  /** nvmlPciInfo_t; the oldest entry point knows the short address alone. */
  function pci(device: NvmlDevice): NvmlAnswer<NvmlValues['pci']> {
    return fetch(
      ['nvmlDeviceGetPciInfo_v3', 'nvmlDeviceGetPciInfo_v2', 'nvmlDeviceGetPciInfo'],
      128,
      (out) => ({
        busId: textIn(out.subarray(36, 68)) || textIn(out.subarray(0, 16)),
        pciDeviceId: out.readUInt32LE(28),
        pciSubSystemId: out.readUInt32LE(32),
      }),
      undefined,
      device,
    )
  }

  /** nvmlTemperature_v1_t { version, sensor, temperature } since CUDA 13; the plain call before. */
  function temperature(device: NvmlDevice): NvmlAnswer<number> {
    const plain = fetch(['nvmlDeviceGetTemperature'], 4, (out) => out.readInt32LE(0), undefined, device, [0])
    if (plain.ok || (plain.code !== nvmlCodes.functionNotFound && plain.code !== nvmlCodes.deprecated)) return plain
    return fetch(['nvmlDeviceGetTemperatureV'], 12, (out) => out.readInt32LE(8), (out) => out.writeUInt32LE(structVersion(12, 1), 0), device)
  }

  /** nvmlFieldValue_t of field 82 (NVML_FI_DEV_MEMORY_TEMP): 40 bytes with a return code of its own. */
  function memoryTemperature(device: NvmlDevice): NvmlAnswer<number> {
    const call = entry(['nvmlDeviceGetFieldValues'], ['uintptr_t', 'int', 'void *'])
    if (!call) return { ok: false, code: nvmlCodes.functionNotFound }
    const field = blank(40)
    field.writeUInt32LE(82, 0)
    const code = call(device, 1, field)
    const inner = code === nvmlCodes.success ? field.readInt32LE(28) : code
    if (inner !== nvmlCodes.success) return { ok: false, code: inner }
    const value = field.readUInt32LE(32)
    return value === 0 ? { ok: false, code: nvmlCodes.notSupported } : { ok: true, value }
  }

  function fans(device: NvmlDevice): NvmlAnswer<number[]> {
    const count = uint(device, ['nvmlDeviceGetNumFans'])
    const speeds: number[] = []
    for (let fan = 0; count.ok && fan < Math.min(count.value, 16); fan++) {
      const speed = uint(device, ['nvmlDeviceGetFanSpeed_v2'], fan)
      if (speed.ok) speeds.push(speed.value)
    }
    if (speeds.length > 0) return { ok: true, value: speeds }
    const only = uint(device, ['nvmlDeviceGetFanSpeed'])
    return only.ok ? { ok: true, value: [only.value] } : only
  }

  function throttleReasons(device: NvmlDevice): NvmlAnswer<number> {
    return fetch(['nvmlDeviceGetCurrentClocksEventReasons', 'nvmlDeviceGetCurrentClocksThrottleReasons'], 8, (out) => Number(out.readBigUInt64LE(0) & 0xffff_ffffn), undefined, device)
  }

  function eccTotal(device: NvmlDevice, kind: 0 | 1): NvmlAnswer<number> {
    // Second argument 0: volatile, since the driver loaded.
    return fetch(['nvmlDeviceGetTotalEccErrors'], 8, (out) => big(out, 0), undefined, device, [kind, 0])
  }

  function processes(device: NvmlDevice, kind: 'Compute' | 'Graphics'): NvmlAnswer<NvmlProcess[]> {
    const base = `nvmlDeviceGet${kind}RunningProcesses`
    const args = ['uintptr_t', 'void *', 'void *']
    // nvmlProcessInfo_t is 24 bytes with the MIG ids since _v2, and 16 bytes before.
    for (const [name, size] of [[`${base}_v3`, 24], [`${base}_v2`, 24], [base, 16]] as const) {
      const call = entry([name], args)
      if (!call) continue
      const count = blank(4)
      count.writeUInt32LE(processRoom, 0)
      const out = processList
      const code = call(device, count, out)
      if (code !== nvmlCodes.success && code !== nvmlCodes.insufficientSize) return { ok: false, code }
      const found = Math.min(count.readUInt32LE(0), code === nvmlCodes.success ? processRoom : 0)
      return {
        ok: true,
        value: Array.from({ length: found }, (_, index) => {
          const bytes = out.readBigUInt64LE(index * size + 8)
          return { pid: out.readUInt32LE(index * size), name: null, memoryBytes: bytes === notAvailable ? null : Number(bytes) }
        }),
      }
    }
    return { ok: false, code: nvmlCodes.functionNotFound }
  }

  /** nvmlDeviceAttributes_t: SM count first, memory in MiB at 32. */
  function migInstances(device: NvmlDevice): NvmlAnswer<NvmlValues['migInstances']> {
    const most = uint(device, ['nvmlDeviceGetMaxMigDeviceCount'])
    if (!most.ok) return most
    const instances: NvmlValues['migInstances'] = []
    for (let index = 0; index < Math.min(most.value, 64); index++) {
      const handle = fetch(['nvmlDeviceGetMigDeviceHandleByIndex'], 8, (out) => big(out, 0), undefined, device, [index])
      if (!handle.ok) continue
      const attributes = fetch(['nvmlDeviceGetAttributes_v2', 'nvmlDeviceGetAttributes'], 48, (out) => ({ multiprocessors: out.readUInt32LE(0), memoryMb: big(out, 32) }), undefined, handle.value)
      const size = memory(handle.value)
      instances.push({
        index,
        gpuInstanceId: instanceId(uint(handle.value, ['nvmlDeviceGetGpuInstanceId'])),
        computeInstanceId: instanceId(uint(handle.value, ['nvmlDeviceGetComputeInstanceId'])),
        memoryBytes: size.ok ? size.value.total : attributes.ok ? attributes.value.memoryMb * 1024 ** 2 : null,
        multiprocessors: attributes.ok ? attributes.value.multiprocessors : null,
      })
    }
    return { ok: true, value: instances }
  }

  const askers: { [Key in keyof NvmlValues]: (device: NvmlDevice) => NvmlAnswer<NvmlValues[Key]> } = {
    name: (device) => textFrom('nvmlDeviceGetName', device),
    uuid: (device) => textFrom('nvmlDeviceGetUUID', device),
    vbiosVersion: (device) => textFrom('nvmlDeviceGetVbiosVersion', device),
    pci,
    memory,
    utilization: (device) => fetch(['nvmlDeviceGetUtilizationRates'], 8, (out) => ({ gpu: out.readUInt32LE(0), memory: out.readUInt32LE(4) }), undefined, device),
    encoder: (device) => mapAnswer(twoUints(device, 'nvmlDeviceGetEncoderUtilization'), ([share]) => share),
    decoder: (device) => mapAnswer(twoUints(device, 'nvmlDeviceGetDecoderUtilization'), ([share]) => share),
    temperatureC: temperature,
    memoryTemperatureC: memoryTemperature,
    powerUsageMw: (device) => uint(device, ['nvmlDeviceGetPowerUsage']),
    enforcedPowerLimitMw: (device) => uint(device, ['nvmlDeviceGetEnforcedPowerLimit']),
    defaultPowerLimitMw: (device) => uint(device, ['nvmlDeviceGetPowerManagementDefaultLimit']),
    powerLimitRangeMw: (device) => mapAnswer(twoUints(device, 'nvmlDeviceGetPowerManagementLimitConstraints'), ([min, max]) => ({ min, max })),
    graphicsClockMhz: (device) => uint(device, ['nvmlDeviceGetClockInfo'], 0),
    memoryClockMhz: (device) => uint(device, ['nvmlDeviceGetClockInfo'], 2),
    fans,
    throttleReasons,
    eccEnabled: (device) => mapAnswer(twoUints(device, 'nvmlDeviceGetEccMode'), ([current]) => current === 1),
    eccCorrected: (device) => eccTotal(device, 0),
    eccUncorrected: (device) => eccTotal(device, 1),
    pcieGeneration: (device) => uint(device, ['nvmlDeviceGetCurrPcieLinkGeneration']),
    pcieLanes: (device) => uint(device, ['nvmlDeviceGetCurrPcieLinkWidth']),
    pcieGenerationMax: (device) => uint(device, ['nvmlDeviceGetMaxPcieLinkGeneration']),
    pcieLanesMax: (device) => uint(device, ['nvmlDeviceGetMaxPcieLinkWidth']),
    performanceState: (device) => uint(device, ['nvmlDeviceGetPerformanceState']),
    displayActive: (device) => mapAnswer(uint(device, ['nvmlDeviceGetDisplayActive']), (value) => value === 1),
    computeCapability: (device) => mapAnswer(twoUints(device, 'nvmlDeviceGetCudaComputeCapability'), ([major, minor]) => ({ major, minor })),
    migEnabled: (device) => mapAnswer(twoUints(device, 'nvmlDeviceGetMigMode'), ([current]) => current === 1),
    migInstances,
    computeProcesses: (device) => processes(device, 'Compute'),
    graphicsProcesses: (device) => processes(device, 'Graphics'),
  }

  return {
    init: () => entry(['nvmlInit_v2', 'nvmlInit'], [])?.() ?? nvmlCodes.functionNotFound,
    shutdown: () => void entry(['nvmlShutdown'], [])?.(),
    driverVersion: () => textFrom('nvmlSystemGetDriverVersion'),
    cudaVersion: () => fetch(['nvmlSystemGetCudaDriverVersion_v2', 'nvmlSystemGetCudaDriverVersion'], 4, (out) => out.readInt32LE(0)),
    deviceCount: () => fetch(['nvmlDeviceGetCount_v2', 'nvmlDeviceGetCount'], 4, (out) => out.readUInt32LE(0)),
    device(index) {
      const call = entry(['nvmlDeviceGetHandleByIndex_v2', 'nvmlDeviceGetHandleByIndex'], ['uint32_t', 'void *'])
      if (!call) return { ok: false, code: nvmlCodes.functionNotFound }
      const out = blank(8)
      const code = call(index, out)
      return code === nvmlCodes.success ? { ok: true, value: big(out, 0) } : { ok: false, code }
    },
    processName(pid) {
      const call = entry(['nvmlSystemGetProcessName'], ['uint32_t', 'void *', 'uint32_t'])
      if (!call) return { ok: false, code: nvmlCodes.functionNotFound }
      const out = blank(textBytes)
      const code = call(pid, out, textBytes)
      return code === nvmlCodes.success ? { ok: true, value: textIn(out) } : { ok: false, code }
    },
    ask: (device, key) => askers[key](device),
  }
}

function mapAnswer<From, To>(answer: NvmlAnswer<From>, how: (value: From) => To): NvmlAnswer<To> {
  return answer.ok ? { ok: true, value: how(answer.value) } : answer
}
function instanceId(answer: NvmlAnswer<number>): number | null {
  return answer.ok && answer.value !== noInstance ? answer.value : null
}
function structVersion(bytes: number, version: number): number {
  return (bytes | (version << 24)) >>> 0
}
function big(from: Buffer, at: number): number {
  return Number(from.readBigUInt64LE(at))
}
function textIn(from: Buffer): string {
  const end = from.indexOf(0)
  return from.subarray(0, end === -1 ? from.length : end).toString('utf8').trim()
}
