/** What an operator takes on with Akash, apart from money. */
import type { Duty } from '../../../shared/network.ts'
import sources from './sources.json' with { type: 'json' }

export const providerDuties: Duty[] = [
  { id: 'no-idle-pay', title: 'Leases only', sentence: 'Nothing is paid while no tenant rents the card.', source: sources.burnMint },
  { id: 'upkeep', title: 'Upkeep', sentence: 'Kubernetes, certificates, domain and chain node are yours to keep up; the network says 2 to 4 hours a week.', source: sources.hardware },
  { id: 'audit', title: 'Audit', sentence: 'Most tenants rent only from providers that passed an audit: 64 cores, 128 GiB of memory, 500 Mbit/s both ways and a fixed address.', source: sources.audit },
  { id: 'hot-key', title: 'Unattended key', sentence: 'Use a wallet of its own, with little on it: the provider signs by itself, so the wallet\'s key and password lie on the server.', source: sources.installation },
  { id: 'paid-in-act', title: 'Paid in ACT', sentence: 'Earnings arrive as ACT, about 1 USD each, and must be converted to AKT before they can be moved.', source: sources.takeRate },
  { id: 'migration', title: 'The chain will change', sentence: 'The network has decided to leave its chain, planned for the end of 2026; the set-up will change with it.', source: sources.leavingTheChain },
]

export const homeNodeDuties: Duty[] = [
  { id: 'whole-machine', title: 'Takes the machine', sentence: 'It boots its own system; the PC can do nothing else meanwhile.', source: sources.homenode },
  { id: 'remote-cluster', title: 'Run by others', sentence: 'The machine joins a cluster that Overclock Labs runs, over a VPN.', source: sources.homenode },
  { id: 'beta', title: 'In testing', sentence: 'Pay, fees and opening date are not published.', source: sources.homenode },
]
