/** What the three workloads of the tensor cores share: how a kernel is loaded, tried on a known product, and kept busy. */
import { CudaFailure, type CudaBuffer, type CudaModule, type OpenCuda } from '../open-cuda.ts'
import { expectedOf } from '../expected.ts'
import { NotOffered } from '../not-offered.ts'
import type { TensorKind } from '../tensor-specs.ts'
import { kernelsFor, type TensorKernel } from './tensor-kernels.ts'
import { checkTensor, distinctOperands, encoded, expectedSums, mostRounds, operandBytes, operationsPerRound, productOf, steadyOperands, type Operands } from './tensor-numbers.ts'
import type { Candidate, CudaWorkload, Prepared } from './workload.ts'

/** Blocks come in so many turns, so that a multiprocessor which was held up leaves work to the others. */
const turns = 4
/** A launch is sized to 200 ms at most; a kernel that we never saw end is waited for so long, which is less than what tells a hung worker. */
const untriedLimitMs = 3_000
/** The driver has no way to build this kernel (cuda.h): no compiler, too old for its language, or no such card. Nothing is wrong with the card. */
const cannotBuild = new Set([209, 221, 222, 223])

type Described = Pick<CudaWorkload, 'id' | 'title' | 'unit' | 'measures' | 'counts' | 'modes'>

export function tensorWorkload(kind: TensorKind, described: Described, notOffered: string): CudaWorkload {
  return {
    ...described,
    perUnit: 1e9,
    better: 'higher',
    api: 'cuda',
    observed: false,
    calibrates: 'Launches are sized to 50 to 200 ms; the fastest kernel and number of warps are kept, then repeated until eight runs in a row agree. On Hopper wgmma is tried last, with a figure of mma.sync in hand.',
    invalidWhen: ['a value of a matrix product differs from the one worked out here', 'a thread’s sum differs from the closed-form result', 'the card was throttled or shared so that the runs do not agree'],
    notOffered: (device) => (kernelsFor(kind, device.computeCapability).length > 0 ? null : `${notOffered} ${device.name} is of ${device.computeCapability}.`),
    expected: (facts) => expectedOf(described.id, facts),
    candidates: (device, readKernel) =>
      kernelsFor(kind, device.facts.computeCapability).filter((kernel) => !(kernel.isUntried && device.hasCrashed())).flatMap((kernel) =>
        kernel.shapes.map((shape): Candidate => ({
          label: `${kernel.label}, ${(shape.threads / 32) * shape.perMultiprocessor} warps`,
          isUntried: kernel.isUntried,
          prepare: (alive) => prepare(device, kind, kernel, shape, readKernel, alive),
        })),
      ),
  }
}

async function prepare(device: OpenCuda, kind: TensorKind, kernel: TensorKernel, shape: TensorKernel['shapes'][number], readKernel: (file: string) => string, alive: () => void): Promise<Prepared> {
  const module = load(device, kernel, readKernel)
  // The driver has compiled just now, which may have taken seconds.
  alive()
  const held: { release(): void }[] = [module]
  const release = (): void => held.splice(0).forEach((one) => one.release())
  try {
    return await ready(device, kind, kernel, shape, module, held, release)
  } catch (error) {
    release()
    throw error
  }
}

async function ready(device: OpenCuda, kind: TensorKind, kernel: TensorKernel, shape: TensorKernel['shapes'][number], module: CudaModule, held: { release(): void }[], release: () => void): Promise<Prepared> {
  const multiply = module.kernel('multiply')
  const blocks = device.facts.multiprocessors * shape.perMultiprocessor * turns
  const threads = blocks * shape.threads
  const bytes = operandBytes(kernel, kind)
  function kept(size: number): CudaBuffer {
    const buffer = device.allocate(size)
    held.push(buffer)
    return buffer
  }
  const a0 = kept(bytes.a)
  const a1 = kept(bytes.a)
  const b = kept(bytes.b)
  const sums = kept(threads * 4)
  const tile = kept(kernel.rows * kernel.columns * 4)

  function hand(operands: Operands): void {
    device.write(a0, encoded(operands.a0, kind))
    device.write(a1, encoded(operands.a1, kind))
    device.write(b, encoded(operands.b, kind))
  }
  async function launch(rounds: number): Promise<void> {
    const buffers = [a0, a1, b, sums, tile].map((buffer) => ({ buffer }))
    multiply.launch([...buffers, { uint: rounds }], { blocks, threads: shape.threads, sharedBytes: 0 })
    await device.finish(kernel.isUntried ? untriedLimitMs : undefined)
  }
  function wrongIn(product: Int32Array, rounds: number, perThread: Int32Array): string | null {
    const values = device.read(tile, 0, tile.bytes).buffer
    return checkTensor(kernel, product, rounds, new Int32Array(device.read(sums, 0, threads * 4).buffer), kind === 'int8' ? new Int32Array(values) : new Float32Array(values), perThread)
  }

  // One true matrix product first, of numbers that are all different: it shows a value that went to the wrong place.
  const distinct = distinctOperands(kernel, kind)
  hand(distinct)
  await launch(1)
  const product = productOf(kernel, kind, distinct)
  const misplaced = wrongIn(product, 1, expectedSums(kernel, product, 1))

  const steady = steadyOperands(kernel, kind)
  hand(steady)
  const grows = productOf(kernel, kind, steady)
  const sumsOfOne = expectedSums(kernel, grows, 1)
  const perRound = operationsPerRound(kernel, kind) * (threads / kernel.team)
  return {
    mostSize: mostRounds(kernel, kind),
    launch,
    deviceSeconds: device.lastSeconds,
    work: (rounds) => perRound * rounds,
    check: (rounds) => misplaced ?? wrongIn(grows, rounds, sumsOfOne.map((sum) => Math.imul(sum, rounds))),
    release,
  }
}

function load(device: OpenCuda, kernel: TensorKernel, readKernel: (file: string) => string): CudaModule {
  try {
    return device.load(readKernel(kernel.file))
  } catch (error) {
    if (error instanceof CudaFailure && error.code !== null && cannotBuild.has(error.code)) throw new NotOffered(`${error.message} A newer NVIDIA driver may be able to.`)
    throw error
  }
}
