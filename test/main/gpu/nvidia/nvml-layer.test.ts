/** The NVML layer on recordings: cards that carry no id, cards that are lost, libraries that do not start. */
import { describe, expect, test } from 'vitest'
import { createNvmlLayer } from '../../../../main/gpu/nvidia/nvml-layer.ts'
import { machineOf } from '../../../helpers/gpus.ts'

const at = Date.UTC(2026, 10, 23)
const layerOn = (nvml: unknown) => ({ layer: createNvmlLayer({ load: () => null }), machine: machineOf({ layers: { nvml } }) })

describe('samples', () => {
  test('a card without UUID and address is sampled all the same', async () => {
    const { layer, machine } = layerOn([{ name: 'NVIDIA T4', temperatureC: 50 }])
    expect(await layer.sample!(machine, at, [{ uuid: null, pciAddress: null }])).toMatchObject([{ uuid: null, sample: { temperatureC: 50 } }])
  })
  test('of two cards only the one that is asked for', async () => {
    const { layer, machine } = layerOn([{ uuid: 'GPU-a', temperatureC: 50 }, { uuid: 'GPU-b', temperatureC: 60 }])
    expect(await layer.sample!(machine, at, [{ uuid: 'GPU-b', pciAddress: null }])).toMatchObject([{ uuid: 'GPU-b', sample: { temperatureC: 60 } }])
  })
  test('a recording that answers a mismatch everywhere is silent, in words', async () => {
    const { layer, machine } = layerOn([{ uuid: 'GPU-a', memory: { error: 18 } }])
    await expect(layer.sample!(machine, at, [{ uuid: 'GPU-a', pciAddress: null }])).rejects.toThrow(/different versions/)
  })
  test('without a library there is nothing to say', async () => {
    const { layer, machine } = layerOn(null)
    expect(await layer.sample!(machine, at, [{ uuid: 'GPU-a', pciAddress: null }])).toEqual([])
    expect(await layer.detect(machine, at)).toMatchObject({ state: 'absent' })
  })
})

describe('a library that does not start', () => {
  test.each([
    [18, 'driver-library-mismatch'],
    [9, 'driver-not-loaded'],
    [4, 'driver-not-permitted'],
    [17, 'driver-not-permitted'],
    [15, 'gpu-lost'],
    [999, 'driver-not-answering'],
  ])('with code %i has the problem %s and a remedy, and its samples say the same', async (init, id) => {
    const { layer, machine } = layerOn({ init })
    const answer = await layer.detect(machine, at)
    expect(answer).toMatchObject({ state: 'failed', problems: [{ id, remedy: expect.stringMatching(/.{10}/) }] })
    await expect(layer.sample!(machine, at, [{ uuid: 'GPU-a', pciAddress: null }])).rejects.toThrow(answer.problems[0]!.sentence)
  })
})
