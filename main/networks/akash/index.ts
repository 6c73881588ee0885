/** Akash: a marketplace where tenants lease containers; a provider on a server, or a PC that HomeNode takes over. */
import { defineNetwork } from '../network.ts'
import { homeNodeDuties, providerDuties } from './duties.ts'
import { estimateHomeNode, estimateProvider } from './estimate.ts'
import { akashMarket, type AkashMarket } from './market.ts'
import { homeNodeNeeds, providerNeeds } from './requirements.ts'
import { signs } from './signs.ts'

export const network = defineNetwork<AkashMarket>({
  id: 'akash',
  title: 'Akash',
  alsoKnownAs: ['Akash', 'HomeNode'],
  tokens: ['AKT'],
  url: 'https://akash.network',
  market: akashMarket,
  signs,
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
      needs: homeNodeNeeds,
      estimate: estimateHomeNode,
    },
  ],
})
