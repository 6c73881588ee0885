/** What Render's three programmes would pay: pure, USD per day per card. Worked examples in README.md. */
import type { Economics } from '../../../shared/earnings.ts'
import { noFigure } from './estimate-parts.ts'

export { estimateCompute } from './estimate-compute.ts'
export { estimateRendering } from './estimate-rendering.ts'

/** Salad is joined with its own app and account; it pays in its own balance. */
export function estimateSalad(): Economics {
  return noFigure(
    [
      'Salad publishes no rate per card and hour, so no figure can be defended. Its own app shows what it offers once it runs.',
      'RNP-023 (2026-03-26) says that about 56 % of what customers pay for containers goes to the people who share their cards, and about 31 % of what they pay for bandwidth.',
      'Payment in RENDER is planned in steps after the agreement was signed; whether the first step has begun could not be found out.',
    ],
    { notModelled: ['everything: rates, demand, bonus for taking RENDER'] },
  )
}
