/** The live figures of a card as words: what is known, and what is not with its reason. Pure. */
import type { Gpu } from '../../../shared/machine.ts'
import type { GpuReadings, GpuSample } from '../../../shared/telemetry.ts'
import { whyUnknown } from '../../components/why-unknown.ts'
import { slowingReasons } from '../../state/alerts.ts'
import { formatBytes, formatNumber, formatShare, formatTemperature, formatWatts, gap } from '../../format/numbers.ts'

export interface Figure {
  label: string
  /** null: unknown, and `why` says why. */
  value: string | null
  why: string
  /** A remark below the value. */
  more: string
  /** 0..1, where a bar helps; null: no bar. */
  level: number | null
}

export interface Figures {
  shown: Figure[]
  /** Several figures that are unknown for one reason are said in one line. */
  unknown: { labels: string[]; why: string }[]
}

/** From this many on, figures unknown for the same reason are drawn together. */
const together = 3

export function figuresOf(gpu: Gpu, sample: GpuSample | null, temperatureUnit: 'C' | 'F'): Figures {
  const all = allFigures(gpu, sample, temperatureUnit)
  const byReason = new Map<string, Figure[]>()
  for (const figure of all) if (figure.value === null) byReason.set(figure.why, [...(byReason.get(figure.why) ?? []), figure])
  const grouped = [...byReason].filter(([, figures]) => figures.length >= together)
  return {
    shown: all.filter((figure) => !grouped.some(([, figures]) => figures.includes(figure))),
    unknown: grouped.map(([why, figures]) => ({ labels: figures.map((figure) => figure.label), why })),
  }
}

function allFigures(gpu: Gpu, sample: GpuSample | null, temperatureUnit: 'C' | 'F'): Figure[] {
  const degrees = (value: number) => formatTemperature(value, temperatureUnit)
  const total = sample?.memoryTotalBytes ?? gpu.memoryBytes
  const limit = sample?.powerLimitW ?? gpu.powerLimitW
  const read = (field: keyof GpuReadings) => sample?.[field] ?? null
  const share = (part: number | null, whole: number | null) => (part === null || !whole ? null : part / whole)

  function figure(label: string, field: keyof GpuReadings, format: (value: number) => string, more = '', level: number | null = null): Figure {
    const value = read(field)
    return { label, value: value === null ? null : format(value), why: whyUnknown(sample, field), more, level }
  }
  /** "hot spot 71 °C", or nothing where it is not known. */
  function also(words: string, field: keyof GpuReadings, format: (value: number) => string): string | null {
    const value = read(field)
    return value === null ? null : `${words} ${format(value)}`
  }
  const list = (...parts: (string | null)[]) => parts.filter((part) => part !== null).join(', ')

  return [
    figure('Temperature', 'temperatureC', degrees, list(also('hot spot', 'hotspotC', degrees), also('memory', 'memoryC', degrees))),
    figure('Power', 'powerW', formatWatts, limit === null ? '' : `limit ${formatWatts(limit)}`, share(read('powerW'), limit)),
    figure('In use', 'utilisation', formatShare, list(also('encoder', 'encoder', formatShare), also('decoder', 'decoder', formatShare)), read('utilisation')),
    figure('Memory used', 'memoryUsedBytes', formatBytes, total === null ? '' : `of ${formatBytes(total)}`, share(read('memoryUsedBytes'), total)),
    figure('Core clock', 'coreClockMhz', megahertz, list(sample?.performanceState ? `state ${sample.performanceState}` : null, read('smClockMhz') === read('coreClockMhz') ? null : also('SM', 'smClockMhz', megahertz), also('video', 'videoClockMhz', megahertz), gpu.coreClockMaxMhz === null ? null : `up to ${megahertz(gpu.coreClockMaxMhz)}`)),
    figure('Memory clock', 'memoryClockMhz', megahertz, gpu.memoryClockMaxMhz === null ? '' : `up to ${megahertz(gpu.memoryClockMaxMhz)}`),
    fanFigure(gpu, sample),
    figure('PCIe link', 'pcieGeneration', (value) => `gen ${value}${read('pcieLanes') === null ? '' : ` ×${read('pcieLanes')}`}`, list(gpu.pcieGenerationMax === null ? null : `up to gen ${gpu.pcieGenerationMax}${gpu.pcieLanesMax === null ? '' : ` ×${gpu.pcieLanesMax}`}`, (read('pcieReplays') ?? 0) > 0 ? `${formatNumber(read('pcieReplays') ?? 0, 0)} packets sent again` : null)),
    throttleFigure(sample),
    eccFigure(sample),
  ]
}

/** Cards for servers have none of their own: nothing about them is unknown. */
export function hasNoFan(gpu: Pick<Gpu, 'fanCount'>, sample: GpuSample | null): boolean {
  return gpu.fanCount === 0 && sample?.fan == null && sample?.fanRpm == null
}

/** The fastest fan, with every fan below it where there are several. */
function fanFigure(gpu: Gpu, sample: GpuSample | null): Figure {
  if (hasNoFan(gpu, sample)) return { label: 'Fan', value: 'none', why: '', more: 'it has none of its own', level: null }
  const fans = sample?.fans ?? []
  const one = (share: number | null, rpm: number | null) => [share === null ? null : formatShare(share), rpm === null ? null : `${formatNumber(rpm, 0)}${gap}rpm`].filter((part) => part !== null).join(', ')
  const value = sample ? one(sample.fan, sample.fan === null ? sample.fanRpm : null) : ''
  const more = fans.length > 1 ? fans.map((fan, i) => `fan ${i + 1}: ${one(fan.share, fan.rpm) || 'unknown'}`).join('; ') : sample?.fan != null && sample.fanRpm !== null ? `${formatNumber(sample.fanRpm, 0)}${gap}rpm` : ''
  return { label: 'Fan', value: value === '' ? null : value, why: whyUnknown(sample, 'fan'), more, level: sample?.fan ?? null }
}

/** An idle card is not slowed down, though drivers list it among the reasons. */
function throttleFigure(sample: GpuSample | null): Figure {
  const reasons = sample?.throttle ?? null
  const others = slowingReasons(reasons)
  const words = others.length > 0 ? others.join(', ') : 'nothing'
  return { label: 'Slowed down by', value: reasons === null ? null : words, why: whyUnknown(sample, 'throttle'), more: others.length === 0 && reasons && reasons.length > 0 ? 'it is idle' : '', level: null }
}

function eccFigure(sample: GpuSample | null): Figure {
  const uncorrected = sample?.eccUncorrected ?? null
  const corrected = sample?.eccCorrected ?? null
  const known = uncorrected ?? corrected
  const more = uncorrected === null ? 'corrected; uncorrected not known' : corrected === null ? 'uncorrected' : `uncorrected; ${formatNumber(corrected, 0)} corrected`
  return { label: 'ECC errors', value: known === null ? null : formatNumber(known, 0), why: whyUnknown(sample, 'eccUncorrected'), more: known === null ? '' : more, level: null }
}

function megahertz(value: number): string {
  return `${formatNumber(value, 0)}${gap}MHz`
}
