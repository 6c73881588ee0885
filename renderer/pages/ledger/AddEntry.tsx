/** An entry by hand: income, a fee, capital moved, electricity that a bill names. */
import { useId, useState, type FormEvent, type ReactNode } from 'react'
import type { LedgerAdd } from '../../../shared/ledger.ts'
import { looksLikeSecret, secretRefusal } from '../../../shared/secrets.ts'
import { NumberField } from '../../components/NumberField.tsx'
import { ProgrammeOptions } from '../../components/ProgrammeOptions.tsx'
import { useAsk, usePart } from '../../state/window-context.ts'
import { useLedgerCards } from './use-ledger.ts'
import { dayText, emptyEntry, kindWords, readEntry, withoutSecrets, type EntryForm } from './ledger-words.ts'

const kinds: LedgerAdd['kind'][] = ['income', 'fee', 'capital-in', 'capital-out', 'electricity']

export function AddEntry() {
  const ask = useAsk()
  const { programmes } = usePart('networks')
  const cards = useLedgerCards()
  const [form, setForm] = useState<EntryForm>(() => emptyEntry(dayText(Date.now())))
  const [problems, setProblems] = useState<Partial<Record<keyof EntryForm, string>>>({})
  const [said, setSaid] = useState<{ ok: boolean; sentence: string } | null>(null)
  const set = (field: keyof EntryForm) => (value: string) => {
    setForm((before) => ({ ...before, [field]: value }))
    setSaid(null)
  }

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault()
    const read = readEntry(form)
    setProblems(read.problems)
    if (!read.input) {
      // What was typed beside a wrong field is not looked at by the app, so it is here.
      if (Object.values(form).some(looksLikeSecret)) {
        setForm(withoutSecrets)
        setSaid({ ok: false, sentence: secretRefusal })
      }
      return
    }
    const reply = await ask('ledger.add', read.input)
    if (!reply.ok) {
      setForm(withoutSecrets)
      return setSaid({ ok: false, sentence: reply.failure.message })
    }
    const { fair, remark } = reply.value
    const worth = fair.usd === null ? (fair.why ?? 'Its worth is not known.') : null
    setSaid({ ok: true, sentence: ['Entered.', worth, remark].filter(Boolean).join(' ') })
    setForm((before) => ({ ...emptyEntry(before.day), kind: before.kind, programmeId: before.programmeId, gpuId: before.gpuId, asset: before.asset }))
  }

  return (
    <details className="folded ledger-add">
      <summary>Enter something by hand</summary>
      <form onSubmit={(event) => void submit(event)} noValidate>
        <div className="ledger-fields">
          <Choice label="What" value={form.kind} onChange={set('kind')}>
            {kinds.map((kind) => (
              <option key={kind} value={kind}>
                {kindWords[kind]}
              </option>
            ))}
          </Choice>
          <TextField label="Day" type="date" value={form.day} onChange={set('day')} problem={problems.day} />
          <NumberField label="Amount" value={form.amount} onChange={set('amount')} problem={problems.amount} />
          <TextField label="Token or currency" value={form.asset} onChange={set('asset')} problem={problems.asset} placeholder="such as EUR" />
          <Choice label="Programme" value={form.programmeId} onChange={set('programmeId')}>
            <option value="">none</option>
            <ProgrammeOptions programmes={programmes} />
          </Choice>
          {cards.length > 1 ? (
            <Choice label="Card" value={form.gpuId} onChange={set('gpuId')}>
              <option value="">the whole machine</option>
              {cards.map((card) => (
                <option key={card.id} value={card.id}>
                  {card.title}
                </option>
              ))}
            </Choice>
          ) : null}
          <NumberField label="Worth then, if you know" unit="USD" value={form.fairUsd} onChange={set('fairUsd')} problem={problems.fairUsd} placeholder="looked up" />
          {form.kind === 'electricity' ? <NumberField label="Energy" unit="kWh" value={form.kwh} onChange={set('kwh')} problem={problems.kwh} placeholder="not known" /> : null}
          {form.kind === 'income' ? (
            <>
              <TextField label="Paid for, first day" type="date" value={form.coversFrom} onChange={set('coversFrom')} />
              <TextField label="Paid for, last day" type="date" value={form.coversTo} onChange={set('coversTo')} problem={problems.coversTo} />
            </>
          ) : null}
          <TextField label="Reference" value={form.reference} onChange={set('reference')} problem={problems.reference} placeholder="invoice, transaction" />
          <TextField label="Note" value={form.note} onChange={set('note')} problem={problems.note} />
        </div>
        <div className="form-go">
          <button type="submit" className="button button-main">
            Enter it
          </button>
          <span role="status" className={said?.ok === false ? 'field-problem' : 'small'}>
            {said?.sentence ?? ''}
          </span>
        </div>
      </form>
    </details>
  )
}

function Choice({ label, value, onChange, children }: { label: string; value: string; onChange: (value: string) => void; children: ReactNode }) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} className="select" value={value} onChange={(event) => onChange(event.target.value)}>
        {children}
      </select>
    </div>
  )
}

function TextField({ label, value, onChange, problem, type = 'text', placeholder }: { label: string; value: string; onChange: (value: string) => void; problem?: string | undefined; type?: 'text' | 'date'; placeholder?: string }) {
  const id = useId()
  return (
    <div className={problem ? 'field field-wrong' : 'field'}>
      <label htmlFor={id}>{label}</label>
      <input id={id} className="input" type={type} autoComplete="off" spellCheck={false} placeholder={placeholder} value={value} aria-invalid={problem ? true : undefined} aria-describedby={problem ? `${id}-problem` : undefined} onChange={(event) => onChange(event.target.value)} />
      {problem ? (
        <span id={`${id}-problem`} className="field-problem" role="alert">
          {problem}
        </span>
      ) : null}
    </div>
  )
}
