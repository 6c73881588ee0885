/** The needs of the three programmes. */
import type { NeedDefinition } from '../network.ts'
import sources from './sources.json' with { type: 'json' }

export { computeNeeds } from './requirements-compute.ts'
export { renderingNeeds } from './requirements-rendering.ts'

export const saladNeeds: NeedDefinition[] = [
  {
    id: 'app', title: 'Salad\'s own app', of: 'card', required: 'installed, with an account', remedy: 'Install Salad\'s app; it says whether it takes this card.', source: sources.rnp023,
    why: 'Salad decides in its own app which machines it takes; no list of requirements is part of the agreement.',
    measure: () => ({ actual: null, ok: null }),
  },
]
