/** What a board's tensor cores reach in theory, dense and with 32-bit sums, from resources/tensor-specs.json. */
import type { GpuFacts } from '../../shared/gpu-facts.ts'
import type { Source } from '../../shared/network.ts'
import file from '../../resources/tensor-specs.json' with { type: 'json' }

export type TensorKind = 'fp16' | 'bf16' | 'int8'

export interface TensorSpec {
  /** In thousands of millions a second: GFLOP/s, GIOP/s. */
  perSecond: number
  /** "989.4 TFLOP/s stated for dense matrices". */
  words: string
  source: Source
}

interface Row {
  model: string
  fp16Tflops: number | null
  bf16Tflops: number | null
  int8Tops: number | null
  how: string
  source: Source
  /** low: no page that says so could be opened. */
  confidence?: string
}

const rows: Row[] = file.rows

const columns = { fp16: 'fp16Tflops', bf16: 'bf16Tflops', int8: 'int8Tops' } as const

/** null: the board is not in the table, or its tensor cores do not know the format. */
export function tensorSpecOf(facts: Pick<GpuFacts, 'model'>, kind: TensorKind): TensorSpec | null {
  const row = rows.find((one) => one.model === facts.model)
  const stated = row?.[columns[kind]] ?? null
  if (row === undefined || stated === null) return null
  const words = `${stated} ${kind === 'int8' ? 'TOP/s' : 'TFLOP/s'} ${row.how} for dense matrices${row.confidence === 'low' ? ', a figure that could not be checked against a page' : ''}`
  return { perSecond: stated * 1000, words, source: row.source }
}
