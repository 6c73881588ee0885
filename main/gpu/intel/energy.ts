/** Watts of Intel's graphics: the change of their energy counters over time. A person types `cat /sys/class/drm/card0/device/hwmon/hwmon2/energy1_input`. */
import type { MachineSource } from '../../system/machine-source.ts'
import { whyNoShare } from '../drm-clients.ts'
import { readerBelow, type ReadBelow } from '../linux-files.ts'
import { numberIn } from '../linux-sensors.ts'
import { known, unknown, within, type Reading } from '../reading.ts'

const rapl = '/sys/class/powercap'

export interface IntelEnergy {
  read(machine: MachineSource, at: number, folder: string, names: ReadonlySet<string>, sensors: ReadBelow, isIntegrated: boolean): Promise<{ watts: Reading; joules: Reading }>
}

/** Remembers the counters of every card. */
export function createIntelEnergy(): IntelEnergy {
  const counted = new Map<string, { at: number; microjoules: number; watts: Reading }>()
  let domain: string | null | undefined

  /** The processor's counter for its graphics ("uncore"), which only the administrator may read. */
  async function processorCounter(machine: MachineSource): Promise<number | null> {
    if (domain === undefined) domain = await findDomain(machine)
    return domain === null ? null : numberIn(readerBelow(machine, domain), 'energy_uj')
  }

  return {
    async read(machine, at, folder, names, sensors, isIntegrated) {
      // The card's own counter comes first, the chip's second.
      const name = ['energy1_input', 'energy2_input'].find((file) => names.has(file))
      const microjoules = name === undefined ? (isIntegrated ? await processorCounter(machine) : null) : await numberIn(sensors, name)
      if (microjoules === null) {
        const why = isIntegrated ? 'only the administrator may read the processor’s energy counters' : 'Intel’s driver does not tell'
        return { watts: unknown(why), joules: unknown(why) }
      }
      const joules = known(microjoules / 1e6)
      if (machine.recorded !== null) return { watts: unknown(whyNoShare(machine)), joules }
      const before = counted.get(folder)
      // Asked twice within a tick, the counter has not moved yet.
      if (before && at >= before.at && at - before.at < 200) return { watts: before.watts, joules }
      const watts: Reading =
        !before || at <= before.at || microjoules < before.microjoules ? unknown(whyNoShare(machine)) : within(known((microjoules - before.microjoules) / 1000 / (at - before.at)), 0, 20_000)
      counted.set(folder, { at, microjoules, watts })
      return { watts, joules }
    },
  }
}

async function findDomain(machine: MachineSource): Promise<string | null> {
  for (const name of await machine.listFolder(rapl)) {
    if (!/^intel-rapl:\d+:\d+$/.test(name)) continue
    if ((await machine.readFile(`${rapl}/${name}/name`))?.trim() === 'uncore') return `${rapl}/${name}`
  }
  return null
}
