/** A ledger of some months, what was promised, wallets, and what moves an estimate: what the gallery's pages are answered with. */
import type { Sensitivity } from '../../shared/earnings.ts'
import { ledgerAddSchema, type LedgerEntry, type LedgerFilter, type LedgerPage, type LedgerRow, type PromisedReport, type WalletStatus } from '../../shared/ledger.ts'
import type { TariffImport, TariffReading } from '../../shared/tariff.ts'
import type { Source } from '../../shared/network.ts'
import type { Reply } from '../../shared/requests.ts'
import { looksLikeSecret, secretRefusal } from '../../shared/secrets.ts'
import { now } from './parts.ts'

const day = 86_400_000
/** Of spot prices that are kept, to this evening. */
export const tariff: TariffReading = { zone: 'Europe/Stockholm', now: { perKwh: 0.2874, how: 'dated price, to 2026-11-23 14:00' }, dated: { from: now - 41 * day, to: now + 9.5 * 3_600_000, count: 1216 } }
const imported: TariffImport = { intervals: 24, from: now, to: now + day, stepMinutes: 60, zone: 'Europe/Stockholm', unusualDays: [], remarks: ['Its times name no zone; they were read as Europe/Stockholm.'], least: -0.012, mean: 0.214, greatest: 0.61, currency: 'EUR', inFile: { currency: 'SEK', least: -0.132, mean: 2.35, greatest: 6.71 } }
const source: Source = { url: 'https://prices.example.org/history', date: '2026-11-18' }

/** What a state's pages about money are answered with; null: an empty ledger. */
export interface LedgerAnswers {
  page: LedgerPage
  promised: PromisedReport
  wallets: WalletStatus[]
}

function entry(n: number, over: Partial<LedgerEntry>): LedgerRow {
  const at = now - n * day
  const made: LedgerEntry = {
    id: `entry-${n}`, kind: 'income', at, recordedAt: at + 3_600_000, day: new Date(at).toISOString().slice(0, 10), covers: null, networkId: 'frame', programmeId: 'frame/rendering', gpuId: null, asset: 'FRM', amount: 12.48,
    fair: { usd: 25.08, usdPerUnit: 2.01, source, takenAt: at, why: null }, kwh: null, origin: 'chain', reference: '5KtPn1LGuxhFiwjxErkxTb7XxtLVYUBe6Cn33ej7ATNV', note: null, corrects: null, ...over,
  }
  return { ...made, standingAmount: made.amount, standingUsd: made.fair.usd, correctedBy: [] }
}

const rows: LedgerRow[] = [
  entry(1, { kind: 'electricity', programmeId: null, networkId: null, gpuId: 'GPU-00000000', asset: 'EUR', amount: 0.71, fair: { usd: 0.79, usdPerUnit: 1.12, source, takenAt: now - day, why: null }, kwh: 2.31, origin: 'measured', reference: null, note: 'measured for 96 % of the day' }),
  { ...entry(5, { covers: { from: now - 12 * day, to: now - 5 * day }, note: 'work of the week' }), correctedBy: ['c1'], standingAmount: 11.9, standingUsd: 23.92 },
  entry(5, { id: 'c1', kind: 'correction', corrects: 'entry-5', amount: -0.58, fair: { usd: -1.16, usdPerUnit: 2.01, source, takenAt: now - 5 * day, why: null }, origin: 'hand', reference: null, note: 'part of it was for another machine' }),
  entry(6, { id: 'bonus', asset: 'NEW', amount: 1_250_000.5, fair: { usd: null, usdPerUnit: null, source: null, takenAt: null, why: 'no price of NEW is known for that day' }, programmeId: 'ember/worker', networkId: 'ember', origin: 'hand', reference: 'mail of 17 November', note: 'a one-off reward, announced by mail, whose terms say that it cannot be moved before the spring of next year' }),
  entry(12, { covers: { from: now - 19 * day, to: now - 12 * day } }),
  entry(14, { kind: 'capital-in', programmeId: 'ember/worker', networkId: 'ember', asset: 'EMB', amount: 200, fair: { usd: 31.2, usdPerUnit: 0.156, source, takenAt: now - 14 * day, why: null }, origin: 'hand', reference: null, note: 'stake' }),
  entry(15, { kind: 'fee', programmeId: 'ember/worker', networkId: 'ember', asset: 'EMB', amount: 0.031, fair: { usd: 0.0048, usdPerUnit: 0.156, source, takenAt: now - 15 * day, why: null }, origin: 'chain' }),
]

