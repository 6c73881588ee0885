/** Reads what `nvidia-smi -q -x` says of every card: driver schemas v10 to v13 and whatever keeps their shape. Pure. */
import type { MigInstance, Problem } from '../../../shared/machine.ts'
import { pciAddressOf, pciIdFromCombined } from '../../system/pci-address.ts'
import { firstKnown, known, mapReading, sampleOf, unknown, valueOf, within, type Reading } from '../reading.ts'
import { blankCard, type CardSeen } from '../vendor.ts'
import { mostMemoryBytes, troubleOf } from './nvml-card.ts'
import { noMemoryOfItsOwn } from './nvml-sample.ts'
import { isIntegratedName, needsReset, nvmlCodes } from './nvml-words.ts'
import { gpuLost, resetRequired } from './problems.ts'
import { detailsOf } from './smi-card.ts'
import { eccCount, fansOf, processesOf, throttleOf } from './smi-details.ts'
import { flagAt, inBytes, inCelsius, inLanes, inMegahertz, inPercent, inWatts, numberAt, plain, wordAt } from './smi-values.ts'
import { childOf, listOf, parseSmiXml, textOf, type SmiLog, type XmlNode } from './smi-xml.ts'

export interface SmiReading {
  driverVersion: string | null
  cudaVersion: string | null
  /** How many cards the driver counts; may be more than it describes. null: not said. */
  attachedGpus: number | null
  cards: CardSeen[]
}

/** `takenAt`: ms since epoch of the reading. Throws SmiUnreadable and nothing else. */
export function parseSmi(xml: string, takenAt: number): SmiReading {
  return readSmiLog(parseSmiXml(xml), takenAt)
}

/** The same from an object that is already parsed. */
export function readSmiLog(log: SmiLog, takenAt: number): SmiReading {
  const driverVersion = valueOf(wordAt(log, 'driver_version'))
  const cudaVersion = valueOf(wordAt(log, 'cuda_version'))
  return {
    driverVersion,
    cudaVersion,
    attachedGpus: valueOf(numberAt(log, plain, 'attached_gpus')),
    cards: listOf(childOf(log, 'gpu')).map((gpu) => ({ ...cardOf(gpu, takenAt), driverVersion, cudaVersion })),
  }
}

