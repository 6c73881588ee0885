/** What if: any cards, any electricity price, any watts, another market; the answer is drawn in the same table. */
import { useRef, useState, type FormEvent } from 'react'
import type { WhatIf, WhatIfAnswer } from '../../../shared/requests.ts'
import { ModelField } from '../../components/ModelField.tsx'
import { NumberField } from '../../components/NumberField.tsx'
import { Notice } from '../../components/Notice.tsx'
import { moneyFormat } from '../../format/money.ts'
import { useAsk, usePart } from '../../state/window-context.ts'
import { ComparisonTable } from './ComparisonTable.tsx'
import { Rig } from './Rig.tsx'
import { WhatIfQuestion } from './what-if-question.ts'
import { emptyWhatIf, readWhatIf, withModel, type WhatIfForm } from './what-if-form.ts'

const noGpus: never[] = []

export function WhatIfPanel() {
  const ask = useAsk()
  const settings = usePart('settings')
  const money = moneyFormat(settings)
  const [form, setForm] = useState<WhatIfForm>(emptyWhatIf)
  const [problems, setProblems] = useState<Partial<Record<keyof WhatIfForm, string>>>({})
  const [asking, setAsking] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const [answer, setAnswer] = useState<{ typed: string; question: WhatIf; value: WhatIfAnswer } | null>(null)
  const [open, setOpen] = useState<string | null>(null)
  const goButton = useRef<HTMLButtonElement>(null)

  async function run(form: WhatIfForm): Promise<void> {
    const read = readWhatIf(form, money)
    setProblems(read.problems)
    if (!read.input) return
    setAsking(true)
    const reply = await ask('estimate.what-if', read.input)
    setAsking(false)
    setFailure(reply.ok ? null : reply.failure.message)
    if (!reply.ok) return
    setAnswer({ typed: reply.value.about ?? form.gpuModel, question: read.input, value: reply.value })
    setOpen(null)
  }
  function submit(event: FormEvent): void {
    event.preventDefault()
    if (asking) return
    void run(form)
  }
  function set(field: Exclude<keyof WhatIfForm, 'more'>): (value: string) => void {
    return (value) => setForm((before) => ({ ...before, [field]: value }))
  }
  /** In place of the name that the answer was about, wherever in the rig it stands. */
  function pickModel(model: string): void {
    const next = withModel(form, answer?.value.about ?? form.gpuModel, model)
    setForm(next)
    void run(next)
    // The button that was pressed goes with its question.
    goButton.current?.focus()
  }

  return (
    <>
      <form className="what-if" onSubmit={submit} noValidate>
        <ModelField label="Card" value={form.gpuModel} onChange={set('gpuModel')} problem={problems.gpuModel} />
        <NumberField label="How many" value={form.gpuCount} onChange={set('gpuCount')} problem={problems.gpuCount} size="small" />
        <NumberField label="Electricity" unit={`${money.code}/kWh`} value={form.pricePerKwh} onChange={set('pricePerKwh')} problem={problems.pricePerKwh} placeholder="as in Settings" />
        <NumberField label="Working" unit="W" value={form.wattsWork} onChange={set('wattsWork')} problem={problems.wattsWork} placeholder="board power" />
        <NumberField label="Waiting" unit="W" value={form.wattsWait} onChange={set('wattsWait')} problem={problems.wattsWait} placeholder="a tenth of it" />
        <Rig cards={form.more} problem={problems.more} onChange={(more) => setForm((before) => ({ ...before, more }))} />
        <details className="what-if-fold">
          <summary>What if the market changes: token price, utilisation, pay</summary>
          <div className="what-if-factors">
            <NumberField label="Token price" unit="× today’s" value={form.tokenPrice} onChange={set('tokenPrice')} problem={problems.tokenPrice} placeholder="1" size="small" />
            <NumberField label="Utilisation" unit="× today’s" value={form.utilisation} onChange={set('utilisation')} problem={problems.utilisation} placeholder="1" size="small" />
            <NumberField label="What work pays" unit="× today’s" value={form.payRate} onChange={set('payRate')} problem={problems.payRate} placeholder="1" size="small" />
          </div>
        </details>
        <div className="what-if-go">
          <button ref={goButton} type="submit" className="button button-main" aria-disabled={asking ? true : undefined}>
            {asking ? 'Working it out …' : 'What would it pay?'}
          </button>
        </div>
      </form>
      <p className="muted small">Watts are per card and at the wall, as a plug meter shows them. Only what concerns the card is judged; the machine around it is not known.</p>
      <div aria-live="polite">
        {failure ? <Notice level="error" title={failure} /> : null}
        {answer ? <Found answer={answer.value} typed={answer.typed} onPick={pickModel} /> : null}
      </div>
      {answer && answer.value.estimates.length > 0 ? (
        <WhatIfQuestion value={answer.question}>
          <ComparisonTable label={`Programmes for ${rigWords(answer.value) || answer.typed}`} estimates={answer.value.estimates} gpus={noGpus} open={open} onToggle={(key) => setOpen(open === key ? null : key)} />
        </WhatIfQuestion>
      ) : null}
    </>
  )
}

function Found({ answer, typed, onPick }: { answer: WhatIfAnswer; typed: string; onPick: (model: string) => void }) {
  if (answer.model !== null) {
    return (
      <p className="found">
        For <strong>{rigWords(answer)}</strong>:
      </p>
    )
  }
  if (answer.ambiguous.length > 0) {
    return (
      <Notice level="warning" title={`“${typed}” fits more than one card.`}>
        <p className="nearest">
          Which one is it?{' '}
          {answer.ambiguous.map((model) => (
            <button key={model} type="button" className="button button-small" onClick={() => onPick(model)}>
              {model}
            </button>
          ))}
        </p>
      </Notice>
    )
  }
  return (
    <Notice level="warning" title={`Idlewatt knows no card called “${typed}”.`}>
      {answer.nearest.length > 0 ? (
        <p className="nearest">
          Did you mean{' '}
          {answer.nearest.map((model) => (
            <button key={model} type="button" className="button button-small" onClick={() => onPick(model)}>
              {model}
            </button>
          ))}
        </p>
      ) : (
        <p>Type a part of its name, such as “4090” or “H200”, and pick it from the list.</p>
      )}
    </Notice>
  )
}

/** "GeForce RTX 5090"; of a rig each card with its number. Pure. */
function rigWords(answer: WhatIfAnswer): string {
  const cards = [...new Set(answer.estimates.map((estimate) => `${estimate.gpuCount} × ${estimate.gpuName}`))]
  return cards.length > 1 ? cards.join(' and ') : (answer.model ?? '')
}
