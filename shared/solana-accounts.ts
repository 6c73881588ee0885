/** How Solana's public nodes are asked for an address's accounts of a token, and what is held of their answers. Pure. */
import { z } from 'zod'

export interface RpcBody {
  jsonrpc: '2.0'
  id: 1
  method: string
  params: unknown[]
}

/** What goes out as JSON-RPC. */
export function rpcBody(method: string, params: unknown[]): RpcBody {
  return { jsonrpc: '2.0', id: 1, method, params }
}

/** The result of a JSON-RPC answer, or what does not fit, as a sentence that begins with what the node did: "refused getBalance: …". */
export function readRpcResult<Schema extends z.ZodType>(schema: Schema, raw: unknown, method: string): { result: z.output<Schema> } | { misfit: string } {
  const answer = z.object({ result: z.unknown().optional(), error: z.object({ message: z.unknown().optional() }).nullish() }).safeParse(raw)
  if (!answer.success || typeof raw !== 'object' || raw === null || !('result' in raw || answer.data.error)) return { misfit: `gave no answer in the shape of JSON-RPC to ${method}: "result" is missing.` }
  if (answer.data.error) return { misfit: `refused ${method}: ${plain(answer.data.error.message)}.` }
  const parsed = schema.safeParse(answer.data.result)
  if (parsed.success) return { result: parsed.data }
  const issue = parsed.error.issues[0]
  return { misfit: `answered ${method} in another shape: ${['result', ...(issue?.path ?? [])].map(String).join('.')} does not fit (${issue?.message ?? 'wrong type'}).` }
}

/** A whole number of a token's smallest unit, as text. */
export const wholeUnits = z.string().regex(/^\d{1,20}$/)

const accounts = z.object({
  value: z.array(
    z.object({
      pubkey: z.string().min(1).max(64),
      account: z.object({ data: z.object({ parsed: z.object({ info: z.object({ mint: z.string(), tokenAmount: z.object({ amount: wholeUnits, decimals: z.number().int().min(0).max(18) }) }) }) }) }),
    }),
  ),
})

export interface TokenAccount {
  pubkey: string
  mint: string
  /** In the token's smallest unit, of which 10 to the power of `decimals` are one token. */
  units: bigint
  decimals: number
}

const accountsMethod = 'getTokenAccountsByOwner'

/** Asks for all accounts in which an address holds a token; it may have several. */
export function tokenAccountsBody(address: string, mint: string): RpcBody {
  return rpcBody(accountsMethod, [address, { mint }, { encoding: 'jsonParsed' }])
}

/** The accounts in an answer to `tokenAccountsBody`, or what does not fit (see `readRpcResult`). Those of other tokens are left in. */
export function readTokenAccounts(raw: unknown): { accounts: TokenAccount[] } | { misfit: string } {
  const read = readRpcResult(accounts, raw, accountsMethod)
  if ('misfit' in read) return read
  return {
    accounts: read.result.value.map(({ pubkey, account }) => {
      const { mint, tokenAmount } = account.data.parsed.info
      return { pubkey, mint, units: BigInt(tokenAmount.amount), decimals: tokenAmount.decimals }
    }),
  }
}

/** A text of the other side's: short, on one line. */
function plain(text: unknown): string {
  return typeof text === 'string' ? text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').slice(0, 120).replace(/\.+$/, '') : 'no reason given'
}
