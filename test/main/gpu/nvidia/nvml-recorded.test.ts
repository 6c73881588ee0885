/** Recordings of NVML: the new questions, dumps that read back the same, and recordings made by hand. */
import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { dumpNvml } from '../../../../main/gpu/nvidia/nvml-dump.ts'
import { createNvmlReader, NvmlGone } from '../../../../main/gpu/nvidia/nvml-reader.ts'
import { nvmlKeys, recordedNvml } from '../../../../main/gpu/nvidia/nvml-recorded.ts'
import { machineFolder } from '../../../helpers/gpus.ts'

const at = Date.UTC(2026, 10, 23)
const recorded = (raw: unknown) => recordedNvml(raw)!
const read = (raw: unknown) => createNvmlReader(recorded(raw), { wddm: false })

describe('a dump', () => {
  test('of a recorded machine reads back the same cards and samples', () => {
    const raw: unknown = JSON.parse(readFileSync(join(machineFolder('eight-h200'), 'nvml.json'), 'utf8'))
    const dump = JSON.parse(JSON.stringify(dumpNvml(recorded(raw)))) as { devices: Record<string, unknown>[] }
    expect(read(dump).cards(at)).toEqual(read(raw).cards(at))
    expect(Object.keys(dump.devices[0]!).sort()).toEqual([...nvmlKeys].sort())
    expect(dump.devices[0]!['fans']).toEqual({ error: 3 })
  })
  test('of a driver that does not start holds the code alone', () => {
    expect(dumpNvml(recorded({ init: 18 }))).toEqual({ init: 18, devices: [] })
  })
  test('of a card that is lost holds its code', () => {
    expect(dumpNvml(recorded({ devices: [{ error: 15 }] }))).toMatchObject({ devices: [{ error: 15 }] })
  })
})

describe('recordings', () => {
  test('an Xid is told once', () => {
    const reader = read({ devices: [{ uuid: 'GPU-a', xids: [79] }, { uuid: 'GPU-b', xids: 'none' }] })
    const told = () => reader.samples(at, null).map(({ sample }) => sample.incidents.map(({ code }) => code))
    expect([told(), told()]).toEqual([[[79], []], [[], []]])
  })
  test('values of the wrong kind are unknown', () => {
    const [card] = read({ devices: [{ name: 7, fans: ['fast'], nvlinks: 'many', remappedRows: { correctable: '1' }, temperatureC: '61', processUtilization: [{ pid: 1 }] }] }).cards(at)
    expect(card).toMatchObject({ name: null, nvlinks: null, remappedRows: null, sample: { temperatureC: null, fans: [], fan: null } })
  })
  test('what entries of lists leave out is unknown', () => {
    const [card] = read({ devices: [{ migEnabled: true, migInstances: [{ index: 0 }], nvlinks: [{ link: 0, isActive: 'yes' }], computeProcesses: [{ pid: 5 }] }] }).cards(at)
    expect(card!.nvlinks).toEqual([{ link: 0, isActive: null, version: null, remotePciAddress: null }])
    expect(card!.mig!.instances).toEqual([{ index: 0, gpuInstanceId: null, computeInstanceId: null, memoryBytes: null, multiprocessors: null }])
    expect(card!.sample!.processes).toMatchObject([{ pid: 5, name: 'unknown program', memoryBytes: null }])
  })
  test('anything at all in place of the answers: finite numbers or unknown, and no exception', () => {
    const device = fc.dictionary(fc.constantFrom(...nvmlKeys, 'error', 'xids'), fc.oneof(fc.jsonValue(), fc.integer(), fc.double(), fc.constant({ error: 15 }), fc.constant({ error: 18 })))
    fc.assert(
      fc.property(fc.array(device, { maxLength: 3 }), (devices) => {
        const reader = read({ devices })
        for (const card of reader.cards(at)) {
          for (const value of [...Object.values(card), ...Object.values(card.sample ?? {})]) if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true)
        }
        try {
          reader.samples(at, null)
        } catch (error) {
          expect(error).toBeInstanceOf(NvmlGone)
        }
      }),
      { numRuns: 500 },
    )
  })
  test('a driver that knows no fans does not say that there are none', () => {
    const [card] = read({ devices: [{ name: 'H100', fanCount: { error: 3 }, fans: { error: 3 } }] }).cards(at)
    expect(card).toMatchObject({ fanCount: null, sample: { fan: null, fans: [] } })
    expect(card!.sample!.unknown['fan']).toContain('does not support')
    expect(read({ devices: [{ name: 'L40S', fanCount: 0, fans: { error: 3 } }] }).cards(at)[0]!.fanCount).toBe(0)
  })
})

describe('a worn machine in depth', () => {
  const raw: unknown = JSON.parse(readFileSync(join(machineFolder('a100-nvlink-worn'), 'nvml.json'), 'utf8'))
  test('two cards on NVLink, one of them hot, narrowed, and with rows to replace', () => {
    const [well, worn] = read(raw).cards(at)
    expect(well).toMatchObject({ architecture: 'Ampere', temperatureLimits: { slowdownC: 89, shutdownC: 92, memoryC: 95 }, sample: { throttle: [], pcieLanes: 16 } })
    expect(worn).toMatchObject({ remappedRows: { pending: true, uncorrectable: 1 }, sample: { throttle: ['hw_slowdown', 'sw_thermal_slowdown', 'hw_thermal_slowdown'], pcieLanes: 8, eccUncorrected: 1, energyJ: 51234567.89 } })
    expect([well!.nvlinks, worn!.nvlinks].map((links) => links!.filter(({ isActive }) => isActive).length)).toEqual([12, 11])
    expect(worn!.sample!.processes).toEqual([{ pid: 41209, name: '/usr/bin/python3 train.py', memoryBytes: 42412802048, ours: null, kind: 'compute', utilisation: 0.96 }])
  })
})
