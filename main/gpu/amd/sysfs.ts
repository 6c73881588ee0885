/** AMD cards as the amdgpu driver describes them in /sys. A person sees the same with `rocm-smi` or `cat /sys/class/drm/card0/device/gpu_busy_percent`. */
import type { GpuSample } from '../../../shared/telemetry.ts'
import type { MachineSource } from '../../system/machine-source.ts'
import { processesOf, usageOf, type DrmClients, type DrmUsage } from '../drm-clients.ts'
import { clockLevels, generationOf, lanesOf, linkIn, readerBelow, type Link, type LinuxCard, type SysfsReader } from '../linux-files.ts'
import { degreesAt, fanReadings, fanSensors, findSensors, numberIn, readFans, temperatureSensors } from '../linux-sensors.ts'
import { firstKnown, known, mapReading, sampleOf, unknown, within, type Reading } from '../reading.ts'
import { readAmdDetails } from './details.ts'
import { parseGpuMetrics, type GpuMetrics } from './gpu-metrics.ts'
import { eccIn } from './ras.ts'
import { residenciesOf, throttleOf, type Residencies } from './throttle.ts'
import { notTold, watts, type AmdFiles } from './values.ts'

/** The driver is asked again which files there are: it may have been loaded anew. */
const filesLastMs = 60_000
const slowLastMs = 10_000

interface SlowReadings {
  at: number
  memoryTotal: Reading
  powerLimit: Reading
  replays: Reading
  corrected: Reading
  uncorrected: Reading
}

export function createAmdSysfs(clients: DrmClients): SysfsReader {
  const files = new Map<string, AmdFiles>()
  const slow = new Map<string, SlowReadings>()
  const residencies = new Map<string, Residencies>()

  async function filesOf(machine: MachineSource, at: number, folder: string): Promise<AmdFiles> {
    const before = files.get(folder)
    if (before && at >= before.at && at - before.at < filesLastMs) return before
    const found = await findSensors(machine, folder, 'amdgpu')
    const sensors = found?.read ?? (async () => null)
    const names = found?.names ?? new Set<string>()
    const now: AmdFiles = { at, read: readerBelow(machine, folder), sensors, names, has: new Set(await machine.listFolder(folder)), temperatures: await temperatureSensors(sensors, names), fans: await fanSensors(sensors, names) }
    files.set(folder, now)
    return now
  }

  /** What hardly ever changes, or takes the card long to count. */
  async function slowOf(machine: MachineSource, at: number, folder: string, { read, sensors, names, has }: AmdFiles): Promise<SlowReadings> {
    const before = slow.get(folder)
    if (before && at >= before.at && at - before.at < slowLastMs) return before
    const total = has.has('mem_info_vram_total') ? await numberIn(read, 'mem_info_vram_total') : null
    const now: SlowReadings = {
      at,
      memoryTotal: total === null || total <= 0 ? unknown(notTold) : known(total),
      powerLimit: limit(names.has('power1_cap') ? await numberIn(sensors, 'power1_cap') : null),
      replays: within(reading(has.has('pcie_replay_count') ? await numberIn(read, 'pcie_replay_count') : null), 0, Number.MAX_SAFE_INTEGER),
      ...(await eccIn(machine, folder)),
    }
    slow.set(folder, now)
    return now
  }

  async function metricsOf(machine: MachineSource, folder: string): Promise<GpuMetrics | null> {
    return parseGpuMetrics(await machine.readBytes(`${folder}/gpu_metrics`))
  }

  function throttleNow(folder: string, metrics: GpuMetrics | null): Reading<string[]> {
    if (metrics === null) return unknown('this version of the amdgpu driver does not tell why a card is slowed down')
    const reading = throttleOf(metrics, residencies.get(folder) ?? null)
    residencies.set(folder, residenciesOf(metrics))
    return reading
  }

  return {
    async read(machine, at, found) {
      files.delete(found.folder)
      slow.delete(found.folder)
      const of = await filesOf(machine, at, found.folder)
      return readAmdDetails(machine, found, of, await metricsOf(machine, found.folder))
    },

    async sample(machine, at, found): Promise<GpuSample> {
      const files = await filesOf(machine, at, found.folder)
      const { read, sensors, temperatures, fans, has } = files
      const metrics = await metricsOf(machine, found.folder)
      const slow = await slowOf(machine, at, found.folder, files)
      const file = async (name: string): Promise<number | null> => (has.has(name) ? numberIn(read, name) : null)
      const sensor = async (name: string): Promise<number | null> => (files.names.has(name) ? numberIn(sensors, name) : null)
      const level = async (name: string): Promise<Reading> => reading(has.has(name) ? clockLevels(await read(name)).now : null)
      const degrees = async (label: string): Promise<Reading> => {
        const found = temperatures.find((one) => one.label === label)
        return found ? degreesAt(sensors, `${found.prefix}_input`, notTold) : unknown(notTold)
      }
      const core = temperatures.find(({ label }) => label !== 'mem' && label !== 'junction') ?? temperatures.find(({ label }) => label === 'junction')
      const percent = async (name: string): Promise<Reading> => within(mapReading(reading(await file(name)), (value) => value / 100), 0, 1)
      const [link, usage, allFans, busy, memoryBusy, used, temperature, hotspot, memory] = await Promise.all([
        linkOf(machine, found, files),
        clients.read(machine, at).then((turn) => usageOf(turn, found.card.pciAddress)),
        readFans(sensors, fans),
        percent('gpu_busy_percent'),
        percent('mem_busy_percent'),
        file('mem_info_vram_used'),
        core ? degreesAt(sensors, `${core.prefix}_input`, notTold) : celsiusIn(metrics, 'temperature_edge', 'temperature_hotspot'),
        degrees('junction'),
        degrees('mem'),
      ])
      const fan = fanReadings(allFans, 'this card has no fan that the amdgpu driver tells of')
      return sampleOf(at, {
        readings: {
          utilisation: firstKnown(busy, shareIn(metrics, 'average_gfx_activity')),
          memoryUtilisation: firstKnown(memoryBusy, shareIn(metrics, 'average_umc_activity')),
          encoder: engineShare(usage, /^enc/),
          decoder: engineShare(usage, /^dec/),
          memoryUsedBytes: within(reading(used), 0, Number.MAX_SAFE_INTEGER),
          memoryTotalBytes: slow.memoryTotal,
          temperatureC: temperature,
          hotspotC: firstKnown(hotspot, celsiusIn(metrics, 'temperature_hotspot')),
          memoryC: firstKnown(memory, celsiusIn(metrics, 'temperature_mem')),
          // Averaged where a driver gives both: it is what the other readers give.
          powerW: await firstOf(
            async () => microwatts(await sensor('power1_average')),
            async () => microwatts(await sensor('power1_input')),
            async () => powerIn(metrics),
          ),
          powerLimitW: slow.powerLimit,
          coreClockMhz: await firstOf(
            async () => megahertz(await sensor('freq1_input')),
            () => level('pp_dpm_sclk'),
            async () => clockIn(metrics, 'current_gfxclk'),
          ),
          memoryClockMhz: await firstOf(
            async () => megahertz(await sensor('freq2_input')),
            () => level('pp_dpm_mclk'),
            async () => clockIn(metrics, 'current_uclk'),
          ),
          videoClockMhz: await firstOf(
            async () => clockIn(metrics, 'current_vclk0'),
            () => level('pp_dpm_vclk'),
          ),
          fan: fan.fan,
          fanRpm: fan.fanRpm,
          energyJ: energyIn(metrics),
          pcieReplays: firstKnown(reading(metrics?.value('pcie_replay_count_acc') ?? null), slow.replays),
          eccCorrected: slow.corrected,
          eccUncorrected: slow.uncorrected,
          pcieGeneration: reading(link.generation),
          pcieLanes: reading(link.lanes),
        },
        performanceState: null,
        throttle: throttleNow(found.folder, metrics),
        processes: processesOf(usage, machine),
        fans: fan.fans,
        otherwise: notTold,
      })
    },
  }
}

