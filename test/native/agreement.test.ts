/** NVML and `nvidia-smi -q -x` describe one card: what both know must be the same, field by field. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { CardSeen } from '../../main/gpu/vendor.ts'
import { parseSmi } from '../../main/gpu/nvidia/smi.ts'
import { build, canBuild, readerOver, withEnv } from './stub.ts'

const at = Date.UTC(2026, 10, 23)

/** The card of nvml-stub.c with STUB_DATACENTER, as nvidia-smi of its driver words it. */
const xml = `<?xml version="1.0" ?>
<!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v12.dtd">
<nvidia_smi_log>
  <driver_version>570.124.06</driver_version>
  <cuda_version>12.8</cuda_version>
  <attached_gpus>1</attached_gpus>
  <gpu id="00000000:01:00.0">
    <product_name>NVIDIA GeForce RTX 3090</product_name>
    <product_architecture>Ampere</product_architecture>
    <display_mode>Enabled</display_mode>
    <display_active>Enabled</display_active>
    <persistence_mode>Enabled</persistence_mode>
    <mig_mode><current_mig>N/A</current_mig><pending_mig>N/A</pending_mig></mig_mode>
    <mig_devices>None</mig_devices>
    <driver_model><current_dm>N/A</current_dm><pending_dm>N/A</pending_dm></driver_model>
    <uuid>GPU-00000000-0000-0000-0000-000000000001</uuid>
    <vbios_version>94.02.4B.00.0B</vbios_version>
    <board_part_number>900-1G136-2510-000</board_part_number>
    <gpu_virtualization_mode><virtualization_mode>Pass-Through</virtualization_mode></gpu_virtualization_mode>
    <pci>
      <pci_device_id>220410DE</pci_device_id><pci_bus_id>00000000:01:00.0</pci_bus_id><pci_sub_system_id>403B1458</pci_sub_system_id>
      <pci_gpu_link_info>
        <pcie_gen><max_link_gen>4</max_link_gen><current_link_gen>4</current_link_gen></pcie_gen>
        <link_widths><max_link_width>16x</max_link_width><current_link_width>8x</current_link_width></link_widths>
      </pci_gpu_link_info>
      <replay_counter>2</replay_counter>
    </pci>
    <fan_speed>63 %</fan_speed>
    <performance_state>P2</performance_state>
    <clocks_event_reasons>
      <clocks_event_reason_gpu_idle>Not Active</clocks_event_reason_gpu_idle>
      <clocks_event_reason_sw_power_cap>Active</clocks_event_reason_sw_power_cap>
      <clocks_event_reason_sw_thermal_slowdown>Active</clocks_event_reason_sw_thermal_slowdown>
      <clocks_event_reason_hw_slowdown>Not Active</clocks_event_reason_hw_slowdown>
    </clocks_event_reasons>
    <fb_memory_usage><total>24576 MiB</total><reserved>316 MiB</reserved><used>2048 MiB</used><free>22212 MiB</free></fb_memory_usage>
    <compute_mode>Default</compute_mode>
    <utilization><gpu_util>40 %</gpu_util><memory_util>12 %</memory_util><encoder_util>7 %</encoder_util><decoder_util>0 %</decoder_util></utilization>
    <ecc_mode><current_ecc>Enabled</current_ecc><pending_ecc>Enabled</pending_ecc></ecc_mode>
    <ecc_errors><volatile><sram_correctable>2</sram_correctable><sram_uncorrectable>0</sram_uncorrectable><dram_correctable>3</dram_correctable><dram_uncorrectable>1</dram_uncorrectable></volatile></ecc_errors>
    <retired_pages>
      <multiple_single_bit_retirement><retired_count>3</retired_count></multiple_single_bit_retirement>
      <double_bit_retirement><retired_count>0</retired_count></double_bit_retirement>
      <pending_retirement>Yes</pending_retirement>
    </retired_pages>
    <remapped_rows><remapped_row_corr>1</remapped_row_corr><remapped_row_unc>2</remapped_row_unc><remapped_row_pending>Yes</remapped_row_pending><remapped_row_failure>No</remapped_row_failure></remapped_rows>
    <temperature>
      <gpu_temp>61 C</gpu_temp><gpu_temp_max_threshold>98 C</gpu_temp_max_threshold><gpu_temp_slow_threshold>95 C</gpu_temp_slow_threshold>
      <gpu_target_temperature>83 C</gpu_target_temperature><memory_temp>84 C</memory_temp><gpu_temp_max_mem_threshold>N/A</gpu_temp_max_mem_threshold>
    </temperature>
    <gpu_power_readings>
      <power_draw>312.45 W</power_draw><current_power_limit>350.00 W</current_power_limit><default_power_limit>350.00 W</default_power_limit>
      <min_power_limit>100.00 W</min_power_limit><max_power_limit>400.00 W</max_power_limit>
    </gpu_power_readings>
    <clocks><graphics_clock>1695 MHz</graphics_clock><sm_clock>1695 MHz</sm_clock><mem_clock>9501 MHz</mem_clock><video_clock>1500 MHz</video_clock></clocks>
    <max_clocks><graphics_clock>2100 MHz</graphics_clock><sm_clock>2100 MHz</sm_clock><mem_clock>9751 MHz</mem_clock><video_clock>1950 MHz</video_clock></max_clocks>
    <processes>
      <process_info><pid>4001</pid><type>C</type><process_name>/usr/bin/python1 --secret=1</process_name><used_memory>1024 MiB</used_memory></process_info>
      <process_info><pid>4013</pid><type>C+G</type><process_name>/usr/bin/python3 --secret=1</process_name><used_memory>512 MiB</used_memory></process_info>
    </processes>
  </gpu>
</nvidia_smi_log>`

/** What only one of the two can tell. */
const onlyNvml = ['layer', 'cudaComputeCapability', 'fanCount', 'nvlinks', 'attachment', 'sample']
const onlyNvmlSample = ['energyJ', 'fanRpm', 'fans', 'unknown', 'processes']
const without = <T extends object>(from: T, names: string[]): Partial<T> => Object.fromEntries(Object.entries(from).filter(([name]) => !names.includes(name))) as Partial<T>

describe.skipIf(!canBuild)('one card, read twice (skipped where gcc is absent)', () => {
  let byNvml: CardSeen
  const bySmi = parseSmi(xml, at).cards[0]!
  beforeAll(() => {
    byNvml = withEnv({ STUB_DATACENTER: '1', STUB_RETIRED: '1', STUB_VIRTUAL: '1' }, () => readerOver(build()).cards(at)[0]!)
  })

  test('what does not change is the same', () => {
    expect(without(bySmi, onlyNvml)).toEqual(without(byNvml, onlyNvml))
    expect(bySmi.attachment?.kind).toBe(byNvml.attachment?.kind)
  })

  test('every reading is the same', () => {
    expect(without(bySmi.sample!, onlyNvmlSample)).toEqual(without(byNvml.sample!, onlyNvmlSample))
    expect(bySmi.sample!.processes).toEqual(byNvml.sample!.processes.map((process) => without(process, ['utilisation'])))
  })

  test('what nvidia-smi cannot tell is unknown with a reason', () => {
    expect(Object.keys(bySmi.sample!.unknown).sort()).toEqual(['energyJ', 'fanRpm', 'hotspotC'])
    expect(Object.keys(byNvml.sample!.unknown)).toEqual(['hotspotC'])
  })
})
