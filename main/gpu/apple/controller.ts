/** Apple's own graphics: part of the chip, with the machine's memory as theirs. A person types `system_profiler SPDisplaysDataType`. */
import type { CardSeen } from '../vendor.ts'

/** What is true of every Apple GPU. */
export function appleCard(model: string, cores: number | null): Partial<CardSeen> {
  return { vendor: 'apple', name: cores === null ? model : `${model} (${cores} GPU cores)`, isIntegrated: true }
}
