/** What the estimates of this network share: the price, values per scenario, and saying that there is no figure. */
import { factorWords, type Economics, type EstimateInput, type Scenarios } from '../../../shared/earnings.ts'
import type { EstimateSubject } from '../network.ts'
import type { RenderMarket } from './market.ts'

export type RenderSubject = EstimateSubject<RenderMarket>

const nothing: Scenarios<null> = { cautious: null, expected: null, hopeful: null }

/** The RENDER price as an input, or the sentence that says why there is none. */
export function readPrice(subject: RenderSubject): { usd: number; input: EstimateInput } | { usd: null; sentence: string } {
  const input = subject.tokenUsd('RENDER')
  const usd = input?.value ?? null
  if (input === null || usd === null || !Number.isFinite(usd) || usd < 0) {
    return { usd: null, sentence: 'The price of the RENDER token is not known, so what it pays cannot be said in USD.' }
  }
  return { usd, input }
}

/** One value per scenario. */
export function perScenario<T>(make: (scenario: keyof Scenarios) => T): Scenarios<T> {
  return { cautious: make('cautious'), expected: make('expected'), hopeful: make('hopeful') }
}

/** No figure at all, and why. */
export function noFigure(reasons: string[], rest: Partial<Economics> = {}): Economics {
  return {
    lines: [], busy: nothing, payWhenAlwaysBusy: null, payWithoutWork: null, inputs: [], capital: [],
    confidence: 'none', notModelled: [], reasons, ...rest,
  }
}

/** The inputs as a question moved them, all by one factor or each by its id; a share never passes 1. */
export function moved(inputs: EstimateInput[], factors: number | Record<string, number>): EstimateInput[] {
  return inputs.map((input) => {
    const factor = typeof factors === 'number' ? factors : (factors[input.id] ?? 1)
    if (factor === 1 || input.value === null) return input
    const value = input.value * factor
    return { ...input, value: input.unit.startsWith('share') ? Math.min(1, value) : value, origin: 'user', note: [factorWords(factor), ...(input.note === undefined ? [] : [input.note])].join('; ') }
  })
}
