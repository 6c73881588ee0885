/** The time zone by whose clock the weekly table, and times in a file that name none, are read. */
import { useId, useRef, useState } from 'react'
import { FieldNotes, SavedMark } from '../../components/FieldNotes.tsx'
import { useAsk } from '../../state/window-context.ts'
import { isSameZone, spelledZone, windowZone, zoneNames } from './zones.ts'

const names = zoneNames()

/** `inUse`: the zone that holds; null: not known yet. `isOfFile`: of a file of prices, else of the weekly table. */
export function TariffZone({ zone, inUse, isOfFile }: { zone: string | null; inUse: string | null; isOfFile: boolean }) {
  const ask = useAsk()
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  /** What is being typed; null: the field shows what is saved. */
  const [typed, setTyped] = useState<string | null>(null)
  const [outcome, setOutcome] = useState<{ saved: boolean; problem?: string }>({ saved: false })
  const own = windowZone()
  const isElsewhere = own !== null && inUse !== null && !isSameZone(own, inUse)

  async function save(text: string): Promise<void> {
    const wanted = text.trim() === '' ? null : spelledZone(text)
    if (wanted === null && text.trim() !== '') return setOutcome({ saved: false, problem: `There is no time zone “${text.trim().slice(0, 60)}”. Names look like Europe/Berlin.` })
    if (wanted === zone) {
      setOutcome({ saved: false })
      return setTyped(null)
    }
    const reply = await ask('settings.change', { tariffZone: wanted })
    setOutcome(reply.ok ? { saved: true } : { saved: false, problem: reply.failure.message })
    if (reply.ok) setTyped(null)
  }
  const machines = zone === null && inUse !== null ? `this machine’s own, ${inUse}` : 'this machine’s own'
  return (
    <div className={outcome.problem ? 'field field-wrong' : 'field'}>
      <label htmlFor={id}>Time zone of the {isOfFile ? 'file' : 'table'}</label>
      <span className="field-box">
        <input
          ref={field}
          id={id}
          className="input input-zone"
          list={`${id}-names`}
          autoComplete="off"
          spellCheck={false}
          maxLength={64}
          placeholder={zone === null && inUse !== null ? inUse : 'this machine’s own'}
          value={typed ?? zone ?? ''}
          aria-invalid={outcome.problem ? true : undefined}
          aria-describedby={outcome.problem ? `${id}-problem ${id}-help` : `${id}-help`}
          onChange={(event) => {
            setTyped(event.target.value)
            setOutcome({ saved: false })
          }}
          onBlur={() => void (typed !== null && save(typed))}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && typed !== null) void save(typed)
          }}
        />
        <datalist id={`${id}-names`}>
          {names.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        {isElsewhere && own !== null ? (
          <button type="button" className="button button-small" onClick={() => { field.current?.focus(); void save(own) }}>
            Use {own}
          </button>
        ) : null}
        <SavedMark saved={outcome.saved} />
      </span>
      <FieldNotes
        id={id}
        problem={outcome.problem}
        help={`Empty: ${machines}.${isElsewhere ? ` This window’s clock is in ${own}.` : ''}${isOfFile ? ' Used where the file names none, for files read from now on.' : ''}`}
      />
    </div>
  )
}
