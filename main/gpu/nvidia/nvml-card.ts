/** What NVML says of a card that does not change from second to second. */
import type { TemperatureLimits } from '../../../shared/machine.ts'
import { pciAddressOf, pciIdFromCombined } from '../../system/pci-address.ts'
import { valueOf } from '../reading.ts'
import { blankCard, type CardSeen } from '../vendor.ts'
import type { NvmlValues } from './nvml.ts'
import type { NvmlQuestions } from './nvml-asking.ts'
import { architectureName, attachmentOfMode, computeModeName, driverModelName, isIntegratedName, needsReset, nvmlCodes, nvmlReason } from './nvml-words.ts'
import { gpuLost, resetRequired } from './problems.ts'

/** Slow questions (thresholds, retired pages, links) are asked here and nowhere else: a look is rare. */
export function cardFrom(questions: NvmlQuestions, at: number): CardSeen {
  const value = <Key extends keyof NvmlValues>(key: Key): NvmlValues[Key] | null => valueOf(questions.ask(key, at))
  const memory = value('memory')
  const refused = memory === null ? questions.refusal('memory') : null
  const troubles = refused === null ? [] : troubleOf(refused)
  const pci = value('pci')
  const range = value('powerLimitRangeMw')
  const capability = value('computeCapability')
  const migEnabled = value('migEnabled')
  return {
    ...blankCard('nvml'),
    uuid: readable(value('uuid')),
    name: readable(value('name')),
    vendor: 'nvidia',
    memoryBytes: memory !== null && memory.total > 0 && memory.total <= mostMemoryBytes ? memory.total : null,
    vbiosVersion: readable(value('vbiosVersion')),
    boardPartNumber: readable(value('boardPartNumber')),
    pciAddress: pciAddressOf(pci?.busId),
    pciDeviceId: pciIdFromCombined(pci?.pciDeviceId),
    pciSubsystemId: pciIdFromCombined(pci?.pciSubSystemId),
    architecture: architectureName(value('architecture')),
    cudaComputeCapability: capability ? `${capability.major}.${capability.minor}` : null,
    pcieGenerationMax: between(value('pcieGenerationMax'), 1, 16),
    pcieLanesMax: between(value('pcieLanesMax'), 1, 64),
    coreClockMaxMhz: between(value('graphicsClockMaxMhz'), 1, 20_000) ?? between(value('smClockMaxMhz'), 1, 20_000),
    memoryClockMaxMhz: between(value('memoryClockMaxMhz'), 1, 50_000),
    temperatureLimits: limitsFrom(value),
    // A laptop's fans are the board's: "not supported" does not mean that there are none.
    fanCount: between(value('fanCount'), 0, 64),
    drivesDisplay: value('displayActive'),
    isIntegrated: isIntegratedName(value('name') ?? ''),
    persistenceMode: value('persistenceMode'),
    computeMode: computeModeName(value('computeMode')),
    driverModel: driverModelName(value('driverModel')),
    attachment: attachmentOfMode(value('virtualizationMode'), 'NVML'),
    eccEnabled: value('eccEnabled'),
    retiredPages: retiredFrom(value),
    remappedRows: value('remappedRows'),
    nvlinks: value('nvlinks'),
    mig: migEnabled === null ? null : { enabled: migEnabled, instances: migEnabled ? (value('migInstances') ?? []) : [] },
    powerLimitW: watts(value('enforcedPowerLimitMw')),
    powerLimitDefaultW: watts(value('defaultPowerLimitMw')),
    powerLimitMinW: watts(range?.min ?? null),
    powerLimitMaxW: watts(range?.max ?? null),
    problems: troubles.length === 0 && needsReset(value('recoveryAction')) ? [resetRequired] : troubles,
  }
}

type Value = <Key extends keyof NvmlValues>(key: Key) => NvmlValues[Key] | null

/** 1 PiB: no card has it, and garbage is mostly above it. */
export const mostMemoryBytes = 2 ** 50

