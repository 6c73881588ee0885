/** What a Solana address holds of IO. Payouts cannot be told from it. Addresses only. */
import { readTokenAccounts, tokenAccountsBody } from '../../../shared/solana-accounts.ts'
import { MarketMisfit, type MarketRequest, type WalletDefinition } from '../network.ts'
import token from './token.json' with { type: 'json' }

/** An address may hold a token in several accounts. Throws MarketMisfit. */
export function parseBalances(raw: unknown): { asset: string; amount: number }[] {
  const read = readTokenAccounts(raw)
  if ('misfit' in read) throw new MarketMisfit(`${token.host} ${read.misfit}`)
  const amounts = read.accounts.filter((account) => account.mint === token.mint).map(({ units, decimals }) => Number(units) / 10 ** decimals)
  return [{ asset: 'IO', amount: amounts.reduce((sum, one) => sum + one, 0) }]
}

async function readBalances(request: MarketRequest, address: string): Promise<{ asset: string; amount: number }[]> {
  return parseBalances(await request({ method: 'POST', url: `https://${token.host}`, body: tokenAccountsBody(address, token.mint), what: 'the IO that your address holds', secretParts: [address] }))
}

export const wallet: WalletDefinition = {
  chain: 'solana',
  title: 'Solana address that IO is paid to',
  notWallets: [token.mint],
  hosts: [token.host],
  readBalances,
  readPayouts: null,
  remark: 'Payouts cannot be told from other transfers of IO: which accounts they are sent from is not published. Enter them by hand; staked IO is not part of the balance.',
}
