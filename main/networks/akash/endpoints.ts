/** Where a provider is looked at: its own gateway, the console that tenants see it through, and the chain. Only addresses go out. */
import type { EndpointDefinition } from '../network.ts'
import chain from './chain.json' with { type: 'json' }
import sources from './sources.json' with { type: 'json' }

const minute = 60_000
const chainHost = `https://${chain.hosts[0]}`

export const endpoints: EndpointDefinition[] = [
  // The gateway shows a certificate of its own (cert on chain, or its own CA): nothing secret is sent there.
  { id: 'gateway', url: '{gateway}/status', everyMs: minute / 2, acceptsOwnCertificate: true, whose: 'own', what: 'leases, orders and GPUs of your provider', source: sources.provider },
  { id: 'console', url: 'https://console-api.akash.network/v1/providers/{address}', everyMs: 5 * minute, acceptsOwnCertificate: false, whose: 'public', what: 'whether tenants see your Akash provider', source: sources.providerState },
  { id: 'balance', url: `${chainHost}/cosmos/bank/v1beta1/balances/{address}?pagination.limit=1000`, everyMs: 15 * minute, acceptsOwnCertificate: false, whose: 'public', what: 'what your Akash provider can pay its bids with', source: sources.chainRest },
  { id: 'bids', url: `${chainHost}/akash/market/${chain.marketVersions[0]}/bids/list?filters.provider={address}&filters.state=open&pagination.limit=100`, everyMs: 15 * minute, acceptsOwnCertificate: false, whose: 'public', what: 'open bids of your Akash provider', source: sources.chainRest },
  { id: 'block', url: `${chainHost}/cosmos/base/tendermint/v1beta1/blocks/latest`, everyMs: 15 * minute, acceptsOwnCertificate: false, whose: 'public', what: 'the height of the Akash chain', source: sources.chainRest },
  { id: 'collateral', url: sources.burnMintState.url, everyMs: 60 * minute, acceptsOwnCertificate: false, whose: 'public', what: 'the collateral behind what providers are paid in', source: sources.burnMintState },
]
