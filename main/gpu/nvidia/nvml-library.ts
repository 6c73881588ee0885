/**
 * NVIDIA's management library through koffi. Struct layouts and entry points are those of NVIDIA's published nvml.h
 * (12.2 to 13.x); where a newer entry point is missing an older one is taken, and a missing one loses its reading only.
 */
import { Buffer } from 'node:buffer'
import koffi from 'koffi'
import { pciAddressOf } from '../../system/pci-address.ts'
import type { Nvml, NvmlAnswer, NvmlDevice, NvmlValues } from './nvml.ts'
import { big, bindNvml, eitherOf, handle, mapAnswer, notThere, pointer, refuse, structVersion, systemText, textIn, type Ask, type NvmlBinding } from './nvml-binding.ts'
import { createXidListener } from './nvml-events.ts'
import { migHandleAsker, migInstanceAsker, processAsker, utilisationAsker } from './nvml-processes.ts'
import { nvlinkVersionName, nvmlCodes, throttleReasonsFrom } from './nvml-words.ts'

/** Where the library lies; the first that loads is taken. `override` alone is tried where it is given. */
export function nvmlPaths(platform: string, env: Record<string, string | undefined>): string[] {
  const override = env['IDLEWATT_NVML_LIBRARY']
  if (override) return [override]
  if (platform === 'win32') return ['nvml.dll', `${env['ProgramW6432'] ?? 'C:\\Program Files'}\\NVIDIA Corporation\\NVSMI\\nvml.dll`]
  // Beside the loader's own folders: WSL, NixOS, and Google's container nodes.
  if (platform === 'linux') return ['libnvidia-ml.so.1', 'libnvidia-ml.so', '/usr/lib/wsl/lib/libnvidia-ml.so.1', '/run/opengl-driver/lib/libnvidia-ml.so.1', '/usr/local/nvidia/lib64/libnvidia-ml.so.1']
  return []
}

/** null: no such library here. Throws nothing; symbols are looked up when they are first needed. */
export function loadNvml(paths: string[]): Nvml | null {
  for (const path of paths) {
    try {
      const library = koffi.load(path)
      return nvmlOver(bindNvml(library), () => library.unload())
    } catch {
      continue
    }
  }
  return null
}

/** More fans or links than any card has. */
const mostFans = 16
const mostLinks = 72
const clocks = { graphics: 0, sm: 1, memory: 2, video: 3 }
/** nvmlTemperatureThresholds_t; the target is the "acoustic" threshold as it is set now. */
const thresholds = { shutdown: 0, slowdown: 1, memory: 2, target: 5 }
/** Numbers of nvmlDeviceGetFieldValues. */
const fields = { memoryTemperature: 82, shutdownMargin: 193, slowdownMargin: 194, recoveryAction: 230 }
/** nvmlTemperatureSensors_t. */
const sensors = { core: 0, hottest: 1 }

type Askers = { [Key in keyof NvmlValues]: Ask<NvmlValues[Key]> }

function nvmlOver(binding: NvmlBinding, unload: () => void): Nvml {
  const askers = askersOver(binding)
  const xids = createXidListener(binding)
  const init = binding.lazily(['nvmlInit_v2', 'nvmlInit'], [])
  const shutdown = binding.lazily(['nvmlShutdown'], [])
  const cuda = systemNumber(binding, ['nvmlSystemGetCudaDriverVersion_v2', 'nvmlSystemGetCudaDriverVersion'])
  const count = systemNumber(binding, ['nvmlDeviceGetCount_v2', 'nvmlDeviceGetCount'])
  const byIndex = binding.lazily(['nvmlDeviceGetHandleByIndex_v2', 'nvmlDeviceGetHandleByIndex'], ['uint32_t', pointer])
  const processName = systemText(binding, 'nvmlSystemGetProcessName', ['uint32_t'])
  return {
    init: () => init()?.() ?? nvmlCodes.functionNotFound,
    shutdown() {
      xids.close()
      shutdown()?.()
    },
    unload,
    driverVersion: systemText(binding, 'nvmlSystemGetDriverVersion'),
    cudaVersion: cuda,
    deviceCount: count,
    device(index) {
      const entry = byIndex()
      if (!entry) return notThere
      const out = Buffer.alloc(8)
      const code = entry(index, out)
      return code === nvmlCodes.success ? { ok: true, value: big(out, 0) } : refuse(code)
    },
    processName,
    xids: (devices) => xids.poll(devices),
    ask: (device, key) => askers[key](device),
  }
}

