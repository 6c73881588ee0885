/** A card's hwmon folder: temperatures, fans and numbers as Linux drivers give them. A person types `sensors`. */
import type { GpuFan } from '../../shared/telemetry.ts'
import type { MachineSource } from '../system/machine-source.ts'
import { readerBelow, type ReadBelow } from './linux-files.ts'
import { known, unknown, within, type Reading } from './reading.ts'

/** Cards have one to four; a driver never numbers them higher than this. */
const mostSensors = 8

/** Reads below the card's hwmon folder, whose number changes from boot to boot; null: it has none. */
export async function findSensors(machine: MachineSource, folder: string, driver: string): Promise<{ read: ReadBelow; names: ReadonlySet<string> } | null> {
  const folders = (await machine.listFolder(`${folder}/hwmon`)).filter((name) => /^hwmon\d+$/.test(name))
  let best: string | null = null
  for (const name of folders) {
    // One for the card and one for each of its tiles: the card's bears the driver's name.
    const isCard = (await machine.readFile(`${folder}/hwmon/${name}/name`))?.trim() === driver
    if (isCard) best = name
    if (isCard) break
    best ??= name
  }
  if (best === null) return null
  const path = `${folder}/hwmon/${best}`
  return { read: readerBelow(machine, path), names: new Set(await machine.listFolder(path)) }
}

/** No fan turns faster; drivers give 65535 where they cannot tell. */
export const mostRpm = 30_000

/** Millionths of a watt; null: none, or the 32 ones by which drivers say that they cannot tell. */
export function microwattsIn(value: number | null): number | null {
  return value === null || value < 0 || value >= 2 ** 32 - 1 ? null : value
}

/** A number in a small file; null: absent or no number. */
export async function numberIn(read: ReadBelow, name: string): Promise<number | null> {
  return numberOf(await read(name))
}
export function numberOf(text: string | null): number | null {
  return text !== null && /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : null
}

export interface TemperatureSensor {
  /** File names begin with it: "temp2". */
  prefix: string
  /** "edge", "junction", "mem", "pkg", "vram"; null: the driver has no word for it. */
  label: string | null
}

export async function temperatureSensors(read: ReadBelow, names: ReadonlySet<string>): Promise<TemperatureSensor[]> {
  const found: TemperatureSensor[] = []
  for (let index = 1; index <= mostSensors; index++) {
    const prefix = `temp${index}`
    if (names.has(`${prefix}_input`)) found.push({ prefix, label: (await read(`${prefix}_label`))?.toLowerCase() ?? null })
  }
  return found
}

/** hwmon gives thousandths of a degree. */
export async function degreesAt(read: ReadBelow, name: string, why: string): Promise<Reading> {
  const value = await numberIn(read, name)
  return value === null ? unknown(why) : within(known(value / 1000), -40, 200)
}

/** A limit is only one where a chip can get there. */
export async function limitAt(read: ReadBelow, name: string): Promise<number | null> {
  const value = await numberIn(read, name)
  return value === null || value < 30_000 || value > 200_000 ? null : value / 1000
}

export interface FanSensor {
  index: number
  /** Turns a minute at most; null: not told. */
  maxRpm: number | null
  hasRpm: boolean
  hasDuty: boolean
}

export async function fanSensors(read: ReadBelow, names: ReadonlySet<string>): Promise<FanSensor[]> {
  const found: FanSensor[] = []
  for (let index = 1; index <= mostSensors; index++) {
    const hasRpm = names.has(`fan${index}_input`)
    const hasDuty = names.has(`pwm${index}`)
    if (hasRpm || hasDuty) found.push({ index, hasRpm, hasDuty, maxRpm: hasRpm ? await numberIn(read, `fan${index}_max`) : null })
  }
  return found
}

/** The share of the fastest speed; where that is not told, of the motor's full duty (255). */
export async function readFans(read: ReadBelow, sensors: readonly FanSensor[]): Promise<GpuFan[]> {
  return Promise.all(
    sensors.map(async ({ index, hasRpm, hasDuty, maxRpm }): Promise<GpuFan> => {
      const turns = hasRpm ? await numberIn(read, `fan${index}_input`) : null
      const rpm = turns !== null && turns >= 0 && turns <= mostRpm ? turns : null
      if (rpm !== null && maxRpm !== null && maxRpm > 0) return { rpm, share: Math.min(rpm / maxRpm, 2) }
      const duty = hasDuty ? await numberIn(read, `pwm${index}`) : null
      return { rpm, share: duty === null || duty < 0 ? null : Math.min(duty / 255, 1) }
    }),
  )
}

/** What a sample says of fans: the fastest one, and each. */
export function fanReadings(fans: readonly GpuFan[], why: string): { fan: Reading; fanRpm: Reading; fans: Reading<GpuFan[]> } {
  const shares = fans.flatMap(({ share }) => share ?? [])
  const turns = fans.flatMap(({ rpm }) => rpm ?? [])
  return {
    fan: shares.length > 0 ? known(Math.max(...shares)) : unknown(why),
    fanRpm: turns.length > 0 ? known(Math.max(...turns)) : unknown(why),
    fans: fans.some(({ share, rpm }) => share !== null || rpm !== null) ? known([...fans]) : unknown(why),
  }
}
