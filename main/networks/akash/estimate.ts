/** What a provider and a HomeNode would be paid: asking prices times the share of such cards that is leased. Pure. */
import { factorWords, type Confidence, type Economics, type EstimateInput, type LeverSpan } from '../../../shared/earnings.ts'
import type { EstimateSubject, MarketReading } from '../network.ts'
import { interfaceOf, memoryGib, priceNames } from './cards.ts'
import { bidDeposits } from './bid-deposits.ts'
import { akashMarket, type AkashMarket, type PriceRow } from './market.ts'
import sources from './sources.json' with { type: 'json' }
import { isNvidia, useOf, type Use } from './utilisation.ts'

/** Memory of one size reads up to 10 % apart between a driver and a price list. */
const sameMemory = 0.1

interface Found {
  row: PriceRow
  /** How the row differs from the card; null: it is the card's own row. */
  marked: string | null
}

export function estimateProvider(subject: EstimateSubject<AkashMarket>): Economics {
  const { market } = subject
  const capital = bidDeposits(subject)
  if (!market) return nothing('There is no price list to work from.', capital)
  const found = findRow(market.value, subject)
  if (typeof found === 'string') return nothing(found, capital)
  const use = useOf(market, found.row.model, subject)
  if (use === null) return nothing('The price list does not say how many cards are leased, so no share at work can be told.', capital)

  const price = priceInputs(found, market, subject)
  const { min, weightedAverage, max } = price
  const high = Math.min(1, 1.25 * use.share)
  return {
    lines: [
      {
        id: 'paid-work',
        label: 'Leases',
        kind: 'income',
        usdPerDay: { cautious: (min * 24 * use.share) / 2, expected: weightedAverage * 24 * use.share, hopeful: max * 24 * high },
        formula: 'asking price × 24 h × share of such cards that is leased (cautious: lowest price, half the share; hopeful: highest price, 1.25 × the share, at most 1)',
        inputs: [...price.inputs, ...use.inputs].map((input) => input.id),
      },
    ],
    busy: { cautious: use.share / 2, expected: use.share, hopeful: high },
    busyInputs: use.inputs.map((input) => input.id),
    payWhenAlwaysBusy: weightedAverage * 24,
    payWithoutWork: 0,
    inputs: [...price.inputs, ...use.inputs, ...capital.inputs],
    capital: capital.capital,
    confidence: price.confidence,
    notModelled: [
      'fees of bids that do not win (about 0.005 AKT each)',
      'hours of upkeep: Akash itself says 2 to 4 a week',
      'that many tenants rent from audited providers only',
      'the price of ACT against USD, and of AKT once converted',
    ],
    reasons: [
      ...(found.marked === null ? [] : [found.marked]),
      ...price.reasons,
      ...(use.reason === null ? [] : [use.reason]),
      'Prices are asking prices of whole bids (card with processor, memory and disk), not what was paid.',
      'The console counts 600 blocks an hour where the chain makes about 609, so the chain pays about 1.5 % more than shown; nothing is corrected for it.',
      'No take rate since 2026-03-23. Paid in ACT, about 1 USD each. Nothing is paid while the card waits.',
    ],
    spans: spansOf(price, use),
  }
}

/** How far price and share leased may lie off, from what the network itself shows. */
function spansOf(price: Price, use: Use): LeverSpan[] {
  const { min, weightedAverage, max } = price
  const hourly: LeverSpan = { lever: 'speed', low: 1, high: 1, why: 'A lease is paid by the hour, however fast the card is.' }
  const most = use.share > 0 ? Math.min(1.25, 1 / use.share) : 1.25
  const utilisation: LeverSpan = { lever: 'utilisation', low: 0.5, high: Math.max(1, most), why: 'From half the share that is leased now to a quarter more, at most all the time: the two ends of the estimate.' }
  // A floor alone, or a list that contradicts itself, says nothing on how far prices lie apart.
  if (!(min < max && min <= weightedAverage && weightedAverage <= max)) return [utilisation, hourly]
  return [utilisation, { lever: 'pay-rate', low: min / weightedAverage, high: max / weightedAverage, why: 'From the lowest to the highest price that is asked for such a card.' }, hourly]
}

