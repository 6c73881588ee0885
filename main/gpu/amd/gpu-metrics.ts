/**
 * amdgpu's binary `gpu_metrics` file. Layouts: Linux, drivers/gpu/drm/amd/include/kgd_pp_interface.h (2026-11).
 * A person sees the same with `amd-smi metric` or `xxd /sys/class/drm/card0/device/gpu_metrics`. Pure.
 */

type Width = 1 | 2 | 4 | 8
/** Name, width in bytes, how many of them. Every field sits at a multiple of its width, as C lays it out. */
type Field = readonly [name: string, width: Width, count?: number]

export interface GpuMetrics {
  format: number
  content: number
  /** The first one of a list; null: the version has no such field, or the driver filled it with ones ("cannot tell"). */
  value(name: string): number | null
  /** Bits of a status word; null as above. */
  bits(name: string): bigint | null
}

/** null: too short, of an unknown version, or not what its header says. */
export function parseGpuMetrics(bytes: Uint8Array | null): GpuMetrics | null {
  if (bytes === null || bytes.length < 4) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const size = view.getUint16(0, true)
  const format = view.getUint8(2)
  const content = view.getUint8(3)
  if (format === 1 && content === 9) return metricsOf(format, content, attributesIn(view))
  const layout = layouts[`${format}.${content}`] ?? null
  if (layout === null || size > bytes.length) return null
  return metricsOf(format, content, fieldsIn(view, layout, Math.min(size, bytes.length)))
}

function metricsOf(format: number, content: number, fields: Map<string, bigint>): GpuMetrics {
  const bits = (name: string): bigint | null => fields.get(name) ?? null
  return { format, content, bits, value: (name) => (fields.has(name) ? Number(bits(name)) : null) }
}

function fieldsIn(view: DataView, layout: readonly Field[], size: number): Map<string, bigint> {
  const fields = new Map<string, bigint>()
  let offset = 4
  for (const [name, width, count = 1] of layout) {
    offset = Math.ceil(offset / width) * width
    if (offset + width * count > size) break
    const value = readAt(view, offset, width)
    // Fields the chip does not fill are set to ones.
    if (value !== (1n << BigInt(width * 8)) - 1n) fields.set(name, value)
    offset += width * count
  }
  return fields
}

function readAt(view: DataView, offset: number, width: Width): bigint {
  if (width === 8) return view.getBigUint64(offset, true)
  return BigInt(width === 4 ? view.getUint32(offset, true) : width === 2 ? view.getUint16(offset, true) : view.getUint8(offset))
}

/** Version 1.9 is a list: a word that says which field, of what type and how many, then the values, without gaps. */
function attributesIn(view: DataView): Map<string, bigint> {
  const fields = new Map<string, bigint>()
  if (view.byteLength < 8) return fields
  const count = view.getUint32(4, true)
  let offset = 8
  for (let index = 0; index < count && offset + 8 <= view.byteLength; index++) {
    const word = Number(view.getBigUint64(offset, true) & 0xffff_ffffn)
    const width = ([1, 1, 2, 2, 4, 4, 8, 8] as const)[(word >>> 20) & 0xf]
    const name = attributeNames[(word >>> 10) & 0x3ff]
    const instances = word & 0x3ff
    offset += 8
    if (width === undefined || offset + width * Math.max(instances, 1) > view.byteLength) break
    const value = readAt(view, offset, width)
    if (name !== undefined && value !== (1n << BigInt(width * 8)) - 1n) fields.set(name, value)
    offset += width * Math.max(instances, 1)
  }
  return fields
}

const u16 = (...names: string[]): Field[] => names.map((name) => [name, 2])
const u32 = (...names: string[]): Field[] => names.map((name) => [name, 4])
const u64 = (...names: string[]): Field[] => names.map((name) => [name, 8])

