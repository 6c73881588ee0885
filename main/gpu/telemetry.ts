/** Samples cards once a second while somebody looks or follows one, and says when the driver does not answer. */
import type { DetectionLayer, Gpu } from '../../shared/machine.ts'
import type { TelemetryState } from '../../shared/state.ts'
import { unknownSample, type GpuSample } from '../../shared/telemetry.ts'
import type { Clock } from '../system/clock.ts'
import type { Log } from '../system/log.ts'
import { isEmptySample } from './reading.ts'
import type { CardKey, SampleSeen } from './vendor.ts'

const everyMs = 1_000
/** A viewer that does not repeat itself within this time is gone. */
const leaseMs = 10_000
export const sampleDeadlineMs = 5_000
/** Without anyone looking for this long the probe is ended: an open NVML keeps laptop cards awake. */
const restMs = 30_000
/** After n failures in a row: min(60 s, 2 s × 2^(n−1)). */
export function backOffMs(failures: number): number {
  return Math.min(60_000, 2_000 * 2 ** Math.max(0, failures - 1))
}

/** Whose samples are taken, best reader first. The system's own list and OpenCL have none. */
const samplers: readonly DetectionLayer[] = ['nvml', 'nvidia-smi', 'sysfs', 'rocm-smi']

export interface TelemetryOptions {
  clock: Clock
  log: Log
  cards(): Gpu[]
  /** True while a look is on: the driver is busy with it. */
  isBusy(): boolean
  sample(layer: DetectionLayer, cards: CardKey[], deadlineMs: number): Promise<SampleSeen[]>
  /** Nobody has looked for a while. */
  onRest(): void
  onTelemetry(telemetry: TelemetryState): void
}

export interface Telemetry {
  watch(viewer: string, watching: boolean): void
  follow(gpuId: string, listener: (sample: GpuSample) => void): () => void
  /** A look is over: where nobody watches, the time until `onRest` begins. */
  settle(): void
  stop(): void
}

export function createTelemetry(options: TelemetryOptions): Telemetry {
  const { clock } = options
  const viewers = new Map<string, number>()
  const followers = new Map<string, Set<(sample: GpuSample) => void>>()
  let state: TelemetryState = { samples: {}, status: { phase: 'off' } }
  let failures = 0
  let running = false
  let stopped = false
  let cancelNext = (): void => {}
  let cancelRest = (): void => {}

  function isWatched(): boolean {
    for (const [viewer, until] of viewers) {
      if (until <= clock.now()) viewers.delete(viewer)
    }
    return viewers.size > 0
  }

  function tell(next: TelemetryState): void {
    state = next
    options.onTelemetry(next)
  }

  function begin(): void {
    if (running || stopped) return
    running = true
    cancelRest()
    void turn()
  }

  /** One turn of the loop; plans the next one, or ends it. */
  async function turn(): Promise<void> {
    const startedAt = clock.now()
    if (stopped || (!isWatched() && followers.size === 0)) return rest()
    let waitMs = everyMs
    if (!options.isBusy()) {
      try {
        await sampleOnce(startedAt)
        failures = 0
      } catch (error) {
        failures += 1
        waitMs = backOffMs(failures)
        const sentence = error instanceof Error ? error.message : String(error)
        options.log.warn('reading the cards failed', { failures, waitMs, sentence })
        const since = state.status.phase === 'not-answering' ? state.status.since : startedAt
        if (!stopped && isWatched()) {
          tell({ samples: state.samples, status: { phase: 'not-answering', since, sentence: `The driver is not answering: ${sentence}. Asking again soon.`, retryAt: clock.now() + waitMs } })
        }
      }
    }
    if (stopped) return
    cancelNext = clock.after(Math.max(waitMs === everyMs ? everyMs - (clock.now() - startedAt) : waitMs, 50), () => void turn())
  }

  function rest(): void {
    running = false
    if (stopped) return
    if (state.status.phase !== 'off') tell({ samples: {}, status: { phase: 'off' } })
    cancelRest = clock.after(restMs, options.onRest)
  }

  async function sampleOnce(at: number): Promise<void> {
    const wanted = options.cards().filter((card) => card.kind === 'gpu' && (isWatched() || followers.has(card.id)))
    const byLayer = new Map<DetectionLayer, Gpu[]>()
    const samples: Record<string, GpuSample> = {}
    for (const card of wanted) {
      const layer = samplerOf(card)
      if (layer) byLayer.set(layer, [...(byLayer.get(layer) ?? []), card])
      else samples[card.id] = unknownSample(at, card.problems[0]?.sentence ?? 'no driver on this machine gives readings of this card')
    }
    let failure: unknown = null
    await Promise.all(
      [...byLayer].map(async ([layer, cards]) => {
        try {
          const keys = cards.map(({ uuid, pciAddress }) => ({ uuid, pciAddress }))
          const seen = await options.sample(layer, keys, sampleDeadlineMs)
          // Where the kernel tells nothing of an AMD card, rocm-smi may.
          if (layer === 'sysfs' && cards.some((card) => card.seenBy.includes('rocm-smi') && isEmptySample(findSample(seen, card, cards.length) ?? unknownSample(at, '')))) {
            seen.unshift(...(await options.sample('rocm-smi', keys, sampleDeadlineMs)))
          }
          for (const card of cards) samples[card.id] = findSample(seen, card, cards.length) ?? unknownSample(at, 'the driver gave no reading of this card this time')
          if (seen.length === 0) throw new Error('it gave no reading of any card')
        } catch (error) {
          failure ??= error
        }
      }),
    )
    if (stopped) return
    for (const [gpuId, listeners] of followers) {
      const sample = samples[gpuId]
      if (sample) for (const listener of [...listeners]) listener(sample)
    }
    if (failure !== null) throw failure
    if (isWatched()) tell({ samples, status: { phase: 'on', since: state.status.phase === 'on' ? state.status.since : at } })
  }

  return {
    watch(viewer, watching) {
      if (watching) viewers.set(viewer, clock.now() + leaseMs)
      else viewers.delete(viewer)
      if (watching) begin()
      else if (!isWatched() && state.status.phase !== 'off') tell({ samples: {}, status: { phase: 'off' } })
    },
    follow(gpuId, listener) {
      const listeners = followers.get(gpuId) ?? new Set()
      listeners.add(listener)
      followers.set(gpuId, listeners)
      begin()
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) followers.delete(gpuId)
      }
    },
    settle() {
      if (running || stopped) return
      cancelRest()
      cancelRest = clock.after(restMs, options.onRest)
    },
    stop() {
      stopped = true
      cancelNext()
      cancelRest()
    },
  }
}

function samplerOf(card: Gpu): DetectionLayer | null {
  const readers = samplers.filter((layer) => card.seenBy.includes(layer))
  return readers.find((layer) => layer !== 'sysfs' || card.vendor === 'amd' || card.vendor === 'intel') ?? null
}

/** By UUID, else by place; a lone card needs neither. */
function findSample(seen: SampleSeen[], card: Gpu, asked: number): GpuSample | null {
  const found =
    seen.find(({ uuid, pciAddress }) => card.uuid !== null && uuid === card.uuid && (pciAddress === null || card.pciAddress === null || pciAddress === card.pciAddress)) ??
    seen.find(({ pciAddress }) => card.pciAddress !== null && pciAddress === card.pciAddress) ??
    (asked === 1 && seen.length === 1 ? seen[0] : undefined)
  return found?.sample ?? null
}
