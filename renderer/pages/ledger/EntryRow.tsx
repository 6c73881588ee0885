/** One entry with what corrections made of it; it opens to write one. */
import { useId, useRef, useState, type FormEvent, type KeyboardEvent } from 'react'
import type { LedgerRow } from '../../../shared/ledger.ts'
import { looksLikeSecret } from '../../../shared/secrets.ts'
import { Moment } from '../../components/Moment.tsx'
import { SourceLink } from '../../components/SourceLink.tsx'
import { NumberField } from '../../components/NumberField.tsx'
import { formatDay } from '../../format/time.ts'
import { formatAmount, type MoneyFormat } from '../../format/money.ts'
import { count, formatNumber, gap } from '../../format/numbers.ts'
import { parseNumber } from '../../format/typed-number.ts'
import { findProgramme, programmeName } from '../../state/programmes.ts'
import { useAsk, usePart } from '../../state/window-context.ts'
import { amountWords, dayWords, fairWords, isOut, kindWords, originWords } from './ledger-words.ts'

export function EntryRow({ row, money }: { row: LedgerRow; money: MoneyFormat }) {
  const { programmes } = usePart('networks')
  const gpus = usePart('gpus')
  const [isOpen, setOpen] = useState(false)
  const id = useId()
  const button = useRef<HTMLButtonElement>(null)
  function close(): void {
    setOpen(false)
    button.current?.focus()
  }
  function closeOnEscape(event: KeyboardEvent): void {
    if (event.key === 'Escape' && !event.defaultPrevented) close()
  }
  const detection = gpus.phase === 'ready' ? gpus.detection : gpus.previous
  const gpuName = row.gpuId === null ? null : (detection?.gpus.find((gpu) => gpu.id === row.gpuId)?.name ?? row.gpuId)
  const isCorrected = row.correctedBy.length > 0
  const isStruckOut = isCorrected && row.standingAmount === 0
  const worth = row.standingUsd === null ? null : isOut(row.kind) ? -row.standingUsd : row.standingUsd
  return (
    <>
      <tr className={isStruckOut ? 'row-faint' : undefined}>
        <td>
          <time dateTime={row.day}>{dayWords(row.day)}</time>
          {row.covers ? (
            <span className="row-sub">
              for {formatDay(row.covers.from)} to {formatDay(row.covers.to - 1)}
            </span>
          ) : null}
        </td>
        <th scope="row" className="wrap">
          {kindWords[row.kind]}
          <span className="row-sub">
            {[row.programmeId === null ? null : programmeName(findProgramme(programmes, row.programmeId), row.programmeId), gpuName, row.kwh === null ? null : `${formatNumber(row.kwh, 2)}${gap}kWh`].filter(Boolean).join(', ')}
          </span>
          {row.note ? <span className="row-sub">{row.note}</span> : null}
        </th>
        <td className="number">
          {isCorrected ? (
            <>
              <s className="muted">{amountWords(row, row.amount)}</s>
              <span className="row-sub">now {amountWords(row, row.standingAmount)}</span>
            </>
          ) : (
            amountWords(row, row.amount)
          )}
        </td>
        <td className="number">
          {worth === null ? <span className="unknown">not known</span> : formatAmount(worth, money)}
          {isStruckOut ? <span className="row-sub">struck out</span> : <span className="row-sub wrap">{fairWords(row.fair)}</span>}
        </td>
        <td>
          {originWords[row.origin]}
          {row.reference ? <span className="row-sub ledger-reference" title={row.reference}>{row.reference}</span> : null}
          {row.fair.source && /^https:/.test(row.fair.source.url) ? (
            <span className="row-sub">
              price: <SourceLink source={row.fair.source} />
            </span>
          ) : null}
        </td>
        <td>
          {row.kind === 'correction' ? (
            <span className="muted small">corrects another</span>
          ) : (
            <button ref={button} type="button" className="button button-small" aria-expanded={isOpen} aria-controls={id} onClick={() => setOpen(!isOpen)} onKeyDown={isOpen ? closeOnEscape : undefined}>
              Correct<span className="visually-hidden"> {kindWords[row.kind]} of {dayWords(row.day)}, {amountWords(row, row.amount)}</span>
            </button>
          )}
          {isCorrected ? <span className="row-sub">{count(row.correctedBy.length, 'correction')}</span> : null}
        </td>
      </tr>
      {isOpen ? (
        <tr id={id} className="row-detail" onKeyDown={closeOnEscape}>
          <td colSpan={6}>
            <CorrectForm row={row} onDone={close} />
          </td>
        </tr>
      ) : null}
    </>
  )
}

function CorrectForm({ row, onDone }: { row: LedgerRow; onDone: () => void }) {
  const ask = useAsk()
  const id = useId()
  const [amount, setAmount] = useState(String(row.standingAmount))
  const [note, setNote] = useState('')
  const [worth, setWorth] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault()
    const read = parseNumber(amount)
    if (typeof read !== 'number' || read < 0) return setProblem('What should the amount have been? A number of 0 or more.')
    const usd = parseNumber(worth)
    if (usd === 'not-a-number' || (usd !== null && usd < 0)) return setProblem('What was it worth? A number of 0 or more, or nothing to keep what is known.')
    if (note.trim() === '') return setProblem('Say why: a correction without a reason helps nobody later.')
    const reply = await ask('ledger.correct', { id: row.id, amount: read, note: note.trim(), ...(usd === null ? {} : { fairUsd: usd }) })
    if (reply.ok) return onDone()
    if (looksLikeSecret(note)) setNote('')
    setProblem(reply.failure.message)
  }
  return (
    <form className="ledger-correct" onSubmit={(event) => void submit(event)} noValidate>
      <p className="small muted">
        The entry written <Moment at={row.recordedAt} /> stays as it is; a correction is added that makes up the difference. 0 strikes it out.
      </p>
      <div className="field">
        <label htmlFor={`${id}-amount`}>The amount should be, in {row.asset}</label>
        <input id={`${id}-amount`} className="input input-number" inputMode="decimal" value={amount} aria-invalid={problem ? true : undefined} aria-describedby={problem ? `${id}-problem` : undefined} onChange={(event) => setAmount(event.target.value)} />
      </div>
      <NumberField label="Worth then, in all" unit="USD" value={worth} onChange={setWorth} placeholder={row.standingUsd === null ? 'not known' : 'as it is'} />
      <div className="field">
        <label htmlFor={`${id}-note`}>Why</label>
        <input id={`${id}-note`} className="input input-wide" maxLength={500} value={note} onChange={(event) => setNote(event.target.value)} />
      </div>
      <span className="field-box">
        <button type="submit" className="button button-small button-main">
          Add the correction
        </button>
        <button type="button" className="button button-small" onClick={onDone}>
          Leave it
        </button>
      </span>
      {problem ? (
        <span id={`${id}-problem`} className="field-problem" role="alert">
          {problem}
        </span>
      ) : null}
    </form>
  )
}
