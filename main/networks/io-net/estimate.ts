/** What a worker would be paid: nothing for certain, at best the customer's list price for the share of such cards that is hired. Pure. */
import { factorWords, type Capital, type Economics, type EstimateInput, type LeverSpan } from '../../../shared/earnings.ts'
import type { EstimateSubject, MarketReading } from '../network.ts'
import { deviceOf, isCalled } from './devices.ts'
import facts from './estimate-facts.json' with { type: 'json' }
import { products, type DeviceRow, type IoNetMarket, type ProductField } from './market.ts'
import sources from './sources.json' with { type: 'json' }

const { reservationFee, stake: stakeRule, proofOfWork } = facts
const feeText = `${Number((reservationFee.share * 100).toPrecision(4))} %`

const notModelled = [
  'what the Incentive Dynamic Engine pays suppliers: it is not published',
  'about 5 GB of traffic an hour',
  'deals for reserved capacity',
  'slashing of stake and rewards',
  'a fee of 2 % when paid out in USDC; pay is lost for a job that is interrupted',
]
const payRule = 'What io.net pays a supplier is not published since 2026-06-11: the band runs from nothing to the customer\'s list price, less the fee, for the share of such cards that is hired.'

export function estimateWorker(subject: EstimateSubject<IoNetMarket>): Economics {
  const stake = stakeOf(subject)
  const { market } = subject
  if (!market) return nothing('There is no price list to work from.', stake)
  const row = rowOf(market.value, subject)
  const called = subject.card.model ?? subject.card.name
  if (row === null) return nothing(`The price list holds no ${called}.`, stake)
  const listed = dearestProduct(row)
  if (listed === null) return nothing(`The price list names the ${called} but gives no price for it.`, stake)
  if (row.total === null || row.hired === null || row.total <= 0) return nothing(`The price list does not say how many ${called} are hired.`, stake)

  const asked = { rate: subject.factor('pay-rate'), use: subject.factor('utilisation') }
  const dearest = { field: listed.field, usd: listed.usd * asked.rate }
  const hiredShare = Math.min(1, Math.min(1, Math.max(0, row.hired / row.total)) * asked.use)
  const gross = dearest.usd * 24 * hiredShare
  const inputs = marketInputs(market, row, dearest, hiredShare, asked)
  return {
    lines: [
      {
        id: 'paid-work',
        label: 'Paid hires',
        kind: 'income',
        usdPerDay: { cautious: 0, expected: null, hopeful: gross },
        formula: 'cautious: none; hopeful: list price of the dearest product × 24 h × share of such cards that is hired',
        inputs: ['list-price', 'hired-share'],
      },
      {
        id: 'reservation-fee',
        label: 'Reservation fee',
        kind: 'cost',
        usdPerDay: { cautious: 0, expected: null, hopeful: gross * reservationFee.share },
        formula: `paid hires × ${feeText}`,
        inputs: ['list-price', 'hired-share', 'reservation-fee'],
      },
    ],
    busy: { cautious: 0, expected: null, hopeful: hiredShare },
    busyInputs: ['hired-share'],
    waitingLoad: proofOfWork.minutesAnHour / 60,
    payWhenAlwaysBusy: null,
    payWithoutWork: null,
    inputs: [...inputs, ...stake.inputs],
    capital: stake.capital,
    confidence: 'low',
    notModelled,
    reasons: [
      ...stake.reasons,
      payRule,
      `The dearest product listed for it is taken: ${products[listed.field]}, ${listed.usd} USD an hour.`,
      `While not hired, an hourly proof-of-work loads the card for up to ${proofOfWork.minutesAnHour} minutes.`,
      ...(row.hired > row.total ? ['The price list counts more hired cards than cards; all are taken as hired.'] : []),
    ],
    spans: spansOf(row, listed.usd, hiredShare),
  }
}

/** How far the list price and the share hired may lie off. */
function spansOf(row: DeviceRow, dearestUsd: number, hiredShare: number): LeverSpan[] {
  const cheapest = Math.min(...Object.values(row.prices))
  return [
    { lever: 'utilisation', low: 0.5, high: hiredShare > 0 ? Math.max(1, Math.min(1.25, 1 / hiredShare)) : 1.25, why: 'From half the share that is hired now to a quarter more, at most all the time.' },
    { lever: 'pay-rate', low: cheapest / dearestUsd, high: 1, why: 'From the cheapest to the dearest product that is listed for the device.' },
    { lever: 'speed', low: 1, high: 1, why: 'A hire is paid by the hour, however fast the card is.' },
  ]
}

