/** Samples cards once a second while somebody looks, records or follows one, and says which driver does not answer. */
import type { DetectionLayer, Gpu } from '../../shared/machine.ts'
import type { TelemetryState } from '../../shared/state.ts'
import { unknownSample, type GpuSample, type SampleTurn } from '../../shared/telemetry.ts'
import type { Clock } from '../system/clock.ts'
import type { Log } from '../system/log.ts'
import { fillSample, findSample } from './fill-sample.ts'
import { createReader, everyMs, type Reader } from './reader.ts'
import { isEmptySample } from './reading.ts'
import { planOf, samplerOf, silenceOf, type Plan } from './samplers.ts'
import type { CardKey, SampleSeen } from './vendor.ts'

const turnMs = 1_000
/** A viewer that does not repeat itself within this time is gone. */
const leaseMs = 10_000
/** Without anyone looking for this long the probe is ended: an open NVML keeps laptop cards awake. */
const restMs = 30_000
/** What another layer adds is good for so long. */
const freshMs = 25_000
/** What was read while nobody looked is shown at first, if it is no older. */
const shownForMs = 12_000
/** So many turns in a row without a reading of one card, while its driver answers: it may be gone. */
const missesUntilGone = 3
/** NVIDIA's "GPU has fallen off the bus". */
const offTheBus = 79

export interface TelemetryOptions {
  clock: Clock
  /** ms of a clock that never jumps. */
  steadyMs: () => number
  log: Log
  /** False for a recording: then no process is started for a reading. */
  isLive: boolean
  cards(): Gpu[]
  /** Read in a process of its own. */
  isApart(layer: DetectionLayer): boolean
  /** True while a look asks this layer: the driver is busy with it. */
  isBusy(layer: DetectionLayer): boolean
  /** Those of the cards that may be read without keeping them from sleeping. */
  awake(cards: Gpu[]): Gpu[] | Promise<Gpu[]>
  sample(layer: DetectionLayer, cards: CardKey[], deadlineMs: number): Promise<SampleSeen[]>
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
  const { clock, steadyMs } = options
  const viewers = new Map<string, number>()
  const followers = new Map<string, Set<(sample: GpuSample) => void>>()
  const recorders = new Set<(turn: SampleTurn) => void>()
  const readers = new Map<DetectionLayer, Reader>()
  const added = new Map<string, Map<DetectionLayer, { at: number; sample: GpuSample }>>()
  const misses = new Map<string, number>()
  let state: TelemetryState = { samples: {}, status: { phase: 'off' } }
  /** What has come since the last turn was handed out. */
  let fresh: Record<string, GpuSample> = {}
  /** Cards that their driver left out while it answered. */
  let unread = new Set<string>()
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
    if (!isSeen && followers.size === 0 && recorders.size === 0) return rest()
    // On a grid of whole seconds: pauses of a second each would lose one every few minutes.
    nextAt += turnMs
    if (nextAt <= now) nextAt = now + turnMs
    cancelNext = clock.after(nextAt - now, takeTurn)
    const current: Turn = { at: clock.now(), steadyMs: now, waiting: 1, isOver: false }
    turn = current
    for (const [layer, cards] of wanted().byLayer) {
      const asked = options.isBusy(layer) ? null : askReader(layer, cards, now, isSeen)
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
    if (state.status.phase !== 'off') tell({ samples: {}, status: { phase: 'off' } })
    cancelRest = clock.after(restMs, options.onRest)
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
    const reader = readers.get(layer) ?? createReader(layer, { keepsDeadline: options.isApart(layer), clock, steadyMs, sample: options.sample, onFailure, onRecovered: (of) => options.onDoubt(`${of} answers again`) })
    readers.set(layer, reader)
    return reader
  }

  function onFailure(layer: DetectionLayer, failures: number, why: string): void {
    options.log.warn('reading the cards failed', { layer, failures, sentence: why })
  }

  /** null: it is not due. */
  function askReader(layer: DetectionLayer, cards: Gpu[], now: number, isSeen: boolean): Promise<void> | null {
    const reader = readerOf(layer)
    const pauseMs = everyMs(layer, { isLive: options.isLive, isWatched: isSeen || followers.size > 0 })
    let awake: Gpu[] = cards
    const choose = (): Gpu[] | Promise<Gpu[]> => {
      const chosen = options.awake(cards)
      if (Array.isArray(chosen)) return chosen
      return chosen.then((some) => (awake = some))
    }
    return reader.ask(now, choose, pauseMs)?.then((seen) => void (seen && takeIn(layer, awake, seen))) ?? null
  }

