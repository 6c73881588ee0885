/** Makers of verdicts, so that a rule reads as its condition and its sentence. Pure. */
import type { Do } from '../../shared/policy-state.ts'
import type { Aside, Holding, Look } from './rule-types.ts'

export function clear(sentence: string): Aside {
  return { is: 'clear', sentence }
}

export function unknown(sentence: string): Aside {
  return { is: 'unknown', sentence }
}

export interface Said {
  sentence: string
  evidence?: string[]
  untilWords: string
  untilMs?: number | null
  program?: Holding['program']
  isWeak?: boolean
  isFinal?: boolean
  isBeside?: boolean
  beatsRunNow?: boolean
}

/** For the user's sake: at once, whatever that costs. */
export function stopsForUser(look: Look, said: Said): Holding {
  return holds(look.isUp || look.isLeaving ? 'stop' : 'wait', said, true)
}

/** At once, for the card's or the machine's sake. */
export function stops(look: Look, said: Said): Holding {
  return holds(look.isUp || look.isLeaving ? 'stop' : 'wait', said, false)
}

/** The user is not waiting: a job may end first. Where stopping costs nothing, or there is no job, it is stopped. */
export function ends(look: Look, said: Said): Holding {
  return holds(endingOf(look), said, false)
}

export function holds(doing: Do, { evidence = [], ...said }: Said, isForUser: boolean): Holding {
  return { is: 'holds', do: doing, evidence, isForUser, ...said }
}

export function endingOf({ isUp, isLeaving, programme }: Look): Do {
  if (isLeaving) return 'stop'
  if (!isUp) return 'wait'
  const { job, stopPrice, demands } = programme
  return job === null || stopPrice.usd === 0 || demands.interruption === 'free' ? 'stop' : 'finish'
}
