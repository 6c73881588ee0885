/** amd-smi's JSON of several versions, and what it prints when it has none. */
import { describe, expect, test } from 'vitest'
import { createAmdSmiLayer } from '../../../../main/gpu/amd/amd-smi.ts'
import { jsonIn } from '../../../../main/gpu/json-in-text.ts'
import { openRecordedMachine } from '../../../../main/system/recorded-machine.ts'
import { handClock } from '../../../helpers/clocks.ts'
import { machineFolder, machineOf } from '../../../helpers/gpus.ts'

const at = Date.UTC(2026, 10, 23)
const MiB = 1024 ** 2
const json = JSON.stringify
function answer(documents: Partial<Record<'list' | 'static' | 'metric' | 'process', unknown>>) {
  const commands = Object.fromEntries(Object.entries(documents).map(([name, value]) => [`amd-smi ${name} --json`, typeof value === 'string' ? value : json(value)]))
  return createAmdSmiLayer().detect(machineOf({ commands }), at)
}

describe('two MI300X, recorded', () => {
  const detect = () => createAmdSmiLayer().detect(openRecordedMachine(machineFolder('two-mi300x-amd-smi'), handClock()), at)

  test('each card with its own readings', async () => {
    const { cards } = await detect()
    expect(cards.map(({ uuid, pciAddress, name, architecture, memoryBytes, eccEnabled, powerLimitMaxW }) => ({ uuid, pciAddress, name, architecture, memoryBytes, eccEnabled, powerLimitMaxW }))).toEqual(
      [['e1a04c77d2f91b36', '0000:83:00.0'], ['0b5532e81f6ca2d4', '0000:a3:00.0']].map(([uuid, pciAddress]) => ({ uuid, pciAddress, name: 'AMD Instinct MI300X', architecture: 'gfx942', memoryBytes: 196592 * MiB, eccEnabled: true, powerLimitMaxW: 750 })),
    )
    expect(cards[0]!.sample).toMatchObject({ utilisation: 0.88, temperatureC: 71, memoryC: 63, powerW: 612, coreClockMhz: 2100, throttle: ['ppt0'], fan: null, pcieGeneration: 5, processes: [{ pid: 4242, name: 'python3', memoryBytes: 126877696000 }] })
    expect(cards[1]!.sample).toMatchObject({ utilisation: 0.08, eccCorrected: 4, throttle: [], processes: [] })
  })

  test('a group that the user is not in is said with what to do, and does not hide the cards', async () => {
    const { problems, state } = await detect()
    expect([state, problems.map(({ id }) => id)]).toEqual(['answered', ['amd-groups-missing']])
    expect(problems[0]!.remedy).toContain('usermod')
  })

  test('from second to second only what changes is asked for', async () => {
    const asked: string[] = []
    const machine = openRecordedMachine(machineFolder('two-mi300x-amd-smi'), handClock())
    const counting = { ...machine, run: (...call: Parameters<typeof machine.run>) => (asked.push(call[1][0]!), machine.run(...call)) }
    const layer = createAmdSmiLayer()
    const { cards } = await layer.detect(counting, at)
    asked.length = 0
    const samples = await layer.sample!(counting, at + 1000, cards)
    expect([asked.sort(), samples.map(({ pciAddress, sample }) => [pciAddress, sample.powerW])]).toEqual([['metric', 'process'], [['0000:83:00.0', 612], ['0000:a3:00.0', 142]]])
  })
})

