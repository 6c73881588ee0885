/** Each layer's own view of a card, and where layers differ: both are shown. */
import { describe, expect, test } from 'vitest'
import { isYoung, retryPauseMs } from '../../../main/gpu/boot-retry.ts'
import { namesAgree } from '../../../main/gpu/plain-name.ts'
import { blankCard, type CardSeen } from '../../../main/gpu/vendor.ts'
import { disagreementsOf, viewsOf } from '../../../main/gpu/views.ts'
import type { DetectionLayer } from '../../../shared/machine.ts'
import { gpusOn, machineOf } from '../../helpers/gpus.ts'

const GiB = 1024 ** 3
const card = (layer: DetectionLayer, parts: Partial<CardSeen>): CardSeen => ({ ...blankCard(layer), ...parts })
const differing = (vendor: string, ...cards: CardSeen[]) => disagreementsOf({ views: viewsOf(cards), vendor, isIntegrated: null })

test('a view holds what the layer said and nothing it left open; objects are taken apart', () => {
  const [view] = viewsOf([card('nvml', { name: 'NVIDIA H200', vendor: 'nvidia', memoryBytes: 141 * GiB, eccEnabled: false, temperatureLimits: { slowdownC: 92, shutdownC: null, targetC: null, memoryC: null }, mig: { enabled: false, instances: [] } })])
  expect(view).toEqual({ layer: 'nvml', says: { name: 'NVIDIA H200', vendor: 'nvidia', memoryBytes: 141 * GiB, eccEnabled: false, 'temperatureLimits.slowdownC': 92, 'mig.enabled': false, 'mig.instances.length': 0 } })
})

describe('where layers differ', () => {
  test('both values are kept, the one that was taken first', () => {
    expect(differing('nvidia', card('nvml', { name: 'NVIDIA GeForce RTX 3080', memoryBytes: 10 * GiB }), card('opencl', { name: 'NVIDIA GeForce RTX 3080 Ti', memoryBytes: 12 * GiB }), card('os', { name: 'NVIDIA GeForce RTX 3080' }))).toEqual([
      { field: 'name', said: [{ layer: 'nvml', value: 'NVIDIA GeForce RTX 3080' }, { layer: 'opencl', value: 'NVIDIA GeForce RTX 3080 Ti' }, { layer: 'os', value: 'NVIDIA GeForce RTX 3080' }] },
      { field: 'memoryBytes', said: [{ layer: 'nvml', value: 10 * GiB }, { layer: 'opencl', value: 12 * GiB }] },
    ])
  })
  test('three hundredths of the memory are what a layer keeps for itself', () => {
    expect(differing('amd', card('sysfs', { memoryBytes: 1000 }), card('rocm-smi', { memoryBytes: 975 }))).toEqual([])
    expect(differing('amd', card('sysfs', { memoryBytes: 1000 }), card('rocm-smi', { memoryBytes: 960 }))).toHaveLength(1)
  })
  test.each([
    [940, 0],
    [905, 0],
    [890, 1],
    [1025, 0],
    [1060, 1],
  ])('OpenCL says what a program may use: %i of 1000 is a difference: %i', (memoryBytes, count) => {
    expect(differing('intel', card('sysfs', { memoryBytes: 1000 }), card('opencl', { memoryBytes }))).toHaveLength(count)
    expect(differing('intel', card('opencl', { memoryBytes }), card('os', { memoryBytes: 1000 }))).toHaveLength(count)
  })
  test('limits that are computed from margins differ by a degree or two', () => {
    const limits = (slowdownC: number) => ({ temperatureLimits: { slowdownC, shutdownC: 95, targetC: null, memoryC: null } })
    expect(differing('nvidia', card('nvml', limits(90)), card('nvidia-smi', limits(87)))).toEqual([])
    expect(differing('nvidia', card('nvml', limits(90)), card('nvidia-smi', limits(86)))).toHaveLength(1)
  })
  test('what OpenCL sees of a card that is cut up, or of shared memory, is no difference', () => {
    expect(differing('nvidia', card('nvml', { memoryBytes: 40 * GiB, mig: { enabled: true, instances: [] } }), card('opencl', { memoryBytes: 20 * GiB }))).toEqual([])
    expect(disagreementsOf({ views: viewsOf([card('sysfs', { memoryBytes: GiB }), card('opencl', { memoryBytes: 12 * GiB })]), vendor: 'amd', isIntegrated: true })).toEqual([])
  })
  test('versions are compared where they count the same thing', () => {
    expect(differing('amd', card('sysfs', { driverVersion: '6.10.5' }), card('opencl', { driverVersion: '3625.0 (HSA1.1,LC)' }))).toEqual([])
    expect(differing('nvidia', card('nvml', { driverVersion: '570.1' }), card('os', { driverVersion: '560.94' }))).toHaveLength(1)
  })
  test('a look shows them on the card', async () => {
    const xml = '<nvidia_smi_log><driver_version>570.1</driver_version><gpu id="00000000:01:00.0"><product_name>NVIDIA GeForce RTX 3090</product_name><uuid>GPU-1</uuid><fb_memory_usage><total>24576 MiB</total></fb_memory_usage></gpu></nvidia_smi_log>'
    const { gpus } = await gpusOn(machineOf({ commands: { 'nvidia-smi -q -x': xml }, layers: { opencl: [{ name: 'NVIDIA GeForce RTX 3090', vendor: 'NVIDIA Corporation', memoryBytes: 12 * GiB, pciAddress: '01:00.0' }] } })).look()
    expect(gpus).toHaveLength(1)
    expect(gpus[0]!.memoryBytes).toBe(24 * GiB)
    expect(gpus[0]!.disagreements).toEqual([{ field: 'memoryBytes', said: [{ layer: 'nvidia-smi', value: 24 * GiB }, { layer: 'opencl', value: 12 * GiB }] }])
    expect(gpus[0]!.views.map(({ layer }) => layer)).toEqual(['nvidia-smi', 'opencl'])
  })
})

test.each([
  ['NVIDIA GeForce RTX 4090', 'GeForce RTX(TM) 4090', true],
  ['NVIDIA H200', 'NVIDIA H200 SXM 141GB', true],
  ['Radeon RX 7900 XT/7900 XTX', 'AMD Radeon RX 7900 XTX', true],
  ['AMD Radeon Graphics', 'AMD Radeon 780M', true],
  ['NVIDIA GeForce RTX 3080', 'NVIDIA GeForce RTX 3080 Ti', false],
  ['NVIDIA GeForce RTX 4070', 'NVIDIA GeForce RTX 4070 Laptop GPU', false],
  ['Quadro RTX 6000', 'NVIDIA GeForce RTX 2080 Ti', false],
])('"%s" and "%s" may be one card: %s', (one, other, expected) => {
  expect([namesAgree(one, other), namesAgree(other, one)]).toEqual([expected, expected])
})

test('after a start the pauses grow to a minute; a system that has run for long has loaded its drivers', () => {
  expect([1, 2, 3, 4, 5, 9].map(retryPauseMs)).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000])
  expect([isYoung(null), isYoung(40), isYoung(600)]).toEqual([true, true, false])
})
