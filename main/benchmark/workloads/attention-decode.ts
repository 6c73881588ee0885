/** Attention for one token: the memory-bound step in which a language model spends its time over a long context. */
import os from 'node:os'
import type { Buffer, OpenDevice, Program } from '../open-device.ts'
import { answersOf, context, dimensions, heads } from './attention-reference.ts'
import { expectedBandwidth } from './stream-workload.ts'
import { bufferBytes, largestOf } from './memory-streams.ts'
import type { Candidate, OpenClWorkload, Prepared } from './workload.ts'

const chunk = 256
/** Sequences that are decoded at once. */
const mostSequences = 16
/** Of an answer between -1 and 1; sums of 8,192 products in 32 bits stay far below it. */
const tolerance = 1e-4

interface Storage {
  label: string
  bytesPerNumber: 2 | 4
  options: string
}

const halves: Storage = { label: '16-bit cache', bytesPerNumber: 2, options: '-DHALF' }
const halvesByBits: Storage = { label: '16-bit cache, widened by hand', bytesPerNumber: 2, options: '-DHALF -DBY_BITS' }
const singles: Storage = { label: '32-bit cache', bytesPerNumber: 4, options: '' }

export const attentionDecode: OpenClWorkload = {
  id: 'attention-decode',
  title: 'attention over a long context',
  unit: 'GB/s',
  perUnit: 1e9,
  better: 'higher',
  api: 'opencl',
  modes: ['full'],
  wantedSpread: 0.05,
  notOffered: () => null,
  calibrates: 'Tokens are decoded again and again for 50 to 200 ms; caches of 16 and 32 bits a number are tried, the one that streams fastest is kept and repeated until the runs agree.',
  measures: `Bytes per second of keys and values that attention for one token reads: ${heads} heads of ${dimensions} dimensions over ${context} earlier tokens, up to ${mostSequences} sequences at once, softmax in two passes.`,
  counts: 'Every byte of the keys and values, once per token; queries, weights and answers as none. 1 GB is 10^9 bytes.',
  invalidWhen: ["an answer differs from the processor's own by more than 0.0001", 'keys and values fit the caches', 'the runs do not agree'],
  kernelFile: 'attention-decode.cl',
  // It streams, and also computes and waits between its passes.
  expected: (facts) => expectedBandwidth(facts, 0.4),
  candidates(device, kernelText): Candidate[] {
    const storages = device.facts.type === 'cpu' ? [singles, halvesByBits] : [halvesByBits, halves, singles]
    return storages.map((storage) => ({ label: storage.label, prepare: (alive) => prepare(device, kernelText, storage, alive) }))
  },
}

async function prepare(device: OpenDevice, kernelText: string, storage: Storage, alive: () => void): Promise<Prepared> {
  const isProcessor = device.facts.type === 'cpu'
  const program = await device.build(kernelText, `-DDIMENSIONS=${dimensions} -DCONTEXT=${context} -DCHUNK=${chunk}${isProcessor ? ' -DALONE' : ''} ${storage.options}`)
  const releases: (() => void)[] = [program.release]
  const release = (): void => releases.splice(0).reverse().forEach((one) => one())
  try {
    const attend = program.kernel('attend')
    const gather = program.kernel('gather')
    if (!isProcessor && attend.maxGroupSize < dimensions) throw new Error(`This device runs groups of ${attend.maxGroupSize} only, and attention needs ${dimensions}.`)
    const cache = await largestOf(device, wantedBytes(device, storage), (bytes) => layCache(device, program, storage, bytes, alive))
    releases.push(cache.keys.release, cache.values.release)
    const rows = cache.sequences * heads
    const groups = rows * (context / chunk)
    const partials = device.allocate(groups * (dimensions + 2) * 4)
    releases.push(partials.release)
    const answers = device.allocate(rows * dimensions * 4)
    releases.push(answers.release)
    let turn = 0
    return {
      mostSize: 20_000,
      async launch(size) {
        gather.setArguments([{ buffer: partials }, { buffer: answers }])
        for (let done = 0; done < size; done++) {
          turn = (turn + 1) >>> 0
          attend.setArguments([{ buffer: cache.keys }, { buffer: cache.values }, { buffer: partials }, { uint: turn }])
          attend.enqueue(isProcessor ? groups : groups * dimensions, isProcessor ? 1 : dimensions)
          gather.enqueue(rows * dimensions, Math.min(64, gather.maxGroupSize))
        }
        await device.finish()
      },
      work: (size) => size * 2 * rows * context * dimensions * storage.bytesPerNumber,
      check: () => firstWrong([0, rows - 1], (row) => checkRow(device.readFloats(answers, row * dimensions, dimensions), row, turn)),
      release,
    }
  } catch (error) {
    release()
    throw error
  }
}

function bytesPerSequence(storage: Storage): number {
  return 2 * heads * context * dimensions * storage.bytesPerNumber
}

/** Keys and values together. */
function wantedBytes(device: OpenDevice, storage: Storage): number {
  const most = bufferBytes(device.facts, os.freemem())
  const sequences = Math.min(mostSequences, Math.floor(most / bytesPerSequence(storage)))
  return Math.max(1, sequences) * bytesPerSequence(storage)
}

interface Cache {
  keys: Buffer
  values: Buffer
  sequences: number
}

async function layCache(device: OpenDevice, program: Program, storage: Storage, bytes: number, alive: () => void): Promise<Cache> {
  const sequences = Math.max(1, Math.floor(bytes / bytesPerSequence(storage)))
  const half = (sequences * bytesPerSequence(storage)) / 2
  const keys = device.allocate(half)
  let values: Buffer | null = null
  try {
    values = device.allocate(half)
    const lay = program.kernel('lay')
    const items = (sequences * heads * context * dimensions) / 8
    const piece = Math.min(items, 524_288)
    for (let first = 0; first < items; first += piece) {
      lay.setArguments([{ buffer: keys }, { buffer: values }, { uint: first }])
      lay.enqueue(piece, Math.min(64, lay.maxGroupSize))
      await device.finish()
      alive()
    }
    return { keys, values, sequences }
  } catch (error) {
    keys.release()
    values?.release()
    throw error
  }
}

function checkRow(got: Float32Array, row: number, turn: number): string | null {
  const right = answersOf(row, turn)
  const wrong = right.findIndex((value, k) => !(Math.abs((got[k] ?? NaN) - value) <= tolerance))
  return wrong < 0 ? null : `head ${row} answered ${got[wrong]} in dimension ${wrong} where ${right[wrong]?.toFixed(6)} is right`
}

function firstWrong(rows: number[], look: (row: number) => string | null): string | null {
  for (const row of rows) {
    const wrong = look(row)
    if (wrong !== null) return wrong
  }
  return null
}
