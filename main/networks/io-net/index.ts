/** io.net: hires out clusters of cards; a worker is a set of containers under a launcher. */
import { defineNetwork } from '../network.ts'
import { workerDemands } from './demands.ts'
import { workerDuties } from './duties.ts'
import { workerEnrolment } from './enrolment.ts'
import { estimateWorker } from './estimate.ts'
import { health } from './health.ts'
import { ioNetMarket, type IoNetMarket } from './market.ts'
import { networkSources } from './network-sources.ts'
import { workerNeeds } from './requirements.ts'
import { signs } from './signs.ts'
import { workerSoftware } from './software.ts'
import facts from './sources.json' with { type: 'json' }
import { wallet } from './wallet.ts'

export const network = defineNetwork<IoNetMarket>({
  id: 'io-net',
  title: 'io.net',
  alsoKnownAs: ['io.net', 'io-net', 'ionet'],
  tokens: ['IO'],
  tokenIds: [{ symbol: 'IO', ids: { coingecko: 'io', coinpaprika: 'io-ionet', llama: 'coingecko:io' }, source: facts.tokenIds }],
  url: 'https://io.net',
  market: ioNetMarket,
  signs,
  software: [workerSoftware],
  enrolments: [workerEnrolment],
  sources: networkSources,
  health,
  wallet,
  programmes: [
    {
      id: 'io-net/worker',
      title: 'io.net worker',
      summary: 'Runs containers that customers hire by the hour, alone on the card.',
      software: 'managed',
      takesWholeMachine: false,
      url: 'https://worker.io.net',
      paysFor: ['inference', 'training'],
      duties: workerDuties,
      demands: workerDemands,
      needs: workerNeeds,
      estimate: estimateWorker,
    },
  ],
})
