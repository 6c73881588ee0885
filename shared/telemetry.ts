/** One reading of one GPU: what changes from second to second. */

/** A process that uses a GPU. Names are best effort; memory is unreliable on some drivers and absent on Windows. */
export interface GpuProcess {
  pid: number
  name: string
  memoryBytes: number | null
  /** Started by Idlewatt; null: not known. */
  ours: boolean | null
}

/** The numbers of a sample that may be unknown. Every one is null where unknown, and `unknown` then says why. */
export interface GpuReadings {
  /** 0..1, like `memoryUtilisation`, `encoder`, `decoder` and `fan`. */
  utilisation: number | null
  memoryUtilisation: number | null
  encoder: number | null
  decoder: number | null
  memoryUsedBytes: number | null
  memoryTotalBytes: number | null
  /** Core temperature. */
  temperatureC: number | null
  hotspotC: number | null
  memoryC: number | null
  powerW: number | null
  powerLimitW: number | null
  coreClockMhz: number | null
  memoryClockMhz: number | null
  /** The fastest fan, 0..1 of its maximum. */
  fan: number | null
  eccCorrected: number | null
  eccUncorrected: number | null
  pcieGeneration: number | null
  pcieLanes: number | null
}

export interface GpuSample extends GpuReadings {
  /** ms since epoch. */
  takenAt: number
  /** "P0".."P15" as NVIDIA names performance states. */
  performanceState: string | null
  /** The vendor's throttle reasons by their names; empty: none; null: not readable. */
  throttle: string[] | null
  processes: GpuProcess[]
  /** Field name → why it is null, in words for the user. */
  unknown: Partial<Record<string, string>>
}

/** A sample in which everything is unknown for one reason. Pure. */
export function unknownSample(takenAt: number, why: string): GpuSample {
  return {
    takenAt,
    utilisation: null,
    memoryUtilisation: null,
    encoder: null,
    decoder: null,
    memoryUsedBytes: null,
    memoryTotalBytes: null,
    temperatureC: null,
    hotspotC: null,
    memoryC: null,
    powerW: null,
    powerLimitW: null,
    coreClockMhz: null,
    memoryClockMhz: null,
    fan: null,
    eccCorrected: null,
    eccUncorrected: null,
    pcieGeneration: null,
    pcieLanes: null,
    performanceState: null,
    throttle: null,
    processes: [],
    unknown: { all: why },
  }
}
