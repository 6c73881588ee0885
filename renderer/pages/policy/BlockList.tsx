/** The blocks that the week is made of: those that overlap named, each removed by a click, one added to the minute. */
import { useId, useRef, useState, type FormEvent } from 'react'
import { runModes, type RunMode, type ScheduleBlock } from '../../../shared/policy.ts'
import { FieldNotes, SavedMark } from '../../components/FieldNotes.tsx'
import { Notice } from '../../components/Notice.tsx'
import { count } from '../../format/numbers.ts'
import { capitalise } from '../../format/words.ts'
import { modeWords } from '../../state/policy.ts'
import { useNames } from '../../state/use-names.ts'
import { usePart } from '../../state/window-context.ts'
import { blockWords, dayNames, overlaps } from './week-plan.ts'

interface Keeping {
  /** The card whose plan is shown; a new block is for it. null: every card. */
  gpuId: string | null
  keep: (schedule: ScheduleBlock[]) => Promise<string | null>
}

/** As many overlaps as a reader takes in. */
const mostOverlaps = 5

export function BlockList({ gpuId, keep }: Keeping) {
  const { schedule } = usePart('policy').settings
  const names = useNames()
  const heading = useRef<HTMLHeadingElement>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const crossing = overlaps(schedule)
  const of = (block: ScheduleBlock): string => (block.gpuId === null ? 'every card' : names.card(block.gpuId))
  async function remove(block: ScheduleBlock): Promise<void> {
    setFailure(await keep(schedule.filter((one) => one !== block)))
    heading.current?.focus()
  }
  return (
    <div className="blocks">
      <h3 ref={heading} tabIndex={-1}>
        {schedule.length === 0 ? 'No block is set' : count(schedule.length, 'block')}
      </h3>
      {schedule.length === 0 ? <p className="muted">So the same holds at every hour: what is chosen for “outside of every block”.</p> : null}
      {crossing.length > 0 ? (
        <Notice level="info" title={crossing.length === 1 ? 'Two blocks overlap.' : `${crossing.length} pairs of blocks overlap.`}>
          <p>Where they do, the stricter one holds.</p>
          <ul className="policy-list">
            {crossing.slice(0, mostOverlaps).map(({ one, other, holds }, i) => (
              <li key={i}>
                “{blockWords(one)}” ({of(one)}) and “{blockWords(other)}” ({of(other)}): <strong>{modeWords[holds]}</strong> holds.
              </li>
            ))}
            {crossing.length > mostOverlaps ? <li>and {crossing.length - mostOverlaps} more</li> : null}
          </ul>
        </Notice>
      ) : null}
      <ul className="block-list">
        {schedule.map((block, i) => (
          <li key={`${i} ${blockWords(block)} ${block.gpuId}`}>
            <span>{blockWords(block)}</span>
            <span className="muted">{of(block)}</span>
            <button type="button" className="button button-small" onClick={() => void remove(block)}>
              Remove<span className="visually-hidden"> {blockWords(block)}, {of(block)}</span>
            </button>
          </li>
        ))}
      </ul>
      {failure ? (
        <p className="field-problem" role="alert">
          {failure}
        </p>
      ) : null}
      <details className="folded">
        <summary>Add a block to the minute</summary>
        <BlockForm gpuId={gpuId} keep={keep} />
      </details>
    </div>
  )
}

function BlockForm({ gpuId, keep }: Keeping) {
  const { schedule } = usePart('policy').settings
  const names = useNames()
  const id = useId()
  const [days, setDays] = useState<number[]>([1, 2, 3, 4, 5])
  const [from, setFrom] = useState('22:00')
  const [to, setTo] = useState('06:00')
  const [may, setMay] = useState<RunMode>('always')
  const [outcome, setOutcome] = useState<{ saved: boolean; problem?: string }>({ saved: false })
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault()
    if (days.length === 0) return setOutcome({ saved: false, problem: 'Choose at least one day.' })
    if (from === '' || to === '') return setOutcome({ saved: false, problem: 'Both times are needed.' })
    const failure = await keep([...schedule, { days, from, to, may, gpuId }])
    setOutcome(failure === null ? { saved: true } : { saved: false, problem: failure })
  }
  const isOver = to !== '' && from !== '' && to <= from
  return (
    <form className="week-form" onSubmit={(event) => void submit(event)} noValidate>
      <fieldset className="week-days">
        <legend>Begins on</legend>
        {dayNames.map((name, i) => (
          <label key={name} className="choice choice-inline">
            <input type="checkbox" checked={days.includes(i + 1)} onChange={(event) => setDays(event.target.checked ? [...days, i + 1].sort((a, b) => a - b) : days.filter((one) => one !== i + 1))} />
            <abbr title={name}>{name.slice(0, 3)}</abbr>
          </label>
        ))}
      </fieldset>
      <div className="field">
        <label htmlFor={`${id}-from`}>From</label>
        <input id={`${id}-from`} className="input" type="time" value={from} onChange={(event) => setFrom(event.target.value)} />
      </div>
      <div className="field">
        <label htmlFor={`${id}-to`}>To{isOver ? (from === to ? ' (a whole day)' : ' (on the day after)') : ''}</label>
        <input id={`${id}-to`} className="input" type="time" value={to} onChange={(event) => setTo(event.target.value)} />
      </div>
      <div className="field">
        <label htmlFor={`${id}-may`}>May run</label>
        <select id={`${id}-may`} className="select" value={may} onChange={(event) => setMay(event.target.value as RunMode)}>
          {runModes.map((mode) => (
            <option key={mode} value={mode}>
              {capitalise(modeWords[mode])}
            </option>
          ))}
        </select>
      </div>
      <span className="field-box">
        <button type="submit" className="button button-small">
          Add for {gpuId === null ? 'every card' : names.card(gpuId)}
        </button>
        <SavedMark saved={outcome.saved} />
      </span>
      <FieldNotes id={id} problem={outcome.problem} />
    </form>
  )
}