/** Between waiting power alone and what the provider programme expects; how it really pays is not published. */
export function estimateHomeNode(subject: EstimateSubject<AkashMarket>): Economics {
  const provider = estimateProvider(subject)
  const paid = provider.lines.find((line) => line.id === 'paid-work')?.usdPerDay.expected ?? null
  const deposit = { asset: 'AKT', amount: null, usd: null, lockDays: null, slashable: null, why: 'Whether a deposit is asked for is not published.', source: sources.homenode }
  const none = { capital: [deposit], notModelled: ['fees, deposits and pay-out rules, which are not published'], payWhenAlwaysBusy: null, payWithoutWork: null }
  const unpublished = 'The pay rule is not published: the band runs from waiting power alone to what a provider would expect.'
  if (paid === null || provider.busy.expected === null) {
    return { ...none, lines: [], busy: { cautious: null, expected: null, hopeful: null }, inputs: [], confidence: 'none', reasons: ['The pay rule is not published, and no provider figure is known for this card to set against it.', ...provider.reasons.slice(0, 1)] }
  }
  const ofDeposit = new Set(bidDeposits(subject).inputs.map((input) => input.id))
  const inputs = provider.inputs.filter((input) => !ofDeposit.has(input.id))
  return {
    ...none,
    lines: [
      {
        id: 'paid-work',
        label: 'Leases',
        kind: 'income',
        usdPerDay: { cautious: 0, expected: null, hopeful: paid },
        formula: 'cautious: none; hopeful: what a provider would expect (weighted asking price × 24 h × share leased)',
        inputs: inputs.map((input) => input.id),
      },
    ],
    busy: { cautious: 0, expected: null, hopeful: provider.busy.expected },
    ...(provider.busyInputs ? { busyInputs: provider.busyInputs } : {}),
    inputs,
    confidence: 'low',
    reasons: [unpublished, 'The network\'s own marketing names 0.70 USD an hour for an RTX 5090 at half use (seen 2026-07-18); that is no rule.', ...provider.reasons.filter((reason) => reason.includes('asking price'))],
  }
}

function nothing(reason: string, capital: { capital: Economics['capital']; inputs: EstimateInput[] }): Economics {
  return {
    lines: [{ id: 'paid-work', label: 'Leases', kind: 'income', usdPerDay: { cautious: null, expected: null, hopeful: null }, formula: 'asking price × 24 h × share of such cards that is leased', inputs: [] }],
    busy: { cautious: null, expected: null, hopeful: null },
    payWhenAlwaysBusy: null,
    payWithoutWork: null,
    inputs: capital.inputs,
    capital: capital.capital,
    confidence: 'none',
    notModelled: [],
    reasons: [reason],
  }
}

/** The card's own row; else its model's nearest memory size that has a price; else a sentence that says why there is none. */
function findRow(market: AkashMarket, subject: EstimateSubject<AkashMarket>): Found | string {
  const { card } = subject
  const called = card.model ?? card.name
  if (card.vendor !== 'nvidia') return `Akash lists no prices for cards like the ${called}: providers rent out NVIDIA cards in practice.`
  const rows = priceNames(card).map((name) => market.rows.filter((row) => isNvidia(row) && row.model === name)).find((some) => some.length > 0) ?? []
  if (rows.length === 0) return `The price list holds no ${called}: nobody offered one, or it is not known there.`

  const memory = memoryGib(card)
  const apart = (row: PriceRow): number => (memory === null || row.ramGib === null ? Number.MAX_VALUE : Math.abs(row.ramGib - memory) / memory)
  const bus = interfaceOf(card)
  const sameBus = (row: PriceRow): boolean => row.interface === null || bus === null || row.interface.toLowerCase().startsWith(bus)
  const isOwn = (row: PriceRow): boolean => sameBus(row) && (row.ramGib === null || memory === null || apart(row) <= sameMemory)
  const own = rows.filter(isOwn).sort((one, other) => apart(one) - apart(other))[0]
  if (own) return hasPrice(own) ? { row: own, marked: null } : withoutPrice(called, own)

  const nearest = rows.filter(hasPrice).sort((one, other) => apart(one) - apart(other) || Number(sameBus(other)) - Number(sameBus(one)))[0]
  if (!nearest) return withoutPrice(called, rows[0])
  const stated = [nearest.ramGib === null ? null : `${nearest.ramGib} GiB`, nearest.interface].filter((part) => part !== null).join(' ')
  return { row: nearest, marked: `No price is listed for this very card; the price of the ${nearest.model} with ${stated} is used.` }
}

