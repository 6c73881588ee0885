/** Events of memory that a card took out of use, told by two looks at its details. Pure. */
import type { HistoryEvent } from '../../shared/history.ts'
import type { Gpu } from '../../shared/machine.ts'
import { countWords } from './words.ts'

/** `before` null: the card was not known yet, and what it has lost earlier is no news. */
export function retiredEvents(before: Gpu | null, now: Gpu, at: number): HistoryEvent[] {
  const counts: [number | null | undefined, number | null | undefined, string][] = [
    [before?.retiredPages?.singleBit, now.retiredPages?.singleBit, 'page of memory after repeated single-bit errors|pages of memory after repeated single-bit errors'],
    [before?.retiredPages?.doubleBit, now.retiredPages?.doubleBit, 'page of memory after a double-bit error|pages of memory after double-bit errors'],
    [before?.remappedRows?.correctable, now.remappedRows?.correctable, 'row of memory after correctable errors|rows of memory after correctable errors'],
    [before?.remappedRows?.uncorrectable, now.remappedRows?.uncorrectable, 'row of memory after an uncorrectable error|rows of memory after uncorrectable errors'],
  ]
  return counts.flatMap(([old, fresh, words]) => {
    if (old == null || fresh == null || fresh <= old) return []
    const [one = '', many = ''] = words.split('|')
    return [{ at, id: 'memory-retired' as const, gpuId: now.id, sentence: `The card took ${countWords(fresh - old, one, many)} out of use (${fresh} in all).` }]
  })
}
