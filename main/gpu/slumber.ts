/**
 * Laptops switch a card off that nothing uses. Reading it wakes it, and reading it once a second never lets it sleep again:
 * while nobody looks, a card that has been idle for a while is left alone, and looked at only where the kernel says it is awake.
 *
 *   read ──idle 30 s──▶ left alone ──20 s──▶ kernel: suspended ─▶ left alone, asked again every 5 s
 *    ▲                                        └ kernel: active ─▶ read (the next try comes after twice the idle time)
 */
import type { Gpu } from '../../shared/machine.ts'
import type { GpuSample } from '../../shared/telemetry.ts'

const firstIdleMs = 30_000
const longestIdleMs = 60 * 60_000
/** The drivers' own delay before a card is switched off is 5 to 15 s. */
const leftAloneMs = 20_000
const askAgainMs = 5_000

interface Card {
  idleSince: number | null
  idleMs: number
  /** Not read before then; null: it is read. */
  leftUntil: number | null
}

export interface Slumber {
  /** Those of the cards that may be read now. */
  awake(cards: Gpu[]): Gpu[] | Promise<Gpu[]>
  saw(card: Gpu, sample: GpuSample): void
}

export interface SlumberOptions {
  steadyMs: () => number
  /** Whether this card may be switched off at all: one of a laptop, with memory of its own. */
  maySleep(card: Gpu): boolean
  /** Somebody looks, or measures: then a card is read whatever it costs. */
  isWatched(gpuId: string): boolean
  /** Told by the kernel without waking the card. */
  runtimeStatusOf(pciAddress: string): Promise<'active' | 'suspended' | null>
  /** A card is left alone from now on: whatever holds it open is to be closed. */
  onLeave(card: Gpu): void
}

export function createSlumber(options: SlumberOptions): Slumber {
  const { steadyMs } = options
  const cards = new Map<string, Card>()

  async function isAwake(gpu: Gpu): Promise<boolean> {
    if (gpu.pciAddress === null || !options.maySleep(gpu)) return true
    const card = cards.get(gpu.id) ?? { idleSince: null, idleMs: firstIdleMs, leftUntil: null }
    cards.set(gpu.id, card)
    if (options.isWatched(gpu.id)) {
      Object.assign(card, { idleSince: null, idleMs: firstIdleMs, leftUntil: null })
      return true
    }
    if (card.leftUntil !== null && steadyMs() < card.leftUntil) return false
    const status = await options.runtimeStatusOf(gpu.pciAddress)
    if (status === 'suspended') {
      card.leftUntil = steadyMs() + askAgainMs
      return false
    }
    card.leftUntil = null
    return true
  }

  return {
    awake(asked) {
      if (!asked.some(options.maySleep)) return asked
      return Promise.all(asked.map(isAwake)).then((flags) => asked.filter((_, index) => flags[index]))
    },
    saw(gpu, sample) {
      const card = cards.get(gpu.id)
      if (!card || options.isWatched(gpu.id)) return
      const isIdle = (sample.utilisation ?? 0) < 0.01 && sample.processes.length === 0
      card.idleSince = isIdle ? (card.idleSince ?? steadyMs()) : null
      if (!isIdle) card.idleMs = firstIdleMs
      if (card.idleSince === null || steadyMs() - card.idleSince < card.idleMs) return
      card.idleSince = null
      card.idleMs = Math.min(longestIdleMs, 2 * card.idleMs)
      card.leftUntil = steadyMs() + leftAloneMs
      options.onLeave(gpu)
    },
  }
}
