/** The kernels of resources/kernels/cuda as the host sees them: shapes, which card takes which, what each thread holds. Pure. */
import type { TensorKind } from '../tensor-specs.ts'

export interface TensorKernel {
  /** In resources/kernels/cuda. */
  file: string
  /** The instruction in short: "wgmma m64n256k16". */
  label: string
  /** C is rows x columns; a row of A and a column of B have so many 32-bit words. */
  rows: number
  columns: number
  words: number
  /** Times A0*B + A1*B in one round. */
  pairs: number
  /** Threads that hold one C between them. */
  team: 32 | 128
  /** Threads a block and blocks a multiprocessor, likeliest first. */
  shapes: readonly { threads: number; perMultiprocessor: number }[]
  /** `added-up`: every thread gives the sum over its whole team, since the hardware alone knows which holds what. */
  sums: 'own' | 'added-up'
  /** Never seen to run, beside one of plainer instructions that does the same: tried last, and whatever it does, the card is not accused of it. */
  isUntried: boolean
}

/** Warps: 16, 8 and 32 a multiprocessor. Which fills the tensor cores best differs by generation. */
const warpShapes = [
  { threads: 256, perMultiprocessor: 2 },
  { threads: 256, perMultiprocessor: 1 },
  { threads: 512, perMultiprocessor: 2 },
] as const

function warpKernel(file: string, instruction: string, rows: number, words: number): TensorKernel {
  return { file, label: `mma ${instruction}`, rows, columns: 64, words, pairs: 4, team: 32, shapes: warpShapes, sums: 'own', isUntried: false }
}

function warpgroupKernel(file: string, instruction: string): TensorKernel {
  return {
    file, label: `wgmma ${instruction}`, rows: 64, columns: 256, words: 16, pairs: 2, team: 128,
    shapes: [{ threads: 128, perMultiprocessor: 2 }], sums: 'own', isUntried: true,
  }
}

const kernels = {
  fp16: {
    volta: { ...warpKernel('tensor-fp16.sm_70.ptx', 'm16n16k16', 16, 8), label: 'wmma m16n16k16', sums: 'added-up' },
    turing: warpKernel('tensor-fp16.sm_75.ptx', 'm16n8k8', 16, 4),
    ampere: warpKernel('tensor-fp16.sm_80.ptx', 'm16n8k16', 16, 8),
    hopper: warpgroupKernel('tensor-fp16.sm_90a.ptx', 'm64n256k16'),
  },
  bf16: {
    ampere: warpKernel('tensor-bf16.sm_80.ptx', 'm16n8k16', 16, 8),
    hopper: warpgroupKernel('tensor-bf16.sm_90a.ptx', 'm64n256k16'),
  },
  int8: {
    turing: warpKernel('tensor-int8.sm_75.ptx', 'm8n8k16', 8, 4),
    ampere: warpKernel('tensor-int8.sm_80.ptx', 'm16n8k32', 16, 8),
    hopper: warpgroupKernel('tensor-int8.sm_90a.ptx', 'm64n256k32'),
  },
} satisfies Record<TensorKind, Partial<Record<'volta' | 'turing' | 'ampere' | 'hopper', TensorKernel>>>

/** Kernels for a card, the surest first; none: its generation has no such instruction. */
export function kernelsFor(kind: TensorKind, computeCapability: string): TensorKernel[] {
  const [major = 0, minor = 0] = computeCapability.split('.').map(Number)
  const of: Partial<Record<'volta' | 'turing' | 'ampere' | 'hopper', TensorKernel>> = kernels[kind]
  // wgmma is no part of later generations; these take what Ampere takes.
  const fitting = major === 9 ? [of.ampere, of.hopper] : major >= 8 ? [of.ampere] : major === 7 && minor >= 5 ? [of.turing] : major === 7 ? [of.volta] : []
  return fitting.filter((kernel) => kernel !== undefined)
}

export function bytesPerNumber(kind: TensorKind): 1 | 2 {
  return kind === 'int8' ? 1 : 2
}

/** How many numbers a row of A or a column of B has. */
export function depthOf(kernel: TensorKernel, kind: TensorKind): number {
  return (kernel.words * 4) / bytesPerNumber(kind)
}

/** Where in C the values of a thread lie, and what each counts in its sum; the layout of PTX ISA's mma and wgmma fragments. */
export function heldBy(kernel: TensorKernel, thread: number): { row: number; column: number; weight: number }[] {
  if (kernel.sums === 'added-up') {
    return Array.from({ length: kernel.rows * kernel.columns }, (_, at) => {
      const column = at % kernel.columns
      return { row: Math.floor(at / kernel.columns), column, weight: 2 * Math.floor(column / 16) + 1 }
    })
  }
  const lane = thread % 32
  const warp = Math.floor((thread % kernel.team) / 32)
  const rowsPerWarp = (kernel.rows * 32) / kernel.team
  // A warp's 8 x 8 piece gives each thread two neighbours; below it, where there are 16 rows, lies another.
  const perTile = rowsPerWarp / 4
  return Array.from({ length: (kernel.columns / 8) * perTile }, (_, at) => {
    const inTile = at % perTile
    return {
      row: warp * rowsPerWarp + (lane >> 2) + 8 * (inTile >> 1),
      column: Math.floor(at / perTile) * 8 + 2 * (lane & 3) + (inTile & 1),
      weight: 2 * at + 1,
    }
  })
}
