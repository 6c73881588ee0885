/** The weekly table of electricity prices: drawn as it is, and set hour by hour. */
import { useId, useState, type FormEvent } from 'react'
import { NumberField } from '../../components/NumberField.tsx'
import { FieldNotes, SavedMark } from '../../components/FieldNotes.tsx'
import { formatPlain, gap } from '../../format/numbers.ts'
import { numberProblem, parseNumber } from '../../format/typed-number.ts'
import { useAsk } from '../../state/window-context.ts'
import { dayNames, evenWeek, levelOf, setHours, stretchesOf } from './weekly-table.ts'

const hours = Array.from({ length: 25 }, (_, hour) => hour)
/** As many prices as a legend has room for. */
const mostPrices = 8
const hourText = (hour: number): string => `${String(hour).padStart(2, '0')}:00`

export function WeeklyTariff({ week, usual, currency }: { week: number[] | null; usual: number | null; currency: string }) {
  return (
    <div className="stack">
      {week === null ? <p className="muted">No table has been set. Begin with a price for every hour, then set those that differ.</p> : <WeekGrid week={week} currency={currency} />}
      <HoursForm week={week} usual={usual} currency={currency} />
    </div>
  )
}

/** A box of fewer hours has no room for its price, which the list below says. */
const shortHours = 2

/** A row a day; each stretch of one price is one box as wide as its hours. */
function WeekGrid({ week, currency }: { week: number[]; currency: string }) {
  return (
    <>
      <table className="week-grid">
      <caption className="small muted">{currency} per kilowatt-hour by the hour of the week. The stronger the colour, the dearer.</caption>
      <tbody>
        <tr aria-hidden="true">
          <td className="week-corner" />
          <td className="week-hours">
            {[0, 6, 12, 18, 24].map((hour) => (
              <span key={hour} style={{ left: `${(hour / 24) * 100}%` }}>
                {hourText(hour)}
              </span>
            ))}
          </td>
        </tr>
        {dayNames.map((name, day) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>
              <ul className="week-day">
                {stretchesOf(week, day).map(({ from, to, price }) => (
                  <li key={from} className="week-stretch" style={{ gridColumn: `span ${to - from}` }} data-level={Math.round(levelOf(price, week) * 4)} title={`${hourText(from)} to ${hourText(to)}: ${formatPlain(price)} ${currency}/kWh`}>
                    <span className="visually-hidden">{`${hourText(from)} to ${hourText(to)}: `}</span>
                    <span className={to - from < shortHours ? 'visually-hidden' : undefined}>{formatPlain(price)}</span>
                  </li>
                ))}
              </ul>
            </td>
          </tr>
        ))}
      </tbody>
      </table>
      <ul className="week-prices small muted" aria-hidden="true">
        {[...new Set(week)].sort((one, other) => one - other).slice(0, mostPrices).map((price) => (
          <li key={price}>
            <span className="week-stretch" data-level={Math.round(levelOf(price, week) * 4)} /> {formatPlain(price)}
            {gap}
            {currency}/kWh
          </li>
        ))}
        {new Set(week).size > mostPrices ? <li>and {new Set(week).size - mostPrices} more; hold the pointer over an hour to read its price</li> : null}
      </ul>
    </>
  )
}

function HoursForm({ week, usual, currency }: { week: number[] | null; usual: number | null; currency: string }) {
  const ask = useAsk()
  const id = useId()
  const [days, setDays] = useState<number[]>([0, 1, 2, 3, 4, 5, 6])
  const [from, setFrom] = useState(0)
  const [to, setTo] = useState(24)
  const [typed, setTyped] = useState(usual === null ? '' : String(usual))
  const [outcome, setOutcome] = useState<{ saved: boolean; problem?: string }>({ saved: false })

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault()
    const price = parseNumber(typed)
    if (price === null || price === 'not-a-number') return setOutcome({ saved: false, problem: price === null ? 'This needs a price.' : numberProblem })
    if (days.length === 0) return setOutcome({ saved: false, problem: 'Choose at least one day.' })
    if (from === to) return setOutcome({ saved: false, problem: 'The two hours are the same.' })
    const isWhole = days.length === 7 && from === 0 && to === 24
    if (week === null && !isWhole) return setOutcome({ saved: false, problem: 'Begin with a price for every hour of every day.' })
    const next = week === null ? evenWeek(price) : setHours(week, days, from, to, price)
    const reply = await ask('settings.change', { weeklyTariff: next, tariffKind: 'weekly' })
    setOutcome(reply.ok ? { saved: true } : { saved: false, problem: reply.failure.message })
  }

  return (
    <form className="week-form" onSubmit={(event) => void submit(event)} noValidate>
      <fieldset className="week-days">
        <legend>Days</legend>
        {dayNames.map((name, day) => (
          <label key={name} className="choice choice-inline">
            <input type="checkbox" checked={days.includes(day)} onChange={(event) => { setDays(event.target.checked ? [...days, day].sort() : days.filter((one) => one !== day)); setOutcome({ saved: false }) }} />
            <abbr title={name}>{name.slice(0, 3)}</abbr>
          </label>
        ))}
      </fieldset>
      <HourChoice id={`${id}-from`} label="From" value={from} choices={hours.slice(0, 24)} onChange={setFrom} />
      <HourChoice id={`${id}-to`} label="To" value={to} choices={hours.slice(1)} onChange={setTo} />
      <NumberField label="Price" unit={`${currency}/kWh`} size="small" value={typed} onChange={(text) => { setTyped(text); setOutcome({ saved: false }) }} />
      <span className="field-box">
        <button type="submit" className="button button-small">
          Set these hours
        </button>
        <SavedMark saved={outcome.saved} />
      </span>
      <FieldNotes id={id} problem={outcome.problem} />
    </form>
  )
}

function HourChoice({ id, label, value, choices, onChange }: { id: string; label: string; value: number; choices: number[]; onChange: (hour: number) => void }) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} className="select" value={value} onChange={(event) => onChange(Number(event.target.value))}>
        {choices.map((hour) => (
          <option key={hour} value={hour}>
            {hourText(hour)}
          </option>
        ))}
      </select>
    </div>
  )
}
