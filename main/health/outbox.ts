/** Letters of one channel on their way: one after another, tried again with growing pauses, bounded in number. */
import { randomUUID } from 'node:crypto'
import type { Clock } from '../system/clock.ts'
import type { Letter, Outcome } from './senders.ts'
import type { Telling } from './message.ts'

/** Pauses before the second to the sixth try; then a letter is given up. */
export const pausesMs = [5_000, 30_000, 120_000, 600_000, 1_800_000] as const
/** What a receiver may ask for at most by Retry-After. */
const longestPauseMs = 3_600_000
const mostWaiting = 100

export interface Outbox {
  push(telling: Telling): void
  /** Letters that are not delivered yet. */
  waiting(): number
  /** Gives all of them up. */
  clear(): void
  /** Ends what is on its way; nothing is called back afterwards. */
  stop(): void
}

export interface OutboxOptions {
  clock: Clock
  /** Never rejects; null: the channel is not set up any more. */
  send(letter: Letter, signal: AbortSignal): Promise<Outcome | null>
  onOutcome(outcome: Outcome): void
  /** Once for every telling: whether it arrived. */
  onSettled(telling: Telling, arrived: boolean): void
  /** 0..1, so that many machines do not all come back in the same second. */
  random?: () => number
}

export function createOutbox(options: OutboxOptions): Outbox {
  const { clock, random = Math.random } = options
  const abort = new AbortController()
  let letters: { letter: Letter; tries: number }[] = []
  let cancelPause: (() => void) | null = null
  let isSending = false

  function settle(telling: Telling, arrived: boolean): void {
    if (!abort.signal.aborted) options.onSettled(telling, arrived)
  }

  function clear(): void {
    const all = letters
    letters = []
    cancelPause?.()
    cancelPause = null
    for (const { letter } of all) settle(letter.telling, false)
  }

  async function sendFirst(): Promise<void> {
    const first = letters[0]
    if (!first || isSending || abort.signal.aborted || cancelPause) return
    isSending = true
    const outcome = await options.send(first.letter, abort.signal)
    isSending = false
    if (abort.signal.aborted) return
    // Cleared, or pushed out by newer ones, while it was on its way.
    const isStillFirst = letters[0] === first
    if (outcome) options.onOutcome(outcome)
    if (outcome === null || outcome.kind === 'gone') return clear()
    if (isStillFirst) {
      first.tries += 1
      const pauseMs = pausesMs[first.tries - 1]
      if (outcome.kind === 'again' && pauseMs !== undefined) return pause(Math.max(pauseMs, Math.min(outcome.afterMs ?? 0, longestPauseMs)))
      letters.shift()
      settle(first.letter.telling, outcome.kind === 'delivered')
    }
    void sendFirst()
  }

  function pause(ms: number): void {
    cancelPause = clock.after(Math.round(ms * (1 + 0.2 * random())), () => {
      cancelPause = null
      void sendFirst()
    })
  }

  return {
    push(telling) {
      letters.push({ letter: { id: `msg_${randomUUID()}`, telling }, tries: 0 })
      // The oldest says least: what still lasts is told again anyway.
      while (letters.length > mostWaiting) {
        const dropped = letters.shift()
        if (dropped) settle(dropped.letter.telling, false)
      }
      void sendFirst()
    },
    waiting: () => letters.length,
    clear,
    stop() {
      abort.abort()
      cancelPause?.()
      cancelPause = null
      letters = []
    },
  }
}
