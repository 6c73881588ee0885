/** One reading of one card through NVML. */
import type { GpuFan, GpuIncident, GpuProcess, GpuSample } from '../../../shared/telemetry.ts'
import { firstKnown, known, mapReading, sampleOf, unknown, valueOf, within, type Reading } from '../reading.ts'
import type { NvmlProcess, NvmlValues } from './nvml.ts'
import type { NvmlQuestions } from './nvml-asking.ts'
import { between, mostMemoryBytes } from './nvml-card.ts'
import { driverModelName, isIntegratedName, mostThrottleBits, nvmlCodes, nvmlReason, throttleNames } from './nvml-words.ts'
import { programName } from './smi-details.ts'

/** How old an answer may be that seldom changes, or that is costly to ask for. */
const seldomMs = 4_500
const rarelyMs = 60_000
/** Nothing else is asked of a card that answers so. */
const hopeless: ReadonlySet<number> = new Set([nvmlCodes.gpuIsLost, nvmlCodes.resetRequired, nvmlCodes.uninitialized, nvmlCodes.driverNotLoaded, nvmlCodes.libraryMismatch])

export interface SampleOptions {
  /** On Windows, where the driver does not know a process's memory unless the card runs under TCC. */
  wddm: boolean
  nameOf(pid: number): string | null
  incidents: GpuIncident[]
}

export function sampleFrom(questions: NvmlQuestions, at: number, options: SampleOptions): GpuSample {
  const memory = questions.ask('memory', at)
  const refused = questions.refusal('memory')
  if (refused !== null && hopeless.has(refused)) return sampleOf(at, { readings: {}, incidents: options.incidents, otherwise: nvmlReason(refused) })

  const ask = <Key extends keyof NvmlValues>(key: Key, keepMs = 0): Reading<NvmlValues[Key]> => questions.ask(key, at, keepMs)
  const percent = (reading: Reading): Reading => within(mapReading(reading, (value) => value / 100), 0, 1)
  const milliwatts = (reading: Reading): Reading => within(mapReading(reading, (value) => value / 1000), 0, 20_000)
  const cutUp = valueOf(ask('migEnabled', rarelyMs)) === true
  const load = cutUp ? whileCutUp(ask('utilization'), questions.refusal('utilization')) : ask('utilization')
  const held = refused === nvmlCodes.notSupported && isIntegratedName(valueOf(ask('name', rarelyMs)) ?? '') ? unknown(noMemoryOfItsOwn) : memory
  const total = within(mapReading(held, (value) => value.total), 1, mostMemoryBytes)
  const fans = fansFrom(ask('fans'), ask('fansRpm'))
  const smClock = ask('smClockMhz')
  return sampleOf(at, {
    readings: {
      utilisation: percent(mapReading(load, (value) => value.gpu)),
      memoryUtilisation: percent(mapReading(load, (value) => value.memory)),
      encoder: percent(ask('encoder')),
      decoder: percent(ask('decoder')),
      memoryUsedBytes: within(mapReading(held, (value) => value.used), 0, valueOf(total) ?? mostMemoryBytes),
      memoryTotalBytes: total,
      temperatureC: within(ask('temperatureC'), -40, 200),
      hotspotC: hotspotFrom(ask('hotspotTemperatureC')),
      memoryC: within(ask('memoryTemperatureC'), -40, 200),
      powerW: milliwatts(ask('powerUsageMw')),
      powerLimitW: within(milliwatts(ask('enforcedPowerLimitMw', seldomMs)), 0.5, 20_000),
      energyJ: within(mapReading(ask('energyMj'), (value) => value / 1000), 0, 1e13),
      coreClockMhz: within(firstKnown(ask('graphicsClockMhz'), smClock), 0, 20_000),
      smClockMhz: within(smClock, 0, 20_000),
      memoryClockMhz: within(ask('memoryClockMhz'), 0, 50_000),
      videoClockMhz: within(ask('videoClockMhz'), 0, 20_000),
      fan: fastest(fans, 'share'),
      fanRpm: fastest(fans, 'rpm'),
      eccCorrected: within(ask('eccCorrected', seldomMs), 0, 1e15),
      eccUncorrected: within(ask('eccUncorrected', seldomMs), 0, 1e15),
      pcieGeneration: within(ask('pcieGeneration'), 1, 16),
      pcieLanes: within(ask('pcieLanes'), 1, 64),
      pcieReplays: within(ask('pcieReplays', seldomMs), 0, 0xffff_fffe),
    },
    performanceState: performanceState(valueOf(ask('performanceState'))),
    throttle: mapReading(throttleFrom(ask('throttleReasons')), throttleNames),
    processes: processesFrom(ask, options),
    fans: 'why' in fans.share && 'why' in fans.rpm ? fans.share : known(fans.list),
    incidents: options.incidents,
    otherwise: 'NVML does not tell',
  })
}

