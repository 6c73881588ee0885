/** io.net: hires out clusters of cards; a worker is a set of containers under a launcher. */
import { defineNetwork } from '../network.ts'
import { workerDuties } from './duties.ts'
import { estimateWorker } from './estimate.ts'
import { ioNetMarket, type IoNetMarket } from './market.ts'
import { workerNeeds } from './requirements.ts'
import { signs } from './signs.ts'

export const network = defineNetwork<IoNetMarket>({
  id: 'io-net',
  title: 'io.net',
  alsoKnownAs: ['io.net', 'io-net', 'ionet'],
  tokens: ['IO'],
  url: 'https://io.net',
  market: ioNetMarket,
  signs,
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
      needs: workerNeeds,
      estimate: estimateWorker,
    },
  ],
})
