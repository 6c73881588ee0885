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
