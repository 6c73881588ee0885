/** Recordings as other people write them: layers in other shapes, little trees of files, and what the doors make of them. */
import { describe, expect, test, vi } from 'vitest'
import { detectionText } from '../../../main/command-line/detect.ts'
import { recordedListing } from '../../../main/gpu/opencl-recorded.ts'
import { unknownFacts } from '../../../main/system/machine-facts.ts'
import type { Detection } from '../../../shared/machine.ts'
import { fastClock } from '../../helpers/clocks.ts'
import { gpusOn, machineOf } from '../../helpers/gpus.ts'

const ids = (problems: { id: string }[]): string[] => problems.map(({ id }) => id)
const look = (parts: Parameters<typeof machineOf>[0]): Promise<Detection> => gpusOn(machineOf(parts)).look()

/** So many equal cards, as nvidia-smi tells them. */
function smi(count: number, name = 'NVIDIA GeForce RTX 4090'): Record<string, string> {
  const cards = Array.from(
    { length: count },
    (_, index) =>
      `<gpu id="00000000:0${index + 1}:00.0"><product_name>${name}</product_name><uuid>GPU-${index}1111111-2222-3333-4444-555555555555</uuid>` +
      `<pci><pci_device_id>268410DE</pci_device_id></pci><fb_memory_usage><total>24564 MiB</total></fb_memory_usage></gpu>`,
  )
  return { 'nvidia-smi -q -x': `<nvidia_smi_log><driver_version>560.35.03</driver_version>${cards.join('')}</nvidia_smi_log>` }
}

describe('OpenCL devices in other shapes', () => {
  const card = { name: 'NVIDIA GeForce RTX 4090', vendor: 'NVIDIA Corporation', type: 'GPU' }
  const processor = { name: 'pthread-haswell-AMD EPYC 7B13', type: 'CPU' }
  test.each([
    ['by platform', { platforms: [{ name: 'NVIDIA CUDA', devices: [card] }, { name: 'Portable Computing Language', devices: [processor] }] }],
    ['by platform, as a bare list', [{ name: 'NVIDIA CUDA', devices: [{ ...card, type: 'CL_DEVICE_TYPE_GPU' }] }, { name: 'PoCL', devices: [{ ...processor, type: 2 }] }]],
    ['one list, with rubbish in it', { ok: true, devices: [{ ...card, platform: 0, device: 0 }, null, 7, { name: null }, { ...processor, type: undefined, platform: 1, device: 0 }] }],
    [
      'clinfo --json',
      {
        platforms: [{ CL_PLATFORM_NAME: 'NVIDIA CUDA' }, { CL_PLATFORM_NAME: 'Portable Computing Language' }],
        devices: [
          { online: [{ CL_DEVICE_NAME: card.name, CL_DEVICE_VENDOR: card.vendor, CL_DEVICE_TYPE: { raw: 4, type: ['CL_DEVICE_TYPE_GPU'] }, CL_DEVICE_PCI_BUS_INFO_KHR: 'PCI-E, 0000:01:00.0' }] },
          { online: [{ CL_DEVICE_NAME: processor.name, CL_DEVICE_TYPE: { raw: 2, type: ['CL_DEVICE_TYPE_CPU'] } }] },
        ],
      },
    ],
  ])('%s: the card belongs to the driver’s, and the processor is no GPU', async (_, opencl) => {
    const { gpus } = await look({ commands: smi(1), layers: { opencl } })
    expect(gpus.map(({ kind, seenBy, opencl: place }) => [kind, seenBy, place?.platform, place?.device])).toEqual([
      ['gpu', ['nvidia-smi', 'opencl'], 0, 0],
      ['cpu-device', ['opencl'], 1, 0],
    ])
  })
  test('what is no list says so', () => {
    expect(recordedListing({ reason: 'no library' })).toEqual({ ok: false, reason: 'no library' })
    for (const raw of [{}, 7, 'x', { platforms: 3 }]) expect(recordedListing(raw)).toMatchObject({ ok: false })
  })
})

