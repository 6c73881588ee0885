/** The live figures of one card; what is unknown says why. */
import type { Gpu } from '../../../shared/machine.ts'
import type { GpuSample } from '../../../shared/telemetry.ts'
import { Age } from '../../components/Moment.tsx'
import { Level, Unknown } from '../../components/Reading.tsx'
import { asSentence } from '../../components/why-unknown.ts'
import { usePart } from '../../state/window-context.ts'
import { figuresOf, type Figure } from './figures.ts'

export function GpuReadingsGrid({ gpu, sample }: { gpu: Gpu; sample: GpuSample | null }) {
  const { values } = usePart('settings')
  const { status } = usePart('telemetry')
  if (sample?.unknown.all) {
    return (
      <p className="unknown-block">
        <strong>No live readings.</strong> {asSentence(sample.unknown.all)}
      </p>
    )
  }
  const { shown, unknown } = figuresOf(gpu, sample, values.temperatureUnit)
  return (
    <>
      {status.phase !== 'on' && sample ? (
        <p className="muted small">
          Reading from <Age at={sample.takenAt} />.
        </p>
      ) : null}
      {unknown.map(({ labels, why }) => (
        <p key={why} className="unknown-block">
          <span className="unknown">Unknown:</span> {labels.map((label, i) => (i === 0 ? label : startSmall(label))).join(', ')}. <span className="muted">{why}</span>
        </p>
      ))}
      {shown.length > 0 ? (
        <dl className="readings">
          {shown.map((figure) => (
            <OneFigure key={figure.label} figure={figure} />
          ))}
        </dl>
      ) : null}
    </>
  )
}

function OneFigure({ figure }: { figure: Figure }) {
  return (
    <div className="reading">
      <dt>{figure.label}</dt>
      <dd>
        {figure.value === null ? (
          <>
            <Unknown why={figure.why} />
            <span className="reading-more" aria-hidden="true">
              {figure.why}
            </span>
          </>
        ) : (
          <span className="reading-value">{figure.value}</span>
        )}
        {figure.level === null ? null : <Level value={figure.level} />}
        {figure.more === '' ? null : <span className="reading-more">{figure.more}</span>}
      </dd>
    </div>
  )
}

/** Abbreviations keep their capitals. */
function startSmall(label: string): string {
  return /^[A-Z][a-z]/.test(label) ? label.charAt(0).toLowerCase() + label.slice(1) : label
}
