/** Which layer said what of a card, and where they differ. */
import type { DetectionLayer, Gpu } from '../../../shared/machine.ts'
import { Icon } from '../../components/Icon.tsx'
import { ScrollBox, Section } from '../../components/Page.tsx'
import { layerWords } from '../../format/words.ts'
import { fieldLabel, fieldRows, fieldWords } from './layer-words.ts'

export function GpuLayers({ gpu }: { gpu: Gpu }) {
  const rows = fieldRows(gpu)
  if (rows.length === 0) return null
  const layers = [...new Set<DetectionLayer>([...gpu.views.map((view) => view.layer), ...gpu.disagreements.flatMap((one) => one.said.map((said) => said.layer))])]
  return (
    <Section title="Who said what">
      {gpu.disagreements.length > 0 ? (
        <ul className="disagreements">
          {gpu.disagreements.map((one) => (
            <li key={one.field}>
              <Icon name="warning" />
              <span>
                {fieldLabel(one.field)}: {one.said.map(({ layer, value }, i) => `${layerWords[layer]} says ${fieldWords(one.field, value)}${i === 0 ? ', which is used' : ''}`).join('; ')}.
              </span>
            </li>
          ))}
        </ul>
      ) : layers.length > 1 ? (
        <p className="small">The layers agree wherever two of them know the same thing.</p>
      ) : null}
      <details className="gpu-facts">
        <summary>Each layer’s own view</summary>
        <ScrollBox label="What each layer said">
          <table className="table table-small">
            <thead>
              <tr>
                <th scope="col">Fact</th>
                {layers.map((layer) => (
                  <th key={layer} scope="col">
                    {layerWords[layer]}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.field} className={row.isDisputed ? 'row-disputed' : undefined}>
                  <th scope="row">
                    {row.label}
                    {row.isDisputed ? <span className="row-sub tone-warning">they differ</span> : null}
                  </th>
                  {layers.map((layer) => (
                    <td key={layer} className="wrap">
                      {row.said[layer] ?? <span className="muted">–</span>}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollBox>
      </details>
    </Section>
  )
}
