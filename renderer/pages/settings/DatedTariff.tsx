/** Dated electricity prices: brought in from a file, told, and removed. */
import { useId, useRef, useState } from 'react'
import type { TariffImport, TariffReading } from '../../../shared/tariff.ts'
import { Moment } from '../../components/Moment.tsx'
import { TextImport } from '../../components/TextImport.tsx'
import { count, formatPlain } from '../../format/numbers.ts'
import { useAsk } from '../../state/window-context.ts'
import { KeptPrices } from './KeptPrices.tsx'

type Unit = 'auto' | 'per-kwh' | 'per-mwh' | 'cent-per-kwh'

export interface DatedTariffProps {
  currency: string
  /** null: not known yet. */
  reading: TariffReading | null
  /** What is kept has changed. */
  onChange: () => void
  onRemoved: (sentence: string) => void
}

export function DatedTariff({ currency, reading, onChange, onRemoved }: DatedTariffProps) {
  const ask = useAsk()
  const id = useId()
  const [unit, setUnit] = useState<Unit>('auto')
  const [imported, setImported] = useState<TariffImport | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  /** Removing asks once more. */
  const [isSure, setSure] = useState(false)
  const button = useRef<HTMLButtonElement>(null)

  async function bring(text: string, from: string): Promise<string | null> {
    // Without a zone: what the file names comes before the one that is set.
    const reply = await ask('tariff.import', { text, from, unit })
    setProblem(null)
    if (!reply.ok) return reply.failure.message
    setImported(reply.value)
    onChange()
    return null
  }
  async function clear(): Promise<void> {
    setSure(false)
    const reply = await ask('tariff.clear', {})
    if (!reply.ok) return setProblem(reply.failure.message)
    setImported(null)
    onChange()
    onRemoved('Every dated price was removed.')
  }

  return (
    <div className="stack">
      <p className="muted section-note">A CSV file with a time and a price on each line, as spot markets and suppliers export it, in {currency}. Where it ends, the weekly table holds, then the fixed price, and every estimate says so.</p>
      {reading === null ? null : <KeptPrices reading={reading} currency={currency} />}
      <div className="field">
        <label htmlFor={id}>One number of the file is</label>
        <select id={id} className="select" value={unit} onChange={(event) => setUnit(event.target.value as Unit)}>
          <option value="auto">what its head line says</option>
          <option value="per-kwh">{currency} per kilowatt-hour</option>
          <option value="per-mwh">{currency} per megawatt-hour</option>
          <option value="cent-per-kwh">hundredths of {currency} per kilowatt-hour</option>
        </select>
      </div>
      <TextImport label="Prices" accept=".csv,.txt,.tsv" button="Read these prices" onImport={bring} />
      {imported ? <Imported imported={imported} /> : null}
      {reading !== null && reading.dated === null ? null : (
        <span className="field-box">
          <button ref={button} type="button" className="button button-small" onClick={() => (isSure ? void clear() : setSure(true))}>
            {isSure ? 'Yes, remove every dated price' : 'Remove all dated prices'}
          </button>
          {isSure ? (
            <button type="button" className="button button-small" onClick={() => { setSure(false); button.current?.focus() }}>
              Keep them
            </button>
          ) : null}
          {isSure ? <span className="small">Hours of the past that are not in the ledger yet would be booked at the weekly table or the fixed price.</span> : null}
          {problem === null ? null : (
            <span role="alert" className="field-problem">
              {problem}
            </span>
          )}
        </span>
      )}
    </div>
  )
}

function Imported({ imported }: { imported: TariffImport }) {
  const { currency, inFile } = imported
  return (
    <div role="status" className="small">
      <p>
        {count(imported.intervals, 'price')} of {imported.stepMinutes} minutes each, <Moment at={imported.from} /> to <Moment at={imported.to} />: lowest {formatPlain(imported.least)}, mean {formatPlain(imported.mean)}, highest {formatPlain(imported.greatest)} {currency}/kWh{inFile.currency === currency ? '' : `; in the file ${formatPlain(inFile.least)}, ${formatPlain(inFile.mean)} and ${formatPlain(inFile.greatest)} ${inFile.currency}/kWh`}. Times were read in {imported.zone}.
      </p>
      {imported.unusualDays.length > 0 ? <p className="muted">Days that are not 24 hours long: {imported.unusualDays.join(', ')}.</p> : null}
      {imported.remarks.map((remark) => (
        <p key={remark} className="muted">
          {remark}
        </p>
      ))}
    </div>
  )
}
