/** What macOS knows of its graphics from second to second: the registry's IOAccelerator entries. A person types `ioreg -r -d 1 -w 0 -c IOAccelerator`. */
import type { GpuVendor } from '../../../shared/machine.ts'
import type { GpuSample } from '../../../shared/telemetry.ts'
import type { CommandResult, MachineSource } from '../../system/machine-source.ts'
import { firstKnown, known, mapReading, sampleOf, unknown, within, type Reading } from '../reading.ts'
import { vendorOf, type CardKey, type SampleSeen } from '../vendor.ts'
import { parsePlist, type PlistValue } from './plist.ts'

const timeoutMs = 5_000
const limitBytes = 8 * 1024 * 1024
const notTold = 'macOS does not tell'
const notOnApple = 'macOS tells it to the administrator only (`sudo powermetrics`)'

/** A recording may have been made with the words in another order. */
const calls = [
  ['-r', '-d', '1', '-w', '0', '-c', 'IOAccelerator', '-a'],
  ['-a', '-r', '-d', '1', '-w', '0', '-c', 'IOAccelerator'],
  ['-r', '-d', '1', '-c', 'IOAccelerator', '-a'],
  ['-r', '-d', '1', '-w', '0', '-c', 'IOAccelerator'],
  ['-r', '-c', 'IOAccelerator', '-d', '1'],
]

export interface Accelerator {
  /** "Apple M3 Max"; null: not told (Intel Macs). */
  model: string | null
  /** "AGXAcceleratorG15X", "AMDRadeonX6000_AMDNavi21GraphicsAccelerator". */
  ioClass: string | null
  /** null: its class does not say. */
  vendor: GpuVendor | null
  cores: number | null
  /** By macOS's own names: "Device Utilization %". */
  statistics: Readonly<Record<string, number>>
}

/** One entry for each graphics processor; empty: not macOS, or it does not answer. */
export async function readAccelerators(machine: MachineSource): Promise<Accelerator[]> {
  if (machine.platform !== 'darwin') return []
  const result = await runIoreg(machine)
  const found = result.kind === 'done' ? parseAccelerators(result.stdout) : []
  // Other parts of macOS' graphics call themselves accelerators too: they have neither maker nor readings.
  return found.filter(({ vendor, model, statistics }) => vendor !== null || model !== null || Object.keys(statistics).length > 0)
}

/** Every graphics processor of a Mac with its reading. */
export async function readApple(machine: MachineSource, at: number): Promise<{ accelerator: Accelerator; sample: GpuSample }[]> {
  const accelerators = await readAccelerators(machine)
  const memoryBytes = accelerators.length === 0 ? null : await memoryOf(machine)
  return accelerators.map((accelerator) => ({ accelerator, sample: sampleOfAccelerator(accelerator, at, memoryBytes) }))
}

/** macOS gives no address: whose a sample is, is plain where there is one card, or one of its maker. */
export async function sampleApple(machine: MachineSource, at: number, cards: readonly CardKey[] = []): Promise<SampleSeen[]> {
  const seen = await readApple(machine, at)
  const placed = cards.filter(({ pciDeviceId }) => pciDeviceId != null).flatMap((card): SampleSeen[] => {
    const sample = ofMaker(seen, vendorOf(card.pciDeviceId!, null), cards.map(({ pciDeviceId }) => (pciDeviceId ? vendorOf(pciDeviceId, null) : null)))?.sample
    return sample ? [{ ...card, sample }] : []
  })
  if (placed.length > 0) return placed
  const own = seen.filter(({ accelerator }) => accelerator.vendor === 'apple')
  return (own.length === 1 ? own : seen).map(({ sample }) => ({ uuid: null, pciAddress: null, sample }))
}

/** The reading of a maker's only card. `makers`: of all cards. */
export function ofMaker<Seen extends { accelerator: Accelerator }>(seen: readonly Seen[], maker: GpuVendor | null, makers: readonly (GpuVendor | null)[]): Seen | null {
  const mine = seen.filter(({ accelerator }) => accelerator.vendor === maker)
  if (maker !== null && mine.length === 1 && makers.filter((other) => other === maker).length === 1) return mine[0]!
  return makers.length === 1 && seen.length === 1 && (seen[0]!.accelerator.vendor === null || maker === null) ? seen[0]! : null
}

async function runIoreg(machine: MachineSource): Promise<CommandResult> {
  for (const args of machine.recorded === null ? calls.slice(0, 1) : calls) {
    const result = await machine.run('ioreg', args, { timeoutMs, maxBytes: limitBytes })
    if (result.kind !== 'not-found') return result
  }
  return { kind: 'not-found' }
}

const memories = new WeakMap<MachineSource, Promise<number | null>>()

/** The machine's memory does not change: it is asked for once. */
function memoryOf(machine: MachineSource): Promise<number | null> {
  const asked = memories.get(machine) ?? machine.facts().then(({ memoryBytes }) => memoryBytes)
  memories.set(machine, asked)
  return asked
}

export function parseAccelerators(text: string): Accelerator[] {
  const list = parsePlist(text)
  if (list === undefined) return acceleratorsInText(text)
  return (Array.isArray(list) ? list : [list]).filter(isDict).map((entry): Accelerator => {
    const cores = entry['gpu-core-count']
    return acceleratorOf(textOf(entry['model']), textOf(entry['IOClass']) ?? textOf(entry['IOObjectClass']), typeof cores === 'number' ? cores : 0, numbersOf(entry['PerformanceStatistics']))
  })
}

