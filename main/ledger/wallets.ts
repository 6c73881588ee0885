/** The receive addresses: what is set, what lies there, and the check before one is kept. */
import type { WalletStatus } from '../../shared/ledger.ts'
import type { Settings } from '../../shared/settings.ts'
import type { AnyNetwork } from '../networks/network.ts'
import { NotPossible } from '../system/not-possible.ts'
import { checkAddress } from './addresses.ts'
import type { WalletReading } from './payouts.ts'

export interface WalletsOptions {
  networks: AnyNetwork[]
  settings(): Settings
  save(wallets: Record<string, string>): void
}

export interface Wallets {
  list(): WalletStatus[]
  /** null removes. Throws NotPossible; what was typed is neither kept nor repeated then. */
  set(networkId: string, address: string | null): WalletStatus[]
  /** What a reading found. */
  note(networkId: string, reading: WalletReading): void
}

/** One network's token is no wallet of another either. */
export function notWalletsOf(networks: readonly AnyNetwork[]): string[] {
  return networks.flatMap((network) => network.wallet?.notWallets ?? [])
}

export function createWallets({ networks, settings, save }: WalletsOptions): Wallets {
  const notWallets = notWalletsOf(networks)
  const readings = new Map<string, WalletReading>()

  function list(): WalletStatus[] {
    return networks.flatMap((network): WalletStatus[] => {
      const { wallet } = network
      if (wallet === null) return []
      const kept = settings().wallets[network.id]
      const checked = kept === undefined ? null : checkAddress(wallet.chain, wallet.prefix ?? null, kept, notWallets)
      const reading = checked?.ok ? readings.get(network.id) : undefined
      const remarks = [wallet.remark, checked?.ok ? checked.remark : null].filter((remark) => remark !== null)
      return [
        {
          networkId: network.id,
          title: wallet.title,
          chain: wallet.chain,
          // What the settings file holds in its place may be a secret: it is not shown.
          address: checked?.ok ? checked.address : null,
          balances: reading?.balances ?? [],
          takenAt: reading?.takenAt ?? null,
          fault: checked !== null && !checked.ok ? `The address that is kept cannot be used. ${checked.sentence}` : (reading?.faults[0] ?? null),
          readsPayouts: wallet.readPayouts !== null,
          remark: remarks.length === 0 ? null : remarks.join(' '),
        },
      ]
    })
  }

  return {
    list,
    set(networkId, address) {
      const network = networks.find((one) => one.id === networkId)
      const known = networks.filter((one) => one.wallet !== null).map((one) => one.id)
      if (!network) throw new NotPossible(`There is no such network. Those that pay to an address are: ${known.join(', ')}.`)
      const { [networkId]: before, ...others } = settings().wallets
      if (address === null) {
        if (before !== undefined) save(others)
      } else {
        if (network.wallet === null) throw new NotPossible(`${network.title} pays to no address that could be read. Those that do are: ${known.join(', ')}.`)
        const checked = checkAddress(network.wallet.chain, network.wallet.prefix ?? null, address, notWallets)
        if (!checked.ok) throw new NotPossible(checked.sentence)
        if (checked.address === before) return list()
        save({ ...others, [networkId]: checked.address })
      }
      readings.delete(networkId)
      return list()
    },
    note: (networkId, reading) => void readings.set(networkId, reading),
  }
}
