/** Render rendering node: OctaneBench-hours times the week's rate, plus availability, in RENDER a week; then USD a day. */
import type { Confidence, Economics, EstimateInput, LeverSpan, Scenarios } from '../../../shared/earnings.ts'
import availability from './availability.json' with { type: 'json' }
import busyShares from './busy-shares.json' with { type: 'json' }
import { moved, noFigure, perScenario, readPrice, type RenderSubject } from './estimate-parts.ts'
import { scoreOf, tier3UpTo, tierFactor, tierInput, type Score } from './octanebench.ts'
import { bundledWeeks, predictRate, tier3Share, type RewardRate } from './reward-rate.ts'
import { rewardYearAt } from './reward-year.ts'
import { renderMarket } from './market.ts'
import sources from './sources.json' with { type: 'json' }

/** Share of the week that is spent rendering, unless the user's own history says otherwise. */
const busyShareKnown: Scenarios = busyShares.rendering
const busyPercent = perScenario((scenario) => Math.round(busyShareKnown[scenario] * 100))
const hoursPerWeek = 168
/** Two runs of OctaneBench on one card differ by this share or so: heat, driver. */
const runsDifferBy = 0.03
/** The newest known week may be this old for more than low confidence. */
const recentMs = 60 * 24 * 3600 * 1000
const dayMs = 24 * 3600 * 1000
/** Fewer known weeks than these say less about the spread than the longer record does. */
const fewWeeks = 6
/** By then little is left of what the newest week told. */
const longAhead = 8

/**
 * Factor on the pay of every node of a wallet that has this many (RNP-015): 1 up to three, then falling.
 * A wallet's total is nodes × factor: 3.00, 2.09, 1.36, 0.85 for 3 to 6 nodes.
 */
export function availabilityPenalty(nodes: number): number {
  const { freeNodes, decayPerNode } = availability.penalty
  return nodes <= freeNodes ? 1 : Math.exp(-decayPerNode * (nodes - freeNodes))
}

/** RENDER a week and card: score × 168 h × share busy ÷ 1,000 × rate × tier, without availability. */
export function workRenderPerWeek(score: number, busy: number, renderPerThousand: number): number {
  return ((score * hoursPerWeek * busy) / 1000) * renderPerThousand * tierFactor(score)
}

export function estimateRendering(subject: RenderSubject): Economics {
  const year = rewardYearAt(subject.at)
  const score = scoreOf(subject)
  const price = readPrice(subject)
  const rate = predictRate(subject.market?.value.weeks ?? bundledWeeks(), subject.at)
  const missing = [
    score.octaneBench === null ? score.sentence : null,
    price.usd === null ? price.sentence : null,
    rate === null ? 'No week is known, up to the date asked about, that says both what was paid and for how many OctaneBench-hours.' : null,
  ].filter((sentence) => sentence !== null)
  if (score.octaneBench === null || price.usd === null || rate === null) {
    return noFigure([...missing, year.sentence], { notModelled })
  }

  const { usd } = price
  const cards = Math.max(1, subject.count)
  const use = subject.factor('utilisation')
  const pay = subject.factor('pay-rate')
  const speed = subject.factor('speed')
  const busyShare = perScenario((scenario) => Math.min(1, busyShareKnown[scenario] * use))
  const octaneBench = perScenario((scenario) => score.octaneBench[scenario] * speed)
  const perThousand = perScenario((scenario) => rate.perThousand[scenario] * pay)
  const scoreInputs = moved(score.inputs, speed)
  const busyInputs = moved(busyInputsKnown(), use)
  const paidInputs = moved(rateInputs(subject, rate), pay)
  const standbyInputs = moved(availabilityInputs(subject, cards), pay)
  // This machine counts as one node, and as the wallet's only one: what other machines the wallet has is not known here.
  const walletRender = perScenario((scenario) => availabilityRender[scenario] * availabilityPenalty(1) * pay)
  const work = perScenario((scenario) => workRenderPerWeek(octaneBench[scenario], busyShare[scenario], perThousand[scenario]))
  const standby = perScenario((scenario) => walletRender[scenario] / cards)
  const usdPerDay = (render: Scenarios) => perScenario((scenario) => (render[scenario] * usd) / 7)
  const standbyUsd = usdPerDay(standby)
  const alwaysBusy = workRenderPerWeek(octaneBench.expected, 1, perThousand.expected)

  return {
    lines: [
      {
        id: 'paid-work', label: 'Paid rendering', kind: 'income', usdPerDay: usdPerDay(work),
        formula: 'OctaneBench score × 168 h × share of the week spent rendering ÷ 1,000 × RENDER per 1,000 hours × tier factor × RENDER price ÷ 7 days',
        inputs: [...scoreInputs.map((input) => input.id), 'tier-factor', ...busyInputs.map((input) => input.id), ...paidInputs.map((input) => input.id), price.input.id],
      },
      {
        id: 'availability', label: 'Availability', kind: 'income', usdPerDay: standbyUsd,
        formula: cards > 1 ? `RENDER a wallet and week ÷ ${cards} cards × RENDER price ÷ 7 days` : 'RENDER a wallet and week × RENDER price ÷ 7 days',
        inputs: [...standbyInputs.map((input) => input.id), price.input.id],
      },
    ],
    busy: busyShare,
    busyInputs: busyInputs.map((input) => input.id),
    payWhenAlwaysBusy: (alwaysBusy * usd) / 7,
    payWithoutWork: standbyUsd.expected,
    inputs: [
      ...scoreInputs, tierInput(octaneBench), ...busyInputs, ...paidInputs, ...standbyInputs, price.input,
    ],
    capital: [],
    confidence: confidenceOf(subject, score, rate, year.isKnown),
    notModelled,
    spans: spansOf(score, rate),
    reasons: reasonsOf(subject, score, rate, year, cards),
  }
}

