/** Every request that was made: when, to whom, what for, and what came of it; in pages, so that thousands do not hold the window up. */
import { useId, useState, type RefObject } from 'react'
import type { RequestRecord, SourceStatus } from '../../../shared/market-data.ts'
import type { LedgerState } from '../../../shared/state.ts'
import { Icon } from '../../components/Icon.tsx'
import { Moment } from '../../components/Moment.tsx'
import { FailedReading } from '../../components/FailedReading.tsx'
import { ScrollBox, Section } from '../../components/Page.tsx'
import { formatNumber } from '../../format/numbers.ts'
import { asSentence, capitalise } from '../../format/words.ts'
import { usePart } from '../../state/window-context.ts'
import { bySubject, hostsAsked, outcomeWords, sayBytes, sayTook, shownRequests, type RequestsShown } from './source-words.ts'
import { mostRequests, useRequests } from './use-requests.ts'

const pageSize = 25

export interface RequestsPanelProps {
  headRef: RefObject<HTMLDivElement | null>
  sourceId: string | null
  onSource: (sourceId: string | null) => void
}

export function RequestsPanel({ headRef, sourceId, onSource }: RequestsPanelProps) {
  const { sources } = usePart('networks')
  const [shown, setShown] = useState<RequestsShown>('all')
  const [at, setAt] = useState({ of: sourceId, page: 0 })
  const page = at.of === sourceId ? at.page : 0
  const { records, failure, readAgain } = useRequests(sourceId, triesOf(sources, usePart('ledger')), page === 0)
  const fitting = shownRequests(records ?? [], shown)
  const pages = Math.max(1, Math.ceil(fitting.length / pageSize))
  const open = Math.min(page, pages - 1)
  const rows = fitting.slice(open * pageSize, (open + 1) * pageSize)
  function turn(next: number): void {
    setAt({ of: sourceId, page: next })
  }
  return (
    <div ref={headRef} tabIndex={-1} className="requests-head">
      <Section title="Every request that was made">
        {records === null || records.length === 0 ? null : <p className="muted section-note">To {hostsAsked(records)}.</p>}
        <div className="requests-filter">
          <SourceChoice sources={sources} value={sourceId} onChange={(next) => { onSource(next); setAt({ of: next, page: 0 }) }} />
          <label className="choice choice-inline">
            <input type="checkbox" checked={shown === 'wrong'} onChange={(event) => { setShown(event.target.checked ? 'wrong' : 'all'); turn(0) }} />
            only those that went wrong
          </label>
          <span role="status" className="muted small">
            {records === null ? '' : fitting.length === 0 ? 'None' : `${formatNumber(open * pageSize + 1, 0)} to ${formatNumber(open * pageSize + rows.length, 0)} of ${formatNumber(fitting.length, 0)}`}
            {records !== null && records.length >= mostRequests ? '; older ones are not kept' : ''}
          </span>
        </div>
        <FailedReading failure={failure} onAgain={readAgain} urgent />
        {records === null ? (
          failure === null ? (
            <p role="status" className="muted">
              Reading the requests …
            </p>
          ) : null
        ) : rows.length === 0 ? (
          <p className="unknown-block">{records.length === 0 ? (sourceId === null ? 'No request has been made since Idlewatt was set up here.' : 'This source has not been asked.') : 'Nothing went wrong with any of them.'}</p>
        ) : (
          <RequestTable rows={rows} sources={sources} />
        )}
        {pages > 1 ? <Pages open={open} pages={pages} onTurn={turn} /> : null}
        <p className="small muted section-foot">What was sent besides, and what came back, is not kept here; addresses of wallets are shortened.</p>
      </Section>
    </div>
  )
}

function SourceChoice({ sources, value, onChange }: { sources: readonly SourceStatus[]; value: string | null; onChange: (sourceId: string | null) => void }) {
  const id = useId()
  const { networks } = usePart('networks')
  return (
    <span className="field-box">
      <label htmlFor={id}>Made for</label>
      <select id={id} className="select select-small" value={value ?? ''} onChange={(event) => onChange(event.target.value === '' ? null : event.target.value)}>
        <option value="">all sources</option>
        {bySubject(sources, networks).map((group) => (
          <optgroup key={group.title} label={group.title}>
            {group.sources.map((source) => (
              <option key={source.id} value={source.id}>
                {source.title}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </span>
  )
}

function RequestTable({ rows, sources }: { rows: readonly RequestRecord[]; sources: readonly SourceStatus[] }) {
  return (
    <ScrollBox label="Requests">
      <table className="table table-small requests">
        <caption className="visually-hidden">Requests that were made, newest first</caption>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">To whom</th>
            <th scope="col">What for</th>
            <th scope="col">What came of it</th>
            <th scope="col" className="number">Size, time</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((request) => (
            <RequestRow key={request.no} request={request} source={sources.find((source) => source.id === request.sourceId)} />
          ))}
        </tbody>
      </table>
    </ScrollBox>
  )
}

function RequestRow({ request, source }: { request: RequestRecord; source: SourceStatus | undefined }) {
  const outcome = outcomeWords[request.outcome]
  return (
    <tr>
      <td>
        <Moment at={request.at} withSeconds />
        {request.attempt > 1 ? <span className="row-sub">try {request.attempt}</span> : null}
      </td>
      <th scope="row" className="wrap">
        <span className="request-method">{request.method}</span> {request.host}
        <span className="row-sub request-path">{request.path}</span>
        {request.rpcMethod === null ? null : <span className="row-sub">asking <code>{request.rpcMethod}</code></span>}
      </th>
      <td className="wrap">
        {capitalise(request.what)}
        {source ? <span className="row-sub">for {source.title}</span> : null}
      </td>
      <td className="wrap">
        <span className={`verdict verdict-${outcome.tone}`}>
          <Icon name={outcome.icon} />
          {outcome.word}
        </span>
        <span className="row-sub">
          {asSentence(request.sentence)} {request.status === null || request.status === 200 ? '' : `Status ${request.status}.`}
        </span>
      </td>
      <td className="number">
        {request.bytes === null ? <span className="muted">–</span> : sayBytes(request.bytes)}
        <span className="row-sub">{sayTook(request.tookMs)}</span>
      </td>
    </tr>
  )
}

function Pages({ open, pages, onTurn }: { open: number; pages: number; onTurn: (page: number) => void }) {
  return (
    <nav className="request-pages" aria-label="Pages of requests">
      <button type="button" className="button button-small" aria-disabled={open === 0 ? true : undefined} onClick={() => open > 0 && onTurn(0)}>
        Newest
      </button>
      <button type="button" className="button button-small" aria-disabled={open === 0 ? true : undefined} onClick={() => open > 0 && onTurn(open - 1)}>
        Newer
      </button>
      <span className="small">
        Page {open + 1} of {pages}
      </span>
      <button type="button" className="button button-small" aria-disabled={open === pages - 1 ? true : undefined} onClick={() => open < pages - 1 && onTurn(open + 1)}>
        Older
      </button>
      <button type="button" className="button button-small" aria-disabled={open === pages - 1 ? true : undefined} onClick={() => open < pages - 1 && onTurn(pages - 1)}>
        Oldest
      </button>
    </nav>
  )
}

/** Changes with every try of a source, and when payouts were read. */
function triesOf(sources: readonly SourceStatus[], ledger: LedgerState): string {
  return [ledger.lastReadAt ?? '', ...sources.map((source) => `${source.lastTriedAt ?? ''}${source.phase}`)].join(',')
}