/** The first that is known; what comes after it is not read. Else the first reason. */
async function firstOf(...tries: (() => Promise<Reading>)[]): Promise<Reading> {
  let first: Reading | null = null
  for (const attempt of tries) {
    const now = await attempt()
    if ('value' in now) return now
    first ??= now
  }
  return first ?? unknown(notTold)
}

/** The slot's link: by the switch on the card, else by what the power manager set ("1: 16.0GT/s, x16 619Mhz *"), else the card's own. */
async function linkOf(machine: MachineSource, found: LinuxCard, { read, has }: AmdFiles): Promise<Link> {
  if (found.linkFolder !== found.folder) return linkIn(machine, found.linkFolder, 'current')
  const level = has.has('pp_dpm_pcie') ? /([\d.]+\s*GT\/s)[,\s]+(x\d+)[^\n]*\*/i.exec((await read('pp_dpm_pcie')) ?? '') : null
  if (level) return { generation: generationOf(level[1]!), lanes: lanesOf(level[2]!.slice(1)) }
  return linkIn(machine, found.folder, 'current')
}

/** Encoding and decoding are counted by program only. */
function engineShare(usage: DrmUsage, engine: RegExp): Reading {
  if (!usage.isComplete) return unknown('the amdgpu driver counts this by program, and not all programs can be looked at')
  const shares = Object.entries(usage.engines).filter(([name]) => engine.test(name))
  return shares.length === 0 ? unknown('no program has been seen using it') : known(Math.min(Math.max(...shares.map(([, share]) => share)), 1))
}

function reading(value: number | null): Reading {
  return value === null ? unknown(notTold) : known(value)
}
function microwatts(value: number | null): Reading {
  return reading(watts(value))
}
/** A cap of 0 is none. */
function limit(value: number | null): Reading {
  return value === null || value <= 0 ? unknown(notTold) : microwatts(value)
}
function megahertz(hertz: number | null): Reading {
  return within(mapReading(reading(hertz), (value) => value / 1e6), 0, 20_000)
}

/** Cards (version 1) give plain units; processors (2 and 3) hundredths and milliwatts that differ from chip to chip, so hwmon alone counts there. */
function plain(metrics: GpuMetrics | null, ...names: string[]): Reading {
  if (metrics?.format !== 1) return unknown(notTold)
  return firstKnown(...names.map((name) => reading(metrics.value(name))))
}
function shareIn(metrics: GpuMetrics | null, name: string): Reading {
  return within(mapReading(plain(metrics, name), (value) => value / 100), 0, 1)
}
function celsiusIn(metrics: GpuMetrics | null, ...names: string[]): Reading {
  // 0 stands for a sensor that the chip does not have.
  return within(plain(metrics, ...names), 1, 200)
}
function powerIn(metrics: GpuMetrics | null): Reading {
  return within(plain(metrics, 'curr_socket_power', 'average_socket_power'), 0, 20_000)
}
function clockIn(metrics: GpuMetrics | null, name: string): Reading {
  return metrics === null ? unknown(notTold) : within(reading(metrics.value(name)), 0, 20_000)
}
/** Its unit is the same (2^-16 J) on accelerators only; elsewhere it differs from chip to chip. */
function energyIn(metrics: GpuMetrics | null): Reading {
  if (metrics?.format !== 1 || metrics.content < 4) return unknown('this card has no energy counter whose unit is known')
  return mapReading(reading(metrics.value('energy_accumulator')), (value) => value / 65_536)
}
