/** Which layers are asked for the samples of a card, and what is said of those that do not answer. Pure. */
import { presentGpus, type DetectionLayer, type Gpu } from '../../shared/machine.ts'
import type { TelemetryState } from '../../shared/state.ts'

/** Whose samples are taken, best reader first. OpenCL has none. */
const samplers: readonly DetectionLayer[] = ['nvml', 'nvidia-smi', 'sysfs', 'amd-smi', 'rocm-smi', 'os']
/** Who adds to another's sample. A look asks AMD's tools only where the kernel leaves something out. */
const supplements: readonly DetectionLayer[] = ['amd-smi', 'rocm-smi', 'os']

/** Whose reading of a card counts; null: nobody reads it. Linux itself knows nothing of NVIDIA's cards but their names. */
export function samplerOf(card: Gpu): DetectionLayer | null {
  const readers = samplers.filter((layer) => card.seenBy.includes(layer))
  return readers.find((layer) => layer !== 'sysfs' || card.vendor === 'amd' || card.vendor === 'intel') ?? null
}

/** The sampler first, then those that fill its gaps. */
function layersOf(card: Gpu): DetectionLayer[] {
  const first = samplerOf(card)
  return first === null ? [] : [first, ...supplements.filter((layer) => layer !== first && card.seenBy.includes(layer))]
}

export interface Plan {
  /** The list it was made of. */
  of: Gpu[]
  isAll: boolean
  cards: { card: Gpu; sampler: DetectionLayer | null }[]
  byLayer: Map<DetectionLayer, Gpu[]>
}

/** Which of the cards that are here are read by whom: all, or those that somebody follows. */
export function planOf(all: Gpu[], isAll: boolean, isFollowed: (gpuId: string) => boolean): Plan {
  const cards = presentGpus(all).filter((card) => card.kind === 'gpu' && (isAll || isFollowed(card.id)))
  const byLayer = new Map<DetectionLayer, Gpu[]>()
  for (const card of cards) {
    for (const layer of layersOf(card)) byLayer.set(layer, [...(byLayer.get(layer) ?? []), card])
  }
  return { of: all, isAll, cards: cards.map((card) => ({ card, sampler: samplerOf(card) })), byLayer }
}

export interface Silence {
  since: number
  why: string
  /** null: an answer is still awaited. */
  retryAt: number | null
  /** The driver answers, but not for this card; `why` says so. */
  isOfOneCard?: boolean
}

export interface CardSilence {
  card: Gpu
  sampler: DetectionLayer | null
  silence: Silence | null
}

type NotAnswering = Extract<TelemetryState['status'], { phase: 'not-answering' }>

/** One state for all cards: that of a whole driver before that of one card, then the longest silence speaks, and says whose it is where others answer. null: all answer. */
export function silenceOf(cards: readonly { card: Gpu; silence: Silence | null }[]): NotAnswering | null {
  const silent = cards.flatMap(({ card, silence }) => (silence ? [{ card, silence }] : []))
  const inOrder = [...silent].sort((one, other) => Number(one.silence.isOfOneCard ?? false) - Number(other.silence.isOfOneCard ?? false) || one.silence.since - other.silence.since)
  const worst = inOrder[0]?.silence
  if (!worst) return null
  if (worst.isOfOneCard) return { phase: 'not-answering', since: worst.since, sentence: oneCardSentence(inOrder, cards.length), retryAt: worst.retryAt }
  const names = [...new Set(silent.filter(({ silence }) => silence.why === worst.why).map(({ card }) => card.name))]
  const whose = silent.length === cards.length ? 'The driver' : `The driver of ${names.slice(0, 3).join(', ')}${names.length > 3 ? ' and others' : ''}`
  const why = worst.why.replace(/\.\s*$/, '')
  return { phase: 'not-answering', since: worst.since, sentence: `${whose} is not answering: ${why}. Asking again soon.`, retryAt: worst.retryAt }
}

/** Cards of one model are told apart by their place. */
function oneCardSentence(silent: readonly { card: Gpu; silence: Silence }[], cardCount: number): string {
  const [{ card, silence }, ...more] = silent as [{ card: Gpu; silence: Silence }]
  const place = card.pciAddress === null ? '' : ` at ${card.pciAddress}`
  const others = silent.length < cardCount ? ' The other cards are read on.' : ''
  const also = more.length === 0 ? '' : ` The same goes for ${more.length} more.`
  return `${card.name}${place} gives no readings: ${silence.why}.${also}${others} It is asked again by and by.`
}
