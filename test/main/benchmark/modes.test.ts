/** What each mode does and keeps: full, sustained, chosen workloads, several cards at once. Workers follow a script. */
import { describe, expect, test } from 'vitest'
import { planOf, whyNotPlanned } from '../../../main/benchmark/run-plan.ts'
import type { ToWorker, WorkerSays } from '../../../main/benchmark/worker-messages.ts'
import { workloadsOfMode } from '../../../main/benchmark/workloads/index.ts'
import { unknownSample, type GpuSample } from '../../../shared/telemetry.ts'
import { answerUsual, asked, begin, card, goodWorker, scriptedWorker, steppedClock } from './support.ts'

describe('a full run', () => {
  test('tells of every workload, also of those the card does not offer, which change no verdict', async () => {
    const at = begin([card()], () => goodWorker({ compute: 80_000, bandwidth: 950 }))
    const [result] = await at.benchmark.run(asked({ gpuIds: ['GPU-1'], mode: 'full' }))
    expect(result?.mode).toBe('full')
    expect(result?.results.map((one) => one.workload)).toEqual(workloadsOfMode('full').map((one) => one.id))
    const missing = result?.results.filter((one) => one.status !== 'measured') ?? []
    for (const one of missing) expect(one).toMatchObject({ status: 'not-offered', value: null, reason: expect.stringMatching(/\.$/) })
    expect(result?.reasons.join(' ')).not.toMatch(/No \S+ here/)
  })

  test('in quick mode what is not offered is left out, unless it was asked for by name', async () => {
    const at = begin([card()], () => goodWorker({ compute: 1, bandwidth: 1 }))
    const [quick] = await at.benchmark.run(asked({ gpuIds: ['GPU-1'] }))
    expect(quick?.results.every((one) => one.status === 'measured')).toBe(true)
    const [named] = await at.benchmark.run(asked({ gpuIds: ['GPU-1'], workloads: ['fp64-compute', 'fp32-compute'] }))
    expect(named?.results.map((one) => [one.workload, one.status])).toEqual([['fp32-compute', 'measured'], ['fp64-compute', 'not-offered']])
  })

  test('holds everything that is needed to compare it', async () => {
    const gpu = card({ powerLimitW: 320, powerLimitDefaultW: 450, vbiosVersion: '95.02', eccEnabled: false, drivesDisplay: true })
    const at = begin([gpu], () => goodWorker({ compute: 1, bandwidth: 1 }))
    const [result] = await at.benchmark.run(asked({ gpuIds: ['GPU-1'] }))
    expect(result?.conditions).toMatchObject({
      idlewattVersion: '0.0.0-test', kernelSet: expect.stringMatching(/^[0-9a-f]{12}$/), os: 'Testian 1', cpuName: 'a processor', model: 'GeForce RTX 4090', driverVersion: '550.1',
      openclPlatform: 'a platform', powerLimitW: 320, powerLimitDefaultW: 450, vbiosVersion: '95.02', eccEnabled: false, drivesDisplay: true, inParallel: false,
    })
  })

  test('tells watts, energy and what held the card back, by workload', async () => {
    const clock = steppedClock(1_000_000)
    const listeners = new Set<(given: GpuSample) => void>()
    const tell = (powerW: number, throttle: string[]): void => listeners.forEach((listener) => listener({ ...unknownSample(clock.now(), 'a test'), temperatureC: 50, powerW, throttle }))
    const at = begin(
      [card()],
      () =>
        scriptedWorker((message, say) => {
          if (answerUsual(message, say) || message.ask !== 'measure') return
          const isCompute = message.workload === 'fp32-compute'
          for (const second of [1.2, 2.2, 3.2, 4.2]) clock.after(second * 1000, () => tell(isCompute ? 400 : 300, isCompute && second > 3 ? ['sw_power_cap', 'applications_clocks_setting'] : ['gpu_idle']))
          for (const half of [1, 2, 3, 4, 5, 6, 7, 8]) clock.after(half * 500, () => say({ tell: 'progress', workload: message.workload, step: `measuring, run ${half}`, share: half / 8, rate: 79_000 + half }))
          clock.after(4_400, () => say({ tell: 'measured', workload: message.workload, measured: { ok: true, value: isCompute ? 80_000 : 1000, spread: 0, runs: 8, variant: 'float' } }))
        }),
      {
        clock,
        follow(_gpuId, listener) {
          listeners.add(listener)
          queueMicrotask(() => listener(unknownSample(clock.now(), 'a test')))
          return () => void listeners.delete(listener)
        },
      },
    )
    const run = at.benchmark.run(asked({ gpuIds: ['GPU-1'], mode: 'full', workloads: ['fp32-compute', 'memory-bandwidth'] }))
    await clock.advance(30_000)
    const [compute, memory] = (await run)[0]?.results ?? []
    expect(compute).toMatchObject({ workW: 400, energyPerUnit: { value: 0.005, unit: 'J per GFLOP' }, heldBack: [{ reason: 'sw_power_cap', share: 0.5 }], variant: 'float' })
    expect(memory).toMatchObject({ workW: 300, energyPerUnit: { value: 0.3, unit: 'J per GB' }, heldBack: [] })
    const curves = at.states.flatMap((state) => (state.now.phase === 'running' ? state.now.cards.filter((one) => one.step === 'fp32-compute') : []))
    expect(Math.max(...curves.map((one) => one.curve.length))).toBe(8)
    expect(curves.at(-1)).toMatchObject({ unit: 'GFLOP/s', curve: expect.arrayContaining([{ atSeconds: 0.5, value: 79_001 }]) })
    expect(at.states.some((state) => state.now.phase === 'running' && state.now.cards[0]?.done[0]?.value === 80_000)).toBe(true)
  })
})

