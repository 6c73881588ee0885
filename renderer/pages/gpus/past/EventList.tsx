/** What happened to a card, newest first, in the words of the app. */
import { useState } from 'react'
import type { HistoryEvent } from '../../../../shared/history.ts'
import { Icon } from '../../../components/Icon.tsx'
import { Moment } from '../../../components/Moment.tsx'
import { Words } from '../../../components/Words.tsx'
import { count } from '../../../format/numbers.ts'
import { isAboutAlert, isAboutProcess, isFault } from './describe.ts'

const first = 12

export function EventList({ events, gpuId }: { events: readonly HistoryEvent[]; gpuId: string }) {
  const [withProcesses, setWithProcesses] = useState(false)
  const [isLong, setLong] = useState(false)
  const processes = events.filter(isAboutProcess).length
  const listed = events.filter((event) => withProcesses || !isAboutProcess(event)).sort((a, b) => b.at - a.at)
  const drawn = isLong ? listed : listed.slice(0, first)
  return (
    <div className="events">
      <div className="events-head">
        <h3>{listed.length === 0 ? 'No events in this range' : count(listed.length, 'event')}</h3>
        {processes > 0 ? (
          <label className="choice choice-inline">
            <input type="checkbox" checked={withProcesses} onChange={(event) => setWithProcesses(event.target.checked)} />
            with processes that came and went ({processes})
          </label>
        ) : null}
      </div>
      {drawn.length > 0 ? (
        <ul className="event-list">
          {drawn.map((event, i) => (
            <li key={`${event.at} ${event.id} ${i}`} className={isFault(event) ? 'event event-fault' : 'event'}>
              <Moment at={event.at} withSeconds />
              <span>
                {isFault(event) ? <Icon name="warning" /> : null}
                {event.gpuId === null && gpuId !== '' ? <span className="muted">The machine: </span> : null}
                {isAboutAlert(event) ? <span className="muted">Alert: </span> : null}
                <Words text={event.sentence} />
              </span>
            </li>
          ))}
        </ul>
      ) : null}
      {listed.length > first ? (
        <button type="button" className="button button-small" onClick={() => setLong(!isLong)}>
          {isLong ? 'Show fewer' : `Show all ${listed.length}`}
        </button>
      ) : null}
    </div>
  )
}
