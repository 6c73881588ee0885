/** What NVML's answers mean: cards and samples in the app's own shape. The same for the library and for a recording. */
import type { GpuProcess } from '../../../shared/telemetry.ts'
import { pciAddressOf, pciIdFromCombined } from '../../system/pci-address.ts'
import { known, mapReading, sampleOf, unknown, within, type Reading } from '../reading.ts'
import { blankCard, type CardSeen, type SampleSeen } from '../vendor.ts'
import { nvmlCodes, nvmlReason, throttleNames, type Nvml, type NvmlAnswer, type NvmlDevice, type NvmlProcess, type NvmlValues } from './nvml.ts'
import { gpuLost, resetRequired } from './problems.ts'
import { programName } from './smi-details.ts'

/** What is asked once and kept: it does not change while the driver runs. */
interface Kept {
  device: NvmlDevice
  uuid: string | null
  pciAddress: string | null
}

export interface NvmlReader {
  cards(at: number): CardSeen[]
  /** `wanted`: UUIDs or PCI addresses; null: all. */
  samples(at: number, wanted: ReadonlySet<string> | null): SampleSeen[]
}

/** `wddm`: on Windows, where the driver does not know a process's memory. NVML must be initialised. */
export function createNvmlReader(nvml: Nvml, options: { wddm: boolean }): NvmlReader {
  let kept: Kept[] | null = null
  const names = new Map<number, string>()

  /** Asked once per process: a program does not change its name while it runs. */
  function nameOf(pid: number): string | null {
    const before = names.get(pid)
    if (before !== undefined) return before
    const name = nvml.processName(pid)
    if (!name.ok || name.value === '') return null
    if (names.size > 2000) names.clear()
    names.set(pid, name.value)
    return name.value
  }

  function devices(): { index: number; device: NvmlAnswer<NvmlDevice> }[] {
    const count = nvml.deviceCount()
    return Array.from({ length: count.ok ? Math.min(count.value, 256) : 0 }, (_, index) => ({ index, device: nvml.device(index) }))
  }

  function cards(at: number): CardSeen[] {
    const driver = nvml.driverVersion()
    const cuda = nvml.cudaVersion()
    const driverVersion = driver.ok ? driver.value : null
    const cudaVersion = cuda.ok ? `${Math.floor(cuda.value / 1000)}.${Math.floor((cuda.value % 1000) / 10)}` : null
    const found = devices().map(({ device }) => ({ ...cardOf(device, at), driverVersion, cudaVersion }))
    kept = null
    return found
  }

  function cardOf(device: NvmlAnswer<NvmlDevice>, at: number): CardSeen {
    if (!device.ok) return { ...blankCard('nvml'), vendor: 'nvidia', problems: troubleOf(device.code) }
    const ask = <Key extends keyof NvmlValues>(key: Key): Reading<NvmlValues[Key]> => readingOf(nvml.ask(device.value, key))
    const value = <Key extends keyof NvmlValues>(key: Key): NvmlValues[Key] | null => {
      const reading = ask(key)
      return 'value' in reading ? reading.value : null
    }
    const pci = value('pci')
    const range = value('powerLimitRangeMw')
    const capability = value('computeCapability')
    const migEnabled = value('migEnabled')
    const memory = nvml.ask(device.value, 'memory')
    return {
      ...blankCard('nvml'),
      uuid: value('uuid'),
      name: value('name'),
      vendor: 'nvidia',
      memoryBytes: memory.ok && memory.value.total > 0 ? memory.value.total : null,
      vbiosVersion: value('vbiosVersion'),
      pciAddress: pciAddressOf(pci?.busId),
      pciDeviceId: pciIdFromCombined(pci?.pciDeviceId),
      pciSubsystemId: pciIdFromCombined(pci?.pciSubSystemId),
      cudaComputeCapability: capability ? `${capability.major}.${capability.minor}` : null,
      pcieGenerationMax: value('pcieGenerationMax'),
      pcieLanesMax: value('pcieLanesMax'),
      drivesDisplay: value('displayActive'),
      isIntegrated: /\b(GB10|N1X?|Tegra|Orin|Xavier|Thor)\b/i.test(value('name') ?? ''),
      eccEnabled: value('eccEnabled'),
      mig: migEnabled === null ? null : { enabled: migEnabled, instances: migEnabled ? (value('migInstances') ?? []) : [] },
      powerLimitW: watts(value('enforcedPowerLimitMw')),
      powerLimitDefaultW: watts(value('defaultPowerLimitMw')),
      powerLimitMinW: watts(range?.min ?? null),
      powerLimitMaxW: watts(range?.max ?? null),
      sample: sampleFrom(device.value, at),
      problems: memory.ok ? [] : troubleOf(memory.code),
    }
  }

  function sampleFrom(device: NvmlDevice, at: number) {
    const ask = <Key extends keyof NvmlValues>(key: Key): Reading<NvmlValues[Key]> => readingOf(nvml.ask(device, key))
    const memory = ask('memory')
    const utilization = ask('utilization')
    const state = ask('performanceState')
    const percent = (reading: Reading): Reading => within(mapReading(reading, (value) => value / 100), 0, 1)
    const milliwatts = (reading: Reading): Reading => within(mapReading(reading, (value) => value / 1000), 0, 20_000)
    return sampleOf(at, {
      readings: {
        utilisation: percent(mapReading(utilization, (value) => value.gpu)),
        memoryUtilisation: percent(mapReading(utilization, (value) => value.memory)),
        encoder: percent(ask('encoder')),
        decoder: percent(ask('decoder')),
        memoryUsedBytes: mapReading(memory, (value) => value.used),
        memoryTotalBytes: mapReading(memory, (value) => value.total),
        temperatureC: within(ask('temperatureC'), -40, 200),
        hotspotC: unknown('NVML does not tell the hotspot'),
        memoryC: within(ask('memoryTemperatureC'), -40, 200),
        powerW: milliwatts(ask('powerUsageMw')),
        powerLimitW: milliwatts(ask('enforcedPowerLimitMw')),
        coreClockMhz: within(ask('graphicsClockMhz'), 0, 20_000),
        memoryClockMhz: within(ask('memoryClockMhz'), 0, 50_000),
        fan: within(mapReading(ask('fans'), (speeds) => Math.max(...speeds) / 100), 0, 2),
        eccCorrected: ask('eccCorrected'),
        eccUncorrected: ask('eccUncorrected'),
        pcieGeneration: within(ask('pcieGeneration'), 1, 16),
        pcieLanes: within(ask('pcieLanes'), 1, 64),
      },
      performanceState: 'value' in state && state.value <= 15 ? `P${state.value}` : null,
      throttle: mapReading(ask('throttleReasons'), throttleNames),
      processes: processesFrom(ask('computeProcesses'), ask('graphicsProcesses')),
      otherwise: 'NVML does not tell',
    })
  }

  function processesFrom(compute: Reading<NvmlProcess[]>, graphics: Reading<NvmlProcess[]>): Reading<GpuProcess[]> {
    if (!('value' in compute) && !('value' in graphics)) return compute
    const byPid = new Map<number, GpuProcess>()
    for (const process of [...('value' in compute ? compute.value : []), ...('value' in graphics ? graphics.value : [])]) {
      if (byPid.has(process.pid)) continue
      const name = programName(process.name ?? nameOf(process.pid))
      byPid.set(process.pid, { pid: process.pid, name, memoryBytes: options.wddm ? null : (process.memoryBytes ?? null), ours: null })
    }
    return known([...byPid.values()])
  }

  function samples(at: number, wanted: ReadonlySet<string> | null): SampleSeen[] {
    kept ??= devices().flatMap(({ device }) => {
      if (!device.ok) return []
      const uuid = nvml.ask(device.value, 'uuid')
      const pci = nvml.ask(device.value, 'pci')
      return [{ device: device.value, uuid: uuid.ok ? uuid.value : null, pciAddress: pci.ok ? pciAddressOf(pci.value.busId) : null }]
    })
    return kept
      .filter(({ uuid, pciAddress }) => wanted === null || (uuid !== null && wanted.has(uuid)) || (pciAddress !== null && wanted.has(pciAddress)))
      .map(({ device, uuid, pciAddress }) => ({ uuid, pciAddress, sample: sampleFrom(device, at) }))
  }

  return { cards, samples }
}

function readingOf<T>(answer: NvmlAnswer<T>): Reading<T> {
  return answer.ok ? known(answer.value) : unknown(nvmlReason(answer.code))
}
function watts(milliwatts: number | null): number | null {
  return milliwatts === null ? null : milliwatts / 1000
}
function troubleOf(code: number): CardSeen['problems'] {
  if (code === nvmlCodes.gpuIsLost) return [gpuLost]
  if (code === nvmlCodes.resetRequired) return [resetRequired]
  if (code === nvmlCodes.notSupported || code === nvmlCodes.functionNotFound) return []
  return [{ id: 'card-not-readable', sentence: `The driver lists this card, but does not let it be read: ${nvmlReason(code)}.`, remedy: 'Restart the machine; if it stays so, check the card’s power cables and seat.' }]
}
