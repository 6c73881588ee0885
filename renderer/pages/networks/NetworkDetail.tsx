/** One network in full: what its figures say, by model, what it will pay out, what is not known, and where all that is from. */
import { useEffect, type KeyboardEvent } from 'react'
import type { NetworkHealth } from '../../../shared/network-health.ts'
import { Icon } from '../../components/Icon.tsx'
import { FailedReading } from '../../components/FailedReading.tsx'
import { Notice } from '../../components/Notice.tsx'
import { Section } from '../../components/Page.tsx'
import { OutLink } from '../../components/SourceLink.tsx'
import { count } from '../../format/numbers.ts'
import { asSentence, capitalise } from '../../format/words.ts'
import { writeRoute } from '../../state/route.ts'
import { useNow, usePart } from '../../state/window-context.ts'
import { SourcesTable } from '../markets/SourcesTable.tsx'
import { LiveOrNot } from './LiveOrNot.tsx'
import { Clouds } from './Clouds.tsx'
import { Emission } from './Emission.tsx'
import { FiguresTable, From, Taken } from './FiguresTable.tsx'
import { ModelsTable } from './ModelsTable.tsx'
import { daysUntil, inDaysWords } from './network-words.ts'
import { Programmes } from './Programmes.tsx'
import type { HealthAnswer } from './use-health.ts'

/** From how near on the next change of what it pays stands on top. */
const nearDays = 90

export interface NetworkDetailProps {
  network: { id: string; title: string; url: string }
  answer: HealthAnswer
  onAgain: () => void
}

export function NetworkDetail({ network, answer, onAgain }: NetworkDetailProps) {
  const { sources } = usePart('networks')
  const { health, failure } = answer
  const own = sources.filter((source) => source.networkId === network.id)
  useEffect(() => {
    document.title = `${network.title} · Idlewatt`
  }, [network.title])
  function closeOnEscape(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || event.defaultPrevented) return
    window.location.assign(writeRoute('networks'))
  }
  return (
    <main className="page" id="page" tabIndex={-1} onKeyDown={closeOnEscape}>
      <p className="back">
        <a href={writeRoute('networks')}>
          <Icon name="back" />
          All networks
        </a>
      </p>
      <header className="page-head">
        <div>
          <h1 tabIndex={-1}>{network.title}</h1>
          <div className="page-lead">
            <OutLink url={network.url}>Its own site</OutLink>
          </div>
        </div>
      </header>
      <FailedReading failure={failure} onAgain={onAgain} urgent>
        {health ? <p>What is shown is the last that was read.</p> : null}
      </FailedReading>
      <LiveOrNot title={network.title} sources={own} />
      {health ? (
        <HealthSections health={health} />
      ) : failure === null ? (
        <p role="status" className="looking">
          <span className="looking-mark" aria-hidden="true" />
          Reading its figures …
        </p>
      ) : null}
      <Programmes networkId={network.id} />
      <Section title="Its sources">
        {own.length === 0 ? (
          <p className="muted">It publishes nothing that Idlewatt asks for; its figures came with Idlewatt.</p>
        ) : (
          <>
            <SourcesTable sources={own} label={`Sources of ${network.title}`} />
            <p className="small section-foot">
              <a href={writeRoute('networks', 'sources')}>All sources, and every request that was made</a>
            </p>
          </>
        )}
      </Section>
    </main>
  )
}

function HealthSections({ health }: { health: NetworkHealth }) {
  const now = useNow()
  const days = health.nextCliff ? daysUntil(health.nextCliff.at, now) : null
  return (
    <>
      <p className="network-lead">{health.sentence}</p>
      {health.nextCliff && days !== null && days >= 0 && days <= nearDays ? <Notice level="warning" title={`${capitalise(inDaysWords(days))}: ${health.nextCliff.sentence}`} /> : null}
      <Section title="How it is doing" className="plain" hideTitle>
        {health.figures.length === 0 ? <p className="unknown-block">Nothing is published about how it is doing.</p> : <FiguresTable title={health.title} figures={health.figures} />}
      </Section>
      <Section title="By GPU model" aside={health.models.length === 0 ? null : count(health.models.length, 'model')}>
        {health.models.length === 0 ? (
          <p className="unknown-block">It does not say which models are used.</p>
        ) : (
          <>
            <ModelsTable health={health} />
            <p className="legend muted small section-foot">
              <span className="legend-bar" aria-hidden="true" /> asked of renters, from the lowest to the highest
              <span className="legend-tick" aria-hidden="true" /> middle
              {health.clouds.length > 0 ? <span className="legend-end">Of cloud: that middle as a share of the cheapest large cloud’s price on demand; –: no large cloud is known to rent it out</span> : null}
            </p>
            {health.modelsSource ? (
              <p className="small muted section-foot">
                Models and asking prices: <From source={health.modelsSource.source} />
                <Taken figure={health.modelsSource} />
              </p>
            ) : null}
            {health.clouds.length === 0 && health.models.some((model) => model.model !== null || model.memoryGib !== null) ? (
              <p className="small muted section-foot">None of the three large clouds whose prices Idlewatt knows (AWS, Azure, Google Cloud) rents out these cards, so there is nothing to hold its prices against.</p>
            ) : null}
            <Clouds clouds={health.clouds} />
          </>
        )}
      </Section>
      <Section title="What it pays out, and when that changes">
        {health.emission.length === 0 ? <p className="unknown-block">No schedule is published.</p> : <Emission health={health} />}
      </Section>
      {health.missing.length === 0 ? null : (
        <Section title="What is not known, and why">
          <ul className="missing">
            {health.missing.map((sentence) => (
              <li key={sentence}>{asSentence(sentence)}</li>
            ))}
          </ul>
        </Section>
      )}
    </>
  )
}
