/** The way to try everything without earning: a programme that is not one, labelled as such. */
import { Icon } from '../../components/Icon.tsx'
import { ProviderMark } from '../../components/ProviderMark.tsx'
import { Section } from '../../components/Page.tsx'
import { writeRoute } from '../../state/route.ts'
import { usePart } from '../../state/window-context.ts'
import { networkLinkId } from './network-links.ts'

export function PracticeCard() {
  const { practice, providers } = usePart('programmes')
  if (practice.length === 0) return null
  return (
    <Section title="Try everything without earning" aside="practice: joins no network, earns nothing" className="practice">
      <ul className="programmes">
        {practice.map((info) => {
          const provider = providers.find((one) => one.programmeId === info.id)
          return (
            <li key={info.id}>
              <div>
                <h3>
                  <a id={networkLinkId(info.id)} href={writeRoute('networks', info.id)}>
                    {info.title}
                    <Icon name="open" />
                  </a>
                </h3>
                <p>{info.summary}</p>
              </div>
              {provider && provider.phase !== 'not-set-up' ? (
                <p className="programme-here">
                  <ProviderMark state={provider} />
                </p>
              ) : null}
            </li>
          )
        })}
      </ul>
    </Section>
  )
}
