/** What ends a measurement for safety's sake, and what is said of it: heat, driver resets, other users of the card, the plug, a lost card. */
import { afterEach, describe, expect, test } from 'vitest'
import type { FromWorker, ToWorker, WorkerSays } from '../../../main/benchmark/worker-messages.ts'
import type { Hold } from '../../../shared/benchmark.ts'
import type { Gpu } from '../../../shared/machine.ts'
import { unknownSample, type GpuSample } from '../../../shared/telemetry.ts'
import { answerUsual, asked, basics, card, goodWorker, scriptedWorker, stand, steppedClock, type Stand } from './support.ts'

type Told = FromWorker['tell']
const stands: Stand[] = []
afterEach(async () => {
  for (const made of stands.splice(0)) await made.end()
})

const limits = { slowdownC: 90, shutdownC: 95, targetC: 83, memoryC: 105 }

/** Cards whose samples the test tells; every card works on until it is stopped. */
function busyCards(gpus: Gpu[], changes: Partial<Parameters<typeof stand>[2]> = {}, answer: (message: ToWorker, tell: (message: WorkerSays) => void) => void = () => {}) {
  const clock = steppedClock(1_000_000)
  const listeners = new Map<string, Set<(sample: GpuSample) => void>>()
  const startedProcesses: Told[] = []
  const at = stand(
    gpus,
    () =>
      scriptedWorker((message, tell) => {
        if (answerUsual(message, tell)) return
        answer(message, tell)
        if (message.ask !== 'measure') return
        const again = (): void => {
          tell({ tell: 'progress', workload: message.workload, step: 'measuring, run 1', share: 0.1, rate: 1 })
          clock.after(400, again)
        }
        again()
      }),
    {
      clock,
      follow(gpuId, listener) {
        const heard = listeners.get(gpuId) ?? new Set()
        listeners.set(gpuId, heard.add(listener))
        queueMicrotask(() => listener({ ...unknownSample(clock.now(), 'a test'), temperatureC: 40 }))
        return () => void heard.delete(listener)
      },
      ...changes,
    },
  )
  stands.push(at)
  const tell = (gpuId: string, readings: Partial<GpuSample>): void => listeners.get(gpuId)?.forEach((listener) => listener({ ...unknownSample(clock.now(), 'a test'), temperatureC: 40, ...readings }))
  return { at, clock, tell, startedProcesses }
}

describe('heat', () => {
  test.each([
    ['three degrees under the card’s own slowdown point', card({ temperatureLimits: limits }), undefined, { temperatureC: 86 }, { temperatureC: 87 }, /^Stopped at 87 °C: the ceiling is 87 °C, 3 °C under the point at which the card slows itself down/],
    ['at 84 °C where the card tells no such point', card(), undefined, { temperatureC: 83 }, { temperatureC: 84 }, /^Stopped at 84 °C: the ceiling is 84 °C, the usual ceiling/],
    ['at the ceiling that was chosen', card({ temperatureLimits: limits }), 70, { temperatureC: 69 }, { temperatureC: 71 }, /^Stopped at 71 °C: the ceiling is 70 °C, the ceiling that was chosen/],
    ['by its memory', card({ temperatureLimits: limits }), undefined, { memoryC: 101 }, { memoryC: 102 }, /memory reached 102 °C: its ceiling is 102 °C/],
  ] as const)('stops the work at once, %s; the result says why', async (_what, gpu, maxTemperatureC, below, above, sentence) => {
    const { at, clock, tell } = busyCards([gpu])
    const run = at.benchmark.run(asked({ gpuIds: ['GPU-1'], ...(maxTemperatureC === undefined ? {} : { maxTemperatureC }) }))
    await clock.advance(5_000)
    tell('GPU-1', below)
    await clock.advance(500)
    expect(at.states.at(-1)?.now.phase).toBe('running')
    tell('GPU-1', above)
    await clock.advance(0)
    const [result] = await run
    expect(result?.reasons[0]).toMatch(sentence)
    expect(result?.conditions?.temperatureCeilingC).toBe(maxTemperatureC ?? (gpu.temperatureLimits ? 87 : 84))
    // It is no crash: nothing is held back next time.
    expect(at.history.markers()).toEqual([])
  })

  test('a card whose temperature can be read no more is worked no longer', async () => {
    const { at, clock, tell } = busyCards([card()])
    const run = at.benchmark.run(asked({ gpuIds: ['GPU-1'], mode: 'full' }))
    for (const _second of Array.from({ length: 25 })) {
      await clock.advance(1_000)
      tell('GPU-1', { temperatureC: 60 })
    }
    expect(at.states.at(-1)?.now.phase).toBe('running')
    await clock.advance(20_000)
    expect((await run)[0]?.reasons[0]).toMatch(/^Stopped, because the temperature of the card could be read before and has not been for 16 s/)
    expect(at.history.markers()).toEqual([])
  })

  test('a card that tells no temperature is measured without a ceiling, and that is said once', async () => {
    const at = stand([card()], () => goodWorker({ compute: 1, bandwidth: 1 }))
    stands.push(at)
    const [result] = await at.benchmark.run(asked({ gpuIds: ['GPU-1'] }))
    expect(basics(result).map(([, value]) => value)).toEqual([1, 1])
    expect(result?.reasons.filter((reason) => /No temperature of this card can be read/.test(reason))).toHaveLength(1)
    expect(result?.conditions?.temperatureCeilingC).toBeNull()
  })
})

