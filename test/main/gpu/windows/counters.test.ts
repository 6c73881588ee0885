/** Unit: Windows' adapters and performance counters, and the samples made of them. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createOsLayer } from '../../../../main/gpu/os-layer.ts'
import { adaptersScript, joinAdapters, luidOf, parseDirectXAdapters, parsePnpAdapters } from '../../../../main/gpu/windows/adapters.ts'
import { countersScript, parseCounters } from '../../../../main/gpu/windows/counters.ts'
import { jsonIn } from '../../../../main/gpu/json-in-text.ts'
import { createWindowsSampler } from '../../../../main/gpu/windows/sampler.ts'
import type { MachineSource } from '../../../../main/system/machine-source.ts'
import { openRecordedMachine } from '../../../../main/system/recorded-machine.ts'
import { handClock } from '../../../helpers/clocks.ts'
import { newFolder } from '../../../helpers/files.ts'
import { gpusOn, machineOf } from '../../../helpers/gpus.ts'

const radeonLuid = 'luid_0x00000000_0x00012D1A'
const geforceLuid = 'luid_0x00000000_0x000131C8'

const registry = `
HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\DirectX
    InstalledVersion    REG_BINARY    0000000900000000
    Version    REG_SZ    4.09.00.0904
    LastSeen    REG_QWORD    0x1dc0a1b2c3d4e5f

HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\DirectX\\{11111111-2222-3333-4444-555555555555}
    Description    REG_SZ    NVIDIA GeForce RTX 4070 Laptop GPU
    VendorId    REG_DWORD    0x10de
    DeviceId    REG_DWORD    0x2860
    AdapterLuid    REG_QWORD    0x131c8
    DedicatedVideoMemory    REG_QWORD    0x1f6400000
    SharedSystemMemory    REG_QWORD    0x3e8000000
    LastSeen    REG_QWORD    0x1dc0a1b2c3d4e5f

HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\DirectX\\{11111111-2222-3333-4444-666666666666}
    Description    REG_SZ    AMD Radeon(TM) 780M
    VendorId    REG_DWORD    0x1002
    DeviceId    REG_DWORD    0x15bf
    AdapterLuid    REG_QWORD    0x12d1a
    DedicatedVideoMemory    REG_QWORD    0x20000000
    SharedSystemMemory    REG_QWORD    0x3e8000000
    LastSeen    REG_QWORD    0x1dc0a1b2c3d4e5f

HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\DirectX\\{11111111-2222-3333-4444-777777777777}
    Description    REG_SZ    NVIDIA GeForce GTX 1060
    VendorId    REG_DWORD    0x10de
    DeviceId    REG_DWORD    0x1c20
    AdapterLuid    REG_QWORD    0x12d1a
    LastSeen    REG_QWORD    0x1da000000000000

HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\DirectX\\{11111111-2222-3333-4444-888888888888}
    Description    REG_SZ    Microsoft Basic Render Driver
    VendorId    REG_DWORD    0x1414
    DeviceId    REG_DWORD    0x8c
    AdapterLuid    REG_QWORD    0x13164
`.replaceAll('\n', '\r\n')

const pnp = JSON.stringify([
  { Name: 'AMD Radeon(TM) 780M', PNPDeviceID: 'PCI\\VEN_1002&DEV_15BF&SUBSYS_8C5A103C&REV_C1\\4&1&0&0041', DriverVersion: '32.0.12033.1030', BusNumber: 196, Address: 0, Luid: 0x12d1a, PhysicalIndex: 0 },
  { Name: 'NVIDIA GeForce RTX 4070 Laptop GPU', PNPDeviceID: 'PCI\\VEN_10DE&DEV_2860&SUBSYS_8C5A103C&REV_A1\\4&2&0&0009', DriverVersion: '32.0.15.6636', BusNumber: 1, Address: 0, Luid: 0x131c8, PhysicalIndex: 0 },
])

const counters = JSON.stringify({
  EngineCount: 240,
  Engines: [
    { Name: `pid_4712_${geforceLuid}_phys_0_eng_0_engtype_3D`, UtilizationPercentage: 20 },
    { Name: `pid_9001_${geforceLuid}_phys_0_eng_0_engtype_3D`, UtilizationPercentage: 15 },
    { Name: `pid_9001_${geforceLuid}_phys_0_eng_3_engtype_Compute_0`, UtilizationPercentage: 61 },
    { Name: `pid_4712_${geforceLuid}_phys_0_eng_5_engtype_VideoEncode`, UtilizationPercentage: 7 },
    { Name: `pid_4712_${radeonLuid}_phys_0_eng_0_engtype_3D`, UtilizationPercentage: 18446744073709552000 },
    { Name: `pid_1500_${radeonLuid.toLowerCase()}_phys_0_eng_0_engtype_3D`, UtilizationPercentage: 4 },
  ],
  ProcessMemory: [
    { Name: `pid_9001_${geforceLuid}_phys_0`, DedicatedUsage: 6_000_000_000, SharedUsage: 50_000_000 },
    { Name: `pid_4712_${geforceLuid}_phys_0`, DedicatedUsage: 400_000_000, SharedUsage: 0 },
    { Name: `pid_1500_${radeonLuid}_phys_0`, DedicatedUsage: 100_000_000, SharedUsage: 200_000_000 },
  ],
  AdapterMemory: [
    { Name: `${geforceLuid}_phys_0`, DedicatedUsage: 6_500_000_000, SharedUsage: 60_000_000 },
    { Name: `${radeonLuid}_phys_0`, DedicatedUsage: 300_000_000, SharedUsage: 900_000_000 },
    { Name: 'luid_0x00000000_0x00013164_phys_0', DedicatedUsage: 0, SharedUsage: 0 },
  ],
  Processes: [{ Id: 9001, ProcessName: 'python' }, { Id: 4712, ProcessName: 'obs64' }, { Id: 1500, ProcessName: 'dwm' }],
})

const powershell = 'powershell.exe -NoProfile -NonInteractive -Command '
const answers = { 'reg query HKLM\\SOFTWARE\\Microsoft\\DirectX /s': registry, [powershell + adaptersScript]: pnp, [powershell + countersScript]: counters }
const windows = (commands: Record<string, string> = answers, rest: Partial<MachineSource> = {}): MachineSource => machineOf({ platform: 'win32', commands, ...rest })
const geforce = { uuid: 'GPU-1', pciAddress: '0000:01:00.0', pciDeviceId: '10de:2860' }
const radeon = { uuid: null, pciAddress: '0000:c4:00.0', pciDeviceId: '1002:15bf' }

describe('adapters', () => {
  it('spells LUIDs as the counters do', () => {
    expect(luidOf(0x131c8)).toBe('0x00000000_0x000131c8')
    expect(luidOf('4294967297')).toBe('0x00000001_0x00000001')
    expect(luidOf(0)).toBeNull()
    expect(luidOf('nonsense')).toBeNull()
  })

  it('believes the entry seen last where an old one claims the same LUID, and leaves software’s out', () => {
    expect(parseDirectXAdapters(registry).map(({ name, luid, dedicatedMemoryBytes }) => [name, luid, dedicatedMemoryBytes])).toEqual([
      ['NVIDIA GeForce RTX 4070 Laptop GPU', '0x00000000_0x000131c8', 8_426_356_736],
      ['AMD Radeon(TM) 780M', '0x00000000_0x00012d1a', 536_870_912],
    ])
  })

  it('places them on the bus, whatever language Windows speaks', () => {
    expect(parsePnpAdapters(pnp).map(({ pciAddress }) => pciAddress)).toEqual(['0000:c4:00.0', '0000:01:00.0'])
    expect(parsePnpAdapters('{"Name":"Microsoft Remote Display Adapter","PNPDeviceID":"SWD\\\\REMOTEDISPLAYENUM\\\\RDPIDD","BusNumber":null}')).toMatchObject([{ pciAddress: null, luid: null }])
    expect(parsePnpAdapters('')).toEqual([])
    expect(parsePnpAdapters('Get-CimInstance : Access denied')).toEqual([])
  })

  it('joins both views, two cards of a kind by their LUIDs alone', () => {
    const twins = joinAdapters(
      parsePnpAdapters(JSON.stringify([1, 2].map((bus) => ({ Name: 'NVIDIA RTX A4000', PNPDeviceID: 'PCI\\VEN_10DE&DEV_24B0&SUBSYS_1&REV_A1\\x', BusNumber: bus, Address: 0, Luid: 100 + bus })))),
      parseDirectXAdapters([102, 101].map((luid) => `HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\DirectX\\{${luid}}\r\n    Description    REG_SZ    NVIDIA RTX A4000\r\n    VendorId    REG_DWORD    0x10de\r\n    DeviceId    REG_DWORD    0x24b0\r\n    AdapterLuid    REG_QWORD    0x${luid.toString(16)}\r\n    DedicatedVideoMemory    REG_QWORD    0x3b0000000\r\n`).join('\r\n')),
    )
    expect(twins.map(({ pciAddress, luid, dedicatedMemoryBytes }) => [pciAddress, luid, dedicatedMemoryBytes])).toEqual([
      ['0000:01:00.0', '0x00000000_0x00000065', 0x3b0000000],
      ['0000:02:00.0', '0x00000000_0x00000066', 0x3b0000000],
    ])
  })
})

describe('counters', () => {
  it('take the busiest engine, summed over processes, as Task Manager does', () => {
    const found = parseCounters(counters)?.byAdapter.get('0x00000000_0x000131c8/0')
    expect(found).toMatchObject({ utilisation: 0.61, encoder: 0.07, decoder: 0, dedicatedBytes: 6_500_000_000 })
    expect(found?.processes.find(({ pid }) => pid === 9001)).toMatchObject({ name: 'python', utilisation: 0.61 })
  })

  it('leave out numbers that cannot be', () => {
    expect(parseCounters(counters)?.byAdapter.get('0x00000000_0x00012d1a/0')).toMatchObject({ utilisation: 0.04 })
  })

  it('know rest from ignorance', () => {
    const memory = [{ Name: `${geforceLuid}_phys_0`, DedicatedUsage: 1, SharedUsage: 0 }]
    const utilisation = (document: object): unknown => parseCounters(JSON.stringify(document))?.byAdapter.get('0x00000000_0x000131c8/0')?.utilisation
    expect(utilisation({ EngineCount: 200, Engines: [], AdapterMemory: memory })).toBe(0)
    expect(utilisation({ EngineCount: 0, Engines: [], AdapterMemory: memory })).toBeNull()
    expect(parseCounters('{"EngineCount":0,"Engines":[],"ProcessMemory":[],"AdapterMemory":[],"Processes":[]}')).toBeNull()
    expect(parseCounters('Invalid class')).toBeNull()
  })
})

describe('samples', () => {
  it('say for cards of every maker who uses them, with memory', async () => {
    const seen = await createWindowsSampler().sample(windows(), 5000, [geforce, radeon])
    expect(seen[0]).toMatchObject({ uuid: 'GPU-1', sample: { takenAt: 5000, utilisation: 0.61, memoryUsedBytes: 6_500_000_000, memoryTotalBytes: 8_426_356_736, temperatureC: null } })
    expect(seen[0]?.sample.unknown['temperatureC']).toContain('performance counters do not tell')
    expect(seen[0]?.sample.processes).toEqual([
      { pid: 9001, name: 'python', memoryBytes: 6_000_000_000, ours: null, kind: null, utilisation: 0.61 },
      { pid: 4712, name: 'obs64', memoryBytes: 400_000_000, ours: null, kind: null, utilisation: 0.2 },
    ])
    // Graphics inside a processor live on the machine's memory.
    expect(seen[1]).toMatchObject({ pciAddress: '0000:c4:00.0', sample: { utilisation: 0.04, memoryUsedBytes: 1_200_000_000, processes: [{ name: 'dwm', memoryBytes: 300_000_000 }] } })
  })

  it('find cards by kind where PowerShell tells no places, and guess none of two alike', async () => {
    const { [powershell + adaptersScript]: _places, ...poor } = answers
    const seen = await createWindowsSampler().sample(windows(poor), 0, [geforce, radeon])
    expect(seen.map(({ pciAddress }) => pciAddress)).toEqual(['0000:01:00.0', '0000:c4:00.0'])
    expect(await createWindowsSampler().sample(windows(poor), 0, [geforce, { ...geforce, uuid: 'GPU-2', pciAddress: '0000:02:00.0' }])).toEqual([])
  })

  it('are empty where there is no PowerShell or there are no counters', async () => {
    expect(await createWindowsSampler().sample(windows({}), 0, [geforce])).toEqual([])
    expect(await createWindowsSampler().sample(windows({ ...answers, [powershell + countersScript]: '' }), 0, [geforce])).toEqual([])
  })

  it('start PowerShell at most every ten seconds, and never twice at once', async () => {
    const started: number[] = []
    let at = 0
    const machine = windows(answers, { recorded: null })
    const counted: MachineSource = {
      ...machine,
      async run(program, args, options) {
        if (args.includes(countersScript)) started.push(at)
        return machine.run(program, args, options)
      },
    }
    const sampler = createWindowsSampler()
    await Promise.all([sampler.sample(counted, 0, [geforce]), sampler.sample(counted, 0, [geforce])])
    for (at = 1000; at <= 25_000; at += 1000) {
      const [seen] = await sampler.sample(counted, at, [geforce])
      expect(seen?.sample.takenAt).toBeGreaterThanOrEqual(at - 11_000)
      await new Promise((done) => setImmediate(done))
    }
    expect(started.length).toBeLessThanOrEqual(3)
    expect(started.length).toBeGreaterThanOrEqual(2)
  })
})

describe('the os layer on Windows', () => {
  it('takes memory beyond 4 GiB from DirectX, and knows what is no card', async () => {
    const layer = createOsLayer({ read: async () => null })
    const controllers = [
      { vendor: 'AMD', model: 'AMD Radeon RX 7900 XTX', vram: 4095, vramDynamic: false, pnpDeviceId: 'PCI\\VEN_1002&DEV_744C&SUBSYS_1&REV_C8\\x' },
      { vendor: 'Microsoft', model: 'Microsoft Remote Display Adapter', vram: 0, pnpDeviceId: 'SWD\\REMOTEDISPLAYENUM\\RDPIDD_INDIRECTDISPLAY&SESSIONID_0002' },
      { vendor: 'NVIDIA', model: 'NVIDIA GeForce RTX 3080', vram: 10240, pnpDeviceId: 'PCI\\VEN_1414&DEV_008E&SUBSYS_0&REV_00\\x' },
    ]
    const directX = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\DirectX\\{1}\r\n    Description    REG_SZ    AMD Radeon RX 7900 XTX\r\n    VendorId    REG_DWORD    0x1002\r\n    DeviceId    REG_DWORD    0x744c\r\n    AdapterLuid    REG_QWORD    0x1\r\n    DedicatedVideoMemory    REG_QWORD    0x5fd000000\r\n'
    const answer = await layer.detect(windows({ 'reg query HKLM\\SOFTWARE\\Microsoft\\DirectX /s': directX }, { recordedLayer: async () => ({ controllers }) }), 0)
    expect(answer.cards.map(({ memoryBytes, attachment }) => [memoryBytes, attachment?.kind ?? null])).toEqual([
      [0x5fd000000, null],
      [null, 'remote-display'],
      [10240 * 1024 * 1024, 'paravirtual'],
    ])
  })

  it('shows what DirectX remembers where Windows’ list cannot be had', async () => {
    const answer = await createOsLayer({ read: async () => null }).detect(windows(), 0)
    expect(answer.cards.map(({ name, vendor, pciDeviceId }) => [name, vendor, pciDeviceId])).toEqual([
      ['NVIDIA GeForce RTX 4070 Laptop GPU', 'nvidia', '10de:2860'],
      ['AMD Radeon(TM) 780M', 'amd', '1002:15bf'],
    ])
  })
})

describe('PowerShell’s documents among other text', () => {
  it.each([
    ['WARNING: [policy] profile {x} was not loaded\r\n{"EngineCount":3}\r\n', { EngineCount: 3 }],
    ['[12:00] antivirus: scanning\r\n[{"Name":"a"}]\r\nDone [ok]', [{ Name: 'a' }]],
    ['\uFEFF{"EngineCount":1}', { EngineCount: 1 }],
    ['[{"Name":"a"},{"Name":"b"},{"Na', undefined],
    ['{"EngineCount":3,"Engines":[{"Name":"a"}', undefined],
    ['Get-CimInstance : Access denied', undefined],
  ])('%j', (text, document) => {
    const found = jsonIn(text)
    expect(found).toEqual(document)
  })
})

describe('what the system’s list leaves out', () => {
  it('where there is no list at all, DirectX’s own counts: without the card that was taken out, and without the chip for neural networks', async () => {
    const key = (name: string, luid: number, more: object): [string, object] => [`HKLM\\SOFTWARE\\Microsoft\\DirectX\\{${luid}}`, { Description: name, AdapterLuid: luid, ...more }]
    const entries = Object.fromEntries([
      key('AMD Radeon RX 9070 XT', 0x111, { VendorId: 0x1002, DeviceId: 0x7550, DedicatedVideoMemory: 17_095_983_104, LastSeen: 134_000_000_000_000_000 }),
      key('AMD Radeon RX 580', 0x222, { VendorId: 0x1002, DeviceId: 0x67df, DedicatedVideoMemory: 8_573_157_376, LastSeen: 133_000_000_000_000_000 }),
      key('Intel(R) AI Boost', 0x333, { VendorId: 0x8086, DeviceId: 0x7d1d, LastSeen: 134_000_000_000_000_000 }),
    ])
    const folder = join(newFolder(), 'directx-only')
    mkdirSync(folder)
    writeFileSync(join(folder, 'machine.json'), JSON.stringify({ platform: 'win32', registry: entries }))
    const { cards } = await createOsLayer({ read: async () => null }).detect(openRecordedMachine(folder, handClock()), 0)
    expect(cards).toMatchObject([{ name: 'AMD Radeon RX 9070 XT', pciDeviceId: '1002:7550', memoryBytes: 17_095_983_104 }])
  })
  it('a host’s card that is lent to a virtual machine (GPU-PV) is that card; Microsoft’s own adapter is none', async () => {
    const lent = (model: string): object => ({ vendor: 'Microsoft', model, vram: 4095, vramDynamic: true, pnpDeviceId: 'PCI\\VEN_1414&DEV_008E&SUBSYS_00000000&REV_00\\5&1&0&0' })
    const { gpus } = await gpusOn(machineOf({ platform: 'win32', layers: { systeminformation: { controllers: [lent('NVIDIA GeForce RTX 3080'), lent('Microsoft Basic Render Driver')] } } })).look()
    expect(gpus.map(({ name, kind, vendor, pciDeviceId, pciSubsystemId, attachment }) => [name, kind, vendor, pciDeviceId, pciSubsystemId, attachment?.kind])).toEqual([
      ['NVIDIA GeForce RTX 3080', 'gpu', 'nvidia', null, null, 'paravirtual'],
      [expect.any(String), 'virtual', 'other', '1414:008e', null, 'paravirtual'],
    ])
  })
  it('on Linux it calls a card it does not know by its number, and its memory by the window on it', async () => {
    const controllers = [
      { vendor: 'Advanced Micro Devices, Inc. [AMD/ATI]', model: 'Device 744c', bus: 'Onboard', busAddress: '03:00.0', vram: 32768, vramDynamic: false },
      { vendor: 'NVIDIA', model: 'NVIDIA GeForce RTX 3090', busAddress: '04:00.0', vram: 256, memoryTotal: 24576 },
    ]
    const { cards } = await createOsLayer({ read: async () => null }).detect(machineOf({ layers: { systeminformation: { controllers } } }), 0)
    expect(cards).toMatchObject([
      { pciDeviceId: '1002:744c', pciAddress: '0000:03:00.0', memoryBytes: null },
      { pciAddress: '0000:04:00.0', memoryBytes: 24576 * 1024 ** 2 },
    ])
  })

  const registryOf = (name: string, device: string): string => `\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\DirectX\\{aaa}\r\n    Description    REG_SZ    ${name}\r\n    VendorId    REG_DWORD    0x10de\r\n    DeviceId    REG_DWORD    ${device}\r\n    DedicatedVideoMemory    REG_QWORD    0x17a000000\r\n    AdapterLuid    REG_QWORD    0x22222\r\n`
  it('DirectX gives the ids of a card by its name; the maker of the board stands in systeminformation’s own words', async () => {
    const controller = { vendor: 'NVIDIA', model: 'NVIDIA GeForce RTX 3060 Laptop GPU', vram: 4095, vramDynamic: true, subDeviceId: '0x170D1043', pciBus: '00000000:01:00.0' }
    const machine = machineOf({ platform: 'win32', commands: { 'reg query HKLM\\SOFTWARE\\Microsoft\\DirectX /s': registryOf('NVIDIA GeForce RTX 3060 Laptop GPU', '0x2520') }, layers: { systeminformation: { controllers: [controller] } } })
    const { cards } = await createOsLayer({ read: async () => null }).detect(machine, 0)
    expect(cards).toMatchObject([{ pciDeviceId: '10de:2520', pciSubsystemId: '1043:170d', pciAddress: '0000:01:00.0', memoryBytes: 0x17a000000 }])
  })
})
