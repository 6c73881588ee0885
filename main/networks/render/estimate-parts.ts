/** What the estimates of this network share: the price, values per scenario, and saying that there is no figure. */
import type { Economics, EstimateInput, Scenarios } from '../../../shared/earnings.ts'
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
