/** Load, temperature and power of this session; readings are drawn as they arrive. */
import type { Gpu } from '../../../shared/machine.ts'
import type { GpuSample } from '../../../shared/telemetry.ts'
import { Chart } from '../../components/Chart.tsx'
import { formatNumber, formatShare, formatWatts } from '../../format/numbers.ts'
import { usePart, useSamples } from '../../state/window-context.ts'
import { seriesOf, spanOf, type Series } from './series.ts'

export function GpuCharts({ gpu, sample }: { gpu: Gpu; sample: GpuSample | null }) {
  const samples = useSamples(gpu.id)
  const { values } = usePart('settings')
  const unit = values.temperatureUnit
  const spanSeconds = spanOf(samples)
  const degrees = (celsius: number) => (unit === 'F' ? (celsius * 9) / 5 + 32 : celsius)
  const limit = sample?.powerLimitW ?? gpu.powerLimitW
  const charts = [
    { title: 'In use, %', series: seriesOf(samples, (one) => one.utilisation, (value) => value * 100), from: 0, to: 100, colour: '--series-use', say: (value: number) => formatShare(value / 100) },
    { title: `Temperature, °${unit}`, series: seriesOf(samples, (one) => one.temperatureC, degrees), from: unit === 'F' ? 60 : 20, to: degrees(100), colour: '--series-temperature', say: (value: number) => `${formatNumber(value, 0)} °${unit}` },
    { title: 'Power, W', series: seriesOf(samples, (one) => one.powerW, (value) => value), from: 0, to: limit ?? null, colour: '--series-power', say: formatWatts },
  ].filter((chart) => chart.series.known > 0)
  if (samples.length < 2 || charts.length === 0) return null
  return (
    <div className="charts">
      {charts.map((chart) => (
        <figure key={chart.title} className="chart-box">
          <figcaption>
            {chart.title}
            <span className="muted"> last {formatSpan(spanSeconds)}</span>
          </figcaption>
          <Chart label={`${chart.title} in this session: ${describe(chart.series, chart.say)}`} times={chart.series.times} values={chart.series.values} unit={chart.title} from={chart.from} to={chart.to} colour={chart.colour} spanSeconds={spanSeconds} />
        </figure>
      ))}
    </div>
  )
}

function formatSpan(spanSeconds: number): string {
  return spanSeconds < 120 ? `${spanSeconds} s` : `${Math.round(spanSeconds / 60)} min`
}

function describe(series: Series, say: (value: number) => string): string {
  const { least, greatest, last } = series
  if (least === null || greatest === null) return 'nothing known'
  return `between ${say(least)} and ${say(greatest)}${last === null ? '' : `, now ${say(last)}`}`
}
