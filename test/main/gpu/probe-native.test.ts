/**
 * The probe in its worst hours: over a library of ours with NVML's entry points that is killed, hangs, leaks, crashes and talks
 * nonsense while cards are recorded. The app stays, says what is wrong, starts the probe again and goes on recording.
 */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test, type ExpectStatic, type TestContext } from 'vitest'
import type { SampleTurn } from '../../../shared/telemetry.ts'
import { fastClock } from '../../helpers/clocks.ts'
import { newFolder } from '../../helpers/files.ts'
import { bookInMemory, gpusOnThisMachine, type GpusInTest } from '../../helpers/gpus.ts'
import { build, canBuild } from '../../native/stub.ts'

interface Recording extends GpusInTest {
  turns: SampleTurn[]
  script(...rules: string[]): void
  /** Turns that hold a temperature of the first card, since the last call of `forget`. */
  readings(): number
  status(): string
  sentence(): string
  until(what: () => unknown, ms?: number): Promise<void>
}

/** The first of the library's cards: no other maker's card of the machine that tests run on is meant. */
const first = 'GPU-00000000-0000-0000-0000-000000000001'
const second = 'GPU-00000000-0000-0000-0000-000000000002'

/** Seconds pass three times as fast as in life; the probe's own timers do not. */
const times = 3

async function record({ expect, onTestFinished }: Pick<TestContext, 'expect' | 'onTestFinished'>, env: Record<string, string> = {}, staysOn = false): Promise<Recording> {
  const rules = join(newFolder(onTestFinished), 'rules')
  const rig = gpusOnThisMachine({ clock: fastClock(times, 20_000), steadyMs: () => performance.now() * times, staysOn, book: bookInMemory(), env: { IDLEWATT_NVML_LIBRARY: build(), STUB_DEVICES: '2', STUB_SCRIPT: rules, PATH: '/nowhere', ...env } })
  const turns: SampleTurn[] = []
  await rig.look()
  rig.gpus.record((turn) => turns.push(turn))
  const watched = (): { phase: string; sentence?: string } => (rig.gpus.watch('page', true), rig.telemetry.at(-1)?.status ?? { phase: 'none' })
  return {
    ...rig,
    turns,
    script: (...lines) => (lines.length === 0 ? rmSync(rules, { force: true }) : writeFileSync(rules, lines.join('\n'))),
    readings: () => turns.filter(({ samples }) => samples[first]?.temperatureC != null).length,
    status: () => watched().phase,
    sentence: () => watched().sentence ?? '',
    until: (what, ms = 15_000) => expect.poll(what, { timeout: ms, interval: 30 }).toBeTruthy(),
  }
}
async function end(expect: ExpectStatic, { gpus, workers }: Recording): Promise<void> {
  await gpus.stop()
  for (const { pid } of workers) await expect.poll(() => isAlive(pid!), { timeout: 5_000 }).toBe(false)
}
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
/** The others end with the look. */
const driverProbe = ({ workers }: GpusInTest): number => workers.filter(({ pid }) => isAlive(pid!)).at(-1)!.pid!
const restarts = ({ events }: GpusInTest): string[] => events.filter(({ id }) => id === 'probe-restarted').map(({ sentence }) => sentence)

