/** Tokens a second for named open models, by roofline: memory streams the weights for each token, compute reads a prompt. Pure. */
import type { BenchmarkResult, DerivedUse } from '../../../shared/benchmark.ts'
import { firstFigure, words } from './figures.ts'
import { cacheBytesPerToken, type LanguageModel, type Quantisation } from './language-models.ts'

interface Band {
  low: number
  expected: number
  high: number
}

/** What a model must hold beside its weights, and how much of it an answer has read on average. */
const contextTokens = 8192
const meanContextTokens = 4096
/** Activations, the runtime's own buffers and the driver's. */
const runtimeBytes = 0.8e9
/** Left to a screen or the driver. */
const keptBytes = 0.5e9

/** Share of the measured memory bandwidth that programs reach while they generate: dense models, and mixtures of experts, whose reads are scattered. */
const streamed: Band = { low: 0.6, expected: 0.8, high: 0.92 }
const streamedExperts: Band = { low: 0.35, expected: 0.55, high: 0.8 }
/** Seconds a layer costs whatever its size (starting kernels, waiting for them). It is what keeps small models slow on fast cards. */
const perLayer: Band = { low: 100e-6, expected: 30e-6, high: 10e-6 }
/** Share of the measured matrix product that programs reach while they read a prompt. */
const computed: Band = { low: 0.25, expected: 0.45, high: 0.7 }
/** In a mixture each expert sees a part of the prompt only, so that its products are small. */
const computedExperts: Band = { low: 0.08, expected: 0.2, high: 0.45 }

export function inferenceUses(run: BenchmarkResult, memoryBytes: number | null, models: LanguageModel[], paidBy: string[]): DerivedUse[] {
  const bandwidth = firstFigure(run, ['memory-bandwidth', 'memory-read', 'memory-copy'])
  const matrix = firstFigure(run, ['tensor-fp16', 'tensor-bf16', 'matrix-multiply'])
  const cache = firstFigure(run, ['attention-decode'])
  const decoded = bandwidth === null ? [] : models.flatMap((model) => model.quantisations.map((quantisation) => decode({ model, quantisation, memoryBytes, gbs: bandwidth.value, cacheGbs: cache?.value ?? null, paidBy })))
  const read = matrix === null ? [] : models.map((model) => prefill(model, matrix, memoryBytes, paidBy))
  return [...decoded, ...read]
}

/** Pure; tested against published figures. */
export function tokensPerSecond(model: LanguageModel, bitsPerWeight: number, gbs: number, cacheGbs: number | null): Band {
  const weights = (model.activeParameters * bitsPerWeight) / 8
  const cached = cacheBytesPerToken(model) * meanContextTokens
  const share = model.activeParameters < model.parameters ? streamedExperts : streamed
  const at = (name: keyof Band): number => 1 / (weights / (gbs * 1e9 * share[name]) + cached / ((cacheGbs ?? gbs * share[name]) * 1e9) + model.layers * perLayer[name])
  return { low: at('low'), expected: at('expected'), high: at('high') }
}

function decode({ model, quantisation, memoryBytes, gbs, cacheGbs, paidBy }: { model: LanguageModel; quantisation: Quantisation; memoryBytes: number | null; gbs: number; cacheGbs: number | null; paidBy: string[] }): DerivedUse {
  const fit = fitOf(model, quantisation.bitsPerWeight, memoryBytes)
  const weights = (model.activeParameters * quantisation.bitsPerWeight) / 8e9
  const touched = model.activeParameters < model.parameters ? `the ${weights.toFixed(1)} GB of weights that a token touches` : `${weights.toFixed(1)} GB of weights`
  return {
    id: `${model.id}-${quantisation.id}`,
    kind: 'inference',
    title: `${model.title}, ${quantisation.title}`,
    ...fit,
    value: fit.fits === false ? null : tokensPerSecond(model, quantisation.bitsPerWeight, gbs, cacheGbs),
    unit: 'tokens/s',
    formula: `One answer at a time: each token reads ${touched} (${quantisation.note}) and half of ${contextTokens.toLocaleString('en-US')} tokens of context at 60 to 92 % of the measured ${words(gbs)} GB/s${model.activeParameters < model.parameters ? ' (35 to 80 % for a mixture of experts)' : ''}${cacheGbs === null ? '' : `, the context at the measured ${words(cacheGbs)} GB/s`}, and 10 to 100 µs a layer are added. Several answers at once give more in sum.`,
    source: model.source,
    paidBy: fit.fits === false ? [] : paidBy,
  }
}

function prefill(model: LanguageModel, matrix: { workload: string; value: number; unit: string }, memoryBytes: number | null, paidBy: string[]): DerivedUse {
  const least = Math.min(...model.quantisations.map((one) => one.bitsPerWeight))
  const fit = fitOf(model, least, memoryBytes)
  const operations = 2 * model.activeParameters
  const isMixture = model.activeParameters < model.parameters
  const share = isMixture ? computedExperts : computed
  const at = (share: number): number => (matrix.value * 1e9 * share) / operations
  return {
    id: `${model.id}-prompt`,
    kind: 'inference',
    title: `${model.title}, reading a prompt`,
    ...fit,
    value: fit.fits === false ? null : { low: at(share.low), expected: at(share.expected), high: at(share.high) },
    unit: 'tokens/s',
    formula: `Two operations for each of the ${(model.activeParameters / 1e9).toFixed(1)} billion weights that a token touches, at ${Math.round(share.low * 100)} to ${Math.round(share.high * 100)} %${isMixture ? ' (a mixture of experts)' : ''} of the measured ${words(matrix.value)} ${matrix.unit} of ${matrix.workload === 'matrix-multiply' ? 'matrix multiplication in single precision' : 'the tensor cores'}.`,
    source: model.source,
    paidBy: fit.fits === false ? [] : paidBy,
  }
}

export function fitOf(model: LanguageModel, bitsPerWeight: number, memoryBytes: number | null): Pick<DerivedUse, 'fits' | 'fitSentence'> {
  const context = Math.min(contextTokens, model.mostContext)
  const needed = (model.parameters * bitsPerWeight) / 8 + cacheBytesPerToken(model) * context + runtimeBytes
  return fitting(needed, memoryBytes, `with ${context.toLocaleString('en-US')} tokens of context`)
}

/** "needs 6.8 of 25.8 GB with 8,192 tokens of context": GB are 10^9 bytes. */
export function fitting(needed: number, memoryBytes: number | null, what: string): Pick<DerivedUse, 'fits' | 'fitSentence'> {
  const gb = (bytes: number): string => (bytes / 1e9).toFixed(1)
  if (memoryBytes === null) return { fits: null, fitSentence: `needs ${gb(needed)} GB ${what}; how much this card has is not known` }
  const fits = needed <= memoryBytes - keptBytes
  return { fits, fitSentence: `needs ${gb(needed)} of ${gb(memoryBytes)} GB ${what}` }
}
