/** The open language models whose speed is derived, from resources/language-models.json. */
import type { Source } from '../../../shared/network.ts'
import file from '../../../resources/language-models.json' with { type: 'json' }

export interface Quantisation {
  id: string
  /** "4-bit". */
  title: string
  bitsPerWeight: number
  /** The format that is meant. */
  note: string
}

export interface LanguageModel {
  id: string
  title: string
  parameters: number
  /** What one token touches; less than `parameters` in a mixture of experts. */
  activeParameters: number
  layers: number
  /** Those that keep all of the context; null: all do. The others see a window too short to count. */
  cachedLayers: number | null
  kvHeads: number
  headDim: number
  mostContext: number
  quantisations: Quantisation[]
  source: Source
}

/** A model that is published in few bits is run as it is; the others in every quantisation. */
export const languageModels: LanguageModel[] = file.models.map(({ native, checked: _, ...model }) => ({
  cachedLayers: null,
  ...model,
  quantisations: native === null ? file.quantisations.map(({ id, title, bitsPerWeight, note }) => ({ id, title, bitsPerWeight, note })) : [{ id: '4-bit', ...native }],
}))

/** Both keys and values, in 16 bits each. */
export function cacheBytesPerToken(model: LanguageModel): number {
  return 2 * (model.cachedLayers ?? model.layers) * model.kvHeads * model.headDim * 2
}
