/** The hours in which nothing is sent: both ends or neither, saved together. */
import { useId, useState } from 'react'
import { FieldNotes, SavedMark } from '../../components/FieldNotes.tsx'
import { useAsk } from '../../state/window-context.ts'

export function QuietHours({ from, to }: { from: string | null; to: string | null }) {
  const ask = useAsk()
  const id = useId()
  /** What is being typed; null: the fields show what is saved. */
  const [typed, setTyped] = useState<{ from: string; to: string } | null>(null)
  const [outcome, setOutcome] = useState<{ saved: boolean; problem?: string }>({ saved: false })
  const shown = typed ?? { from: from ?? '', to: to ?? '' }

  async function save(next: { from: string; to: string }): Promise<void> {
    if ((next.from === '') !== (next.to === '')) return setOutcome({ saved: false, problem: 'Set both times, or neither.' })
    if (next.from !== '' && next.from === next.to) return setOutcome({ saved: false, problem: 'The two times are the same: that would be no time, or all day.' })
    const reply = await ask('settings.change', { quietFrom: next.from || null, quietTo: next.to || null })
    setOutcome(reply.ok ? { saved: true } : { saved: false, problem: reply.failure.message })
    if (reply.ok) setTyped(null)
  }
  function type(change: Partial<{ from: string; to: string }>): void {
    setTyped({ ...shown, ...change })
    setOutcome({ saved: false })
  }
  return (
    <fieldset
      className="field quiet"
      onBlur={(event) => {
        if (typed !== null && !event.currentTarget.contains(event.relatedTarget)) void save(typed)
      }}
    >
      <legend>Quiet hours</legend>
      <span className="field-box">
        <label htmlFor={`${id}-from`}>from</label>
        <input id={`${id}-from`} className="input" type="time" value={shown.from} aria-describedby={`${id}-help`} onChange={(event) => type({ from: event.target.value })} />
        <label htmlFor={`${id}-to`}>to</label>
        <input id={`${id}-to`} className="input" type="time" value={shown.to} aria-describedby={`${id}-help`} onChange={(event) => type({ to: event.target.value })} />
        {shown.from !== '' || shown.to !== '' ? (
          <button type="button" className="button button-small" onClick={() => void save({ from: '', to: '' }).then(() => setTyped(null))}>
            None
          </button>
        ) : null}
        <SavedMark saved={outcome.saved} />
      </span>
      <FieldNotes id={id} problem={outcome.problem} help="By the clock of the machine that is watched; they may go over midnight. What began in them and lasts is told when they are over." />
    </fieldset>
  )
}