const temperatures = u16('temperature_edge', 'temperature_hotspot', 'temperature_mem', 'temperature_vrgfx', 'temperature_vrsoc', 'temperature_vrmem')
const activity = u16('average_gfx_activity', 'average_umc_activity', 'average_mm_activity', 'average_socket_power')
const averageClocks = u16('average_gfxclk', 'average_socclk', 'average_uclk', 'average_vclk0', 'average_dclk0', 'average_vclk1', 'average_dclk1')
const currentClocks = u16('current_gfxclk', 'current_socclk', 'current_uclk', 'current_vclk0', 'current_dclk0', 'current_vclk1', 'current_dclk1')

const cardStart: Field[] = [...temperatures, ...activity, ...u64('energy_accumulator', 'system_clock_counter'), ...averageClocks, ...currentClocks]
const card11: Field[] = [
  ...cardStart,
  ...u32('throttle_status'),
  ...u16('current_fan_speed', 'pcie_link_width', 'pcie_link_speed', 'padding'),
  ...u32('gfx_activity_acc', 'mem_activity_acc'),
  ['temperature_hbm', 2, 4],
]
const card12: Field[] = [...card11, ...u64('firmware_timestamp')]

const acceleratorStart = u16('temperature_hotspot', 'temperature_mem', 'temperature_vrsoc', 'curr_socket_power', 'average_gfx_activity', 'average_umc_activity')
const accumulators: Field[] = [...u64('energy_accumulator', 'system_clock_counter')]
const residencies = u32('accumulation_counter', 'prochot_residency_acc', 'ppt_residency_acc', 'socket_thm_residency_acc', 'vr_thm_residency_acc', 'hbm_thm_residency_acc', 'gfxclk_lock_status')
const links: Field[] = [
  ...u16('pcie_link_width', 'pcie_link_speed', 'xgmi_link_width', 'xgmi_link_speed'),
  ...u32('gfx_activity_acc', 'mem_activity_acc'),
  ...u64('pcie_bandwidth_acc', 'pcie_bandwidth_inst', 'pcie_l0_to_recov_count_acc', 'pcie_replay_count_acc', 'pcie_replay_rover_count_acc'),
]
const naks = u32('pcie_nak_sent_count_acc', 'pcie_nak_rcvd_count_acc')
const xgmi: Field[] = [['xgmi_read_data_acc', 8, 8], ['xgmi_write_data_acc', 8, 8]]
const acceleratorClocks: Field[] = [...u64('firmware_timestamp'), ['current_gfxclk', 2, 8], ['current_socclk', 2, 4], ['current_vclk0', 2, 4], ['current_dclk0', 2, 4], ['current_uclk', 2]]

const apuStart: Field[] = [...u16('temperature_gfx', 'temperature_soc'), ['temperature_core', 2, 8], ['temperature_l3', 2, 2], ...u16('average_gfx_activity', 'average_mm_activity')]
const apuRest: Field[] = [
  ...u16('average_socket_power', 'average_cpu_power', 'average_soc_power', 'average_gfx_power'),
  ['average_core_power', 2, 8],
  ...u16('average_gfxclk', 'average_socclk', 'average_uclk', 'average_fclk', 'average_vclk', 'average_dclk'),
  ...u16('current_gfxclk', 'current_socclk', 'current_uclk', 'current_fclk', 'current_vclk0', 'current_dclk0'),
  ['current_coreclk', 2, 8],
  ['current_l3clk', 2, 2],
  ...u32('throttle_status'),
  ...u16('fan_pwm'),
]
const apu21: Field[] = [...apuStart, ...u64('system_clock_counter'), ...apuRest, ['padding', 2, 3]]
const apu22: Field[] = [...apu21, ...u64('indep_throttle_status')]

