/** One way of reading something of the machine or of whoever sits at it, polled by senses.ts; some also tell when there is news. */
import type { PlatformReader } from './readers.ts'

export interface SenseReader extends PlatformReader {
  /** Once, before the first read: `again` has it read at once; `sleep` tells that the system goes to sleep, or that it is back. */
  begin?(news: SenseNews): void
}

/** Unknown, and no later reader of the list may fill it in: what that would tell is of somebody who is not at the screen. */
export interface FinalUnknown {
  value: null
  why: string
  at: number
  isFinal: true
}

export function unknownToAll(why: string, at: number): FinalUnknown {
  return { value: null, why, at, isFinal: true }
}

export interface SenseNews {
  again(): void
  sleep(isGoing: boolean): void
}

/** What a reader is made of: everything that a test hands in otherwise. */
export interface SenseWorld {
  now(): number
  steadyMs(): number
  env: Record<string, string | undefined>
  /** Of this process; null: the system has none. */
  uid: number | null
}
