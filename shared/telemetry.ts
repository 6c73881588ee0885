/** One reading of one GPU: what changes from second to second. */

/** A process that uses a GPU. Names are best effort; memory is unreliable on some drivers and absent on Windows. */
export interface GpuProcess {
  pid: number
  name: string
  memoryBytes: number | null
  /** Started by Idlewatt; null: not known. */
  ours: boolean | null
  /** What it uses the card for; null or left out: not told. */
  kind?: 'compute' | 'graphics' | 'both' | null
  /** Its share of the card, 0..1; null or left out: not told. */
  utilisation?: number | null
}

/** One fan: share of its maximum 0..1 and turns a minute; null: not told. */
export interface GpuFan {
  share: number | null
  rpm: number | null
}

/** What the driver reported of its own accord since the sample before: NVIDIA's Xid events. */
export interface GpuIncident {
  kind: 'xid'
  /** NVIDIA's number: 79 is "fallen off the bus". */
  code: number
  /** For the user, with what NVIDIA's catalogue says of the number. */
  sentence: string
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
  smClockMhz: number | null
  videoClockMhz: number | null
  /** The fastest fan, 0..1 of its maximum. */
  fan: number | null
  /** The fastest fan, turns a minute. */
  fanRpm: number | null
  /** The card's own energy counter, in joules since its driver was loaded: it only rises, and starts again with the driver. */
  energyJ: number | null
  /** PCIe packets sent again since the driver was loaded. */
  pcieReplays: number | null
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
  /** Every fan; empty: none, or not told (then `unknown.fans` says why). */
  fans: GpuFan[]
  incidents: GpuIncident[]
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
    smClockMhz: null,
    videoClockMhz: null,
    fan: null,
    fanRpm: null,
    energyJ: null,
    pcieReplays: null,
    eccCorrected: null,
    eccUncorrected: null,
    pcieGeneration: null,
    pcieLanes: null,
    performanceState: null,
    throttle: null,
    processes: [],
    fans: [],
    incidents: [],
    unknown: { all: why },
  }
}

/** One turn of sampling: every card that is here, at one moment. */
export interface SampleTurn {
  /** ms since epoch, by the machine's clock (which may jump). */
  at: number
  /** ms of a clock that never jumps; only differences mean something. */
  steadyMs: number
  /** By GPU id. A card whose layer did not answer is missing here and named in `silent`. */
  samples: Record<string, GpuSample>
  /** Cards whose reader did not answer this time, with why, in words. */
  silent: Record<string, string>
}
