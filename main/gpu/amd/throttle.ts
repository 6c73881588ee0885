/** Why an AMD card is slowed down, by the names the amdgpu driver has for it. */
import { known, unknown, type Reading } from '../reading.ts'
import type { GpuMetrics } from './gpu-metrics.ts'

/** Bits of `indep_throttle_status`: Linux, drivers/gpu/drm/amd/pm/swsmu/inc/amdgpu_smu.h (2026-11). */
const bitNames: Record<number, string> = {
  0: 'ppt0',
  1: 'ppt1',
  2: 'ppt2',
  3: 'ppt3',
  4: 'spl',
  5: 'fppt',
  6: 'sppt',
  7: 'sppt_apu',
  16: 'tdc_gfx',
  17: 'tdc_soc',
  18: 'tdc_mem',
  19: 'tdc_vdd',
  20: 'tdc_cvip',
  21: 'edc_cpu',
  22: 'edc_gfx',
  23: 'apcc',
  32: 'temp_gpu',
  33: 'temp_core',
  34: 'temp_mem',
  35: 'temp_edge',
  36: 'temp_hotspot',
  37: 'temp_soc',
  38: 'temp_vr_gfx',
  39: 'temp_vr_soc',
  40: 'temp_vr_mem0',
  41: 'temp_vr_mem1',
  42: 'temp_liquid0',
  43: 'temp_liquid1',
  44: 'vrhot0',
  45: 'vrhot1',
  46: 'prochot_cpu',
  47: 'prochot_gfx',
  56: 'ppm',
  57: 'fit',
}

/** Counters that rise while a reason lasts, by our names for them. */
const residencyNames: Record<string, string> = {
  prochot_residency_acc: 'prochot_gfx',
  ppt_residency_acc: 'ppt0',
  socket_thm_residency_acc: 'temp_hotspot',
  vr_thm_residency_acc: 'temp_vr_gfx',
  hbm_thm_residency_acc: 'temp_mem',
  throttle_residency_prochot: 'prochot_cpu',
  throttle_residency_spl: 'spl',
  throttle_residency_fppt: 'fppt',
  throttle_residency_sppt: 'sppt',
  throttle_residency_thm_core: 'temp_core',
  throttle_residency_thm_gfx: 'temp_gpu',
  throttle_residency_thm_soc: 'temp_soc',
}

/** What the residency counters stood at the last time; empty: there was none. */
export type Residencies = Record<string, number>

export function residenciesOf(metrics: GpuMetrics): Residencies {
  const counted: Residencies = {}
  for (const field of Object.keys(residencyNames)) {
    const value = metrics.value(field)
    if (value !== null) counted[field] = value
  }
  return counted
}

/** `before`: the counters of the reading before; null: this is the first. */
export function throttleOf(metrics: GpuMetrics, before: Residencies | null): Reading<string[]> {
  const bits = metrics.bits('indep_throttle_status')
  if (bits !== null) return known(namesOf(bits))
  const counted = residenciesOf(metrics)
  if (Object.keys(counted).length > 0) {
    if (before === null) return unknown('the first reading only starts the count of throttling')
    return known(Object.keys(counted).filter((field) => counted[field]! > (before[field] ?? counted[field]!)).map((field) => residencyNames[field]!))
  }
  const status = metrics.bits('throttle_status')
  if (status === null) return unknown('the amdgpu driver does not tell why this card is slowed down')
  // What a bit means differs from chip to chip here; none set means the same everywhere.
  return status === 0n ? known([]) : unknown('the card is slowed down, but this version of the amdgpu driver does not say by what')
}

export function namesOf(bits: bigint): string[] {
  const names: string[] = []
  for (let bit = 0; bit < 64; bit++) {
    if ((bits >> BigInt(bit)) & 1n) names.push(bitNames[bit] ?? `bit_${bit}`)
  }
  return names
}