const availabilityRender: Scenarios = {
  cautious: availability.renderPerWalletWeek.p10,
  expected: availability.renderPerWalletWeek.p50,
  hopeful: availability.renderPerWalletWeek.p90,
}

const notModelled = [
  'reputation: failed frames mean fewer jobs later',
  'hours in which you use the card yourself: the client then takes no work and is not available',
  'a node\'s age, memory and score in its share of availability; the band of all wallets stands in for them',
  'other machines on the same wallet: from the fourth one on, all of them are paid less for availability',
  'a machine with several cards may be scored as one node and reach tier 2 where one card would not',
  'a change of the weekly pool',
]

function confidenceOf(subject: RenderSubject, score: Score, rate: RewardRate, isYearKnown: boolean): Confidence {
  if (!isYearKnown) return 'none'
  const isRecent = subject.at - rate.newestEndAt <= recentMs
  return isRecent && score.how !== 'board-facts' && rate.weeks >= 8 ? 'medium' : 'low'
}

function reasonsOf(subject: RenderSubject, score: Score, rate: RewardRate, year: ReturnType<typeof rewardYearAt>, cards: number): string[] {
  const newest = isoDay(rate.newestEndAt)
  const age = Math.floor((subject.at - rate.newestEndAt) / dayMs)
  const weeks = rate.weeks === 1 ? 'the one week known' : `the ${rate.weeks} weeks known`
  const share = tier3Share()
  const reasons = [
    `What 1,000 OctaneBench-hours earned ran from ${rate.least.toFixed(2)} to ${rate.greatest.toFixed(2)} RENDER over ${weeks}: the weekly pool is fixed, so more work on the network lowers the pay of each hour.`,
    bandSentence(rate),
    `The newest of these weeks ended on ${newest}, ${age} days before the date of this estimate.`,
    `How much of the week a card renders (${busyPercent.cautious}, ${busyPercent.expected} or ${busyPercent.hopeful} %) is an assumption: no one publishes it.`,
    score.sentence,
  ]
  if (rate.exactWeeks < rate.weeks) {
    reasons.push(`For ${rate.weeks - rate.exactWeeks} of the weeks only totals are public: the rate follows from them with tier 3's share of the hours taken as ${percent(share.cautious)} to ${percent(share.hopeful)}.`)
  }
  if (cards > 1) reasons.push(`Availability is paid per wallet and node; this machine counts as one node, so its availability is divided by its ${cards} cards.`)
  if (score.octaneBench.expected <= tier3UpTo) reasons.push('Up to a score of 300 the community places a node in tier 3, which earns half as much an hour.')
  reasons.push('New nodes are let in from a waiting list; nobody says when.')
  return year.isKnown ? [reasons[0] ?? '', year.sentence, ...reasons.slice(1)] : [year.sentence, ...reasons]
}

