/** What macOS knows of its graphics from second to second: the registry's IOAccelerator entries. A person types `ioreg -r -d 1 -w 0 -c IOAccelerator`. */
import type { GpuSample } from '../../../shared/telemetry.ts'
import type { CommandResult, MachineSource } from '../../system/machine-source.ts'
import { firstKnown, known, mapReading, sampleOf, unknown, within, type Reading } from '../reading.ts'
import type { SampleSeen } from '../vendor.ts'
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
  cores: number | null
  /** By macOS's own names: "Device Utilization %". */
  statistics: Readonly<Record<string, number>>
}

/** One entry for each graphics processor; empty: not macOS, or it does not answer. */
export async function readAccelerators(machine: MachineSource): Promise<Accelerator[]> {
  if (machine.platform !== 'darwin') return []
  const result = await runIoreg(machine)
  return result.kind === 'done' ? parseAccelerators(result.stdout) : []
}

/** Every graphics processor of a Mac with its reading. */
export async function readApple(machine: MachineSource, at: number): Promise<{ accelerator: Accelerator; sample: GpuSample }[]> {
  const accelerators = await readAccelerators(machine)
  const memoryBytes = accelerators.length === 0 ? null : await memoryOf(machine)
  return accelerators.map((accelerator) => ({ accelerator, sample: sampleOfAccelerator(accelerator, at, memoryBytes) }))
}

/** Which card a sample belongs to is plain where there is one: macOS gives no address. */
export async function sampleApple(machine: MachineSource, at: number): Promise<SampleSeen[]> {
  return (await readApple(machine, at)).map(({ sample }) => ({ uuid: null, pciAddress: null, sample }))
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
    return {
      model: textOf(entry['model']),
      ioClass: textOf(entry['IOClass']),
      cores: typeof cores === 'number' && cores > 0 ? cores : null,
      statistics: numbersOf(entry['PerformanceStatistics']),
    }
  })
}

/** The form without `-a`: `"PerformanceStatistics" = {"Device Utilization %"=57,…}`. */
function acceleratorsInText(text: string): Accelerator[] {
  return text.split(/^\s*[|\s]*\+-o /m).slice(1).flatMap((block): Accelerator[] => {
    const statistics = /"PerformanceStatistics" = \{([^}]*)\}/.exec(block)?.[1]
    if (statistics === undefined) return []
    const value = (name: string): string | null => new RegExp(`"${name}" = <?"?([^">\\n]+)"?>?`).exec(block)?.[1]?.trim() ?? null
    const cores = Number(value('gpu-core-count') ?? 0)
    return [{ model: value('model'), ioClass: value('IOClass'), cores: cores > 0 ? cores : null, statistics: Object.fromEntries([...statistics.matchAll(/"([^"]+)"=(-?\d+)/g)].map((match) => [match[1]!, Number(match[2])])) }]
  })
}

export function sampleOfAccelerator({ statistics, ioClass }: Accelerator, at: number, machineMemoryBytes: number | null): GpuSample {
  const read = (...names: string[]): Reading => firstKnown(...names.map((name) => (statistics[name] === undefined ? unknown(notTold) : known(statistics[name]))))
  const isApple = ioClass === null ? 'In use system memory' in statistics && !('vramUsedBytes' in statistics) : /^AGX/.test(ioClass)
  const percent = (...names: string[]): Reading => within(mapReading(read(...names), (value) => value / 100), 0, 1)
  const vramUsed = read('vramUsedBytes', 'inUseVidMemoryBytes')
  const vramFree = read('vramFreeBytes')
  const fanRpm = within(read('Fan Speed(RPM)'), 0, 100_000)
  const fan = percent('Fan Speed(%)')
  const hasFan = 'value' in fan || 'value' in fanRpm
  return sampleOf(at, {
    readings: {
      utilisation: percent('Device Utilization %', 'GPU Activity(%)', 'Renderer Utilization %'),
      memoryUsedBytes: isApple ? within(read('In use system memory'), 0, Number.MAX_SAFE_INTEGER) : vramUsed,
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
