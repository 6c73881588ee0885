/** Wrong values are an event, and end only when the very same work is right again. Workers follow a script. */
import { afterEach, describe, expect, test } from 'vitest'
import { pastOf } from '../../../main/benchmark/events.ts'
import { leftAlone } from '../../../main/benchmark/memory-share.ts'
import { stillWrong } from '../../../main/benchmark/right-again.ts'
import type { BenchmarkResult, WorkloadId } from '../../../shared/benchmark.ts'
import { answerUsual, asked, card, scriptedWorker, silent, stand, type Stand } from './support.ts'

const stands: Stand[] = []
afterEach(async () => {
  for (const made of stands.splice(0)) await made.end()
})

describe('wrong values', () => {
  const wrongly = (isWrong: () => boolean, which: WorkloadId = 'fp32-compute') => () =>
    scriptedWorker((message, tell) => {
      if ((message.ask !== 'measure' || message.workload !== which) && answerUsual(message, tell)) return
      if (message.ask !== 'measure') return
      const measured = isWrong() && message.workload === which ? ({ ok: false, status: 'wrong', reason: 'The result was wrong with float4: 1 where 2 is right. No figure is given.' } as const) : ({ ok: true, value: 1, spread: 0, runs: 8, variant: 'float' } as const)
      tell({ tell: 'measured', workload: message.workload, measured })
    })

  test('are an event for the card’s health, and so is the run that is right again', async () => {
    let isWrong = true
    const at = stand([card()], wrongly(() => isWrong))
    stands.push(at)
    const [first] = await at.benchmark.run(asked({ gpuIds: ['GPU-1'] }))
    expect(first?.results[0]).toMatchObject({ workload: 'fp32-compute', status: 'wrong', value: null, reason: expect.stringMatching(/computed wrong values/) })
    expect(first?.verdict).toBe('unknown')
    expect(at.events).toMatchObject([{ id: 'benchmark-wrong-result', gpuId: 'GPU-1', sentence: expect.stringMatching(/1 where 2 is right/) }])
    isWrong = false
    await at.benchmark.run(asked({ gpuIds: ['GPU-1'] }))
    await at.benchmark.run(asked({ gpuIds: ['GPU-1'] }))
    expect(at.events.map((event) => event.id)).toEqual(['benchmark-wrong-result', 'benchmark-right-result'])
  })

  test('of one workload are not put right by another, however often it is right', async () => {
    let isWrong = true
    const at = stand([card()], wrongly(() => isWrong, 'tensor-fp16'))
    stands.push(at)
    const tensor = asked({ gpuIds: ['GPU-1'], workloads: ['tensor-fp16'] })
    const [wrong] = await at.benchmark.run(tensor)
    // There is no figure in it, but it is what a later run is held against.
    expect(at.benchmark.past('GPU-1', 1)).toEqual([wrong])
    isWrong = false
    await at.benchmark.run(asked({ gpuIds: ['GPU-1'], workloads: ['fp32-compute', 'memory-bandwidth'] }))
    expect(at.events.map((event) => event.id)).toEqual(['benchmark-wrong-result'])
    await at.benchmark.run(tensor)
    expect(at.events.map((event) => event.id)).toEqual(['benchmark-wrong-result', 'benchmark-right-result'])
  })

  const ranFor = (seconds: number, status: 'wrong' | 'measured'): BenchmarkResult =>
    ({ results: [{ workload: 'fp32-compute', status, value: status === 'wrong' ? null : 1 }], ...(seconds > 0 ? { sustained: { points: [{ atSeconds: seconds }] } } : {}) }) as BenchmarkResult

  test.each([
    ['a short run', [ranFor(300, 'wrong'), ranFor(0, 'measured')], ['fp32-compute']],
    ['a shorter load', [ranFor(300, 'wrong'), ranFor(120, 'measured')], ['fp32-compute']],
    ['as long a load', [ranFor(300, 'wrong'), ranFor(299, 'measured')], []],
    ['a load, where a short run was wrong', [ranFor(0, 'wrong'), ranFor(60, 'measured')], []],
    ['what was right before', [ranFor(0, 'measured'), ranFor(0, 'wrong')], ['fp32-compute']],
  ] as const)('after minutes of load: %s', (_what, runs, open) => {
    expect(stillWrong(runs)).toEqual(open)
  })
})

test('a past that cannot be read is none: what was measured is told all the same', () => {
  const broken = (): never => {
    throw new Error('no such table: events')
  }
  const past = pastOf({ events: broken, pastResults: broken }, 'GPU-1', silent)
  expect([past.events(), past.runs()]).toEqual([[], []])
})

test('a memory test leaves more alone where less is known', () => {
  const [total, half] = [24 * 2 ** 30, 512 * 2 ** 20]
  expect(leftAlone(true, { totalBytes: total, freeBytes: 20e9, isFresh: true }).leaveBytes).toBe(half)
  expect(leftAlone(true, { totalBytes: total, freeBytes: 20e9, isFresh: false }).leaveBytes).toBe(2 * half)
  expect(leftAlone(null, { totalBytes: total, freeBytes: null, isFresh: false })).toEqual({ leaveBytes: total / 4, leaveWhy: expect.stringMatching(/^a quarter of it, because/) })
  expect(leftAlone(false, { totalBytes: total, freeBytes: null, isFresh: false }).leaveBytes).toBeLessThan(half)
})
