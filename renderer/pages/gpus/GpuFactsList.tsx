/** What the card is, group by group; what is not known says so. */
import type { Gpu } from '../../../shared/machine.ts'
import { usePart } from '../../state/window-context.ts'
import { factsOf } from './facts.ts'

export function GpuFactsList({ gpu }: { gpu: Gpu }) {
  const { values } = usePart('settings')
  return (
    <div className="fact-groups">
      {factsOf(gpu, values.temperatureUnit).map((group) => (
        <div key={group.title} className="fact-group">
          <h3>{group.title}</h3>
          <dl className="facts-list">
            {group.facts.map(([label, value]) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{value ?? <span className="unknown">unknown</span>}</dd>
              </div>
            ))}
          </dl>
        </div>
      ))}
    </div>
  )
}
