/** Which layer is read where, and the processes that read vendors' libraries: one each for the driver, OpenCL and the system's list. */
import type { DetectionLayer } from '../../shared/machine.ts'
import type { WorkerHandle } from '../host.ts'
import type { Clock } from '../system/clock.ts'
import type { Log } from '../system/log.ts'
import type { LayerName, MachineSource } from '../system/machine-source.ts'
import { sampleOrSayWhy } from './layer-silent.ts'
import { createLayers, noLibraries } from './layers.ts'
import { needsNoProcess } from './look.ts'
import { createProbe, type Probe } from './probe.ts'
import { ProbeFailure } from './probe-failure.ts'
import type { TakeSamples } from './reader.ts'
import type { LayerAnswer } from './vendor.ts'

/** Asking card by card for everything takes its time; nobody waits at a page for it. */
const captureDeadlineMs = 60_000

export interface Probes {
  detect(layer: DetectionLayer, deadlineMs: number): Promise<LayerAnswer>
  sample: TakeSamples
  /** What a library answers, as a recording holds it; null: it is not on this machine. */
  capture(layer: LayerName): Promise<unknown>
  /** In a process of its own, which does one thing at a time. */
  isApart(layer: DetectionLayer): boolean
  /** What reads this layer is busy with a look or a capture: a sample would wait behind it. */
  isBusy(layer: DetectionLayer): boolean
  /** A look is over: OpenCL and the system's list are not needed until the next. */
  endListing(): Promise<void>
  /** No card is asked alone any more, for now. */
  endSuspect(): Promise<void>
  /** Closes the drivers' libraries; the next question opens them again. */
  rest(): Promise<void>
  stop(): Promise<void>
}

export interface ProbesOptions {
  source: MachineSource
  startWorker: () => WorkerHandle
  clock: Clock
  steadyMs: () => number
  log: Log
  onRestarted(sentence: string): void
}

export function createProbes(options: ProbesOptions): Probes {
  const { source, clock } = options
  const layers = createLayers(noLibraries)
  let stopped = false
  /** Looks and captures under way, by the probe that does them; what is read here goes by its layer. */
  const busy = new Map<Probe | DetectionLayer, number>()
  // A library that hangs or crashes takes only its own process along.
  const probes = { driver: newProbe('the graphics driver'), listing: newProbe('OpenCL'), system: newProbe('the system’s list of adapters'), suspect: newSuspectProbe() }

  function newProbe(reads: string): Probe {
    return createProbe({ ...options, reads })
  }

  /** For cards whose driver call may hang or crash. That it ends then is no news: the card is said to be silent. */
  function newSuspectProbe(): Probe {
    return createProbe({ ...options, reads: 'a single card', onRestarted: () => {} })
  }

  /** A recording and the kernel's files are read here, and so are AMD's tools, which are processes themselves; libraries of this machine in a probe. */
  function probeFor(layer: DetectionLayer): Probe | null {
    if (source.recorded !== null || layer === 'sysfs' || layer === 'rocm-smi' || layer === 'amd-smi') return null
    return layer === 'opencl' ? probes.listing : layer === 'os' ? probes.system : probes.driver
  }

  /** A library of a driver that was replaced underneath stays the old one for as long as its process lives. */
  function forgetLibrary(probe: Probe): Promise<void> | undefined {
    return probe === probes.driver || probe === probes.suspect ? probe.end() : undefined
  }

  function placeOf(layer: DetectionLayer): Probe | DetectionLayer {
    return probeFor(layer) ?? layer
  }

  async function keepBusy<T>(place: Probe | DetectionLayer, work: () => Promise<T>): Promise<T> {
    busy.set(place, (busy.get(place) ?? 0) + 1)
    try {
      return await work()
    } finally {
      busy.set(place, busy.get(place)! - 1)
    }
  }

  async function detect(layer: DetectionLayer, deadlineMs: number): Promise<LayerAnswer> {
    const probe = probeFor(layer)
    if (!probe) return layers[layer].detect(source, clock.now())
    const needless = await needsNoProcess(source, layer)
    if (needless) return needless
    const answer = await probe.ask({ kind: 'detect', layer, at: clock.now() }, deadlineMs)
    if (answer.state === 'failed') await forgetLibrary(probe)
    return answer
  }

  function assertOpen(): void {
    if (stopped) throw new ProbeFailure('died', 'Idlewatt is ending')
  }

  return {
    async detect(layer, deadlineMs) {
      assertOpen()
      return keepBusy(placeOf(layer), () => detect(layer, deadlineMs))
    },
    async sample(layer, cards, deadlineMs, { alone }) {
      assertOpen()
      const own = probeFor(layer)
      const probe = own && alone ? probes.suspect : own
      if (!probe) return sampleOrSayWhy(layers[layer], source, clock.now(), cards)
      try {
        return await probe.ask({ kind: 'sample', layer, at: clock.now(), cards: JSON.stringify(cards) }, deadlineMs)
      } catch (error) {
        if (error instanceof ProbeFailure && error.kind === 'silent') await forgetLibrary(probe)
        throw error
      }
    },
    async capture(layer) {
      assertOpen()
      const probe = layer === 'opencl' ? probes.listing : layer === 'nvml' ? probes.driver : probes.system
      return keepBusy(probe, () => probe.ask({ kind: 'capture', layer }, captureDeadlineMs))
    },
    isApart: (layer) => probeFor(layer) !== null,
    // The kernel's files can be read by two at a time.
    isBusy: (layer) => layer !== 'sysfs' && (busy.get(placeOf(layer)) ?? 0) > 0,
    async endListing() {
      await Promise.all([probes.listing.end(), probes.system.end()])
    },
    endSuspect: () => probes.suspect.end(),
    async rest() {
      await Promise.all([probes.driver.end(), probes.system.end()])
    },
    async stop() {
      stopped = true
      await Promise.all(Object.values(probes).map((probe) => probe.end()))
    },
  }
}