function cardOf(gpu: { [name: string]: XmlNode }, takenAt: number): CardSeen {
  const name = valueOf(wordAt(gpu, 'product_name'))
  const power = powerOf(gpu)
  // Drivers before 2013 call it `memory_usage`.
  const memory = childOf(gpu, 'fb_memory_usage') === undefined ? 'memory_usage' : 'fb_memory_usage'
  const isIntegrated = name === null ? null : isIntegratedName(name)
  const memoryAt = (which: string): Reading => ofItsOwn(isIntegrated, numberAt(gpu, inBytes, memory, which))
  const memoryBytes = within(positive(memoryAt('total')), 1, mostMemoryBytes)
  const fans = fansOf(gpu)
  return {
    ...blankCard('nvidia-smi'),
    ...detailsOf(gpu),
    uuid: uuidOf(gpu),
    name,
    vendor: 'nvidia',
    memoryBytes: valueOf(memoryBytes),
    vbiosVersion: valueOf(wordAt(gpu, 'vbios_version')),
    pciAddress: addressOf(gpu),
    pciDeviceId: deviceIdOf(gpu),
    pciSubsystemId: pciIdFromCombined(textOf(childOf(gpu, 'pci', 'pci_sub_system_id'))),
    pcieGenerationMax: valueOf(positive(numberAt(gpu, plain, 'pci', 'pci_gpu_link_info', 'pcie_gen', 'max_link_gen'))),
    pcieLanesMax: valueOf(positive(numberAt(gpu, inLanes, 'pci', 'pci_gpu_link_info', 'link_widths', 'max_link_width'))),
    drivesDisplay: valueOf(displayOf(gpu)),
    isIntegrated,
    eccEnabled: valueOf(flagAt(gpu, 'ecc_mode', 'current_ecc')),
    mig: migOf(gpu),
    powerLimitW: valueOf(power.limitW),
    powerLimitDefaultW: valueOf(power.defaultW),
    powerLimitMinW: valueOf(power.minW),
    powerLimitMaxW: valueOf(power.maxW),
    sample: sampleOf(takenAt, {
      readings: {
        utilisation: load(gpu, 'gpu_util'),
        memoryUtilisation: load(gpu, 'memory_util'),
        encoder: share(gpu, 'encoder_util'),
        decoder: share(gpu, 'decoder_util'),
        memoryUsedBytes: within(memoryAt('used'), 0, valueOf(memoryBytes) ?? mostMemoryBytes),
        memoryTotalBytes: memoryBytes,
        temperatureC: within(numberAt(gpu, inCelsius, 'temperature', 'gpu_temp'), -40, 200),
        hotspotC: within(hotspotOf(gpu), -40, 200),
        memoryC: within(numberAt(gpu, inCelsius, 'temperature', 'memory_temp'), -40, 200),
        powerW: power.drawW,
        powerLimitW: power.limitW,
        coreClockMhz: within(firstKnown(numberAt(gpu, inMegahertz, 'clocks', 'graphics_clock'), numberAt(gpu, inMegahertz, 'clocks', 'sm_clock')), 0, 20_000),
        smClockMhz: within(numberAt(gpu, inMegahertz, 'clocks', 'sm_clock'), 0, 20_000),
        memoryClockMhz: within(numberAt(gpu, inMegahertz, 'clocks', 'mem_clock'), 0, 50_000),
        videoClockMhz: within(numberAt(gpu, inMegahertz, 'clocks', 'video_clock'), 0, 20_000),
        fan: mapReading(fans, (list) => Math.max(...list.map(({ share }) => share ?? 0))),
        fanRpm: unknown('nvidia-smi does not tell turns a minute'),
        energyJ: unknown('nvidia-smi does not tell the energy counter'),
        pcieReplays: within(numberAt(gpu, plain, 'pci', 'replay_counter'), 0, 0xffff_fffe),
        eccCorrected: eccCount(gpu, 'corrected'),
        eccUncorrected: eccCount(gpu, 'uncorrected'),
        pcieGeneration: positive(numberAt(gpu, plain, 'pci', 'pci_gpu_link_info', 'pcie_gen', 'current_link_gen')),
        pcieLanes: positive(numberAt(gpu, inLanes, 'pci', 'pci_gpu_link_info', 'link_widths', 'current_link_width')),
      },
      performanceState: valueOf(wordAt(gpu, 'performance_state')),
      throttle: throttleOf(gpu),
      processes: processesOf(gpu),
      fans,
      otherwise: 'nvidia-smi does not tell',
    }),
    problems: troublesOf(gpu),
  }
}

/** The address stands in the tag's attribute too, and that is there even for a card that is lost. */
function addressOf(gpu: XmlNode): string | null {
  // Without a dot it is domain, bus and device, as drivers before 2012 write it: "0:1:0".
  const placeOf = (text: string | undefined): string | null => pciAddressOf(text?.includes('.') === false ? `${text}.0` : text)
  return placeOf(textOf(childOf(gpu, 'pci', 'pci_bus_id'))) ?? placeOf(textOf(childOf(gpu, '$', 'id')))
}

/** Captures come with serials struck out: zeros, crosses or a word in place of the UUID say nothing. */
function uuidOf(gpu: XmlNode): string | null {
  const word = valueOf(wordAt(gpu, 'uuid'))
  return word === null || /^(gpu-)?[0x*-]{8,}$/i.test(word) || /redact|remov|anonym|hidden/i.test(word) ? null : word
}

/** Struck-out ids stand for other makers' or for none. */
function deviceIdOf(gpu: XmlNode): string | null {
  const id = pciIdFromCombined(textOf(childOf(gpu, 'pci', 'pci_device_id')))
  return id?.startsWith('10de:') && id !== '10de:0000' ? id : null
}

function load(gpu: XmlNode, name: string): Reading {
  const reading = share(gpu, name)
  return 'why' in reading && valueOf(flagAt(gpu, 'mig_mode', 'current_mig')) === true ? unknown('the driver does not tell it while the card is cut into MIG instances') : reading
}

function share(gpu: XmlNode, name: string): Reading {
  return within(numberAt(gpu, inPercent, 'utilization', name), 0, 1)
}

function ofItsOwn(isIntegrated: boolean | null, reading: Reading): Reading {
  return 'why' in reading && isIntegrated === true ? unknown(noMemoryOfItsOwn) : reading
}

