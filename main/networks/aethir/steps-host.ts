/** Becoming a cloud host, and why Edge needs none of this machine: guides to websites, with what is locked and what is punished. */
import type { MachineReadings } from '../../../shared/preflight.ts'
import { defineStep, noEffects, type Answers, type EnrolmentDefinition } from '../network.ts'
import facts from './facts.json' with { type: 'json' }
import sources from './sources.json' with { type: 'json' }

const aethir = { name: 'Aethir', url: 'https://aethir.com' }
const portal = sources.hostPortal.url
const { cloudHost } = facts

export const cloudHostEnrolment: EnrolmentDefinition = {
  programmeId: 'aethir/cloud-host',
  summary: 'Whole servers with data-centre cards, a stake in ATH, and punishment for half an hour offline. It happens in the host portal; Idlewatt checks the machine and watches that its address stays as you registered it.',
  steps: [
    defineStep({
      id: 'identity', title: 'Account and identity check', publisher: aethir, source: sources.identity,
      what: 'Make an account in the host portal, connect a wallet for Arbitrum (the chain that Aethir pays on), and pass the identity check.',
      check: { kind: 'confirmed' }, verify: { kind: 'confirmed' },
      do: { kind: 'website', url: portal, todo: ['Connect a wallet of your own; it cannot be changed later.', 'Pass the identity check (KYC) before anything is staked.', 'Never type a seed phrase or private key there or here.'] },
      noticedBy: 'You say so.',
      undo: { kind: 'website', url: portal, todo: ['Ask support to close the account.'] }, undoWords: 'You have the account closed.', remains: ['Your identity data with Aethir\'s service for it.'],
      traps: [{ id: 'kyc-first', severity: 'danger', sentence: 'Pass the identity check (KYC) before you stake: without it nothing can be claimed or withdrawn, the stake included.', source: sources.identity }],
    }),
    defineStep({
      id: 'server', title: 'Add the server', publisher: aethir, source: sources.hostGuide,
      what: 'The portal gives a set-up script that belongs to your account. You run it on the server; Idlewatt never does, since nobody publishes what it changes.',
      check: { kind: 'confirmed' }, verify: { kind: 'confirmed' },
      do: { kind: 'website', url: portal, todo: ['Aethir Earth, Servers, Add New Server: copy the set-up script.', 'Read it, replace the trailing name with your own, and run it on the server.', 'Refresh, and check public address, port and Spec Type before you confirm: wrong ones are punished.', 'Wait: the check takes up to a day.'] },
      noticedBy: 'You say so, once the portal shows "Waiting for Staking".',
      undo: { kind: 'website', url: portal, todo: ['Remove the server in the portal, once nothing is staked on it.', 'Remove the agent from the server: how, ask support.'] }, undoWords: 'You remove the server in the portal.',
      remains: ['Whatever the script installed on the server: it is not published.'],
      effects: { ...noEffects, rights: ['administrator'], ports: ['a public port inward, shown in the portal'], otherSoftware: ['not published: keep nothing else on the server'] },
      traps: [
        { id: 'unknown-script', severity: 'danger', sentence: 'Run the host portal\'s set-up script only on a server that holds nothing of yours: what it installs, opens and sends is not published.', source: sources.hostGuide },
        { id: 'fingerprint', severity: 'warning', sentence: 'Change no parts of the server later: it is known by them, and another card, processor or network card means signing up and staking again.', source: sources.archivedHostPages },
      ],
    }),
    defineStep({
      id: 'address', title: 'The address you registered', source: sources.hostGuide,
      what: 'Tell Idlewatt the public address that the portal holds, so that it can warn you when yours is another.',
      fields: [{ id: 'address', label: 'Public address in the portal', kind: 'text', hint: 'As the portal shows it, without the port.', placeholder: '203.0.113.7', choices: [], isRequired: true }],
      refuse: (field, value) => (field === 'address' && !isAddress(value.trim()) ? 'That is no public IP address. Give it as in 203.0.113.7, without the port.' : null),
      check: { kind: 'answered', fields: ['address'] }, do: { kind: 'ask' }, verify: { kind: 'reading', isSo: isSameAddress },
      noticedBy: 'This machine\'s public address is the registered one.',
      undo: { kind: 'forget-answers' }, undoWords: 'Idlewatt forgets the address.',
      traps: [{ id: 'wrong-address', severity: 'danger', sentence: 'Keep the registered address and port right: a wrong one may be punished from the stake.', source: sources.hostGuide }],
    }),
    defineStep({
      id: 'stake', title: 'Stake', publisher: aethir, source: sources.hostGuide,
      what: 'You lock a stake of ATH, Aethir\'s token, for this server; the portal names the amount. You approve it in your wallet; Idlewatt never touches it.',
      check: { kind: 'confirmed' }, verify: { kind: 'confirmed' },
      do: { kind: 'website', url: portal, todo: ['Read the amount in the portal: a value K, set each month, times a coefficient, set each week.', 'Reckon with a fall in the price of ATH: you are paid in it as well.', 'Stake: approve and sign in your own wallet.'] },
      noticedBy: 'You say so, once the portal shows the server as active.',
      undo: { kind: 'website', url: portal, todo: ['Unstake in the portal; the server has to stay up until it is off the list.', `Come back after ${cloudHost.unstakeDays} days for the ATH.`] },
      undoWords: `You unstake in the portal; by an archived page that takes ${cloudHost.unstakeDays} days.`,
      remains: [`The stake, for ${cloudHost.unstakeDays} days after you ask for it (by an archived page).`, `Fees, each of which can be claimed only ${cloudHost.vestingDays} days after it was earned.`],
      effects: { ...noEffects, costs: [`ATH locked for each server; by an archived page it takes ${cloudHost.unstakeDays} days to get it back`, `the platform keeps ${cloudHost.platformFeePercent} % of the fees`] },
      traps: [
        { id: 'slashing', severity: 'danger', sentence: `Keep the server up: less than ${cloudHost.uptimePercentPerMonth} % of a month, or ${cloudHost.offlineMinutesPerDay} minutes offline in a day, costs rewards first and then the stake.`, source: sources.operations },
        { id: 'price', severity: 'warning', sentence: 'You carry the price of ATH: stake and pay are both in it, and both are locked while it moves.', source: sources.hostGuide },
      ],
    }),
  ],
}