/** What the band of the rate is, and why it is as wide as it is. */
function bandSentence(rate: RewardRate): string {
  const { cautious, hopeful } = rate.perThousand
  const until = rate.weeksAhead === 1 ? '' : `, ${rate.weeksAhead} weeks after the newest known one`
  const few = rate.weeks < fewWeeks ? ` With so few weeks known, it rests mostly on how much weeks varied in the longer record, and is wide.` : ''
  const far = rate.weeksAhead > longAhead ? ' So far ahead the newest weeks say little, and the band is that of any week.' : ''
  return `${cautious.toFixed(2)} to ${hopeful.toFixed(2)} RENDER is an 80 % band for next week${until}: four weeks in five should fall inside.${few}${far}`
}

/** How far use, pay and score may defensibly lie off, beside the expected ones. */
function spansOf({ octaneBench }: Score, { perThousand }: RewardRate): LeverSpan[] {
  const least = (span: number) => Math.min(1, Number.isFinite(span) ? span : 1)
  const most = (span: number) => Math.max(1, Number.isFinite(span) ? span : 1)
  return [
    { lever: 'utilisation', low: busyShareKnown.cautious / busyShareKnown.expected, high: busyShareKnown.hopeful / busyShareKnown.expected, why: `No one publishes how much of the week a card renders: from ${busyPercent.cautious} to ${busyPercent.hopeful} % of it, where ${busyPercent.expected} % is expected.` },
    { lever: 'pay-rate', low: least(perThousand.cautious / perThousand.expected), high: most(perThousand.hopeful / perThousand.expected), why: 'The 80 % band of what next week pays for 1,000 OctaneBench-hours.' },
    { lever: 'speed', low: least(Math.min(octaneBench.cautious / octaneBench.expected, 1 - runsDifferBy)), high: most(Math.max(octaneBench.hopeful / octaneBench.expected, 1 + runsDifferBy)), why: 'The band of the card\'s OctaneBench score, and at least how far two runs on one card lie apart.' },
  ]
}

function busyInputsKnown(): EstimateInput[] {
  const made = (id: string, label: string, value: number): EstimateInput => ({
    id, label, value, unit: 'share of the week', origin: 'assumed', source: null, takenAt: null, confidence: 'low', stale: false,
    note: busyShares.rendering.basis,
  })
  return [
    made('busy-share-low', 'Share of the week spent rendering, cautious', busyShareKnown.cautious),
    made('busy-share', 'Share of the week spent rendering', busyShareKnown.expected),
    made('busy-share-high', 'Share of the week spent rendering, hopeful', busyShareKnown.hopeful),
  ]
}

function rateInputs(subject: RenderSubject, rate: RewardRate): EstimateInput[] {
  const note = `from ${rate.weeks} weeks that ended between ${isoDay(rate.oldestEndAt)} and ${isoDay(rate.newestEndAt)}, ${rate.exactWeeks} of them exact; tier 3 earns half`
  const made = (id: string, label: string, value: number): EstimateInput => ({
    id, label, value, unit: 'RENDER per 1,000 OctaneBench-hours', origin: subject.market?.origin ?? 'bundled', source: subject.market?.source ?? sources.liabilityEpochs,
    takenAt: rate.newestEndAt, confidence: 'low', stale: subject.market?.origin !== 'user' && subject.at - rate.newestEndAt > renderMarket.shelfLifeMs, note,
  })
  return [
    made('render-rate-low', 'Pay for tier-2 work, low end of the 80 % band', rate.perThousand.cautious),
    made('render-rate', 'Pay for tier-2 work, median', rate.perThousand.expected),
    made('render-rate-high', 'Pay for tier-2 work, high end of the 80 % band', rate.perThousand.hopeful),
  ]
}

function availabilityInputs(subject: RenderSubject, cards: number): EstimateInput[] {
  const takenAt = Date.parse(availability.weekEnd)
  const divided = cards > 1 ? `; divided by ${cards} cards` : ''
  const made = (id: string, label: string, value: number): EstimateInput => ({
    id, label, value, unit: 'RENDER a wallet and week', origin: 'bundled', source: availability.source, takenAt, confidence: 'low',
    stale: subject.at - takenAt > renderMarket.shelfLifeMs,
    note: `over the ${availability.wallets} wallets paid in the week to ${availability.weekEnd}, some of which hold several nodes; this machine is taken as the wallet's only node, so there is no penalty (RNP-015 lowers the pay of every node from the fourth on)${divided}`,
  })
  return [
    made('availability-low', 'Availability, 10th percentile', availabilityRender.cautious),
    made('availability', 'Availability, median', availabilityRender.expected),
    made('availability-high', 'Availability, 90th percentile', availabilityRender.hopeful),
  ]
}

function isoDay(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
