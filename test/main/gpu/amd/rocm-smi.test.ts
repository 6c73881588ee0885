/** rocm-smi's JSON beyond the shared captures: processes, throttle reasons, and its ways to fail. */
import { describe, expect, test } from 'vitest'
import { parseRocmSmi, rocmSmiLayer } from '../../../../main/gpu/amd/rocm-smi.ts'
import { machineOf } from '../../../helpers/gpus.ts'

const at = Date.UTC(2026, 10, 23)
const parse = (document: unknown, around = ['', '']) => parseRocmSmi(around[0] + JSON.stringify(document) + around[1], at)!

describe('rocm-smi', () => {
  test('warnings before and after the document', () => {
    const cards = parse({ card0: { 'GPU use (%)': '41' } }, ['WARNING: AMD GPU device(s) is/are in a low-power state. Check power control/runtime_status\n\n', '\n================ End of ROCm SMI Log ================\n'])
    expect(cards[0]!.sample!.utilisation).toBe(0.41)
  })

  test('the programs of a single card; of several it does not say whose they are', () => {
    const system = { 'Driver version': '6.14.14', PID710898: 'demo::schedul, 1, 200145596416, 2735289460695, 88', PID7: 'a, b, 1, 5, 0, 0' }
    expect(parse({ card0: { 'GPU use (%)': '9' }, system })[0]!.sample!.processes).toEqual([
      { pid: 710898, name: 'demo::schedul', memoryBytes: 200145596416, ours: null, kind: 'compute', utilisation: null },
      { pid: 7, name: 'a, b', memoryBytes: 5, ours: null, kind: 'compute', utilisation: null },
    ])
    const two = parse({ card0: { 'GPU use (%)': '9' }, card1: { 'GPU use (%)': '9' }, system })
    expect(two[0]!.sample!.unknown['processes']).toContain('not which card')
  })

  test('throttle reasons by name, fan, and the hottest stack of memory', () => {
    const card = { 'indep_throttle_status': String((1n << 36n) | 1n), 'Fan speed (%)': '19', 'Fan RPM': '620', 'Temperature (Sensor HBM 0) (C)': '61.0', 'Temperature (Sensor HBM 3) (C)': '64.0', 'Temperature (Sensor memory) (C)': 'N/A', 'GFX Version': 'gfx1100' }
    expect(parse({ card0: card })[0]!).toMatchObject({ architecture: 'gfx1100', sample: { throttle: ['ppt0', 'temp_hotspot'], fan: 0.19, fanRpm: 620, fans: [{ share: 0.19, rpm: 620 }], memoryC: 64 } })
    expect(parse({ card0: { 'indep_throttle_status': '18446744073709551615' } })[0]!.sample!.throttle).toBeNull()
  })

  test('an MI250’s second half has no power of its own, and no limit', () => {
    const halves = { card0: { 'Average Graphics Package Power (W)': '128.0', 'Max Graphics Package Power (W)': '560.0' }, card1: { 'Average Graphics Package Power (W)': 'N/A (Secondary die)', 'Max Graphics Package Power (W)': '0.0' } }
    expect(parse(halves).map(({ powerLimitW, sample }) => [powerLimitW, sample!.powerLimitW, sample!.powerW])).toEqual([[560, 560, 128], [null, null, null]])
  })

  test('ROCm 2 and 3: lower-case units, and the memory’s sensor under its short name', () => {
    const card = { 'Fan Speed (%)': '45', 'Fan Speed (level)': '117', 'Temperature (Sensor mem) (c)': '79.0', 'Temperature (Sensor junction) (c)': '103.0', 'Temperature (Sensor edge) (c)': '77.0' }
    expect(parse({ card0: card })[0]!.sample).toMatchObject({ temperatureC: 77, hotspotC: 103, memoryC: 79, fan: 0.45 })
  })

  test('graphics inside a processor, by the chip’s name; cards and accelerators by theirs are not', () => {
    const chips = ['gfx1103', 'gfx1036', 'gfx90c', 'gfx1151', 'gfx1100', 'gfx1102', 'gfx1201', 'gfx942', 'gfx90a', 'gfx1034']
    expect(chips.map((chip) => parse({ card0: { 'GFX Version': chip } })[0]!.isIntegrated)).toEqual([true, true, true, true, null, null, null, null, null, null])
  })

  test('energy in the card’s own counter; 0 is none', () => {
    const joules = (text: string): number | null => parse({ card0: { 'Accumulated Energy (uJ)': text } })[0]!.sample!.energyJ
    expect([joules('13928442.0'), joules('0.0')]).toEqual([13.928442, null])
  })

  test.each([
    ['WARNING: No AMD GPUs specified\n\nWARNING: No JSON data to report\n', 'answered', null, null],
    ['cat: /sys/module/amdgpu/initstate: No such file or directory\nERROR:root:Driver not initialized (amdgpu not found in modules)\nWARNING: No JSON data to report\n', 'failed', 'driver-not-answering', /modprobe amdgpu/],
    ['WARNING: AMD GPU device(s) is/are in a low-power state.\n\n{"card0": {"PCI Bus": "0000:03:00.0"}, "card1": {"PCI B', 'failed', 'machine-output-broken', /breaks off in the middle/],
    ['Traceback (most recent call last):\n  File "/opt/rocm/bin/rocm-smi", line 1, in <module>\nTypeError: unsupported\n', 'failed', 'rocm-smi-broken', /TypeError: unsupported/],
  ])('no cards, or none to be had: %j', async (text, state, id, words) => {
    const answer = await rocmSmiLayer.detect(machineOf({ commands: { 'rocm-smi -a --json': text } }), at)
    expect([answer.state, answer.cards, answer.problems[0]?.id ?? null]).toEqual([state, [], id])
    if (words) expect(`${answer.problems[0]!.sentence} ${answer.problems[0]!.remedy}`).toMatch(words)
  })

  test('names and forms of other versions', () => {
    const card = { 'PCIe Bus': '0000:06:00.0 --> SN: T1', 'Current Power Cap (W)': '600.0', 'Max Graphics Package Power (W)': '750.0', 'current_socket_power (W)': '142', 'temperature_hotspot (C)': '41', 'temperature_mem (C)': '38', 'Fan Level': '45%', 'sclk clock level': '0: 500Mhz\n1: 2100Mhz *', 'current_uclk (MHz)': '900', 'average_gfx_activity (%)': '7' }
    expect(parse({ card0: card })[0]!).toMatchObject({ pciAddress: '0000:06:00.0', powerLimitW: 600, powerLimitMaxW: 750, sample: { powerW: 142, temperatureC: 41, hotspotC: 41, memoryC: 38, fan: 0.45, coreClockMhz: 2100, memoryClockMhz: 900, utilisation: 0.07 } })
  })

  test('where -a dies over the overclocking tables, fewer questions are asked', async () => {
    const machine = machineOf({
      commands: { 'rocm-smi -a --json': 'python3: get_od_clk_volt_info: Assertion failed\n' },
      async run(_program, args) {
        if (args.includes('-a')) return { kind: 'done', exitCode: 134, stdout: '', stderr: 'Assertion failed' }
        return args.includes('--showuse') ? { kind: 'done', exitCode: 0, stdout: '{"card0": {"GPU use (%)": "3", "PCI Bus": "0000:03:00.0"}}', stderr: '' } : { kind: 'not-found' }
      },
    })
    expect(await rocmSmiLayer.detect(machine, at)).toMatchObject({ state: 'answered', cards: [{ pciAddress: '0000:03:00.0', sample: { utilisation: 0.03 } }] })
  })

  test.each([
    ['ERROR:root:Driver not initialized (amdgpu not found in modules)\n', 'driver-not-answering'],
    ['Traceback (most recent call last):\n  File "x"\nImportError: librocm_smi64.so.7: cannot open shared object file\n', 'rocm-smi-broken'],
    ['hello', 'machine-output-broken'],
  ])('no document: %j', async (stdout, id) => {
    expect(await rocmSmiLayer.detect(machineOf({ commands: { 'rocm-smi -a --json': stdout } }), at)).toMatchObject({ state: 'failed', problems: [{ id }] })
  })
})
