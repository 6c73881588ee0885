/** Keeps what holds depend on: the newest reading of each card, which processes are ours, and whether the plug is in. */
import type { BenchmarkState } from '../../shared/state.ts'
import type { Hold } from '../../shared/benchmark.ts'
import type { Gpu, Surroundings } from '../../shared/machine.ts'
import type { GpuProcess, GpuSample } from '../../shared/telemetry.ts'
import type { WorkerHandle } from '../host.ts'
import type { Clock } from '../system/clock.ts'
import { holdsOf, type ProviderSign } from './holds.ts'

/** An older reading tells nothing of now. */
const freshMs = 15_000
/** A driver's figures lag: so long after our own work its load may still be ours. */
const lagMs = 3_000
/** How often a laptop's plug is looked at while it is measured. */
const plugEveryMs = 5_000

export interface HoldWatch {
  /** Ours until it is gone. */
  own(worker: WorkerHandle): WorkerHandle
  take(gpuId: string, sample: GpuSample): void
  note(state: Pick<BenchmarkState, 'now'>): void
  holds(gpuId: string, maxTemperatureC?: number): Hold[]
  surroundings(): Surroundings | null
  stop(): void
}

/** Of a card that is measured: the processes that were on it before. null: no reading yet. */
interface Work {
  since: number
  before: ReadonlySet<number> | null
}

export function createHoldWatch(options: {
  clock: Clock
  gpuOf(gpuId: string): Gpu | null
  recorded: string | null
  signs: readonly ProviderSign[]
  /** A programme whose software is known to run; null or left out: none. */
  offeredTo?(): string | null
  /** As of the last look; null: not known. */
  surroundings(): Surroundings | null
  /** As of now. Never rejects. */
  readSurroundings(): Promise<Surroundings | null>
  ownPid: number
}): HoldWatch {
  const { clock } = options
  const workers = new Set<WorkerHandle>()
  const newest = new Map<string, GpuSample>()
  const working = new Map<string, Work>()
  const endedAt = new Map<string, number>()
  let plug: { onBattery: boolean | null; of: Surroundings | null } | null = null
  let cancelPlug: (() => void) | null = null
  let isStopped = false

  function ownPids(): Set<number> {
    return new Set([options.ownPid, ...[...workers].flatMap(({ pid }) => (pid === undefined ? [] : [pid]))])
  }

  function sampleOf(gpuId: string): GpuSample | null {
    const seen = [newest.get(gpuId), options.gpuOf(gpuId)?.sample].filter((one): one is GpuSample => one != null).sort((one, other) => other.takenAt - one.takenAt)[0]
    return seen && clock.now() - seen.takenAt <= freshMs ? seen : null
  }

  /** A look at the plug is newer than the look for cards until there is another of those. */
  function surroundings(): Surroundings | null {
    const looked = options.surroundings()
    return looked !== null && plug !== null && plug.of === looked ? { ...looked, onBattery: plug.onBattery } : looked
  }

  function newcomersOn(work: Work, sample: GpuSample, own: ReadonlySet<number>): GpuProcess[] {
    const { before } = work
    // Where the driver does not show our own process by its number, as in a container, it shows no other by its number either.
    if (before === null || sample.takenAt < work.since || !sample.processes.some(({ pid }) => own.has(pid))) return []
    return sample.processes.filter(({ pid }) => !before.has(pid) && !own.has(pid))
  }

  function watchPlug(): void {
    if (isStopped || cancelPlug !== null || working.size === 0 || options.surroundings()?.isLaptop !== true) return
    cancelPlug = (): void => {}
    void options.readSurroundings().then((read) => {
      plug = read === null ? null : { onBattery: read.onBattery, of: options.surroundings() }
      cancelPlug = clock.after(plugEveryMs, () => {
        cancelPlug = null
        watchPlug()
      })
    })
  }

  return {
    own(worker) {
      workers.add(worker)
      worker.onExit(() => void workers.delete(worker))
      return worker
    },
    take(gpuId, sample) {
      newest.set(gpuId, sample)
      const work = working.get(gpuId)
      if (work?.before === null && sample.takenAt >= work.since) work.before = new Set(sample.processes.map(({ pid }) => pid))
    },
    note({ now }) {
      const ids = new Set(now.phase === 'running' ? now.cards.map(({ gpuId }) => gpuId) : now.phase === 'cancelling' ? now.gpuIds : [])
      for (const id of working.keys()) {
        if (ids.has(id)) continue
        working.delete(id)
        endedAt.set(id, clock.now())
      }
      for (const id of ids) if (!working.has(id)) working.set(id, { since: clock.now(), before: null })
      watchPlug()
    },
    holds(gpuId, maxTemperatureC) {
      const gpu = options.gpuOf(gpuId)
      if (!gpu) return []
      const sample = sampleOf(gpuId)
      const own = ownPids()
      const work = working.get(gpuId)
      const isAfter = sample !== null && sample.takenAt < (endedAt.get(gpuId) ?? -Infinity) + lagMs
      return holdsOf({
        gpu, sample, recorded: options.recorded, surroundings: surroundings(), signs: options.signs, offeredTo: options.offeredTo?.() ?? null, ownPids: own, maxTemperatureC,
        working: work && sample ? { newcomers: newcomersOn(work, sample, own) } : isAfter ? { newcomers: [] } : null,
      })
    },
    surroundings,
    stop() {
      isStopped = true
      cancelPlug?.()
    },
  }
}
