/** Tests a card's memory: writes patterns over as much of it as is free, reads them back, and says where what came back is wrong. */
import type { MemoryErrors, MemoryTestRun } from '../../shared/benchmark.ts'
import { nextSize } from './calibrate.ts'
import { allowedBytes, takeBlocks, type Block } from './memory-blocks.ts'
import { merged, rangesOf, type WrongWord } from './memory-errors.ts'
import { patternsOf, type Step, type Values } from './memory-patterns.ts'
import { OpenClFailure, type Buffer, type Kernel, type KernelArgument, type OpenDevice } from './open-device.ts'

export interface MemoryTestOptions {
  device: OpenDevice
  kernelText: string
  totalBytes: number
  /** null: not known. */
  freeBytes: number | null
  leaveBytes: number
  /** "512 MB for the screen". */
  leaveWhy: string
  passes: number
  secondsAtMost: number
  /** Monotonic, in ms. */
  now(): number
  onProgress(p: { words: string; share: number; bytesChecked: number; errors: number }): void
  /** The test as far as it came: once the memory is taken, after every launch that found something, and after every pattern. */
  onSoFar?(run: MemoryTestRun): void
}

/** Wrong words listed by one launch; more are counted, and bounded by the first and the last. */
const mostListed = 1024
const headerWords = 4
const vectorBytes = 16
const mebibyte = 1_048_576
/** Vectors of the first launch: 16 MiB. Launches of 50 to 200 ms follow; 1 MiB is through in that time anywhere, 2 GiB is a block. */
const firstPiece = 2 ** 20
const leastPiece = 2 ** 16
const mostPiece = 2 ** 27

interface Kernels {
  lay: Kernel
  look: Kernel
  turn: Kernel
  carry: Kernel
  alike: Kernel
}

/** Rejects where the driver fails on the way, and where there is nothing to test. Wrong words are no failure: they are the result. */
export async function testMemory(options: MemoryTestOptions): Promise<MemoryTestRun> {
  const { device, now, onProgress } = options
  const begun = now()
  const program = await device.build(options.kernelText, `-DMOST_LISTED=${mostListed}u`)
  const errorsBuffer = device.allocate((headerWords + mostListed * 3) * 4)
  const [lay, look, turn, carry, alike] = (['lay', 'look', 'turn', 'carry', 'alike'] as const).map((name) => program.kernel(name)) as [Kernel, Kernel, Kernel, Kernel, Kernel]
  const kernels: Kernels = { lay, look, turn, carry, alike }
  const walk = createWalk(device, kernels, errorsBuffer, now)
  let blocks: Block[] = []
  try {
    const wantedBytes = allowedBytes(options.totalBytes, options.freeBytes, options.leaveBytes)
    onProgress({ words: 'taking the memory', share: 0, bytesChecked: 0, errors: 0 })
    blocks = await takeBlocks(device, wantedBytes, async (block) => {
      await walk.step({ do: 'lay', values: { kind: 0, seed: 0, flip: 0 }, part: 'all' }, block, '', () => {})
      onProgress({ words: 'taking the memory', share: 0, bytesChecked: 0, errors: 0 })
    })
    const testedBytes = blocks.reduce((sum, block) => sum + block.buffer.bytes, 0)
    if (testedBytes === 0) throw new OpenClFailure(nothingToTest(options, wantedBytes))
    const missingBytes = wantedBytes - testedBytes
    const runOf = (ended: Ended): MemoryTestRun => ({
      totalBytes: options.totalBytes,
      freeBytes: options.freeBytes,
      testedBytes,
      leftAlone: {
        bytes: options.leaveBytes + missingBytes,
        why: missingBytes >= 16 * mebibyte ? `${options.leaveWhy}; the driver gave ${Math.round(missingBytes / mebibyte)} MB less than was to be tested` : options.leaveWhy,
      },
      passes: ended.passes,
      patterns: ended.patterns,
      errorCount: walk.errorCount(),
      errors: walk.errors(),
      bytesChecked: walk.bytesChecked(),
      stoppedBecause: ended.stoppedBecause,
    })
    return runOf(await runPasses(options, walk, blocks, begun, (soFar) => options.onSoFar?.(runOf(soFar))))
  } finally {
    for (const block of blocks) block.buffer.release()
    errorsBuffer.release()
    program.release()
  }
}

function nothingToTest({ freeBytes, totalBytes, leaveWhy }: MemoryTestOptions, wantedBytes: number): string {
  if (wantedBytes > 0) return `The driver gave none of the ${Math.round(wantedBytes / mebibyte)} MB that were to be tested.`
  const has = freeBytes === null ? `The device states ${Math.round(totalBytes / mebibyte)} MB of memory` : `${Math.round(freeBytes / mebibyte)} MB of the memory are free`
  return `There is no memory to test: ${has}, and what is left alone is ${leaveWhy}.`
}

interface Ended {
  passes: number
  patterns: string[]
  stoppedBecause: string | null
}

