/** Setting a provider up: done on the server by hand, with the publisher's own playbook; Idlewatt checks and then looks on. */
import { defineStep, noEffects, type EnrolmentDefinition, type StepDefinition } from '../network.ts'
import { gatewayPlace, refuseProvider } from './answer-checks.ts'
import sources from './sources.json' with { type: 'json' }

const akash = { name: 'Akash Network', url: 'https://github.com/akash-network' }
const field = { hint: '', placeholder: null, choices: [], isRequired: true }

const wallet = defineStep({
  id: 'wallet', title: 'A wallet for the provider alone', publisher: akash, source: sources.installation,
  what: 'Make a new wallet that does nothing but sign this provider\'s bids (its offers to those who want to rent), and put AKT, the network\'s token, on it. Idlewatt needs its address only.',
  check: { kind: 'confirmed' }, verify: { kind: 'confirmed' },
  do: { kind: 'by-hand', words: 'provider-services keys add provider', todo: ['Make the wallet on the server itself, in its own terminal.', 'Write the seed phrase on paper; type it nowhere else, and never into Idlewatt.', 'Send AKT to it: 0.5 AKT for each bid that is open or won, and fees. The documentation names 50 AKT for a small provider.'] },
  noticedBy: 'You say so; the balance is read from the chain afterwards.',
  undo: { kind: 'by-hand', words: '', todo: ['Close open bids and leases first: their deposits come back with them.', 'Convert ACT to AKT and send both to a wallet of your own.'] },
  undoWords: 'You move the money out of the wallet; the wallet itself stays on the chain.',
  remains: ['The wallet and its past on the chain.', 'Deposits of bids and leases, until these are closed.'],
  effects: { ...noEffects, rights: ['the server\'s administrator'], costs: ['0.5 AKT locked for each bid that is open or won, until it closes', 'about 0.005 AKT in fees for each bid'] },
  traps: [
    { id: 'wallet-shared', severity: 'danger', sentence: 'Use the provider\'s wallet for nothing else. A transaction from another programme makes the provider\'s own fail ("account sequence mismatch"), and it stops bidding without a word.', source: sources.sequenceIssue },
    { id: 'hot-key', severity: 'danger', sentence: 'Keep little money in the provider\'s wallet: the provider signs by itself, so the wallet\'s key and password lie on the server (in a secret of Kubernetes), and whoever gets in there gets the money.', source: sources.installation },
    { id: 'fees-drain', severity: 'warning', sentence: 'Watch the wallet\'s balance: every bid costs a fee, won or not, and old bids keep their deposits. Wallets were emptied by this before.', source: sources.drainIssue },
    { id: 'act', severity: 'note', sentence: 'Pay arrives as ACT (a token worth about 1 USD) and has to be converted to AKT before it can leave the wallet.', source: sources.takeRate },
  ],
})

const answers = defineStep({
  id: 'provider', title: 'Your provider', publisher: akash, source: sources.provider,
  what: 'Tell Idlewatt where the provider is: its wallet\'s address, its domain, and its gateway (where it answers). Nothing of it is secret.',
  fields: [
    { ...field, id: 'address', label: 'Address of the provider', kind: 'address', hint: 'The public address of the provider\'s wallet. Never its seed phrase.', placeholder: 'akash1…' },
    { ...field, id: 'domain', label: 'Domain', kind: 'text', hint: 'The domain under which provider.… and *.ingress.… stand.', placeholder: 'example.org' },
    { ...field, id: 'gateway', label: 'Gateway', kind: 'text', hint: 'Where the provider answers. From your own network its local address will do.', placeholder: 'https://provider.example.org:8443' },
    { ...field, id: 'log', label: 'File with the provider\'s log', kind: 'path', hint: 'Only if you keep it in a file on this machine. It tells why orders are passed over.', placeholder: '/var/log/akash-provider.log', isRequired: false },
  ],
  refuse: refuseProvider,
  check: { kind: 'answered', fields: ['address', 'domain', 'gateway'] }, do: { kind: 'ask' }, verify: { kind: 'answered', fields: ['address', 'domain', 'gateway'] },
  noticedBy: 'The answers are kept.',
  undo: { kind: 'forget-answers' }, undoWords: 'Idlewatt forgets the answers and asks no more about this provider.',
  traps: [{ id: 'asks-about', severity: 'note', sentence: 'Once the provider\'s address is entered, Idlewatt asks your gateway, the console and a public node of the chain about it every few minutes.', source: sources.provider }],
})

