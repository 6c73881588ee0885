/** Checks that a stop for the user's sake gave the card back: its processes are gone and their memory is free; and says so if not. */
import type { HistoryEvent } from '../../shared/history.ts'
import type { Freed, PolicyCard, PolicyProgramme, ProgramOnCard } from '../../shared/policy-state.ts'
import { size } from './words.ts'

/** From the stop on. Later it is said that the card is still held. */
const withinMs = 10_000
/** It is looked for so long; what takes longer is told by the software's own state. */
const mostMs = 10 * 60_000
const keptMs = 60 * 60_000
const mostKept = 32
/** Drivers keep a little for themselves, and the desktop's own share moves. */
const leftoverBytes = 250e6

export interface FreedWatch {
  /** Software is about to be started: what the cards hold without it. */
  started(programme: PolicyProgramme, cards: readonly PolicyCard[]): void
  /** It was told to stop for the user's sake. */
  stopped(programme: PolicyProgramme, cards: readonly PolicyCard[], now: { at: number; steadyMs: number }): void
  /** After each reading. `programmes` with their phases. */
  look(cards: readonly PolicyCard[], programmes: readonly PolicyProgramme[], now: { at: number; steadyMs: number }): void
  /** Newest first. */
  list(): Freed[]
}

interface Watched {
  freed: Freed
  title: string
  cardName: string
  steadyMs: number
  /** By pid and start. */
  ours: Set<string>
  /** Of ours, by process; null: the driver tells none. */
  oursBytes: number | null
  heldBytes: number | null
  /** What the card held before the software was started; null: not known. */
  beforeBytes: number | null
  isTold: boolean
}

type Look = { is: 'free'; how: string } | { is: 'held'; sentence: string } | { is: 'unknown'; sentence: string }

export function createFreedWatch(onEvents: (events: HistoryEvent[]) => void): FreedWatch {
  let watched: Watched[] = []
  const before = new Map<string, number>()

  function look(cards: readonly PolicyCard[], programmes: readonly PolicyProgramme[], now: { at: number; steadyMs: number }): void {
    for (const one of watched) {
      if (one.freed.isOver) continue
      const card = cards.find(({ gpuId }) => gpuId === one.freed.gpuId)
      const programme = programmes.find(({ programmeId }) => programmeId === one.freed.programmeId)
      const ageMs = Math.max(0, now.steadyMs - one.steadyMs)
      // A reading from before the stop still shows it all.
      const isNew = card !== undefined && card.at !== null && card.at > one.freed.at
      const seen: Look = isNew ? looked(one, card, programme) : { is: 'unknown', sentence: `No reading of ${one.cardName} has come since.` }
      if (seen.is === 'free') over(one, ageMs, now.at, seen.how)
      else if (ageMs >= withinMs) late(one, seen.sentence, ageMs, now.at)
    }
    watched = watched.filter(({ steadyMs }) => now.steadyMs - steadyMs < keptMs).slice(-mostKept)
  }

  function over(one: Watched, ageMs: number, at: number, how: string): void {
    const sentence = `${one.cardName} was free ${seconds(ageMs)} after ${one.title} was told to stop: ${how}`
    one.freed = { ...one.freed, afterMs: ageMs, isOver: true, sentence }
    tell('policy-memory-freed', one, sentence, at)
  }

  function late(one: Watched, why: string, ageMs: number, at: number): void {
    const isOver = ageMs >= mostMs
    const sentence = `${one.title} was told to stop ${seconds(ageMs)} ago, and ${one.cardName} is not known to be free: ${why}`
    one.freed = { ...one.freed, isOver, sentence }
    if (!one.isTold) tell('policy-memory-held', one, sentence, at)
    one.isTold = true
  }

  function tell(id: HistoryEvent['id'], { freed }: Watched, sentence: string, at: number): void {
    onEvents([{ at, id, gpuId: freed.gpuId, programmeId: freed.programmeId, sentence }])
  }

  return {
    started({ programmeId, gpuIds }, cards) {
      for (const { gpuId, memoryUsedBytes } of cards) if (gpuIds.includes(gpuId) && memoryUsedBytes !== null) before.set(`${programmeId}|${gpuId}`, memoryUsedBytes)
    },
    stopped(programme, cards, { at, steadyMs }) {
      const { programmeId, title } = programme
      for (const card of cards) {
        if (!programme.gpuIds.includes(card.gpuId)) continue
        watched = watched.filter(({ freed }) => freed.isOver || freed.gpuId !== card.gpuId || freed.programmeId !== programmeId)
        const ours = oursOf(card)
        watched.push({
          freed: { programmeId, gpuId: card.gpuId, at, afterMs: null, isOver: false, sentence: `${title} was told to stop; ${card.name} is looked at until its memory is free.` },
          title,
          cardName: card.name,
          steadyMs,
          ours: new Set(ours.map(keyOf)),
          oursBytes: ours.length > 0 && ours.every(({ memoryBytes }) => memoryBytes !== null) ? ours.reduce((sum, { memoryBytes }) => sum + (memoryBytes ?? 0), 0) : null,
          heldBytes: card.memoryUsedBytes,
          beforeBytes: before.get(`${programmeId}|${card.gpuId}`) ?? null,
          isTold: false,
        })
      }
    },
    look,
    list: () => watched.map(({ freed }) => freed).reverse(),
  }
}

