/** What `idlewatt ledger` prints for people: entries, sums, promised against paid. */
import type { LedgerEntry, LedgerPage, LedgerRow, PromisedReport } from '../../shared/ledger.ts'
import { bullet, count, drawTable, money, numberText, unknown, wrap } from './output.ts'

/** Enough digits of a token, whatever its size: "0.000125", "12.5", "1234.5". */
export function amountText(amount: number): string {
  const size = Math.abs(amount)
  return String(Number(amount.toPrecision(size >= 1000 ? 8 : 6)))
}

/** What came from a chain or was typed may hold signs that steer a terminal. */
function harmless(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+/g, ' ')
}

export function pageText(page: LedgerPage, titles: ReadonlyMap<string, string>): string {
  const table = drawTable(
    [{ head: 'Day' }, { head: 'What' }, { head: 'Amount', align: 'right' }, { head: 'USD', align: 'right' }, { head: 'Programme, card, note', flexible: true, least: 20 }, { head: 'Id', flexible: true, least: 21 }],
    page.rows.map((row) => rowCells(row, titles)),
  )
  const { sums } = page
  const parts = [
    `Income ${money(sums.incomeUsd)} USD, electricity ${money(sums.electricityUsd)}${sums.kwh === 0 ? '' : ` (${numberText(sums.kwh)} kWh)`}, fees ${money(sums.feesUsd)}: net ${money(sums.netUsd)} USD.`,
    ...(sums.capitalInUsd === 0 && sums.capitalOutUsd === 0 ? [] : [`Capital moved in ${money(sums.capitalInUsd)}, out ${money(sums.capitalOutUsd)} USD.`]),
    ...(sums.unvalued === 0 ? [] : [`${count(sums.unvalued, 'entry has', 'entries have')} no known worth and ${sums.unvalued === 1 ? 'is' : 'are'} in no sum.`]),
    ...(page.total > page.rows.length ? [`The newest ${page.rows.length} of ${page.total} are shown; --limit shows more.`] : []),
  ]
  return [table, parts.map((part) => wrap(part)).join('\n')].join('\n\n')
}

function rowCells(row: LedgerRow, titles: ReadonlyMap<string, string>): string[] {
  const isCorrected = row.correctedBy.length > 0
  const isStruck = isCorrected && row.standingAmount === 0
  const amount = row.kind === 'correction' ? `${row.amount > 0 ? '+' : ''}${amountText(row.amount)}` : amountText(row.standingAmount)
  const about = [
    isStruck ? `struck out (was ${amountText(row.amount)})` : isCorrected && row.standingAmount !== row.amount ? `corrected (was ${amountText(row.amount)})` : null,
    row.kind === 'correction' ? `of ${row.corrects ?? ''}` : null,
    row.programmeId === null ? null : (titles.get(row.programmeId) ?? row.programmeId),
    row.gpuId,
    row.note,
  ].filter((part) => part !== null)
  return [row.day, row.kind, `${amount} ${harmless(row.asset)}`, money(row.standingUsd), about.length === 0 ? ' ' : harmless(about.join('; ')), harmless(row.id)]
}

export function entryText(entry: LedgerEntry): string {
  const worth = entry.fair.usd === null ? (entry.fair.why ?? 'Its worth is not known.') : entry.asset === 'USD' ? '' : `Worth ${money(entry.fair.usd)} USD then${entry.fair.source === null ? ', as you said' : ` (${entry.fair.source.url})`}.${entry.fair.why === null ? '' : ` ${entry.fair.why}`}`
  return [`Entered: ${entry.kind} of ${amountText(entry.amount)} ${entry.asset} for ${entry.day}.`, worth, entry.remark ?? '', `Its id is ${entry.id}.`].filter((line) => line !== '').map((line) => wrap(line)).join('\n')
}

export function promisedText(report: PromisedReport, titles: ReadonlyMap<string, string>): string {
  const title = (id: string): string => titles.get(id) ?? id
  const rows = report.days.map((day) => [
    day.day,
    title(day.programmeId),
    day.promised.low === null && day.promised.high === null ? unknown : `${money(day.promised.low)} to ${money(day.promised.high)}`,
    money(day.promised.expected),
    money(day.paidUsd),
    day.isInside === null ? unknown : day.isInside ? 'yes' : 'no',
  ])
  const table = rows.length === 0 ? [] : [drawTable([{ head: 'Day' }, { head: 'Programme', flexible: true }, { head: 'Promised', align: 'right' }, { head: 'Middle', align: 'right' }, { head: 'Paid', align: 'right' }, { head: 'Inside' }], rows), 'USD for all cards together, income alone.']
  return [...table, ...report.bias.map((one) => bullet(`${title(one.programmeId)}: ${one.sentence}`))].join('\n\n')
}
