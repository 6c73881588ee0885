/** What a run tells the card's record: wrong values, memory errors, driver resets, and that all is right again. */
import type { BenchmarkResult } from '../../shared/benchmark.ts'
import { findingEventIds, type HistoryEvent, type HistoryEventId } from '../../shared/history.ts'
import type { History } from '../history/index.ts'
import type { Log } from '../system/log.ts'
import { isMemoryRightAgain, stillWrong } from './right-again.ts'

/** Both of this card, newest first; asked for only where it matters. `runs` holds the one that ended just now. */
export interface CardPast {
  events(): HistoryEvent[]
  runs(): BenchmarkResult[]
}

/** A past that cannot be read is none: what was measured now must be told all the same. */
export function pastOf(history: Pick<History, 'events' | 'pastResults'>, gpuId: string, log: Log): CardPast {
  function read<T>(what: () => T[]): T[] {
    try {
      return what()
    } catch (error) {
      log.warn('what was found of a card before cannot be read', { gpu: gpuId, error: error instanceof Error ? error.message : String(error) })
      return []
    }
  }
  return {
    events: () => read(() => history.events({ gpuId, from: 0, to: 8.64e15, limit: 200, ids: findingEventIds })),
    runs: () => read(() => history.pastResults(gpuId, 200)),
  }
}

/** Pure but for what it asks of the past. */
export function eventsOf(result: BenchmarkResult, driverTrouble: string | null, past: CardPast): HistoryEvent[] {
  const events: HistoryEvent[] = []
  const say = (id: HistoryEventId, sentence: string): void => void events.push({ at: result.endedAt, id, gpuId: result.gpuId, sentence })

  const wrong = result.results.filter((one) => one.status === 'wrong')
  for (const one of wrong) say('benchmark-wrong-result', one.reason ?? `It computed wrong values in ${one.workload}.`)
  const right = result.results.filter((one) => one.value !== null)
  if (wrong.length === 0 && right.length > 0) {
    const since = openSince(past.events(), 'benchmark-wrong-result', 'benchmark-right-result')
    if (since !== null && stillWrong(runsSince(past, since, result)).length === 0) say('benchmark-right-result', `It computed right values again: ${right.map((one) => one.workload).join(', ')}.`)
  }

  const { memory } = result
  if (memory && memory.errorCount > 0) {
    const first = memory.errors[0]
    const where = first ? ` The first at ${hex(first.fromByte)} to ${hex(first.toByte)} (${first.pattern}): ${first.got} where ${first.expected} was written.` : ''
    say('benchmark-memory-errors', `A memory test found ${memory.errorCount.toLocaleString('en-US')} wrong ${memory.errorCount === 1 ? 'word' : 'words'}.${where}`)
  }
  if (memory && memory.errorCount === 0 && memory.passes > 0) {
    const since = openSince(past.events(), 'benchmark-memory-errors', 'benchmark-memory-right')
    if (since !== null && isMemoryRightAgain(memory, runsSince(past, since, result))) say('benchmark-memory-right', 'A memory test of at least as much as was tested then found no error any more.')
  }
  if (driverTrouble !== null) say('benchmark-driver-reset', driverTrouble)
  return events
}

/** When the card was last right before the trouble that is open now, ms since epoch (0: never); null: nothing is open. */
function openSince(events: HistoryEvent[], bad: HistoryEventId, good: HistoryEventId): number | null {
  if (events.find((event) => event.id === bad || event.id === good)?.id !== bad) return null
  return events.find((event) => event.id === good)?.at ?? 0
}

/** Oldest first, with the one that ended just now. */
function runsSince(past: CardPast, since: number, result: BenchmarkResult): BenchmarkResult[] {
  return [...past.runs().filter((run) => run.endedAt > since && run.startedAt < result.startedAt).reverse(), result]
}

function hex(bytes: number): string {
  return `0x${bytes.toString(16)}`
}
