/** What to know before: what may destroy work or cost money first; and containers of others that a step could hurt. */
import type { EnrolmentReport, Trap } from '../../../../shared/enrolment.ts'
import { Icon } from '../../../components/Icon.tsx'
import { Notice } from '../../../components/Notice.tsx'
import { SourceLink } from '../../../components/SourceLink.tsx'
import { Words } from '../../../components/Words.tsx'
import { count } from '../../../format/numbers.ts'

const words: Record<Trap['severity'], { word: string; level: string }> = { danger: { word: 'Danger', level: 'error' }, warning: { word: 'Warning', level: 'warning' }, note: { word: 'Note', level: 'info' } }

/** What may destroy work or cost money stands in full; the rest stands with its steps, and here on request. */
export function Traps({ traps }: { traps: readonly Trap[] }) {
  const dangers = traps.filter((trap) => trap.severity === 'danger')
  const others = traps.filter((trap) => trap.severity !== 'danger')
  return (
    <>
      <TrapList label="Dangers to know before" traps={dangers} />
      {others.length > 2 ? (
        <details className="folded">
          <summary>{`${count(others.length, dangers.length > 0 ? 'more thing' : 'thing')} to know before`}</summary>
          <TrapList label="To know before" traps={others} />
        </details>
      ) : (
        <TrapList label="To know before" traps={others} />
      )}
    </>
  )
}

function TrapList({ label, traps }: { label: string; traps: readonly Trap[] }) {
  if (traps.length === 0) return null
  return (
    <ul className="stack" aria-label={label}>
      {traps.map((trap) => (
        <li key={`${trap.id} ${trap.sentence}`} className={`notice notice-${words[trap.severity].level}`}>
          <Icon name={trap.severity === 'note' ? 'info' : 'warning'} />
          <div className="notice-text">
            <p>
              <strong>{words[trap.severity].word}:</strong> <Words text={trap.sentence} />
            </p>
            <p className="small muted">
              <SourceLink source={trap.source} />
            </p>
          </div>
        </li>
      ))}
    </ul>
  )
}

/** The same inside the step that holds them, where they have been said above already. */
export function TrapLines({ traps }: { traps: readonly Trap[] }) {
  return traps.map((trap) => (
    <p key={`${trap.id} ${trap.sentence}`} className={`step-trap step-trap-${trap.severity}`}>
      <Icon name={trap.severity === 'note' ? 'info' : 'warning'} />
      <span>
        <strong>{words[trap.severity].word}:</strong> <Words text={trap.sentence} />
      </span>
    </p>
  ))
}

export function Strangers({ strangers }: { strangers: EnrolmentReport['strangers'] }) {
  if (strangers.length === 0) return null
  return (
    <Notice level="error" title={`${count(strangers.length, 'container')} of others ${strangers.length === 1 ? 'is' : 'are'} on the same Docker, and this programme’s software may remove ${strangers.length === 1 ? 'it' : 'them'}.`}>
      <ul className="alert-cards">
        {strangers.map((one) => (
          <li key={one.id}>
            <code>{one.name.replace(/^\//, '')}</code> {one.image} ({one.id.slice(0, 12)}, {one.state})
          </li>
        ))}
      </ul>
      <p>Move them to another machine, or remove them yourself if nobody needs them. Until then it is not started.</p>
    </Notice>
  )
}
