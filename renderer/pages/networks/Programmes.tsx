/** The programmes of a network, with what they mean for this machine and the way to Compare. */
import type { Estimate } from '../../../shared/earnings.ts'
import type { ProgrammeInfo } from '../../../shared/network.ts'
import { Section } from '../../components/Page.tsx'
import { OutLink } from '../../components/SourceLink.tsx'
import { ProviderMark } from '../../components/ProviderMark.tsx'
import { Verdict } from '../../components/Verdict.tsx'
import { formatBand, moneyFormat } from '../../format/money.ts'
import { capitalise, hostOf, softwareWords } from '../../format/words.ts'
import { joiningOf } from '../../state/joining.ts'
import { isEnrolled, isUnderWay } from '../../state/providers.ts'
import { rowKey } from '../../state/programmes.ts'
import { writeRoute } from '../../state/route.ts'
import { usePart } from '../../state/window-context.ts'
import { networkLinkId } from './network-links.ts'

export function Programmes({ networkId }: { networkId: string }) {
  const { programmes } = usePart('networks')
  const { estimates } = usePart('comparison')
  const own = programmes.filter((programme) => programme.networkId === networkId)
  if (own.length === 0) return null
  return (
    <Section title="Its programmes">
      <ul className="programmes">
        {own.map((programme) => (
          <Programme key={programme.id} programme={programme} rows={estimates.filter((estimate) => estimate.programmeId === programme.id)} />
        ))}
      </ul>
    </Section>
  )
}

function Programme({ programme, rows }: { programme: ProgrammeInfo; rows: Estimate[] }) {
  const money = moneyFormat(usePart('settings'))
  const { enrolments, providers } = usePart('programmes')
  const enrolment = enrolments.find((one) => one.programmeId === programme.id)
  const provider = providers.find((one) => one.programmeId === programme.id)
  // Rows stand in the order of the comparison: the best cards first.
  const best = rows[0]
  return (
    <li>
      <div>
        <h3>
          <a id={networkLinkId(programme.id)} href={writeRoute('networks', programme.id)}>
            {programme.title}
          </a>
        </h3>
        <p>{programme.summary}</p>
        <p className="small muted">
          {capitalise(softwareWords[programme.software])}. <OutLink url={programme.url}>{hostOf(programme.url)}</OutLink>
        </p>
      </div>
      <p className="programme-here">
        {provider && isEnrolled(enrolment, provider) ? <ProviderMark state={provider} /> : null}
        {best ? (
          <>
            <Verdict joining={joiningOf(best)} />
            <span className="muted small">{best.net.low === null && best.net.high === null ? 'no figure' : `${formatBand(best.net.low, best.net.high, money)} a day`}</span>
          </>
        ) : null}
        {enrolment || provider ? (
          <a href={writeRoute('networks', programme.id)}>
            {isEnrolled(enrolment, provider) ? (isUnderWay(enrolment) ? 'Go on setting up' : 'See how it runs') : 'Requirements and setting up'}
            <span className="visually-hidden"> {programme.title}</span>
          </a>
        ) : null}
        <a href={best ? writeRoute('compare', rowKey(best)) : writeRoute('compare', 'what-if')}>
          {best ? 'Compare' : 'Ask what a card would pay'}
          <span className="visually-hidden"> {programme.title}</span>
        </a>
      </p>
    </li>
  )
}
