/** What an operator takes upon themselves: here these weigh more than any figure. */
import type { Duty } from '../../../shared/network.ts'
import facts from './facts.json' with { type: 'json' }
import sources from './sources.json' with { type: 'json' }

const { cloudHost, checker } = facts

const identity: Duty = {
  id: 'identity-check', title: 'Identity check', source: sources.identity,
  sentence: 'An identity check (KYC) has to be passed before anything can be claimed or withdrawn.',
}
const wallet: Duty = {
  id: 'wallet', title: 'Wallet for good', source: sources.identity,
  sentence: 'The wallet, on Arbitrum, cannot be changed once it is connected (an older page says otherwise).',
}

export const cloudHostDuties: Duty[] = [
  {
    id: 'stake', title: 'Stake in ATH', source: sources.hostGuide,
    sentence: `A stake in ATH has to be locked for every server: a value K times a coefficient, both shown in the host portal, and on a page of the documentation that could not be read here. Leaving takes ${cloudHost.unstakeDays} days by an archived page.`,
  },
  {
    id: 'uptime', title: 'Uptime', source: sources.operations,
    sentence: `The server has to be up ${cloudHost.uptimePercentPerMonth} % of every month and offline for less than ${cloudHost.offlineMinutesPerDay} minutes a day.`,
  },
  {
    id: 'slashing', title: 'Slashing', source: sources.operations,
    sentence: 'You are punished (slashed) for missing the uptime, or for a wrong address or port: rewards go first, then the stake.',
  },
  {
    id: 'vesting', title: 'Vesting', source: sources.hostGuide,
    sentence: `You wait ${cloudHost.vestingDays} days for each day\'s fees (they vest), which are settled in ATH; its price may fall meanwhile.`,
  },
  { id: 'platform-fee', title: 'Platform fee', source: sources.hostGuide, sentence: `The platform keeps ${cloudHost.platformFeePercent} % of the service fees.` },
  identity,
  wallet,
  {
    id: 'fingerprint', title: 'Hardware fingerprint', source: sources.archivedHostPages,
    sentence: 'The server is known by its network, processor and graphics hardware: a changed part means signing up and staking again.',
  },
  {
    id: 'agent', title: 'Agent', source: sources.operations,
    sentence: 'Its agent runs on the bare machine and reports every minute; keeping it running is the operator\'s business.',
  },
]

export const checkerDuties: Duty[] = [
  {
    id: 'licence', title: 'Licence', source: sources.checkerLicence,
    sentence: 'Every checker needs a licence (an NFT on Arbitrum). Aethir\'s own sale is closed.',
  },
  {
    id: 'vesting', title: 'Vesting', source: sources.checkerPayout,
    sentence: `Rewards are released bit by bit (they vest) over ${checker.vestingDays} days, or over ${checker.earlyDays} at a loss of ${checker.earlyPenaltyPercent} %; each claim costs ${checker.claimFeeAth} ATH and needs at least ${checker.leastClaimVestedAth} vATH.`,
  },
  identity,
  wallet,
  { id: 'one-client', title: 'One client a machine', source: sources.checkerClient, sentence: 'One client runs on a machine; more than one request a minute gets the address blocked for the day, and old versions are shut out.' },
  { id: 'keys', title: 'Private keys', source: sources.checkerClient, sentence: 'Its commands print or ask for a private key. Idlewatt runs none of them and never asks for one.' },
]

export const edgeDuties: Duty[] = [
  { id: 'appliance', title: 'Appliance', source: sources.edge, sentence: 'Edge is a small ARM box bought for the purpose; it does not use your graphics card.' },
  { id: 'stake', title: 'Stake in ATH', source: sources.edge, sentence: `A stake in ATH is needed since ${facts.edge.stakeSince}; how much is not published here.` },
]
