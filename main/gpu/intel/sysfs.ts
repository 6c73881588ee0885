/** Intel graphics as the i915 and xe drivers describe them in /sys. A person sees the same with `intel_gpu_top` or `cat /sys/class/drm/card0/gt_act_freq_mhz`. */
import type { TemperatureLimits } from '../../../shared/machine.ts'
import type { GpuSample } from '../../../shared/telemetry.ts'
import type { MachineSource } from '../../system/machine-source.ts'
import { processesOf, readEveryMs, usageOf, whyNoShare, type DrmClients, type DrmUsage } from '../drm-clients.ts'
import { linkIn, readerBelow, type LinuxCard, type ReadBelow, type SysfsReader } from '../linux-files.ts'
import { degreesAt, fanReadings, fanSensors, findSensors, limitAt, numberIn, readFans, temperatureSensors, type FanSensor, type TemperatureSensor } from '../linux-sensors.ts'
import { firstKnown, known, mapReading, sampleOf, unknown, within, type Reading } from '../reading.ts'
import { createIntelEnergy } from './energy.ts'
import { frequencyFiles, throttleNow, type FrequencyFiles } from './frequency.ts'
import { cardMemory } from './memory.ts'

const notTold = 'Intel’s driver does not tell'
/** The driver is asked again which files there are: it may have been loaded anew. */
const filesLastMs = 60_000

interface IntelFiles {
  at: number
  read: ReadBelow
  sensors: ReadBelow
  names: ReadonlySet<string>
  temperatures: TemperatureSensor[]
  fans: FanSensor[]
  frequency: FrequencyFiles | null
  memoryBytes: number | null
}

export function createIntelSysfs(clients: DrmClients): SysfsReader {
  const files = new Map<string, IntelFiles>()
  const energy = createIntelEnergy()
  const asleep = new Map<string, { at: number; ms: number; share: number | null }>()

  async function filesOf(machine: MachineSource, at: number, found: LinuxCard): Promise<IntelFiles> {
    const before = files.get(found.folder)
    if (before && at >= before.at && at - before.at < filesLastMs) return before
    const hwmon = await findSensors(machine, found.folder, found.driver ?? 'i915')
    const sensors = hwmon?.read ?? (async () => null)
    const names = hwmon?.names ?? new Set<string>()
    const now: IntelFiles = {
      at,
      read: readerBelow(machine, found.folder),
      sensors,
      names,
      temperatures: await temperatureSensors(sensors, names),
      fans: await fanSensors(sensors, names),
      frequency: await frequencyFiles(machine, found),
      memoryBytes: isIntegrated(found) === true ? null : await cardMemory(machine, found),
    }
    files.set(found.folder, now)
    return now
  }

  /** The share of the last seconds that the card was not asleep: it cannot have worked longer. null: not told. */
  function awakeShare(folder: string, at: number, ms: number | null): number | null {
    const before = asleep.get(folder)
    if (ms === null) return null
    // Over as long a time as the programs' use, or the two could not be compared.
    if (before && at >= before.at && at - before.at < readEveryMs) return before.share
    const share = !before || at <= before.at || ms < before.ms ? null : Math.max(1 - (ms - before.ms) / (at - before.at), 0)
    asleep.set(folder, { at, ms, share })
    return share
  }

  return {
    async read(machine, at, found) {
      files.delete(found.folder)
      const of = await filesOf(machine, at, found)
      return {
        memoryBytes: of.memoryBytes,
        isIntegrated: isIntegrated(found),
        driverVersion: null,
        coreClockMaxMhz: of.frequency?.max === undefined ? null : ((await of.frequency.max()) || null),
        powerLimitW: (await wattsAt(of.sensors, 'power1_max', 'power1_cap')) || null,
        powerLimitDefaultW: (await wattsAt(of.sensors, 'power1_rated_max')) || null,
        temperatureLimits: await limitsOf(of),
        fanCount: of.names.size === 0 ? null : of.fans.length,
      }
    },

    async sample(machine, at, found): Promise<GpuSample> {
      const of = await filesOf(machine, at, found)
      const { sensors, temperatures, frequency } = of
      const usage = usageOf(await clients.read(machine, at), found.card.pciAddress)
      const awake = awakeShare(found.folder, at, (await frequency?.asleepMs()) ?? null)
      const fan = fanReadings(await readFans(sensors, of.fans), isIntegrated(found) === true ? 'graphics in a processor have no fan of their own' : notTold)
      const core = coreSensor(temperatures)
      const memory = temperatures.find(({ label }) => label === 'vram')
      const limit = await wattsAt(sensors, 'power1_max', 'power1_cap')
      const link = await linkIn(machine, found.linkFolder, 'current')
      const power = await energy.read(machine, at, found.folder, of.names, sensors, isIntegrated(found) === true)
      return sampleOf(at, {
        readings: {
          utilisation: utilisationOf(usage, awake, whyNoShare(machine)),
          encoder: unknown('Intel’s driver counts encoding and decoding together'),
          decoder: unknown('Intel’s driver counts encoding and decoding together'),
          memoryUsedBytes: memoryUsed(usage, of.memoryBytes),
          memoryTotalBytes: of.memoryBytes === null ? unknown(isIntegrated(found) === true ? 'it uses the machine’s memory' : notTold) : known(of.memoryBytes),
          temperatureC: core ? await degreesAt(sensors, `${core.prefix}_input`, notTold) : unknown(notTold),
          memoryC: memory ? await degreesAt(sensors, `${memory.prefix}_input`, notTold) : unknown(notTold),
          powerW: firstKnown(power.watts, within(reading(await wattsAt(sensors, 'power1_input', 'power1_average')), 0, 20_000)),
          powerLimitW: limit ? known(limit) : unknown(notTold),
          energyJ: power.joules,
          coreClockMhz: reading((await frequency?.now()) ?? null),
          videoClockMhz: reading((await frequency?.media()) ?? null),
          fan: fan.fan,
          fanRpm: fan.fanRpm,
          pcieGeneration: isIntegrated(found) === true ? unknown('it is part of the processor') : reading(link.generation),
          pcieLanes: isIntegrated(found) === true ? unknown('it is part of the processor') : reading(link.lanes),
        },
        throttle: frequency === null ? unknown(notTold) : await throttleNow(frequency),
        processes: processesOf(usage, machine),
        fans: fan.fans,
        otherwise: notTold,
      })
    },
  }
}