describe('several cards', () => {
  test('in parallel are measured at the same time, each by its own process, and the conditions say so', async () => {
    const gpus = [1, 2, 3].map((n) => card({ id: `GPU-${n}`, pciAddress: `0000:0${n}:00.0` }))
    const waiting: (() => void)[] = []
    const at = begin(gpus, () =>
      scriptedWorker((message, tell) => {
        if (answerUsual(message, tell) || message.ask !== 'measure') return
        const finish = (): void => tell({ tell: 'measured', workload: message.workload, measured: { ok: true, value: 1, spread: 0, runs: 8, variant: 'float' } })
        if (message.workload !== 'fp32-compute') return finish()
        tell({ tell: 'progress', workload: message.workload, step: 'measuring, run 1', share: 0 })
        waiting.push(finish)
        // Nobody ends before all have begun.
        if (waiting.length === gpus.length) waiting.forEach((go) => go())
      }),
    )
    const results = await at.benchmark.run(asked({ gpuIds: ['GPU-1', 'GPU-2', 'GPU-3'], parallel: true }))
    expect(results.map((one) => [one.gpuId, one.results[0]?.value, one.conditions?.inParallel])).toEqual([['GPU-1', 1, true], ['GPU-2', 1, true], ['GPU-3', 1, true]])
    expect(at.states.some((state) => state.now.phase === 'running' && state.now.cards.length === 3)).toBe(true)
    expect(at.states.at(-1)?.now).toEqual({ phase: 'idle' })
  })
})

