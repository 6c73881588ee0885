/** Alerts with what they stand on and what to do: those that last, and those that are over with how long they lasted. */
import { useState, type ReactNode } from 'react'
import type { Alert } from '../../shared/health.ts'
import { formatSpan, formatTime } from '../format/time.ts'
import { count } from '../format/numbers.ts'
import { alertGroups, severityWords } from '../state/alerts.ts'
import { writeRoute } from '../state/route.ts'
import { useNow } from '../state/window-context.ts'
import { Icon } from './Icon.tsx'
import { Moment } from './Moment.tsx'
import { Words } from './Words.tsx'

/** The most severe come first. */
const firstAlerts = 6
const levels = { info: 'info', warning: 'warning', critical: 'error' } as const

export function OpenAlerts({ alerts, nameOf, withLinks = true }: { alerts: readonly Alert[]; nameOf: (alert: Alert) => string | null; withLinks?: boolean }) {
  const [isLong, setLong] = useState(false)
  const groups = alertGroups(alerts)
  const drawn = isLong ? groups : groups.slice(0, firstAlerts)
  return (
    <div className="stack">
      <ul className="stack">
        {drawn.map(([first, ...others]) =>
          others.length > 0 ? (
            <SharedAlert key={first.id} alerts={[first, ...others]} nameOf={nameOf} />
          ) : (
            <OpenAlert key={first.id} alert={first} name={nameOf(first)} link={withLinks && first.gpuId !== null ? writeRoute('gpus', first.gpuId) : null} />
          ),
        )}
      </ul>
      {groups.length > firstAlerts ? (
        <p>
          <button type="button" className="button button-small" aria-expanded={isLong} onClick={() => setLong(!isLong)}>
            {isLong ? 'Show the first only' : `Show all ${alerts.length} alerts`}
          </button>
        </p>
      ) : null}
    </div>
  )
}

/** The same matter on several cards: what to do is said once, and each card leads to what it stands on. */
function SharedAlert({ alerts, nameOf }: { alerts: [Alert, ...Alert[]]; nameOf: (alert: Alert) => string | null }) {
  const [first] = alerts
  const isOneSentence = alerts.every((alert) => alert.sentence === first.sentence)
  return (
    <li className={`notice notice-${levels[first.severity]}`}>
      <Icon name={first.severity === 'info' ? 'info' : 'warning'} />
      <div className="notice-text">
        <p className="notice-title">
          {severityWords[first.severity]}: {first.title} <span className="alert-card">{count(alerts.length, 'card')}</span>
        </p>
        <div className="notice-more">
          {isOneSentence ? (
            <p>
              <Words text={first.sentence} />
            </p>
          ) : null}
          <p>
            <strong>What to do:</strong> <Words text={first.remedy} />
          </p>
          <ul className={isOneSentence ? 'alert-cards alert-names' : 'alert-cards'}>
            {alerts.map((alert) => (
              <li key={alert.id}>
                {alert.gpuId === null ? nameOf(alert) : <a href={writeRoute('gpus', alert.gpuId)}>{nameOf(alert)}</a>}
                {isOneSentence ? null : <>: <Words text={alert.sentence} /></>}
              </li>
            ))}
          </ul>
          <p className="muted small">
            The first since <Moment at={Math.min(...alerts.map((alert) => alert.since))} />. Each card’s page has what it stands on.
          </p>
        </div>
      </div>
    </li>
  )
}

function OpenAlert({ alert, name, link }: { alert: Alert; name: string | null; link: string | null }) {
  const now = useNow()
  return (
    <li className={`notice notice-${levels[alert.severity]}`}>
      <Icon name={alert.severity === 'info' ? 'info' : 'warning'} />
      <div className="notice-text">
        <p className="notice-title">
          {severityWords[alert.severity]}: {alert.title}
          {name ? (
            <>
              {' '}
              <span className="alert-card">{name}</span>
            </>
          ) : null}
        </p>
        <div className="notice-more">
          <p>
            <Words text={alert.sentence} />
          </p>
          <p>
            <strong>What to do:</strong> <Words text={alert.remedy} />
          </p>
          <p className="muted small">
            Since <Moment at={alert.since} />, for {formatSpan(Math.max(0, now - alert.since))}.{' '}
            {alert.toldAt === null ? 'You have not been sent a message about it.' : <>You were sent a message <Moment at={alert.toldAt} />.</>}
          </p>
          <Evidence alert={alert} />
        </div>
      </div>
      {link ? (
        <div className="notice-actions">
          <a className="button button-small" href={link}>
            See the card<span className="visually-hidden"> {name}</span>
          </a>
        </div>
      ) : null}
    </li>
  )
}

function Evidence({ alert }: { alert: Alert }): ReactNode {
  if (alert.evidence.length === 0) return null
  return (
    <details className="evidence">
      <summary>What it stands on ({count(alert.evidence.length, 'reading')})</summary>
      <ul>
        {alert.evidence.toReversed().map((one, i) => (
          <li key={`${one.at} ${i}`}>
            <time dateTime={new Date(one.at).toISOString()}>{formatTime(one.at)}</time> {one.label}: {one.value}
          </li>
        ))}
      </ul>
    </details>
  )
}

export function EndedAlerts({ alerts, nameOf }: { alerts: readonly Alert[]; nameOf: (alert: Alert) => string | null }) {
  if (alerts.length === 0) return null
  return (
    <details className="ended">
      <summary>{alerts.length === 1 ? '1 alert is over' : `${alerts.length} alerts are over`}</summary>
      <ul className="event-list">
        {alerts.map((alert) => (
          <li key={`${alert.id} ${alert.since}`} className="event">
            <Moment at={alert.since} />
            <span>
              {severityWords[alert.severity]}: {alert.title}
              {nameOf(alert) ? `, ${nameOf(alert)}` : ''}. <span className="muted">Lasted {formatSpan(Math.max(0, (alert.until ?? alert.since) - alert.since))}.</span>
            </span>
          </li>
        ))}
      </ul>
    </details>
  )
}
