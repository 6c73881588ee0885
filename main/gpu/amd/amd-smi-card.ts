/** One card of amd-smi's documents `list`, `static`, `metric` and `process`. Pure. */
import type { TemperatureLimits } from '../../../shared/machine.ts'
import type { GpuProcess, GpuSample } from '../../../shared/telemetry.ts'
import { hexWord, pciAddressOf, pciIdOf } from '../../system/pci-address.ts'
import { mostRpm } from '../linux-sensors.ts'
import { known, sampleOf, unknown, within, type Reading } from '../reading.ts'
import { blankCard, type CardSeen } from '../vendor.ts'
import { at, bytesAt, celsiusAt, isObject, joulesAt, measureOf, megahertzAt, numberAt, textAt, wattsAt, type Json } from './amd-smi-values.ts'
import { generationBySpeed, isProcessorChip, uniqueId, uniqueIdFromUuid } from './values.ts'

const notTold = 'amd-smi does not tell'

export interface AmdSmiParts {
  list: Json | undefined
  static: Json | undefined
  metric: Json | undefined
  process: Json | undefined
}

export function placeOf(parts: AmdSmiParts): { uuid: string | null; pciAddress: string | null } {
  return {
    uuid: uniqueId(textAt(parts.static, 'asic.asic_serial')) ?? uniqueIdFromUuid(textAt(parts.list, 'uuid', 'gpu_uuid')),
    pciAddress: pciAddressOf(textAt(parts.static, 'bus.bdf', 'bdf') ?? textAt(parts.list, 'bdf', 'gpu_bdf')),
  }
}

export function amdSmiCard(parts: AmdSmiParts, takenAt: number): CardSeen {
  const { static: fixed, metric } = parts
  const memory = bytesAt(fixed, 'vram.size', 'vram.vram_size', 'vram.size_mb') ?? bytesAt(metric, 'mem_usage.total_vram', 'vram.total')
  const speed = numberAt(fixed, 'bus.max_pcie_speed')
  const version = textAt(fixed, 'driver.version', 'driver.driver_version')
  return {
    ...blankCard('amd-smi'),
    ...placeOf(parts),
    name: nameIn(fixed),
    vendor: 'amd',
    memoryBytes: memory === 0 ? null : memory,
    // Some versions give the kernel's whole banner instead.
    driverVersion: version !== null && /^\d[\w.+~-]{0,39}$/.test(version) ? version : null,
    // The part number is what the kernel and rocm-smi call the version.
    vbiosVersion: textAt(fixed, 'vbios.part_number', 'ifwi.part_number', 'vbios.version', 'ifwi.version'),
    pciDeviceId: pciIdOf(textAt(fixed, 'asic.vendor_id'), textAt(fixed, 'asic.device_id')),
    pciSubsystemId: pciIdOf(textAt(fixed, 'asic.subvendor_id'), textAt(fixed, 'asic.subsystem_id')),
    pciRevision: hexWord(textAt(fixed, 'asic.rev_id'))?.slice(2) ?? null,
    pcieGenerationMax: Number(/gen\s*(\d)/i.exec(textAt(fixed, 'bus.pcie_interface_version') ?? '')?.[1] ?? 0) || generationBySpeed(speed),
    pcieLanesMax: lanes(numberAt(fixed, 'bus.max_pcie_width', 'bus.max_pcie_lanes')),
    architecture: textAt(fixed, 'asic.target_graphics_version'),
    isIntegrated: isProcessorChip(textAt(fixed, 'asic.target_graphics_version')),
    boardPartNumber: textAt(fixed, 'board.model_number'),
    eccEnabled: eccIn(fixed),
    powerLimitW: wattsAt(fixed, 'limit.socket_power', 'limit.ppt0.socket_power_limit', 'limit.power_cap') || null,
    powerLimitMaxW: wattsAt(fixed, 'limit.max_power', 'limit.ppt0.max_power_limit') || null,
    powerLimitMinW: wattsAt(fixed, 'limit.min_power', 'limit.ppt0.min_power_limit'),
    temperatureLimits: limitsIn(fixed),
    coreClockMaxMhz: clockIn(metric, 'gfx', 'max_clk') || topLevel(fixed, 'sys'),
    memoryClockMaxMhz: clockIn(metric, 'mem', 'max_clk') || topLevel(fixed, 'mem'),
    fanCount: at(metric, 'fan') === undefined ? null : numberAt(metric, 'fan.speed', 'fan.rpm', 'fan.usage') === null ? null : 1,
    sample: metric === undefined ? null : amdSmiSample(parts, takenAt),
  }
}

