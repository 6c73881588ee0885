/** Turns samples into events: throttling, memory errors, Xids, a narrower PCIe link, processes that come and go, a silent driver. */
import type { HistoryEvent, HistoryEventId } from '../../shared/history.ts'
import type { GpuSample, SampleTurn } from '../../shared/telemetry.ts'
import { usesWholeLink } from './rules-card.ts'
import { realReasons, reasonWords } from './throttle.ts'
import { countWords, lengthWords, listWords } from './words.ts'

/** Something counts as begun once it has lasted so long, and as over once it has been gone so long: the log is for people. */
const throttleBeginsMs = 5_000
const throttleEndsMs = 15_000
const processComesMs = 10_000
const processGoesMs = 15_000
const silentAfterMs = 10_000
const linkAfterMs = 10_000
/** Corrected errors are told of together. */
const correctedEveryMs = 10 * 60_000
/** A farm of short programs, or a card that dances around its power limit, must not fill the log: so many of either an hour. */
const eventsAnHour = 60
const processesKept = 256
const hourMs = 3_600_000

export interface SampleEvents {
  /** Never throws on odd samples; `at` of an event is when it began, not when it was certain. */
  take(turn: SampleTurn): HistoryEvent[]
}

interface Spell {
  since: Moment
  lastSeen: Moment
  isTold: boolean
}
interface Moment {
  at: number
  steadyMs: number
}

interface CardState {
  throttle: Map<string, Spell>
  processes: Map<string, Spell & { name: string; pid: number; wasThere: boolean }> | null
  /** Steady times of what was told within the hour. */
  told: { throttle: number[]; process: number[] }
  silent: (Spell & { why: string }) | null
  corrected: number | null
  uncorrected: number | null
  correctedSinceTold: { count: number; since: Moment } | null
  bestLanes: number
  narrow: Spell | null
}

export function createSampleEvents(): SampleEvents {
  const cards = new Map<string, CardState>()

  function stateOf(gpuId: string): CardState {
    const known = cards.get(gpuId)
    if (known) return known
    const fresh: CardState = { throttle: new Map(), processes: null, told: { throttle: [], process: [] }, silent: null, corrected: null, uncorrected: null, correctedSinceTold: null, bestLanes: 0, narrow: null }
    cards.set(gpuId, fresh)
    return fresh
  }

  return {
    take(turn) {
      const now = { at: turn.at, steadyMs: turn.steadyMs }
      const events: HistoryEvent[] = []
      for (const gpuId of new Set([...Object.keys(turn.samples), ...Object.keys(turn.silent)])) {
        const state = stateOf(gpuId)
        const say = (id: HistoryEventId, at: number, sentence: string): void => void events.push({ at, id, gpuId, sentence })
        const sample = turn.samples[gpuId]
        if (sample === undefined) {
          silence(state, turn.silent[gpuId] ?? '', now, say)
          continue
        }
        voice(state, now, say)
        throttling(state, sample, now, say)
        memoryErrors(state, sample, now, say)
        for (const incident of sample.incidents) {
          say('xid', now.at, incident.sentence)
          // NVIDIA's catalogue: 63 and 64 are about memory taken out of use.
          if (incident.code === 63) say('memory-retired', now.at, 'The card took a bad part of its memory out of use; that takes effect when it is next reset.')
          if (incident.code === 64) say('memory-retired', now.at, 'The card could not take a bad part of its memory out of use.')
        }
        link(state, sample, now, say)
        processes(state, sample, now, say)
      }
      return events
    },
  }
}

type Say = (id: HistoryEventId, at: number, sentence: string) => void

/** Says so many an hour, then once that there is more. */
function limited(times: number[], now: Moment, say: Say, more: string): Say {
  return (id, at, sentence) => {
    while (times.length > 0 && now.steadyMs - (times[0] ?? 0) >= hourMs) times.shift()
    if (times.length >= eventsAnHour) return
    times.push(now.steadyMs)
    say(id, at, sentence)
    if (times.length === eventsAnHour) say(id, at, more)
  }
}

function silence(state: CardState, why: string, now: Moment, say: Say): void {
  state.silent ??= { since: now, lastSeen: now, isTold: false, why }
  state.silent.lastSeen = now
  if (state.silent.isTold || now.steadyMs - state.silent.since.steadyMs < silentAfterMs) return
  state.silent.isTold = true
  say('driver-silent', state.silent.since.at, `The driver does not answer for this card: ${why.trim().replace(/[.\s]+$/, '')}.`)
}

function voice(state: CardState, now: Moment, say: Say): void {
  if (state.silent?.isTold) say('driver-back', now.at, `The driver answers again, after ${lengthWords(now.steadyMs - state.silent.since.steadyMs)}.`)
  state.silent = null
}

