/** Which charts a card has, with their lines, units and limits: only what was ever known is drawn. Pure. */
import type { HistoryPoint, MetricId } from '../../../../shared/history.ts'
import type { Gpu } from '../../../../shared/machine.ts'
import { formatBytes, formatNumber, formatTemperature, formatWatts, gap } from '../../../format/numbers.ts'
import { isKnown } from './points.ts'

export interface ChartLine {
  metric: MetricId
  label: string
  /** CSS custom property. */
  colour: string
}

export interface ChartSpec {
  id: string
  title: string
  unit: string
  /** The reading that the title alone names; every other line needs a name of its own. null: all do. */
  main: MetricId | null
  /** The first is drawn with its band from least to greatest. */
  lines: ChartLine[]
  /** From the contract's unit to the axis's. */
  scale(value: number): number
  /** A reading in words, from the contract's unit. */
  say(value: number): string
  /** Ends of the axis in its own unit; null: follows the data. Readings beyond `to` widen it. */
  from: number | null
  to: number | null
  /** A line across, in the axis's unit. */
  limit: { value: number; label: string } | null
}

const gib = 1024 ** 3
const same = (value: number) => value
const percent = (value: number) => value * 100
/** Whole per cents: a chart has no room for more, and noise none to tell. */
const percentWords = (value: number) => `${formatNumber(value * 100, 0)}${gap}%`
const megahertz = (value: number) => `${formatNumber(value, 0)}${gap}MHz`

export function chartsOf(gpu: Gpu, points: readonly HistoryPoint[], temperatureUnit: 'C' | 'F', powerLimitW: number | null = gpu.powerLimitW): ChartSpec[] {
  const degrees = (celsius: number) => (temperatureUnit === 'F' ? (celsius * 9) / 5 + 32 : celsius)
  const slowdownC = gpu.temperatureLimits?.slowdownC ?? null
  const line = (metric: MetricId, label: string, colour: string): ChartLine => ({ metric, label, colour })
  /** Encoder and decoder are idle on most cards; a line along zero tells nothing. */
  const ifUsed = (one: ChartLine) => (points.some((point) => (point.max[one.metric] ?? 0) > 0) ? [one] : [])
  const specs: Omit<ChartSpec, 'main'>[] = [
    {
      id: 'use', title: 'In use', unit: '%', scale: percent, say: percentWords, from: 0, to: 100, limit: null,
      lines: [line('utilisation', 'the card', '--series-use'), ...ifUsed(line('encoder', 'encoder', '--series-second')), ...ifUsed(line('decoder', 'decoder', '--series-third'))],
    },
    {
      id: 'temperature', title: 'Temperature', unit: `°${temperatureUnit}`, scale: degrees, say: (value) => formatTemperature(value, temperatureUnit), from: null, to: null,
      limit: slowdownC === null ? null : { value: degrees(slowdownC), label: `slows down at ${formatTemperature(slowdownC, temperatureUnit)}` },
      lines: [line('temperatureC', 'core', '--series-temperature'), line('hotspotC', 'hot spot', '--series-second'), line('memoryC', 'memory', '--series-third')],
    },
    {
      id: 'power', title: 'Power', unit: 'W', scale: same, say: formatWatts, from: 0, to: null,
      limit: powerLimitW === null ? null : { value: powerLimitW, label: `limit ${formatWatts(powerLimitW)}` },
      lines: [line('powerW', 'board', '--series-power')],
    },
    {
      id: 'memory', title: 'Memory used', unit: 'GiB', scale: (bytes) => bytes / gib, say: formatBytes, from: 0, to: gpu.memoryBytes === null ? null : gpu.memoryBytes / gib, limit: null,
      lines: [line('memoryUsedBytes', 'used', '--series-memory')],
    },
    { id: 'core-clock', title: 'Core clock', unit: 'MHz', scale: same, say: megahertz, from: 0, to: gpu.coreClockMaxMhz, limit: null, lines: [line('coreClockMhz', 'core', '--series-clock')] },
    { id: 'memory-clock', title: 'Memory clock', unit: 'MHz', scale: same, say: megahertz, from: 0, to: gpu.memoryClockMaxMhz, limit: null, lines: [line('memoryClockMhz', 'memory', '--series-clock')] },
    { id: 'fan', title: 'Fan', unit: '%', scale: percent, say: percentWords, from: 0, to: 100, limit: null, lines: [line('fan', 'fastest fan', '--series-fan')] },
    // Of fans that tell their share as well, the turns say the same again.
    { id: 'fan-turns', title: 'Fan', unit: 'rpm', scale: same, say: (value) => `${formatNumber(value, 0)}${gap}rpm`, from: 0, to: null, limit: null, lines: isKnown(points, 'fan') ? [] : [line('fanRpm', 'fastest fan', '--series-fan')] },
    { id: 'memory-use', title: 'Memory traffic', unit: '%', scale: percent, say: percentWords, from: 0, to: 100, limit: null, lines: [line('memoryUtilisation', 'of the time', '--series-memory')] },
    {
      id: 'pcie', title: 'PCIe link', unit: 'lanes, generation', scale: same, say: (value) => formatNumber(value, Number.isInteger(value) ? 0 : 1), from: 0, to: gpu.pcieLanesMax, limit: null,
      lines: [line('pcieLanes', 'lanes', '--series-temperature'), line('pcieGeneration', 'generation', '--series-second')],
    },
    {
      id: 'errors', title: 'Errors counted', unit: 'since the driver was loaded', scale: same, say: (value) => formatNumber(value, 0), from: 0, to: null, limit: null,
      lines: [...ifUsed(line('eccCorrected', 'ECC corrected', '--series-third')), ...ifUsed(line('eccUncorrected', 'ECC uncorrected', '--series-temperature')), ...ifUsed(line('pcieReplays', 'PCIe sent again', '--series-second'))],
    },
  ]
  return specs.map((spec) => ({ ...spec, main: spec.id === 'pcie' || spec.id === 'errors' ? null : (spec.lines[0]?.metric ?? null), lines: spec.lines.filter((one) => isKnown(points, one.metric)) })).filter((spec) => spec.lines.length > 0)
}

/** Whether a chart's lines need their names: a lone encoder is not the card's load. */
export function isNamed(spec: Pick<ChartSpec, 'lines' | 'main'>): boolean {
  return spec.lines.length !== 1 || spec.lines[0]?.metric !== spec.main
}

/** The ends of a chart's value axis: those it is given, widened by what was read. */
export function valueRange(spec: Pick<ChartSpec, 'from' | 'to' | 'limit'>, least: number | null, greatest: number | null): [number, number] {
  const low = least ?? spec.from ?? 0
  const high = greatest ?? spec.to ?? low + 1
  const from = spec.from === null ? Math.floor((low - 3) / 10) * 10 : Math.min(spec.from, low)
  // A limit is drawn where readings come near it; one far above would press them flat.
  const near = spec.limit !== null && high > spec.limit.value * 0.6 ? spec.limit.value * 1.04 : 0
  const to = Math.max(spec.to ?? 0, near, spec.to === null ? high + (high - from) * 0.12 : high)
  return to > from ? [from, to] : [from, from + 1]
}
