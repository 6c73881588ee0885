/** Asks Solana's public RPC about token accounts and transactions; the answers' shapes, held to what is used of them. */
import { z } from 'zod'
import { readRpcResult, readTokenAccounts as accountsIn, rpcBody, tokenAccountsBody, wholeUnits } from '../../../shared/solana-accounts.ts'
import { MarketMisfit, type MarketRequest } from '../network.ts'
import token from './wallet.json' with { type: 'json' }

export const rpcUrl = token.rpc.url
const rpcHost = new URL(rpcUrl).host

const signatures = z.array(z.object({ signature: z.string().min(1).max(128), err: z.unknown().optional(), blockTime: z.number().nullish() }))
const balance = z.object({ accountIndex: z.number().int(), mint: z.string(), owner: z.string().nullish(), uiTokenAmount: z.object({ amount: wholeUnits }) })
const transaction = z.object({
  blockTime: z.number().nullish(),
  meta: z.object({ err: z.unknown().optional(), preTokenBalances: z.array(balance).nullish(), postTokenBalances: z.array(balance).nullish() }).nullish(),
  transaction: z.object({ message: z.object({ accountKeys: z.array(z.union([z.string(), z.object({ pubkey: z.string() })])) }) }),
})

export type Transaction = z.infer<typeof transaction>
export interface TokenAccount {
  pubkey: string
  /** In 1e-8 RENDER. */
  units: bigint
}

/** The address's accounts of the token. Throws `MarketMisfit`; rejects with `RequestFailed`. */
export async function readTokenAccounts(request: MarketRequest, address: string): Promise<TokenAccount[]> {
  const what = 'the RENDER of an address of yours'
  const raw = await request({ method: 'POST', url: rpcUrl, body: tokenAccountsBody(address, token.mint), what, secretParts: [address] })
  const read = accountsIn(raw)
  if ('misfit' in read) throw new MarketMisfit(`${rpcHost} ${read.misfit}`)
  return read.accounts.map(({ pubkey, mint, units, decimals }) => {
    if (mint !== token.mint) throw new MarketMisfit(`${rpcHost} listed an account of another token (mint ${mint.slice(0, 44)}) as one of RENDER.`)
    if (decimals !== token.decimals) throw new MarketMisfit(`${rpcHost} gave tokenAmount.decimals as ${decimals}; RENDER has ${token.decimals}.`)
    return { pubkey, units }
  })
}

export interface SignatureRow {
  signature: string
  failed: boolean
  /** ms since epoch; null: not said. */
  at: number | null
}

/** One page, newest first. `before`: the oldest signature of the page before; null: the first page. */
export async function readSignatures(request: MarketRequest, account: string, before: string | null, limit: number): Promise<SignatureRow[]> {
  const params = [account, { limit, ...(before === null ? {} : { before }) }]
  const rows = await call(request, signatures, { method: 'getSignaturesForAddress', params, what: 'the transactions of an address of yours', secretParts: [account] })
  return rows.map(({ signature, err, blockTime }) => ({ signature, failed: err != null, at: typeof blockTime === 'number' ? blockTime * 1000 : null }))
}

/** null: the host does not have it (yet). */
export async function readTransaction(request: MarketRequest, signature: string): Promise<Transaction | null> {
  const params = [signature, { encoding: 'jsonParsed', maxSupportedTransactionVersion: 0 }]
  return call(request, transaction.nullable(), { method: 'getTransaction', params, what: 'a payout to an address of yours', secretParts: [signature] })
}

interface RpcCall {
  method: string
  params: unknown[]
  what: string
  secretParts: string[]
}

async function call<Schema extends z.ZodType>(request: MarketRequest, schema: Schema, { method, params, what, secretParts }: RpcCall): Promise<z.output<Schema>> {
  const read = readRpcResult(schema, await request({ method: 'POST', url: rpcUrl, body: rpcBody(method, params), what, secretParts }), method)
  if ('misfit' in read) throw new MarketMisfit(`${rpcHost} ${read.misfit}`)
  return read.result
}
