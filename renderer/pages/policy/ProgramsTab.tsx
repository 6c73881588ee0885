/** What else runs on the cards, whose it is and how that was told; which programs count and which never do. */
import { useState, type FormEvent } from 'react'
import { FieldNotes, SavedMark } from '../../components/FieldNotes.tsx'
import { IgnoreProgram } from '../../components/IgnoreProgram.tsx'
import { Section } from '../../components/Page.tsx'
import { count } from '../../format/numbers.ts'
import { useNames } from '../../state/use-names.ts'
import { usePart } from '../../state/window-context.ts'
import { PolicyNumber, PolicySwitch } from './fields.tsx'
import { cardsToShow } from './programs.ts'
import { ProgramsOnCard } from './ProgramsOnCard.tsx'
import { usePolicyChange } from './use-policy-change.ts'

export function ProgramsTab() {
  const { settings, cards } = usePart('policy')
  const names = useNames()
  const { shown, quiet } = cardsToShow(cards)
  return (
    <>
      <Section title="On the cards now">
        {cards.length === 0 ? (
          <p className="unknown-block">No card has been read yet.</p>
        ) : (
          <div className="stack">
            {shown.map((card) => (
              <ProgramsOnCard key={card.gpuId} card={card} name={names.card(card.gpuId)} />
            ))}
            {quiet.length > 0 ? (
              <details className="folded">
                <summary>{count(quiet.length, 'card')} with nothing of yours on {quiet.length === 1 ? 'it' : 'them'}</summary>
                {quiet.map((card) => (
                  <ProgramsOnCard key={card.gpuId} card={card} name={names.card(card.gpuId)} />
                ))}
              </details>
            ) : null}
          </div>
        )}
      </Section>
      <Section title="What counts as in your way">
        <div className="settings">
          <PolicyNumber name="busyFrom" label="From this share of the card on" unit="%" scale={100} help="A program that is not Idlewatt’s, and uses more, stops what runs on that card." />
          <PolicyNumber name="busyMemoryMb" label="Or from this much of its memory on" unit="MB" help="A game that is paused does nothing, and holds its memory." />
          <PolicySwitch name="countsFullScreen" label="A program in full screen counts" help="On every card that may drive the display." />
          <PolicySwitch name="countsGameMode" label="GameMode counts" help="Games ask for it themselves on Linux." />
        </div>
      </Section>
      <Section title="Programs that never count" aside={count(settings.ignoredPrograms.length, 'program')}>
        {settings.ignoredPrograms.length === 0 ? <p className="muted">None. “Ignore this program” stands beside every sentence that names one.</p> : null}
        <ul className="program-list">
          {settings.ignoredPrograms.map((name) => (
            <li key={name}>
              <code>{name}</code> <IgnoreProgram name={name} isIgnored />
            </li>
          ))}
        </ul>
      </Section>
      <Section title="Programs that always count" aside={count(settings.busyPrograms.length, 'program')}>
        <BusyPrograms />
      </Section>
    </>
  )
}

function BusyPrograms() {
  const { busyPrograms } = usePart('policy').settings
  const change = usePolicyChange()
  const [typed, setTyped] = useState('')
  const [outcome, setOutcome] = useState<{ saved: boolean; problem?: string }>({ saved: false })
  async function keep(next: string[]): Promise<void> {
    const failure = await change({ busyPrograms: next })
    setOutcome(failure === null ? { saved: true } : { saved: false, problem: failure })
    if (failure === null) setTyped('')
  }
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault()
    const name = typed.trim()
    if (name === '') return setOutcome({ saved: false, problem: 'Type the name of a program, as the system lists it.' })
    if (/[/\\]/.test(name)) return setOutcome({ saved: false, problem: 'The name alone, without its folder: blender, not /usr/bin/blender.' })
    if (busyPrograms.some((one) => one.toLowerCase() === name.toLowerCase())) return setOutcome({ saved: false, problem: `${name} counts already.` })
    await keep([...busyPrograms, name])
  }
  return (
    <>
      {busyPrograms.length === 0 ? <p className="muted">None. A program named here stops what runs as soon as it is on a card, however little it does.</p> : null}
      <ul className="program-list">
        {busyPrograms.map((name) => (
          <li key={name}>
            <code>{name}</code>{' '}
            <button type="button" className="button button-small" onClick={() => void keep(busyPrograms.filter((one) => one !== name)).then(() => document.getElementById('busy-program')?.focus())}>
              Take off<span className="visually-hidden"> {name}</span>
            </button>
          </li>
        ))}
      </ul>
      <form className="program-add" onSubmit={(event) => void submit(event)} noValidate>
        <div className={outcome.problem ? 'field field-wrong' : 'field'}>
          <label htmlFor="busy-program">Another program</label>
          <span className="field-box">
            <input id="busy-program" className="input input-zone" autoComplete="off" spellCheck={false} maxLength={200} value={typed} aria-invalid={outcome.problem ? true : undefined} aria-describedby={outcome.problem ? 'busy-program-problem' : undefined} onChange={(event) => { setTyped(event.target.value); setOutcome({ saved: false }) }} />
            <button type="submit" className="button">
              Add
            </button>
            <SavedMark saved={outcome.saved} />
          </span>
          <FieldNotes id="busy-program" problem={outcome.problem} />
        </div>
      </form>
    </>
  )
}
