/** Further cards of a rig that one does not own: a model and a number each. */
import { ModelField } from '../../components/ModelField.tsx'
import { NumberField } from '../../components/NumberField.tsx'
import { mostFurtherCards, type WhatIfForm } from './what-if-form.ts'

export interface RigProps {
  cards: WhatIfForm['more']
  problem: string | undefined
  onChange: (cards: WhatIfForm['more']) => void
}

export function Rig({ cards, problem, onChange }: RigProps) {
  const change = (i: number, part: Partial<WhatIfForm['more'][number]>): void => onChange(cards.map((card, n) => (n === i ? { ...card, ...part } : card)))
  return (
    <div className="what-if-more">
      {cards.map((card, i) => (
        <div key={i} className="what-if-card" role="group" aria-label={`Further card ${i + 1}`}>
          <ModelField label="Further card" value={card.gpuModel} onChange={(gpuModel) => change(i, { gpuModel })} />
          <NumberField label="How many" value={card.gpuCount} onChange={(gpuCount) => change(i, { gpuCount })} size="small" />
          <button type="button" className="button button-small" onClick={() => onChange(cards.filter((_, n) => n !== i))}>
            Remove<span className="visually-hidden"> further card {i + 1}</span>
          </button>
        </div>
      ))}
      {problem ? (
        <span className="field-problem" role="alert">
          {problem}
        </span>
      ) : null}
      {cards.length < mostFurtherCards ? (
        <span>
          <button type="button" className="button button-small" onClick={() => onChange([...cards, { gpuModel: '', gpuCount: '1' }])}>
            Add another card to the rig
          </button>
        </span>
      ) : null}
    </div>
  )
}
