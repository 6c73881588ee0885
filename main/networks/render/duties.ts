/** What an operator takes upon themselves besides money. */
import type { Duty } from '../../../shared/network.ts'
import sources from './sources.json' with { type: 'json' }

const wallet: Duty = { id: 'wallet', title: 'Wallet', sentence: 'RENDER is paid weekly to a Solana wallet that you own.', source: sources.rnp013 }

export const renderingDuties: Duty[] = [
  wallet,
  { id: 'card-free', title: 'Card left alone', sentence: 'The client takes no job while the card or its memory is in use, so a game or a benchmark stops the income.', source: sources.watchdog },
  { id: 'three-nodes', title: 'Three machines a wallet', sentence: 'With more than three machines (nodes) on one wallet, each is paid less for being ready: six together get less than one alone.', source: sources.rnp015 },
  { id: 'reputation', title: 'Reputation', sentence: 'Frames (single pictures) that fail lower your standing, and with it the number of jobs.', source: sources.governanceIdea },
]

export const computeDuties: Duty[] = [
  { ...wallet, sentence: 'Register a Solana wallet before the first job: work done earlier is not paid.', source: sources.rnp019 },
  { id: 'held-back', title: 'First 100 USD held back', sentence: 'The network keeps the first 100 USD that you earn as a security (an implicit stake).', source: sources.rnp019 },
  { id: 'dedicated', title: 'A machine of its own', sentence: 'The machine may do nothing else for the network, and least of all render.', source: sources.rnp019 },
  { id: 'separate-network', title: 'Network of its own', sentence: 'Jobs can reach whatever the machine can reach on its disk and in your home network: put it in a network of its own.', source: sources.dispersedDocs },
  { id: 'proofs', title: 'Proofs', sentence: 'The network checks from time to time that the card, its memory, its bus and the software are what was promised.', source: sources.rnp019 },
]

export const saladDuties: Duty[] = [
  { id: 'custody', title: 'Salad keeps the balance', sentence: 'Earnings stand in Salad\'s balance until you redeem them; RENDER to a Solana address is a planned step.', source: sources.rnp023 },
]
