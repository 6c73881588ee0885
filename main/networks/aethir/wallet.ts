/** The Arbitrum address that ATH is claimed to: what it holds, once the contract has said that it is the right one. */
import { z } from 'zod'
import { MarketMisfit, type MarketRequest, type WalletDefinition } from '../network.ts'
import wallets from './wallet.json' with { type: 'json' }

const host = new URL(wallets.rpc.url).host
/** First four bytes of the hash of each function's name (ERC-20). */
const selectors = { symbol: '0x95d89b41', decimals: '0x313ce567', balanceOf: '0x70a08231' }

export const wallet: WalletDefinition = {
  chain: 'evm',
  title: 'Arbitrum address that ATH is claimed to',
  notWallets: [wallets.token.contract],
  hosts: [host],
  async readBalances(request, address) {
    return [{ asset: wallets.token.symbol, amount: await readBalance(request, address) }]
  },
  readPayouts: null,
  remark: 'Rewards vest and are claimed by hand, in one sum over several days and programmes; on the chain a claim cannot be told for certain from any other transfer. Book what you claim by hand.',
}

/** In tokens. Throws `MarketMisfit` where the contract is not the token's. */
async function readBalance(request: MarketRequest, address: string): Promise<number> {
  const { token } = wallets
  const what = `the ${token.symbol} of an address of yours`
  const symbol = textOf(await call(request, { to: token.contract, data: selectors.symbol }, `the symbol of the ${token.symbol} contract`, []))
  if (symbol !== token.symbol) throw new MarketMisfit(`The contract taken for ${token.symbol} calls itself ${symbol === null ? 'nothing that can be read' : `"${symbol}"`}, so its balances are not used.`)
  const decimals = numberOf(await call(request, { to: token.contract, data: selectors.decimals }, `the decimals of the ${token.symbol} contract`, []))
  if (decimals !== BigInt(token.decimals)) throw new MarketMisfit(`The contract of ${token.symbol} gives ${String(decimals)} decimals instead of ${token.decimals}, so its balances are not used.`)
  const digits = address.replace(/^0x/i, '').toLowerCase()
  const units = numberOf(await call(request, { to: token.contract, data: `${selectors.balanceOf}${digits.padStart(64, '0')}` }, what, [address, digits]))
  const amount = units === null ? NaN : tokensOf(units, token.decimals)
  if (!(amount <= wallets.mostTokens)) throw new MarketMisfit(`${host} gave no balance of ${token.symbol} that can be: ${units === null ? 'no number' : 'more than there is'}.`)
  return amount
}

async function call(request: MarketRequest, question: { to: string; data: string }, what: string, secretParts: string[]): Promise<string> {
  const raw = await request({ method: 'POST', url: wallets.rpc.url, body: { jsonrpc: '2.0', id: 1, method: 'eth_call', params: [question, 'latest'] }, what, secretParts })
  const answer = z.object({ result: z.string().regex(/^0x[0-9a-f]{0,2000}$/i) }).safeParse(raw)
  if (answer.success) return answer.data.result.slice(2)
  const failed = z.object({ error: z.object({ message: z.string() }) }).safeParse(raw)
  const why = failed.success ? `refused eth_call: ${failed.data.error.message.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').slice(0, 120).replace(/\.+$/, '')}` : 'answered eth_call in another shape: "result" is no text of hexadecimal digits'
  throw new MarketMisfit(`${host} ${why}.`)
}

/** By way of the written number: 1,234.5 comes out as 1234.5, which dividing doubles of this size misses. */
function tokensOf(units: bigint, decimals: number): number {
  const digits = units.toString().padStart(decimals + 1, '0')
  return Number(`${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`)
}

/** One word of 32 bytes; null: none came, as where there is no contract. */
function numberOf(hex: string): bigint | null {
  return hex.length === 64 ? BigInt(`0x${hex}`) : null
}

/** A text as contracts give it: offset, length, bytes; or, from old ones, 32 bytes. */
function textOf(hex: string): string | null {
  if (hex.length === 64) return asciiOf(hex)
  const length = hex.length >= 128 ? Number(BigInt(`0x${hex.slice(64, 128)}`)) : 0
  return length > 0 && length <= 64 && hex.length >= 128 + 2 * length ? asciiOf(hex.slice(128, 128 + 2 * length)) : null
}

function asciiOf(hex: string): string | null {
  const bytes = hex.match(/../g) ?? []
  const text = bytes.map((byte) => String.fromCharCode(parseInt(byte, 16))).join('').replace(/\0+$/, '')
  return /^[\x20-\x7e]{1,32}$/.test(text) ? text : null
}
