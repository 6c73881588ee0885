/** Intel graphics as the i915 and xe drivers describe them in /sys. A person sees the same with `intel_gpu_top` or `cat /sys/class/drm/card0/gt_act_freq_mhz`. */
import type { GpuSample } from '../../../shared/telemetry.ts'
import type { MachineSource } from '../../system/machine-source.ts'
import { sensorsBelow } from '../amd/sysfs.ts'
import { generationOf, lanesOf, readerBelow, type LinuxCard, type ReadBelow } from '../linux-files.ts'
import { known, sampleOf, unknown, within, type Reading } from '../reading.ts'
import type { CardSeen } from '../vendor.ts'

const notTold = 'Intel’s driver does not tell'

export interface IntelSysfs {
  read(machine: MachineSource, found: LinuxCard): Promise<Partial<CardSeen>>
  sample(machine: MachineSource, at: number, found: LinuxCard): Promise<GpuSample>
}

/** Remembers the energy counters: watts are their change over time. */
export function createIntelSysfs(): IntelSysfs {
  const energy = new Map<string, { at: number; microjoules: number }>()

  async function watts(sensors: ReadBelow, folder: string, at: number): Promise<Reading> {
    const microjoules = await number(sensors, 'energy1_input')
    if (microjoules === null) return unknown(notTold)
    const before = energy.get(folder)
    energy.set(folder, { at, microjoules })
    if (!before || at <= before.at || microjoules < before.microjoules) return unknown('the first reading only starts the count')
    return within({ value: (microjoules - before.microjoules) / 1000 / (at - before.at) }, 0, 20_000)
  }

  return {
    async read(machine, { folder, drmFolder, card }) {
      const sensors = await sensorsBelow(machine, folder)
      const drm = drmFolder === null ? null : readerBelow(machine, drmFolder)
      const limit = await number(sensors, 'power1_max')
      return {
        memoryBytes: (drm && (await number(drm, 'lmem_total_bytes'))) || null,
        // Intel's own graphics sit at device 2 of the first bus; its cards behind a bridge.
        isIntegrated: card.pciAddress === null ? null : /^0000:00:02\./.test(card.pciAddress),
        powerLimitW: limit === null || limit === 0 ? null : limit / 1e6,
      }
    },
    async sample(machine, at, { folder, drmFolder }) {
      const sensors = await sensorsBelow(machine, folder)
      const read = readerBelow(machine, folder)
      const drm = drmFolder === null ? null : readerBelow(machine, drmFolder)
      const temperature = (await number(sensors, 'temp1_input')) ?? (await number(sensors, 'temp2_input'))
      const megahertz = (drm && (await number(drm, 'gt_act_freq_mhz'))) ?? (await number(read, 'tile0/gt0/freq0/act_freq'))
      const limit = await number(sensors, 'power1_max')
      const generation = generationOf(await read('current_link_speed'))
      const lanes = lanesOf(await read('current_link_width'))
      return sampleOf(at, {
        readings: {
          temperatureC: temperature === null ? unknown(notTold) : within(known(temperature / 1000), -40, 200),
          powerW: await watts(sensors, folder, at),
          powerLimitW: limit ? known(limit / 1e6) : unknown(notTold),
          coreClockMhz: megahertz === null ? unknown(notTold) : known(megahertz),
          pcieGeneration: generation === null ? unknown(notTold) : known(generation),
          pcieLanes: lanes === null ? unknown(notTold) : known(lanes),
        },
        otherwise: notTold,
      })
    },
  }
}

async function number(read: ReadBelow, name: string): Promise<number | null> {
  const text = await read(name)
  return text !== null && /^\d+(\.\d+)?$/.test(text) ? Number(text) : null
}
