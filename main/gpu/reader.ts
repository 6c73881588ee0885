/**
 * One layer as a reader of samples: how often it is asked, how long it pauses after a failure, and that it is never asked
 * twice at a time. What one reader does not answer holds up no other.
 *
 *   resting ──due──▶ asked ──answer──▶ resting (next in everyMs)
 *                      └──failure or deadline──▶ pausing (2 s, 4 s, 8 s … 60 s) ──due──▶ asked
 *
 * A card whose own driver calls hang is found by asking one card at a time, and is set aside (suspects.ts).
 */
import type { DetectionLayer, Gpu } from '../../shared/machine.ts'
import type { Clock } from '../system/clock.ts'
import { ProbeFailure } from './probe-failure.ts'
import type { Silence } from './samplers.ts'
import { createSuspects, type Aside } from './suspects.ts'
import type { CardKey, SampleSeen } from './vendor.ts'

/** After n failures in a row: min(60 s, 2 s × 2^(n−1)). */
export function backOffMs(failures: number): number {
  return Math.min(60_000, 2_000 * 2 ** Math.max(0, failures - 1))
}

/** nvidia-smi may start card by card, and AMD's tools start Python. */
export const sampleDeadlinesMs: Record<DetectionLayer, number> = { nvml: 5_000, 'nvidia-smi': 16_000, sysfs: 5_000, 'amd-smi': 12_000, 'rocm-smi': 12_000, opencl: 5_000, os: 12_000 }
/** An answer that is out for so long, and for twice as long as the one before took, is worth a word before its deadline. */
const lateMs = 2_000
/** A turn comes a little early or late: that is no reason to leave a second out. */
const slackMs = 100

/** Who reads one card without touching the others: only there it helps to ask for them one by one. */
const readsSingly: ReadonlySet<DetectionLayer> = new Set(['nvml'])

/** So often a layer is asked. A process that must be started for every reading costs more than the reading is worth to nobody. */
export function everyMs(layer: DetectionLayer, { isLive, isWatched }: { isLive: boolean; isWatched: boolean }): number {
  if (!isLive || layer === 'nvml' || layer === 'sysfs') return 1_000
  if (layer === 'os') return 5_000
  if (!isWatched) return 10_000
  return layer === 'nvidia-smi' ? 1_000 : 2_000
}

/** Who tells it begins with "The driver is not answering": what is left is why. */
function causeIn(sentence: string): string {
  const cause = sentence.replace(/^The (\w+ )?driver is not answering(:| its library)\s*/i, '')
  return cause.replace(/^\(([^()]*)\)\.?$/, '$1') || sentence
}

export interface Reader {
  layer: DetectionLayer
  /**
   * Asks where it is due; null: it is not, or it is still busy. Never rejects: what came went to `onSeen`, and a failure is
   * explained by `silence`. `choose`: which cards are to be read now; none: nobody is asked. `now`: by the steady clock.
   */
  ask(now: number, choose: () => Gpu[] | Promise<Gpu[]>, everyMs: number): Promise<void> | null
  /** Why there is no answer for this card now; null: all is well. */
  silence(gpuId: string): Silence | null
  /** Somebody has begun to look: no pause but that after a failure. */
  hurry(): void
}

/** `alone`: a card whose call may hang, in a process where it interrupts nobody. */
export type TakeSamples = (layer: DetectionLayer, cards: CardKey[], deadlineMs: number, how: { alone: boolean }) => Promise<SampleSeen[]>

export interface ReaderOptions {
  clock: Clock
  steadyMs: () => number
  sample: TakeSamples
  /** An answer, for the cards that it was asked for. */
  onSeen(layer: DetectionLayer, cards: Gpu[], seen: SampleSeen[]): void
  /** No card is asked alone any more, for now. */
  onAloneOver(): void
  onFailure(layer: DetectionLayer, failures: number, why: string): void
  onRecovered(layer: DetectionLayer): void
  /** It is read in a process of its own, which keeps the deadline. */
  keepsDeadline: boolean
}

