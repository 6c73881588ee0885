/** amdgpu's binary table: every version's fields at their places, and everything that is not such a table. */
import { describe, expect, test } from 'vitest'
import { parseGpuMetrics } from '../../../../main/gpu/amd/gpu-metrics.ts'
import { namesOf, residenciesOf, throttleOf } from '../../../../main/gpu/amd/throttle.ts'

/** A table full of ones ("cannot tell") with a few values written over them; offsets are those of the published structures. */
function table(size: number, format: number, content: number, values: [offset: number, width: 2 | 4 | 8, value: bigint][]): Uint8Array {
  const bytes = new Uint8Array(size).fill(0xff)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, size, true)
  view.setUint8(2, format)
  view.setUint8(3, content)
  for (const [offset, width, value] of values) {
    if (width === 2) view.setUint16(offset, Number(value), true)
    else if (width === 4) view.setUint32(offset, Number(value), true)
    else view.setBigUint64(offset, value, true)
  }
  return bytes
}

describe('gpu_metrics', () => {
  test('1.3, as cards since 2021 give it: 120 bytes, throttle reasons in the last eight', () => {
    const metrics = parseGpuMetrics(table(120, 1, 3, [[4, 2, 61n], [6, 2, 75n], [16, 2, 97n], [22, 2, 331n], [54, 2, 2412n], [112, 8, (1n << 36n) | 1n]]))!
    expect(['temperature_edge', 'temperature_hotspot', 'average_gfx_activity', 'average_socket_power', 'current_gfxclk'].map((name) => metrics.value(name))).toEqual([61, 75, 97, 331, 2412])
    expect(metrics.value('temperature_mem')).toBeNull()
    expect(throttleOf(metrics, null)).toEqual({ value: ['ppt0', 'temp_hotspot'] })
  })

  test('2.2 and its followers, as processors give it: reasons behind the fan', () => {
    for (const [size, content] of [[128, 2], [152, 3], [168, 4]] as const) {
      expect(throttleOf(parseGpuMetrics(table(size, 2, content, [[108, 4, 0n], [120, 8, 1n << 37n]]))!, null), `2.${content}`).toEqual({ value: ['temp_soc'] })
    }
  })

  test('versions whose bits mean something else on each chip: none is none, some are not named', () => {
    expect(throttleOf(parseGpuMetrics(table(104, 1, 2, [[68, 4, 0n]]))!, null)).toEqual({ value: [] })
    expect(throttleOf(parseGpuMetrics(table(104, 1, 2, [[68, 4, 4n]]))!, null)).toMatchObject({ why: expect.stringContaining('does not say by what') })
    expect(throttleOf(parseGpuMetrics(table(80, 1, 0, []))!, null)).toHaveProperty('why')
  })

  test('accelerators (1.6) count how long each reason lasted: what rises is on now', () => {
    // After the header: six readings, energy at 16, time at 24, then the counters from 32 on.
    const at = (ppt: bigint, hbm: bigint): Uint8Array => table(400, 1, 6, [[16, 8, 65_536_000n], [36, 4, 0n], [40, 4, ppt], [44, 4, 5n], [48, 4, 0n], [52, 4, hbm]])
    const before = parseGpuMetrics(at(10n, 7n))!
    expect(before.value('energy_accumulator')).toBe(65_536_000)
    expect(throttleOf(before, null)).toHaveProperty('why')
    expect(throttleOf(parseGpuMetrics(at(14n, 7n))!, residenciesOf(before))).toEqual({ value: ['ppt0'] })
    expect(throttleOf(parseGpuMetrics(at(10n, 7n))!, residenciesOf(before))).toEqual({ value: [] })
    // The driver was loaded anew: the counters begin again.
    expect(throttleOf(parseGpuMetrics(at(0n, 0n))!, residenciesOf(before))).toEqual({ value: [] })
  })

  test('3.0: counters in the last 36 of 264 bytes', () => {
    const counted = residenciesOf(parseGpuMetrics(table(264, 3, 0, [[228, 4, 3n], [252, 4, 9n]]))!)
    expect(counted).toMatchObject({ throttle_residency_prochot: 3, throttle_residency_thm_soc: 9 })
  })

  test('1.9 is a list of fields without gaps', () => {
    const bytes = new Uint8Array(64)
    const view = new DataView(bytes.buffer)
    view.setUint16(0, 64, true)
    view.setUint8(2, 1)
    view.setUint8(3, 9)
    view.setUint32(4, 3, true)
    // Unit, type (2: 16 bits, 6: 64 bits), field, how many.
    view.setBigUint64(8, (2n << 24n) | (2n << 20n) | (0n << 10n) | 1n, true)
    view.setUint16(16, 66, true)
    view.setBigUint64(18, (1n << 24n) | (2n << 20n) | (33n << 10n) | 2n, true)
    view.setUint16(26, 2100, true)
    view.setUint16(28, 2090, true)
    view.setBigUint64(30, (6n << 20n) | (25n << 10n) | 1n, true)
    view.setBigUint64(38, 12n, true)
    const metrics = parseGpuMetrics(bytes)!
    expect(['temperature_hotspot', 'current_gfxclk', 'pcie_replay_count_acc'].map((name) => metrics.value(name))).toEqual([66, 2100, 12])
  })

  test('what is no such table', () => {
    for (const bytes of [null, new Uint8Array(0), new Uint8Array(3), table(120, 1, 3, []).slice(0, 60), table(120, 7, 3, []), table(120, 1, 99, []), new TextEncoder().encode('not supported on this asic\n')]) {
      expect(parseGpuMetrics(bytes)).toBeNull()
    }
    expect(parseGpuMetrics(new Uint8Array([8, 0, 1, 9, 255, 255, 255, 255]))!.value('temperature_hotspot')).toBeNull()
  })

  test('a bit that this program does not know yet is told by its number', () => {
    expect(namesOf(1n << 60n)).toEqual(['bit_60'])
  })
})
