/** All networks, each with what its figures say and the figures that lead, in columns that can be compared. */
import type { NetworkFigure, NetworkHealth } from '../../../shared/network-health.ts'
import { Icon } from '../../components/Icon.tsx'
import { FailedReading } from '../../components/FailedReading.tsx'
import { Notice } from '../../components/Notice.tsx'
import { Level } from '../../components/Reading.tsx'
import { moneyFormat } from '../../format/money.ts'
import { count } from '../../format/numbers.ts'
import { capitalise } from '../../format/words.ts'
import { writeRoute } from '../../state/route.ts'
import { useNow, usePart } from '../../state/window-context.ts'
import { FigureValue } from './FigureValue.tsx'
import { networkLinkId } from './network-links.ts'
import { daysUntil, inDaysWords, leadingFigures, sayFigure } from './network-words.ts'
import { Trend } from './Trend.tsx'
import type { HealthAnswer } from './use-health.ts'

export function NetworkList({ of, onAgain }: { of: (networkId: string) => HealthAnswer; onAgain: () => void }) {
  const { networks } = usePart('networks')
  if (networks.length === 0) return <Notice level="info" title="This Idlewatt knows no network." />
  return (
    <ul className="network-list" aria-label="Networks">
      {networks.map((network) => (
        <li key={network.id} className="card network-card">
          <NetworkCard network={network} answer={of(network.id)} onAgain={onAgain} />
        </li>
      ))}
    </ul>
  )
}

function NetworkCard({ network, answer, onAgain }: { network: { id: string; title: string }; answer: HealthAnswer; onAgain: () => void }) {
  const { health, failure } = answer
  return (
    <>
      <h2>
        <a id={networkLinkId(network.id)} href={writeRoute('networks', network.id)}>
          {network.title}
          <Icon name="open" />
        </a>
      </h2>
      {health ? <HealthLines health={health} /> : null}
      <FailedReading failure={failure} onAgain={onAgain} small>
        {health ? <p>What is shown is the last that was read.</p> : null}
      </FailedReading>
      {health === null && failure === null ? (
        <p role="status" className="muted">
          Reading its figures …
        </p>
      ) : null}
    </>
  )
}

function HealthLines({ health }: { health: NetworkHealth }) {
  const now = useNow()
  const { sources } = usePart('networks')
  const figures = leadingFigures(health)
  const stale = health.figures.filter((figure) => figure.isStale && figure.value !== null).length
  const failing = sources.filter((source) => source.networkId === health.networkId && source.phase === 'failing').length
  return (
    <>
      <p className="network-sentence">{health.sentence}</p>
      {figures.length > 0 ? (
        <dl className="network-leads">
          {figures.map((figure) => (
            <Lead key={figure.id} figure={figure} />
          ))}
        </dl>
      ) : null}
      {health.nextCliff || stale > 0 || failing > 0 ? (
        <p className="network-marks small">
          {health.nextCliff ? (
            <span>
              <strong>{capitalise(inDaysWords(daysUntil(health.nextCliff.at, now)))}:</strong> {health.nextCliff.sentence}
            </span>
          ) : null}
          {stale > 0 ? <span className="chip chip-warning">{count(stale, 'figure')} out of date</span> : null}
          {failing > 0 ? <span className="chip chip-warning">{failing === 1 ? 'a source does not answer' : `${count(failing, 'source')} do not answer`}</span> : null}
        </p>
      ) : null}
    </>
  )
}

function Lead({ figure }: { figure: NetworkFigure }) {
  const money = moneyFormat(usePart('settings'))
  const isKnown = figure.value !== null && Number.isFinite(figure.value)
  return (
    <div className="reading">
      <dt>{figure.label}</dt>
      <dd>
        <span className="reading-value">
          <FigureValue figure={figure} />
        </span>
        {isKnown && figure.trend.length > 1 ? (
          <Trend label={figure.label} trend={figure.trend} say={(value) => sayFigure(value, figure.unit, money)} />
        ) : isKnown && figure.unit === 'share' ? (
          <Level value={figure.value} />
        ) : null}
      </dd>
    </div>
  )
}
