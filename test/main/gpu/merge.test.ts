/** Several layers, one list: who is the same card, what it is called, which id it keeps. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { groupCards } from '../../../main/gpu/group.ts'
import { isNoName } from '../../../main/gpu/names.ts'
import { createPciNames } from '../../../main/gpu/pci-names.ts'
import { answered, blankCard, vendorOf, type CardSeen } from '../../../main/gpu/vendor.ts'
import type { DetectionLayer } from '../../../shared/machine.ts'
import { gpusOn, machineOf, resourcesFolder } from '../../helpers/gpus.ts'

const card = (layer: DetectionLayer, parts: Partial<CardSeen>): CardSeen => ({ ...blankCard(layer), ...parts })
function groups(...cards: CardSeen[]): string[][] {
  const layers = [...new Set(cards.map(({ layer }) => layer))]
  return groupCards(layers.map((layer) => answered(layer, cards.filter((one) => one.layer === layer)))).map((group) => group.map(({ layer, name }) => (name === null ? layer : `${layer}:${name}`)))
}
const opencl = (device: object) => ({ ok: true, devices: [device] })

describe('who is the same card', () => {
  test('by UUID and by PCI address', () => {
    expect(
      groups(
        card('nvml', { uuid: 'GPU-1', pciAddress: '0000:01:00.0' }),
        card('nvml', { uuid: 'GPU-2', pciAddress: '0000:02:00.0' }),
        card('opencl', { uuid: 'GPU-2' }),
        card('sysfs', { pciAddress: '0000:01:00.0' }),
      ),
    ).toEqual([['nvml', 'sysfs'], ['nvml', 'opencl']])
  })
  test('without an address by name, then by maker where as many are left', () => {
    expect(
      groups(
        card('nvidia-smi', { vendor: 'nvidia', name: 'NVIDIA GeForce RTX 4090', pciAddress: '0000:01:00.0' }),
        card('opencl', { vendor: 'amd', name: 'gfx1036' }),
        card('os', { vendor: 'nvidia', name: 'GeForce RTX(TM) 4090' }),
        card('os', { vendor: 'amd', name: 'AMD Radeon(TM) Graphics' }),
      ),
    ).toEqual([['nvidia-smi:NVIDIA GeForce RTX 4090', 'os:GeForce RTX(TM) 4090'], ['opencl:gfx1036', 'os:AMD Radeon(TM) Graphics']])
  })
  test('never against what both know', () => {
    expect(groups(card('sysfs', { vendor: 'amd', pciAddress: '0000:01:00.0', pciDeviceId: '1002:744c' }), card('os', { vendor: 'amd', pciDeviceId: '1002:164e' }))).toHaveLength(2)
    expect(groups(card('nvml', { vendor: 'nvidia', pciAddress: '0000:01:00.0' }), card('opencl', { vendor: 'nvidia', pciAddress: '0000:02:00.0' }))).toHaveLength(2)
  })
  test('one of two is not guessed', () => {
    expect(groups(card('sysfs', { vendor: 'amd', pciAddress: '0000:01:00.0' }), card('sysfs', { vendor: 'amd', pciAddress: '0000:02:00.0' }), card('opencl', { vendor: 'amd', name: 'gfx1100' }))).toHaveLength(3)
  })
  test('two OpenCL drivers for one processor or one card are one', () => {
    expect(groups(card('opencl', { kind: 'cpu-device', name: 'cpu-haswell' }), card('opencl', { kind: 'cpu-device', name: 'Intel CPU' }))).toHaveLength(1)
    expect(groups(card('opencl', { pciAddress: '0000:03:00.0', name: 'a' }), card('opencl', { pciAddress: '0000:03:00.0', name: 'b' }))).toHaveLength(1)
  })
  test('a recording whose UUIDs were blacked out alike still has all its cards', () => {
    const [one, other] = groupCards([answered('nvidia-smi', [card('nvidia-smi', { uuid: 'GPU-REDACTED', pciAddress: '0000:01:00.0' }), card('nvidia-smi', { uuid: 'GPU-REDACTED', pciAddress: '0000:02:00.0' })])])
    expect([one?.length, other?.length, one?.[0]!.uuid]).toEqual([1, 1, null])
  })
  test('no card is ever lost or doubled', () => {
    const layer = fc.constantFrom<DetectionLayer>('nvml', 'nvidia-smi', 'sysfs', 'rocm-smi', 'opencl', 'os')
    const some = <T>(...values: T[]): fc.Arbitrary<T | null> => fc.constantFrom(null, ...values)
    const any = fc.record({ layer, uuid: some('GPU-1', 'GPU-2'), pciAddress: some('0000:01:00.0', '0000:02:00.0'), pciDeviceId: some('10de:2684', '1002:744c'), vendor: some<'nvidia' | 'amd'>('nvidia', 'amd'), name: some('A', 'B') })
    fc.assert(
      fc.property(fc.array(any, { maxLength: 8 }), (parts) => {
        const cards = parts.map(({ layer: of, ...rest }) => card(of, rest))
        const found = groups(...cards)
        expect(found.flat()).toHaveLength(cards.length)
        expect(found.every((group) => group.length > 0)).toBe(true)
      }),
    )
  })
})

describe('names', () => {
  test.each(['Graphics Device', 'NVIDIA Graphics Device', '', '[N/A]', 'Unknown', 'gfx1100', 'Microsoft Basic Display Adapter', '0x744c', 'Device 2684', '3D controller'])('"%s" is no name', (name) => {
    expect(isNoName(name)).toBe(true)
  })
  test.each(['NVIDIA GeForce RTX 4090', 'AMD Radeon Graphics', 'Intel(R) UHD Graphics 770', 'Tesla T4', 'GRID T4-8Q', 'NVIDIA H200', 'NVIDIA T400'])('"%s" is one', (name) => {
    expect(isNoName(name)).toBe(false)
  })
  test.each([
    ['10de:2684', null, 'NVIDIA GeForce RTX 4090'],
    ['10de:2b85', null, 'NVIDIA GeForce RTX 5090'],
    ['10de:2335', null, 'NVIDIA H200 SXM 141GB'],
    ['1002:744c', 'c8', 'AMD Radeon RX 7900 XTX'],
    ['1002:744c', 'cc', 'AMD Radeon RX 7900 XT'],
    ['8086:56a0', null, 'Intel Arc A770'],
    ['10de:ffff', null, null],
    ['1234:1111', null, null],
    ['__proto__:constructor', null, null],
  ])('%s (revision %s) is %s', (id, revision, name) => {
    expect(createPciNames(resourcesFolder).nameOf(id, revision)).toBe(name)
  })
  test('a card that nobody can name says its PCI id', async () => {
    const xml = '<nvidia_smi_log><driver_version>999.1</driver_version><gpu id="00000000:01:00.0"><product_name>Graphics Device</product_name><pci><pci_device_id>FFFE10DE</pci_device_id></pci></gpu></nvidia_smi_log>'
    const { gpus } = await gpusOn(machineOf({ commands: { 'nvidia-smi -q -x': xml } })).look()
    expect(gpus[0]).toMatchObject({ name: 'NVIDIA graphics card (10de:fffe)', driverName: 'Graphics Device', model: null, vendor: 'nvidia' })
    expect(gpus[0]!.problems[0]).toMatchObject({ id: 'name-unknown', sentence: expect.stringContaining('not in pci.ids of 2026') })
  })
})

describe('kinds', () => {
  test.each([
    [{ vendor: 'Microsoft', model: 'Microsoft Basic Display Adapter' }, 'virtual'],
    [{ vendor: 'VMware, Inc.', model: 'VMware SVGA 3D' }, 'virtual'],
    [{ vendor: 'Red Hat, Inc.', model: 'Red Hat QXL controller' }, 'virtual'],
    [{ vendor: 'Microsoft Corporation', model: 'Microsoft Hyper-V Video' }, 'virtual'],
    [{ vendor: 'ASPEED', model: 'ASPEED Graphics Family(WDDM)' }, 'virtual'],
    [{ vendor: 'Intel Corporation', model: 'Intel(R) Arc(TM) A770 Graphics' }, 'gpu'],
  ])('%j is %s', async (controller, kind) => {
    const { gpus, problems } = await gpusOn(machineOf({ platform: 'win32', layers: { systeminformation: { controllers: [{ bus: 'PCI', vram: 0, vramDynamic: false, ...controller }] } } })).look()
    expect(gpus.map((gpu) => gpu.kind)).toEqual([kind])
    expect(problems.map(({ id }) => id)).toEqual(kind === 'virtual' ? ['no-gpu'] : [])
  })
  test('an NVIDIA card under Windows’ own display driver is a card without its driver', async () => {
    const controller = { vendor: '(Standard display types)', model: 'Microsoft Basic Display Adapter', bus: 'PCI', vram: 0, vramDynamic: false, pnpDeviceId: 'PCI\\VEN_10DE&DEV_2684&SUBSYS_88E31043&REV_A1\\4&2A1C' }
    const { gpus, problems } = await gpusOn(machineOf({ platform: 'win32', layers: { systeminformation: { graphics: { controllers: [controller] } } } })).look()
    expect(gpus).toMatchObject([{ kind: 'gpu', vendor: 'nvidia', name: 'NVIDIA GeForce RTX 4090', model: 'GeForce RTX 4090' }])
    expect(problems.map(({ id }) => id)).toEqual(['driver-missing'])
  })
  test('an OpenCL listing may be a bare list, with little said', async () => {
    const { gpus } = await gpusOn(machineOf({ layers: { opencl: [{ name: 'Intel(R) Arc(TM) B580 Graphics', vendor: 'Intel(R) Corporation', memoryBytes: 12e9, pciAddress: '03:00.0' }] } })).look()
    expect(gpus).toMatchObject([{ vendor: 'intel', pciAddress: '0000:03:00.0', opencl: { platform: 0, device: 0 }, seenBy: ['opencl'], sample: null }])
    expect(gpus[0]!.problems[0]).toMatchObject({ id: 'seen-by-one-layer', sentence: expect.stringContaining('temperature') })
  })
  test('a software renderer is a processor', async () => {
    const { gpus } = await gpusOn(machineOf({ layers: { opencl: opencl({ name: 'llvmpipe (LLVM 19.1.7, 256 bits)', vendor: 'Mesa', type: 'gpu' }) } })).look()
    expect(gpus[0]!.kind).toBe('cpu-device')
  })
})

describe('what the kernel says', () => {
  const device = (address: string, vendor: string, id: string, more: Record<string, string> = {}) =>
    Object.fromEntries(Object.entries({ class: '0x030000', vendor, device: id, revision: '0x01', ...more }).map(([name, text]) => [`/sys/bus/pci/devices/${address}/${name}`, `${text}\n`]))

  test('a card that is set aside for a virtual machine says so, not that its driver is missing', async () => {
    const { gpus, problems } = await gpusOn(machineOf({ files: device('0000:0a:00.0', '0x10de', '0x2684', { uevent: 'DRIVER=vfio-pci' }) })).look()
    expect(gpus[0]!.problems.map(({ id }) => id)).toEqual(['set-aside-for-vm'])
    expect(problems.map(({ id }) => id)).not.toContain('driver-missing')
  })
  test('an accelerator without a display is a card; an audio function is none', async () => {
    const files = { ...device('0000:05:00.0', '0x1002', '0x74a1', { class: '0x120000' }), ...device('0000:01:00.1', '0x10de', '0x22ba', { class: '0x040300' }) }
    const { gpus } = await gpusOn(machineOf({ files })).look()
    expect(gpus.map(({ vendor, pciDeviceId }) => [vendor, pciDeviceId])).toEqual([['amd', '1002:74a1']])
  })
  test('an Intel card: memory and clocks where the driver gives them', async () => {
    const base = '/sys/class/drm/card0'
    const files: Record<string, string> = { [`${base}/lmem_total_bytes`]: '17079205888', [`${base}/gt_act_freq_mhz`]: '600', [`${base}/device/vendor`]: '0x8086', [`${base}/device/device`]: '0x56a0', [`${base}/device/class`]: '0x030000', [`${base}/device/uevent`]: 'DRIVER=i915\nPCI_SLOT_NAME=0000:03:00.0', [`${base}/device/hwmon/hwmon2/power1_max`]: '190000000' }
    const { gpus } = await gpusOn(machineOf({ files })).look()
    expect(gpus[0]).toMatchObject({ name: 'Intel Arc A770', memoryBytes: 17079205888, isIntegrated: false, powerLimitW: 190, pciAddress: '0000:03:00.0' })
    expect(gpus[0]!.sample).toMatchObject({ coreClockMhz: 600, powerLimitW: 190, powerW: null })
  })
  test('the shortest recording of the plan: one vendor file', async () => {
    const { gpus } = await gpusOn(machineOf({ files: { '/sys/class/drm/card0/device/vendor': '0x1002\n' } })).look()
    expect(gpus).toMatchObject([{ vendor: 'amd', kind: 'gpu', id: 'sysfs:0', memoryBytes: null }])
  })
})

test.each([
  ['10de:1db6', null, 'nvidia'],
  [null, 'Advanced Micro Devices, Inc.', 'amd'],
  [null, 'Intel(R) Iris(R) Xe', 'intel'],
  [null, 'Apple M2', 'apple'],
  ['1ed5:0222', 'Moore Threads', 'other'],
  [null, '', null],
])('maker of %s %s is %s', (id, text, vendor) => {
  expect(vendorOf(id, text)).toBe(vendor)
})