/** Only as far as what is read from it, where the rest is long. */
const layouts: Record<string, readonly Field[]> = {
  '1.0': [...u64('system_clock_counter'), ...temperatures, ...activity, ...u32('energy_accumulator'), ...averageClocks, ...currentClocks, ...u32('throttle_status'), ...u16('current_fan_speed'), ['pcie_link_width', 1], ['pcie_link_speed', 1]],
  '1.1': card11,
  '1.2': card12,
  '1.3': [...card12, ...u16('voltage_soc', 'voltage_gfx', 'voltage_mem', 'padding1'), ...u64('indep_throttle_status')],
  '1.4': [...acceleratorStart, ['vcn_activity', 2, 4], ...accumulators, ...u32('throttle_status', 'gfxclk_lock_status'), ...links, ...xgmi, ...acceleratorClocks],
  '1.5': [...acceleratorStart, ['vcn_activity', 2, 4], ['jpeg_activity', 2, 32], ...accumulators, ...u32('throttle_status', 'gfxclk_lock_status'), ...links, ...naks, ...xgmi, ...acceleratorClocks],
  '1.6': [...acceleratorStart, ...accumulators, ...residencies, ...links, ...naks, ...xgmi, ...acceleratorClocks],
  '1.7': [...acceleratorStart, ...u64('mem_max_bandwidth'), ...accumulators, ...residencies, ...links, ...naks, ...xgmi, ['xgmi_link_status', 2, 8], ['padding', 2], ...acceleratorClocks],
  '1.8': [...acceleratorStart, ...u64('mem_max_bandwidth'), ...accumulators, ...residencies, ...links, ...naks, ...xgmi, ['xgmi_link_status', 2, 8], ['padding', 2], ...acceleratorClocks],
  '2.0': [...u64('system_clock_counter'), ...apuStart, ...apuRest],
  '2.1': apu21,
  '2.2': apu22,
  '2.3': apu22,
  '2.4': apu22,
  '3.0': [
    ...u16('temperature_gfx', 'temperature_soc'),
    ['temperature_core', 2, 16],
    ...u16('temperature_skin', 'average_gfx_activity', 'average_vcn_activity'),
    ['average_ipu_activity', 2, 8],
    ['average_core_c0_activity', 2, 16],
    ...u16('average_dram_reads', 'average_dram_writes', 'average_ipu_reads', 'average_ipu_writes'),
    ...u64('system_clock_counter'),
    ...u32('average_socket_power'),
    ...u16('average_ipu_power'),
    ...u32('average_apu_power', 'average_gfx_power', 'average_dgpu_power', 'average_all_core_power'),
    ['average_core_power', 2, 16],
    ...u16('average_sys_power', 'stapm_power_limit', 'current_stapm_power_limit'),
    ...u16('average_gfxclk', 'average_socclk', 'average_vpeclk', 'average_ipuclk', 'average_fclk', 'average_vclk', 'average_uclk', 'average_mpipu'),
    ['current_coreclk', 2, 16],
    ...u16('current_core_maxfreq', 'current_gfx_maxfreq'),
    ...u32('throttle_residency_prochot', 'throttle_residency_spl', 'throttle_residency_fppt', 'throttle_residency_sppt', 'throttle_residency_thm_core', 'throttle_residency_thm_gfx', 'throttle_residency_thm_soc'),
  ],
}

/** By the number in version 1.9's words; what is not read has no name. */
const attributeNames: Record<number, string> = {
  0: 'temperature_hotspot',
  1: 'temperature_mem',
  3: 'curr_socket_power',
  4: 'average_gfx_activity',
  5: 'average_umc_activity',
  7: 'energy_accumulator',
  9: 'accumulation_counter',
  10: 'prochot_residency_acc',
  11: 'ppt_residency_acc',
  12: 'socket_thm_residency_acc',
  13: 'vr_thm_residency_acc',
  14: 'hbm_thm_residency_acc',
  16: 'pcie_link_width',
  17: 'pcie_link_speed',
  25: 'pcie_replay_count_acc',
  33: 'current_gfxclk',
  34: 'current_socclk',
  35: 'current_vclk0',
  37: 'current_uclk',
}