function throttling(state: CardState, sample: GpuSample, now: Moment, say: Say): void {
  if (sample.throttle === null) return
  const reasons = realReasons(sample.throttle)
  const tell = limited(state.told.throttle, now, say, 'It is slowed down and let go again quickly: more of it is not noted within this hour.')
  const began: Spell[] = []
  const begunWords: string[] = []
  for (const reason of reasons) {
    const spell = state.throttle.get(reason) ?? { since: now, lastSeen: now, isTold: false }
    spell.lastSeen = now
    state.throttle.set(reason, spell)
    if (spell.isTold || now.steadyMs - spell.since.steadyMs < throttleBeginsMs) continue
    spell.isTold = true
    began.push(spell)
    begunWords.push(reasonWords(reason))
  }
  if (began.length > 0) tell('throttle-began', Math.min(...began.map((spell) => spell.since.at)), `Slowed down: ${listWords(begunWords)}.`)
  for (const [reason, spell] of state.throttle) {
    if (reasons.includes(reason)) continue
    const goneMs = now.steadyMs - spell.lastSeen.steadyMs
    if (!spell.isTold && goneMs > 0) state.throttle.delete(reason)
    else if (goneMs >= throttleEndsMs) {
      state.throttle.delete(reason)
      tell('throttle-ended', spell.lastSeen.at, `No longer slowed down (${reasonWords(reason)}), after ${lengthWords(spell.lastSeen.steadyMs - spell.since.steadyMs)}.`)
    }
  }
}

function memoryErrors(state: CardState, sample: GpuSample, now: Moment, say: Say): void {
  const uncorrected = risen(state.uncorrected, sample.eccUncorrected)
  if (uncorrected > 0) say('ecc-uncorrected', now.at, `${countWords(uncorrected, 'memory error')} could not be corrected: what the card computed then may be wrong.`)
  const corrected = risen(state.corrected, sample.eccCorrected)
  if (corrected > 0) state.correctedSinceTold = { count: (state.correctedSinceTold?.count ?? 0) + corrected, since: state.correctedSinceTold?.since ?? now }
  const gathered = state.correctedSinceTold
  if (gathered && gathered.count > 0 && (now.steadyMs - gathered.since.steadyMs >= correctedEveryMs || gathered.since === now)) {
    // The first is told at once; those after it together, every ten minutes.
    say('ecc-corrected', now.at, `${countWords(gathered.count, 'memory error')} had to be corrected.`)
    state.correctedSinceTold = { count: 0, since: now }
  } else if (gathered && gathered.count === 0 && now.steadyMs - gathered.since.steadyMs >= correctedEveryMs) {
    state.correctedSinceTold = null
  }
  state.uncorrected = sample.eccUncorrected ?? state.uncorrected
  state.corrected = sample.eccCorrected ?? state.corrected
}

/** Counters begin again with the driver: lower than before is no rise. */
function risen(before: number | null, now: number | null): number {
  return before === null || now === null || now <= before ? 0 : now - before
}

/** Only a card at work shows what its link has: idle ones narrow it on purpose. */
function link(state: CardState, sample: GpuSample, now: Moment, say: Say): void {
  const lanes = sample.pcieLanes
  if (lanes === null || lanes <= 0 || !usesWholeLink(sample)) return
  if (lanes >= state.bestLanes) {
    state.bestLanes = lanes
    state.narrow = null
    return
  }
  state.narrow ??= { since: now, lastSeen: now, isTold: false }
  if (state.narrow.isTold || now.steadyMs - state.narrow.since.steadyMs < linkAfterMs) return
  state.narrow.isTold = true
  say('pcie-narrowed', state.narrow.since.at, `Under load its PCIe link is x${lanes}; it was x${state.bestLanes} before.`)
}

function processes(state: CardState, sample: GpuSample, now: Moment, say: Say): void {
  if (sample.unknown['processes'] !== undefined || sample.unknown['all'] !== undefined) return
  const isFirst = state.processes === null
  const known = (state.processes ??= new Map())
  const tell = limited(state.told.process, now, say, 'Programs come and go quickly on this card: more of them are not noted within this hour.')
  for (const { pid, name } of sample.processes) {
    // A process id is used again: with its name it is nearly one process's own.
    const key = `${pid} ${name}`
    const process = known.get(key)
    if (!process && known.size >= processesKept) continue
    const spell = process ?? { since: now, lastSeen: now, isTold: isFirst, name, pid, wasThere: isFirst }
    spell.lastSeen = now
    known.set(key, spell)
    if (spell.isTold || now.steadyMs - spell.since.steadyMs < processComesMs) continue
    spell.isTold = true
    tell('process-came', spell.since.at, `${name} (process ${pid}) began to use the card.`)
  }
  for (const [key, spell] of known) {
    const goneMs = now.steadyMs - spell.lastSeen.steadyMs
    if (goneMs < processGoesMs) continue
    known.delete(key)
    if (!spell.isTold) continue
    const length = lengthWords(spell.lastSeen.steadyMs - spell.since.steadyMs)
    tell('process-went', spell.lastSeen.at, `${spell.name} (process ${spell.pid}) no longer uses the card, after ${spell.wasThere ? `at least ${length}` : length}.`)
  }
}
