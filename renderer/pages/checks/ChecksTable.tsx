/** What was measured: what is asked for, what is here, why, what helps, who says so, and the way to check one again. */
import type { CheckRecord } from '../../../shared/preflight.ts'
import { Icon, type IconName } from '../../components/Icon.tsx'
import { Age } from '../../components/Moment.tsx'
import { ScrollBox } from '../../components/Page.tsx'
import { SourceLink } from '../../components/SourceLink.tsx'
import { Words } from '../../components/Words.tsx'
import { checkGroups, outcomeOfCheck, type CheckOutcome } from './checks.ts'

const outcomes: Record<CheckOutcome, { icon: IconName; word: string; tone: string }> = {
  no: { icon: 'no', word: 'Not met', tone: 'bad' },
  fixable: { icon: 'fix', word: 'Fixable', tone: 'fix' },
  'to-check': { icon: 'unknown', word: 'Not known', tone: 'unknown' },
  met: { icon: 'yes', word: 'Met', tone: 'good' },
}

export interface ChecksTableProps {
  label: string
  checks: readonly CheckRecord[]
  /** Names a programme for its heading. */
  nameOf: (programmeId: string) => string
  /** Those that are being checked again. */
  running: ReadonlySet<string>
  onAgain: (check: CheckRecord) => void
}

export function ChecksTable({ label, checks, nameOf, running, onAgain }: ChecksTableProps) {
  const groups = checkGroups(checks)
  return (
    <ScrollBox label={label}>
      <table className="table table-small checks">
        <caption className="visually-hidden">{label}</caption>
        <thead>
          <tr>
            <th scope="col">Requirement</th>
            <th scope="col">Asked for</th>
            <th scope="col">Here</th>
            <th scope="col">Why, what helps, and who says so</th>
            <th scope="col">
              <span className="visually-hidden">Check it again</span>
            </th>
          </tr>
        </thead>
        {groups.map((group) => (
          <tbody key={group.programmeId ?? ''}>
            {groups.length > 1 ? (
              <tr className="group-row">
                <th scope="rowgroup" colSpan={5}>
                  {group.programmeId === null ? 'This machine' : nameOf(group.programmeId)}
                </th>
              </tr>
            ) : null}
            {group.checks.map((check) => (
              <CheckRow key={check.id} check={check} isRunning={running.has(checkKey(check))} onAgain={onAgain} />
            ))}
          </tbody>
        ))}
      </table>
    </ScrollBox>
  )
}

export function checkKey(check: Pick<CheckRecord, 'id' | 'programmeId'>): string {
  return `${check.programmeId ?? ''} ${check.id}`
}

function CheckRow({ check, isRunning, onAgain }: { check: CheckRecord; isRunning: boolean; onAgain: (check: CheckRecord) => void }) {
  const outcome = outcomes[outcomeOfCheck(check)]
  return (
    <tr>
      <th scope="row" className="wrap">
        {check.title}
        <span className={`row-sub verdict verdict-${outcome.tone}`}>
          <Icon name={outcome.icon} />
          {outcome.word}
        </span>
      </th>
      <td className="wrap">{check.required}</td>
      <td className="wrap">
        {check.actual ?? <span className="unknown">not known</span>}
        <span className="row-sub">
          <Age at={check.measuredAt} />
        </span>
      </td>
      <td className="wrap">
        <Words text={check.why} />
        {check.ok !== true && check.remedy !== null ? (
          <span className="remedy">
            <Words text={check.remedy} />
          </span>
        ) : null}
        {check.source ? (
          <span className="row-sub">
            <SourceLink source={check.source} />
          </span>
        ) : null}
      </td>
      <td>
        <button type="button" className="button button-small" aria-disabled={isRunning ? true : undefined} onClick={() => (isRunning ? undefined : onAgain(check))}>
          {isRunning ? 'Checking …' : 'Check again'}
          <span className="visually-hidden"> {check.title}</span>
        </button>
      </td>
    </tr>
  )
}