describe('other versions', () => {
  test('a list, numbers without units, and texts with them', async () => {
    const { cards } = await answer({
      static: [{ gpu: 0, asic: { market_name: 'Navi 21 [Radeon RX 6800]', device_id: '0x73bf', vendor_id: '0x1002', asic_serial: '0x0000000000000000' }, bus: { bdf: '0000:0B:00.0' }, vram: { size: '16368 MB' } }],
      metric: [{ gpu: 0, usage: { gfx_activity: 12 }, power: { average_socket_power: '31.5 W', throttle_status: 'UNTHROTTLED' }, temperature: { edge: '48 C', hotspot: { value: 52, unit: 'C' } }, clock: { gfx: { current_clk: '500 MHz', max_clk: 2315 } }, fan: { speed: 51, max: 255, rpm: 700 }, pcie: { current_speed: '16 GT/s', current_width: 16 } }],
    })
    expect(cards[0]).toMatchObject({ uuid: null, pciAddress: '0000:0b:00.0', memoryBytes: 16368 * MiB, coreClockMaxMhz: 2315 })
    expect(cards[0]!.sample).toMatchObject({ utilisation: 0.12, powerW: 31.5, temperatureC: 48, hotspotC: 52, coreClockMhz: 500, fan: 0.2, fanRpm: 700, throttle: [], pcieGeneration: 4, pcieLanes: 16 })
  })

  test('everything "N/A": no reading, each with a reason', async () => {
    const { cards } = await answer({ list: [{ gpu: 0, bdf: '0000:03:00.0', uuid: 'N/A' }], static: { gpu_data: [{ gpu: 0, asic: 'N/A', vram: { size: 'N/A' }, limit: 'N/A' }] }, metric: { gpu_data: [{ gpu: 0, usage: 'N/A', power: { socket_power: 'N/A' }, energy: { total_energy_consumption: { value: 0.0, unit: 'J' } } }] }, process: [] })
    const { sample } = cards[0]!
    expect(cards[0]).toMatchObject({ pciAddress: '0000:03:00.0', uuid: null, name: null, memoryBytes: null })
    for (const field of ['utilisation', 'powerW', 'temperatureC', 'energyJ', 'throttle', 'processes', 'fans']) expect(sample!.unknown[field], field).toBeTruthy()
  })

  test('slowed down, but not by what: unknown rather than none', async () => {
    const { cards } = await answer({ metric: [{ gpu: 0, power: { throttle_status: 'THROTTLED' } }] })
    expect([cards[0]!.sample!.throttle, cards[0]!.sample!.unknown['throttle']]).toEqual([null, expect.stringContaining('not by what')])
  })

  test('the serial number out of its UUID, and one card for its partitions', async () => {
    const { cards } = await answer({
      list: [
        { gpu: 0, bdf: '0000:05:00.0', uuid: '79ff738c-0000-1000-80cc-d55167a2124a', partition_id: 0 },
        { gpu: 1, bdf: '0000:05:00.1', uuid: 'N/A', partition_id: 1 },
        { gpu: 2, bdf: '0000:06:00.0', uuid: 'N/A', partition_id: 0 },
      ],
      metric: [],
    })
    expect(cards.map(({ uuid, pciAddress }) => [uuid, pciAddress])).toEqual([['79ccd55167a2124a', '0000:05:00.0'], [null, '0000:06:00.0']])
  })
})

test('a Radeon of which the tool tells less: a name cut off, a fastest clock of 0, and a sum of errors where nothing counts', async () => {
  const watts = (value: number): object => ({ value, unit: 'W' })
  const { cards } = await answer({
    static: [
      {
        gpu: 0,
        asic: { market_name: 'Navi 23 [Radeon RX 6600/6600 XT', vendor_id: '0x1002', subvendor_id: '0x1043', device_id: '0x73ff', rev_id: '0xc7', asic_serial: 'N/A' },
        bus: { bdf: '0000:0b:00.0', max_pcie_width: 8, max_pcie_speed: { value: 16, unit: 'GT/s' } },
        vbios: { name: '73FF', part_number: '115-D5-100', version: '020.003' },
        limit: { max_power: watts(110), min_power: watts(90), socket_power: watts(100) },
        clock: { sys: { 'current level': 1, frequency_levels: { 'Level 0': '500 MHz', 'Level 1': '2581 MHz' } }, mem: { 'current level': 0, frequency_levels: { 'Level 0': { value: '96', unit: 'MHz' }, 'Level 1': { value: '875', unit: 'MHz' } } } },
      },
    ],
    metric: [{ gpu: 0, clock: { gfx_0: { clk: { value: 800, unit: 'MHz' }, max_clk: { value: 0, unit: 'MHz' } } }, ecc: { total_correctable_count: 0, total_uncorrectable_count: 0 }, ecc_blocks: 'N/A', fan: { speed: 0, max: 255, rpm: 0, usage: { value: 0, unit: '%' } } }],
  })
  expect(cards[0]).toMatchObject({ name: 'Radeon RX 6600/6600 XT', vbiosVersion: '115-D5-100', coreClockMaxMhz: 2581, memoryClockMaxMhz: 875, powerLimitW: 100, powerLimitMinW: 90, powerLimitMaxW: 110, sample: { coreClockMhz: 800, eccCorrected: null, eccUncorrected: null, fan: 0, fanRpm: 0 } })
  expect(cards[0]!.sample!.unknown['eccCorrected']).toContain('no error counters')
})