function limitsFrom(value: Value): TemperatureLimits | null {
  const temperatureC = between(value('temperatureC'), -40, 200)
  const marginC = between(value('marginC'), -100, 200)
  return limitsOf({
    slowdownC: value('thresholdSlowdownC') ?? null,
    shutdownC: value('thresholdShutdownC') ?? null,
    targetC: value('thresholdTargetC') ?? null,
    memoryC: value('thresholdMemoryC') ?? null,
    // Where the card slows down itself, seen from where it is now.
    zeroMarginC: temperatureC === null || marginC === null ? null : temperatureC + marginC,
    marginSlowdownC: value('marginSlowdownC'),
    marginShutdownC: value('marginShutdownC'),
  })
}

/**
 * Drivers for Ada and newer tell margins ("T.Limit") in place of temperatures: how far it is to the point where the card
 * slows down, and how far beyond it hardware slowdown and shutdown lie (−2, −7). Added to the temperature of the same
 * moment they give the temperatures, to within a degree or two. Pure; the same for nvidia-smi. null: nothing is known.
 */
export function limitsOf(said: TemperatureLimits & { zeroMarginC: number | null; marginSlowdownC: number | null; marginShutdownC: number | null }): TemperatureLimits | null {
  const fromMargin = (margin: number | null): number | null => (said.zeroMarginC === null || margin === null ? null : limit(said.zeroMarginC - margin))
  const limits: TemperatureLimits = {
    slowdownC: limit(said.slowdownC) ?? fromMargin(said.marginSlowdownC),
    shutdownC: limit(said.shutdownC) ?? fromMargin(said.marginShutdownC),
    targetC: limit(said.targetC),
    memoryC: limit(said.memoryC),
  }
  return Object.values(limits).every((one) => one === null) ? null : limits
}

/** Drivers write 0 or a margin where they have no temperature. */
function limit(value: number | null): number | null {
  return between(value, 30, 150)
}

function retiredFrom(value: Value): CardSeen['retiredPages'] {
  const retired = { singleBit: between(value('retiredSingleBit'), 0, 1e6), doubleBit: between(value('retiredDoubleBit'), 0, 1e6), pending: value('retiredPending') }
  return retired.singleBit === null && retired.doubleBit === null ? null : retired
}

/** Text that holds no text is none: drivers that go wrong leave bytes behind. */
export function readable(text: string | null): string | null {
  return text === null || text.trim() === '' || /[\u0000-\u001f\ufffd]/.test(text) ? null : text.trim()
}

export function between(value: number | null, low: number, high: number): number | null {
  return value !== null && value >= low && value <= high ? value : null
}

/** Drivers give 0 or all bits for a limit they do not know. */
function watts(milliwatts: number | null): number | null {
  return milliwatts === null || milliwatts <= 0 || milliwatts > 20_000_000 ? null : milliwatts / 1000
}

export function troubleOf(code: number): CardSeen['problems'] {
  if (code === nvmlCodes.gpuIsLost) return [gpuLost]
  if (code === nvmlCodes.resetRequired) return [resetRequired]
  if (code === nvmlCodes.notSupported || code === nvmlCodes.functionNotFound) return []
  if (code === nvmlCodes.noPermission || code === nvmlCodes.operatingSystem) {
    return [
      {
        id: 'card-not-permitted',
        sentence: `The driver lists this card, but does not let it be read: ${nvmlReason(code)}.`,
        remedy: 'Run Idlewatt as a user who may open /dev/nvidia* (on many systems the groups video and render); in a container, hand the card to it (`--gpus all`).',
      },
    ]
  }
  if (code === nvmlCodes.insufficientPower) {
    return [{ id: 'card-without-power', sentence: 'The card’s power cables are not attached properly, says the driver.', remedy: 'Switch the machine off and attach every power cable of the card.' }]
  }
  return [{ id: 'card-not-readable', sentence: `The driver lists this card, but does not let it be read: ${nvmlReason(code)}.`, remedy: 'Restart the machine; if it stays so, check the card’s power cables and seat.' }]
}