const oneByOne = { concurrent: false }
// Both mostly wait, and share nothing: one beside the other.
describe.skipIf(!canBuild)('the probe while cards are recorded (skipped where gcc is absent)', { concurrent: true, timeout: 90_000 }, () => {
  test.for([
    ['SIGKILL', 'SIGKILL'],
    ['SIGSEGV', 'SIGSEGV'],
  ] as const)('killed by %s: it is started again, which is an event, and recording goes on', oneByOne, async ([signal, words], { expect, onTestFinished }) => {
    const rig = await record({ expect, onTestFinished })
    await rig.until(() => rig.readings() > 2)
    const before = rig.workers.length
    process.kill(driverProbe(rig), signal)
    await rig.until(() => restarts(rig).length > 0)
    const had = rig.readings()
    await rig.until(() => rig.readings() > had + 2)
    expect(restarts(rig)).toEqual([expect.stringMatching(new RegExp(`ended unasked.*${words}.*started again`))])
    // One more where a question was just under way: then the cards are asked one by one, once, in a process of their own.
    expect(rig.workers.length - before).toBeLessThanOrEqual(2)
    await rig.until(() => rig.status() === 'on')
    await end(expect, rig)
  })

  test('crashed by the library in the middle of a call, again and again: pauses grow, and it comes back when the library mends', oneByOne, async ({ expect, onTestFinished }) => {
    const rig = await record({ expect, onTestFinished })
    await rig.until(() => rig.readings() > 1)
    rig.script('nvmlDeviceGetPowerUsage crash')
    await rig.until(() => rig.status() === 'not-answering')
    expect(rig.sentence()).toContain('the process ended (SIGABRT)')
    await rig.until(() => restarts(rig).length >= 2, 30_000)
    expect(Object.keys(rig.turns.at(-1)!.silent)).toContain(first)
    rig.script()
    const had = rig.readings()
    await rig.until(() => rig.readings() > had + 2, 30_000)
    await end(expect, rig)
  })

  test('stopped dead: its deadline ends it, and nothing of it is left', oneByOne, async ({ expect, onTestFinished }) => {
    const rig = await record({ expect, onTestFinished })
    await rig.until(() => rig.readings() > 1)
    process.kill(driverProbe(rig), 'SIGSTOP')
    await rig.until(() => rig.status() === 'not-answering')
    const had = rig.readings()
    await rig.until(() => rig.readings() > had + 2)
    expect(restarts(rig)[0]).toMatch(/no answer within 5 s and was ended, and was started again/)
    await end(expect, rig)
  })

  test('leaking: it is ended before it takes the machine’s memory, between two samples', oneByOne, async ({ expect, onTestFinished }) => {
    const rig = await record({ expect, onTestFinished }, { STUB_LEAK: '40' })
    // A busy machine may also be too slow for an answer now and then; that is told apart.
    await rig.until(() => restarts(rig).some((sentence) => /had taken \d+ MiB of memory/.test(sentence)), 60_000)
    const had = rig.readings()
    await rig.until(() => rig.readings() > had + 2)
    expect(restarts(rig).every((sentence) => /of memory|gave no answer within/.test(sentence))).toBe(true)
    await end(expect, rig)
  })

  test('garbage from the library is no reading: nothing of it reaches a window or the history', oneByOne, async ({ expect, onTestFinished }) => {
    const rig = await record({ expect, onTestFinished })
    await rig.until(() => rig.readings() > 1)
    await end(expect, rig)
    const bad = gpusOnThisMachine({ env: { IDLEWATT_NVML_LIBRARY: build(), STUB_GARBAGE: '1', PATH: '/nowhere' } })
    const { gpus } = await bad.look()
    for (const gpu of gpus) {
      expect(gpu.name.length).toBeLessThan(200)
      expect(gpu.memoryBytes === null || gpu.memoryBytes < 2 ** 50).toBe(true)
      for (const [field, value] of Object.entries(gpu.sample ?? {})) if (typeof value === 'number' && field !== 'takenAt') expect(Number.isFinite(value) && value >= -100 && value < 2 ** 53, `${field}: ${value}`).toBe(true)
    }
    await bad.gpus.stop()
  })

  test('a driver that is updated underneath says so, and is read by a fresh process when it has mended', oneByOne, async ({ expect, onTestFinished }) => {
    const rig = await record({ expect, onTestFinished })
    await rig.until(() => rig.readings() > 1)
    const before = rig.workers.length
    rig.script('nvmlInit_v2 error 18', 'nvmlDeviceGetUtilizationRates error 1', 'nvmlDeviceGetTemperature error 1', 'nvmlDeviceGetHandleByIndex_v2 error 1', 'nvmlDeviceGetCount_v2 error 1', 'nvmlDeviceGetMemoryInfo_v2 error 1', 'nvmlDeviceGetMemoryInfo error 1', 'nvmlDeviceGetPowerUsage error 1', 'nvmlDeviceGetClockInfo error 1')
    await rig.until(() => rig.status() === 'not-answering')
    expect(rig.sentence()).toMatch(/version|mismatch|updated/i)
    rig.script()
    await rig.until(() => rig.status() === 'on', 30_000)
    expect(rig.workers.length).toBeGreaterThan(before)
    await end(expect, rig)
  })

  test('a card that is lost while it runs is said to be lost since then; the other one is read on', oneByOne, async ({ expect, onTestFinished }) => {
    const rig = await record({ expect, onTestFinished }, {}, true)
    await rig.until(() => rig.readings() > 1)
    const lost = ['nvmlDeviceGetHandleByIndex_v2', 'nvmlDeviceGetUtilizationRates', 'nvmlDeviceGetTemperature', 'nvmlDeviceGetPowerUsage', 'nvmlDeviceGetMemoryInfo_v2', 'nvmlDeviceGetMemoryInfo', 'nvmlDeviceGetClockInfo', 'nvmlDeviceGetUUID', 'nvmlDeviceGetName', 'nvmlDeviceGetFanSpeed', 'nvmlDeviceGetEncoderUtilization', 'nvmlDeviceGetDecoderUtilization']
    rig.script(...lost.map((call) => `${call}@1 error 15`))
    await rig.until(() => rig.events.some(({ id, gpuId }) => id === 'card-lost' && gpuId === second), 30_000)
    const state = rig.states.at(-1)!
    expect(state.phase === 'ready' && state.detection.gpus.find(({ id }) => id === second)).toMatchObject({ lostSince: expect.any(Number), name: 'NVIDIA GeForce RTX 3090' })
    const had = rig.readings()
    await rig.until(() => rig.readings() > had + 2)
    rig.script()
    await rig.gpus.look()
    expect(rig.events.at(-1)).toMatchObject({ id: 'card-returned', gpuId: second })
    await end(expect, rig)
  })
})