async function runPasses(options: MemoryTestOptions, walk: Walk, blocks: readonly Block[], begun: number, onSoFar: (ended: Ended) => void): Promise<Ended> {
  const { now, onProgress, passes, secondsAtMost } = options
  const patterns = new Set<string>()
  const stepsPerPass = patternsOf(0).reduce((sum, { steps }) => sum + steps.length, 0)
  const total = stepsPerPass * blocks.length * passes
  let done = 0
  let toldErrors = 0
  const tellSoFar = (pass: number): void => onSoFar({ passes: pass, patterns: [...patterns], stoppedBecause: null })
  tellSoFar(0)
  for (let pass = 0; pass < passes; pass++) {
    for (const pattern of patternsOf(pass)) {
      const tell = (): void => {
        if (walk.errorCount() > toldErrors) {
          toldErrors = walk.errorCount()
          tellSoFar(pass)
        }
        const share = Math.min(1, Math.max(done / total, (now() - begun) / 1000 / secondsAtMost))
        onProgress({ words: `${pattern.name}, pass ${pass + 1} of ${passes}`, share, bytesChecked: walk.bytesChecked(), errors: walk.errorCount() })
      }
      for (const step of pattern.steps) {
        for (const block of blocks) {
          // After a whole pass the end of its time is an end as planned.
          if ((now() - begun) / 1000 >= secondsAtMost) return { passes: pass, patterns: [...patterns], stoppedBecause: pass > 0 ? null : `Its time of ${minutes(secondsAtMost)} was over before it had written and read all patterns once.` }
          await walk.step(step, block, pattern.name, tell)
          done += 1
          tell()
        }
      }
      patterns.add(pattern.name)
      tellSoFar(pass)
    }
    tellSoFar(pass + 1)
  }
  return { passes, patterns: [...patterns], stoppedBecause: null }
}

function minutes(seconds: number): string {
  return seconds < 120 ? `${Math.round(seconds)} seconds` : `${Math.round(seconds / 60)} minutes`
}

interface Walk {
  /** `alive` is called after every launch. */
  step(step: Step, block: Block, pattern: string, alive: () => void): Promise<void>
  bytesChecked(): number
  errorCount(): number
  errors(): MemoryErrors[]
}

function createWalk(device: OpenDevice, kernels: Kernels, errorsBuffer: Buffer, now: () => number): Walk {
  const isProcessor = device.facts.type === 'cpu'
  const clean = Uint32Array.from({ length: headerWords }, (_, k) => (k === 1 ? 0xffffffff : 0))
  device.write(errorsBuffer, 0, clean)
  let piece = firstPiece
  let checked = 0
  let count = 0
  let ranges: MemoryErrors[] = []

  function enqueue(kernel: Kernel, given: Parameters<Kernel['setArguments']>[0]): void {
    const groupSize = isProcessor ? 1 : Math.min(256, kernel.maxGroupSize)
    kernel.setArguments(given)
    kernel.enqueue(device.facts.computeUnits * (isProcessor ? 8 : 16) * groupSize, groupSize)
  }

  /** Walks over `length` vectors in launches that the system can bear. */
  async function inPieces(length: number, launch: (first: number, vectors: number) => void, after: (vectors: number) => void): Promise<void> {
    for (let first = 0; first < length; ) {
      const vectors = Math.min(piece, length - first)
      const before = now()
      launch(first, vectors)
      await device.finish()
      if (vectors === piece) piece = Math.max(leastPiece, nextSize(piece, now() - before, mostPiece))
      after(vectors)
      first += vectors
    }
  }

  /** Reads what the launch listed, if it listed anything. */
  function collect(block: Block, pattern: string): void {
    const [found = 0, firstWord = 0, lastWord = 0] = device.read(errorsBuffer, 0, new Uint32Array(headerWords))
    if (found === 0) return
    const listed = device.read(errorsBuffer, headerWords * 4, new Uint32Array(Math.min(found, mostListed) * 3))
    const byteOf = (word: number): number => block.begin + word * 4
    const words = Array.from({ length: listed.length / 3 }, (_, k): WrongWord => ({ byte: byteOf(listed[k * 3] ?? 0), expected: listed[k * 3 + 1] ?? 0, got: listed[k * 3 + 2] ?? 0 }))
    count += found
    ranges = merged(ranges, rangesOf(words, found, byteOf(firstWord), byteOf(lastWord), pattern))
    device.write(errorsBuffer, 0, clean)
  }

  /** `launch` compares so many vectors, from the given one on. */
  function compare(length: number, block: Block, pattern: string, launch: (first: number, vectors: number) => void, alive: () => void): Promise<void> {
    return inPieces(length, launch, (vectors) => {
      checked += vectors * vectorBytes
      collect(block, pattern)
      alive()
    })
  }

  return {
    bytesChecked: () => checked,
    errorCount: () => count,
    errors: () => ranges,
    async step(step, block, pattern, alive) {
      const half = Math.floor(block.vectors / 2)
      // Words have numbers within the whole test: two blocks that share an address line do not hold the same.
      const base = BigInt(block.begin / 4)
      const memory = { buffer: block.buffer }
      const listing = { buffer: errorsBuffer }
      if (step.do === 'carry' || step.do === 'look-at-carried') {
        const [from, to] = step.to === 'second-half' ? [0, half] : [half, 0]
        const places = (first: number, vectors: number): { uint: number }[] => [{ uint: from + first }, { uint: to + first }, { uint: vectors }]
        if (step.do === 'carry') return inPieces(half, (first, vectors) => enqueue(kernels.carry, [memory, ...places(first, vectors)]), alive)
        return compare(half, block, pattern, (first, vectors) => enqueue(kernels.alike, [memory, listing, ...places(first, vectors)]), alive)
      }
      const length = step.part === 'all' ? block.vectors : half
      const span = (first: number, vectors: number): KernelArgument[] => [{ ulong: base }, { uint: first }, { uint: vectors }, ...argumentsOf(step.values)]
      if (step.do === 'lay') return inPieces(length, (first, vectors) => enqueue(kernels.lay, [memory, ...span(first, vectors)]), alive)
      const kernel = kernels[step.do]
      return compare(length, block, pattern, (first, vectors) => enqueue(kernel, [memory, listing, ...span(first, vectors)]), alive)
    },
  }
}

function argumentsOf({ kind, seed, flip }: Values): { uint: number }[] {
  return [{ uint: kind }, { uint: seed }, { uint: flip }]
}