test('words full of ones and other impossible numbers are unknown, not readings', async () => {
  const { cards } = await answer({
    static: [{ gpu: 0, limit: { ppt0: { socket_power_limit: { value: 4294967, unit: 'W' }, max_power_limit: { value: 1e30, unit: 'W' } } }, vram: { size: { value: 1e19, unit: 'MB' } } }],
    metric: [{ gpu: 0, clock: { gfx_0: { clk: { value: 65535, unit: 'MHz' }, max_clk: { value: 65535, unit: 'MHz' } } }, ecc: { total_correctable_count: -1, total_uncorrectable_count: 4294967295 }, fan: { rpm: 4294967295, usage: { value: -5, unit: '%' } }, power: { socket_power: { value: 65535, unit: 'W' } } }],
  })
  const { memoryBytes, powerLimitW, powerLimitMaxW, coreClockMaxMhz, sample } = cards[0]!
  const { coreClockMhz, eccCorrected, eccUncorrected, fan, fanRpm, fans, powerW } = sample!
  expect([memoryBytes, powerLimitW, powerLimitMaxW, coreClockMaxMhz, coreClockMhz, eccCorrected, eccUncorrected, fan, fanRpm, fans, powerW]).toEqual([null, null, null, null, null, null, null, null, null, [], null])
})

test('a document that breaks off is named, and the others count', async () => {
  const { state, cards, problems } = await answer({ static: '{"gpu_data":[{"gpu":0,"asic":{"market_name":"AMD Radeon RX 7900 XTX"', metric: [{ gpu: 0, power: { socket_power: { value: 21, unit: 'W' } } }] })
  expect([state, cards[0]!.sample!.powerW]).toEqual(['answered', 21])
  expect(problems).toMatchObject([{ id: 'machine-output-broken', sentence: expect.stringContaining('`amd-smi static --json`') }])
})

test('of a list that breaks off the whole cards count, and it is said', async () => {
  const { cards, problems } = await answer({ static: '[\n    {\n        "gpu": 0,\n        "bus": { "bdf": "0000:03:00.0" }\n    },\n    {\n        "gpu": 1,\n        "bus": {', metric: [] })
  expect([cards.map(({ pciAddress }) => pciAddress), problems.map(({ id }) => id)]).toEqual([['0000:03:00.0'], ['machine-output-broken']])
})

describe('what is no answer', () => {
  test('not installed', async () => {
    expect((await answer({})).state).toBe('absent')
  })
  test.each([
    ['Traceback (most recent call last):\n  File "/opt/rocm/bin/amd-smi", line 40, in <module>\n    from amdsmi_init import *\nModuleNotFoundError: No module named \'amdsmi\'\n', 'amd-smi-broken', /No module named 'amdsmi'/],
    ['ERROR: AMDSMI_STATUS_DRIVER_NOT_LOADED\n', 'driver-not-answering', /not loaded/],
    ['', 'machine-output-broken', /JSON/],
  ])('%j', async (text, id, sentence) => {
    const { state, problems } = await answer({ list: text, static: text, metric: text, process: text })
    expect([state, problems[0]!.id]).toEqual(['failed', id])
    expect(problems[0]!.sentence).toMatch(sentence)
  })
})

describe('the document among other text', () => {
  test.each([
    ['WARNING: [amdgpu] some groups {render}\n{"a":{"b":1}}\n', { a: { b: 1 } }],
    ['[2026-11-23 07:00:01] [WARNING] slow\n[{"gpu":0}]\nDone [ok]\n', [{ gpu: 0 }]],
    ['{"a":{"x":NaN,"y":-Infinity,"z":"NaN, [x]"}}', { a: { x: null, y: null, z: 'NaN, [x]' } }],
    ['  {\n "a": {"text": "} ]"}\n}\nExtra: {nothing}\n', { a: { text: '} ]' } }],
  ])('%j', (text, document) => {
    expect(jsonIn(text)).toEqual(document)
  })
  test('none', () => {
    for (const text of ['', 'no json', '{"a":', '[]', '["a warning"]', '['.repeat(5000)]) expect(jsonIn(text)).toBeUndefined()
  })
})