describe('a driver that resets or loses the card', () => {
  const second = card({ id: 'GPU-2', pciAddress: '0000:02:00.0', name: 'The other card' })

  test('ends the whole suite, also for the cards that wait; the step is held back next time', async () => {
    const { at, clock } = busyCards([card(), second], {}, (message, tell) => {
      if (message.ask === 'measure') tell({ tell: 'measured', workload: message.workload, measured: { ok: false, status: 'failed', reason: 'Running the kernel failed: the driver lost the command queue (OpenCL error -36).', lost: true } })
    })
    const run = at.benchmark.run(asked({ gpuIds: ['GPU-1', 'GPU-2'] }))
    await clock.advance(20_000)
    const [first, other] = await run
    expect(first?.reasons[0]).toMatch(/The driver lost or reset the card during single-precision compute: .*error -36/)
    expect(other?.results).toEqual([])
    expect(other?.reasons[0]).toMatch(/not measured, because the driver had trouble with GeForce RTX 4090 in the same run: another reset could take the machine down/)
    expect(at.events.map((event) => event.id)).toEqual(['benchmark-driver-reset'])
    expect(at.history.markers()).toMatchObject([{ gpuId: 'GPU-1', workload: 'fp32-compute' }])
  })

  test('in parallel, ends the work on the other cards within the second', async () => {
    const { at, clock, tell } = busyCards([card(), second])
    const run = at.benchmark.run(asked({ gpuIds: ['GPU-1', 'GPU-2'], parallel: true }))
    await clock.advance(6_000)
    expect(at.states.at(-1)?.now).toMatchObject({ phase: 'running', cards: [{ gpuId: 'GPU-1' }, { gpuId: 'GPU-2' }], queued: [] })
    tell('GPU-1', { incidents: [{ kind: 'xid', code: 79, sentence: 'Xid 79: the card has fallen off the bus.' }] })
    await clock.advance(6_000)
    const [first, other] = await run
    expect(first?.reasons[0]).toMatch(/driver reported an error while the card was measured: Xid 79/)
    expect(other?.reasons[0]).toMatch(/Stopped, because the driver had trouble with GeForce RTX 4090/)
    expect(at.events).toMatchObject([{ id: 'benchmark-driver-reset', gpuId: 'GPU-1' }])
    // What ran when the driver complained is not run again unasked; what merely gave way is.
    expect(at.history.markers()).toMatchObject([{ gpuId: 'GPU-1', workload: 'fp32-compute' }])
  })

  test('while it is opened leaves markers for a machine that goes down, and none for one that does not', async () => {
    let asksOpening = (): void => {}
    const isOpening = new Promise<void>((resolve) => void (asksOpening = resolve))
    const at = stand([card()], () => scriptedWorker((message) => void (message.ask === 'open' && asksOpening())))
    stands.push(at)
    const run = at.benchmark.run(asked({ gpuIds: ['GPU-1'], workloads: ['fp32-compute', 'memory-bandwidth'] }))
    await isOpening
    expect(at.history.markers().map((one) => one.workload).sort()).toEqual(['fp32-compute', 'memory-bandwidth'])
    // Nor does anybody call them crashes meanwhile.
    expect(at.states.every((state) => state.crashes.length === 0)).toBe(true)
    await at.benchmark.cancel()
    await run
    expect(at.history.markers()).toEqual([])
  })

  test.each([
    ['computes wrong afterwards', { tell: 'probed', why: 'it computed 5 where 6 is right' }, /After the run GeForce RTX 4090 no longer computes right: it computed 5 where 6 is right\. Restart the machine/],
    ['does not open afterwards', { tell: 'failed', reason: 'Opening the device failed: the device is not available (OpenCL error -2).', lost: true }, /does not answer as it should: Opening the device failed/],
    ['is not found afterwards', { tell: 'failed', reason: 'It is nowhere.', isAbsent: true }, /GeForce RTX 4090 is not found any more: it was taken out, or the driver lost it/],
  ] as const)('a card that %s is told of, and no other card is begun', async (_what, answer, sentence) => {
    let probes = 0
    const at = stand([card(), second], () => {
      let isProbe = false
      return scriptedWorker((message, tell) => {
        if (message.ask === 'open') isProbe = probes++ % 2 === 1
        if (isProbe && (message.ask === 'probe' || answer.tell === 'failed')) return tell(answer)
        if (answerUsual(message, tell) || message.ask !== 'measure') return
        tell({ tell: 'measured', workload: message.workload, measured: { ok: true, value: 1, spread: 0, runs: 8, variant: 'float' } })
      })
    })
    stands.push(at)
    const [first, other] = await at.benchmark.run(asked({ gpuIds: ['GPU-1', 'GPU-2'] }))
    expect(first?.reasons.join(' ')).toMatch(sentence)
    expect(first?.verdict).toBe('unknown')
    expect(other?.reasons[0]).toMatch(/had trouble with GeForce RTX 4090/)
    expect(at.events).toMatchObject([{ id: 'benchmark-driver-reset' }])
  })

  test('a run that is cancelled before it began measures nothing', async () => {
    const startedFor: string[] = []
    const at = stand([card(), second], () =>
      scriptedWorker((message, tell) => {
        if (message.ask === 'open') startedFor.push(message.wanted.pciAddress ?? '')
        if (message.ask === 'measure') return tell({ tell: 'progress', workload: message.workload, step: 'measuring, run 1', share: 0 })
        // The look after the first run never ends by itself.
        if (message.ask !== 'probe') answerUsual(message, tell)
      }),
    )
    stands.push(at)
    await at.benchmark.start(asked({ gpuIds: ['GPU-1'] }))
    await at.until((state) => state.now.phase === 'running' && state.now.cards.some((one) => one.words === 'measuring, run 1'))
    await at.benchmark.cancel()
    const before = startedFor.length
    const run = at.benchmark.run(asked({ gpuIds: ['GPU-1', 'GPU-2'], parallel: true }))
    await at.benchmark.cancel()
    expect(await run).toEqual([])
    expect(startedFor).toHaveLength(before)
  })

  test('after a cancel the card is looked after without keeping anybody waiting', async () => {
    let opened = 0
    const at = stand([card()], () =>
      scriptedWorker((message, tell) => {
        if (message.ask === 'open') opened += 1
        if (message.ask === 'probe') return tell({ tell: 'probed', why: 'it computed 5 where 6 is right' })
        if (message.ask === 'measure') return tell({ tell: 'progress', workload: message.workload, step: 'measuring, run 1', share: 0 })
        answerUsual(message, tell)
      }),
    )
    stands.push(at)
    await at.benchmark.start(asked({ gpuIds: ['GPU-1'] }))
    await at.until((state) => state.now.phase === 'running' && state.now.cards.some((one) => one.words === 'measuring, run 1'))
    await at.benchmark.cancel()
    expect(at.states.at(-1)?.now.phase).toBe('idle')
    const state = await at.until(({ lastFailure }) => lastFailure !== null)
    expect(state.lastFailure?.sentence).toMatch(/no longer computes right/)
    expect(opened).toBe(2)
    expect(at.events).toMatchObject([{ id: 'benchmark-driver-reset' }])
  })
})

