/** Every requirement: what is asked, what this machine has, why, what would mend it, and who says so. */
import type { NeedResult } from '../../../shared/network.ts'
import { Icon, type IconName } from '../../components/Icon.tsx'
import { Words } from '../../components/Words.tsx'
import { SourceLink } from '../../components/SourceLink.tsx'
import { needsInOrder, outcomeOf, type Outcome } from './needs.ts'

const outcomes: Record<Outcome, { icon: IconName; word: string; className: string }> = {
  no: { icon: 'no', word: 'Not met', className: 'verdict verdict-bad' },
  fixable: { icon: 'fix', word: 'Fixable', className: 'verdict verdict-fix' },
  'to-check': { icon: 'unknown', word: 'To check', className: 'verdict verdict-unknown' },
  met: { icon: 'yes', word: 'Met', className: 'verdict verdict-good' },
}

export function NeedsTable({ needs }: { needs: NeedResult[] }) {
  if (needs.length === 0) return <p className="muted">No requirement is published.</p>
  return (
    <table className="table table-small needs-table">
      <thead>
        <tr>
          <th scope="col">Requirement</th>
          <th scope="col">Asked for</th>
          <th scope="col">Here</th>
          <th scope="col">Why, what helps, and who says so</th>
        </tr>
      </thead>
      <tbody>
        {needsInOrder(needs).map((need) => {
          const outcome = outcomes[outcomeOf(need)]
          return (
            <tr key={need.id}>
              <th scope="row" className="wrap">
                {need.title}
                <span className={`row-sub ${outcome.className}`}>
                  <Icon name={outcome.icon} />
                  {outcome.word}
                </span>
              </th>
              <td className="wrap">{need.required}</td>
              <td className="wrap">{need.actual ?? <span className="unknown">not known</span>}</td>
              <td className="wrap">
                <Words text={need.why} />
                {need.ok !== true && need.remedy ? <span className="remedy"><Words text={need.remedy} /></span> : null}
                <span className="row-sub"><SourceLink source={need.source} /></span>
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
