/** What if: any card, any electricity price, any watts; the answer is drawn in the same table. */
import { useState, type FormEvent } from 'react'
import type { WhatIfAnswer } from '../../../shared/requests.ts'
import { ModelField } from '../../components/ModelField.tsx'
import { NumberField } from '../../components/NumberField.tsx'
import { Notice } from '../../components/Notice.tsx'
import { moneyFormat } from '../../format/money.ts'
import { useAsk, usePart } from '../../state/window-context.ts'
import { ComparisonTable } from './ComparisonTable.tsx'
import { emptyWhatIf, readWhatIf, type WhatIfForm } from './what-if-form.ts'

const noGpus: never[] = []

export function WhatIfPanel() {
  const ask = useAsk()
  const settings = usePart('settings')
  const money = moneyFormat(settings)
  const [form, setForm] = useState<WhatIfForm>(emptyWhatIf)
  const [problems, setProblems] = useState<Partial<Record<keyof WhatIfForm, string>>>({})
  const [asking, setAsking] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const [answer, setAnswer] = useState<{ typed: string; value: WhatIfAnswer } | null>(null)
  const [open, setOpen] = useState<string | null>(null)

  async function run(gpuModel: string): Promise<void> {
    const read = readWhatIf({ ...form, gpuModel }, money)
    setProblems(read.problems)
    if (!read.input) return
    setAsking(true)
    const reply = await ask('estimate.what-if', read.input)
    setAsking(false)
    setFailure(reply.ok ? null : reply.failure.message)
    if (!reply.ok) return
    setAnswer({ typed: gpuModel, value: reply.value })
    setOpen(null)
  }
  function submit(event: FormEvent): void {
    event.preventDefault()
    void run(form.gpuModel)
  }
  function set(field: keyof WhatIfForm): (value: string) => void {
    return (value) => setForm((before) => ({ ...before, [field]: value }))
  }
  function pickModel(model: string): void {
    set('gpuModel')(model)
    void run(model)
  }

  return (
    <>
      <form className="what-if" onSubmit={submit} noValidate>
        <ModelField label="Card" value={form.gpuModel} onChange={set('gpuModel')} problem={problems.gpuModel} />
        <NumberField label="How many" value={form.gpuCount} onChange={set('gpuCount')} problem={problems.gpuCount} size="small" />
        <NumberField label="Electricity" unit={`${money.code}/kWh`} value={form.pricePerKwh} onChange={set('pricePerKwh')} problem={problems.pricePerKwh} placeholder="as in Settings" />
        <NumberField label="Working" unit="W" value={form.wattsWork} onChange={set('wattsWork')} problem={problems.wattsWork} placeholder="board power" />
        <NumberField label="Waiting" unit="W" value={form.wattsWait} onChange={set('wattsWait')} problem={problems.wattsWait} placeholder="a tenth of it" />
        <div className="what-if-go">
          <button type="submit" className="button button-main" disabled={asking}>
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
        <ComparisonTable label={`Programmes for ${answer.value.model ?? answer.typed}`} estimates={answer.value.estimates} gpus={noGpus} open={open} onToggle={(key) => setOpen(open === key ? null : key)} />
      ) : null}
    </>
  )
}

function Found({ answer, typed, onPick }: { answer: WhatIfAnswer; typed: string; onPick: (model: string) => void }) {
  if (answer.model !== null) {
    return (
      <p className="found">
        For <strong>{answer.model}</strong>:
      </p>
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
