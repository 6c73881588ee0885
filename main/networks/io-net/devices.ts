/** Which processors io.net takes, with multiplier and idle ceiling, and how a card is told among them. */
import type { GpuFacts } from '../../../shared/gpu-facts.ts'
import { readGpuName, readGpuNames, withoutCores, type GpuName } from '../../../shared/gpu-names.ts'
import type { Card } from '../network.ts'
import devicesFile from './devices.json' with { type: 'json' }

export interface Device {
  name: string
  supported: boolean
  /** `inferred`: it is merely absent from the published list. */
  stated: string
  /** Multiplier of block rewards, by which the stake is reckoned too; null: not published. */
  multiplier: number | null
  pool: string | null
  /** Most GPU use while idle, 0..1; null: not published. */
  idleGpuCeiling: number | null
}

const gib = 1024 ** 3
const devices: { device: Device; name: GpuName }[] = devicesFile.devices.map((device) => ({ device: device as Device, name: readGpuName(device.name) }))

/** null: the list does not name the card. */
export function deviceOf(card: Card): Device | null {
  return devices.find(({ name }) => isCalled(card, name))?.device ?? null
}

/** Whether a name of io.net's ("A100-SXM4-80GB", "GeForce RTX 4090"), as read, means this very card. */
export function isCalled(card: Card, name: GpuName): boolean {
  const own = card.facts === null ? readGpuNames(card.name) : namesOf(card.facts)
  return own.some((one) => withoutCores(one.core) === name.core && fitsMemory(card, name))
}

/** A row's names are read once: every estimate asks for them again. */
const known = new WeakMap<GpuFacts, GpuName[]>()
function namesOf(facts: GpuFacts): GpuName[] {
  const names = known.get(facts) ?? [facts.model, ...facts.aliases].map(readGpuName)
  known.set(facts, names)
  return names
}

function fitsMemory(card: Card, name: GpuName): boolean {
  const bytes = card.memoryBytes ?? card.facts?.memoryBytes ?? null
  return name.memoryGb === null || bytes === null || Math.abs(bytes / gib - name.memoryGb) / name.memoryGb <= 0.1
}
