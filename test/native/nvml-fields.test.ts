/** Every kind of answer of NVML through the real koffi bindings, against the library of ours that gcc builds here. */
import { copyFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { createNvmlLayer } from '../../main/gpu/nvidia/nvml-layer.ts'
import { createThisMachine } from '../../main/system/this-machine.ts'
import { newFolder } from '../helpers/files.ts'
import { build, canBuild, load, readerOver, withEnv } from './stub.ts'

const at = Date.UTC(2026, 10, 23)

describe.skipIf(!canBuild)('what NVML tells (skipped where gcc is absent)', () => {
  let stub = ''
  beforeAll(() => {
    stub = build()
  })
  const cardWith = (env: Record<string, string> = {}) => withEnv(env, () => readerOver(stub).cards(at)[0]!)

  test('everything a gaming card has', () => {
    const card = cardWith()
    expect(card).toMatchObject({
      architecture: 'Ampere',
      boardPartNumber: '900-1G136-2510-000',
      coreClockMaxMhz: 2100,
      memoryClockMaxMhz: 9751,
      temperatureLimits: { slowdownC: 95, shutdownC: 98, targetC: 83, memoryC: null },
      fanCount: 2,
      persistenceMode: false,
      computeMode: 'Default',
      driverModel: null,
      attachment: null,
      retiredPages: null,
      remappedRows: null,
      nvlinks: [],
    })
    expect(card.sample).toMatchObject({
      smClockMhz: 1695,
      videoClockMhz: 1500,
      energyJ: 123456.789,
      pcieReplays: 2,
      fan: 0.63,
      fanRpm: 1720,
      fans: [{ share: 0.55, rpm: 1500 }, { share: 0.63, rpm: 1720 }],
      incidents: [],
      processes: [
        { pid: 4001, kind: 'compute', utilisation: 0.35 },
        { pid: 4013, kind: 'both', utilisation: 0 },
      ],
    })
  })

  test('a data-centre card: ECC, remapped rows, NVLink, persistence', () => {
    const card = cardWith({ STUB_DATACENTER: '1' })
    expect(card).toMatchObject({ eccEnabled: true, persistenceMode: true, remappedRows: { correctable: 1, uncorrectable: 2, pending: true, failed: false } })
    expect(card.nvlinks).toEqual([
      { link: 0, isActive: true, version: '3.0', remotePciAddress: '0000:c4:00.0' },
      { link: 1, isActive: true, version: '3.0', remotePciAddress: '0000:c4:00.0' },
      { link: 2, isActive: true, version: '3.0', remotePciAddress: '0000:c4:00.0' },
      { link: 3, isActive: false, version: null, remotePciAddress: null },
    ])
    expect(card.sample).toMatchObject({ eccCorrected: 5, eccUncorrected: 1 })
  })

  test('retired pages of an older card', () => {
    expect(cardWith({ STUB_RETIRED: '1' }).retiredPages).toEqual({ singleBit: 3, doubleBit: 0, pending: true })
  })

  test('a card that tells margins instead of temperatures: 61 °C with 29 left', () => {
    expect(cardWith({ STUB_MARGINS: '1' }).temperatureLimits).toEqual({ slowdownC: 92, shutdownC: 97, targetC: 84, memoryC: null })
  })

  test.each([
    ['1', 'passthrough'],
    ['2', 'virtual-gpu'],
  ])('virtualization mode %s is %s', (mode, kind) => {
    expect(cardWith({ STUB_VIRTUAL: mode }).attachment).toMatchObject({ kind, because: expect.stringContaining('NVML') })
  })

  test('a card cut in MIG instances, with the processes in them', () => {
    const card = cardWith({ STUB_MIG: '1' })
    expect(card.mig).toEqual({
      enabled: true,
      instances: [1, 2].map((gpuInstanceId, index) => ({ index, gpuInstanceId, computeInstanceId: 0, memoryBytes: 10737418240, multiprocessors: 28 })),
    })
    expect(card.sample!.utilisation).toBeNull()
    expect(card.sample!.unknown['utilisation']).toContain('MIG')
    expect(card.sample!.processes.map(({ pid }) => pid)).toEqual([4001, 4013])
  })

  test('where only an administrator may list a cut card’s processes, its instances are asked', () => {
    const { processes } = cardWith({ STUB_MIG: '2' }).sample!
    // The first process runs in both instances.
    expect(processes.map(({ pid, memoryBytes }) => [pid, memoryBytes])).toEqual([[4001, 2 * 1073741824], [4013, 536870912]])
  })

  test('Windows: no memory per process, and the driver model', () => {
    const card = withEnv({ STUB_WDDM: '1' }, () => readerOver(stub, { wddm: true }).cards(at)[0]!)
    expect(card.driverModel).toBe('WDDM')
    expect(card.sample!.processes.map(({ memoryBytes }) => memoryBytes)).toEqual([null, null])
  })

  test('more processes than there was room for are all listed', () => {
    expect(cardWith({ STUB_PROCESSES: '700' }).sample!.processes).toHaveLength(700)
  })

  test('sixty-four cards', () => {
    const cards = withEnv({ STUB_DEVICES: '64' }, () => readerOver(stub).cards(at))
    expect(new Set(cards.map(({ uuid }) => uuid)).size).toBe(64)
    expect(cards.at(-1)!.pciAddress).toBe('0000:40:00.0')
  })

  test('garbage is unknown, never a reading', () => {
    const card = cardWith({ STUB_GARBAGE: '1' })
    for (const [field, value] of Object.entries(card.sample!)) {
      if (field !== 'takenAt' && typeof value === 'number') throw new Error(`${field} is ${value}`)
    }
    expect(card.sample).toMatchObject({ utilisation: null, memoryUsedBytes: null, temperatureC: null, powerW: null, throttle: null, performanceState: null, fan: null })
    expect(card.sample!.unknown['powerW']).toContain('cannot be')
    expect(card).toMatchObject({ uuid: null, name: null, driverVersion: null, vbiosVersion: null, pciAddress: null, memoryBytes: null, architecture: null, pcieLanesMax: null, coreClockMaxMhz: null, temperatureLimits: null, powerLimitW: null, fanCount: null })
  })

  test.each([
    ['nvmlDeviceGetTemperature error 3', 'temperatureC', /does not support/],
    ['nvmlDeviceGetPowerUsage error 4', 'powerW', /permission/],
    ['nvmlDeviceGetClockInfo error 21', 'coreClockMhz', /no figure yet/],
    ['nvmlDeviceGetTemperature error 77', 'temperatureC', /error 77/],
    ['nvmlDeviceGetPowerUsage value 4294967295', 'powerW', /cannot be/],
    ['nvmlDeviceGetEncoderUtilization value 1000', 'encoder', /cannot be/],
  ])('"%s" loses that reading alone, with why', (rule, field, why) => {
    const script = join(newFolder(), 'script')
    writeFileSync(script, rule)
    const { sample } = cardWith({ STUB_SCRIPT: script })
    expect(sample![field as 'powerW']).toBeNull()
    expect(sample!.unknown[field]).toMatch(why)
    expect(sample).toMatchObject({ memoryUsedBytes: 2147483648, utilisation: 0.4 })
  })

  test('a lost card among others: its readings are unknown for that reason, the others go on', () => {
    const script = join(newFolder(), 'script')
    writeFileSync(script, 'nvmlDeviceGetMemoryInfo_v2@1 error 15;nvmlDeviceGetMemoryInfo@1 error 15')
    withEnv({ STUB_DEVICES: '2', STUB_SCRIPT: script }, () => {
      const reader = readerOver(stub)
      expect(reader.cards(at).map(({ problems }) => problems.map(({ id }) => id))).toEqual([[], ['gpu-lost']])
      const [well, lost] = reader.samples(at, null)
      expect(well!.sample.temperatureC).toBe(61)
      expect(lost!.sample).toMatchObject({ temperatureC: null, powerW: null, throttle: null })
      expect(lost!.sample.unknown['temperatureC']).toContain('lost')
    })
  })

  test.each([
    [16, 'gpu-reset-required'],
    [4, 'card-not-permitted'],
    [17, 'card-not-permitted'],
    [8, 'card-without-power'],
    [999, 'card-not-readable'],
  ])('a card that is refused with code %i has the problem %s, with a remedy', (code, id) => {
    const script = join(newFolder(), 'script')
    writeFileSync(script, `nvmlDeviceGetHandleByIndex_v2 error ${code}`)
    const [problem] = cardWith({ STUB_SCRIPT: script }).problems
    expect(problem).toMatchObject({ id, remedy: expect.stringMatching(/.{20}/) })
  })

  test('Xid events are told once, with NVIDIA’s meaning, on the card they came from', () => {
    const file = join(newFolder(), 'xids')
    withEnv({ STUB_DEVICES: '2', STUB_XID_FILE: file }, () => {
      const reader = readerOver(stub)
      expect(reader.samples(at, null).flatMap(({ sample }) => sample.incidents)).toEqual([])
      writeFileSync(file, '1 79\n1 31\n0 4711\n')
      const [first, second] = reader.samples(at + 1000, null)
      expect(second!.sample.incidents.map(({ code }) => code)).toEqual([79, 31])
      expect(second!.sample.incidents[0]!.sentence).toContain('fallen off the bus')
      expect(first!.sample.incidents[0]!.sentence).toContain('Xid 4711')
      expect(reader.samples(at + 2000, null).flatMap(({ sample }) => sample.incidents)).toEqual([])
    })
  })

  test('an Xid of a card that is not read just then is kept for it', () => {
    const file = join(newFolder(), 'xids')
    withEnv({ STUB_DEVICES: '2', STUB_XID_FILE: file }, () => {
      const reader = readerOver(stub)
      reader.samples(at, null)
      writeFileSync(file, '1 48\n')
      expect(reader.samples(at + 1000, new Set(['0000:01:00.0']))[0]!.sample.incidents).toEqual([])
      expect(reader.samples(at + 2000, new Set(['0000:02:00.0']))[0]!.sample.incidents).toMatchObject([{ kind: 'xid', code: 48 }])
    })
  })

  test('cards or drivers without events are sampled as well', () => {
    for (const rule of ['nvmlEventSetCreate error 3', 'nvmlDeviceRegisterEvents error 3', 'nvmlDeviceGetSupportedEventTypes value 0']) {
      const script = join(newFolder(), 'script')
      writeFileSync(script, rule)
      const [seen] = withEnv({ STUB_SCRIPT: script }, () => readerOver(stub).samples(at, null))
      expect(seen!.sample).toMatchObject({ temperatureC: 61, incidents: [] })
    }
  })

  test('a driver of which only the oldest entry points are there: the rest is unknown, not 0', () => {
    const [card] = readerOver(build('-DBARE')).cards(at)
    expect(card).toMatchObject({ name: 'NVIDIA GeForce RTX 3090', memoryBytes: 25769803776, nvlinks: null, fanCount: null, temperatureLimits: null })
    expect(card!.sample).toMatchObject({ temperatureC: 61, memoryUsedBytes: 2147483648, utilisation: null, powerW: null, throttle: null, fans: [], processes: [] })
    for (const why of Object.values(card!.sample!.unknown)) expect(why).toMatch(/does not know it|does not tell/)
  })
})

describe.skipIf(!canBuild)('a driver that changes underneath (skipped where gcc is absent)', () => {
  const cards = [{ uuid: null, pciAddress: '0000:01:00.0' }]

  test('"driver/library version mismatch" is said in words, and over once it has mended', async () => {
    const machine = createThisMachine({ dataFolder: newFolder() })
    const path = build()
    const script = join(newFolder(), 'script')
    const layer = createNvmlLayer({ load: () => load(path) })
    process.env['STUB_SCRIPT'] = script
    try {
      writeFileSync(script, '')
      expect((await layer.detect(machine, at)).cards).toHaveLength(1)
      expect(await layer.sample!(machine, at, cards)).toHaveLength(1)
      writeFileSync(script, 'nvmlDeviceGetMemoryInfo_v2 error 18\nnvmlDeviceGetMemoryInfo error 18\nnvmlInit_v2 error 18\n')
      await expect(layer.sample!(machine, at + 1000, cards)).rejects.toThrow(/different versions/)
      await expect(layer.sample!(machine, at + 2000, cards)).rejects.toThrow(/different versions/)
      writeFileSync(script, '# mended\n')
      expect((await layer.sample!(machine, at + 3000, cards))[0]!.sample.temperatureC).toBe(61)
      // A driver that was unloaded and loaded again needs no more than a fresh start.
      writeFileSync(script, 'nvmlDeviceGetMemoryInfo_v2 error 1\nnvmlDeviceGetMemoryInfo error 1\nnvmlInit_v2 delay 1\n')
      await expect(layer.sample!(machine, at + 4000, cards)).rejects.toThrow(/no longer started/)
    } finally {
      delete process.env['STUB_SCRIPT']
    }
  })

  test('a library that an update has replaced is loaded anew, in the same process', async () => {
    const machine = createThisMachine({ dataFolder: newFolder() })
    const path = join(newFolder(), 'libnvidia-ml.so.1')
    const layer = createNvmlLayer({ load: () => load(path) })
    copyFileSync(build(), path)
    expect((await layer.detect(machine, at)).cards[0]!.driverVersion).toBe('570.124.06')
    process.env['STUB_RULES'] = 'nvmlDeviceGetMemoryInfo_v2 error 18;nvmlDeviceGetMemoryInfo error 18;nvmlInit_v2 error 18'
    try {
      await expect(layer.sample!(machine, at + 1000, cards)).rejects.toThrow(/different versions/)
    } finally {
      delete process.env['STUB_RULES']
    }
    // As a package manager does it: a new file in the place of the old one.
    rmSync(path)
    copyFileSync(build('-DDRIVER="580.95.05"'), path)
    expect((await layer.sample!(machine, at + 2000, cards))[0]!.sample.temperatureC).toBe(61)
    expect((await layer.detect(machine, at + 3000)).cards[0]!.driverVersion).toBe('580.95.05')
  })

  test('a driver that starts and cannot count its cards is a problem, not a machine without cards', async () => {
    const layer = createNvmlLayer({ load: () => load(build()) })
    process.env['STUB_RULES'] = 'nvmlDeviceGetCount_v2 error 999'
    try {
      expect(await layer.detect(createThisMachine({ dataFolder: newFolder() }), at)).toMatchObject({ state: 'failed', problems: [{ id: 'driver-not-answering', sentence: expect.stringContaining('unknown error') }] })
    } finally {
      delete process.env['STUB_RULES']
    }
  })

  test('an Xid that came before a new look is told after it', async () => {
    const machine = createThisMachine({ dataFolder: newFolder() })
    const path = build()
    const layer = createNvmlLayer({ load: () => load(path) })
    const file = join(newFolder(), 'xids')
    process.env['STUB_XID_FILE'] = file
    try {
      await layer.detect(machine, at)
      await layer.sample!(machine, at, cards)
      writeFileSync(file, '0 74\n')
      await layer.detect(machine, at + 1000)
      expect((await layer.sample!(machine, at + 2000, cards))[0]!.sample.incidents).toMatchObject([{ code: 74 }])
    } finally {
      delete process.env['STUB_XID_FILE']
    }
  })
})
