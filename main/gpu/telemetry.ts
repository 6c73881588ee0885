/** Samples cards once a second while somebody looks, records or follows one, and says which driver does not answer. */
import type { DetectionLayer, Gpu } from '../../shared/machine.ts'
import type { TelemetryState } from '../../shared/state.ts'
import type { GpuSample, SampleTurn } from '../../shared/telemetry.ts'
import type { Clock } from '../system/clock.ts'
import type { Log } from '../system/log.ts'
import { createGather } from './gather.ts'
import type { Probes } from './probes.ts'
import { createReader, everyMs, type Reader } from './reader.ts'
import { planOf, silenceOf, type CardSilence, type Plan, type Silence } from './samplers.ts'

const turnMs = 1_000
/** A viewer that does not repeat itself within this time is gone. */
const leaseMs = 10_000
/** Without anyone looking for this long the probe is ended: an open NVML keeps laptop cards awake. */
const restMs = 30_000
/** What was read while nobody looked is shown at first, if it is no older. */
const shownForMs = 12_000
/** A look asks a driver for a few seconds; for longer it is worth a word. */
const longLookMs = 6_000

export interface TelemetryOptions {
  clock: Clock
  /** ms of a clock that never jumps. */
  steadyMs: () => number
  log: Log
  /** False for a recording: then no process is started for a reading. */
  isLive: boolean
  cards(): Gpu[]
  probes: Pick<Probes, 'isApart' | 'isBusy' | 'sample' | 'endSuspect'>
  /** Those of the cards that may be read without keeping them from sleeping. */
  awake(cards: Gpu[]): Gpu[] | Promise<Gpu[]>
  onSample(card: Gpu, sample: GpuSample): void
  /** A card seems to be gone, or a driver that was silent answers again: what is known of the machine may be wrong by now. */
  onDoubt(why: string): void
  /** Nobody has looked for a while. */
  onRest(): void
  onTelemetry(telemetry: TelemetryState): void
}

export interface Telemetry {
  watch(viewer: string, watching: boolean): void
  follow(gpuId: string, listener: (sample: GpuSample) => void): () => void
  record(listener: (turn: SampleTurn) => void): () => void
  /** Somebody looks at this card, or measures it: then it is not left to sleep. */
  isWatched(gpuId: string): boolean
  /** A look is over: where nobody watches, the time until `onRest` begins. */
  settle(): void
  stop(): void
}

interface Turn {
  at: number
  steadyMs: number
  waiting: number
  isOver: boolean
}

