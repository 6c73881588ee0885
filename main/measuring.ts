/** Joins measuring to the rest: what stands in its way, what it finds, and the figures that estimates are made of. Part of the wiring. */
import type { BenchmarkResult, OctaneScore } from '../shared/benchmark.ts'
import type { GpuTable } from '../shared/gpu-table.ts'
import type { HistoryEvent } from '../shared/history.ts'
import { presentGpus, type Detection, type Gpu } from '../shared/machine.ts'
import type { BenchmarkState } from '../shared/state.ts'
import type { SampleTurn } from '../shared/telemetry.ts'
import { createHoldWatch } from './benchmark/hold-watch.ts'
import { createBenchmark, type Benchmark } from './benchmark/index.ts'
import { knownFigures } from './benchmark/known-figures.ts'
import type { Gpus } from './gpu/index.ts'
import type { History } from './history/index.ts'
import type { Host } from './host.ts'
import { networks } from './networks/index.ts'
import type { Clock } from './system/clock.ts'
import type { Log } from './system/log.ts'
import type { MachineSource } from './system/machine-source.ts'
import { surroundingsOf } from './system/surroundings.ts'

/** Runs of a card that are looked through for its newest figures. */
const pastRuns = 40

export interface Measuring {
  benchmark: Benchmark
  /** A turn of samples that was taken anyway. */
  take(turn: SampleTurn): void
  /** By GPU id: the newest figure of each workload. The same object as long as nothing new was measured. */
  figures(): Record<string, BenchmarkResult>
  stop(): Promise<void>
}

export interface MeasuringOptions {
  host: Host
  source: MachineSource
  clock: Clock
  log: Log
  history: History
  gpus: Gpus
  gpuTable: GpuTable
  detection(): Detection | null
  gpuOf(gpuId: string): Gpu | null
  octaneScores(): Record<string, OctaneScore>
  /** A programme whose software runs now; null: none does. */
  offeredTo(): string | null
  onState(state: BenchmarkState): void
  onEvents(events: HistoryEvent[]): void
  /** There are new figures. */
  onFigures(): void
}

export function setUpMeasuring(options: MeasuringOptions): Measuring {
  const { host, source, clock, log, history, gpus } = options
  let latest: Record<string, BenchmarkResult> | null = null
  let figures: Record<string, BenchmarkResult> = {}

  const watch = createHoldWatch({
    clock,
    gpuOf: options.gpuOf,
    recorded: source.recorded,
    signs: networks.flatMap((network) =>
      network.signs.map(({ programmeId, processNames }) => ({ programmeTitle: network.programmes.find(({ id }) => id === programmeId)?.title ?? network.title, processNames })),
    ),
    offeredTo: options.offeredTo,
    surroundings: () => options.detection()?.machine.surroundings ?? null,
    readSurroundings: () => surroundingsOf(source, { env: process.env }).catch(() => null),
    ownPid: process.pid,
  })

  const benchmark = createBenchmark({
    version: host.version,
    startWorker: (name, env) => watch.own(host.startWorker(name, env)),
    resourcesFolder: host.resourcesFolder,
    clock,
    log,
    history,
    gpuOf: options.gpuOf,
    gpuIds: () => presentGpus(options.detection()?.gpus ?? []).map(({ id }) => id),
    machine: () => options.detection()?.machine ?? null,
    factsOf: (model) => (model === null ? null : options.gpuTable.byModel(model)),
    follow: (gpuId, listener) =>
      gpus.follow(gpuId, (sample) => {
        watch.take(gpuId, sample)
        listener(sample)
      }),
    surroundings: watch.surroundings,
    holds: watch.holds,
    blocked: () => blockedReason(source.recorded),
    octaneScores: options.octaneScores,
    onState(state) {
      watch.note(state)
      options.onState(state)
      if (state.latest === latest) return
      latest = state.latest
      figures = figuresOf(state.latest)
      options.onFigures()
    },
    onEvents: options.onEvents,
  })

  function figuresOf(of: Record<string, BenchmarkResult>): Record<string, BenchmarkResult> {
    return Object.fromEntries(Object.entries(of).map(([gpuId, newest]) => [gpuId, knownFigures([newest, ...history.pastResults(gpuId, pastRuns).filter(({ startedAt }) => startedAt < newest.startedAt)]) ?? newest]))
  }

  latest = history.latestResults()
  figures = figuresOf(latest)
  return {
    benchmark,
    take(turn) {
      for (const [gpuId, sample] of Object.entries(turn.samples)) watch.take(gpuId, sample)
      benchmark.refresh()
    },
    figures: () => figures,
    async stop() {
      watch.stop()
      await benchmark.stop()
    },
  }
}

/** null: measuring can start. */
export function blockedReason(recorded: string | null): string | null {
  return recorded === null ? null : `This is the recorded machine "${recorded}": its cards are not here to be measured.`
}