function systemNumber(binding: NvmlBinding, names: string[]): () => NvmlAnswer<number> {
  const call = binding.lazily(names, [pointer])
  return () => {
    const entry = call()
    if (!entry) return notThere
    const out = Buffer.alloc(4)
    const code = entry(out)
    return code === nvmlCodes.success ? { ok: true, value: out.readUInt32LE(0) } : refuse(code)
  }
}

function askersOver(binding: NvmlBinding): Askers {
  const { uint, uints, text, struct, field } = binding
  const first = (ask: Ask<number[]>): Ask<number> => mapAnswer(ask, (values) => values[0] ?? 0)
  const flag = (ask: Ask<number>): Ask<boolean> => mapAnswer(ask, (value) => value === 1)
  const clock = (kind: number): Ask<number> => uint(['nvmlDeviceGetClockInfo'], kind)
  const maxClock = (kind: number): Ask<number> => uint(['nvmlDeviceGetMaxClockInfo'], kind)
  const threshold = (kind: number): Ask<number> => struct(['nvmlDeviceGetTemperatureThreshold'], 4, (out) => out.readInt32LE(0), undefined, kind)
  const ecc = (kind: 0 | 1): Ask<number> => struct(['nvmlDeviceGetTotalEccErrors'], 8, (out) => big(out, 0), undefined, kind, 0 /* volatile: since the driver loaded */)
  const fanCount = uint(['nvmlDeviceGetNumFans'])
  const memory = memoryAsker(binding)
  const migHandles = migHandleAsker(binding)

  return {
    name: text('nvmlDeviceGetName'),
    uuid: text('nvmlDeviceGetUUID'),
    vbiosVersion: text('nvmlDeviceGetVbiosVersion'),
    boardPartNumber: text('nvmlDeviceGetBoardPartNumber'),
    pci: pciAsker(binding),
    memory,
    utilization: struct(['nvmlDeviceGetUtilizationRates'], 8, (out) => ({ gpu: out.readUInt32LE(0), memory: out.readUInt32LE(4) })),
    encoder: first(uints('nvmlDeviceGetEncoderUtilization', 2)),
    decoder: first(uints('nvmlDeviceGetDecoderUtilization', 2)),
    temperatureC: temperatureAsker(binding),
    memoryTemperatureC: memoryTemperatureAsker(binding),
    hotspotTemperatureC: versionedTemperature(binding, sensors.hottest),
    thresholdShutdownC: threshold(thresholds.shutdown),
    thresholdSlowdownC: threshold(thresholds.slowdown),
    thresholdMemoryC: threshold(thresholds.memory),
    thresholdTargetC: threshold(thresholds.target),
    // nvmlMarginTemperature_v1_t { version, margin }.
    marginC: struct(['nvmlDeviceGetMarginTemperature'], 8, (out) => out.readInt32LE(4), (out) => out.writeUInt32LE(structVersion(8, 1), 0)),
    marginSlowdownC: field(fields.slowdownMargin),
    marginShutdownC: field(fields.shutdownMargin),
    powerUsageMw: uint(['nvmlDeviceGetPowerUsage']),
    energyMj: struct(['nvmlDeviceGetTotalEnergyConsumption'], 8, (out) => big(out, 0)),
    enforcedPowerLimitMw: uint(['nvmlDeviceGetEnforcedPowerLimit']),
    defaultPowerLimitMw: uint(['nvmlDeviceGetPowerManagementDefaultLimit']),
    powerLimitRangeMw: mapAnswer(uints('nvmlDeviceGetPowerManagementLimitConstraints', 2), ([min = 0, max = 0]) => ({ min, max })),
    graphicsClockMhz: clock(clocks.graphics),
    smClockMhz: clock(clocks.sm),
    memoryClockMhz: clock(clocks.memory),
    videoClockMhz: clock(clocks.video),
    graphicsClockMaxMhz: maxClock(clocks.graphics),
    smClockMaxMhz: maxClock(clocks.sm),
    memoryClockMaxMhz: maxClock(clocks.memory),
    videoClockMaxMhz: maxClock(clocks.video),
    fanCount,
    fans: fansAsker(binding, fanCount),
    fansRpm: fansRpmAsker(binding, fanCount),
    recoveryAction: field(fields.recoveryAction),
    throttleReasons: struct(['nvmlDeviceGetCurrentClocksEventReasons', 'nvmlDeviceGetCurrentClocksThrottleReasons'], 8, (out) => throttleReasonsFrom(out.readBigUInt64LE(0))),
    eccEnabled: flag(first(uints('nvmlDeviceGetEccMode', 2))),
    eccCorrected: ecc(0),
    eccUncorrected: ecc(1),
    retiredSingleBit: retiredAsker(binding, 0),
    retiredDoubleBit: retiredAsker(binding, 1),
    retiredPending: flag(uint(['nvmlDeviceGetRetiredPagesPendingStatus'])),
    remappedRows: mapAnswer(uints('nvmlDeviceGetRemappedRows', 4), ([correctable = 0, uncorrectable = 0, pending, failed]) => ({ correctable, uncorrectable, pending: pending === 1, failed: failed === 1 })),
    nvlinks: nvlinkAsker(binding),
    pcieGeneration: uint(['nvmlDeviceGetCurrPcieLinkGeneration']),
    pcieLanes: uint(['nvmlDeviceGetCurrPcieLinkWidth']),
    pcieGenerationMax: uint(['nvmlDeviceGetMaxPcieLinkGeneration']),
    pcieLanesMax: uint(['nvmlDeviceGetMaxPcieLinkWidth']),
    pcieReplays: uint(['nvmlDeviceGetPcieReplayCounter']),
    performanceState: uint(['nvmlDeviceGetPerformanceState']),
    displayActive: flag(uint(['nvmlDeviceGetDisplayActive'])),
    persistenceMode: flag(uint(['nvmlDeviceGetPersistenceMode'])),
    computeMode: uint(['nvmlDeviceGetComputeMode']),
    // The older entry point does not know MCDM and takes it for WDDM.
    driverModel: eitherOf(first(uints('nvmlDeviceGetDriverModel_v2', 2)), first(uints('nvmlDeviceGetDriverModel', 2))),
    architecture: uint(['nvmlDeviceGetArchitecture']),
    virtualizationMode: uint(['nvmlDeviceGetVirtualizationMode']),
    computeCapability: mapAnswer(uints('nvmlDeviceGetCudaComputeCapability', 2), ([major = 0, minor = 0]) => ({ major, minor })),
    migEnabled: flag(first(uints('nvmlDeviceGetMigMode', 2))),
    migInstances: migInstanceAsker(binding, migHandles, memory),
    computeProcesses: processAsker(binding, 'Compute', migHandles),
    graphicsProcesses: processAsker(binding, 'Graphics', migHandles),
    mpsProcesses: processAsker(binding, 'MPSCompute', migHandles),
    processUtilization: utilisationAsker(binding),
  }
}

