/** What does not change from second to second of an AMD card, from /sys. */
import type { TemperatureLimits } from '../../../shared/machine.ts'
import type { MachineSource } from '../../system/machine-source.ts'
import { readKfdNodes } from '../drm-kfd.ts'
import { clockLevels, type LinuxCard, type ReadBelow } from '../linux-files.ts'
import { limitAt, numberIn } from '../linux-sensors.ts'
import type { CardSeen } from '../vendor.ts'
import type { GpuMetrics } from './gpu-metrics.ts'
import { eccEnabled, retiredPages } from './ras.ts'
import { isProcessorChip, uniqueId, watts, type AmdFiles } from './values.ts'

export async function readAmdDetails(machine: MachineSource, found: LinuxCard, files: AmdFiles, metrics: GpuMetrics | null): Promise<Partial<CardSeen>> {
  const { read, sensors } = files
  const memory = await numberIn(read, 'mem_info_vram_total')
  const architecture = await architectureAt(machine, found, read)
  return {
    name: await read('product_name'),
    boardPartNumber: await read('product_number'),
    uuid: uniqueId(await read('unique_id')),
    memoryBytes: memory === null || memory <= 0 ? null : memory,
    vbiosVersion: await read('vbios_version'),
    driverVersion: (await machine.readFile('/sys/module/amdgpu/version'))?.trim() || null,
    architecture,
    isIntegrated: isProcessorChip(architecture) ?? (await isPartOfProcessor(metrics, sensors)),
    powerLimitW: await positiveWatts(sensors, 'power1_cap'),
    powerLimitDefaultW: await positiveWatts(sensors, 'power1_cap_default'),
    powerLimitMinW: watts(await numberIn(sensors, 'power1_cap_min')),
    powerLimitMaxW: await positiveWatts(sensors, 'power1_cap_max'),
    coreClockMaxMhz: clockLevels(await read('pp_dpm_sclk')).max,
    memoryClockMaxMhz: clockLevels(await read('pp_dpm_mclk')).max,
    temperatureLimits: await temperatureLimits(files),
    fanCount: files.names.size === 0 ? null : files.fans.length,
    eccEnabled: await eccEnabled(machine, found.folder),
    retiredPages: await retiredPages(machine, found.folder),
  }
}

async function positiveWatts(sensors: ReadBelow, name: string): Promise<number | null> {
  return watts(await numberIn(sensors, name)) || null
}

/** By the compute driver's word, else by the chip's own directory, which names the same figures since the tenth generation. */
async function architectureAt(machine: MachineSource, found: LinuxCard, read: ReadBelow): Promise<string | null> {
  const node = (await readKfdNodes(machine)).find(({ pciAddress }) => pciAddress === found.card.pciAddress)
  if (node?.architecture) return node.architecture
  const figures = await Promise.all(['major', 'minor', 'revision'].map((name) => numberIn(read, `ip_discovery/die/0/GC/0/${name}`)))
  const [major, minor, revision] = figures
  return major != null && minor != null && revision != null && major >= 10 ? `gfx${major}${minor}${revision.toString(16)}` : null
}

/** Processors give other versions of `gpu_metrics`, and the voltage of their northbridge. null: nothing tells. */
async function isPartOfProcessor(metrics: GpuMetrics | null, sensors: ReadBelow): Promise<boolean | null> {
  if (metrics !== null && metrics.format >= 2) return true
  const labels = await Promise.all(['in0_label', 'in1_label'].map(sensors))
  return labels.includes('vddnb') ? true : null
}

/** Those of the sensor that counts as the core's. */
async function temperatureLimits({ read, sensors, temperatures }: AmdFiles): Promise<TemperatureLimits | null> {
  const core = temperatures.find(({ label }) => label === 'edge' || label === null) ?? temperatures.find(({ label }) => label === 'junction')
  const junction = temperatures.find(({ label }) => label === 'junction')
  const memory = temperatures.find(({ label }) => label === 'mem')
  const hotspotC = junction ? await limitAt(sensors, `${junction.prefix}_crit`) : null
  const target = /^FAN_TARGET_TEMPERATURE:\s*\n\s*(\d+)/m.exec((await read('gpu_od/fan_ctrl/fan_target_temperature')) ?? '')?.[1]
  const limits: TemperatureLimits = {
    slowdownC: core ? await limitAt(sensors, `${core.prefix}_crit`) : null,
    shutdownC: core ? await limitAt(sensors, `${core.prefix}_emergency`) : null,
    ...(hotspotC === null ? {} : { hotspotC }),
    targetC: target === undefined || Number(target) === 0 ? null : Number(target),
    memoryC: memory ? await limitAt(sensors, `${memory.prefix}_crit`) : null,
  }
  return Object.values(limits).every((value) => value === null) ? null : limits
}
