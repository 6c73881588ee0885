/** What a question moves of an estimate, in words and in inputs: "what if the token halves". Pure. */
import { factorWords, type EstimateInput, type Factors, type LeverId } from '../../shared/earnings.ts'

/** What each lever is called on its own, and at the end of "it hangs most on …". */
export const leverWords: Record<LeverId, { label: string; hangsOn: string }> = {
  'token-price': { label: 'Price of the token', hangsOn: 'the price of the token' },
  utilisation: { label: 'Share of the time at work', hangsOn: 'how much of the time the card is given work' },
  'pay-rate': { label: 'Pay for an hour of work', hangsOn: 'what an hour of work is paid' },
  speed: { label: 'Speed of the card', hangsOn: 'how fast the card works' },
  power: { label: 'Power drawn', hangsOn: 'how much power the card draws' },
  'usd-per-kwh': { label: 'Electricity price', hangsOn: 'what electricity costs' },
}

export function factorOf(factors: Factors | undefined, lever: LeverId): number {
  return factors?.[lever] ?? 1
}

/** The input times the factor, and it says so; by 1 it stays as it is. */
export function moved(input: EstimateInput, factor: number): EstimateInput {
  if (factor === 1 || input.value === null) return input
  const note = [factorWords(factor), ...(input.note === undefined ? [] : [input.note])].join('; ')
  return { ...input, value: input.value * factor, origin: 'user', note }
}
