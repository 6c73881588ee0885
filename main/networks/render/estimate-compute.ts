/** Render compute node (Dispersed): two published rules that contradict each other, and a subnet that paid hardly more than availability. */
import type { Economics, EstimateInput, LeverSpan, Scenarios } from '../../../shared/earnings.ts'
import busyShares from './busy-shares.json' with { type: 'json' }
import { moved, noFigure, perScenario, readPrice, type RenderSubject } from './estimate-parts.ts'
import { multiplierOf } from './multiplier.ts'
import pay from './compute-pay.json' with { type: 'json' }
import { rewardYearAt } from './reward-year.ts'

/** The cautious scenario never gets a job. */
const busyShareKnown: Scenarios = busyShares.compute
const availabilityRenderKnown: Scenarios = { cautious: pay.proposal.availability, expected: pay.documentation.availability, hopeful: pay.documentation.availability }
const jobAtFullLoadKnown: Scenarios = { cautious: pay.documentation.jobAtFullLoad, expected: pay.documentation.jobAtFullLoad, hopeful: pay.proposal.jobAtFullLoad }

const spans: LeverSpan[] = [
  { lever: 'utilisation', low: 0, high: busyShareKnown.hopeful / busyShareKnown.expected, why: 'The whole network of compute nodes was paid hardly more than availability; a tenth of the week with a job is the hopeful case.' },
  { lever: 'pay-rate', low: pay.proposal.availability / pay.documentation.availability, high: pay.proposal.jobAtFullLoad / pay.documentation.jobAtFullLoad, why: 'From the proposal\'s availability pay, a third of the documentation\'s, to its pay for work, two and a half times the documentation\'s.' },
  { lever: 'speed', low: 0.9, high: 1.1, why: 'The multiplier is published by model; what the makers\' boards and the processor change about it is little.' },
]

const notModelled = [
  'performance checks and how many jobs a place or a card gets',
  'preparation pay (2 RENDER a full week of it, by the documentation alone)',
  'the Foundation may lower the availability pay or raise it to three times the proposal\'s',
  'the RENDER cap a month over all compute nodes',
]

export function estimateCompute(subject: RenderSubject): Economics {
  const year = rewardYearAt(subject.at)
  const multiplier = multiplierOf(subject.card)
  const price = readPrice(subject)
  if (multiplier.value === null || price.usd === null) {
    const missing = [multiplier.value === null ? multiplier.sentence : null, price.usd === null ? price.sentence : null].filter((sentence) => sentence !== null)
    return noFigure([...missing, year.sentence], { notModelled, capital: [heldBack(price.usd)] })
  }

  const { usd } = price
  const m = multiplier.value * subject.factor('speed')
  const rate = subject.factor('pay-rate')
  const use = subject.factor('utilisation')
  const busyShare = perScenario((scenario) => Math.min(1, busyShareKnown[scenario] * use))
  const availabilityRender = perScenario((scenario) => availabilityRenderKnown[scenario] * rate)
  const jobAtFullLoad = perScenario((scenario) => jobAtFullLoadKnown[scenario] * rate)
  const multiplierInputs = moved(multiplier.inputs, { multiplier: subject.factor('speed') })
  const jobInputs = moved(jobInputsKnown, { 'job-rate-documentation': rate, 'job-rate-proposal': rate, 'busy-share': use, 'busy-share-high': use })
  const availabilityInputs = moved(availabilityInputsKnown, { 'availability-proposal': rate, 'availability-documentation': rate })
  const cards = Math.max(1, subject.count)
  const work = perScenario((scenario) => (jobAtFullLoad[scenario] * m * busyShare[scenario] * usd) / 7)
  const standby = perScenario((scenario) => (availabilityRender[scenario] / cards) * (usd / 7))
  const { leastRender, mostRender, from, to } = pay.wholeSubnetPerWeek
  const reasons = [
    `The whole network of compute nodes was paid only ${leastRender} to ${Math.round(mostRender)} RENDER a week from ${from} to ${to}, hardly more than availability: jobs were rare. How it went on is not known here.`,
    'The proposal (RNP-021: 2 RENDER a week for being there, 25 × multiplier for a full week of work) and the product\'s documentation (6 and 10) contradict each other; both are used.',
    multiplier.sentence,
    `The first ${pay.heldBackUsd} USD earned are held back.`,
  ]
  if (cards > 1) reasons.push(`Availability is paid per node; this machine counts as one, so it is divided by its ${cards} cards.`)
  return {
    lines: [
      {
        id: 'paid-work', label: 'Paid jobs', kind: 'income', usdPerDay: work,
        formula: 'RENDER a full week of work × multiplier × share of the week with a job × RENDER price ÷ 7 days (cautious: no job)',
        inputs: [...multiplierInputs.map((input) => input.id), ...jobInputs.map((input) => input.id), price.input.id],
      },
      {
        id: 'availability', label: 'Availability', kind: 'income', usdPerDay: standby,
        formula: cards > 1 ? `RENDER a node and week ÷ ${cards} cards × RENDER price ÷ 7 days` : 'RENDER a node and week × RENDER price ÷ 7 days',
        inputs: [...availabilityInputs.map((input) => input.id), price.input.id],
      },
    ],
    busy: busyShare,
    busyInputs: ['busy-share', 'busy-share-high'],
    payWhenAlwaysBusy: (jobAtFullLoad.expected * m * usd) / 7,
    payWithoutWork: standby.expected,
    inputs: [...multiplierInputs, ...jobInputs, ...availabilityInputs, price.input],
    capital: [heldBack(usd)],
    confidence: year.isKnown ? 'low' : 'none',
    notModelled,
    spans,
    reasons: year.isKnown ? [...reasons, year.sentence] : [year.sentence, ...reasons],
  }
}

function heldBack(usd: number | null): Economics['capital'][number] {
  return {
    asset: 'RENDER', amount: usd !== null && usd > 0 ? pay.heldBackUsd / usd : null, usd: pay.heldBackUsd, lockDays: null, slashable: null,
    why: `Nothing has to be bought: the first ${pay.heldBackUsd} USD of earnings are held back as an implicit stake. For how long, and what it can be lost for, is not published.`,
    source: pay.proposal.source,
  }
}

function input(id: string, label: string, value: number, unit: string, source: EstimateInput['source'], note?: string): EstimateInput {
  return {
    id, label, value, unit, origin: source === null ? 'assumed' : 'bundled', source, takenAt: source?.date ? Date.parse(source.date) : null,
    confidence: 'low', stale: false, ...(note === undefined ? {} : { note }),
  }
}

const jobInputsKnown: EstimateInput[] = [
  input('job-rate-documentation', 'Full week of work by the documentation', pay.documentation.jobAtFullLoad, 'RENDER a week', pay.documentation.source, 'expected scenario'),
  input('job-rate-proposal', 'Full week of work by the proposal', pay.proposal.jobAtFullLoad, 'RENDER a week', pay.proposal.source, 'hopeful scenario'),
  input('busy-share', 'Share of the week with a job', busyShareKnown.expected, 'share of the week', null, 'cautious: none'),
  input('busy-share-high', 'Share of the week with a job, hopeful', busyShareKnown.hopeful, 'share of the week', null),
]

const availabilityInputsKnown: EstimateInput[] = [
  input('availability-proposal', 'Availability by the proposal', pay.proposal.availability, 'RENDER a node and week', pay.proposal.source, 'cautious scenario'),
  input('availability-documentation', 'Availability by the documentation', pay.documentation.availability, 'RENDER a node and week', pay.documentation.source, 'expected and hopeful scenario; paid while working too'),
]