export function createReader(layer: DetectionLayer, options: ReaderOptions): Reader {
  const { clock, steadyMs } = options
  let askedAt: number | null = null
  let dueAt = -Infinity
  let failures = 0
  let tookMs = 0
  let trouble: Silence | null = null
  const suspects = createSuspects()
  /** A question for a single card is under way. */
  let askingAlone: Promise<void> | null = null

  async function read(startedAt: number, choose: () => Gpu[] | Promise<Gpu[]>, pauseMs: number): Promise<void> {
    const startedWallAt = clock.now()
    askedAt = startedAt
    const work = sampleChosen(choose, startedAt)
    // One that never returns keeps this reader busy for good: asking again would hang as well, and pile up.
    const idle = (): void => void (askedAt = null)
    if (!options.keepsDeadline) work.then(idle, idle)
    try {
      const handOver = options.keepsDeadline ? await work : await inTime(work)
      dueAt = startedAt + pauseMs - slackMs
      if (handOver === null) return
      handOver()
      tookMs = steadyMs() - startedAt
      const before = failures
      failures = 0
      trouble = null
      if (before > 0) tellRecovered()
    } catch (error) {
      failures += 1
      const waitMs = backOffMs(failures)
      const why = reasonOf(error)
      dueAt = steadyMs() + waitMs - slackMs
      trouble = { since: trouble?.since ?? startedWallAt, why, retryAt: clock.now() + waitMs }
      options.onFailure(layer, failures, why)
    } finally {
      if (options.keepsDeadline) idle()
    }
  }

  /** A look asks for every card at once: while one hangs, it would only interrupt the others. */
  function tellRecovered(): void {
    if (!suspects.hasAside()) options.onRecovered(layer)
  }

  /** Gives what hands over the answer, which may come too late for that. null: no card was to be read now. */
  async function sampleChosen(choose: () => Gpu[] | Promise<Gpu[]>, now: number): Promise<(() => void) | null> {
    const chosen = choose()
    const cards = Array.isArray(chosen) ? chosen : await chosen
    const { asOne, isDoubtful, alone } = suspects.split(cards, now)
    if (alone && !isDoubtful && askingAlone === null) void withoutOthersAlone(() => tryAgain(alone))
    if (asOne.length === 0) return null
    if (!isDoubtful) return askTogether(asOne)
    await withoutOthersAlone(() => askOneByOne(asOne))
    return () => {}
  }

  function sample(cards: Gpu[], how: { alone: boolean }): Promise<SampleSeen[]> {
    return options.sample(layer, cards.map(({ uuid, pciAddress, pciDeviceId }) => ({ uuid, pciAddress, pciDeviceId })), sampleDeadlinesMs[layer], how)
  }

  async function askTogether(cards: Gpu[]): Promise<() => void> {
    try {
      const seen = await sample(cards, { alone: false })
      return () => options.onSeen(layer, cards, seen)
    } catch (error) {
      if (isNoAnswer(error) && options.keepsDeadline && readsSingly.has(layer)) suspects.missed(cards.length)
      throw error
    }
  }

  /** Each answer goes out as it comes: the next card may take its whole deadline. Throws where no card answers. */
  async function askOneByOne(cards: Gpu[]): Promise<void> {
    const answered: string[] = []
    const missing = new Map<string, string>()
    let last: unknown = null
    for (const card of cards) {
      try {
        options.onSeen(layer, [card], await sample([card], { alone: true }))
        answered.push(card.id)
      } catch (error) {
        last = error
        if (isNoAnswer(error)) missing.set(card.id, reasonOf(error))
      }
    }
    suspects.judged(answered, missing, steadyMs())
    if (answered.length === 0) throw last
  }

  async function tryAgain(card: Gpu): Promise<void> {
    try {
      const seen = await sample([card], { alone: true })
      suspects.tried(card.id, null, steadyMs())
      options.onSeen(layer, [card], seen)
      tellRecovered()
    } catch (error) {
      suspects.tried(card.id, reasonOf(error), steadyMs())
    }
  }

  /** They share a process that does one thing at a time, and that one of them may take down: one after the other. */
  async function withoutOthersAlone(work: () => Promise<void>): Promise<void> {
    while (askingAlone) await askingAlone
    const done = work()
    askingAlone = done.catch(() => {})
    try {
      await done
    } finally {
      askingAlone = null
      options.onAloneOver()
    }
  }

  /** For what is read in this process: there is no ending it. */
  function inTime<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const seconds = Math.round(sampleDeadlinesMs[layer] / 1000)
      const cancel = clock.after(sampleDeadlinesMs[layer] + 500, () => reject(new Error(`no answer within ${seconds} s`)))
      work.then(resolve, reject).finally(cancel)
    })
  }

  function asideSilence({ sinceMs, dueMs, why }: Aside): Silence {
    const wallAt = (steadyAt: number): number => Math.round(clock.now() + steadyAt - steadyMs())
    return { since: wallAt(sinceMs), why: `the driver does not answer for this card (${why})`, retryAt: dueMs > steadyMs() ? wallAt(dueMs) : null, isOfOneCard: true }
  }

  return {
    layer,
    ask(now, choose, pauseMs) {
      return askedAt !== null || now < dueAt ? null : read(now, choose, pauseMs)
    },
    silence(gpuId) {
      if (trouble) return trouble
      const aside = suspects.aside(gpuId)
      if (aside) return asideSilence(aside)
      const outMs = askedAt === null ? 0 : steadyMs() - askedAt
      return outMs < Math.max(lateMs, 2 * tookMs) ? null : { since: Math.round(clock.now() - outMs), why: `no answer for ${Math.round(outMs / 1000)} s`, retryAt: null }
    },
    hurry() {
      if (failures === 0) dueAt = -Infinity
    },
  }
}

function reasonOf(error: unknown): string {
  return causeIn(error instanceof Error ? error.message : String(error))
}

/** The process hung or ended over the question: a single card may be to blame. */
function isNoAnswer(error: unknown): boolean {
  return error instanceof ProbeFailure && (error.kind === 'not-answering' || error.kind === 'died')
}
