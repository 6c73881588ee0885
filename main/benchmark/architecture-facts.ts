/** How an architecture's other arithmetic compares with its single precision, from resources/architectures.json. Pure. */
import type { GpuFacts } from '../../shared/gpu-facts.ts'
import type { Source } from '../../shared/network.ts'
import file from '../../resources/architectures.json' with { type: 'json' }

/** Shares of the board's stated single precision; null: not in hardware, or not published. */
export interface Rates {
  fp16PerFp32: number | null
  fp64PerFp32: number | null
  int32PerFp32: number | null
  int8DotPerFp32: number | null
  why: string
}

export interface RatesWithSources extends Rates {
  /** Where the sources differ or a compiler decides: the least to expect. */
  least: Partial<Record<RateName, number>>
  sources: Source[]
}

export type RateName = Exclude<keyof Rates, 'why'>

interface Row extends RatesWithSources {
  vendor: string
  computeCapability: string[] | null
  architecture: string | null
}

const rows: Row[] = file.rows.map((row) => ({ least: {}, ...row }))

const unknownRates: RatesWithSources = { fp16PerFp32: null, fp64PerFp32: null, int32PerFp32: null, int8DotPerFp32: null, why: 'the proportions of this architecture are not known here', least: {}, sources: [] }

/** Never throws: an architecture that is not in the table has nulls, and `why` says so. */
export function ratesOf(facts: Pick<GpuFacts, 'vendor' | 'architecture' | 'cudaComputeCapability'>): RatesWithSources {
  const row = rows.find((one) => {
    if (one.vendor !== facts.vendor) return false
    return one.computeCapability === null ? one.architecture === facts.architecture : facts.cudaComputeCapability !== null && one.computeCapability.includes(facts.cudaComputeCapability)
  })
  return row ?? unknownRates
}

/** Addresses that may be shown as sources of an expected range. */
export function architectureSources(): Source[] {
  return rows.flatMap((row) => row.sources)
}