interface Stake {
  capital: Capital[]
  inputs: EstimateInput[]
  reasons: string[]
}

function nothing(reason: string, stake: Stake): Economics {
  return {
    lines: [{ id: 'paid-work', label: 'Paid hires', kind: 'income', usdPerDay: { cautious: null, expected: null, hopeful: null }, formula: 'list price × 24 h × share of such cards that is hired', inputs: [] }],
    busy: { cautious: null, expected: null, hopeful: null },
    payWhenAlwaysBusy: null,
    payWithoutWork: null,
    inputs: stake.inputs,
    capital: stake.capital,
    confidence: 'none',
    notModelled,
    reasons: [...stake.reasons, reason, payRule],
  }
}

/** Rows of one device added up; a device listed twice is one device. */
function rowOf(market: IoNetMarket, subject: EstimateSubject<IoNetMarket>): DeviceRow | null {
  const rows = market.rows.filter((row) => isCalled(subject.card, row.called))
  const first = rows[0]
  if (!first) return null
  const prices: DeviceRow['prices'] = {}
  for (const row of rows) {
    for (const [field, usd] of Object.entries(row.prices) as [ProductField, number][]) prices[field] = Math.max(prices[field] ?? 0, usd)
  }
  const counted = rows.filter((row) => row.total !== null && row.hired !== null)
  const sum = (which: 'total' | 'hired'): number | null => (counted.length === 0 ? null : counted.reduce((total, row) => total + (row[which] ?? 0), 0))
  return { ...first, prices, total: sum('total'), hired: sum('hired') }
}

function dearestProduct(row: DeviceRow): { field: ProductField; usd: number } | null {
  const priced = Object.entries(row.prices) as [ProductField, number][]
  return priced.reduce<{ field: ProductField; usd: number } | null>((best, [field, usd]) => (best === null || usd > best.usd ? { field, usd } : best), null)
}

function marketInputs(reading: MarketReading<IoNetMarket>, row: DeviceRow, dearest: { field: ProductField; usd: number }, hiredShare: number, asked: { rate: number; use: number }): EstimateInput[] {
  const { origin, source, takenAt, confidence, stale } = reading
  const from = { source, takenAt, confidence, stale }
  const originOf = (factor: number): EstimateInput['origin'] => (factor === 1 ? origin : 'user')
  return [
    { ...from, origin: originOf(asked.rate), id: 'list-price', label: `List price, ${products[dearest.field]}, ${row.name}`, value: dearest.usd, unit: 'USD/h', ...(asked.rate === 1 ? {} : { note: factorWords(asked.rate) }) },
    { ...from, origin: originOf(asked.use), id: 'hired-share', label: `Share of ${row.name} hired`, value: hiredShare, unit: 'share', note: `${row.hired} of ${row.total}${asked.use === 1 ? '' : `; ${factorWords(asked.use)}`}` },
    { id: 'reservation-fee', label: 'Reservation fee', value: reservationFee.share, unit: 'share', origin: 'bundled', source: reservationFee.source, takenAt: Date.parse(reservationFee.source.date), confidence: 'medium', stale: false },
  ]
}

function stakeOf(subject: EstimateSubject<IoNetMarket>): Stake {
  const device = deviceOf(subject.card)
  if (!device?.supported) return { capital: [], inputs: [], reasons: ['io.net does not take this card.'] }
  const multiplier = device.multiplier ?? 1
  const amount = stakeRule.io * Math.max(1, multiplier)
  const price = subject.tokenUsd('IO')
  const assumed = device.multiplier === null
  const input: EstimateInput = {
    id: 'multiplier',
    label: 'Multiplier of the device',
    value: multiplier,
    unit: '×',
    origin: assumed ? 'assumed' : 'bundled',
    source: assumed ? null : sources.multipliers,
    takenAt: assumed ? null : Date.parse(sources.multipliers.date),
    confidence: 'low',
    stale: false,
    note: assumed ? 'none is published for this device; 1 is assumed' : 'from before June 2026',
  }
  return {
    capital: [
      {
        asset: 'IO',
        amount,
        usd: price?.value == null ? null : amount * price.value,
        lockDays: stakeRule.unstakeDays,
        slashable: true,
        why: `${stakeRule.io} IO × the multiplier (at least 1) for each card, without which it is neither rewarded nor hired. Leaving takes ${stakeRule.unstakeDays} days and is not possible while hired.`,
        source: stakeRule.source,
      },
    ],
    inputs: [input, ...(price ? [price] : [])],
    reasons: assumed ? ['No multiplier is published for this device; 1 is assumed for the stake, which may be higher.'] : [],
  }
}
