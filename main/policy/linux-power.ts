/** Battery and lid of a Linux laptop from its files; a person types `cat /sys/class/power_supply/BAT0/status`. */
import type { MachineSource } from '../system/machine-source.ts'
import { known, unknown, type Readings } from './readers.ts'

export interface PowerSupply {
  name: string
  type: string
  /** `Device`: it feeds a mouse or a headset, not this machine. */
  scope: string | null
  isOnline: boolean | null
  /** "Charging", "Discharging", "Full", "Not charging", "Unknown". */
  status: string | null
  /** 0..1 */
  charge: number | null
  /** µWh or µAh, for the share that each of several has in the whole. */
  full: number | null
}

const folder = '/sys/class/power_supply'

export async function readPowerSupplies(source: Pick<MachineSource, 'readFile' | 'listFolder'>): Promise<PowerSupply[]> {
  const names = await source.listFolder(folder)
  return Promise.all(
    names.map(async (name) => {
      const of = async (key: string): Promise<string | null> => (await source.readFile(`${folder}/${name}/${key}`))?.trim() || null
      const [type, scope, online, status, capacity, energy, charge] = await Promise.all(['type', 'scope', 'online', 'status', 'capacity', 'energy_full', 'charge_full'].map(of))
      const percent = numberIn(capacity)
      return { name, type: type ?? '', scope: scope ?? null, isOnline: online === '1' ? true : online === '0' ? false : null, status: status ?? null, charge: percent === null ? null : Math.min(1, Math.max(0, percent / 100)), full: numberIn(energy) ?? numberIn(charge) }
    }),
  )
}

/**
 * On battery: a battery of the machine itself is being emptied and no mains says that it is connected.
 * A UPS (type "UPS") and what a mouse holds are no batteries of this machine. `isWhole`: the list is this machine's own, so that an empty one means that it has no battery.
 */
export function powerOf(supplies: readonly PowerSupply[], at: number, isWhole = true): Pick<Readings, 'onBattery' | 'charge'> {
  const batteries = supplies.filter(({ type, scope }) => type === 'Battery' && scope !== 'Device')
  if (batteries.length === 0) {
    const why = isWhole ? 'This machine has no battery.' : 'The recording says nothing of a battery.'
    return { onBattery: isWhole ? known(false, why, at) : unknown(why, at), charge: unknown(why, at) }
  }
  const mains = supplies.filter(({ type, isOnline }) => (type === 'Mains' || type.startsWith('USB')) && isOnline !== null)
  const told = batteries.filter(({ charge }) => charge !== null)
  const weight = (battery: PowerSupply): number => (told.every(({ full }) => full !== null && full > 0) ? (battery.full as number) : 1)
  const whole = told.reduce((sum, battery) => sum + weight(battery), 0)
  const charge = whole > 0 ? told.reduce((sum, battery) => sum + weight(battery) * (battery.charge as number), 0) / whole : null
  const how = batteries.map(({ name, status }) => `${name}: ${(status ?? 'unknown').toLowerCase()}`).join(', ')
  return { onBattery: onBatteryOf(batteries, mains, how, at), charge: charge === null ? unknown('The battery does not say how full it is.', at) : known(charge, how, at) }
}

function onBatteryOf(batteries: readonly PowerSupply[], mains: readonly PowerSupply[], how: string, at: number): NonNullable<Readings['onBattery']> {
  // A charger too weak for the load leaves the battery discharging while it is plugged in: still not on battery.
  if (mains.some(({ isOnline }) => isOnline === true)) return known(false, `${how}; plugged in`, at)
  if (batteries.some(({ status }) => status === 'Discharging')) return known(true, how, at)
  if (batteries.some(({ status }) => status === 'Charging' || status === 'Full' || status === 'Not charging')) return known(false, how, at)
  if (mains.length > 0) return known(true, `${how}; not plugged in`, at)
  return unknown('The battery does not say whether it is being charged.', at)
}

/** `state:      open`; null: this machine's kernel knows of no lid. */
export async function readLidFile(source: Pick<MachineSource, 'readFile' | 'listFolder'>): Promise<boolean | null> {
  for (const name of await source.listFolder('/proc/acpi/button/lid')) {
    const state = /^state:\s*(open|closed)/m.exec((await source.readFile(`/proc/acpi/button/lid/${name}/state`)) ?? '')?.[1]
    if (state !== undefined) return state === 'closed'
  }
  return null
}

function numberIn(text: string | null | undefined): number | null {
  const value = text === null || text === undefined || text === '' ? Number.NaN : Number(text)
  return Number.isFinite(value) ? value : null
}
