/** A tiled product of two matrices in single precision: what a whole kernel makes of the arithmetic units, caches and local memory. */
import { expectedOf } from '../expected.ts'
import { NotOffered } from '../not-offered.ts'
import type { Buffer, DeviceFacts, OpenDevice, Program } from '../open-device.ts'
import { checkRows, seeds } from './matrix-check.ts'
import type { Candidate, OpenClWorkload, Prepared } from './workload.ts'

/** `tiles`: groups of work-items share tiles in local memory, as GPUs want it; `wide`: one work-item with wide vectors, as processors do. */
type Shape =
  | { kind: 'tiles'; tile: number; per: number; depth: number }
  | { kind: 'wide'; lanes: number; rows: number; depth: number }

const tilesOnGpus: Shape[] = [
  { kind: 'tiles', tile: 128, per: 8, depth: 8 },
  { kind: 'tiles', tile: 128, per: 8, depth: 16 },
  { kind: 'tiles', tile: 64, per: 8, depth: 8 },
  { kind: 'tiles', tile: 64, per: 4, depth: 16 },
]

export const matrixMultiply: OpenClWorkload = {
  id: 'matrix-multiply',
  title: 'matrix product',
  unit: 'GFLOP/s',
  perUnit: 1e9,
  better: 'higher',
  api: 'opencl',
  modes: ['full'],
  notOffered: (facts) => (shapesFor(facts).length > 0 ? null : 'This device has too little local memory for tiles of a matrix.'),
  calibrates: 'Rows of tiles, then whole products, make launches of 50 to 200 ms; the fastest tile is kept, then repeated until eight runs in a row agree.',
  measures: 'Multiply-adds per second of a product of two square matrices in single precision (4096 or 2048 rows on GPUs, 1024 on processors), without tensor cores.',
  counts: 'Two operations for each of rows × columns × depth; filling the matrices and the final scaling as none.',
  invalidWhen: ['a row of the product fails an exact check by random weights (Freivalds)', 'the card was throttled or shared so that the runs do not agree'],
  kernelFile: 'matrix-multiply.cl',
  expected: (facts) => expectedOf('matrix-multiply', facts),
  candidates(device, kernelText) {
    const edge = edgeFor(device.facts)
    return shapesFor(device.facts).map((shape): Candidate => ({ label: labelOf(shape, edge), prepare: (alive) => prepare(device, kernelText, shape, edge, alive) }))
  },
}

/** Shapes whose tiles this device can hold, likeliest first. Pure. */
export function shapesFor(facts: DeviceFacts): Shape[] {
  if (facts.type !== 'cpu') return tilesOnGpus.filter((shape) => localBytes(shape) <= facts.localMemoryBytes && groupSizeOf(shape) <= facts.maxGroupSize)
  const depthOf = (lanes: number): number => [256, 128, 64].find((depth) => depth * 2 * lanes * 4 <= facts.localMemoryBytes) ?? 0
  const wide = ([[16, 8], [8, 4]] as const).map(([lanes, rows]): Shape => ({ kind: 'wide', lanes, rows, depth: depthOf(lanes) }))
  return wide.filter((shape) => shape.depth > 0)
}

/** Large enough that tiles fill a large card; small enough for the device's memory. Pure. */
export function edgeFor(facts: DeviceFacts): number {
  const largest = facts.type === 'cpu' ? 1024 : 4096
  const fits = (edge: number): boolean => edge * edge * 4 <= facts.maxAllocationBytes && (facts.memoryBytes === 0 || edge * edge * 12 <= facts.memoryBytes / 4)
  return [4096, 2048, 1024].find((edge) => edge <= largest && fits(edge)) ?? 512
}

function localBytes(shape: Shape): number {
  // Two pairs of tiles: one in use, one on its way.
  return shape.kind === 'tiles' ? 2 * 2 * shape.tile * shape.depth * 4 : shape.depth * 2 * shape.lanes * 4
}

function groupSizeOf(shape: Shape): number {
  return shape.kind === 'tiles' ? (shape.tile / shape.per) ** 2 : 1
}