describe('a sustained run', () => {
  /** A card that tells a figure a second, for as long as it is asked to; `until` ends it with its process. */
  function steady(options: { value?: (second: number) => number; diesAt?: number; end?: (seconds: number) => WorkerSays } = {}) {
    const clock = steppedClock(1_000_000)
    const listeners = new Set<(given: GpuSample) => void>()
    let asks: ToWorker[] = []
    const at = begin(
      [card({ temperatureLimits: { slowdownC: 90, shutdownC: 95, targetC: 83, memoryC: null } })],
      () => {
        const worker = scriptedWorker((message, tell, die) => {
          if (answerUsual(message, tell) || message.ask !== 'sustain') return
          const tick = (second: number): void => {
            listeners.forEach((listener) => listener({ ...unknownSample(clock.now(), 'a test'), temperatureC: 60 + second / 30, powerW: 300, coreClockMhz: 2000, throttle: [] }))
            tell({ tell: 'rate', atSeconds: second, value: options.value?.(second) ?? 1000 })
            if (second === options.diesAt) return die(null, 'SIGSEGV')
            if (second >= message.seconds) return tell(options.end?.(second) ?? { tell: 'sustained', outcome: { ok: true, variant: 'float4', checks: 31 } })
            clock.after(1000, () => tick(second + 1))
          }
          clock.after(1000, () => tick(1))
        })
        asks = worker.asked
        return worker
      },
      {
        clock,
        follow(_gpuId, listener) {
          listeners.add(listener)
          queueMicrotask(() => listener(unknownSample(clock.now(), 'a test')))
          return () => void listeners.delete(listener)
        },
      },
    )
    return { at, clock, asks: () => asks }
  }

  test('keeps every second with its clocks, watts and temperature, and finds the drop', async () => {
    const { at, clock } = steady({ value: (second) => (second < 200 ? 1000 : 900) })
    const run = at.benchmark.run(asked({ gpuIds: ['GPU-1'], mode: 'sustained', minutes: 5 }))
    await clock.advance(320_000)
    const [result] = await run
    expect(result?.results).toMatchObject([{ workload: 'fp32-compute', value: 900, workW: 300, runs: 60, variant: 'float4' }])
    expect(result?.sustained).toMatchObject({ workload: 'fp32-compute', minutes: 5, unit: 'GFLOP/s', stoppedBecause: null })
    expect(result?.sustained?.points).toHaveLength(300)
    expect(result?.sustained?.points[99]).toMatchObject({ atSeconds: 100, value: 1000, powerW: 300, coreClockMhz: 2000 })
    expect(result?.sustained?.drop).toBeCloseTo(0.1)
    expect(at.benchmark.past('GPU-1', 1)[0]).toEqual(result)
    expect(at.history.markers()).toEqual([])
  })

  test('is saved on the way: a crash keeps what was measured and holds the test back next time', async () => {
    const { at, clock } = steady({ diesAt: 95 })
    const run = at.benchmark.run(asked({ gpuIds: ['GPU-1'], mode: 'sustained', minutes: 5 }))
    await clock.advance(60_000)
    const onTheWay = at.benchmark.past('GPU-1', 1)[0]
    expect(onTheWay?.sustained?.points.length).toBeGreaterThan(40)
    expect(onTheWay?.sustained?.stoppedBecause).toBe('It was still going on when this was written down.')
    expect(onTheWay?.reasons).toContain('It was still going on when this was written down.')
    expect(at.history.markers()).toMatchObject([{ workload: 'sustained-load' }])
    await clock.advance(60_000)
    const [result] = await run
    // The last word of a process that dies may be lost with it.
    expect(result?.sustained?.points.length).toBeGreaterThanOrEqual(94)
    expect(result?.sustained?.stoppedBecause).toMatch(/ended while measuring the sustained load \(signal SIGSEGV\)/)
    expect(result?.reasons.join(' ')).toMatch(/driver may have crashed/)
    const [again] = await at.benchmark.run(asked({ gpuIds: ['GPU-1'], mode: 'sustained' }))
    expect(again?.reasons.join(' ')).toMatch(/Skipped the sustained load/)
  })

  test('that lost the card is held back next time, though the worker could still say so', async () => {
    const { at, clock } = steady({ end: () => ({ tell: 'sustained', outcome: { ok: false, status: 'failed', reason: 'The driver lost the command queue (OpenCL error -36).', lost: true } }) })
    const run = at.benchmark.run(asked({ gpuIds: ['GPU-1'], mode: 'sustained', minutes: 1 }))
    await clock.advance(80_000)
    expect((await run)[0]?.reasons.join(' ')).toMatch(/-36.* It is not run again unless asked/)
    expect(at.history.markers()).toMatchObject([{ workload: 'sustained-load' }])
  })

  test('stops at the ceiling, and keeps what was measured with the reason', async () => {
    const { at, clock } = steady()
    const run = at.benchmark.run(asked({ gpuIds: ['GPU-1'], mode: 'sustained', minutes: 10, maxTemperatureC: 64 }))
    await clock.advance(140_000)
    const [result] = await run
    expect(result?.sustained?.stoppedBecause).toMatch(/^Stopped at 64 °C/)
    expect(result?.sustained?.points.length).toBeGreaterThanOrEqual(119)
    expect(result?.results[0]?.value).toBe(1000)
    expect(at.history.markers()).toEqual([])
  })

  test('cancelled by the user keeps its points too', async () => {
    const { at, clock } = steady()
    const run = at.benchmark.run(asked({ gpuIds: ['GPU-1'], mode: 'sustained', minutes: 10 }))
    await clock.advance(45_000)
    void at.benchmark.cancel()
    await clock.advance(0)
    const [result] = await run
    expect(result?.sustained?.points.length).toBeGreaterThan(30)
    expect(result?.reasons.join(' ')).toMatch(/cancelled/)
  })

  test('wrong values in the middle give no figure, an alert, and the curve until then', async () => {
    const { at, clock } = steady({ end: () => ({ tell: 'sustained', outcome: { ok: false, status: 'wrong', reason: 'The result was wrong after 300 s of work: 1 where 2 is right.' } }) })
    const run = at.benchmark.run(asked({ gpuIds: ['GPU-1'], mode: 'sustained', minutes: 5 }))
    await clock.advance(320_000)
    const [result] = await run
    expect(result?.results).toMatchObject([{ status: 'wrong', value: null }])
    expect(result?.sustained?.stoppedBecause).toMatch(/wrong after 300 s/)
    expect(at.events.map((event) => event.id)).toEqual(['benchmark-wrong-result'])
  })

  test('asks for the workload that was chosen, and refuses one that cannot be kept up', async () => {
    const { at, clock, asks } = steady()
    void at.benchmark.run(asked({ gpuIds: ['GPU-1'], mode: 'sustained', workloads: ['memory-bandwidth'], minutes: 5 }))
    await clock.advance(10_000)
    expect(asks()).toContainEqual({ ask: 'sustain', workload: 'memory-bandwidth', seconds: 300 })
    expect(whyNotPlanned({ mode: 'sustained', workloads: ['launch-latency'] })).toMatch(/"launch-latency" cannot be kept up/)
    expect(whyNotPlanned({ mode: 'sustained', workloads: ['fp32-compute', 'memory-bandwidth'] })).toMatch(/name one/)
    expect(whyNotPlanned({ mode: 'memory', workloads: ['fp32-compute'] })).toMatch(/takes no workloads/)
  })
})

test('a plan never exceeds what its mode promises', () => {
  expect(planOf(asked({ gpuIds: ['x'] })).limitMs).toBe(15_000)
  expect(planOf(asked({ gpuIds: ['x'], mode: 'full' })).limitMs).toBeLessThanOrEqual(200_000)
  expect(planOf(asked({ gpuIds: ['x'], mode: 'sustained', minutes: 60 })).sustained?.seconds).toBe(3600)
})
