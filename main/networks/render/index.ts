/** Render: rendering nodes for artists, compute nodes under the name Dispersed, and Salad as a subnet. */
import { defineNetwork } from '../network.ts'
import { renderBacktest } from './backtest.ts'
import { computeDemands, renderingDemands, saladDemands } from './demands.ts'
import { computeDuties, renderingDuties, saladDuties } from './duties.ts'
import { estimateCompute, estimateRendering, estimateSalad } from './estimate.ts'
import { renderHealth } from './health.ts'
import { renderMarket, type RenderMarket } from './market.ts'
import { computeNeeds, renderingNeeds, saladNeeds } from './requirements.ts'
import { readClientScore, signs } from './signs.ts'
import { software } from './software.ts'
import { burnsSource } from './sources-burns.ts'
import { nodesSource } from './sources-nodes.ts'
import { computeEnrolment } from './steps-compute.ts'
import { renderingEnrolment } from './steps-rendering.ts'
import { saladEnrolment } from './steps-salad.ts'
import tokenIds from './token-ids.json' with { type: 'json' }
import { wallet } from './wallet.ts'

export const network = defineNetwork<RenderMarket>({
  id: 'render',
  title: 'Render',
  alsoKnownAs: ['Render Network', 'RNDR', 'Dispersed', 'Salad'],
  tokens: ['RENDER'],
  tokenIds,
  url: 'https://rendernetwork.com',
  market: renderMarket,
  signs,
  software,
  enrolments: [renderingEnrolment, computeEnrolment, saladEnrolment],
  readClientScore,
  sources: [burnsSource, nodesSource],
  health: renderHealth,
  wallet,
  backtest: renderBacktest,
  programmes: [
    {
      id: 'render/rendering',
      title: 'Render rendering node',
      summary: 'Renders frames for artists while nobody uses the card.',
      software: 'observed',
      takesWholeMachine: false,
      url: 'https://renderfoundation.com/waitlist',
      paysFor: ['rendering'],
      duties: renderingDuties,
      demands: renderingDemands,
      needs: renderingNeeds,
      estimate: estimateRendering,
    },
    {
      id: 'render/compute',
      title: 'Render compute node (Dispersed)',
      summary: 'Runs containers for AI and general compute on a machine that does nothing else.',
      software: 'observed',
      takesWholeMachine: true,
      url: 'https://otoyinc.mintlify.app',
      paysFor: ['inference', 'training'],
      duties: computeDuties,
      demands: computeDemands,
      needs: computeNeeds,
      estimate: estimateCompute,
    },
    {
      id: 'render/salad',
      title: 'Render through Salad',
      summary: 'Salad\'s own app shares the card; its network is to become a part of Render.',
      software: 'guided',
      takesWholeMachine: false,
      url: 'https://salad.com',
      paysFor: ['inference'],
      duties: saladDuties,
      demands: saladDemands,
      needs: saladNeeds,
      estimate: estimateSalad,
    },
  ],
})
