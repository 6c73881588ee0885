/** What the network pays out and when that changes: its periods along time, the next cliff first in the words. */
import type { EmissionPeriod, NetworkHealth } from '../../../shared/network-health.ts'
import { SourceLink } from '../../components/SourceLink.tsx'
import { asSentence } from '../../format/words.ts'
import { useNow } from '../../state/window-context.ts'
import { daysUntil, inDaysWords, spanWords } from './network-words.ts'

type Standing = 'past' | 'now' | 'ahead'

export function standingOf(period: Pick<EmissionPeriod, 'from' | 'to'>, now: number): Standing {
  if (period.to !== null && period.to <= now) return 'past'
  return period.from !== null && period.from > now ? 'ahead' : 'now'
}

const standingWords: Record<Standing, string> = { past: 'over', now: 'now', ahead: 'to come' }

export function Emission({ health }: { health: NetworkHealth }) {
  const now = useNow()
  return (
    <ol className="emission">
      {health.emission.map((period, i) => {
        const standing = standingOf(period, now)
        return (
          <li key={i} className={`period period-${standing}`} aria-current={standing === 'now' ? 'date' : undefined}>
            <p className="period-when">
              {spanWords(period)}
              <span className={standing === 'now' ? 'chip chip-user' : 'chip'}>{standingWords[standing]}</span>
            </p>
            <div>
              <h3>{period.title}</h3>
              <p>{asSentence(period.pays)}</p>
              {period.cliff === null || period.to === null ? (
                period.cliff === null ? null : <p className="period-cliff">{asSentence(period.cliff)}</p>
              ) : (
                <p className={standing === 'past' ? 'muted' : 'period-cliff'}>
                  <strong>
                    {standing === 'past' ? 'Ended' : 'Ends'} {inDaysWords(daysUntil(period.to, now))}:
                  </strong>{' '}
                  {asSentence(period.cliff)}
                </p>
              )}
              <p className="small muted">
                <SourceLink source={period.source} />
              </p>
            </div>
          </li>
        )
      })}
    </ol>
  )
}
