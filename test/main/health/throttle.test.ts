/** Every vendor's reasons for slowing down mean something to health. */
import { describe, expect, it } from 'vitest'
import { reasonWords, throttleKind } from '../../../main/health/throttle.ts'
import { xidRemedy, xidSeverity } from '../../../main/health/xids.ts'

const reasons = {
  none: ['gpu_idle', 'applications_clocks_setting', 'display_clocks_setting', 'sync_boost'],
  power: ['sw_power_cap', 'board_limit', 'reliability', 'ppt0', 'ppt3', 'spl', 'fppt', 'sppt_apu', 'tdc_gfx', 'edc_cpu', 'apcc', 'ppm', 'fit', 'pl1', 'pl2', 'pl4', 'vr_tdc', 'psys_pl1', 'iccmax', 'fastvmode', 'PPT0', 'TDC_SOC'],
  heat: ['sw_thermal_slowdown', 'temp_edge', 'temp_hotspot', 'temp_mem', 'temp_vr_gfx', 'temp_liquid0', 'vrhot0', 'TEMP_HOTSPOT', 'thermal', 'ratl', 'vr_thermalert', 'reason_thermal', 'soc_thermal'],
  'hard-heat': ['hw_thermal_slowdown'],
  brake: ['hw_power_brake_slowdown', 'prochot_gfx', 'prochot', 'reason_prochot'],
  other: ['hw_slowdown', 'unknown_reason_0x800', 'something new'],
} as const

describe('a throttle reason', () => {
  it.each(Object.entries(reasons).flatMap(([kind, names]) => names.map((name) => [name, kind])))('%s is %s', (name, kind) => {
    expect(throttleKind(name)).toBe(kind)
  })
  it('is said as words', () => {
    expect(reasonWords('hw_power_brake_slowdown')).toBe('hw power brake slowdown')
    expect(reasonWords('reason_pl1')).toBe('pl1')
  })
})

describe('an Xid', () => {
  it.each([[13, 'info'], [31, 'info'], [43, 'info'], [45, 'info'], [32, 'warning'], [63, 'warning'], [94, 'warning'], [999, 'warning'], [48, 'critical'], [64, 'critical'], [74, 'critical'], [79, 'critical'], [95, 'critical'], [119, 'critical']] as const)('%d is %s, and has a remedy', (code, severity) => {
    expect(xidSeverity(code)).toBe(severity)
    expect(xidRemedy(code)).toMatch(/^[A-Z].*\.$/)
  })
})