/** nvmlMemory_v2_t leaves what the driver reserves out of `used`, as nvidia-smi does; nvmlMemory_t counts it in. */
function memoryAsker({ struct }: NvmlBinding): Ask<NvmlValues['memory']> {
  const newer = struct(['nvmlDeviceGetMemoryInfo_v2'], 40, (out) => ({ total: big(out, 8), used: big(out, 32) }), (out) => out.writeUInt32LE(structVersion(40, 2), 0))
  return eitherOf(newer, struct(['nvmlDeviceGetMemoryInfo'], 24, (out) => ({ total: big(out, 0), used: big(out, 16) })))
}

/** nvmlPciInfo_t; the oldest entry point knows the short address alone. */
function pciAsker({ struct }: NvmlBinding): Ask<NvmlValues['pci']> {
  return struct(['nvmlDeviceGetPciInfo_v3', 'nvmlDeviceGetPciInfo_v2', 'nvmlDeviceGetPciInfo'], 128, (out) => ({
    busId: textIn(out.subarray(36, 68)) || textIn(out.subarray(0, 16)),
    pciDeviceId: out.readUInt32LE(28),
    pciSubSystemId: out.readUInt32LE(32),
  }))
}

/** nvmlTemperature_v1_t { version, sensor, temperature }, since driver 570. */
function versionedTemperature({ struct }: NvmlBinding, sensor: number): Ask<number> {
  return struct(['nvmlDeviceGetTemperatureV'], 12, (out) => out.readInt32LE(8), (out) => {
    out.writeUInt32LE(structVersion(12, 1), 0)
    out.writeUInt32LE(sensor, 4)
  })
}

