/** Practice: a programme that goes through every step with a real process and a real container, earns nothing, and changes nothing else. */
import { defineNetwork } from '../network.ts'
import { practiceDemands } from './demands.ts'
import { practiceEnrolment } from './enrolment.ts'
import { practiceNeeds } from './requirements.ts'
import { practiceSoftware } from './software.ts'
import { practiceSource } from './source.ts'

export const network = defineNetwork({
  id: 'practice',
  title: 'Practice',
  alsoKnownAs: [],
  tokens: [],
  tokenIds: [],
  url: practiceSource.url,
  market: null,
  signs: [],
  software: [practiceSoftware],
  enrolments: [practiceEnrolment],
  sources: [],
  health: () => ({ sentence: 'Practice is no network: nothing is earned here.', figures: [], models: [], modelsSource: null, emission: [], missing: ['Practice has no figures: nothing of it is real but the process and the container.'] }),
  wallet: null,
  isPractice: true,
  programmes: [
    {
      id: 'practice/worker',
      title: 'Practice worker',
      summary: 'Sets up, runs and removes a small harmless worker, so that you can try every step. It earns nothing.',
      software: 'managed',
      takesWholeMachine: false,
      url: practiceSource.url,
      paysFor: [],
      duties: [{ id: 'nothing', title: 'Nothing is owed', sentence: 'No account, no stake, no pay. It uses no GPU, and leaving removes all of it.', source: practiceSource }],
      demands: practiceDemands,
      needs: practiceNeeds,
      estimate: () => {
        const none = { cautious: null, expected: null, hopeful: null }
        return { lines: [], busy: none, payWhenAlwaysBusy: null, payWithoutWork: null, inputs: [], capital: [], confidence: 'none', notModelled: [], reasons: ['Practice earns nothing, so there is nothing to estimate.'] }
      },
    },
  ],
})
