/** The parts of a card's XML that do not change from second to second: limits, worn memory, modes, where it sits. Pure. */
import type { CardDetails } from '../../../shared/machine.ts'
import { firstKnown, valueOf } from '../reading.ts'
import { between, limitsOf } from './nvml-card.ts'
import { attachmentOfMode } from './nvml-words.ts'
import { flagAt, inCelsius, inMegahertz, numberAt, plain, wordAt } from './smi-values.ts'
import { childOf, type XmlNode } from './smi-xml.ts'

/** nvidia-smi names neither NVLinks nor the number of fans. */
export function detailsOf(gpu: XmlNode): CardDetails {
  return {
    architecture: valueOf(wordAt(gpu, 'product_architecture')),
    coreClockMaxMhz: between(valueOf(firstKnown(numberAt(gpu, inMegahertz, 'max_clocks', 'graphics_clock'), numberAt(gpu, inMegahertz, 'max_clocks', 'sm_clock'))), 1, 20_000),
    memoryClockMaxMhz: between(valueOf(numberAt(gpu, inMegahertz, 'max_clocks', 'mem_clock')), 1, 50_000),
    temperatureLimits: limitsFrom(gpu),
    fanCount: null,
    retiredPages: retiredFrom(gpu),
    remappedRows: remappedFrom(gpu),
    nvlinks: null,
    persistenceMode: valueOf(flagAt(gpu, 'persistence_mode')),
    computeMode: valueOf(wordAt(gpu, 'compute_mode')),
    driverModel: driverModelOf(valueOf(wordAt(gpu, 'driver_model', 'current_dm'))),
    boardPartNumber: valueOf(wordAt(gpu, 'board_part_number')),
    attachment: attachmentOfMode(valueOf(wordAt(gpu, 'gpu_virtualization_mode', 'virtualization_mode')), 'nvidia-smi'),
  }
}

function limitsFrom(gpu: XmlNode): CardDetails['temperatureLimits'] {
  const degrees = (name: string): number | null => valueOf(numberAt(gpu, inCelsius, 'temperature', name))
  const temperatureC = degrees('gpu_temp')
  const marginC = degrees('gpu_temp_tlimit')
  return limitsOf({
    slowdownC: degrees('gpu_temp_slow_threshold'),
    shutdownC: degrees('gpu_temp_max_threshold'),
    targetC: degrees('gpu_target_temperature'),
    memoryC: degrees('gpu_temp_max_mem_threshold'),
    zeroMarginC: temperatureC === null || marginC === null ? null : temperatureC + marginC,
    marginSlowdownC: degrees('gpu_temp_slow_tlimit_threshold'),
    marginShutdownC: degrees('gpu_temp_max_tlimit_threshold'),
  })
}

/** Until Turing. `pending_retirement` since driver 410, `pending_blacklist` before. */
function retiredFrom(gpu: XmlNode): CardDetails['retiredPages'] {
  const block = childOf(gpu, 'retired_pages')
  const count = (cause: string): number | null => between(valueOf(numberAt(block, plain, cause, 'retired_count')), 0, 1e6)
  const singleBit = count('multiple_single_bit_retirement')
  const doubleBit = count('double_bit_retirement')
  if (singleBit === null && doubleBit === null) return null
  return { singleBit, doubleBit, pending: valueOf(firstKnown(flagAt(block, 'pending_retirement'), flagAt(block, 'pending_blacklist'))) }
}

/** Since Ampere. */
function remappedFrom(gpu: XmlNode): CardDetails['remappedRows'] {
  const block = childOf(gpu, 'remapped_rows')
  const count = (name: string): number | null => between(valueOf(numberAt(block, plain, name)), 0, 1e6)
  const correctable = count('remapped_row_corr')
  const uncorrectable = count('remapped_row_unc')
  if (correctable === null && uncorrectable === null) return null
  return { correctable, uncorrectable, pending: valueOf(flagAt(block, 'remapped_row_pending')), failed: valueOf(flagAt(block, 'remapped_row_failure')) }
}

function driverModelOf(word: string | null): CardDetails['driverModel'] {
  const model = word === null ? undefined : /^(wddm|tcc|wdm|mcdm)$/i.exec(word)?.[1]?.toUpperCase()
  if (model === undefined) return null
  return model === 'WDM' ? 'TCC' : (model as CardDetails['driverModel'])
}