export function amdSmiSample(parts: AmdSmiParts, takenAt: number): GpuSample {
  const { metric, static: fixed } = parts
  const total = bytesAt(metric, 'mem_usage.total_vram', 'vram.total') ?? bytesAt(fixed, 'vram.size')
  const hotspot = celsius(metric, 'temperature.hotspot', 'temperature.junction')
  const edge = celsius(metric, 'temperature.edge')
  const energy = joulesAt(metric, 'energy.total_energy_consumption')
  const generation = generationBySpeed(numberAt(metric, 'pcie.speed', 'pcie.current_speed', 'pcie.pcie_speed'))
  const fan = fanIn(metric)
  return sampleOf(takenAt, {
    readings: {
      utilisation: percent(numberAt(metric, 'usage.gfx_activity', 'usage.gfx_usage', 'usage.gfx')),
      memoryUtilisation: percent(numberAt(metric, 'usage.umc_activity', 'usage.mem_usage', 'usage.mem')),
      encoder: unknown('amd-smi gives one figure for encoding and decoding'),
      decoder: unknown('amd-smi gives one figure for encoding and decoding'),
      memoryUsedBytes: reading(bytesAt(metric, 'mem_usage.used_vram', 'vram.used')),
      memoryTotalBytes: total === null || total === 0 ? unknown(notTold) : known(total),
      // Accelerators have no sensor at the edge.
      temperatureC: 'value' in edge ? edge : hotspot,
      hotspotC: hotspot,
      memoryC: celsius(metric, 'temperature.mem', 'temperature.vram'),
      powerW: within(reading(wattsAt(metric, 'power.socket_power', 'power.current_socket_power', 'power.average_socket_power', 'power.current_power')), 0, 20_000),
      powerLimitW: reading(wattsAt(fixed, 'limit.socket_power', 'limit.ppt0.socket_power_limit') || null),
      coreClockMhz: clock(clockIn(metric, 'gfx', 'clk')),
      memoryClockMhz: clock(clockIn(metric, 'mem', 'clk')),
      videoClockMhz: clock(clockIn(metric, 'vclk', 'clk')),
      fan: percent(fan.share === null ? null : fan.share * 100),
      fanRpm: reading(fan.rpm),
      // 0 stands for a card without the counter.
      energyJ: energy === null || energy <= 0 ? unknown(notTold) : known(energy),
      pcieReplays: within(reading(numberAt(metric, 'pcie.replay_count')), 0, Number.MAX_SAFE_INTEGER),
      eccCorrected: errors(metric, 'ecc.total_correctable_count', 'ecc.total.correctable'),
      eccUncorrected: errors(metric, 'ecc.total_uncorrectable_count', 'ecc.total.uncorrectable'),
      pcieGeneration: reading(generation),
      pcieLanes: reading(lanes(numberAt(metric, 'pcie.width', 'pcie.current_width', 'pcie.current_lanes'))),
    },
    throttle: throttleIn(metric),
    processes: processesIn(parts.process),
    fans: fan.rpm === null && fan.share === null ? unknown(notTold) : known([fan]),
    otherwise: notTold,
  })
}

