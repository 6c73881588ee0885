/** Events by day, each with its time, whom it concerns, and one sentence; older ones on request. */
import type { HistoryEvent } from '../../../shared/history.ts'
import type { ProgrammeInfo } from '../../../shared/network.ts'
import { FailedReading } from '../../components/FailedReading.tsx'
import { Icon } from '../../components/Icon.tsx'
import { detectionOf } from '../../components/Looking.tsx'
import { Section } from '../../components/Page.tsx'
import { Words } from '../../components/Words.tsx'
import { count } from '../../format/numbers.ts'
import { formatTime, formatWithZone } from '../../format/time.ts'
import { gpuTitle } from '../../state/gpu-slots.ts'
import { findProgramme, programmeName } from '../../state/programmes.ts'
import { writeRoute } from '../../state/route.ts'
import { usePart } from '../../state/window-context.ts'
import { byDay, fits, isFault, type ActivityFilter } from './activity-events.ts'
import { useActivity } from './use-activity.ts'

export function ActivityList({ filter, programmes, onEverything }: { filter: ActivityFilter; programmes: readonly ProgrammeInfo[]; onEverything: () => void }) {
  const activity = useActivity(filter)
  const fitting = (activity.events ?? []).filter((event) => fits(event, filter))
  const isNarrow = filter.programmeId !== null || filter.gpuId !== null || filter.kind !== null
  return (
    <>
      <FailedReading failure={activity.failure} onAgain={activity.readAgain} urgent>
        {activity.events ? <p>What is shown is the last that was read.</p> : null}
      </FailedReading>
      <p role="status" className="small muted">
        {activity.events === null ? (activity.failure === null ? 'Reading what happened …' : '') : fitting.length === 0 ? '' : `${count(fitting.length, 'event')}${activity.isAll ? ', all that are kept' : ''}`}
      </p>
      {activity.events !== null && fitting.length === 0 && !activity.isReading ? <Nothing isNarrow={isNarrow} isAll={activity.isAll} onEverything={onEverything} /> : null}
      {byDay(fitting).map(({ day, events }) => (
        <Section key={day} title={day}>
          <ul className="activity">
            {events.map((event, i) => (
              <EventLine key={`${event.at} ${event.id} ${i}`} event={event} programmes={programmes} />
            ))}
          </ul>
        </Section>
      ))}
      {activity.events !== null && !activity.isAll ? (
        <p>
          <button type="button" className="button" aria-disabled={activity.isReading ? true : undefined} onClick={() => (activity.isReading ? undefined : activity.readOlder())}>
            {activity.isReading ? 'Reading …' : 'Show older'}
          </button>
        </p>
      ) : null}
    </>
  )
}

function Nothing({ isNarrow, isAll, onEverything }: { isNarrow: boolean; isAll: boolean; onEverything: () => void }) {
  if (!isNarrow) return <p className="unknown-block">Nothing has happened yet. Cards that come and go, alerts, and all that programmes’ software does will stand here.</p>
  return (
    <div className="unknown-block">
      <p>{isAll ? 'Nothing like that has happened.' : 'Nothing like that has happened lately; older events have not been looked at yet.'}</p>
      <p className="form-go">
        <button type="button" className="button button-small" onClick={onEverything}>
          Show everything
        </button>
      </p>
    </div>
  )
}

function EventLine({ event, programmes }: { event: HistoryEvent; programmes: readonly ProgrammeInfo[] }) {
  return (
    <li className={isFault(event) ? 'event event-fault' : 'event'}>
      <time dateTime={new Date(event.at).toISOString()} title={formatWithZone(event.at)}>
        {formatTime(event.at)}
      </time>
      <span className="event-whose">
        <Whose event={event} programmes={programmes} />
      </span>
      <span>
        {isFault(event) ? (
          <>
            <Icon name="warning" />
            <span className="visually-hidden">Fault: </span>
          </>
        ) : null}
        <Words text={event.sentence} />
      </span>
    </li>
  )
}

/** The programme, the card, or the machine. */
function Whose({ event, programmes }: { event: HistoryEvent; programmes: readonly ProgrammeInfo[] }) {
  const all = detectionOf(usePart('gpus'))?.gpus ?? []
  const { programmeId = null, gpuId } = event
  if (programmeId !== null) {
    const info = findProgramme(programmes, programmeId)
    return info ? <a href={writeRoute('networks', programmeId)}>{programmeName(info, programmeId)}</a> : <>{programmeId}</>
  }
  if (gpuId === null) return <span className="muted">this machine</span>
  const gpu = all.find((one) => one.id === gpuId)
  return gpu ? <a href={writeRoute('gpus', gpuId)}>{gpuTitle(gpu, all)}</a> : <span className="muted">a card that is no longer there</span>
}
