/** Telemetry: once a second while somebody looks, off otherwise, and a state where the driver falls silent. */
import { describe, expect, test } from 'vitest'
import { backOffMs } from '../../../main/gpu/reader.ts'
import { fillSample } from '../../../main/gpu/fill-sample.ts'
import { parseSmi } from '../../../main/gpu/nvidia/smi.ts'
import { sampleOf } from '../../../main/gpu/reading.ts'
import { absent, answered } from '../../../main/gpu/vendor.ts'
import { unknownFacts } from '../../../main/system/machine-facts.ts'
import type { DetectionLayer } from '../../../shared/machine.ts'
import { unknownSample, type GpuSample, type SampleTurn } from '../../../shared/telemetry.ts'
import { handClock } from '../../helpers/clocks.ts'
import { gpusOn, gpusOnRecording, machineFolder, machineOf, workerThatAnswers } from '../../helpers/gpus.ts'
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

describe('recording', () => {
  const drm = '/sys/class/drm/card1'
  const radeon: Record<string, string> = {
    [`${drm}/device/vendor`]: '0x1002',
    [`${drm}/device/device`]: '0x744c',
    [`${drm}/device/class`]: '0x030000',
    [`${drm}/device/uevent`]: 'DRIVER=amdgpu\nPCI_SLOT_NAME=0000:0b:00.0',
    [`${drm}/device/unique_id`]: '9f3c17a05be2d846',
    [`${drm}/device/mem_info_vram_total`]: '25753026560',
    [`${drm}/device/mem_info_vram_used`]: '1289342976',
    [`${drm}/device/gpu_busy_percent`]: '7',
    [`${drm}/device/hwmon/hwmon3/name`]: 'amdgpu',
    [`${drm}/device/hwmon/hwmon3/temp1_input`]: '46000',
    [`${drm}/device/hwmon/hwmon3/temp1_label`]: 'edge',
  }
  const smi = (temperature: string): string =>
    `<nvidia_smi_log><driver_version>570.1</driver_version><gpu id="00000000:01:00.0"><product_name>NVIDIA GeForce RTX 3090</product_name><uuid>GPU-1</uuid><fb_memory_usage><total>24576 MiB</total><used>100 MiB</used></fb_memory_usage><utilization><gpu_util>5 %</gpu_util></utilization><temperature><gpu_temp>${temperature}</gpu_temp></temperature></gpu></nvidia_smi_log>`
  const mixed = (nvidia: () => Promise<CommandResult>): MachineSource => ({ ...machineOf({ files: radeon }), run: async (program) => (program === 'nvidia-smi' ? nvidia() : { kind: 'not-found' }) })
  const done = (stdout: string): CommandResult => ({ kind: 'done', exitCode: 0, stdout, stderr: '' })

  test('a turn a second for every card that is here, whoever looks, and nothing is pushed', async () => {
    const clock = handClock()
    const { gpus, telemetry } = gpusOn(mixed(async () => done(smi('61 C'))), { clock })
    await gpus.look()
    const turns: SampleTurn[] = []
    const release = gpus.record((turn) => turns.push(turn))
    await clock.advance(5_000)
    expect(turns).toHaveLength(6)
    expect(turns.map(({ steadyMs }, index) => steadyMs - turns[0]!.steadyMs - index * 1_000)).toEqual([0, 0, 0, 0, 0, 0])
    expect(Object.keys(turns[5]!.samples).sort()).toEqual(['9f3c17a05be2d846', 'GPU-1'])
    expect(turns[5]).toMatchObject({ at: clock.now(), silent: {} })
    expect(telemetry).toEqual([])
    release()
    await clock.advance(5_000)
    expect(turns).toHaveLength(6)
    await gpus.stop()
    expect(clock.pending()).toBe(0)
  })

  test('who begins to look while cards are recorded sees them at once', async () => {
    const clock = handClock()
    const { gpus, telemetry } = gpusOn(mixed(async () => done(smi('61 C'))), { clock })
    await gpus.look()
    gpus.record(() => {})
    await clock.advance(2_400)
    gpus.watch('page', true)
    expect(Object.keys(telemetry.at(-1)!.samples)).toHaveLength(2)
    await gpus.stop()
  })

  test.each([
    ['fails', async (): Promise<CommandResult> => ({ kind: 'timed-out', afterMs: 15_000 })],
    ['never returns', (): Promise<CommandResult> => new Promise(() => {})],
  ])('one driver that %s holds up no other maker’s cards, and is named', async (_, silence) => {
    const clock = handClock()
    let isSilent = false
    const { gpus, telemetry } = gpusOn(mixed(async () => (isSilent ? silence() : done(smi('61 C')))), { clock })
    await gpus.look()
    const turns: SampleTurn[] = []
    gpus.record((turn) => turns.push(turn))
    gpus.watch('page', true)
    await clock.advance(1_000)
    isSilent = true
    turns.length = 0
    await clock.advance(8_000)
    expect(turns.filter(({ samples }) => samples['9f3c17a05be2d846'])).toHaveLength(8)
    expect(turns.filter(({ samples }) => samples['GPU-1'])).toEqual([])
    expect(Object.keys(turns.at(-1)!.silent)).toEqual(['GPU-1'])
    const shown = telemetry.at(-1)!
    expect(shown.status).toMatchObject({ phase: 'not-answering', sentence: expect.stringContaining('GeForce RTX 3090') })
    expect([shown.samples['9f3c17a05be2d846']!.takenAt, shown.samples['GPU-1']!.temperatureC]).toEqual([clock.now(), 61])
    void gpus.stop()
  })

  test('on a living machine nvidia-smi is started every 10 s for the history, and each second for somebody who looks', async () => {
    const clock = handClock()
    let runs = 0
    const startWorker = () =>
      workerThatAnswers((question) => {
        if (question.layer !== 'nvidia-smi') return question.kind === 'detect' ? absent(question.layer as DetectionLayer) : []
        runs += 1
        const [gpu] = parseSmi(smi('61 C'), clock.now()).cards
        return question.kind === 'detect' ? answered('nvidia-smi', [gpu!]) : [{ uuid: gpu!.uuid, pciAddress: gpu!.pciAddress, sample: gpu!.sample }]
      })
    const { gpus } = gpusOn(machineOf({ recorded: null }), { clock, startWorker })
    await gpus.look()
    runs = 0
    gpus.record(() => {})
    await clock.advance(60_000)
    expect(runs).toBeGreaterThanOrEqual(6)
    expect(runs).toBeLessThanOrEqual(7)
    gpus.watch('page', true)
    runs = 0
    await clock.advance(5_000)
    expect(runs).toBeGreaterThanOrEqual(5)
    await gpus.stop()
  })

  test('a sleeping laptop card is not woken for the history, but for somebody who looks', async () => {
    const clock = handClock()
    const files = { ...radeon, '/sys/bus/pci/devices/0000:0b:00.0/power/runtime_status': 'active\n', '/sys/class/dmi/id/chassis_type': '10\n' }
    let reads = 0
    const machine = machineOf({ files })
    const laptop = { kind: 'bare-metal' as const, name: null, isLaptop: true, onBattery: true, remoteSession: null, sentence: 'A laptop.', evidence: [] }
    const source: MachineSource = {
      ...machine,
      facts: async () => ({ ...unknownFacts, surroundings: laptop }),
      readFile: async (path) => ((reads += path.endsWith('gpu_busy_percent') ? 1 : 0), path.endsWith('gpu_busy_percent') ? '0' : machine.readFile(path)),
    }
    const { gpus } = gpusOn(source, { clock })
    await gpus.look()
    gpus.record(() => {})
    await clock.advance(20_000)
    expect(reads).toBeGreaterThan(15)
    await clock.advance(25_000)
    files['/sys/bus/pci/devices/0000:0b:00.0/power/runtime_status'] = 'suspended\n'
    reads = 0
    await clock.advance(120_000)
    expect(reads).toBe(0)
    gpus.watch('page', true)
    await clock.advance(2_000)
    expect(reads).toBeGreaterThan(0)
    await gpus.stop()
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
    expect(filled).toMatchObject({ temperatureC: 40, powerW: null, unknown: { powerW: 'asleep', throttle: 'asleep' } })
    expect(filled.unknown['temperatureC']).toBeUndefined()
  })
})