describe('what measuring gives way to', () => {
  const game: Hold = { id: 'busy', sentence: 'Another program is using the card: eldenring.exe, 87 % of the card.', until: null, canOverride: true }
  const battery: Hold = { id: 'battery', sentence: 'The machine runs on its battery.', until: null, canOverride: false }

  test.each([
    ['a game, which the user may ignore', game, /eldenring\.exe, 87 %/, true],
    ['a battery, which nobody may', battery, /battery/, false],
  ] as const)('%s', async (_what, hold, sentence, canOverride) => {
    const at = stand([card()], () => goodWorker({ compute: 1, bandwidth: 1 }), { holds: () => [hold] })
    stands.push(at)
    await expect(at.benchmark.run(asked({ gpuIds: ['GPU-1'] }))).rejects.toThrow(sentence)
    const all = at.benchmark.run(asked({ gpuIds: ['GPU-1'], evenIfBusy: true }))
    if (canOverride) expect(basics((await all)[0]).map(([, value]) => value)).toEqual([1, 1])
    else await expect(all).rejects.toThrow(sentence)
  })

  test('a card that is held gets its reason, and the others are measured', async () => {
    const at = stand([card(), card({ id: 'GPU-2', pciAddress: '0000:02:00.0' })], () => goodWorker({ compute: 1, bandwidth: 1 }), { holds: (id) => (id === 'GPU-1' ? [game] : []) })
    stands.push(at)
    const [held, measured] = await at.benchmark.run(asked({ gpuIds: ['GPU-1', 'GPU-2'] }))
    expect(held).toMatchObject({ results: [], reasons: [game.sentence] })
    expect(basics(measured).map(([, value]) => value)).toEqual([1, 1])
    expect(at.states.at(-1)?.holds).toEqual({ 'GPU-1': [game] })
  })

  test.each([
    ['a game that begins', game],
    ['the plug that is pulled', battery],
  ])('%s in the middle ends the work', async (_what, hold) => {
    const holds: Hold[] = []
    const { at, clock } = busyCards([card({ kind: 'cpu-device' })], { holds: () => holds })
    const run = at.benchmark.run(asked({ gpuIds: ['GPU-1'] }))
    await clock.advance(3_000)
    holds.push(hold)
    await clock.advance(2_000)
    expect((await run)[0]?.reasons[0]).toBe(`Stopped. ${hold.sentence}`)
    expect(at.history.markers()).toEqual([])
  })

  test('a card that is taken out in the middle', async () => {
    let isHere = true
    const only = card({ kind: 'cpu-device' })
    const { at, clock } = busyCards([only], { gpuOf: () => (isHere ? only : null) })
    const run = at.benchmark.run(asked({ gpuIds: ['GPU-1'] }))
    await clock.advance(3_000)
    isHere = false
    await clock.advance(2_000)
    expect((await run)[0]?.reasons[0]).toMatch(/Stopped, because GeForce RTX 4090 is not found any more/)
    expect(at.history.markers()).toMatchObject([{ workload: 'fp32-compute' }])
  })

  test('what holds a card is told anew when it changes, and only then', async () => {
    const holds: Hold[] = []
    const at = stand([card()], () => goodWorker({ compute: 1, bandwidth: 1 }), { holds: () => holds })
    stands.push(at)
    at.benchmark.refresh()
    const before = at.states.length
    at.benchmark.refresh()
    expect(at.states).toHaveLength(before)
    holds.push(game)
    at.benchmark.refresh()
    expect(at.states.at(-1)?.holds).toEqual({ 'GPU-1': [game] })
    holds[0] = { ...game, sentence: game.sentence.replace('87 %', '91 %') }
    at.benchmark.refresh()
    expect(at.states).toHaveLength(before + 1)
  })
})
