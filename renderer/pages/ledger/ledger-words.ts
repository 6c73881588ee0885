/** The words of the ledger: kinds, origins, amounts with their sign, and what a typed entry means. Pure. */
import { looksLikeSecret } from '../../../shared/secrets.ts'
import { ledgerAddSchema, type FairValue, type LedgerAdd, type LedgerKind, type LedgerOrigin, type LedgerRow } from '../../../shared/ledger.ts'
import { formatNumber, gap } from '../../format/numbers.ts'
import { numberProblem, parseNumber } from '../../format/typed-number.ts'

export const kindWords: Record<LedgerKind, string> = {
  income: 'Income',
  electricity: 'Electricity',
  fee: 'Fee',
  'capital-in': 'Capital locked',
  'capital-out': 'Capital freed',
  correction: 'Correction',
}

export const originWords: Record<LedgerOrigin, string> = { chain: 'from the chain', api: 'from the network’s API', log: 'from a log', hand: 'by hand', measured: 'measured' }

/** Whether money went out. */
export function isOut(kind: LedgerKind): boolean {
  return kind === 'electricity' || kind === 'fee' || kind === 'capital-in'
}

/** "−0.42 USD", "12.5 XYZ"; as many digits as the amount has, at most eight. */
export function amountWords(row: Pick<LedgerRow, 'kind' | 'asset'>, amount: number): string {
  const signed = isOut(row.kind) ? -amount : amount
  return `${formatNumber(signed === 0 ? 0 : signed, digitsOf(amount))}${gap}${row.asset}`
}

function digitsOf(amount: number): number {
  const shown = String(Number(amount.toPrecision(10)))
  const digits = /\.(\d+)/.exec(shown)?.[1]?.length ?? 0
  return Math.min(8, Math.max(2, digits))
}

/** "19 Nov 2026" for "2026-11-19": a day of the ledger is one of the wall clock already, so no zone may move it. */
export function dayWords(day: string): string {
  const at = Date.parse(`${day}T00:00:00Z`)
  return Number.isFinite(at) ? new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }).format(at) : day
}

/** Where the worth at receipt is from; or why there is none. */
export function fairWords(fair: FairValue): string {
  // What could mend it is said once, above all entries.
  if (fair.usd === null) return /^[^.]+(?=\. )/.exec(fair.why ?? '')?.[0] ?? fair.why ?? 'its price then is not known'
  if (fair.usdPerUnit === null) return fair.why ?? 'as entered'
  return `${formatNumber(fair.usdPerUnit, fair.usdPerUnit < 1 ? 4 : 2)} USD each${fair.why ? `; ${fair.why}` : ''}`
}

export interface EntryForm {
  kind: LedgerAdd['kind']
  /** As a date field gives it: 2026-11-23. */
  day: string
  coversFrom: string
  coversTo: string
  programmeId: string
  gpuId: string
  asset: string
  amount: string
  fairUsd: string
  kwh: string
  reference: string
  note: string
}

export function emptyEntry(day: string): EntryForm {
  return { kind: 'income', day, coversFrom: '', coversTo: '', programmeId: '', gpuId: '', asset: '', amount: '', fairUsd: '', kwh: '', reference: '', note: '' }
}

/** The form without what should never have been typed into it: what was refused is not kept on the page either. */
export function withoutSecrets(form: EntryForm): EntryForm {
  return Object.fromEntries(Object.entries(form).map(([field, typed]) => [field, looksLikeSecret(typed) ? '' : typed])) as unknown as EntryForm
}

export interface ReadEntry {
  input: LedgerAdd | null
  problems: Partial<Record<keyof EntryForm, string>>
}

const fieldOf: Record<string, keyof EntryForm> = { at: 'day', covers: 'coversTo', asset: 'asset', amount: 'amount', fairUsd: 'fairUsd', kwh: 'kwh', reference: 'reference', note: 'note' }

/** An entry of a day stands at its noon by this window's clock: no zone moves it to another day. */
export function readEntry(form: EntryForm): ReadEntry {
  const problems: ReadEntry['problems'] = {}
  const number = (field: 'amount' | 'fairUsd' | 'kwh'): number | null => {
    const parsed = parseNumber(form[field])
    if (parsed === 'not-a-number') problems[field] = numberProblem
    return typeof parsed === 'number' ? parsed : null
  }
  const at = momentOf(form.day, 12)
  if (at === null) problems.day = 'A date, such as 2026-11-23.'
  const amount = number('amount')
  if (amount === null) problems.amount ??= 'This needs an amount.'
  const from = momentOf(form.coversFrom, 0)
  const last = momentOf(form.coversTo, 0)
  if ((form.coversFrom === '') !== (form.coversTo === '')) problems.coversTo = 'Both days, or neither.'
  else if (from !== null && last !== null && last < from) problems.coversTo = 'The last day is before the first.'
  const question = {
    kind: form.kind,
    at: at ?? 0,
    covers: from === null || last === null ? null : { from, to: dayAfter(last) },
    programmeId: form.programmeId === '' ? null : form.programmeId,
    gpuId: form.gpuId === '' ? null : form.gpuId,
    asset: form.asset,
    amount: amount ?? 0,
    fairUsd: number('fairUsd'),
    kwh: form.kind === 'electricity' ? number('kwh') : null,
    reference: form.reference.trim() === '' ? null : form.reference,
    note: form.note.trim() === '' ? null : form.note,
  }
  const checked = ledgerAddSchema.safeParse(question)
  for (const issue of checked.error?.issues ?? []) {
    const field = fieldOf[String(issue.path[0])]
    if (field) problems[field] ??= field === 'asset' ? 'A token or a currency in capital letters, such as EUR.' : field === 'amount' || field === 'fairUsd' || field === 'kwh' ? 'A number of 0 or more.' : 'That is too long.'
  }
  return { input: checked.success && Object.keys(problems).length === 0 ? checked.data : null, problems }
}

function momentOf(day: string, hour: number): number | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day.trim())
  if (!match) return null
  const date = new Date(Number(match[1]), Number(match[2]) - 1, Number(match[3]), hour)
  return date.getMonth() === Number(match[2]) - 1 ? date.getTime() : null
}

/** Midnight after, whatever the clocks do that night. */
function dayAfter(at: number): number {
  const date = new Date(at)
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime()
}

/** As a date field wants it. */
export function dayText(at: number): string {
  const date = new Date(at)
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')}`
}