/** "0x744c" alone is no name. */
function nameIn(fixed: Json | undefined): string | null {
  const name = textAt(fixed, 'asic.market_name', 'board.product_name')
  if (name === null || /^0x[0-9a-f]+$/i.test(name)) return null
  // Names from pci.ids are cut off after so many letters: "Navi 23 [Radeon RX 6600/6600 XT".
  return /^[^[]*\[([^\]]+)$/.exec(name)?.[1]?.trim() ?? name
}

/** Blocks "UMC": "ENABLED", or a list of them; the memory's is what "ECC" means. */
function eccIn(fixed: Json | undefined): boolean | null {
  const states = at(fixed, 'ras', 'ecc_block_state') ?? at(fixed, 'ras', 'block_state')
  const entries = Array.isArray(states) ? states.map((item): [string, unknown] => [String(at(item, 'block') ?? ''), at(item, 'status')]) : isObject(states) ? Object.entries(states) : []
  const state = entries.find(([block]) => block.toUpperCase() === 'UMC')?.[1]
  return typeof state === 'string' && /^(enabled|disabled)$/i.test(state) ? /^enabled$/i.test(state) : null
}

function limitsIn(fixed: Json | undefined): TemperatureLimits | null {
  const limit = (...places: string[]): number | null => {
    const value = celsiusAt(fixed, ...places.map((place) => `limit.${place}`))
    return value !== null && value >= 30 && value <= 200 ? value : null
  }
  const hotspotC = limit('slowdown_hotspot_temperature')
  const limits: TemperatureLimits = {
    slowdownC: limit('slowdown_edge_temperature', 'slowdown_hotspot_temperature'),
    shutdownC: limit('shutdown_edge_temperature', 'shutdown_hotspot_temperature'),
    ...(hotspotC === null ? {} : { hotspotC }),
    targetC: null,
    memoryC: limit('slowdown_vram_temperature'),
  }
  return Object.values(limits).every((value) => value === null) ? null : limits
}

/** `gfx_0: { clk, max_clk }`, before ROCm 6.2 `gfx: { current_clk }`. Of several the fastest counts. */
function clockIn(metric: Json | undefined, engine: 'gfx' | 'mem' | 'vclk', what: 'clk' | 'max_clk'): number | null {
  const clocks = at(metric, 'clock') ?? at(metric, 'clocks')
  if (!isObject(clocks)) return null
  const names = what === 'clk' ? ['clk', 'current_clk', 'cur_clk', 'average_clk'] : ['max_clk', 'max_clock']
  const found = Object.entries(clocks).flatMap(([name, clock]) => (new RegExp(`^${engine}(_?\\d+)?$`, 'i').test(name) ? (megahertzAt(clock, ...names) ?? []) : []))
  return found.length === 0 ? null : Math.max(...found)
}

/** Some cards give 0 for their fastest clock, and their levels: `{ "frequency_levels": { "Level 0": "500 MHz" } }`. */
function topLevel(fixed: Json | undefined, clock: 'sys' | 'mem'): number | null {
  const levels = at(fixed, 'clock', clock, 'frequency_levels')
  const found = isObject(levels) ? Object.keys(levels).flatMap((name) => megahertzAt({ level: levels[name] }, 'level') ?? []) : []
  return found.length === 0 ? null : Math.max(...found) || null
}

function fanIn(metric: Json | undefined): { share: number | null; rpm: number | null } {
  const usage = numberAt(metric, 'fan.usage')
  const [speed, most] = [numberAt(metric, 'fan.speed'), numberAt(metric, 'fan.max')]
  const share = usage !== null ? usage / 100 : speed !== null && most ? speed / most : null
  const rpm = numberAt(metric, 'fan.rpm')
  return { share: share !== null && share >= 0 && share <= 2 ? share : null, rpm: rpm !== null && rpm >= 0 && rpm <= mostRpm ? rpm : null }
}

const violationNames: Record<string, string> = { prochot: 'prochot_gfx', ppt: 'ppt0', socket_thermal: 'temp_hotspot', vr_thermal: 'temp_vr_gfx', hbm_thermal: 'temp_mem' }

function throttleIn(metric: Json | undefined): Reading<string[]> {
  const statuses = Object.entries(violationNames).flatMap(([name, ours]) => {
    const status = textAt(metric, `throttle.${name}_violation_status`) ?? at(metric, 'throttle', `${name}_violation_status`)
    const isOn = status === true || (typeof status === 'string' && /^(active|true)$/i.test(status))
    return isOn || status === false || (typeof status === 'string' && /^(not active|false)$/i.test(status)) ? [{ ours, isOn }] : []
  })
  if (statuses.length > 0) return known(statuses.flatMap(({ ours, isOn }) => (isOn ? [ours] : [])))
  const word = textAt(metric, 'power.throttle_status')?.toUpperCase()
  if (word === 'UNTHROTTLED') return known([])
  return unknown(word === 'THROTTLED' ? 'amd-smi says that the card is slowed down, but not by what' : notTold)
}

/** A text in place of a process ("No running processes detected") is none. */
function processesIn(card: Json | undefined): Reading<GpuProcess[]> {
  const list = at(card, 'process_list') ?? at(card, 'processes')
  if (!Array.isArray(list)) return unknown(notTold)
  return known(
    list.flatMap((item: unknown): GpuProcess[] => {
      const info = at(item, 'process_info') ?? item
      const pid = numberAt(info, 'pid', 'process_id')
      if (pid === null || pid <= 0) return []
      const memory = at(info, 'memory_usage', 'vram_mem') ?? at(info, 'vram_mem') ?? at(info, 'mem_usage') ?? at(info, 'mem')
      const memoryBytes = measureOf(memory)?.unit === '' ? (measureOf(memory)?.number ?? null) : bytesAt({ memory }, 'memory')
      return [{ pid, name: textAt(info, 'name', 'process_name') ?? `process ${pid}`, memoryBytes, ours: null, kind: null, utilisation: null }]
    }),
  )
}

/** Of a card without any counter amd-smi gives a sum of 0 all the same. */
function errors(metric: Json | undefined, ...places: string[]): Reading {
  const count = numberAt(metric, ...places)
  const hasNone = count === 0 && at(metric, 'ecc_blocks') !== undefined && !isObject(at(metric, 'ecc_blocks')) && !Array.isArray(at(metric, 'ecc_blocks'))
  // 2^32 − 1 and 2^64 − 1 stand for a counter that could not be read.
  return hasNone ? unknown('this card has no error counters, or the driver does not tell') : within(reading(count), 0, 2 ** 32 - 2)
}

function reading(value: number | null): Reading {
  return value === null ? unknown(notTold) : known(value)
}
function percent(value: number | null): Reading {
  return within(reading(value === null ? null : value / 100), 0, 2)
}
function celsius(metric: Json | undefined, ...places: string[]): Reading {
  return within(reading(celsiusAt(metric, ...places)), -40, 200)
}
function clock(value: number | null): Reading {
  return within(reading(value), 0, 20_000)
}
function lanes(value: number | null): number | null {
  return value !== null && value >= 1 && value <= 32 ? value : null
}
