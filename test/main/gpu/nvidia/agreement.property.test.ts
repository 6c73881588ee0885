/** Any card at all, told once as NVML answers and once as nvidia-smi words it: both readers must come to the same. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createNvmlReader } from '../../../../main/gpu/nvidia/nvml-reader.ts'
import { recordedNvml } from '../../../../main/gpu/nvidia/nvml-recorded.ts'
import { throttleNames } from '../../../../main/gpu/nvidia/nvml-words.ts'
import { parseSmi } from '../../../../main/gpu/nvidia/smi.ts'

const at = Date.UTC(2026, 10, 23)
const MiB = 1024 ** 2
const whole = (min: number, max: number) => fc.option(fc.integer({ min, max }))

const anyCard = fc.record({
  name: fc.constantFrom('NVIDIA L4', 'Tesla K80', 'NVIDIA "Tiny" & <Söhne> 🚀'),
  bus: fc.integer({ min: 0, max: 255 }),
  memoryMib: whole(1, 4_194_304),
  usedMib: fc.integer({ min: 0, max: 4_194_304 }),
  temperature: whole(-40, 120),
  memoryTemperature: whole(1, 120),
  slowdown: whole(0, 130),
  shutdown: whole(0, 130),
  target: whole(0, 130),
  tensOfMw: whole(0, 200_000),
  limitW: whole(0, 2000),
  load: whole(0, 100),
  memoryLoad: fc.integer({ min: 0, max: 100 }),
  encoder: whole(0, 100),
  decoder: whole(0, 100),
  core: whole(0, 4000),
  sm: whole(0, 4000),
  memoryClock: whole(0, 20_000),
  video: whole(0, 4000),
  coreMax: whole(0, 4000),
  memoryMax: whole(0, 20_000),
  fan: whole(0, 120),
  state: whole(0, 15),
  reasons: whole(0, 0x7ff),
  ecc: fc.option(fc.boolean()),
  corrected: whole(0, 1_000_000),
  uncorrected: whole(0, 1000),
  generation: whole(0, 6),
  lanes: fc.option(fc.constantFrom(1, 2, 4, 8, 16)),
  replays: whole(0, 100_000),
  mode: fc.integer({ min: 0, max: 4 }),
  persistence: fc.option(fc.boolean()),
  compute: fc.constantFrom(0, 1, 2, 3),
  architecture: fc.constantFrom(2, 3, 4, 5, 6, 7, 8, 9, 10),
  rows: fc.option(fc.tuple(fc.nat(100), fc.nat(100), fc.boolean(), fc.boolean())),
  retired: fc.option(fc.tuple(fc.nat(60), fc.nat(60), fc.boolean())),
  mig: fc.option(fc.boolean()),
})
type AnyCard = typeof anyCard extends fc.Arbitrary<infer Card> ? Card : never

const orRefused = <T>(value: T | null): T | { error: number } => value ?? { error: 3 }
const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, '0')

function asNvml(card: AnyCard): unknown {
  const device = {
    name: card.name,
    uuid: 'GPU-0f1e2d3c',
    pci: { busId: `00000000:${hex(card.bus, 2)}:00.0`, pciDeviceId: 0x27b810de, pciSubSystemId: 0x16ca10de },
    memory: card.memoryMib === null ? { error: 3 } : { total: card.memoryMib * MiB, used: card.usedMib * MiB },
    temperatureC: orRefused(card.temperature),
    memoryTemperatureC: orRefused(card.memoryTemperature),
    thresholdSlowdownC: orRefused(card.slowdown),
    thresholdShutdownC: orRefused(card.shutdown),
    thresholdTargetC: orRefused(card.target),
    powerUsageMw: orRefused(card.tensOfMw === null ? null : card.tensOfMw * 10),
    enforcedPowerLimitMw: orRefused(card.limitW === null ? null : card.limitW * 1000),
    utilization: card.load === null ? { error: 3 } : { gpu: card.load, memory: card.memoryLoad },
    encoder: orRefused(card.encoder),
    decoder: orRefused(card.decoder),
    graphicsClockMhz: orRefused(card.core),
    smClockMhz: orRefused(card.sm),
    memoryClockMhz: orRefused(card.memoryClock),
    videoClockMhz: orRefused(card.video),
    graphicsClockMaxMhz: orRefused(card.coreMax),
    memoryClockMaxMhz: orRefused(card.memoryMax),
    fans: card.fan === null ? { error: 3 } : [card.fan],
    performanceState: orRefused(card.state),
    throttleReasons: orRefused(card.reasons),
    eccEnabled: orRefused(card.ecc),
    eccCorrected: orRefused(card.corrected),
    eccUncorrected: orRefused(card.uncorrected),
    pcieGeneration: orRefused(card.generation),
    pcieGenerationMax: orRefused(card.generation),
    pcieLanes: orRefused(card.lanes),
    pcieLanesMax: orRefused(card.lanes),
    pcieReplays: orRefused(card.replays),
    virtualizationMode: card.mode,
    persistenceMode: orRefused(card.persistence),
    computeMode: card.compute,
    architecture: card.architecture,
    remappedRows: card.rows === null ? { error: 3 } : { correctable: card.rows[0], uncorrectable: card.rows[1], pending: card.rows[2], failed: card.rows[3] },
    retiredSingleBit: orRefused(card.retired?.[0] ?? null),
    retiredDoubleBit: orRefused(card.retired?.[1] ?? null),
    retiredPending: orRefused(card.retired?.[2] ?? null),
    migEnabled: orRefused(card.mig),
    migInstances: [],
    displayActive: false,
    computeProcesses: [],
    graphicsProcesses: [],
  }
  return { driverVersion: '580.95.05', cudaVersion: 13000, devices: [device] }
}

const tag = (name: string, value: string | number | null, unit = ''): string => `<${name}>${value === null ? 'N/A' : `${value}${unit}`}</${name}>`
const yes = (name: string, value: boolean | null, words = ['No', 'Yes']): string => tag(name, value === null ? null : words[Number(value)]!)
const switched = (name: string, value: boolean | null): string => yes(name, value, ['Disabled', 'Enabled'])

function asXml(card: AnyCard): string {
  const active = card.reasons === null ? [] : throttleNames(card.reasons)
  const every = throttleNames(0x7ff)
  const watts = (value: number | null): string | null => (value === null ? null : value.toFixed(2))
  const modes = ['None', 'Pass-Through', 'VGPU', 'Host VGPU', 'Host VSGA']
  const architectures = ['Kepler', 'Maxwell', 'Pascal', 'Volta', 'Turing', 'Ampere', 'Ada Lovelace', 'Hopper', 'Blackwell']
  return `<?xml version="1.0" ?><nvidia_smi_log><driver_version>580.95.05</driver_version><cuda_version>13.0</cuda_version><attached_gpus>1</attached_gpus><gpu id="00000000:${hex(card.bus, 2)}:00.0">
    <product_name>${card.name.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</product_name>${tag('product_architecture', architectures[card.architecture - 2]!)}${tag('display_active', 'Disabled')}${switched('persistence_mode', card.persistence)}
    <mig_mode>${switched('current_mig', card.mig)}</mig_mode><mig_devices>None</mig_devices><uuid>GPU-0f1e2d3c</uuid><gpu_virtualization_mode>${tag('virtualization_mode', modes[card.mode]!)}</gpu_virtualization_mode>
    <pci><pci_device_id>27B810DE</pci_device_id><pci_sub_system_id>16CA10DE</pci_sub_system_id><pci_gpu_link_info><pcie_gen>${tag('max_link_gen', card.generation)}${tag('current_link_gen', card.generation)}</pcie_gen>
      <link_widths>${tag('max_link_width', card.lanes, 'x')}${tag('current_link_width', card.lanes, 'x')}</link_widths></pci_gpu_link_info>${tag('replay_counter', card.replays)}</pci>
    ${tag('fan_speed', card.fan, ' %')}${tag('performance_state', card.state === null ? null : `P${card.state}`)}
    <clocks_event_reasons>${every.map((reason) => yes(`clocks_event_reason_${reason}`, card.reasons === null ? null : active.includes(reason), ['Not Active', 'Active'])).join('')}</clocks_event_reasons>
    <fb_memory_usage>${tag('total', card.memoryMib, ' MiB')}${tag('used', card.memoryMib === null ? null : card.usedMib, ' MiB')}</fb_memory_usage>${tag('compute_mode', ['Default', 'Exclusive_Thread', 'Prohibited', 'Exclusive_Process'][card.compute]!)}
    <utilization>${tag('gpu_util', card.load, ' %')}${tag('memory_util', card.load === null ? null : card.memoryLoad, ' %')}${tag('encoder_util', card.encoder, ' %')}${tag('decoder_util', card.decoder, ' %')}</utilization>
    <ecc_mode>${switched('current_ecc', card.ecc)}</ecc_mode><ecc_errors><volatile>${tag('sram_correctable', card.corrected)}${tag('dram_correctable', card.corrected === null ? null : 0)}${tag('sram_uncorrectable', card.uncorrected === null ? null : 0)}${tag('dram_uncorrectable', card.uncorrected)}</volatile></ecc_errors>
    <retired_pages><multiple_single_bit_retirement>${tag('retired_count', card.retired?.[0] ?? null)}</multiple_single_bit_retirement><double_bit_retirement>${tag('retired_count', card.retired?.[1] ?? null)}</double_bit_retirement>${yes('pending_retirement', card.retired?.[2] ?? null)}</retired_pages>
    <remapped_rows>${card.rows === null ? 'N/A' : `${tag('remapped_row_corr', card.rows[0])}${tag('remapped_row_unc', card.rows[1])}${yes('remapped_row_pending', card.rows[2])}${yes('remapped_row_failure', card.rows[3])}`}</remapped_rows>
    <temperature>${tag('gpu_temp', card.temperature, ' C')}${tag('gpu_temp_max_threshold', card.shutdown, ' C')}${tag('gpu_temp_slow_threshold', card.slowdown, ' C')}${tag('gpu_target_temperature', card.target, ' C')}${tag('memory_temp', card.memoryTemperature, ' C')}</temperature>
    <gpu_power_readings>${tag('average_power_draw', watts(card.tensOfMw === null ? null : card.tensOfMw / 100), ' W')}${tag('instant_power_draw', card.tensOfMw === null ? null : '1.00 W')}${tag('current_power_limit', watts(card.limitW), ' W')}</gpu_power_readings>
    <clocks>${tag('graphics_clock', card.core, ' MHz')}${tag('sm_clock', card.sm, ' MHz')}${tag('mem_clock', card.memoryClock, ' MHz')}${tag('video_clock', card.video, ' MHz')}</clocks>
    <max_clocks>${tag('graphics_clock', card.coreMax, ' MHz')}${tag('mem_clock', card.memoryMax, ' MHz')}</max_clocks><processes></processes></gpu></nvidia_smi_log>`
}

/** Words of explanation may differ; where something is unknown must not. */
function plain(card: { sample: { unknown: object } | null }): unknown {
  const { sample, ...rest } = card
  const attachment = (rest as { attachment?: { kind: string } | null }).attachment
  return { ...rest, layer: 0, fanCount: 0, nvlinks: 0, attachment: attachment?.kind ?? null, sample: { ...sample, unknown: Object.keys(sample!.unknown).sort() } }
}

test('what a card is and what it does', () => {
  fc.assert(
    fc.property(anyCard, (card) => {
      const byNvml = createNvmlReader(recordedNvml(asNvml(card))!, { wddm: false }).cards(at)[0]!
      const bySmi = parseSmi(asXml(card), at).cards[0]!
      expect(plain(bySmi)).toEqual(plain(byNvml))
    }),
    { numRuns: 300 },
  )
})