/** No schema up to v13 has it; its library does since driver 615. */
function hotspotOf(gpu: XmlNode): Reading {
  const block = childOf(gpu, 'temperature')
  const name = listOf(block).flatMap((node) => Object.keys(node)).find((tag) => /hot_?spot/i.test(tag) && !/limit|threshold/i.test(tag))
  return name === undefined ? unknown('nvidia-smi does not tell the hotspot') : numberAt(block, inCelsius, name)
}

function positive(reading: Reading): Reading {
  return 'value' in reading && reading.value <= 0 ? unknown('the driver says 0') : reading
}

interface Power {
  drawW: Reading
  limitW: Reading
  defaultW: Reading
  minW: Reading
  maxW: Reading
}

/** A limit of 0 W is none. */
const leastLimitW = 0.5

/** `power_readings` to v11, `gpu_power_readings` from v12, split in average and instant draw from v13; the module's where the GPU's own is silent. */
function powerOf(gpu: XmlNode): Power {
  const blocks = ['gpu_power_readings', 'power_readings', 'module_power_readings']
  /** The reason of the first block that is there at all. */
  function first(low: number, ...names: string[]): Reading {
    const present = blocks.filter((block) => childOf(gpu, block) !== undefined)
    return firstKnown(...present.flatMap((block) => names.filter((name) => childOf(gpu, block, name) !== undefined).map((name) => within(numberAt(gpu, inWatts, block, name), low, 20_000))), unknown('this driver does not tell'))
  }
  return {
    drawW: first(0, 'power_draw', 'average_power_draw', 'instant_power_draw'),
    limitW: first(leastLimitW, 'current_power_limit', 'enforced_power_limit', 'power_limit', 'requested_power_limit'),
    defaultW: first(leastLimitW, 'default_power_limit'),
    minW: first(leastLimitW, 'min_power_limit'),
    maxW: first(leastLimitW, 'max_power_limit'),
  }
}

/** `display_active`: a screen is set up on it. `display_attached` (v13): one is plugged in. The older `display_mode` says so even of cards without sockets. */
function displayOf(gpu: XmlNode): Reading<boolean> {
  const active = flagAt(gpu, 'display_active')
  const attached = flagAt(gpu, 'display_attached')
  if (valueOf(active) === true || valueOf(attached) === true) return known(true)
  return firstKnown(active, attached, flagAt(gpu, 'display_mode'))
}

function migOf(gpu: XmlNode): CardSeen['mig'] {
  const enabled = valueOf(flagAt(gpu, 'mig_mode', 'current_mig'))
  if (enabled === null) return null
  const instances = listOf(childOf(gpu, 'mig_devices', 'mig_device')).map(
    (device, order): MigInstance => ({
      index: valueOf(numberAt(device, plain, 'index')) ?? order,
      gpuInstanceId: valueOf(numberAt(device, plain, 'gpu_instance_id')),
      computeInstanceId: valueOf(numberAt(device, plain, 'compute_instance_id')),
      memoryBytes: valueOf(numberAt(device, inBytes, 'fb_memory_usage', 'total')),
      multiprocessors: valueOf(numberAt(device, plain, 'device_attributes', 'shared', 'multiprocessor_count')),
    }),
  )
  return { enabled, instances }
}

/** A lost card answers its own loss in place of its readings. */
function troublesOf(gpu: { [name: string]: XmlNode }): Problem[] {
  const said = ['fan_speed', 'performance_state', 'uuid', 'product_name']
    .map((name) => textOf(gpu[name]) ?? '')
    .concat(
      ['temperature/gpu_temp', 'utilization/gpu_util', 'fb_memory_usage/total', 'clocks/graphics_clock'].map((path) => textOf(childOf(gpu, ...path.split('/'))) ?? ''),
    )
    .concat(textOf(gpu) ?? '')
    .join('\n')
  const action = valueOf(wordAt(gpu, 'gpu_recovery_action'))
  if (/gpu is lost/i.test(said)) return [gpuLost]
  if (/requires? (reset|restart)/i.test(said) || valueOf(flagAt(gpu, 'gpu_reset_status', 'reset_required')) === true || needsReset(action)) {
    return [resetRequired]
  }
  // Whatever else may be missing, the size of its memory every driver knows.
  const size = textOf(childOf(gpu, 'fb_memory_usage', 'total')) ?? textOf(gpu) ?? ''
  return /unknown error|^\[?err!/i.test(size) ? troubleOf(nvmlCodes.unknown) : []
}
