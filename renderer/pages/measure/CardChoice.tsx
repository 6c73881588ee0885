/** The cards to choose from, each with what stands in the way of measuring it now. */
import type { Hold } from '../../../shared/benchmark.ts'
import type { Gpu } from '../../../shared/machine.ts'
import type { BenchmarkState } from '../../../shared/state.ts'
import { Age, Moment } from '../../components/Moment.tsx'
import { Words } from '../../components/Words.tsx'
import { gpuTitle, shortAddress } from '../../state/gpu-slots.ts'
import { usePart } from '../../state/window-context.ts'
import { chosenOf, standsInTheWay, type StartChoice } from './start-form.ts'

export interface CardChoiceProps {
  gpus: Gpu[]
  choice: StartChoice
  holds: BenchmarkState['holds']
  onChange: (change: Partial<StartChoice>) => void
}

export function CardChoice({ gpus, choice, holds, onChange }: CardChoiceProps) {
  const { latest } = usePart('benchmark')
  const chosen = new Set(chosenOf(choice, gpus, holds))
  function toggle(gpu: Gpu): void {
    const isChosen = chosen.has(gpu.id)
    const change = (set: ReadonlySet<string>, add: boolean) => new Set(add ? [...set, gpu.id] : [...set].filter((id) => id !== gpu.id))
    onChange({ left: change(choice.left, isChosen), added: change(choice.added, !isChosen), evenIfBusy: change(choice.evenIfBusy, false) })
  }
  function measureAllTheSame(gpu: Gpu, isWanted: boolean): void {
    onChange({ evenIfBusy: new Set(isWanted ? [...choice.evenIfBusy, gpu.id] : [...choice.evenIfBusy].filter((id) => id !== gpu.id)) })
  }

  return (
    <fieldset className="cards-choice">
      <legend>{gpus.length === 1 ? 'Card' : 'Cards'}</legend>
      <ul className={gpus.length > 6 ? 'choices choices-many' : 'choices'}>
        {gpus.map((gpu) => {
          const own = holds[gpu.id] ?? []
          const obstacle = standsInTheWay(gpu, own)
          const title = gpuTitle(gpu, gpus)
          const result = latest[gpu.id]
          const isOff = obstacle !== null || own.length > 0
          return (
            <li key={gpu.id}>
              <label className={isOff ? 'choice choice-off' : 'choice'}>
                <input type="checkbox" checked={chosen.has(gpu.id)} disabled={isOff} onChange={() => toggle(gpu)} />
                <span>
                  {title}
                  <span className="row-sub">
                    {[gpu.kind === 'cpu-device' ? 'a processor, not a GPU' : null, shortAddress(gpu.pciAddress)].filter(Boolean).join(' · ')}
                    {result ? <> · newest run: <Age at={result.endedAt} /></> : null}
                  </span>
                  {gpu.opencl === null ? <span className="row-sub">Cannot be measured: no OpenCL driver offers it. It comes with the graphics driver.</span> : null}
                </span>
              </label>
              {own.length > 0 && gpu.opencl !== null ? <Holds holds={own} title={title} isForced={choice.evenIfBusy.has(gpu.id)} onForce={obstacle === null ? (isWanted) => measureAllTheSame(gpu, isWanted) : null} /> : null}
            </li>
          )
        })}
      </ul>
      {chosen.size > 1 ? (
        <label className="choice choice-inline">
          <input type="checkbox" checked={choice.parallel} onChange={(event) => onChange({ parallel: event.target.checked })} />
          <span>
            All at once <span className="muted small">They share the power supply and the machine’s memory, so figures may be lower; one after another tells more of each card.</span>
          </span>
        </label>
      ) : null}
    </fieldset>
  )
}

function Holds({ holds, title, isForced, onForce }: { holds: Hold[]; title: string; isForced: boolean; onForce: ((isWanted: boolean) => void) | null }) {
  return (
    <div className="holds">
      {holds.map((hold) => (
        <p key={`${hold.id} ${hold.sentence}`}>
          <Words text={hold.sentence} />
          {hold.until === null ? null : <> Until <Moment at={hold.until} />.</>}
        </p>
      ))}
      {onForce === null ? null : (
        <label className="choice choice-inline">
          <input type="checkbox" checked={isForced} onChange={(event) => onForce(event.target.checked)} />
          Measure all the same<span className="visually-hidden">: {title}</span>
        </label>
      )}
    </div>
  )
}
