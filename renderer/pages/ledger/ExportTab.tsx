/** The ledger as a file: by year and currency, in full or as tax programs import it. */
import { useId, useState, type FormEvent } from 'react'
import type { LedgerExport } from '../../../shared/ledger.ts'
import { Words } from '../../components/Words.tsx'
import { saveFile } from '../../components/save-file.ts'
import { count } from '../../format/numbers.ts'
import { useAsk, usePart } from '../../state/window-context.ts'
import { currencies } from '../settings/choices.ts'

/** The first year in which any of these networks paid. */
const firstYear = 2020
type Kind = 'csv-full' | 'csv-koinly' | 'json-full'

export function ExportTab() {
  const ask = useAsk()
  const id = useId()
  const { values } = usePart('settings')
  const [kind, setKind] = useState<Kind>('csv-full')
  const [year, setYear] = useState('')
  const [currency, setCurrency] = useState<string>(values.currency)
  const [isBusy, setBusy] = useState(false)
  const [said, setSaid] = useState<{ ok: boolean; sentence: string; remarks: string[] } | null>(null)
  const years = Array.from({ length: new Date().getFullYear() - firstYear + 1 }, (_, i) => firstYear + i).reverse()

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault()
    if (isBusy) return
    const [format, preset] = kind.split('-') as [LedgerExport['format'], LedgerExport['preset']]
    setBusy(true)
    const reply = await ask('ledger.export', { format, preset, year: year === '' ? null : Number(year), currency })
    setBusy(false)
    if (!reply.ok) return setSaid({ ok: false, sentence: reply.failure.message, remarks: [] })
    saveFile(reply.value.fileName, format === 'csv' ? 'text/csv' : 'application/json', [reply.value.text])
    setSaid({ ok: true, sentence: `Saved ${reply.value.fileName} with ${count(reply.value.entries, 'entry', 'entries')}.`, remarks: reply.value.remarks })
  }

  return (
    <form className="ledger-export" onSubmit={(event) => void submit(event)}>
      <p className="muted section-note">Every amount with its worth at receipt, the source of that price, and the exchange rate of the day. Idlewatt gives no tax advice.</p>
      <div className="ledger-fields">
        <div className="field">
          <label htmlFor={`${id}-kind`}>As</label>
          <select id={`${id}-kind`} className="select" value={kind} onChange={(event) => setKind(event.target.value as Kind)}>
            <option value="csv-full">CSV, every column (for a spreadsheet)</option>
            <option value="csv-koinly">CSV for tax programs (Koinly’s universal format)</option>
            <option value="json-full">JSON</option>
          </select>
        </div>
        <div className="field">
          <label htmlFor={`${id}-year`}>Year</label>
          <select id={`${id}-year`} className="select" value={year} onChange={(event) => setYear(event.target.value)}>
            <option value="">every year</option>
            {years.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor={`${id}-currency`}>Currency</label>
          <select id={`${id}-currency`} className="select" value={currency} onChange={(event) => setCurrency(event.target.value)}>
            {currencies.map((one) => (
              <option key={one.value} value={one.value}>
                {one.title}
              </option>
            ))}
          </select>
        </div>
      </div>
      <div className="form-go">
        <button type="submit" className="button button-main" aria-disabled={isBusy ? true : undefined}>
          {isBusy ? 'Putting it together …' : 'Save the file'}
        </button>
        <span role="status" className={said?.ok === false ? 'field-problem' : 'small'}>
          {said?.sentence ?? ''}
        </span>
      </div>
      {said?.remarks.map((remark) => (
        <p key={remark} className="muted small">
          <Words text={remark} />
        </p>
      ))}
    </form>
  )
}
