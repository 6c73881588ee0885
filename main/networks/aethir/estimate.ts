/** What Aethir's programmes would pay: nothing that can be defended as a figure, and why. Pure. */
import type { Economics } from '../../../shared/earnings.ts'
import facts from './facts.json' with { type: 'json' }
import sources from './sources.json' with { type: 'json' }

const { cloudHost, checker, edge } = facts

function noFigure(rest: Pick<Economics, 'reasons' | 'notModelled' | 'capital'>): Economics {
  return {
    lines: [], busy: { cautious: null, expected: null, hopeful: null }, payWhenAlwaysBusy: null, payWithoutWork: null,
    inputs: [], confidence: 'none', ...rest,
  }
}

export function estimateCloudHost(): Economics {
  return noFigure({
    reasons: [
      'Aethir publishes no pay per card and hour, so no figure can be defended; whoever names one has guessed.',
      `What is known are the duties: a stake in ATH, ${cloudHost.uptimePercentPerMonth} % uptime and less than ${cloudHost.offlineMinutesPerDay} minutes offline a day, ${cloudHost.vestingDays} days of vesting, ${cloudHost.platformFeePercent} % platform fee, an identity check before any withdrawal.`,
      'Fees are priced in money but paid in ATH, which is worth what it is worth after the vesting.',
    ],
    notModelled: ['everything: service fees, rewards for capacity and delivery, slashing, the price of ATH while it vests'],
    capital: [
      {
        asset: 'ATH', amount: null, usd: null, lockDays: cloudHost.unstakeDays, slashable: true,
        why: `K × coefficient for every server. K is set monthly and the coefficient weekly, both shown in the host portal, and on a page of the documentation that could not be read here, so the amount cannot be said here (the last coefficient seen on an archived page was ${cloudHost.coefficientLastSeen}). The ${cloudHost.unstakeDays} days until it is free again stand on an archived page too.`,
        source: sources.hostGuide,
      },
    ],
  })
}

export function estimateChecker(): Economics {
  return noFigure({
    reasons: [
      'Checking is not GPU work: it runs on the processor and pays per licence, not per card.',
      `About ${checker.theoreticalAthPerDay} ATH a day and licence is a theoretical, undated figure of a third party; it vests over ${checker.vestingDays} days, or loses ${checker.earlyPenaltyPercent} % when taken early.`,
    ],
    notModelled: ['everything: the price of a licence, rewards, vesting, claim fees'],
    capital: [
      {
        asset: 'Checker licence (NFT)', amount: 1, usd: null, lockDays: null, slashable: null,
        why: 'Aethir\'s own sale is closed; what a licence costs from another owner is not known here.', source: sources.checkerLicence,
      },
    ],
  })
}

export function estimateEdge(): Economics {
  return noFigure({
    reasons: [
      'Edge is an appliance of its own; none of your cards can take part.',
      `Its documentation says that there is no earnings calculator. The operator's share of fees is ${edge.operatorSharePercent} %.`,
    ],
    notModelled: ['everything: the price of the appliance, rewards, the stake'],
    capital: [
      { asset: 'ATH', amount: null, usd: null, lockDays: null, slashable: null, why: `A stake is needed since ${edge.stakeSince}; how much could not be found.`, source: sources.edge },
    ],
  })
}