describe('NVML in other shapes', () => {
  test.each([
    ['an unknown shape', { gpus: [{ name: 'x' }] }],
    ['a bare list of names', [{ name: 'NVIDIA GeForce RTX 4090' }]],
    ['nothing', {}],
    ['devices that say nothing', { devices: [{}] }],
    ['an error at the start', { init: 999 }],
  ])('%s: nvidia-smi speaks in its place', async (_, nvml) => {
    const { gpus, problems } = await look({ commands: smi(1), layers: { nvml } })
    expect(problems).toEqual([])
    expect(gpus).toMatchObject([{ name: 'NVIDIA GeForce RTX 4090', memoryBytes: 24564 * 1024 ** 2, seenBy: ['nvidia-smi'] }])
  })
  test('values of the wrong type are unknown and break nothing', async () => {
    const nvml = { driverVersion: 5, devices: [{ name: 5, uuid: 'GPU-1', pci: {}, memory: {}, fans: 5, utilization: {}, migEnabled: true, migInstances: [{}], computeProcesses: [null], powerLimitRangeMw: { min: 'x' } }] }
    const { gpus } = await look({ layers: { nvml } })
    expect(gpus).toMatchObject([{ uuid: 'GPU-1', memoryBytes: null, powerLimitMinW: null, sample: { fan: null, utilisation: null, processes: [] } }])
  })
})

describe('the system’s list in other shapes', () => {
  const controller = { vendor: 'NVIDIA', model: 'NVIDIA GeForce RTX 3090', vram: '24576', bus: 'PCI' }
  test.each([
    ['graphics as a list', { graphics: [controller], os: { distro: 'Microsoft Windows 11 Pro', release: '10.0.26100' } }],
    ['everything at once', { graphics: { controllers: [controller, null] }, os: { distro: 'Microsoft Windows 11 Pro', release: '10.0.26100' } }],
    ['the list alone', [controller]],
  ])('%s', async (_, systeminformation) => {
    const { gpus, machine } = await look({ platform: 'win32', layers: { systeminformation } })
    expect(gpus).toMatchObject([{ name: 'NVIDIA GeForce RTX 3090', memoryBytes: 24 * 1024 ** 3 }])
    if (!Array.isArray(systeminformation)) expect(machine).toMatchObject({ os: 'Microsoft Windows 11 Pro', osVersion: '10.0.26100' })
  })
})

test('Windows says "dynamic memory" of every card and counts to 4095 MiB: only what can be is believed', async () => {
  const adapter = (vendor: string, model: string, vram: number) => ({ vendor, model, vram, vramDynamic: true, bus: 'PCI' })
  const systeminformation = {
    controllers: [adapter('Intel Corporation', 'Intel(R) Arc(TM) A770 Graphics', 16384), adapter('Intel Corporation', 'Intel(R) UHD Graphics 770', 1024), adapter('Advanced Micro Devices, Inc.', 'AMD Radeon RX 6600', 4095)],
  }
  const { gpus } = await look({ platform: 'win32', layers: { systeminformation } })
  expect(gpus.map(({ memoryBytes, isIntegrated }) => [memoryBytes, isIntegrated])).toEqual([[16 * 1024 ** 3, null], [null, true], [null, null]])
})

describe('little trees of files', () => {
  const pci = '/sys/bus/pci/devices/0000:03:00'
  test('vendor and device are enough for a card; its sound and other makers’ parts are none', async () => {
    const files = { [`${pci}.0/vendor`]: '0x10de', [`${pci}.0/device`]: '0x2684', [`${pci}.1/vendor`]: '0x10de', [`${pci}.1/device`]: '0x22ba', '/sys/bus/pci/devices/0000:00:00.0/vendor': '0x8086' }
    const { gpus } = await look({ files })
    expect(gpus.map(({ name, pciAddress }) => [name, pciAddress])).toEqual([['NVIDIA GeForce RTX 4090', '0000:03:00.0']])
  })
  test('the uevent alone is enough', async () => {
    const { gpus } = await look({ files: { [`${pci}.0/uevent`]: 'DRIVER=nouveau\nPCI_CLASS=30000\nPCI_ID=10DE:2684\nPCI_SLOT_NAME=0000:03:00.0\n' } })
    expect(gpus).toMatchObject([{ pciDeviceId: '10de:2684', pciAddress: '0000:03:00.0' }])
  })
  test('a card in both folders is one card', async () => {
    const drm = '/sys/class/drm/card0/device'
    const { gpus } = await look({ files: { [`${drm}/vendor`]: '0x1002', [`${drm}/device`]: '0x73bf', [`${drm}/gpu_busy_percent`]: '7', [`${pci}.0/vendor`]: '0x1002', [`${pci}.0/device`]: '0x73bf', [`${pci}.0/class`]: '0x030000' } })
    expect(gpus).toMatchObject([{ pciAddress: '0000:03:00.0', sample: { utilisation: 0.07 } }])
  })
})

