/** Aethir: cloud hosts with data-centre cards; checkers and Edge, which are no GPU work and are shown to say so. */
import { defineNetwork } from '../network.ts'
import { dashboardSource } from './dashboard.ts'
import { checkerDemands, cloudHostDemands, edgeDemands } from './demands.ts'
import { checkerDuties, cloudHostDuties, edgeDuties } from './duties.ts'
import { estimateChecker, estimateCloudHost, estimateEdge } from './estimate.ts'
import { aethirHealth } from './health.ts'
import { checkerNeeds, cloudHostNeeds, edgeNeeds } from './requirements.ts'
import { software } from './software.ts'
import { checkerEnrolment } from './steps-checker.ts'
import { cloudHostEnrolment, edgeEnrolment } from './steps-host.ts'
import tokenIds from './token-ids.json' with { type: 'json' }
import { wallet } from './wallet.ts'

export const network = defineNetwork({
  id: 'aethir',
  title: 'Aethir',
  alsoKnownAs: ['Aethir', 'Aethir Earth'],
  tokens: ['ATH'],
  tokenIds,
  url: 'https://aethir.com',
  market: null,
  // The host's agent is not named in any source, and the checker uses no GPU.
  signs: [],
  software,
  enrolments: [cloudHostEnrolment, checkerEnrolment, edgeEnrolment],
  sources: [dashboardSource],
  health: aethirHealth,
  wallet,
  programmes: [
    {
      id: 'aethir/cloud-host',
      title: 'Aethir cloud host',
      summary: 'Rents whole servers with data-centre cards to companies.',
      software: 'guided',
      takesWholeMachine: true,
      url: 'https://docs.aethir.com/aethir-cloud/aethir-cloud-host/cloud-host-portal-guide/get-started',
      paysFor: ['inference', 'training'],
      duties: cloudHostDuties,
      demands: cloudHostDemands,
      needs: cloudHostNeeds,
      estimate: estimateCloudHost,
    },
    {
      id: 'aethir/checker',
      title: 'Aethir checker',
      summary: 'Checks other people\'s servers from the processor; not GPU work, and a licence is needed.',
      software: 'guided',
      takesWholeMachine: false,
      url: 'https://docs.aethir.com/checker-guide/what-is-the-checker-node/what-is-the-checker-node-license-nft.md',
      paysFor: [],
      duties: checkerDuties,
      demands: checkerDemands,
      needs: checkerNeeds,
      estimate: estimateChecker,
    },
    {
      id: 'aethir/edge',
      title: 'Aethir Edge',
      summary: 'An appliance of its own that streams and renders for others; it does not use your card.',
      software: 'guided',
      takesWholeMachine: false,
      url: 'https://docs.myedge.io',
      paysFor: [],
      duties: edgeDuties,
      demands: edgeDemands,
      needs: edgeNeeds,
      estimate: estimateEdge,
    },
  ],
})