export function createTelemetry(options: TelemetryOptions): Telemetry {
  const { clock, steadyMs, probes } = options
  const viewers = new Map<string, number>()
  const followers = new Map<string, Set<(sample: GpuSample) => void>>()
  const recorders = new Set<(turn: SampleTurn) => void>()
  const readers = new Map<DetectionLayer, Reader>()
  const faulty = new WeakSet<object>()
  const gather = createGather({ now: clock.now, steadyMs, onSample: options.onSample, onDoubt: options.onDoubt })
  /** Since when a look keeps a layer from being asked; by the steady clock. */
  const heldUp = new Map<DetectionLayer, number>()
  let state: TelemetryState = { samples: {}, status: { phase: 'off' } }
  let latest: { steadyMs: number; samples: Record<string, GpuSample> } = { steadyMs: -Infinity, samples: {} }
  let turn: Turn | null = null
  let plan: Plan | null = null
  let running = false
  let stopped = false
  let nextAt = 0
  let cancelNext = (): void => {}
  let cancelRest = (): void => {}

  function isViewed(now = steadyMs()): boolean {
    for (const [viewer, until] of viewers) {
      if (until <= now) viewers.delete(viewer)
    }
    return viewers.size > 0
  }

  function tell(next: TelemetryState): void {
    state = next
    options.onTelemetry(next)
  }

  function begin(): void {
    if (stopped) return
    for (const reader of readers.values()) reader.hurry()
    if (running) return
    running = true
    cancelRest()
    nextAt = steadyMs()
    takeTurn()
  }

  /** One turn: asks every reader that is due, and plans the next turn. What the one before still waits for comes with this one. */
  function takeTurn(): void {
    if (turn) close(turn)
    if (stopped) return
    const now = steadyMs()
    const isSeen = isViewed(now)
    if (!isSeen) goDark()
    if (!isSeen && followers.size === 0 && recorders.size === 0) return rest()
    // On a grid of whole seconds: pauses of a second each would lose one every few minutes.
    nextAt += turnMs
    if (nextAt <= now) nextAt = now + turnMs
    cancelNext = clock.after(nextAt - now, takeTurn)
    const current: Turn = { at: clock.now(), steadyMs: now, waiting: 1, isOver: false }
    turn = current
    for (const [layer, cards] of wanted().byLayer) {
      const asked = isHeldUp(layer, now) ? null : askReader(layer, cards, now, isSeen)
      if (!asked) continue
      current.waiting += 1
      void asked.then(() => settleOne(current))
    }
    settleOne(current)
  }

  function settleOne(of: Turn): void {
    of.waiting -= 1
    if (of.waiting === 0) close(of)
  }

  function rest(): void {
    running = false
    cancelRest = clock.after(restMs, options.onRest)
  }

  /** Nobody looks any more; it may be sampled all the same. */
  function goDark(): void {
    if (state.status.phase !== 'off') tell({ samples: {}, status: { phase: 'off' } })
  }

  function isHeldUp(layer: DetectionLayer, now: number): boolean {
    const isBusy = probes.isBusy(layer)
    if (!isBusy) heldUp.delete(layer)
    else if (!heldUp.has(layer)) heldUp.set(layer, now)
    return isBusy
  }

  /** Which cards are read by whom: made anew only when the cards or those who ask change. */
  function wanted(): Plan {
    const all = options.cards()
    const isAll = recorders.size > 0 || viewers.size > 0
    if (plan && plan.of === all && plan.isAll === isAll && (isAll || followers.size === 0)) return plan
    plan = planOf(all, isAll, (gpuId) => followers.has(gpuId))
    return plan
  }

  function readerOf(layer: DetectionLayer): Reader {
    const reader = readers.get(layer) ?? createReader(layer, {
      keepsDeadline: probes.isApart(layer),
      clock,
      steadyMs,
      sample: probes.sample,
      onSeen: gather.takeIn,
      onAloneOver: () => void probes.endSuspect(),
      onFailure,
      onRecovered: (of) => options.onDoubt(`${of} answers again`),
    })
    readers.set(layer, reader)
    return reader
  }

  function onFailure(layer: DetectionLayer, failures: number, why: string): void {
    if (!stopped) options.log.warn('reading the cards failed', { layer, failures, sentence: why })
  }

  /** null: it is not due. */
  function askReader(layer: DetectionLayer, cards: Gpu[], now: number, isSeen: boolean): Promise<void> | null {
    const pauseMs = everyMs(layer, { isLive: options.isLive, isWatched: isSeen || followers.size > 0 })
    return readerOf(layer).ask(now, () => options.awake(cards), pauseMs)
  }

  /** Why a layer gives nothing of a card now; null: all is well. */
  function silenceFrom(layer: DetectionLayer, card: Gpu): Silence | null {
    const silence = readers.get(layer)?.silence(card.id) ?? null
    const heldMs = heldUp.has(layer) ? steadyMs() - heldUp.get(layer)! : 0
    if (silence || heldMs < longLookMs) return silence
    return { since: Math.round(clock.now() - heldMs), why: `it was asked what cards there are, and has given no answer for ${Math.round(heldMs / 1000)} s`, retryAt: null }
  }

  function silences(): CardSilence[] {
    return wanted().cards.map(({ card, sampler }) => ({ card, sampler, silence: sampler === null ? null : silenceFrom(sampler, card) }))
  }

  /** Hands out what has come, whoever is still awaited. */
  function close(over: Turn): void {
    if (over.isOver) return
    over.isOver = true
    if (turn === over) turn = null
    if (stopped) return
    const cards = silences()
    const { samples, silent, blanks } = gather.handOut(cards, over.at)
    hand(over, samples, silent)
    latest = { steadyMs: over.steadyMs, samples: { ...keptOf(latest.samples, cards), ...blanks, ...samples } }
    if (isViewed()) show(over.at, silenceOf(cards))
  }

  function hand(over: Turn, samples: Record<string, GpuSample>, silent: Record<string, string>): void {
    for (const [gpuId, listeners] of followers) {
      const sample = samples[gpuId]
      if (sample) for (const listener of [...listeners]) safely(listener, sample)
    }
    if (Object.keys(samples).length === 0 && Object.keys(silent).length === 0) return
    for (const listener of [...recorders]) safely(listener, { at: over.at, steadyMs: over.steadyMs, samples, silent })
  }

  /** A fault in one who listens must not end the sampling for the others. Told once: it would come every second. */
  function safely<T>(listener: (what: T) => void, what: T): void {
    try {
      listener(what)
    } catch (error) {
      if (!faulty.has(listener)) options.log.error('a listener to samples failed', { error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
      faulty.add(listener)
    }
  }

  function show(at: number, silence: ReturnType<typeof silenceOf>): void {
    if (silence) {
      const since = state.status.phase === 'not-answering' ? state.status.since : silence.since
      return tell({ samples: latest.samples, status: { ...silence, since } })
    }
    // Nothing has come yet: the first answer is on its way.
    if (state.status.phase === 'off' && Object.keys(latest.samples).length === 0 && wanted().cards.length > 0) return
    tell({ samples: latest.samples, status: { phase: 'on', since: state.status.phase === 'on' ? state.status.since : at } })
  }

  return {
    watch(viewer, watching) {
      if (!watching) {
        viewers.delete(viewer)
        if (!isViewed()) goDark()
        return
      }
      const wasViewed = isViewed()
      viewers.set(viewer, steadyMs() + leaseMs)
      // Where the cards are recorded anyway, there is something to show at once.
      if (!wasViewed && running && steadyMs() - latest.steadyMs < shownForMs) show(clock.now(), silenceOf(silences()))
      if (!wasViewed || !running) begin()
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
    record(listener) {
      recorders.add(listener)
      begin()
      return () => void recorders.delete(listener)
    },
    isWatched: (gpuId) => isViewed() || followers.has(gpuId),
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

function keptOf(samples: Record<string, GpuSample>, cards: { card: Gpu }[]): Record<string, GpuSample> {
  return Object.fromEntries(cards.flatMap(({ card }) => (samples[card.id] ? [[card.id, samples[card.id]!]] : [])))
}
