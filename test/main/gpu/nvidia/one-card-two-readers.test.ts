/** A recorded DGX Spark holds what NVML and nvidia-smi said of its GB10 at one moment: both must come to the same card. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createNvmlReader } from '../../../../main/gpu/nvidia/nvml-reader.ts'
import { recordedNvml } from '../../../../main/gpu/nvidia/nvml-recorded.ts'
import { parseSmi } from '../../../../main/gpu/nvidia/smi.ts'
import { fastClock } from '../../../helpers/clocks.ts'
import { gpusOnRecording, machineFolder } from '../../../helpers/gpus.ts'

const at = Date.UTC(2026, 10, 22)
const recorded = (name: string): string => readFileSync(join(machineFolder('dgx-spark'), name), 'utf8')
const without = (from: object, names: string[]): object => Object.fromEntries(Object.entries(from).filter(([name]) => !names.includes(name)))

describe('a chip that is processor and graphics in one', () => {
  const byNvml = createNvmlReader(recordedNvml(JSON.parse(recorded('nvml.json')))!, { wddm: false }).cards(at)[0]!
  const bySmi = parseSmi(recorded('nvidia-smi.xml'), at).cards[0]!

  test('both readers say the same of it', () => {
    // What nvidia-smi has no words for.
    expect(without(bySmi, ['layer', 'cudaComputeCapability', 'nvlinks', 'sample'])).toEqual(without(byNvml, ['layer', 'cudaComputeCapability', 'nvlinks', 'sample']))
    const only = ['energyJ', 'processes', 'unknown']
    expect(without(bySmi.sample!, only)).toEqual(without(byNvml.sample!, only))
    expect(bySmi.sample!.processes).toEqual(byNvml.sample!.processes.map((process) => without(process, ['utilisation'])))
  })

  test('its user sees a card without memory of its own, and why; nothing is wrong with it', async () => {
    const { gpus, problems } = await gpusOnRecording('dgx-spark', fastClock(50)).look()
    expect(gpus).toHaveLength(1)
    expect(gpus[0]).toMatchObject({ pciAddress: '000f:01:00.0', pciDeviceId: '10de:2e12', architecture: 'Blackwell', memoryBytes: null, isIntegrated: true, attachment: { kind: 'integrated' }, disagreements: [], drivesDisplay: false })
    expect(gpus[0]!.sample).toMatchObject({ powerW: 48.31, temperatureC: 62, utilisation: 0.93, memoryUsedBytes: null, fan: null, throttle: [], processes: [{ name: '/usr/local/bin/python' }] })
    expect(gpus[0]!.sample!.unknown['memoryUsedBytes']).toContain('the machine’s')
    expect(problems).toEqual([])
  })
})
