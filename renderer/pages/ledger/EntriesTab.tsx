/** Every entry, newest first: sums, months, a filter, pages, and new entries by hand. */
import { useRef, useState } from 'react'
import type { LedgerFilter, LedgerPage, LedgerSums } from '../../../shared/ledger.ts'
import { Notice } from '../../components/Notice.tsx'
import { ScrollBox, Section } from '../../components/Page.tsx'
import { formatMoney, moneyFormat, type MoneyFormat } from '../../format/money.ts'
import { count, formatNumber, gap } from '../../format/numbers.ts'
import { usePart } from '../../state/window-context.ts'
import { AddEntry } from './AddEntry.tsx'
import { EntryFilter, isAny } from './EntryFilter.tsx'
import { EntryRow } from './EntryRow.tsx'
import { MonthBars } from './MonthBars.tsx'
import { pageLength, useAssetsMet, useLedgerPage } from './use-ledger.ts'

export function EntriesTab() {
  const money = moneyFormat(usePart('settings'))
  const [filter, setFilter] = useState<LedgerFilter>({})
  const [offset, setOffset] = useState(0)
  const { page, failure } = useLedgerPage(filter, offset)
  const assets = useAssetsMet(page)
  const top = useRef<HTMLDivElement>(null)
  const choose = (next: LedgerFilter): void => {
    setFilter(next)
    setOffset(0)
  }
  /** From the end of a page its beginning is shown, with the focus where the pages are turned. */
  function turnFromEnd(next: number): void {
    setOffset(next)
    top.current?.focus()
    top.current?.scrollIntoView({ block: 'start' })
  }
  return (
    <>
      {failure ? <Notice level="error" title={failure} /> : null}
      {page ? <Sums sums={page.sums} money={money} isFiltered={isAny(filter)} /> : <p role="status">Reading the ledger …</p>}
      {page && page.months.length > 0 ? <MonthBars months={page.months} money={money} /> : null}
      <AddEntry />
      {page ? (
        <Section title="Entries" aside={<span role="status">{count(page.total, 'entry', 'entries')}</span>}>
          {page.total > 0 || isAny(filter) ? <EntryFilter filter={filter} assets={assets} onChange={choose} /> : null}
          <div ref={top} className="ledger-top" tabIndex={-1} role="group" aria-label="Entries, page by page">
            {page.total > pageLength ? <Paging label="Pages of the ledger" total={page.total} offset={offset} onChange={setOffset} /> : null}
          </div>
          {page.total === 0 ? <Empty isFiltered={isAny(filter)} /> : <Entries page={page} money={money} />}
          {page.total > pageLength ? <Paging label="Pages of the ledger, at their end" total={page.total} offset={offset} onChange={turnFromEnd} isQuiet /> : null}
        </Section>
      ) : null}
    </>
  )
}

function Empty({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered) return <p className="muted">No entry fits this filter.</p>
  return (
    <p className="muted">
      Nothing has been entered yet. Payouts appear once a <a href="#/ledger/wallets">wallet</a> is set; electricity is booked from measured energy once a <a href="#/settings">price</a> is; and anything can be entered by hand above.
    </p>
  )
}

function Sums({ sums, money, isFiltered }: { sums: LedgerSums; money: MoneyFormat; isFiltered: boolean }) {
  const rows: { title: string; usd: number }[] = [
    { title: 'Came in', usd: sums.incomeUsd },
    { title: 'Electricity', usd: -sums.electricityUsd },
    { title: 'Fees', usd: -sums.feesUsd },
    { title: 'Left over', usd: sums.netUsd },
  ]
  const locked = sums.capitalInUsd - sums.capitalOutUsd
  return (
    <>
      <dl className="facts ledger-sums">
        {rows.map(({ title, usd }) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd className={usd < 0 ? 'tone-loss' : undefined}>{formatMoney(usd === 0 ? 0 : usd, money)}</dd>
          </div>
        ))}
        {sums.capitalInUsd > 0 || sums.capitalOutUsd > 0 ? (
          <div>
            <dt>Capital locked</dt>
            <dd>{formatMoney(locked, money)}</dd>
          </div>
        ) : null}
        {sums.kwh > 0 ? (
          <div>
            <dt>Energy</dt>
            <dd>
              {formatNumber(sums.kwh, 1)}
              {gap}kWh
            </dd>
          </div>
        ) : null}
      </dl>
      <p className="muted small">
        {isFiltered ? 'Only the entries that fit the filter below. ' : ''}Worth when it was received{money.code === 'USD' ? ', in USD' : `, shown in ${money.code} at today’s rate; the export takes each day’s own`}. {sums.unvalued > 0 ? `${count(sums.unvalued, 'entry', 'entries')} without a known price ${sums.unvalued === 1 ? 'is' : 'are'} in no sum; “Correct” can give ${sums.unvalued === 1 ? 'it' : 'them'} one.` : ''}
      </p>
    </>
  )
}

function Entries({ page, money }: { page: LedgerPage; money: MoneyFormat }) {
  return (
    <ScrollBox label="Entries of the ledger">
      <table className="table ledger-table">
        <caption className="visually-hidden">Entries of the ledger, newest first</caption>
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col">What</th>
            <th scope="col" className="number">
              Amount
            </th>
            <th scope="col" className="number">
              Worth then, {money.code}
            </th>
            <th scope="col">From</th>
            <th scope="col">
              <span className="visually-hidden">Correct</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {page.rows.map((row) => (
            <EntryRow key={row.id} row={row} money={money} />
          ))}
        </tbody>
      </table>
    </ScrollBox>
  )
}

/** `isQuiet`: the other one says already which page is open. */
function Paging({ label, total, offset, onChange, isQuiet = false }: { label: string; total: number; offset: number; onChange: (offset: number) => void; isQuiet?: boolean }) {
  const last = Math.min(total, offset + pageLength)
  return (
    <nav className="paging" aria-label={label}>
      <button type="button" className="button button-small" aria-disabled={offset === 0 ? true : undefined} onClick={() => offset > 0 && onChange(Math.max(0, offset - pageLength))}>
        Newer
      </button>
      <span role={isQuiet ? undefined : 'status'} className="small">
        {formatNumber(offset + 1, 0)} to {formatNumber(last, 0)} of {formatNumber(total, 0)}
      </span>
      <button type="button" className="button button-small" aria-disabled={last >= total ? true : undefined} onClick={() => last < total && onChange(offset + pageLength)}>
        Older
      </button>
    </nav>
  )
}
