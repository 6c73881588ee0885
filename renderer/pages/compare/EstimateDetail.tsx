/** Everything behind one row, in tabs: how the number is made, what moves it, whether this machine can join, what it binds. */
import { Tabs } from 'radix-ui'
import type { Estimate } from '../../../shared/earnings.ts'
import type { ProgrammeInfo } from '../../../shared/network.ts'
import { Words } from '../../components/Words.tsx'
import { OutLink } from '../../components/SourceLink.tsx'
import type { MoneyFormat } from '../../format/money.ts'
import { count } from '../../format/numbers.ts'
import { capitalise, hostOf, softwareWords } from '../../format/words.ts'
import { writeRoute } from '../../state/route.ts'
import { notMet, toCheck } from '../../state/joining.ts'
import { BindsTab } from './BindsTab.tsx'
import { hasSum, MakingTab } from './MakingTab.tsx'
import { NeedsTable } from './NeedsTable.tsx'
import { SensitivityTab } from './SensitivityTab.tsx'

const reasonsInSight = 3

export function EstimateDetail({ estimate, info, money }: { estimate: Estimate; info: ProgrammeInfo | undefined; money: MoneyFormat }) {
  const failed = notMet(estimate)
  const open = toCheck(estimate)
  const noteOfNeeds = [failed > 0 ? `${failed} not met` : null, open > 0 ? `${open} to check` : null].filter(Boolean).join(', ') || 'all met'
  return (
    <div className="detail">
      {info ? (
        <p className="detail-summary">
          {info.summary} <span className="muted">{capitalise(softwareWords[info.software])}{info.takesWholeMachine ? '; it takes the whole machine' : ''}.</span>{' '}
          <OutLink url={info.url}>{hostOf(info.url)}</OutLink>
          {' · '}
          <a href={writeRoute('networks', info.id)}>
            Set up<span className="visually-hidden"> {info.title}</span>
          </a>
        </p>
      ) : null}
      <p className="plain-verdict">
        <Words text={estimate.plain} />
      </p>
      <Reasons reasons={estimate.reasons} />
      <Tabs.Root defaultValue={estimate.verdict === 'not-eligible' || !hasSum(estimate) ? 'needs' : 'making'}>
        <Tabs.List className="tabs tabs-small" aria-label="Behind this row">
          <Tabs.Trigger className="tab" value="making">
            How the number is made
          </Tabs.Trigger>
          {estimate.net.expected === null ? null : (
            <Tabs.Trigger className="tab" value="moves">
              What moves it
            </Tabs.Trigger>
          )}
          <Tabs.Trigger className="tab" value="needs">
            Can it join? <span className="tab-note">{noteOfNeeds}</span>
          </Tabs.Trigger>
          <Tabs.Trigger className="tab" value="binds">
            Capital and duties <span className="tab-note">{count(estimate.capital.length + estimate.duties.length, 'item')}</span>
          </Tabs.Trigger>
        </Tabs.List>
        <Tabs.Content value="making" className="tab-content">
          <MakingTab estimate={estimate} money={money} />
        </Tabs.Content>
        {estimate.net.expected === null ? null : (
          <Tabs.Content value="moves" className="tab-content">
            <SensitivityTab estimate={estimate} money={money} />
          </Tabs.Content>
        )}
        <Tabs.Content value="needs" className="tab-content">
          <NeedsTable needs={estimate.needs} />
        </Tabs.Content>
        <Tabs.Content value="binds" className="tab-content">
          <BindsTab estimate={estimate} money={money} />
        </Tabs.Content>
      </Tabs.Root>
    </div>
  )
}

/** The first ones lead; the rest are a click away. */
function Reasons({ reasons }: { reasons: string[] }) {
  if (reasons.length === 0) return null
  const rest = reasons.slice(reasonsInSight)
  return (
    <div>
      <ReasonList reasons={rest.length === 1 ? reasons : reasons.slice(0, reasonsInSight)} />
      {rest.length > 1 ? (
        <details className="more-reasons">
          <summary>{rest.length} more to know before believing it</summary>
          <ReasonList reasons={rest} />
        </details>
      ) : null}
    </div>
  )
}

function ReasonList({ reasons }: { reasons: string[] }) {
  return (
    <ul className="detail-reasons">
      {reasons.map((reason) => (
        <li key={reason}>
          <Words text={reason} />
        </li>
      ))}
    </ul>
  )
}
