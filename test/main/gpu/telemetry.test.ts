/** Telemetry: once a second while somebody looks, off otherwise, and a state where the driver falls silent. */
import { describe, expect, test } from 'vitest'
import { backOffMs } from '../../../main/gpu/reader.ts'
import { fillSample } from '../../../main/gpu/fill-sample.ts'
import { sampleOf } from '../../../main/gpu/reading.ts'
import { unknownSample, type GpuSample } from '../../../shared/telemetry.ts'
import { handClock } from '../../helpers/clocks.ts'
import { gpusOn, gpusOnRecording, machineFolder } from '../../helpers/gpus.ts'
import { openRecordedMachine } from '../../../main/system/recorded-machine.ts'
import type { CommandResult, MachineSource } from '../../../main/system/machine-source.ts'

const card = 'GPU-4c1f2b9e-7a35-4d0c-9b1e-52f6c08a7d31'

describe('who looks', () => {
  test('nothing is sampled until somebody looks; then once a second; the lease of 10 s runs out', async () => {
    const clock = handClock()
    const { gpus, telemetry } = gpusOnRecording('rtx-4090-windows', clock)
    await gpus.look()
    await clock.advance(5_000)
    expect(telemetry).toEqual([])

    gpus.watch('page', true)
    await clock.advance(0)
    expect(telemetry.at(-1)!.status).toEqual({ phase: 'on', since: clock.now() })
    await clock.advance(3_000)
    expect(telemetry).toHaveLength(4)
    // The recording answers in turn: idle at the look and the first second, then at work.
    expect(telemetry.map(({ samples }) => samples[card]!.utilisation)).toEqual([0.03, 0.97, 0.99, 0.99])
    expect(telemetry.at(-1)!.samples[card]).toMatchObject({ powerW: 431.9, throttle: ['sw_power_cap'], takenAt: clock.now() })

    await clock.advance(20_000)
    expect(telemetry.at(-1)).toEqual({ samples: {}, status: { phase: 'off' } })
    expect(telemetry.length).toBeLessThan(4 + 9)
    await gpus.stop()
    expect(clock.pending()).toBe(0)
  })

  test('a viewer who goes ends it at once; another keeps it on', async () => {
    const clock = handClock()
    const { gpus, telemetry } = gpusOnRecording('rtx-3050', clock)
    await gpus.look()
    gpus.watch('one', true)
    gpus.watch('other', true)
    await clock.advance(0)
    gpus.watch('one', false)
    expect(telemetry.at(-1)!.status.phase).toBe('on')
    gpus.watch('other', false)
    expect(telemetry.at(-1)!.status.phase).toBe('off')
    await gpus.stop()
  })

  test('following one card gives its samples to the follower and pushes nothing', async () => {
    const clock = handClock()
    const { gpus, telemetry } = gpusOnRecording('rtx-4090-windows', clock)
    await gpus.look()
    const watts: (number | null)[] = []
    const release = gpus.follow(card, (sample: GpuSample) => watts.push(sample.powerW))
    await clock.advance(2_000)
    release()
    await clock.advance(5_000)
    expect(watts).toEqual([21.47, 388.12, 431.9])
    expect(telemetry).toEqual([])
    await gpus.stop()
  })

  test('eight cards by NVML, each with its own reading; a card without readings says why', async () => {
    const clock = handClock()
    const rig = gpusOnRecording('eight-h200', clock)
    const { gpus: cards } = await rig.look()
    rig.gpus.watch('page', true)
    await clock.advance(0)
    expect(Object.keys(rig.telemetry.at(-1)!.samples).sort()).toEqual(cards.map(({ id }) => id).sort())
    await rig.gpus.stop()

    const laptop = gpusOnRecording('laptop-intel-rtx-4070', clock)
    await laptop.look()
    laptop.gpus.watch('page', true)
    await clock.advance(0)
    const intel = laptop.telemetry.at(-1)!.samples['pci:0000:00:02.0:8086:a7a0']!
    expect([intel.powerW, intel.unknown['all']]).toEqual([null, expect.stringContaining('no driver')])
    await laptop.gpus.stop()
  })
})

describe('a driver that falls silent', () => {
  test('is a state with the last samples and the time of the next try; later tries come less often, and it comes back', async () => {
    const clock = handClock()
    const recorded = openRecordedMachine(machineFolder('two-rtx-3090-linux'), clock)
    let isSilent = false
    const source: MachineSource = {
      ...recorded,
      async run(program, args, options): Promise<CommandResult> {
        return isSilent ? { kind: 'timed-out', afterMs: options.timeoutMs } : recorded.run(program, args, options)
      },
    }
    const { gpus, telemetry } = gpusOn(source, { clock })
    await gpus.look()
    gpus.watch('page', true)
    await clock.advance(0)
    expect(Object.keys(telemetry.at(-1)!.samples)).toHaveLength(2)

    isSilent = true
    await clock.advance(1_000)
    const silent = telemetry.at(-1)!
    expect(silent.status).toMatchObject({ phase: 'not-answering', since: clock.now(), retryAt: clock.now() + 2_000 })
    expect(Object.keys(silent.samples)).toHaveLength(2)
    const since = clock.now()
    gpus.watch('page', true)
    await clock.advance(6_000)
    expect(telemetry.at(-1)!.status).toMatchObject({ phase: 'not-answering', since, retryAt: since + 2_000 + 4_000 + 8_000 })

    isSilent = false
    gpus.watch('page', true)
    await clock.advance(8_000)
    expect(telemetry.at(-1)!.status.phase).toBe('on')
    await gpus.stop()
  })

  test('the pause doubles from 2 s to a minute', () => {
    expect([1, 2, 3, 5, 6, 20].map(backOffMs)).toEqual([2_000, 4_000, 8_000, 32_000, 60_000, 60_000])
  })
})

describe('what one layer leaves out', () => {
  const at = Date.UTC(2026, 10, 23)
  test('is filled by the next, and only that', () => {
    const own = sampleOf(at, { readings: { utilisation: { value: 0.5 } }, processes: { value: [{ pid: 4, name: 'game', memoryBytes: null, ours: null }] }, otherwise: 'not told' })
    const more = sampleOf(at, { readings: { utilisation: { value: 0.9 }, memoryUsedBytes: { value: 7 } }, processes: { value: [{ pid: 4, name: 'game.exe', memoryBytes: 3, ours: null }, { pid: 5, name: 'dwm', memoryBytes: 2, ours: null }] }, otherwise: 'no' })
    const filled = fillSample(own, [more])
    expect(filled).toMatchObject({ utilisation: 0.5, memoryUsedBytes: 7, temperatureC: null })
    expect(filled.processes.map(({ pid, name, memoryBytes }) => [pid, name, memoryBytes])).toEqual([[4, 'game', 3], [5, 'dwm', 2]])
    expect([filled.unknown['memoryUsedBytes'], filled.unknown['temperatureC']]).toEqual([undefined, 'not told'])
    expect(own.memoryUsedBytes).toBeNull()
  })
  test('a reason for everything stays a reason for the rest', () => {
    const filled = fillSample(unknownSample(at, 'asleep'), [sampleOf(at, { readings: { temperatureC: { value: 40 } }, otherwise: 'no' })])
    expect(filled).toMatchObject({ temperatureC: 40, powerW: null, unknown: { powerW: 'asleep', throttle: 'asleep', processes: 'asleep', fans: 'asleep', performanceState: 'asleep' } })
    expect(filled.unknown['temperatureC']).toBeUndefined()
  })
})
