/** Measuring as a user meets it: refusals, progress, crash markers, hangs, cancel. Workers follow a script; some are real processes. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { startNodeWorker } from '../../../main/system/node-worker.ts'
import { workloadsOfMode } from '../../../main/benchmark/workloads/index.ts'
import { NotPossible } from '../../../main/system/not-possible.ts'
import type { WorkerHandle } from '../../../main/host.ts'
import { answerUsual, asked, basics, card, goodWorker, isAlive, sample, scriptedWorker, stand, steppedClock, type Stand } from './support.ts'

const quick = (...gpuIds: string[]) => asked({ gpuIds })
const stands: Stand[] = []
const folders: string[] = []
function begin(...given: Parameters<typeof stand>): Stand {
  const made = stand(...given)
  stands.push(made)
  return made
}
/** A real process that runs this text as its program. */
function processOf(text: string): () => WorkerHandle {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'idlewatt-worker-'))
  folders.push(folder)
  const file = path.join(folder, 'worker.mjs')
  writeFileSync(file, text)
  return () => startNodeWorker(file)
}
afterEach(async () => {
  for (const made of stands.splice(0)) await made.end()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

describe('a run', () => {
  test('gives the figures, keeps them, and says what it is doing', async () => {
    const worker = goodWorker({ compute: 80_000, bandwidth: 950 })
    const at = begin([card()], () => worker)
    const [result] = await at.benchmark.run(quick('GPU-1'))
    expect(result).toMatchObject({ gpuId: 'GPU-1', driverVersion: '550.1', mode: 'quick', power: null })
    expect(result?.results.map((one) => [one.workload, one.value, one.unit, one.status])).toEqual([['fp32-compute', 80_000, 'GFLOP/s', 'measured'], ['memory-bandwidth', 950, 'GB/s', 'measured']])
    expect(at.benchmark.past('GPU-1', 10)).toEqual([result])
    expect(at.states.some((state) => state.now.phase === 'running' && state.now.cards.some((one) => one.step === 'fp32-compute' && one.words !== ''))).toBe(true)
    expect(at.states.at(-1)).toMatchObject({ now: { phase: 'idle' }, latest: { 'GPU-1': result }, crashes: [], lastFailure: null })
    expect(worker.asked[0]).toMatchObject({ ask: 'open', wanted: { name: 'NVIDIA GeForce RTX 4090', pciAddress: '0000:01:00.0' } })
  })

  test('of several cards goes one card at a time, each in its own process', async () => {
    const workers: ReturnType<typeof goodWorker>[] = []
    const second = card({ id: 'GPU-2', pciAddress: '0000:02:00.0' })
    const at = begin([card(), second], () => {
      const worker = goodWorker({ compute: 1000, bandwidth: 100 })
      workers.push(worker)
      return worker
    })
    const results = await at.benchmark.run(quick('GPU-1', 'GPU-2', 'GPU-1'))
    expect(results.map((result) => result.gpuId)).toEqual(['GPU-1', 'GPU-2'])
    // After each card a process of its own looks whether it still computes.
    expect(workers.map((worker) => worker.asked.map(({ ask }) => ask).filter((ask, index, all) => ask !== all[index - 1]))).toEqual([['open', 'measure'], ['open', 'probe'], ['open', 'measure'], ['open', 'probe']])
    expect(at.states.find((state) => state.now.phase === 'running')?.now).toMatchObject({ cards: [{ gpuId: 'GPU-1' }], queued: ['GPU-2'] })
  })

  test('reads the watts before and during the work', async () => {
    const listeners = new Set<(given: ReturnType<typeof sample>) => void>()
    const clock = steppedClock(1_000_000)
    const tell = (powerW: number): void => listeners.forEach((listener) => listener({ ...sample(powerW), takenAt: clock.now() }))
    const worker = scriptedWorker((message, say) => {
      if (answerUsual(message, say) || message.ask !== 'measure') return
      expect(message.leastMs).toBe(3000)
      clock.after(1500, () => tell(400))
      clock.after(2500, () => tell(420))
      clock.after(2600, () => say({ tell: 'measured', workload: message.workload, measured: { ok: true, value: 1, spread: 0, runs: 8, variant: 'float' } }))
    })
    const at = begin([card()], () => worker, {
      clock,
      follow(_gpuId, listener) {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
    })
    const run = at.benchmark.run(quick('GPU-1'))
    for (let second = 0; second < 4; second++) {
      await clock.advance(900)
      tell(20 + second)
    }
    await clock.advance(12_000)
    expect((await run)[0]).toMatchObject({ power: { waitW: 21, workW: 410 } })
    expect(listeners.size).toBe(0)
  })

  test('a worker that measured wrong results gives a failed workload with its reason, and no number', async () => {
    const worker = scriptedWorker((message, tell) => {
      if (answerUsual(message, tell) || message.ask !== 'measure') return
      tell({ tell: 'measured', workload: message.workload, measured: { ok: false, status: 'wrong', reason: 'The result was wrong with float: 1 where 2 is right.' } })
    })
    const at = begin([card()], () => worker)
    const [result] = await at.benchmark.run(quick('GPU-1'))
    expect(basics(result).map(([, value]) => value)).toEqual([null, null])
    expect(result?.verdict).toBe('unknown')
    expect(result?.reasons.join(' ')).toMatch(/The result was wrong/)
    expect(at.benchmark.past('GPU-1', 10)).toEqual([result])
    expect(at.states.at(-1)?.lastFailure?.sentence).toMatch(/The result was wrong/)
  })

  test('a failed run does not hide the last good figures', async () => {
    let isBroken = false
    const at = begin([card()], () =>
      isBroken ? scriptedWorker((_message, tell) => tell({ tell: 'failed', reason: 'OpenCL no longer shows it.' })) : goodWorker({ compute: 1000, bandwidth: 100 }),
    )
    await at.benchmark.run(quick('GPU-1'))
    isBroken = true
    const [result] = await at.benchmark.run(quick('GPU-1'))
    expect(result?.reasons[0]).toMatch(/could not be opened: OpenCL no longer shows it/)
    expect(at.states.at(-1)?.latest['GPU-1']?.results[0]?.value).toBe(1000)
    expect(at.states.at(-1)?.crashes).toEqual([])
  })
})

describe('refusals', () => {
  test.each([
    ['a recorded machine', { blocked: () => 'This is a recorded machine; nothing can be measured on it.' }, ['GPU-1'], /recorded machine/],
    ['a card that is not there', {}, ['GPU-9'], /no GPU with the id "GPU-9"/],
    ['no card', {}, [], /at least one GPU/],
    ['a card without OpenCL', {}, ['bare'], /offers it through OpenCL/],
    ['a virtual adapter', {}, ['virtual'], /virtual display adapter/],
  ] as const)('%s', async (_what, changes, ids, sentence) => {
    let started = 0
    const at = begin([card(), card({ id: 'bare', opencl: null }), card({ id: 'virtual', kind: 'virtual' })], () => (started++, goodWorker({ compute: 1, bandwidth: 1 })), changes)
    const refused = at.benchmark.start(quick(...ids))
    await expect(refused).rejects.toBeInstanceOf(NotPossible)
    await expect(refused).rejects.toThrow(sentence)
    expect(started).toBe(0)
  })

  test('a second run while one is on', async () => {
    const at = begin([card()], () => scriptedWorker(() => {}))
    await at.benchmark.start(quick('GPU-1'))
    await expect(at.benchmark.start(quick('GPU-1'))).rejects.toThrow(/running already/)
  })

  test('among several, a card that cannot be measured gets its reason and the others are measured', async () => {
    const at = begin([card(), card({ id: 'bare', name: 'Old card', opencl: null })], () => goodWorker({ compute: 1, bandwidth: 1 }))
    const results = await at.benchmark.run(quick('bare', 'GPU-1'))
    expect(results[0]).toMatchObject({ gpuId: 'bare', results: [], reasons: [expect.stringMatching(/Old card cannot be measured/)] })
    expect(results[1]?.results[0]?.value).toBe(1)
  })
})

const crashing = `process.on('message', (m) => {
  if (m.ask === 'open') return process.send({ tell: 'opened', name: 'x', driverVersion: '550.1' })
  if (m.ask === 'probe') return process.send({ tell: 'probed', why: null })
  process.kill(process.pid, 'SIGSEGV')
})`
const crashingAtMemory = `process.on('message', (m) => {
  if (m.ask === 'open') return process.send({ tell: 'opened', name: 'x', driverVersion: '550.1' })
  if (m.ask === 'probe') return process.send({ tell: 'probed', why: null })
  if (m.workload === 'memory-bandwidth') process.kill(process.pid, 'SIGSEGV')
  process.send({ tell: 'measured', workload: m.workload, measured: { ok: true, value: 5, spread: 0, runs: 8, variant: 'float' } })
})`
const hanging = `process.on('message', (m) => {
  if (m.ask === 'open') return process.send({ tell: 'opened', name: 'x', driverVersion: null })
  if (m.ask === 'probe') return process.send({ tell: 'probed', why: null })
  process.send({ tell: 'progress', workload: m.workload, step: 'measuring, run 1', share: 0 }, () => { for (;;); })
})`

describe('a workload that takes its process down', () => {
  test('leaves a marker, is skipped with a reason next time, and runs again when asked to', async () => {
    const crash = processOf(crashing)
    let isMended = false
    const at = begin([card()], () => (isMended ? goodWorker({ compute: 7, bandwidth: 8 }) : crash()))
    const [first] = await at.benchmark.run(quick('GPU-1'))
    expect(first?.reasons[0]).toMatch(/ended while measuring single-precision compute \((signal SIGSEGV|exit code \d+)\)/)
    expect(at.states.at(-1)?.crashes).toMatchObject([{ gpuId: 'GPU-1', workload: 'fp32-compute', driverVersion: '550.1' }])
    expect(at.states.at(-1)?.lastFailure?.sentence).toMatch(/driver may have crashed/)

    isMended = true
    const [second] = await at.benchmark.run(quick('GPU-1'))
    expect(basics(second)).toEqual([['fp32-compute', null], ['memory-bandwidth', 8]])
    expect(second?.reasons.join(' ')).toMatch(/Skipped single-precision compute: the last time it ran on this card \(\d{4}-\d\d-\d\d \d\d:\d\d UTC with driver 550\.1\)/)

    const [third] = await at.benchmark.run({ ...quick('GPU-1'), evenAfterCrash: true })
    expect(basics(third)).toEqual([['fp32-compute', 7], ['memory-bandwidth', 8]])
    expect(at.states.at(-1)?.crashes).toEqual([])
  })

  test('the marker is in the history before the workload begins', async () => {
    const seen: unknown[] = []
    const at = begin([card()], () =>
      scriptedWorker((message, tell) => {
        if (answerUsual(message, tell) || message.ask !== 'measure') return
        seen.push(at.history.markers().map((marker) => marker.workload))
        tell({ tell: 'measured', workload: message.workload, measured: { ok: true, value: 1, spread: 0, runs: 8, variant: 'float' } })
      }),
    )
    await at.benchmark.run(quick('GPU-1'))
    expect(seen).toEqual([['fp32-compute'], ['memory-bandwidth']])
    expect(at.history.markers()).toEqual([])
  })

  test('what was measured before it is kept', async () => {
    const at = begin([card()], processOf(crashingAtMemory))
    await at.benchmark.run(quick('GPU-1'))
    expect(basics(at.benchmark.past('GPU-1', 1)[0])).toEqual([['fp32-compute', 5], ['memory-bandwidth', null]])
    expect(at.history.markers().map((marker) => marker.workload)).toEqual(['memory-bandwidth'])
  })

  test('when every workload is held back, the run says so and starts no process', async () => {
    let started = 0
    const at = begin([card()], () => (started++, goodWorker({ compute: 1, bandwidth: 1 })))
    for (const { id } of workloadsOfMode('quick')) at.history.setMarker({ gpuId: 'GPU-1', workload: id, startedAt: 0, driverVersion: null })
    await at.benchmark.run(quick('GPU-1'))
    expect(started).toBe(0)
    expect(at.states.at(-1)?.lastFailure?.sentence).toMatch(/Skipped single-precision compute.*Skipped memory bandwidth/)
  })

  test('another card of the machine is not held back', async () => {
    const at = begin([card()], () => goodWorker({ compute: 1, bandwidth: 1 }))
    at.history.setMarker({ gpuId: 'GPU-2', workload: 'fp32-compute', startedAt: 0, driverVersion: null })
    expect(basics((await at.benchmark.run(quick('GPU-1')))[0])).toEqual([['fp32-compute', 1], ['memory-bandwidth', 1]])
  })
})

describe('a worker that hangs', () => {
  test('is ended after six silent seconds; the marker stays', async () => {
    const clock = steppedClock(1_000_000)
    const at = begin([card()], () => scriptedWorker((message, tell) => void (message.ask === 'open' && answerUsual(message, tell))), { clock })
    const run = at.benchmark.run(quick('GPU-1'))
    await clock.advance(16_000)
    const [result] = await run
    expect(result?.reasons[0]).toMatch(/stopped answering while measuring single-precision compute/)
    expect(at.history.markers()).toHaveLength(1)
  })

  test('while opening gives a sentence and no marker', async () => {
    const clock = steppedClock(1_000_000)
    const at = begin([card()], () => scriptedWorker(() => {}), { clock })
    const run = at.benchmark.run(quick('GPU-1'))
    await clock.advance(20_000)
    expect((await run)[0]?.reasons[0]).toMatch(/did not open the card within 9 s/)
    expect(at.history.markers()).toEqual([])
  })

  test('one that works on without an end is stopped at 15 s and is no crash', async () => {
    const clock = steppedClock(1_000_000)
    const worker = scriptedWorker((message, tell) => {
      if (answerUsual(message, tell) || message.ask !== 'measure') return
      const again = (): void => {
        tell({ tell: 'progress', workload: message.workload, step: 'measuring', share: 0.5 })
        clock.after(500, again)
      }
      again()
    })
    const at = begin([card()], () => worker, { clock })
    const run = at.benchmark.run(quick('GPU-1'))
    await clock.advance(16_000)
    const [result] = await run
    expect(result?.reasons[0]).toMatch(/no time to finish single-precision compute within 15 s/)
    expect((result?.endedAt ?? 0) - (result?.startedAt ?? 0)).toBeLessThanOrEqual(15_000)
    expect(at.history.markers()).toEqual([])
  })
})

describe('cancel', () => {
  test('ends a process that is stuck in native code within a second, and holds nothing against the card', async () => {
    const workers: WorkerHandle[] = []
    const start = processOf(hanging)
    const at = begin([card(), card({ id: 'GPU-2' })], () => {
      const worker = start()
      workers.push(worker)
      return worker
    })
    const run = at.benchmark.run(quick('GPU-1', 'GPU-2'))
    await at.until((state) => state.now.phase === 'running' && state.now.cards.some((one) => one.words === 'measuring, run 1'))
    const before = performance.now()
    await at.benchmark.cancel()
    expect(performance.now() - before).toBeLessThan(1000)
    expect(isAlive(workers[0]?.pid as number)).toBe(false)
    expect(at.states.every((state) => state.now.phase !== 'running' || state.now.cards.every((one) => one.gpuId === 'GPU-1'))).toBe(true)
    expect(at.states.some((state) => state.now.phase === 'cancelling')).toBe(true)
    expect(at.states.at(-1)).toMatchObject({ now: { phase: 'idle' }, crashes: [], lastFailure: null })
    expect((await run)[0]?.reasons.join(' ')).toMatch(/cancelled/)
  })

  test('while the watts are being read starts no process', async () => {
    let started = 0
    const at = begin([card()], () => (started++, goodWorker({ compute: 1, bandwidth: 1 })), { follow: () => () => {} })
    const run = at.benchmark.run(quick('GPU-1'))
    await at.until((state) => state.now.phase === 'running' && state.now.cards.some((one) => one.words.includes('watts')))
    await Promise.all([at.benchmark.cancel(), run])
    expect(started).toBe(0)
  })

  test('with nothing running is done at once', async () => {
    await begin([card()], () => goodWorker({ compute: 1, bandwidth: 1 })).benchmark.cancel()
  })

  test('after stop nothing can be started', async () => {
    const at = begin([card()], () => goodWorker({ compute: 1, bandwidth: 1 }))
    await at.benchmark.stop()
    await expect(at.benchmark.start(quick('GPU-1'))).rejects.toThrow(/ending/)
  })
})
