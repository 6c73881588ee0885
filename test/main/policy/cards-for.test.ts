/** Which cards a programme has: no rule may lose a card that its software is on. */
import { expect, it } from 'vitest'
import { cardsFor } from '../../../main/policy/cards-for.ts'
import { gpu } from '../../helpers/policy-house.ts'

const now = 1_000_000_000_000
const big = gpu({ id: 'big', vendor: 'nvidia' })
const old = gpu({ id: 'old', vendor: 'nvidia' })
const inside = gpu({ id: 'inside', vendor: 'intel', isIntegrated: true })
const cards = [big, old, inside]

it('before it is set up: those that could join', () => {
  expect(cardsFor({ gpus: cards, joining: ['big'], isSetUp: false, now })).toEqual(['big'])
  expect(cardsFor({ gpus: [{ ...big, lostSince: now }], joining: ['big'], isSetUp: false, now })).toEqual([])
})

it('set up: the neighbour of the same maker too, though the network does not list it; never the one in the processor', () => {
  expect(cardsFor({ gpus: cards, joining: ['big'], isSetUp: true, now })).toEqual(['big', 'old'])
})

it('set up: an estimate that is not there yet, or calls no card fit, loses no card', () => {
  expect(cardsFor({ gpus: cards, joining: [], isSetUp: true, now })).toEqual(['big', 'old'])
})

it('a card that was lost just now is still the one that software works on; one that was taken out long ago is not', () => {
  const lost = (ms: number) => ({ ...big, lostSince: now - ms })
  expect(cardsFor({ gpus: [lost(60_000), old], joining: ['old'], isSetUp: true, now })).toEqual(['big', 'old'])
  expect(cardsFor({ gpus: [lost(3_600_000), old], joining: ['old'], isSetUp: true, now })).toEqual(['old'])
  expect(cardsFor({ gpus: [lost(3_600_000)], joining: [], isSetUp: true, now })).toEqual(['big'])
})