/** Process by process where the driver tells them; else by what the whole card holds. */
function looked(one: Watched, card: PolicyCard, programme: PolicyProgramme | undefined): Look {
  const left = oursOf(card).filter((program) => one.ours.has(keyOf(program)))
  if (left.length > 0) {
    const bytes = left.reduce((sum, { memoryBytes }) => sum + (memoryBytes ?? 0), 0)
    const [first] = left as [ProgramOnCard, ...ProgramOnCard[]]
    return { is: 'held', sentence: `${first.name} (${first.pid})${left.length > 1 ? ` and ${left.length - 1} more` : ''} still ${left.length > 1 ? 'hold' : 'holds'} ${bytes > 0 ? size(bytes) : 'it'}.` }
  }
  if (one.ours.size > 0) return { is: 'free', how: one.oursBytes === null ? 'its processes are gone from the card.' : `its processes are gone from the card, and with them ${size(one.oursBytes)}.` }
  // What others hold has nothing to do with us: a game may have begun meanwhile.
  const others = card.programs.reduce((sum, { memoryBytes }) => sum + (memoryBytes ?? 0), 0)
  const isStopped = programme === undefined || programme.phase === 'stopped' || programme.phase === 'not-set-up' || programme.phase === 'failed' || programme.phase === 'waiting'
  if (!isStopped) return { is: 'held', sentence: 'its software has not ended yet.' }
  if (card.memoryUsedBytes === null) return { is: 'unknown', sentence: 'its software has ended, and the driver does not tell how much memory the card holds.' }
  const free = one.beforeBytes === null ? null : card.memoryUsedBytes - Math.max(one.beforeBytes, others)
  if (free !== null && free <= leftoverBytes) return { is: 'free', how: `it holds ${size(card.memoryUsedBytes)}, about as before the start; the driver names no process of it.` }
  if (one.heldBytes !== null && one.heldBytes <= leftoverBytes) return { is: 'free', how: 'its software has ended, and it held next to nothing.' }
  return { is: 'unknown', sentence: `its software has ended, the card holds ${size(card.memoryUsedBytes)}, and the driver does not tell whose that is.` }
}

function oursOf(card: PolicyCard): ProgramOnCard[] {
  return card.programs.filter(({ whose }) => whose === 'ours')
}

function keyOf({ pid, startedAt, name }: ProgramOnCard): string {
  return `${pid}|${startedAt ?? ''}|${name}`
}

function seconds(ms: number): string {
  return ms < 1000 ? 'less than a second' : ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`
}
