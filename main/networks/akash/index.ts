/** Akash: a marketplace where tenants lease containers; a provider on a server, or a PC that HomeNode takes over. */
import { defineNetwork } from '../network.ts'
import { chainSource } from './chain.ts'
import { consoleSources } from './console-sources.ts'
import { homeNodeDemands, providerDemands } from './demands.ts'
import { devicesSource } from './devices-source.ts'
import { homeNodeDuties, providerDuties } from './duties.ts'
import { estimateHomeNode, estimateProvider } from './estimate.ts'
import { health } from './health.ts'
import { marketDataSource } from './market-data.ts'
import { akashMarket, type AkashMarket } from './market.ts'
import { homeNodeNeeds } from './requirements-homenode.ts'
import { providerNeeds } from './requirements.ts'
import { signs } from './signs.ts'
import { software } from './software.ts'
import facts from './sources.json' with { type: 'json' }
import { homeNodeEnrolment } from './steps-homenode.ts'
import { providerEnrolment } from './steps-provider.ts'
import { wallet } from './wallet.ts'

export const network = defineNetwork<AkashMarket>({
  id: 'akash',
  title: 'Akash',
  alsoKnownAs: ['Akash', 'HomeNode'],
  tokens: ['AKT'],
  tokenIds: [{ symbol: 'AKT', ids: { coingecko: 'akash-network', coinpaprika: 'akt-akash-network', llama: 'coingecko:akash-network', kraken: 'AKTUSD' }, source: facts.tokenIds }],
  pegs: [{ symbol: 'ACT', usd: 1, why: 'ACT is minted and burned against AKT at 1 USD each; in a halt it may be worth less.', source: facts.burnMint }],
  url: 'https://akash.network',
  market: akashMarket,
  signs,
  software,
  enrolments: [providerEnrolment, homeNodeEnrolment],
  sources: [...consoleSources, marketDataSource, chainSource, devicesSource],
  health,
  wallet,
  programmes: [
    {
      id: 'akash/provider',
      title: 'Akash provider',
      summary: 'Rents the server out in containers to whoever accepts its bid.',
      software: 'observed',
      takesWholeMachine: true,
      url: 'https://akash.network/docs/providers/getting-started/hardware-requirements',
      paysFor: ['inference', 'training'],
      duties: providerDuties,
      demands: providerDemands,
      needs: providerNeeds,
      estimate: estimateProvider,
    },
    {
      id: 'akash/homenode',
      title: 'Akash HomeNode',
      summary: 'Boots the PC into a system that joins a cluster and rents its card out.',
      software: 'guided',
      takesWholeMachine: true,
      url: 'https://homenode.akash.network',
      paysFor: ['inference', 'training'],
      duties: homeNodeDuties,
      demands: homeNodeDemands,
      needs: homeNodeNeeds,
      estimate: estimateHomeNode,
    },
  ],
})