const records = defineStep({
  id: 'domain', title: 'Records of the domain', source: sources.hardware,
  what: 'Point two names of your domain, provider.DOMAIN and *.ingress.DOMAIN, at the public address of the server. Tenants (those who rent) reach it by them.',
  check: { kind: 'reading', isSo: recordsStand }, verify: { kind: 'reading', isSo: recordsStand },
  do: { kind: 'by-hand', words: 'provider.{domain}   A   your public address\n*.ingress.{domain} A   your public address', todo: ['Add the two records where the domain is registered.', 'An address that changes needs dynamic DNS, which no audit accepts.'] },
  noticedBy: 'Both names resolve to this machine\'s public address.',
  undo: { kind: 'by-hand', words: '', todo: ['Remove the two records where the domain is registered.'] }, undoWords: 'You remove the two records.',
  remains: ['The domain and what it costs a year.'],
  effects: { ...noEffects, costs: ['a domain of your own'] },
})

const ports = defineStep({
  id: 'ports', title: 'Ports towards the outside', source: sources.hardware,
  what: 'Tenants reach the provider and their containers from outside: let these ports through to the server.',
  check: { kind: 'reading', isSo: gatewayReached }, verify: { kind: 'reading', isSo: gatewayReached },
  do: { kind: 'by-hand', words: '', todo: ['Forward TCP 80, 443, 8443 and 8444 in your router to the server.', 'Forward TCP and UDP 30000 to 32767 too: containers of tenants listen there.', 'Let the same ports pass in the server\'s firewall. Leave 22 and 6443 closed towards the outside.'] },
  noticedBy: 'The gateway answers on its port and on 8444.',
  undo: { kind: 'by-hand', words: '', todo: ['Take the forwarding out of your router and firewall.'] }, undoWords: 'You close the ports again.',
  effects: { ...noEffects, ports: ['TCP 80, 443, 8443, 8444 inward', 'TCP and UDP 30000 to 32767 inward'] },
  traps: [{ id: 'exposed', severity: 'danger', sentence: 'Keep the server in a network of its own, apart from what is yours: strangers\' containers answer on these ports.', source: sources.hardware }],
})

const install = defineStep({
  id: 'install', title: 'The provider itself', publisher: akash, source: sources.playbooks,
  what: 'You run the publisher\'s playbook (a script) on the server. It sets up Kubernetes, which runs the tenants\' containers, a node of the network\'s chain, and the provider with its helpers. It asks its questions in the server\'s terminal; Idlewatt does not run it.',
  check: { kind: 'software', isSo: (reading) => ({ ok: reading === null || reading.activity === 'unknown' ? null : reading.activity !== 'unhealthy', because: reading?.sentence ?? 'The provider has not been asked yet.' }) },
  do: { kind: 'by-hand', words: 'git clone https://github.com/akash-network/provider-playbooks && cd provider-playbooks && ./scripts/setup_provider.sh', todo: ['Log in to the server and run the command there.', 'When it asks about the wallet, import the one you made; type the phrase into that terminal alone.', 'Set your prices: a price above what tenants ask means no lease.', 'Look whether akash-node-1-0, akash-provider-0, operator-hostname and operator-inventory are running.'] },
  verify: { kind: 'software', isSo: (reading) => ({ ok: reading === null || reading.activity === 'unknown' ? null : ['ready', 'idle', 'working'].includes(reading.activity), because: reading?.sentence ?? 'The provider has not been asked yet.' }) },
  noticedBy: 'The gateway answers, the inventory shows the cards, and tenants see the provider online.',
  undo: { kind: 'by-hand', words: 'helm uninstall akash-provider -n akash-services\nhelm uninstall akash-node inventory-operator akash-hostname-operator -n akash-services', todo: ['Wait until no lease is running, or close them: tenants lose their work.', 'Close open bids, so that their deposits come back.', 'Then take the provider off the cluster.'] },
  undoWords: 'You take the provider off the server.',
  remains: ['Kubernetes, the driver and the operators on the server.', 'The provider\'s entry and certificate on the chain.', 'The exported key in the secret, until you delete it.'],
  effects: {
    ...noEffects, folders: ['/var/lib/rancher or /etc/kubernetes on the server'], rights: ['the server\'s administrator'], ports: ['TCP 80, 443, 8443, 8444 and 30000 to 32767'],
    otherSoftware: ['takes the whole server: Kubernetes, network rules, storage', 'installs or replaces the NVIDIA driver'], costs: ['the server\'s electricity, and a few hours a week of upkeep'],
  },
  traps: [
    { id: 'driver-clash', severity: 'warning', sentence: 'Install the card\'s driver in one way only: current pages leave it to the GPU Operator, a part of the cluster, and the playbook puts one on the server itself. The two clash.', source: sources.driverPages },
    { id: 'zero-gpus', severity: 'warning', sentence: 'If the provider shows 0 GPUs after an installation or a restart, restart the inventory operator (the helper that counts the cards).', source: sources.inventoryIssue },
    { id: 'wallet-import', severity: 'danger', sentence: 'Type the wallet\'s seed phrase (the words that restore it), which the playbook asks for, into the server\'s own terminal alone: never into a chat, an issue or Idlewatt.', source: sources.playbooks },
    { id: 'audit', severity: 'note', sentence: 'Most tenants rent only from providers that passed an audit: 64 cores, 128 GiB of memory, 500 Mbit/s both ways, a fixed address. A home line rarely passes.', source: sources.audit },
  ],
})

