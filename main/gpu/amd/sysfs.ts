/** AMD cards as the amdgpu driver describes them in /sys. A person sees the same with `rocm-smi` or `cat /sys/class/drm/card0/device/gpu_busy_percent`. */
import type { GpuSample } from '../../../shared/telemetry.ts'
import type { MachineSource } from '../../system/machine-source.ts'
import { generationOf, lanesOf, readerBelow, type LinuxCard, type ReadBelow } from '../linux-files.ts'
import { known, mapReading, sampleOf, unknown, valueOf, within, type Reading } from '../reading.ts'
import type { CardSeen } from '../vendor.ts'

const notTold = 'the amdgpu driver does not tell'

export async function readAmdCard(machine: MachineSource, { folder }: LinuxCard): Promise<Partial<CardSeen>> {
  const read = readerBelow(machine, folder)
  const sensors = await sensorsBelow(machine, folder)
  const memory = valueOf(await number(read, 'mem_info_vram_total'))
  const microwatts = async (name: string): Promise<number | null> => valueOf(mapReading(await number(sensors, name), (value) => value / 1e6))
  return {
    name: await read('product_name'),
    uuid: uniqueId(await read('unique_id')),
    memoryBytes: memory === 0 ? null : memory,
    vbiosVersion: await read('vbios_version'),
    driverVersion: (await machine.readFile('/sys/module/amdgpu/version'))?.trim() || null,
    powerLimitW: await microwatts('power1_cap'),
    powerLimitDefaultW: await microwatts('power1_cap_default'),
    powerLimitMinW: await microwatts('power1_cap_min'),
    powerLimitMaxW: await microwatts('power1_cap_max'),
  }
}

/** AMD's 64-bit serial number of the chip, 16 hex digits; 0 and "N/A": none. */
export function uniqueId(text: string | null): string | null {
  const digits = /^(?:0x)?([0-9a-f]{1,16})$/i.exec(text ?? '')?.[1]
  return !digits || /^0+$/.test(digits) ? null : digits.toLowerCase().padStart(16, '0')
}

/** Files that the driver does not offer for a card are simply not there. */
export async function sampleAmdCard(machine: MachineSource, at: number, { folder, card }: LinuxCard): Promise<GpuSample> {
  const read = readerBelow(machine, folder)
  const sensors = await sensorsBelow(machine, folder)
  const temperature = await temperatures(sensors)
  const percent = async (name: string): Promise<Reading> => within(mapReading(await number(read, name), (value) => value / 100), 0, 1)
  const hertz = async (name: string): Promise<Reading> => mapReading(await number(sensors, name), (value) => value / 1e6)
  const microwatts = async (...names: string[]): Promise<Reading> => {
    for (const name of names) {
      const reading = await number(sensors, name)
      if ('value' in reading) return within({ value: reading.value / 1e6 }, 0, 20_000)
    }
    return unknown(notTold)
  }
  const errors = await read('ras/umc_err_count')
  const generation = generationOf(await read('current_link_speed'))
  const lanes = lanesOf(await read('current_link_width'))
  return sampleOf(at, {
    readings: {
      utilisation: await percent('gpu_busy_percent'),
      memoryUtilisation: await percent('mem_busy_percent'),
      memoryUsedBytes: await number(read, 'mem_info_vram_used'),
      memoryTotalBytes: await number(read, 'mem_info_vram_total'),
      temperatureC: temperature['edge'] ?? temperature['first'] ?? unknown(notTold),
      hotspotC: temperature['junction'] ?? unknown(notTold),
      memoryC: temperature['mem'] ?? unknown(notTold),
      powerW: await microwatts('power1_average', 'power1_input'),
      powerLimitW: await microwatts('power1_cap'),
      coreClockMhz: await hertz('freq1_input'),
      memoryClockMhz: await hertz('freq2_input'),
      fan: await fanOf(sensors),
      eccCorrected: countIn(errors, 'ce'),
      eccUncorrected: countIn(errors, 'ue'),
      pcieGeneration: generation === null ? unknown(notTold) : known(generation),
      pcieLanes: lanes === null ? unknown(notTold) : known(lanes),
    },
    throttle: unknown('Idlewatt does not read AMD’s throttle reasons yet'),
    processes: unknown(card.vendor === 'amd' ? 'Idlewatt does not read which programs use an AMD card yet' : notTold),
    otherwise: notTold,
  })
}

/** The card's hwmon folder: its number changes from boot to boot. */
export async function sensorsBelow(machine: MachineSource, folder: string): Promise<ReadBelow> {
  const names = (await machine.listFolder(`${folder}/hwmon`)).filter((name) => /^hwmon\d+$/.test(name))
  const first = names[0]
  return first === undefined ? async () => null : readerBelow(machine, `${folder}/hwmon/${first}`)
}

/** By label ("edge", "junction", "mem"); `first`: the first sensor whatever its label. */
async function temperatures(sensors: ReadBelow): Promise<Record<string, Reading | undefined>> {
  const found: Record<string, Reading | undefined> = {}
  for (const index of [1, 2, 3]) {
    const reading = within(mapReading(await number(sensors, `temp${index}_input`), (value) => value / 1000), -40, 200)
    if (!('value' in reading)) continue
    found['first'] ??= reading
    found[(await sensors(`temp${index}_label`)) ?? `sensor ${index}`] = reading
  }
  return found
}

async function fanOf(sensors: ReadBelow): Promise<Reading> {
  const speed = valueOf(await number(sensors, 'fan1_input'))
  const most = valueOf(await number(sensors, 'fan1_max'))
  if (speed !== null && most !== null && most > 0) return known(Math.min(speed / most, 2))
  const duty = valueOf(await number(sensors, 'pwm1'))
  return duty === null ? unknown(notTold) : known(Math.min(duty / 255, 1))
}

/** From "ue: 0\nce: 3". */
function countIn(text: string | null, name: string): Reading {
  const count = new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(text ?? '')?.[1]
  return count === undefined ? unknown('this card has no error counters, or the driver does not tell') : known(Number(count))
}

async function number(read: ReadBelow, name: string): Promise<Reading> {
  const text = await read(name)
  return text !== null && /^-?\d+(\.\d+)?$/.test(text) ? known(Number(text)) : unknown(notTold)
}
