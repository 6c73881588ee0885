/** Finds payouts of the network among an address's transfers: those whose tokens came from one of its two payers. */
import { RequestFailed, type MarketRequest, type Payout } from '../network.ts'
import { readSignatures, readTokenAccounts, readTransaction, type SignatureRow, type Transaction } from './payouts-chain.ts'
import token from './wallet.json' with { type: 'json' }

/** What one go asks for: payouts come twice a week, so this is about two years of them. */
export const mostTransactions = 200
const pageLength = 1000
const mostPages = 20
const unitsPerToken = 10 ** token.decimals
const hourMs = 3600 * 1000
const dayMs = 24 * hourMs

/** Oldest first. `since` and `at`: ms since epoch. Throws `MarketMisfit`, rejects with `RequestFailed`. */
export async function readPayouts(request: MarketRequest, address: string, since: number): Promise<Payout[]> {
  const accounts = (await readTokenAccounts(request, address)).map(({ pubkey }) => pubkey)
  const found = new Map<string, SignatureRow>()
  for (const account of accounts) {
    for (const row of await signaturesSince(request, account, since)) if (!row.failed) found.set(row.signature, row)
  }
  const rows = [...found.values()].toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0))
  const payouts: Payout[] = []
  let asked = 0
  for (const row of rows) {
    // Oldest first, so that the next go begins where this one ended; one that found nothing goes on, or it would never get further.
    if (asked >= mostTransactions && payouts.length > 0) break
    const transaction = await readTransaction(request, row.signature)
    asked += 1
    if (transaction === null) {
      if (payouts.length > 0) break
      throw new RequestFailed('Solana\'s public host lists a transaction that it does not have yet.', null)
    }
    payouts.push(...payoutsOf(transaction, row, { address, accounts: new Set(accounts) }))
  }
  return payouts
}

/** Newest first, as the chain gives them. */
async function signaturesSince(request: MarketRequest, account: string, since: number): Promise<SignatureRow[]> {
  const rows: SignatureRow[] = []
  for (let page = 0; page < mostPages; page++) {
    const more = await readSignatures(request, account, rows.at(-1)?.signature ?? null, pageLength)
    rows.push(...more)
    const oldest = more.findLast((row) => row.at !== null)?.at ?? null
    if (more.length < pageLength || (oldest !== null && oldest < since)) return rows.filter((row) => row.at === null || row.at >= since)
  }
  throw new RequestFailed(`This address has more than ${mostPages * pageLength} transfers since that day; only an address with fewer can be read.`, null)
}

/** What this transaction paid to the address: one for each payer whose balance fell in it. Pure. */
export function payoutsOf(transaction: Transaction, row: Pick<SignatureRow, 'signature' | 'at'>, own: { address: string; accounts: ReadonlySet<string> }): Payout[] {
  const { meta, blockTime } = transaction
  const at = typeof blockTime === 'number' ? blockTime * 1000 : row.at
  if (meta == null || meta.err != null || at === null) return []
  const changes = changesOf(transaction)
  const isOwn = (change: Change): boolean => change.owner === own.address || own.accounts.has(change.account)
  const received = changes.filter(isOwn).reduce((sum, change) => sum + change.units, 0n)
  if (received <= 0n) return []
  const paid = token.payers
    .map((payer) => ({ ...payer, units: -changes.filter((change) => change.owner === payer.address).reduce((sum, change) => sum + change.units, 0n) }))
    .filter((payer) => payer.units > 0n)
  // With both of them in one transaction only what fell tells them apart, and it can where it is all ours.
  const total = paid.reduce((sum, payer) => sum + payer.units, 0n)
  const isApart = paid.length < 2 || total === received
  if (!isApart) return [payoutOf(row.signature, at, paid.map((payer) => payer.kind).join('+'), paid.map((payer) => payer.note).join(' and '), least(received, total))]
  return paid.map((payer) => payoutOf(row.signature, at, payer.kind, payer.note, least(received, payer.units)))
}

function payoutOf(signature: string, at: number, kind: string, note: string, units: bigint): Payout {
  return { reference: `${signature}:${kind}`, at, programmeId: 'render/rendering', asset: 'RENDER', amount: Number(units) / unitsPerToken, covers: epochPaidAt(at), note }
}

interface Change {
  account: string
  owner: string | null
  units: bigint
}

/** By how much each account of the token changed. An account that is opened or closed has one of the two balances alone. */
function changesOf({ meta, transaction }: Transaction): Change[] {
  const byIndex = new Map<number, Change>()
  const keys = transaction.message.accountKeys
  for (const [balances, sign] of [[meta?.preTokenBalances ?? [], -1n], [meta?.postTokenBalances ?? [], 1n]] as const) {
    for (const { accountIndex, mint, owner, uiTokenAmount } of balances) {
      if (mint !== token.mint) continue
      const key = keys[accountIndex]
      const change = byIndex.get(accountIndex) ?? { account: typeof key === 'string' ? key : (key?.pubkey ?? ''), owner: null, units: 0n }
      byIndex.set(accountIndex, { ...change, owner: owner ?? change.owner, units: change.units + sign * BigInt(uiTokenAmount.amount) })
    }
  }
  return [...byIndex.values()]
}

/**
 * The weekly epoch before a payout: epochs run from Wednesday to Wednesday, 00:00 UTC, and are paid on that Wednesday
 * or shortly around it. null: paid on another day, so which week it is for cannot be told.
 */
export function epochPaidAt(at: number): Payout['covers'] {
  const early = 6 * hourMs
  const moved = new Date(at + early)
  const midnight = Date.UTC(moved.getUTCFullYear(), moved.getUTCMonth(), moved.getUTCDate())
  const daysAfter = (moved.getUTCDay() + 7 - 3) % 7
  const end = midnight - daysAfter * dayMs
  return daysAfter <= 1 ? { from: end - 7 * dayMs, to: end } : null
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}