function whileCutUp<T>(reading: Reading<T>, refused: number | null): Reading<T> {
  return 'why' in reading && refused === nvmlCodes.notSupported ? unknown('the driver does not tell it while the card is cut into MIG instances') : reading
}

/** Of chips that are processor and graphics in one, and of which the driver therefore counts no memory. */
export const noMemoryOfItsOwn = 'the card has no memory of its own: it uses the machine’s'

function hotspotFrom(reading: Reading): Reading {
  return 'why' in reading ? unknown('this driver does not tell the hotspot (NVIDIA’s library does since version 615)') : within(reading, -40, 200)
}

/** More bits than the header has reasons are no answer. */
function throttleFrom(reading: Reading): Reading {
  return 'value' in reading && reading.value === 0xffff_ffff ? unknown(`the driver gave ${reading.value}, which cannot be`) : within(reading, 0, mostThrottleBits)
}

function performanceState(state: number | null): string | null {
  return between(state, 0, 15) === null ? null : `P${state}`
}

interface Fans {
  list: GpuFan[]
  share: Reading<(number | null)[]>
  rpm: Reading<(number | null)[]>
}

/** Fans may be driven beyond what their maker calls full speed. */
function fansFrom(percents: Reading<number[]>, turns: Reading<number[]>): Fans {
  const share = mapReading(percents, (speeds) => speeds.map((speed) => between(speed / 100, 0, 2)))
  const rpm = mapReading(turns, (speeds) => speeds.map((speed) => between(speed, 0, 100_000)))
  const shares = valueOf(share) ?? []
  const rpms = valueOf(rpm) ?? []
  return { share, rpm, list: Array.from({ length: Math.max(shares.length, rpms.length) }, (_, fan) => ({ share: shares[fan] ?? null, rpm: rpms[fan] ?? null })) }
}

function fastest(fans: Fans, what: 'share' | 'rpm'): Reading {
  const reading = fans[what]
  if (!('value' in reading)) return reading
  const known = reading.value.filter((value) => value !== null)
  return known.length === 0 ? unknown(reading.value.length === 0 ? 'this card has no fan of its own' : 'the driver gave a speed that cannot be') : { value: Math.max(...known) }
}

type AskIt = <Key extends keyof NvmlValues>(key: Key, keepMs?: number) => Reading<NvmlValues[Key]>

function processesFrom(ask: AskIt, options: SampleOptions): Reading<GpuProcess[]> {
  const compute = ask('computeProcesses')
  const graphics = ask('graphicsProcesses')
  if (!('value' in compute) && !('value' in graphics)) return compute
  const listed = valueOf(compute) ?? []
  const byWayOfMps = (valueOf(ask('mpsProcesses', seldomMs)) ?? []).filter(({ pid }) => !listed.some((process) => process.pid === pid))
  const computing = byPid([...listed, ...byWayOfMps])
  const drawing = byPid(valueOf(graphics) ?? [])
  const pids = [...new Set([...computing.keys(), ...drawing.keys()])]
  if (pids.length === 0) return known([])
  const withoutMemory = options.wddm && driverModelName(valueOf(ask('driverModel', rarelyMs))) !== 'TCC'
  const shares = valueOf(ask('processUtilization', seldomMs))
  return known(
    pids.map((pid): GpuProcess => {
      // One that computes and draws stands in both lists with the same memory.
      const process = computing.get(pid) ?? drawing.get(pid)!
      const used = shares?.find((share) => share.pid === pid)?.percent ?? 0
      return {
        pid,
        name: programName(process.name ?? options.nameOf(pid)),
        memoryBytes: withoutMemory ? null : between(process.memoryBytes, 0, mostMemoryBytes),
        ours: null,
        kind: computing.has(pid) ? (drawing.has(pid) ? 'both' : 'compute') : 'graphics',
        utilisation: shares === null ? null : between(used / 100, 0, 1),
      }
    }),
  )
}

/** On a card that is cut up a process stands in the list once for each MIG instance it uses. */
function byPid(processes: readonly NvmlProcess[]): Map<number, NvmlProcess> {
  const found = new Map<number, NvmlProcess>()
  for (const process of processes) {
    const before = found.get(process.pid)
    if (!before) found.set(process.pid, { ...process })
    else if (process.memoryBytes !== null) before.memoryBytes = (before.memoryBytes ?? 0) + process.memoryBytes
  }
  return found
}
