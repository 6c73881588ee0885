/** Each programme and its cards: what is to happen, why, until when; opened, every rule as it stands. */
import { useRef, useState, type KeyboardEvent } from 'react'
import { Icon } from '../../components/Icon.tsx'
import { IgnoreProgram } from '../../components/IgnoreProgram.tsx'
import { ShortMoment } from '../../components/Moment.tsx'
import { MarkWord } from '../../components/ProviderMark.tsx'
import { ScrollBox } from '../../components/Page.tsx'
import { Words } from '../../components/Words.tsx'
import { count } from '../../format/numbers.ts'
import { decisionGroups, decisionsToSay, doMark, withoutUntil, type DecisionGroup } from '../../state/policy.ts'
import { writeRoute } from '../../state/route.ts'
import { useNames } from '../../state/use-names.ts'
import { usePart } from '../../state/window-context.ts'
import { Explained } from './Explained.tsx'

export function DecisionsTable() {
  const policy = usePart('policy')
  const { notActing } = policy
  /** The pair whose rules are shown; a line may come and go around it. */
  const [open, setOpen] = useState<string | null>(null)
  const groups = decisionGroups(decisionsToSay(policy))
  if (groups.length === 0) {
    return (
      <p className="unknown-block">
        No programme is set up, so there is nothing to decide. <a href={writeRoute('networks')}>See which could be</a>.
      </p>
    )
  }
  return (
    <ScrollBox label="Decisions for each programme">
      <table className="table decisions">
        <thead>
          <tr>
            <th scope="col">Programme</th>
            <th scope="col">Cards</th>
            <th scope="col">Decision</th>
            <th scope="col">Because</th>
            <th scope="col">Until</th>
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => {
            const pairs = pairsOf(group)
            const isOpen = open !== null && pairs.includes(open)
            return <Line key={pairs[0]} group={group} isOpen={isOpen} isActing={notActing === null} onOpen={() => setOpen(isOpen ? null : (pairs[0] ?? null))} />
          })}
        </tbody>
      </table>
    </ScrollBox>
  )
}

function pairsOf({ decision, gpuIds }: DecisionGroup): string[] {
  return gpuIds.length === 0 ? [`${decision.programmeId}|`] : gpuIds.map((gpuId) => `${decision.programmeId}|${gpuId}`)
}

function Line({ group, isOpen, isActing, onOpen }: { group: DecisionGroup; isOpen: boolean; isActing: boolean; onOpen: () => void }) {
  const names = useNames()
  const button = useRef<HTMLButtonElement>(null)
  const { decision, gpuIds } = group
  const [first, ...others] = decision.because
  function closeOnEscape(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || !isOpen) return
    event.preventDefault()
    onOpen()
    button.current?.focus()
  }
  return (
    <>
      <tr className={isOpen ? 'row-open' : undefined} onKeyDown={closeOnEscape}>
        <th scope="row">
          <button ref={button} type="button" className="row-button" aria-expanded={isOpen} onClick={onOpen}>
            <Icon name="open" />
            <span>
              {names.programme(decision.programmeId)}
              <span className="row-sub">{isOpen ? 'Hide the rules' : 'Explain'}</span>
            </span>
          </button>
        </th>
        <td>{gpuIds.length === 0 ? <span className="muted">none</span> : gpuIds.length === 1 ? names.card(gpuIds[0] ?? '') : <span title={gpuIds.map(names.card).join(', ')}>{count(gpuIds.length, 'card')}</span>}</td>
        <td>
          <MarkWord mark={doMark(decision.do, isActing)} />
        </td>
        <td className="decision-because">
          {first ? (
            <p>
              <Words text={first.sentence} /> {first.program ? <IgnoreProgram name={first.program.name} /> : null}
            </p>
          ) : null}
          {first && first.evidence.length > 0 ? (
            <p className="row-sub">
              {first.evidence.join('; ')} · since <ShortMoment at={first.since} />
            </p>
          ) : null}
          {others.length > 0 ? (
            <ul className="decision-others small">
              {others.map((one) => (
                <li key={`${one.rule} ${one.sentence}`}>
                  <Words text={one.sentence} />
                  {one.evidence.length > 0 ? <span className="row-sub">{one.evidence.join('; ')}</span> : null}
                  {one.program && one.program.name !== first?.program?.name ? <IgnoreProgram name={one.program.name} /> : null}
                </li>
              ))}
            </ul>
          ) : null}
        </td>
        <td>
          <Words text={withoutUntil(decision.untilWords)} />
        </td>
      </tr>
      {isOpen ? (
        <tr className="row-detail" onKeyDown={closeOnEscape}>
          <td colSpan={5}>
            <Explained programmeId={decision.programmeId} gpuId={gpuIds[0] ?? null} alike={gpuIds.slice(1)} />
          </td>
        </tr>
      ) : null}
    </>
  )
}
