/** A memory test as a run: what it asks for, keeps and tells, also where it is stopped. Workers follow a script. */
import { describe, expect, test } from 'vitest'
import type { ToWorker, WorkerSays } from '../../../main/benchmark/worker-messages.ts'
import type { Hold, MemoryTestRun } from '../../../shared/benchmark.ts'
import { unknownSample } from '../../../shared/telemetry.ts'
import { answerUsual, asked, begin, card, scriptedWorker, stand, steppedClock } from './support.ts'

describe('a memory test', () => {
  const right: MemoryTestRun = {
    totalBytes: 24e9, freeBytes: 22e9, testedBytes: 21.4e9, leftAlone: { bytes: 536_870_912, why: '512 MB for the screen' }, passes: 2, patterns: ['solid'], errorCount: 0, errors: [],
    bytesChecked: 300e9, stoppedBecause: null,
  }
  const broken: MemoryTestRun = { ...right, errorCount: 3, errors: [{ fromByte: 4096, toByte: 8192, count: 3, pattern: 'solid', expected: '0x00000000', got: '0x00000100' }] }

  type After = (tell: (message: WorkerSays) => void, die: (code: number | null, signal: string | null) => void) => void

  /** `run` null: the test goes on for ever, or ends as `after` has it, having told `soFar` by then. */
  function tested(run: () => MemoryTestRun | null, changes: Parameters<typeof card>[0] = {}, going: { soFar?: MemoryTestRun; after?: After; stand?: Parameters<typeof stand>[2] } = {}) {
    const asks: ToWorker[] = []
    const at = begin(
      [card(changes)],
      () =>
        scriptedWorker((message, tell, die) => {
          asks.push(message)
          if (answerUsual(message, tell) || message.ask !== 'test-memory') return
          if (going.soFar) tell({ tell: 'memory-so-far', run: going.soFar })
          tell({ tell: 'progress', workload: 'memory-test', step: 'solid, pass 1', share: 0.5, memory: { bytesChecked: 31e9, errors: 0 } })
          const ended = run()
          if (ended) tell({ tell: 'memory', run: ended })
          // What it told before is heard first.
          else queueMicrotask(() => going.after?.(tell, die))
        }),
      {
        follow(_gpuId, listener) {
          queueMicrotask(() => listener({ ...unknownSample(Date.now(), 'a test'), memoryTotalBytes: 24e9, memoryUsedBytes: 2e9 }))
          return () => {}
        },
        ...going.stand,
      },
    )
    return { at, asks }
  }

  test('of good memory is kept, and says what was tested and left alone', async () => {
    const { at, asks } = tested(() => right, { drivesDisplay: true })
    const [result] = await at.benchmark.run(asked({ gpuIds: ['GPU-1'], mode: 'memory' }))
    expect(asks).toContainEqual(expect.objectContaining({ ask: 'test-memory', totalBytes: 24e9, freeBytes: 22e9, leaveBytes: 512 * 2 ** 20, leaveWhy: '512 MB for the screen' }))
    expect(result).toMatchObject({ mode: 'memory', results: [], verdict: 'as-expected', memory: right })
    expect(result?.reasons[0]).toMatch(/21\.4 GB of memory gave back what was written, in 2 whole passes/)
    expect(at.benchmark.past('GPU-1', 1)).toEqual([result])
  })

  test.each([
    [null, 512 * 2 ** 20],
    [true, 512 * 2 ** 20],
    [false, 192 * 2 ** 20],
  ])('a card whose display is %s keeps %d bytes', async (drivesDisplay, bytes) => {
    const { at, asks } = tested(() => right, { drivesDisplay })
    await at.benchmark.run(asked({ gpuIds: ['GPU-1'], mode: 'memory' }))
    expect(asks).toContainEqual(expect.objectContaining({ leaveBytes: bytes }))
  })

  test('of broken memory is an event with the place, until a later test finds nothing', async () => {
    let run = broken
    const { at } = tested(() => run)
    const [result] = await at.benchmark.run(asked({ gpuIds: ['GPU-1'], mode: 'memory' }))
    expect(result?.verdict).toBe('unknown')
    expect(result?.reasons[0]).toMatch(/3 words of the card’s memory came back wrong/)
    expect(at.events).toMatchObject([{ id: 'benchmark-memory-errors', sentence: expect.stringMatching(/0x1000 to 0x2000 \(solid\): 0x00000100 where 0x00000000 was written/) }])
    run = right
    await at.benchmark.run(asked({ gpuIds: ['GPU-1'], mode: 'memory' }))
    expect(at.events.map((event) => event.id)).toEqual(['benchmark-memory-errors', 'benchmark-memory-right'])
  })

  test.each([
    ['a test of less memory', { testedBytes: 10e9 }],
    ['a test of fewer passes', { passes: 1 }],
    ['a test that was stopped before a whole pass', { passes: 0, stoppedBecause: 'Its time of 15 minutes was over.' }],
  ] as const)('%s does not put the finding right', async (_what, changes) => {
    let run = broken
    const { at } = tested(() => run)
    const testIt = async (next: MemoryTestRun): Promise<void> => {
      run = next
      await at.benchmark.run(asked({ gpuIds: ['GPU-1'], mode: 'memory' }))
    }
    await testIt(broken)
    await testIt({ ...right, ...changes })
    expect(at.events.map((event) => event.id)).toEqual(['benchmark-memory-errors'])
    await testIt({ ...right, testedBytes: right.testedBytes - 0.2e9 })
    expect(at.events.map((event) => event.id)).toEqual(['benchmark-memory-errors', 'benchmark-memory-right'])
  })

  const soFar: MemoryTestRun = { ...broken, passes: 1, bytesChecked: 30e9 }

  test.each([
    ['the process dies', (_tell, die) => die(null, 'SIGSEGV'), /ended while measuring the memory test \(signal SIGSEGV\); the driver may have crashed/, true],
    ['the driver loses the card', (tell) => tell({ tell: 'failed', reason: 'Running the kernel failed: the driver lost the command queue (OpenCL error -36).', lost: true }), /driver lost or reset the card during the memory test: .*-36/, true],
    ['the driver fails', (tell) => tell({ tell: 'failed', reason: 'Reading the memory failed (OpenCL error -30).' }), /OpenCL error -30/, false],
  ] as [string, After, RegExp, boolean][])('that ends because %s keeps what it had found', async (_what, after, why, isHeldBack) => {
    const { at } = tested(() => null, {}, { soFar, after })
    const [result] = await at.benchmark.run(asked({ gpuIds: ['GPU-1'], mode: 'memory' }))
    expect(result?.memory).toEqual({ ...soFar, bytesChecked: 31e9, stoppedBecause: expect.stringMatching(why) })
    expect(result?.verdict).toBe('unknown')
    expect(result?.reasons.join(' ')).toMatch(/3 words of the card’s memory came back wrong/)
    expect(at.benchmark.past('GPU-1', 1)).toEqual([result])
    expect(at.events.map((event) => event.id)).toContain('benchmark-memory-errors')
    expect(at.history.markers()).toHaveLength(isHeldBack ? 1 : 0)
  })

  test('that the user cancels, or that gives way, keeps what it had found, on disk from the first wrong word on', async () => {
    const holds: Hold[] = []
    const clock = steppedClock(1_000_000)
    const { at } = tested(() => null, { kind: 'cpu-device' }, { soFar, stand: { holds: () => holds, clock } })
    const run = at.benchmark.run(asked({ gpuIds: ['GPU-1'], mode: 'memory' }))
    await clock.advance(1_000)
    // Whatever takes the machine down now, this is known.
    expect(at.benchmark.past('GPU-1', 1)[0]?.memory).toMatchObject({ errors: broken.errors, stoppedBecause: 'It was still going on when this was written down.' })
    await at.benchmark.cancel()
    expect((await run)[0]?.memory).toMatchObject({ errors: broken.errors, stoppedBecause: 'It was cancelled.' })

    const again = at.benchmark.run(asked({ gpuIds: ['GPU-1'], mode: 'memory' }))
    await clock.advance(1_000)
    holds.push({ id: 'battery', sentence: 'The machine runs on its battery.', until: null, canOverride: false })
    await clock.advance(3_000)
    expect((await again)[0]?.memory).toMatchObject({ errors: broken.errors, stoppedBecause: 'Stopped. The machine runs on its battery.' })
    expect(at.history.markers()).toEqual([])
  })

  test('that ends before it read anything back has nothing to keep', async () => {
    const { at } = tested(() => null, {}, { after: (tell) => tell({ tell: 'failed', reason: 'There is no memory to test.' }) })
    const [result] = await at.benchmark.run(asked({ gpuIds: ['GPU-1'], mode: 'memory' }))
    expect(result).toMatchObject({ memory: null, verdict: 'unknown' })
    expect(at.benchmark.past('GPU-1', 1)).toEqual([])
  })

  test('that a crash ended is held back until asked for', async () => {
    const { at } = tested(() => right)
    at.history.setMarker({ gpuId: 'GPU-1', workload: 'memory-test', startedAt: 0, driverVersion: null })
    const [held] = await at.benchmark.run(asked({ gpuIds: ['GPU-1'], mode: 'memory' }))
    expect(held?.reasons[0]).toMatch(/Skipped the memory test/)
    const [again] = await at.benchmark.run(asked({ gpuIds: ['GPU-1'], mode: 'memory', evenAfterCrash: true }))
    expect(again?.memory).toEqual(right)
    expect(at.history.markers()).toEqual([])
  })
})
