/** Nothing that a library wrote over in the probe's memory reaches the app: what comes out of it is checked. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkedAnswer, checkedSamples } from '../../../main/gpu/answer-check.ts'
import { createProbe } from '../../../main/gpu/probe.ts'
import type { ProbeQuestion } from '../../../main/gpu/probe-messages.ts'
import { sampleOf } from '../../../main/gpu/reading.ts'
import { absent, answered, blankCard } from '../../../main/gpu/vendor.ts'
import { createLog } from '../../../main/system/log.ts'
import { handClock } from '../../helpers/clocks.ts'
import { gpusOn, machineOf, workerThatAnswers } from '../../helpers/gpus.ts'

const at = Date.UTC(2026, 10, 23)
const sample = (): Record<string, unknown> => sampleOf(at, { readings: { temperatureC: { value: 61 } }, throttle: { value: [] }, processes: { value: [] }, fans: { value: [] }, otherwise: 'not told' }) as unknown as Record<string, unknown>

describe('samples', () => {
  test('a reading that is no number is unknown, with a reason; the others stay', () => {
    const [seen] = checkedSamples([{ uuid: 'GPU-1', pciAddress: null, sample: { ...sample(), powerW: Number.NaN, fan: 'fast', throttle: 7, processes: [{ pid: 'x' }], fans: null } }])!
    expect(seen!.sample).toMatchObject({ temperatureC: 61, powerW: null, fan: null, throttle: null, processes: [], fans: [] })
    for (const field of ['throttle', 'processes', 'fans']) expect(seen!.sample.unknown[field]).toContain('no reading')
    for (const field of ['powerW', 'fan']) expect(seen!.sample.unknown[field]).toBeTruthy()
  })
  test.each([[null], ['[]'], [{}], [[7]], [[{ uuid: 1, pciAddress: null, sample: sample() }]], [[{ uuid: null, pciAddress: null, sample: { takenAt: 'now' } }]], [new Array(5000).fill({})]])('%j are none', (raw) => {
    expect(checkedSamples(raw)).toBeNull()
  })
})

describe('a layer’s answer', () => {
  test('a detail that is wrong is lost alone', () => {
    const card = { ...blankCard('nvml'), uuid: 'GPU-1', name: 'NVIDIA H200', memoryBytes: -5, powerLimitW: 'much', sample: sample() }
    expect(checkedAnswer({ ...answered('nvml', [card as never]) })!.cards).toMatchObject([{ uuid: 'GPU-1', name: 'NVIDIA H200', memoryBytes: null, powerLimitW: null, sample: { temperatureC: 61 } }])
  })
  test.each([[null], [7], [{ layer: 'nvml', state: 'fine', cards: [], problems: [] }], [{ layer: 'nvml', state: 'answered', cards: [{ uuid: {} }], problems: [] }], [{ layer: 'nvml', state: 'answered', cards: 'many', problems: [] }]])('%j is none', (raw) => {
    expect(checkedAnswer(raw)).toBeNull()
  })
})

test('an empty id is none', () => {
  const card = { ...blankCard('nvml'), uuid: '', pciAddress: ' ', name: 'NVIDIA H200' }
  expect(checkedAnswer({ ...answered('nvml', [card as never]) })!.cards).toMatchObject([{ uuid: null, pciAddress: null, name: 'NVIDIA H200' }])
})

test('whatever a card is made of, it is either refused or a card that can be shown', async () => {
  const fields = Object.keys(blankCard('nvml'))
  const nonsense = fc.dictionary(fc.constantFrom(...fields), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 })
  await fc.assert(
    fc.asyncProperty(fc.array(nonsense, { minLength: 1, maxLength: 3 }), async (cards) => {
      const raw = { ...answered('nvml', []), cards: cards.map((parts, place) => ({ ...blankCard('nvml'), uuid: `GPU-${place}`, vendor: 'nvidia', name: 'NVIDIA H200', sample: sample(), ...parts })) }
      if (checkedAnswer(structuredClone(raw)) === null) return
      const rig = gpusOn(machineOf({ recorded: null, files: { '/sys/bus/pci/devices/0000:00:00.0/class': '0x060000' } }), { startWorker: () => workerThatAnswers((question) => (question.kind === 'detect' && question.layer === 'nvml' ? structuredClone(raw) : question.kind === 'detect' ? absent(question.layer) : [])) })
      const { gpus } = await rig.look()
      await rig.gpus.stop()
      expect(gpus.length).toBeGreaterThan(0)
      for (const gpu of gpus) {
        for (const text of [gpu.id, gpu.name]) expect(typeof text === 'string' && text !== '').toBe(true)
        for (const field of ['fanCount', 'coreClockMaxMhz', 'powerLimitW', 'memoryBytes'] as const) expect(gpu[field] === null || Number.isFinite(gpu[field])).toBe(true)
        for (const field of ['temperatureLimits', 'retiredPages', 'remappedRows', 'attachment', 'mig', 'opencl'] as const) expect(gpu[field] === null || (typeof gpu[field] === 'object' && !Array.isArray(gpu[field]))).toBe(true)
        expect(gpu.nvlinks === null || gpu.nvlinks.every((link) => Number.isFinite(link.link))).toBe(true)
        expect(gpu.problems.every(({ id, sentence }) => typeof id === 'string' && typeof sentence === 'string')).toBe(true)
        expect(new Set(gpus.map(({ id }) => id)).size).toBe(gpus.length)
      }
    }),
    { numRuns: 150 },
  )
})

test('a probe that talks nonsense is ended, and the next question starts a new one and says why', async () => {
  const clock = handClock()
  const told: string[] = []
  let started = 0
  const probe = createProbe({
    reads: 'the driver',
    startWorker: () => (started++, workerThatAnswers(() => (started === 1 ? { cards: 'nonsense' } : answered('nvml', [])))),
    clock,
    steadyMs: clock.now,
    log: createLog('silent', () => {}),
    onRestarted: (sentence) => told.push(sentence),
  })
  const question: ProbeQuestion = { kind: 'detect', layer: 'nvml', at }
  await expect(probe.ask(question, 1_000)).rejects.toMatchObject({ kind: 'failed' })
  await expect(probe.ask(question, 1_000)).resolves.toMatchObject({ state: 'answered' })
  expect(told).toEqual(['The process that reads the driver gave an answer that makes no sense and was ended, and was started again.'])
  await probe.end()
  expect(clock.pending()).toBe(0)
})