function labelOf(shape: Shape, edge: number): string {
  return shape.kind === 'tiles' ? `${edge} rows, tiles of ${shape.tile}, ${shape.per}×${shape.per} an item, depth ${shape.depth}` : `${edge} rows, float${shape.lanes}, ${shape.rows} rows at a time`
}

function optionsOf(shape: Shape, facts: DeviceFacts, edge: number): string {
  const common = `-DEDGE=${edge} -DDEPTH=${shape.depth} -DMULTIPLY_ADD=${facts.hasFma ? 'fma' : 'mad'}`
  return shape.kind === 'tiles' ? `${common} -DTILE=${shape.tile} -DPER=${shape.per}` : `${common} -DLANES=${shape.lanes} -DROWS=${shape.rows}`
}

async function prepare(device: OpenDevice, kernelText: string, shape: Shape, edge: number, alive: () => void): Promise<Prepared> {
  const held: { release(): void }[] = []
  const release = (): void => {
    for (const one of held.splice(0)) one.release()
  }
  try {
    const program = await device.build(kernelText, optionsOf(shape, device.facts, edge))
    held.push(program)
    const matrix = async (seed: number | null, turned: boolean): Promise<Buffer> => {
      const buffer = device.allocate(edge * edge * 4)
      held.push(buffer)
      if (seed !== null) await fill(device, program, { buffer, edge, seed, turned })
      alive()
      return buffer
    }
    const a = await matrix(seeds.a, shape.kind === 'tiles')
    const b = await matrix(seeds.b, false)
    const c = await matrix(null, false)
    return { ...runOf(device, program, shape, edge, { a, b, c }), release }
  } catch (error) {
    release()
    throw error
  }
}

async function fill(device: OpenDevice, program: Program, { buffer, edge, seed, turned }: { buffer: Buffer; edge: number; seed: number; turned: boolean }): Promise<void> {
  const kernel = program.kernel('fill')
  const groupSize = Math.min(64, kernel.maxGroupSize)
  // Sixteen pieces: no launch grows long on a slow card.
  const rows = edge / 16
  for (let firstRow = 0; firstRow < edge; firstRow += rows) {
    kernel.setArguments([{ buffer }, { uint: seed }, { uint: turned ? 1 : 0 }, { uint: firstRow }])
    kernel.enqueue(rows * edge, groupSize)
    await device.finish()
  }
}

/** C is scaled by a factor that changes with the size, so that what an earlier launch left behind is no right answer. */
export function alphaOf(size: number): number {
  return 1 + (size % 7)
}

function runOf(device: OpenDevice, program: Program, shape: Shape, edge: number, { a, b, c }: { a: Buffer; b: Buffer; c: Buffer }): Omit<Prepared, 'release'> {
  const kernel = program.kernel('multiply')
  const groupSize = groupSizeOf(shape)
  if (kernel.maxGroupSize < groupSize) throw new NotOffered(`This device runs at most ${kernel.maxGroupSize} work-items of this kernel together; it needs ${groupSize}.`)
  const rowsPerTile = shape.kind === 'tiles' ? shape.tile : 128
  const columnsPerTile = shape.kind === 'tiles' ? shape.tile : 2 * shape.lanes
  const tileRows = edge / rowsPerTile
  // Sizes up to the whole matrix are rows of tiles; above, whole products one after another.
  const plan = (size: number): { tileRows: number; launches: number } => (size <= tileRows ? { tileRows: size, launches: 1 } : { tileRows, launches: Math.round(size / tileRows) })
  return {
    mostSize: tileRows * 10_000,
    async launch(size) {
      const planned = plan(size)
      kernel.setArguments([{ buffer: a }, { buffer: b }, { buffer: c }, { uint: 0 }, { float: alphaOf(size) }])
      for (let done = 0; done < planned.launches; done++) kernel.enqueue(planned.tileRows * (edge / columnsPerTile) * groupSize, groupSize)
      await device.finish()
    },
    work(size) {
      const planned = plan(size)
      return 2 * edge * edge * rowsPerTile * planned.tileRows * planned.launches
    },
    check(size) {
      const rows = plan(size).tileRows * rowsPerTile
      return checkRows(device.readFloats(c, 0, rows * edge), { rows, edge, alpha: alphaOf(size) })
    },
  }
}
