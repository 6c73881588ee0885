/** Now: each decision with its reasons, what is read of the machine, and what became of the last stops. */
import { ShortMoment } from '../../components/Moment.tsx'
import { Section } from '../../components/Page.tsx'
import { Words } from '../../components/Words.tsx'
import { useNames } from '../../state/use-names.ts'
import { usePart } from '../../state/window-context.ts'
import { DecisionsTable } from './DecisionsTable.tsx'
import { ReadingsTable } from './ReadingsTable.tsx'

export function NowTab() {
  const { keepsAwake, freed } = usePart('policy')
  const names = useNames()
  return (
    <>
      <Section title="What it decides">
        <DecisionsTable />
      </Section>
      {keepsAwake ? (
        <Section title="Keeping awake">
          <p>
            <Words text={keepsAwake.sentence} />{' '}
            <span className="muted small">
              since <ShortMoment at={keepsAwake.since} />
            </span>
          </p>
        </Section>
      ) : null}
      {freed.length > 0 ? (
        <Section title="Memory after the last stops">
          <ul className="policy-list">
            {freed.map((one) => (
              <li key={`${one.programmeId} ${one.gpuId} ${one.at}`}>
                <strong>{names.programme(one.programmeId)}</strong> on {names.card(one.gpuId)}: <Words text={one.sentence} /> <span className="muted small"><ShortMoment at={one.at} /></span>
              </li>
            ))}
          </ul>
        </Section>
      ) : null}
      <Section title="What is read of this machine">
        <ReadingsTable />
      </Section>
    </>
  )
}