/** Intel's own graphics sit at device 2 of the first bus; its cards behind a bridge. */
function isIntegrated({ card }: LinuxCard): boolean | null {
  return card.pciAddress === null ? null : /^0000:00:02\./.test(card.pciAddress)
}

/**
 * The busiest kind of engine over all programs. Where other users' programs cannot be looked at, the sum counts only if
 * the card was asleep for the rest of the time, within a sixth.
 */
export function utilisationOf(usage: DrmUsage, awake: number | null, whyNone: string): Reading {
  const shares = Object.values(usage.engines)
  if (usage.isComplete && usage.processes.length === 0) return known(0)
  const seen = shares.length === 0 ? null : Math.min(Math.max(...shares), 1)
  if (usage.isComplete) return seen === null ? unknown(whyNone) : known(seen)
  if (awake === null) return unknown('Intel’s driver counts use by program, and not all programs can be looked at')
  if (awake - (seen ?? 0) <= 1 / 6) return known(Math.min(seen ?? 0, awake))
  return unknown('Intel’s driver counts use by program, and programs of other users seem to use the card')
}

function memoryUsed(usage: DrmUsage, total: number | null): Reading {
  if (total === null) return unknown(notTold)
  if (!usage.isComplete) return unknown('Intel’s driver counts memory by program, and not all programs can be looked at')
  return known(Math.min(usage.memoryBytes ?? 0, total))
}

/** "pkg" where labelled; else the first that is not the memory's. */
function coreSensor(temperatures: readonly TemperatureSensor[]): TemperatureSensor | undefined {
  return temperatures.find(({ label }) => label === 'pkg' || label === 'package') ?? temperatures.find(({ label }) => label === null || !/vram|mem|mctrl|pcie/.test(label))
}

async function limitsOf({ sensors, temperatures }: IntelFiles): Promise<TemperatureLimits | null> {
  const core = coreSensor(temperatures)
  const memory = temperatures.find(({ label }) => label === 'vram')
  const limits: TemperatureLimits = {
    slowdownC: core ? await limitAt(sensors, `${core.prefix}_crit`) : null,
    shutdownC: core ? await limitAt(sensors, `${core.prefix}_emergency`) : null,
    targetC: core ? await limitAt(sensors, `${core.prefix}_max`) : null,
    memoryC: memory ? await limitAt(sensors, `${memory.prefix}_crit`) : null,
  }
  return Object.values(limits).every((value) => value === null) ? null : limits
}

/** The first that is there. hwmon gives microwatts. */
async function wattsAt(sensors: ReadBelow, ...names: string[]): Promise<number | null> {
  for (const name of names) {
    const value = await numberIn(sensors, name)
    if (value !== null && value >= 0 && value <= 20_000e6) return value / 1e6
  }
  return null
}

function reading(value: number | null): Reading {
  return value === null || value < 0 ? unknown(notTold) : mapReading(known(value), (same) => same)
}