const steps: StepDefinition[] = [wallet, answers, records, ports, install]

export const providerEnrolment: EnrolmentDefinition = {
  programmeId: 'akash/provider',
  summary: 'A provider takes a Linux server, a domain, a public address and a wallet of its own. You set it up on the server; Idlewatt checks each part and then looks at the gateway, the console and the chain.',
  steps,
}

/** The second stands for any name below the wildcard. */
export function domainNames(domain: string): string[] {
  return [`provider.${domain}`, `idlewatt.ingress.${domain}`]
}

type Judge = Extract<StepDefinition['check'], { kind: 'reading' }>['isSo']

function recordsStand(...[readings, given]: Parameters<Judge>): ReturnType<Judge> {
  if (!given['domain']) return { ok: null, because: 'The domain is not known yet.' }
  const own = readings.publicAddress.value?.address ?? null
  const found = domainNames(given['domain']).map((name) => ({ name, read: readings.names[name] }))
  const unknown = found.find(({ read }) => read === undefined || read.value === null)
  if (unknown) return { ok: null, because: `${unknown.name}: ${unknown.read?.why ?? 'not looked up yet.'}` }
  const empty = found.find(({ read }) => read?.value?.length === 0)
  if (empty) return { ok: false, because: `${empty.name} leads nowhere yet.` }
  if (own === null) return { ok: null, because: `Both names resolve; this machine's public address is not known. ${readings.publicAddress.why ?? ''}`.trim() }
  const other = found.find(({ read }) => read?.value?.includes(own) === false)
  return other ? { ok: false, because: `${other.name} leads to ${other.read?.value?.[0] ?? ''}, but this machine's public address is ${own}.` } : { ok: true, because: `Both names lead to ${own}.` }
}

function gatewayReached(...[readings, given]: Parameters<Judge>): ReturnType<Judge> {
  const place = gatewayPlace(given['gateway'])
  if (place === null) return { ok: null, because: 'The gateway is not known yet.' }
  const tried = [place.port, '8444'].map((port) => ({ port, read: readings.reaches[`${place.host}:${port}`] }))
  const closed = tried.filter(({ read }) => read?.value === false)
  if (closed.length > 0) return { ok: false, because: `Port ${closed.map(({ port }) => port).join(' and ')} of ${place.host} does not answer from here.` }
  const unknown = tried.find(({ read }) => read === undefined || read.value === null)
  if (unknown) return { ok: null, because: unknown.read?.why ?? 'Whether the ports answer has not been tried yet.' }
  return { ok: true, because: `${place.host} answers on ${place.port} and 8444. Whether it does from outside is seen by the console.` }
}