/** The plain call is given up since CUDA 13, but still there. */
function temperatureAsker(binding: NvmlBinding): Ask<number> {
  const plain = binding.struct(['nvmlDeviceGetTemperature'], 4, (out) => out.readInt32LE(0), undefined, sensors.core)
  const versioned = versionedTemperature(binding, sensors.core)
  return (device) => {
    const first = plain(device)
    const answer = first.ok || (first.code !== nvmlCodes.functionNotFound && first.code !== nvmlCodes.deprecated) ? first : versioned(device)
    // All bits set: the driver has no value.
    return answer.ok && answer.value === -1 ? refuse(nvmlCodes.noData) : answer
  }
}

/** Drivers answer 0 for memory that has no sensor. */
function memoryTemperatureAsker({ field }: NvmlBinding): Ask<number> {
  const ask = field(fields.memoryTemperature)
  return (device) => {
    const answer = ask(device)
    return answer.ok && answer.value === 0 ? refuse(nvmlCodes.notSupported) : answer
  }
}

/** The call without a fan's number is for cards, and drivers, that know one fan only. */
function fansAsker({ uint }: NvmlBinding, fanCount: Ask<number>): Ask<number[]> {
  const speeds = Array.from({ length: mostFans }, (_, fan) => uint(['nvmlDeviceGetFanSpeed_v2'], fan))
  const only = mapAnswer(uint(['nvmlDeviceGetFanSpeed']), (speed) => [speed])
  return (device) => {
    const read = eachFan(device, fanCount, speeds)
    return read.length > 0 ? { ok: true, value: read } : only(device)
  }
}

/** nvmlFanSpeedInfo_v1_t { version, fan, speed }, since driver 560. */
function fansRpmAsker({ struct }: NvmlBinding, fanCount: Ask<number>): Ask<number[]> {
  const speeds = Array.from({ length: mostFans }, (_, fan) =>
    struct(['nvmlDeviceGetFanSpeedRPM'], 12, (out) => out.readUInt32LE(8), (out) => {
      out.writeUInt32LE(structVersion(12, 1), 0)
      out.writeUInt32LE(fan, 4)
    }),
  )
  return (device) => {
    const one = speeds[0]!(device)
    return one.ok ? { ok: true, value: eachFan(device, fanCount, speeds) } : one
  }
}

function eachFan(device: NvmlDevice, fanCount: Ask<number>, speeds: Ask<number>[]): number[] {
  const count = fanCount(device)
  return speeds.slice(0, count.ok ? Math.min(count.value, mostFans) : 0).flatMap((ask) => {
    const speed = ask(device)
    return speed.ok ? [speed.value] : []
  })
}

/** The count alone is wanted: with no room for addresses it is told by way of "insufficient size". */
function retiredAsker({ lazily }: NvmlBinding, cause: 0 | 1): Ask<number> {
  const call = lazily(['nvmlDeviceGetRetiredPages'], [handle, 'uint32_t', pointer, pointer])
  const count = Buffer.alloc(4)
  return (device) => {
    const entry = call()
    if (!entry) return notThere
    const code = entry(device, cause, count.fill(0), null)
    return code === nvmlCodes.success || code === nvmlCodes.insufficientSize ? { ok: true, value: count.readUInt32LE(0) } : refuse(code)
  }
}

/** Links are numbered from 0, on some boards with gaps. A card without NVLink has none. */
function nvlinkAsker({ uint, struct }: NvmlBinding): Ask<NvmlValues['nvlinks']> {
  const links = Array.from({ length: mostLinks }, (_, link) => ({
    state: uint(['nvmlDeviceGetNvLinkState'], link),
    version: uint(['nvmlDeviceGetNvLinkVersion'], link),
    remote: struct(['nvmlDeviceGetNvLinkRemotePciInfo_v2', 'nvmlDeviceGetNvLinkRemotePciInfo'], 128, (out) => textIn(out.subarray(36, 68)) || textIn(out.subarray(0, 16)), undefined, link),
  }))
  return (device) => {
    const found: NvmlValues['nvlinks'] = []
    for (const [link, { state, version, remote }] of links.entries()) {
      const active = state(device)
      if (!active.ok && active.code === nvmlCodes.notSupported) continue
      if (!active.ok && found.length === 0 && active.code !== nvmlCodes.invalidArgument) return active
      if (!active.ok) break
      const isActive = active.value === 1
      const told = isActive ? version(device) : null
      const other = isActive ? remote(device) : null
      found.push({ link, isActive, version: told?.ok ? nvlinkVersionName(told.value) : null, remotePciAddress: other?.ok ? pciAddressOf(other.value) : null })
    }
    return { ok: true, value: found }
  }
}