test('a driver that does not run is said where the kernel shows no GPU at all, not beside another maker’s card', async () => {
  const commands = { 'nvidia-smi -q -x': "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver." }
  const bridge = { '/sys/bus/pci/devices/0000:00:00.0/class': '0x060000', '/sys/bus/pci/devices/0000:00:00.0/vendor': '0x8086' }
  expect(ids((await look({ commands, files: bridge })).problems)).toEqual(['driver-not-loaded', 'no-gpu'])
  const radeon = { '/sys/bus/pci/devices/0000:03:00.0/class': '0x030000', '/sys/bus/pci/devices/0000:03:00.0/vendor': '0x1002', '/sys/bus/pci/devices/0000:03:00.0/device': '0x744c' }
  expect((await look({ commands, files: radeon })).problems).toEqual([])
})

test('a card whose driver tells no name at all is said to be named by its id', async () => {
  const { gpus } = await look({ commands: smi(1, 'N/A') })
  expect(gpus).toMatchObject([{ name: 'NVIDIA GeForce RTX 4090' }])
  expect(ids(gpus[0]!.problems)).toContain('name-unknown')
})

test('“NVIDIA B200” is a name, not four hex digits', async () => {
  const { gpus } = await look({ commands: smi(1, 'NVIDIA B200') })
  expect([gpus[0]!.name, gpus[0]!.driverName]).toEqual(['NVIDIA B200', null])
})

test('an AMD card of which the kernel’s files say little: rocm-smi gives its readings, also from second to second', async () => {
  const drm = '/sys/class/drm/card0/device'
  const files = { [`${drm}/vendor`]: '0x1002\n', [`${drm}/device`]: '0x744c\n', [`${drm}/uevent`]: 'PCI_SLOT_NAME=0000:03:00.0\n' }
  const rocm = { card0: { 'PCI Bus': '0000:03:00.0', 'Device ID': '0x744c', 'Current Socket Graphics Package Power (W)': '42.0', 'GPU use (%)': '3' } }
  const { gpus, look: lookNow, telemetry } = gpusOn(machineOf({ files, commands: { 'rocm-smi -a --json': JSON.stringify(rocm) } }), { clock: fastClock(50) })
  expect((await lookNow()).gpus).toMatchObject([{ seenBy: ['sysfs', 'rocm-smi'], sample: { powerW: 42, utilisation: 0.03 } }])
  gpus.watch('test', true)
  await vi.waitFor(() => expect(Object.values(telemetry.at(-1)?.samples ?? {})).toMatchObject([{ powerW: 42 }]))
  await gpus.stop()
})

test('Apple’s graphics share the memory that the machine’s facts tell', async () => {
  const facts = async () => ({ ...unknownFacts, memoryBytes: 36 * 1024 ** 3 })
  const { gpus } = await look({ platform: 'darwin', facts, layers: { systeminformation: { controllers: [{ vendor: 'Apple', model: 'Apple M3 Pro', cores: '18' }] } } })
  expect(gpus).toMatchObject([{ name: 'Apple M3 Pro (18 GPU cores)', memoryBytes: 36 * 1024 ** 3 }])
})

test('rocm-smi at length, and the device id under its older name', async () => {
  const { gpus } = await look({ commands: { 'rocm-smi --showallinfo --json': 'WARNING: low-power state\n{"card0":{"GPU ID":"0x744c","Card series":"N/A","PCI Bus":"0000:0B:00.0"}}' } })
  expect(gpus).toMatchObject([{ vendor: 'amd', pciDeviceId: '1002:744c', pciAddress: '0000:0b:00.0' }])
})

describe('the table of `detect`', () => {
  test('what eight cards share is said once, with their number', async () => {
    const text = detectionText(await look({ commands: smi(8) }))
    expect(text.match(/Only nvidia-smi sees this card/g)).toHaveLength(1)
    expect(text).toContain('8 × NVIDIA GeForce RTX 4090, each:')
  })
  test('where some of one name have it, their places are said', async () => {
    const detection = await look({ commands: smi(3) })
    const lost = { id: 'gpu-lost', sentence: 'The driver has lost this card.', remedy: null }
    detection.gpus.forEach((gpu, index) => (gpu.problems = index === 0 ? [] : [lost]))
    expect(detectionText(detection).replace(/\s+/g, ' ')).toContain('NVIDIA GeForce RTX 4090 (0000:02:00.0, 0000:03:00.0), each: The driver has lost this card.')
  })
})