export const edgeEnrolment: EnrolmentDefinition = {
  programmeId: 'aethir/edge',
  summary: 'Edge runs on an appliance of its own and uses none of your cards: there is nothing to set up on this machine.',
  steps: [
    defineStep({
      id: 'appliance', title: 'The appliance', publisher: aethir, source: sources.edge,
      what: 'Edge is a small ARM box that is bought, staked for and joined to your line. Idlewatt has no part in it.',
      check: { kind: 'confirmed' }, verify: { kind: 'confirmed' },
      do: { kind: 'website', url: 'https://docs.myedge.io', todo: ['Read what the box costs and what has to be staked for it.', 'Its own pages say that there is no earnings calculator.', 'Set it up with its own app.'] },
      noticedBy: 'You say so: Idlewatt cannot see the box.',
      undo: { kind: 'by-hand', words: '', todo: ['Unstake in the box\'s own app, then unplug it.'] }, undoWords: 'You unstake and unplug it.', remains: ['The box, and ATH that is released bit by bit (vesting).'],
      effects: { ...noEffects, costs: ['the appliance', `a stake in ATH since ${facts.edge.stakeSince}`] },
      traps: [{ id: 'no-gpu', severity: 'note', sentence: 'No card of this machine earns anything with it.', source: sources.edge }],
    }),
  ],
}

export function isAddress(text: string): boolean {
  const isFour = /^\d{1,3}(\.\d{1,3}){3}$/.test(text) && text.split('.').every((part) => Number(part) <= 255)
  if (isFour) return !/^(0|10|127)\.|^192\.168\.|^169\.254\.|^172\.(1[6-9]|2\d|3[01])\.|^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./.test(text)
  return /^[0-9a-f:]{3,39}$/i.test(text) && text.includes(':') && !/^(::1?$|fe80|f[cd])/i.test(text)
}

export function isSameAddress(readings: Pick<MachineReadings, 'publicAddress'>, answers: Answers): { ok: boolean | null; because: string } {
  const registered = answers['address']
  const own = readings.publicAddress.value?.address ?? null
  if (!registered) return { ok: null, because: 'The registered address is not known yet.' }
  if (own === null) return { ok: null, because: readings.publicAddress.why ?? 'This machine\'s public address is not known.' }
  return own === registered ? { ok: true, because: `This machine's public address is ${own}, as registered.` } : { ok: false, because: `This machine's public address is ${own}, but ${registered} is registered. Correct it in the portal before it is punished.` }
}
