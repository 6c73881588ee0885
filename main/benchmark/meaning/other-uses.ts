/** Rendering, training and transcoding: what a run lets one say of them, and where it lets one say nothing. Pure. */
import type { BenchmarkResult, DerivedUse, OctaneScore } from '../../../shared/benchmark.ts'
import type { GpuFacts } from '../../../shared/gpu-facts.ts'
import type { Source } from '../../../shared/network.ts'
import encoders from '../../../resources/video-encoders.json' with { type: 'json' }
import { day, firstFigure, percent, words } from './figures.ts'
import { fitting } from './inference.ts'
import type { LanguageModel } from './language-models.ts'

export const octaneTable: Source = { url: 'https://render.otoy.com/octanebench', date: null, note: 'the official table' }
export const encoderSource: Source = encoders.source

/** Points a TFLOPS of single precision: mean of the scores that could be cited. A test holds it to the rows it is from. */
export const octanePointsPerTflops = 21.9
const inferredHalfBand = 0.35
const importedHalfBand = 0.03

export function renderingUse(run: BenchmarkResult, vendor: string, octane: OctaneScore | null, paidBy: string[], at: number): DerivedUse {
  const use = { id: 'octanebench', kind: 'rendering', title: 'OctaneBench', fits: null, fitSentence: null, unit: 'points', source: octaneTable, paidBy } satisfies Partial<DerivedUse>
  const known = (score: number, half: number): DerivedUse['value'] => ({ low: score * (1 - half), expected: score, high: score * (1 + half) })
  if (octane !== null) {
    const when = octane.measuredAt === null ? '' : ` of ${day(octane.measuredAt, at)}`
    return { ...use, value: known(octane.score, importedHalfBand), formula: `The imported score${octane.version === null ? '' : ` of version ${octane.version}`}${when}, ± ${percent(importedHalfBand)}: measured by OctaneBench itself, not derived.` }
  }
  if (vendor !== 'nvidia') return { ...use, value: null, paidBy: [], formula: 'No score: OctaneBench runs on NVIDIA cards.' }
  const speed = firstFigure(run, ['fp32-compute'])
  if (speed === null) return { ...use, value: null, paidBy: [], formula: 'No score: single-precision compute was not measured in this run.' }
  return {
    ...use,
    title: 'OctaneBench (inferred)',
    value: known((speed.value / 1000) * octanePointsPerTflops, inferredHalfBand),
    formula: `${octanePointsPerTflops} points for each of the measured ${words(speed.value / 1000)} TFLOP/s of single precision, the mean of the scores that could be cited, ± ${percent(inferredHalfBand)}. Import a real OctaneBench result to narrow it.`,
  }
}

/** The model that fine-tuning is worked out for. */
const tunedModel = 'llama-3.1-8b'
const activationBytes = 4e9

export function trainingUses(run: BenchmarkResult, memoryBytes: number | null, models: LanguageModel[], paidBy: string[]): DerivedUse[] {
  const matrix = firstFigure(run, ['tensor-bf16', 'tensor-fp16', 'matrix-multiply'])
  const model = models.find((one) => one.id === tunedModel)
  if (matrix === null || !model) return []
  const ways = [
    { id: '16-bit', title: 'LoRA on 16-bit weights', bytes: 2 * model.parameters, share: { low: 0.25, expected: 0.4, high: 0.55 } },
    { id: '4-bit', title: 'QLoRA on 4-bit weights', bytes: 0.6 * model.parameters, share: { low: 0.15, expected: 0.28, high: 0.42 } },
  ]
  return ways.map(({ id, title, bytes, share }) => {
    const fit = fitting(bytes + activationBytes, memoryBytes, 'with a small batch')
    const tokens = (part: number): number => (matrix.value * 1e9 * part) / (4 * model.parameters)
    return {
      id: `fine-tune-${id}`,
      kind: 'training',
      title: `Fine-tuning ${model.title}, ${title}`,
      ...fit,
      value: fit.fits === false ? null : { low: tokens(share.low), expected: tokens(share.expected), high: tokens(share.high) },
      unit: 'tokens/s',
      formula: `Four operations a weight and token (there and back, without the weights' own gradients) at ${percent(share.low)} to ${percent(share.high)} of the measured ${words(matrix.value)} ${matrix.unit} of ${matrix.workload === 'matrix-multiply' ? 'matrix multiplication in single precision' : 'the tensor cores'}.`,
      source: model.source,
      paidBy: fit.fits === false ? [] : paidBy,
    }
  })
}

/** null where it is not known: another maker's units, or a chip that is not in the table. */
export function encodersOf(facts: GpuFacts | null): number | null {
  if (facts?.vendor !== 'nvidia') return null
  const models: Record<string, number> = encoders.models
  const chips: Record<string, number> = encoders.chips
  return models[facts.model] ?? chips[facts.chip ?? ''] ?? null
}

/** Not derived: no figure of a run says how fast units of their own are, so nobody is named who would pay for it. */
export function transcodingUse(facts: GpuFacts | null): DerivedUse {
  const count = encodersOf(facts)
  const use = { id: 'transcoding', kind: 'transcoding', title: 'Video transcoding', value: null, unit: 'frames/s', paidBy: [], source: count === null ? null : encoderSource } satisfies Partial<DerivedUse>
  const why = 'Not derived: video is encoded by units of their own, apart from what this run measures, and their speed depends on codec and preset.'
  if (count === 0) return { ...use, fits: false, fitSentence: 'this chip has no video encoder', formula: 'Not derived: there is no encoder.' }
  const fitSentence = count === null ? 'how many video encoders this card has is not known here' : `it has ${count === 1 ? 'one video encoder' : `${count} video encoders`} (NVENC)`
  const isUnread = count !== null && (encoders.unread.includes(facts?.model ?? '') || (!(facts?.model as string in encoders.models) && encoders.unread.includes(facts?.chip ?? '')))
  return { ...use, fits: count === null ? null : true, fitSentence, formula: isUnread ? `${why} How many there are is from general knowledge.` : why }
}
