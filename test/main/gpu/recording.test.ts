/** Recording: a turn a second of every card that is here, whoever looks, and what one silent driver must not cost the others. */
import { describe, expect, test } from 'vitest'
import { parseSmi } from '../../../main/gpu/nvidia/smi.ts'
import type { ToProbe } from '../../../main/gpu/probe-messages.ts'
import { absent, answered } from '../../../main/gpu/vendor.ts'
import type { WorkerHandle } from '../../../main/host.ts'
import { unknownFacts } from '../../../main/system/machine-facts.ts'
import type { CommandResult, MachineSource } from '../../../main/system/machine-source.ts'
import type { DetectionLayer } from '../../../shared/machine.ts'
import type { SampleTurn } from '../../../shared/telemetry.ts'
import { handClock } from '../../helpers/clocks.ts'
import { gpusOn, machineOf, workerThatAnswers } from '../../helpers/gpus.ts'

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

  test('a listener that throws ends nobody else’s samples, nor its own', async () => {
    const clock = handClock()
    const { gpus } = gpusOn(mixed(async () => done(smi('61 C'))), { clock })
    await gpus.look()
    const turns: SampleTurn[] = []
    let thrown = 0
    gpus.record(() => {
      thrown += 1
      throw new Error('a fault of ours')
    })
    gpus.record((turn) => turns.push(turn))
    await clock.advance(3_000)
    expect([thrown, turns.length]).toEqual([4, 4])
    await gpus.stop()
  })

  test('a viewer who goes without a word leaves nothing on show, though the cards are recorded on', async () => {
    const clock = handClock()
    const { gpus, telemetry } = gpusOn(mixed(async () => done(smi('61 C'))), { clock })
    await gpus.look()
    gpus.record(() => {})
    gpus.watch('page', true)
    await clock.advance(15_000)
    expect(telemetry.at(-1)).toEqual({ samples: {}, status: { phase: 'off' } })
    const pushed = telemetry.length
    await clock.advance(60_000)
    expect(telemetry).toHaveLength(pushed)
    await gpus.stop()
  })

  test('who begins to look while a driver is silent is told so at once', async () => {
    const clock = handClock()
    let isSilent = false
    const { gpus, telemetry } = gpusOn(mixed(() => (isSilent ? new Promise(() => {}) : Promise.resolve(done(smi('61 C'))))), { clock })
    await gpus.look()
    gpus.record(() => {})
    await clock.advance(3_000)
    isSilent = true
    await clock.advance(5_500)
    gpus.watch('page', true)
    expect(telemetry.at(-1)!.status).toMatchObject({ phase: 'not-answering', sentence: expect.stringContaining('GeForce RTX 3090') })
    void gpus.stop()
  })

  test('a driver that takes three seconds every time is slow, not silent', async () => {
    const clock = handClock()
    let delayMs = 0
    const { gpus, telemetry } = gpusOn(mixed(() => new Promise((ready) => void clock.after(delayMs, () => ready(done(smi('61 C')))))), { clock })
    const look = gpus.look()
    await clock.advance(100)
    await look
    delayMs = 3_000
    gpus.watch('page', true)
    await clock.advance(4_000)
    telemetry.length = 0
    for (let seconds = 0; seconds < 30; seconds++) {
      gpus.watch('page', true)
      await clock.advance(1_000)
    }
    expect(new Set(telemetry.map(({ status }) => status.phase))).toEqual(new Set(['on']))
    void gpus.stop()
  })

  test('OpenCL that hangs during a look keeps nobody’s samples back; a driver that does is named', async () => {
    const clock = handClock()
    let hangs = ''
    const [gpu] = parseSmi(smi('61 C'), clock.now()).cards
    // A process that answers what it can: what hangs gets no answer, and no other question is held up by it here.
    const startWorker = (): WorkerHandle => {
      const worker = workerThatAnswers((question) => {
        if (question.kind === 'detect') return question.layer === 'nvml' ? answered('nvml', [gpu!].map((card) => ({ ...card, layer: 'nvml' as const }))) : absent(question.layer as DetectionLayer)
        return [{ uuid: gpu!.uuid, pciAddress: gpu!.pciAddress, sample: { ...gpu!.sample!, takenAt: clock.now() } }]
      })
      return {
        ...worker,
        send(message) {
          const told = message as ToProbe
          if (told.kind === 'stop' || told.question.kind !== 'detect' || told.question.layer !== hangs) worker.send(message)
        },
      }
    }
    const { gpus } = gpusOn(machineOf({ recorded: null, files: { '/sys/bus/pci/devices/0000:00:00.0/class': '0x060000' } }), { clock, startWorker })
    await gpus.look()
    const turns: SampleTurn[] = []
    gpus.record((turn) => turns.push(turn))
    await clock.advance(1_000)
    for (const [layer, expected] of [['opencl', 'samples'], ['nvml', 'silence']] as const) {
      hangs = layer
      turns.length = 0
      const look = gpus.look()
      await clock.advance(15_000)
      if (expected === 'samples') expect(turns.filter(({ samples }) => samples['GPU-1']).length).toBeGreaterThanOrEqual(14)
      else expect(turns.at(-1)!.silent['GPU-1']).toMatch(/no answer for 1\d s/)
      await clock.advance(10_000)
      await look
    }
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
    expect(JSON.stringify(shown.status).match(/is not answering/g)).toHaveLength(1)
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
