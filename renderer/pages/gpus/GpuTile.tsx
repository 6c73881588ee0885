/** One card, small: how it is, and five figures in line with those of the others; leads to the card in full. */
import type { Gpu } from '../../../shared/machine.ts'
import type { GpuReadings, GpuSample } from '../../../shared/telemetry.ts'
import { HealthMark } from '../../components/HealthMark.tsx'
import { Icon } from '../../components/Icon.tsx'
import { Moment } from '../../components/Moment.tsx'
import { Level, Reading } from '../../components/Reading.tsx'
import { asSentence } from '../../components/why-unknown.ts'
import { formatBytes, formatNumber, formatShare, formatTemperature, formatWatts, gap } from '../../format/numbers.ts'
import { cardHealth, slowingReasons } from '../../state/alerts.ts'
import { gpuTitle, shortAddress } from '../../state/gpu-slots.ts'
import { writeRoute } from '../../state/route.ts'
import { usePart } from '../../state/window-context.ts'
import { hasNoFan } from './figures.ts'

export function tileLinkId(gpuId: string): string {
  return `card-${gpuId}`
}

export function GpuTile({ gpu, all }: { gpu: Gpu; all: readonly Gpu[] }) {
  const { samples } = usePart('telemetry')
  const { open } = usePart('health')
  const { values } = usePart('settings')
  const isLost = gpu.lostSince !== null
  const sample = isLost ? null : (samples[gpu.id] ?? gpu.sample)
  const total = sample?.memoryTotalBytes ?? gpu.memoryBytes
  // Where the name is too long for a tile, its number still tells it from its neighbours.
  const number = gpuTitle(gpu, all).slice(gpu.name.length).trim()
  const slowed = slowingReasons(sample?.throttle)
  return (
    <li className={isLost ? 'tile tile-lost' : 'tile'}>
      <h2 className="tile-name">
        <a id={tileLinkId(gpu.id)} href={writeRoute('gpus', gpu.id)} title={gpuTitle(gpu, all)}>
          <span className="tile-model">{shortName(gpu.name)}</span>
          {number ? <span> {number}</span> : null}
        </a>
      </h2>
      <p className="tile-sub">
        <span>{[shortAddress(gpu.pciAddress), total === null ? null : formatBytes(total).replace('.0', ''), gpu.isIntegrated ? 'built in' : null, gpu.mig?.enabled ? 'MIG' : null].filter(Boolean).join(' · ')}</span>
        <HealthMark health={cardHealth(gpu, sample, open)} />
      </p>
      {gpu.lostSince !== null ? (
        <p className="tile-lost-since">
          Lost since <Moment at={gpu.lostSince} />. What was recorded of it is kept.
        </p>
      ) : sample?.unknown.all ? (
        <p className="tile-lost-since">
          <strong>No readings.</strong> {asSentence(sample.unknown.all)}
        </p>
      ) : (
        <>
          <dl className="tile-figures">
            <TileFigure label="Temp." full="Temperature" sample={sample} field="temperatureC" format={(value) => formatTemperature(value, values.temperatureUnit)} level={heatOf(gpu, sample)} isHigh={isNearLimit(gpu, sample)} />
            <TileFigure label="In use" sample={sample} field="utilisation" format={formatShare} level={sample?.utilisation ?? null} />
            <TileFigure label="Power" sample={sample} field="powerW" format={formatWatts} level={shareOf(sample?.powerW, sample?.powerLimitW ?? gpu.powerLimitW)} />
            <TileFigure label="Memory" sample={sample} field="memoryUsedBytes" format={(value) => (total === null ? formatBytes(value) : ofTotal(value, total))} level={shareOf(sample?.memoryUsedBytes, total)} />
            {hasNoFan(gpu, sample) ? (
              <div>
                <dt>Fan</dt>
                <dd>
                  <span className="tile-value muted">none</span>
                </dd>
              </div>
            ) : sample?.fan == null && sample?.fanRpm != null ? (
              <TileFigure label="Fan" sample={sample} field="fanRpm" format={(value) => `${formatNumber(value, 0)}${gap}rpm`} level={null} />
            ) : (
              <TileFigure label="Fan" sample={sample} field="fan" format={formatShare} level={sample?.fan ?? null} />
            )}
          </dl>
          <p className={slowed.length > 0 ? 'tile-foot tone-warning' : 'tile-foot muted'} title={slowed.length > 0 ? `Slowed down by ${slowed.join(', ')}` : undefined}>
            {slowed.length > 0 ? <Icon name="warning" /> : null}
            {slowed.length > 0 ? `Slowed by ${slowed.join(', ')}` : sample?.throttle ? 'Not slowed down' : 'Slow-down not known'}
          </p>
        </>
      )}
    </li>
  )
}

/** Without the maker, who is plain from the model. */
function shortName(name: string): string {
  return name.replace(/^(NVIDIA|AMD|Intel\(R\)|Intel) (?=\S)/, '')
}

function TileFigure({ label, full, sample, field, format, level, isHigh = false }: { label: string; full?: string; sample: GpuSample | null; field: keyof GpuReadings; format: (value: number) => string; level: number | null; isHigh?: boolean }) {
  return (
    <div>
      <dt>{full ? <abbr title={full}>{label}</abbr> : label}</dt>
      <dd>
        <span className="tile-value">
          <Reading sample={sample} field={field} format={format} />
        </span>
        {level === null && sample?.[field] != null ? null : <Level value={level} tone={isHigh ? 'high' : 'normal'} />}
      </dd>
    </div>
  )
}

/** "4.2 / 24 GiB": in the unit of the whole, so that a column of them can be compared. */
export function ofTotal(used: number, total: number): string {
  const unit = total >= 1024 ** 4 ? { name: 'TiB', bytes: 1024 ** 4 } : { name: 'GiB', bytes: 1024 ** 3 }
  const whole = total / unit.bytes
  if (whole < 1) return `${formatBytes(used)} of ${formatBytes(total)}`
  return `${formatNumber(used / unit.bytes, whole >= 100 ? 0 : 1)} / ${formatNumber(whole, Number.isInteger(whole) || whole >= 10 ? 0 : 1)}${gap}${unit.name}`
}

function shareOf(part: number | null | undefined, whole: number | null): number | null {
  return part == null || !whole ? null : part / whole
}

/** From 20 °C to where the card slows itself down, or to 100 °C where that is not known. */
function heatOf(gpu: Gpu, sample: GpuSample | null): number | null {
  if (sample?.temperatureC == null) return null
  const hottest = gpu.temperatureLimits?.slowdownC ?? 100
  return Math.max(0, sample.temperatureC - 20) / Math.max(1, hottest - 20)
}

function isNearLimit(gpu: Gpu, sample: GpuSample | null): boolean {
  const limit = gpu.temperatureLimits?.slowdownC ?? null
  return limit !== null && sample?.temperatureC != null && sample.temperatureC >= limit - 3
}