  function takeIn(layer: DetectionLayer, cards: Gpu[], seen: SampleSeen[]): void {
    for (const card of cards) {
      const sample = findSample(seen, card, cards.length)
      if (samplerOf(card) !== layer) {
        if (sample) added.set(card.id, (added.get(card.id) ?? new Map()).set(layer, { at: steadyMs(), sample: { ...sample, incidents: [] } }))
      } else if (sample === null && layer === 'os') {
        fresh[card.id] = notReadable(card, clock.now())
      } else {
        judge(card, sample)
        if (sample === null) unread.add(card.id)
        else fresh[card.id] = sample
        if (sample !== null) options.onSample(card, sample)
      }
    }
  }

  /** A card that its driver says nothing of any more may have been pulled out, or have fallen off the bus. */
  function judge(card: Gpu, sample: GpuSample | null): void {
    const isMissed = sample === null || (isEmptySample(sample) && card.sample !== null && !isEmptySample(card.sample))
    const count = isMissed ? (misses.get(card.id) ?? 0) + 1 : 0
    misses.set(card.id, count)
    const fell = sample?.incidents.some(({ code }) => code === offTheBus) ?? false
    if (fell || count === missesUntilGone) options.onDoubt(`${card.name} gives no readings any more`)
  }

  /** Hands out what has come, whoever is still awaited. */
  function close(over: Turn): void {
    if (over.isOver) return
    over.isOver = true
    if (turn === over) turn = null
    if (stopped) return
    const cards = wanted().cards.map(({ card, sampler }) => ({ card, sampler, silence: sampler === null ? null : (readers.get(sampler)?.silence() ?? null) }))
    const samples: Record<string, GpuSample> = {}
    const silent: Record<string, string> = {}
    for (const { card, sampler, silence } of cards) {
      const own = fresh[card.id]
      if (sampler === null) samples[card.id] = notReadable(card, over.at)
      else if (own) samples[card.id] = fillSample(own, additionsTo(card.id))
      else if (silence) silent[card.id] = silence.why
      else if (unread.has(card.id)) silent[card.id] = leftOut
    }
    const shownToo = unread.size === 0 ? {} : Object.fromEntries([...unread].map((gpuId) => [gpuId, unknownSample(over.at, leftOut)]))
    fresh = {}
    unread = new Set()
    hand(over, samples, silent)
    latest = { steadyMs: over.steadyMs, samples: { ...keptOf(latest.samples, cards), ...shownToo, ...samples } }
    if (isViewed()) show(over.at, silenceOf(cards))
  }

  function hand(over: Turn, samples: Record<string, GpuSample>, silent: Record<string, string>): void {
    for (const [gpuId, listeners] of followers) {
      const sample = samples[gpuId]
      if (sample) for (const listener of [...listeners]) listener(sample)
    }
    if (Object.keys(samples).length === 0 && Object.keys(silent).length === 0) return
    for (const listener of [...recorders]) listener({ at: over.at, steadyMs: over.steadyMs, samples, silent })
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

  function additionsTo(gpuId: string): GpuSample[] {
    return [...(added.get(gpuId)?.values() ?? [])].filter(({ at }) => steadyMs() - at < freshMs).map(({ sample }) => sample)
  }

  return {
    watch(viewer, watching) {
      if (!watching) {
        viewers.delete(viewer)
        if (!isViewed() && state.status.phase !== 'off') tell({ samples: {}, status: { phase: 'off' } })
        return
      }
      const wasViewed = isViewed()
      viewers.set(viewer, steadyMs() + leaseMs)
      // Where the cards are recorded anyway, there is something to show at once.
      if (!wasViewed && running && steadyMs() - latest.steadyMs < shownForMs) show(clock.now(), null)
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

const leftOut = 'the driver gave no reading of this card this time'

function notReadable(card: Gpu, at: number): GpuSample {
  return unknownSample(at, card.problems[0]?.sentence ?? 'no driver on this machine gives readings of this card')
}

function keptOf(samples: Record<string, GpuSample>, cards: { card: Gpu }[]): Record<string, GpuSample> {
  return Object.fromEntries(cards.flatMap(({ card }) => (samples[card.id] ? [[card.id, samples[card.id]!]] : [])))
}
