/** Gathers what readers gave since the last turn, whoever was asked when, and makes one turn of it: samples, and why others are missing. */
import type { DetectionLayer, Gpu } from '../../shared/machine.ts'
import { unknownSample, type GpuSample } from '../../shared/telemetry.ts'
import { fillSample, findSample } from './fill-sample.ts'
import { isEmptySample } from './reading.ts'
import { samplerOf, type CardSilence } from './samplers.ts'
import type { SampleSeen } from './vendor.ts'

/** What another layer adds is good for so long. */
const freshMs = 25_000
/** So many turns in a row without a reading of one card, while its driver answers: it may be gone. */
const missesUntilGone = 3
/** NVIDIA's "GPU has fallen off the bus". */
const offTheBus = 79
const leftOut = 'the driver gave no reading of this card this time'

export interface GatherOptions {
  now: () => number
  steadyMs: () => number
  onSample(card: Gpu, sample: GpuSample): void
  /** A card seems to be gone. */
  onDoubt(why: string): void
}

export interface Gathered {
  samples: Record<string, GpuSample>
  silent: Record<string, string>
  /** What a window shows of cards that their driver left out. */
  blanks: Record<string, GpuSample>
}

export interface Gather {
  /** An answer of a layer for the cards that it was asked for. */
  takeIn(layer: DetectionLayer, cards: Gpu[], seen: SampleSeen[]): void
  /** Everything that has come for these cards; begins anew. */
  handOut(cards: readonly CardSilence[], at: number): Gathered
}

interface Added {
  at: number
  sample: GpuSample
}

export function createGather(options: GatherOptions): Gather {
  const { now, steadyMs } = options
  const added = new Map<string, Map<DetectionLayer, Added>>()
  const misses = new Map<string, number>()
  let fresh: Record<string, GpuSample> = {}
  /** Cards that their driver left out while it answered. */
  let unread = new Set<string>()

  function add(layer: DetectionLayer, card: Gpu, sample: GpuSample): void {
    const byLayer = added.get(card.id) ?? new Map<DetectionLayer, Added>()
    added.set(card.id, byLayer.set(layer, { at: steadyMs(), sample: { ...sample, incidents: [] } }))
  }

  /** A card that its driver says nothing of any more may have been pulled out, or have fallen off the bus. */
  function judge(card: Gpu, sample: GpuSample | null): void {
    const isMissed = sample === null || (isEmptySample(sample) && card.sample !== null && !isEmptySample(card.sample))
    const count = isMissed ? (misses.get(card.id) ?? 0) + 1 : 0
    misses.set(card.id, count)
    const fell = sample?.incidents.some(({ code }) => code === offTheBus) ?? false
    if (fell || count === missesUntilGone) options.onDoubt(`${card.name} gives no readings any more`)
  }

  function additionsTo(gpuId: string): GpuSample[] {
    return [...(added.get(gpuId)?.values() ?? [])].filter(({ at }) => steadyMs() - at < freshMs).map(({ sample }) => sample)
  }

  return {
    takeIn(layer, cards, seen) {
      for (const card of cards) {
        const sample = findSample(seen, card, cards.length)
        if (samplerOf(card) !== layer) {
          if (sample) add(layer, card, sample)
        } else if (sample === null && layer === 'os') {
          fresh[card.id] = notReadable(card, now())
        } else {
          judge(card, sample)
          if (sample === null) unread.add(card.id)
          else fresh[card.id] = sample
          if (sample !== null) options.onSample(card, sample)
        }
      }
    },
    handOut(cards, at) {
      const gathered: Gathered = { samples: {}, silent: {}, blanks: {} }
      for (const { card, sampler, silence } of cards) {
        const own = fresh[card.id]
        if (sampler === null) gathered.samples[card.id] = notReadable(card, at)
        else if (own) gathered.samples[card.id] = fillSample(own, additionsTo(card.id))
        else if (silence) gathered.silent[card.id] = silence.why
        else if (unread.has(card.id)) gathered.silent[card.id] = leftOut
        if (unread.has(card.id)) gathered.blanks[card.id] = unknownSample(at, leftOut)
      }
      fresh = {}
      unread = new Set()
      return gathered
    },
  }
}

function notReadable(card: Gpu, at: number): GpuSample {
  // What is said of a card that gave readings before is no reason why it gives none now.
  if (card.sample !== null && !isEmptySample(card.sample)) return unknownSample(at, leftOut)
  return unknownSample(at, card.problems[0]?.sentence ?? 'no driver on this machine gives readings of this card')
}