export const ledger: LedgerAnswers = {
  page: {
    rows, total: 312,
    sums: { incomeUsd: 284.11, electricityUsd: 61.9, feesUsd: 0.42, capitalInUsd: 31.2, capitalOutUsd: 0, netUsd: 221.79, kwh: 402.4, unvalued: 1 },
    months: [['2026-06', 12.1, 4.2, 0], ['2026-07', 44.02, 9.8, 0.1], ['2026-08', 61.3, 12.9, 0.1], ['2026-09', 55.91, 12.1, 0], ['2026-10', 70.2, 13.4, 0.1], ['2026-11', 40.58, 9.5, 0.12]].map(([month, incomeUsd, electricityUsd, feesUsd]) => ({ month: String(month), incomeUsd: Number(incomeUsd), electricityUsd: Number(electricityUsd), feesUsd: Number(feesUsd) })),
  },
  promised: {
    days: Array.from({ length: 34 }, (_, n) => {
      const paidUsd = n === 3 ? null : 1.1 + ((n * 37) % 11) * 0.21 - (n === 9 ? 1 : 0)
      const promised = { low: 0.52, expected: 2.02, high: 4.6 }
      return { day: new Date(now - (n + 1) * day).toISOString().slice(0, 10), programmeId: 'frame/rendering', promised, paidUsd, isInside: paidUsd === null ? null : paidUsd >= promised.low && paidUsd <= promised.high }
    }),
    bias: [{ programmeId: 'frame/rendering', ratio: 0.82, days: 27, inside: 26, sentence: 'Over the last 27 days that were paid for, the median day brought 0.82 of what was expected; 26 of them lay in the band.', isOffered: true, offered: 0.82, applied: null }],
  },
  wallets: [
    { networkId: 'frame', title: 'Address that FRM is paid to', chain: 'solana', address: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin', balances: [{ asset: 'FRM', amount: 148.21, usd: 297.9 }], takenAt: now - 3_600_000, fault: null, readsPayouts: true, remark: 'Its chain has no checksum: compare the first and the last four characters.' },
    { networkId: 'north', title: 'Address that leases are paid to', chain: 'bech32', address: null, balances: [], takenAt: null, fault: null, readsPayouts: true, remark: null },
    { networkId: 'ember', title: 'Address that rewards go to', chain: 'solana', address: 'Vote111111111111111111111111111111111111111', balances: [], takenAt: null, fault: 'No answer came within 15 seconds.', readsPayouts: false, remark: 'Payouts cannot be told from other transfers: enter them by hand.' },
  ],
}

export const emptyLedger: LedgerAnswers = {
  page: { rows: [], total: 0, sums: { incomeUsd: 0, electricityUsd: 0, feesUsd: 0, capitalInUsd: 0, capitalOutUsd: 0, netUsd: 0, kwh: 0, unvalued: 0 }, months: [] },
  promised: { days: [], bias: [] },
  wallets: ledger.wallets.map((wallet) => ({ ...wallet, address: null, balances: [], fault: null })),
}

export const sensitivity: Sensitivity = {
  programmeId: 'north/provider', gpuName: 'GeForce RTX 4090', expected: 3.7512, why: null,
  bars: [
    { lever: 'utilisation', label: 'Share of the time at work', low: 0.5, high: 1.25, why: 'half of what is leased now, to a quarter more', from: '30 %', to: '75 %', netAtLow: 1.82, netAtHigh: 4.69 },
    { lever: 'pay-rate', label: 'What work pays', low: 0.85, high: 1.48, why: 'the lowest and the highest asking price listed', from: '0.28 USD/h', to: '0.49 USD/h', netAtLow: 3.03, netAtHigh: 6.05 },
    { lever: 'usd-per-kwh', label: 'Electricity price', low: 0.75, high: 1.25, why: 'a quarter either way', from: '0.11 USD/kWh', to: '0.19 USD/kWh', netAtLow: 4, netAtHigh: 3.5 },
    { lever: 'power', label: 'Power drawn', low: 0.85, high: 1.15, why: 'board power is a limit, not a measurement', from: null, to: null, netAtLow: 3.9, netAtHigh: 3.6 },
  ],
}

function pageOf(page: LedgerPage, { kinds }: LedgerFilter): LedgerPage {
  if (kinds === undefined) return page
  const rows = page.rows.filter((row) => kinds.includes(row.kind))
  return { ...page, rows, total: rows.length }
}

/** null: not about money. What would be kept is taken and forgotten; what is refused is refused in the app's words. */
export function answerMoney(shown: LedgerAnswers | undefined, prices: TariffReading | undefined, name: string, input: unknown): Reply<unknown> | null {
  const answers = shown ?? emptyLedger
  const isWriting = name === 'ledger.add' || name === 'ledger.correct' || name === 'wallets.set'
  if (isWriting && Object.values(input as object).some((value) => typeof value === 'string' && looksLikeSecret(value))) return { ok: false, failure: { code: 'not-possible', message: secretRefusal } }
  if (name === 'ledger.add') return { ok: true, value: entry(0, { ...(ledgerAddSchema.parse(input) as Partial<LedgerEntry>) }) }
  if (name === 'ledger.correct') return { ok: true, value: entry(0, { kind: 'correction' }) }
  if (name === 'wallets.set') return { ok: true, value: answers.wallets }
  if (name === 'ledger.list') return { ok: true, value: pageOf(answers.page, (input as { filter: LedgerFilter }).filter) }
  const values: Record<string, unknown> = { 'ledger.promised': answers.promised, 'wallets.read': answers.wallets, 'estimate.sensitivity': sensitivity, 'tariff.read': prices ?? { zone: 'Etc/UTC', now: null, dated: null }, 'tariff.import': imported, 'tariff.clear': null }
  return name in values ? { ok: true, value: values[name] } : null
}