/** The form without `-a`: `"PerformanceStatistics" = {"Device Utilization %"=57,…}`. */
function acceleratorsInText(text: string): Accelerator[] {
  return text.split(/^\s*[|\s]*\+-o /m).slice(1).flatMap((block): Accelerator[] => {
    const statistics = /"PerformanceStatistics" = \{([^}]*)\}/.exec(block)?.[1]
    if (statistics === undefined) return []
    const value = (name: string): string | null => new RegExp(`"${name}" = <?"?([^">\\n]+)"?>?`).exec(block)?.[1]?.trim() ?? null
    const cores = Number(value('gpu-core-count') ?? 0)
    // The entry's first line names its class as well: "AGXAcceleratorG13X  <class AGXAcceleratorG13X, id 0x1000009a1, …".
    return [acceleratorOf(value('model'), value('IOClass') ?? /<class ([^,>\s]+)/.exec(block)?.[1] ?? null, cores, Object.fromEntries([...statistics.matchAll(/"([^"]+)"=(-?\d+)/g)].map((match) => [match[1]!, Number(match[2])])))]
  })
}

function acceleratorOf(model: string | null, ioClass: string | null, cores: number, statistics: Record<string, number>): Accelerator {
  return { model, ioClass, vendor: makerOf(model, ioClass, statistics), cores: cores > 0 ? cores : null, statistics }
}

/** By the class of its driver: "AGXAcceleratorG15X", "AppleParavirtAccelerator", "AMDRadeonX6000_…", "IntelAccelerator", "nvAccelerator". */
function makerOf(model: string | null, ioClass: string | null, statistics: Record<string, number>): GpuVendor | null {
  const byClass: [RegExp, GpuVendor][] = [[/^AGX|^AppleParavirt/, 'apple'], [/^(AMD|ATI)/, 'amd'], [/Intel/, 'intel'], [/^nv|GeForce/i, 'nvidia']]
  const found = byClass.find(([pattern]) => pattern.test(ioClass ?? ''))?.[1]
  if (found) return found
  if (model !== null) return vendorOf(null, model)
  return ioClass === null && 'In use system memory' in statistics && !('vramUsedBytes' in statistics) ? 'apple' : null
}

export function sampleOfAccelerator({ statistics, vendor }: Accelerator, at: number, machineMemoryBytes: number | null): GpuSample {
  const read = (...names: string[]): Reading => firstKnown(...names.map((name) => (statistics[name] === undefined ? unknown(notTold) : known(statistics[name]))))
  const isApple = vendor === 'apple'
  const percent = (...names: string[]): Reading => within(mapReading(read(...names), (value) => value / 100), 0, 1)
  const vramUsed = read('vramUsedBytes', 'inUseVidMemoryBytes')
  const vramFree = read('vramFreeBytes')
  const fanRpm = within(read('Fan Speed(RPM)'), 0, 100_000)
  const fan = percent('Fan Speed(%)')
  const hasFan = 'value' in fan || 'value' in fanRpm
  return sampleOf(at, {
    readings: {
      // Intel's driver adds up its engines: together they may pass a hundred.
      utilisation: mapReading(within(mapReading(read('Device Utilization %', 'GPU Activity(%)', 'Renderer Utilization %'), (value) => value / 100), 0, 4), (share) => Math.min(share, 1)),
      memoryUsedBytes: isApple ? within(read('In use system memory'), 0, Number.MAX_SAFE_INTEGER) : vendor === 'intel' ? firstKnown(read('inUseSysMemoryBytes'), vramUsed) : vramUsed,
      memoryTotalBytes: isApple ? (machineMemoryBytes === null ? unknown(notTold) : known(machineMemoryBytes)) : 'value' in vramUsed && 'value' in vramFree ? known(vramUsed.value + vramFree.value) : unknown(notTold),
      // 0 stands for a sensor that is asleep.
      temperatureC: isApple ? unknown(notOnApple) : within(read('Temperature(C)'), 1, 200),
      powerW: isApple ? unknown(notOnApple) : within(read('Total Power(W)'), 0, 20_000),
      coreClockMhz: isApple ? unknown(notOnApple) : within(read('Core Clock(MHz)'), 0, 20_000),
      memoryClockMhz: isApple ? unknown(notOnApple) : within(read('Memory Clock(MHz)'), 0, 20_000),
      fan,
      fanRpm,
      pcieGeneration: unknown(isApple ? 'it is part of the chip' : notTold),
      pcieLanes: unknown(isApple ? 'it is part of the chip' : notTold),
    },
    throttle: unknown(notTold),
    processes: unknown('macOS does not tell which programs use the graphics'),
    fans: hasFan ? known([{ share: 'value' in fan ? fan.value : null, rpm: 'value' in fanRpm ? fanRpm.value : null }]) : unknown(notTold),
    otherwise: notTold,
  })
}

function isDict(value: PlistValue): value is { [key: string]: PlistValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
function textOf(value: PlistValue | undefined): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null
}
function numbersOf(value: PlistValue | undefined): Record<string, number> {
  if (value === undefined || !isDict(value)) return {}
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === 'number'))
}