describe.skipIf(!canBuild)('the probe of a card that hangs (skipped where gcc is absent)', { concurrent: true, timeout: 90_000 }, () => {
  test('one card whose calls hang: the others flow on, it is named, tried alone in a process of its own, and comes back', async ({ expect, onTestFinished }) => {
    const rig = await record({ expect, onTestFinished }, { STUB_DEVICES: '3' })
    const third = second.replace(/2$/, '3')
    const since = (turns: SampleTurn[], from: number): number[] => [first, second, third].map((id) => turns.slice(from).filter(({ samples }) => samples[id]?.temperatureC != null).length)
    await rig.until(() => rig.readings() > 1)
    rig.script('nvmlDeviceGetUtilizationRates@1 hang')
    await rig.until(() => rig.turns.at(-1)!.silent[second]?.includes('does not answer for this card'), 25_000)
    const from = rig.turns.length
    const driver = rig.workers.length
    await rig.until(() => rig.turns.length > from + 6)
    // Every second, also while the silent card is tried again.
    expect(rig.turns.slice(from).filter(({ samples }) => Object.keys(samples).length < 2).length).toBeLessThanOrEqual(1)
    expect(Object.keys(rig.turns.at(-1)!.silent)).toEqual([second])
    await rig.until(() => rig.sentence().includes('does not answer for this card'))
    expect(rig.sentence()).toMatch(/^NVIDIA GeForce RTX 3090 at 0000:\S+ gives no readings: the driver does not answer for this card \(no answer within 5 s\)\. The other cards are read on/)
    // Tried once more, alone: the others do not notice.
    await rig.until(() => rig.workers.length > driver, 25_000)
    const told = restarts(rig).length
    const tried = rig.turns.length
    await rig.until(() => rig.turns.length > tried + 6)
    expect(since(rig.turns, tried)).toEqual([expect.toSatisfy((count: number) => count >= 6), 0, expect.toSatisfy((count: number) => count >= 6)])
    expect(restarts(rig)).toHaveLength(told)
    rig.script()
    await rig.until(() => rig.turns.at(-1)!.samples[second]?.temperatureC != null, 40_000)
    expect(rig.turns.at(-1)!.silent).toEqual({})
    await rig.until(() => rig.status() === 'on')
    expect(rig.workers.filter(({ pid }) => isAlive(pid!)).length).toBeLessThanOrEqual(2)
    await end(expect, rig)
  })
})
