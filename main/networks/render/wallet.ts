/** The Solana address that payouts go to: what it holds, and what the network paid to it. */
import type { WalletDefinition } from '../network.ts'
import { readTokenAccounts, rpcUrl } from './payouts-chain.ts'
import { readPayouts } from './payouts.ts'
import token from './wallet.json' with { type: 'json' }

export const wallet: WalletDefinition = {
  chain: 'solana',
  title: 'Solana address that RENDER is paid to',
  notWallets: [token.mint],
  hosts: [new URL(rpcUrl).host],
  async readBalances(request, address) {
    const units = (await readTokenAccounts(request, address)).reduce((sum, account) => sum + account.units, 0n)
    return [{ asset: 'RENDER', amount: Number(units) / 10 ** token.decimals }]
  },
  readPayouts,
  remark: 'Only what came from the network\'s two payers counts as a payout: one for work, one for being available (their addresses as third parties name them). What anybody else sent is left out.',
}