function withoutPrice(called: string, row: PriceRow | undefined): string {
  return `The price list names the ${called} but gives no price for it: ${row?.noPrice ?? 'no bid of the last 31 days'}.`
}

function hasPrice(row: PriceRow): boolean {
  return row.price !== null || row.startingAt !== null
}

interface Price {
  min: number
  weightedAverage: number
  max: number
  inputs: EstimateInput[]
  confidence: Confidence
  reasons: string[]
}

function priceInputs(found: Found, reading: MarketReading<AkashMarket>, subject: EstimateSubject<AkashMarket>): Price {
  const { row, marked } = found
  const origin = provenance(row, reading, subject.at)
  const rate = subject.factor('pay-rate')
  const listed = `${row.model}${row.ramGib === null ? '' : ` ${row.ramGib} GiB`}${row.interface === null ? '' : ` ${row.interface}`}`
  const input = (id: string, label: string, value: number): EstimateInput => {
    const notes = [...(marked === null ? [] : ['nearest memory size or interface']), ...(rate === 1 ? [] : [factorWords(rate)])]
    return { id, label: `${label}, ${listed}`, value, unit: 'USD/h', ...origin, ...(rate === 1 ? {} : { origin: 'user' as const }), ...(notes.length === 0 ? {} : { note: notes.join('; ') }) }
  }
  if (row.price === null) {
    const floor = (row.startingAt ?? 0) * rate
    return {
      min: floor,
      weightedAverage: floor,
      max: floor,
      inputs: [{ ...input('price-floor', '"Starting at" price', floor), confidence: 'low' }],
      confidence: 'low',
      reasons: [`Only the public "starting at" price is known for this model, a floor for what is asked (${row.from?.source.date ?? 'undated'}).`],
    }
  }
  const [min, weightedAverage, max] = [row.price.min * rate, row.price.weightedAverage * rate, row.price.max * rate]
  const { filled } = row.price
  const isOrdered = min <= weightedAverage && weightedAverage <= max
  return {
    min,
    weightedAverage,
    max,
    inputs: [input('price-min', 'Lowest asking price', min), input('price-weighted', 'Weighted average asking price', weightedAverage), input('price-max', 'Highest asking price', max)],
    confidence: marked !== null || filled.length > 0 || !isOrdered || origin.confidence === 'low' ? 'low' : 'medium',
    reasons: [
      ...(filled.length === 0 ? [] : [`The price list leaves out ${filled.join(', ')}; the nearest price it gives stands in.`]),
      ...(isOrdered ? [] : [`The price list contradicts itself on this card: lowest ${min}, weighted average ${weightedAverage}, highest ${max} USD an hour.`]),
    ],
  }
}

/** A bundled row may have a source and date of its own; they go with the number. */
function provenance(row: PriceRow | null, reading: MarketReading<AkashMarket>, at: number): Pick<EstimateInput, 'origin' | 'source' | 'takenAt' | 'confidence' | 'stale'> {
  const { origin, source, takenAt, confidence, stale } = reading
  if (!row?.from || origin === 'user') return { origin, source, takenAt, confidence, stale }
  const own = row.from
  return { origin, source: own.source, takenAt: own.takenAt, confidence: own.confidence, stale: own.takenAt === null || at - own.takenAt > akashMarket.shelfLifeMs }
}
