/** Why a card's run ended as it did, as sentences. Pure. */
import type { BenchmarkResult, MarkedStep } from '../../shared/benchmark.ts'
import type { Gpu } from '../../shared/machine.ts'
import type { Ended } from './card-steps.ts'
import { openingMs } from './card-steps.ts'
import type { Heard } from './conversation.ts'

const again = 'It is not run again unless asked to run even after a crash.'

/** Of a run that is saved on the way; whatever ended it then did so without a word. */
export const stillGoingOn = 'It was still going on when this was written down.'

/** Where OpenCL and CUDA keep what they compiled; files there that were cut short have brought compilers down. */
export const cacheAdvice = 'A damaged cache of compiled kernels does that: delete it (~/.cache/pocl/kcache or the folder in POCL_CACHE_DIR; ~/.nv/ComputeCache for NVIDIA), then measure again.'

/** A process in a driver call that never ends cannot be ended by the system either. */
export const stuckSentence = 'The measuring process was told to end and is still there: the driver holds it. Restart the machine before you measure again.'

export function whyNotOpened(heard: Heard): string {
  if (heard.tell === 'failed') return `The card could not be opened: ${heard.reason}`
  if (heard.tell === 'gone') return `The measuring process ended before it could open the card (${heard.how}).`
  return `The driver did not open the card within ${openingMs / 1000} s. Restarting the machine usually helps.`
}

/** `title`: "memory bandwidth", "the sustained load". */
export function whyEnded(ended: Ended, title: string, limitSeconds: number): string {
  switch (ended.kind) {
    case 'failed':
      return `${capital(title)} was not measured: ${ended.how}`
    case 'lost':
      return `The driver lost or reset the card during ${title}: ${ended.how} ${again}`
    case 'gone':
      return `The measuring process ended while measuring ${title} (${ended.how}); the driver may have crashed. ${again}`
    case 'not-prepared':
      return `The driver’s compiler gave up while ${title} was being prepared (${ended.how}${ended.wasAfresh ? ', with an empty cache of kernels too' : ''}). ${ended.wasAfresh ? 'Nothing had run on the card. Install its driver again, or another version of it.' : cacheAdvice}`
    case 'slow':
      return `There was no time to finish ${title} within ${limitSeconds} s; the machine is busy or the card is slow.`
    case 'silent':
      return `The card stopped answering while measuring ${title}, so the measuring process was ended. ${again}`
    case 'stopped':
      return `${capital(title)} was stopped.`
  }
}

export function heldBackByMarker(title: string, marker: { startedAt: number; driverVersion: string | null }): string {
  const when = new Date(marker.startedAt).toISOString().slice(0, 16).replace('T', ' ')
  const driver = marker.driverVersion ? ` with driver ${marker.driverVersion}` : ''
  return `Skipped ${title}: the last time it ran on this card (${when} UTC${driver}) it did not come back. It runs again only when asked to run even after a crash.`
}

export const longSteps: Record<Extract<MarkedStep, 'sustained-load' | 'memory-test'>, string> = { 'sustained-load': 'the sustained load', 'memory-test': 'the memory test' }

/** A card that was set to less power than it shipped with is slower by its owner's choice. */
export function powerLimitReason(verdict: BenchmarkResult['verdict'], gpu: Gpu): string[] {
  const { powerLimitW, powerLimitDefaultW } = gpu
  if (verdict !== 'low' || powerLimitW === null || powerLimitDefaultW === null || powerLimitW >= powerLimitDefaultW) return []
  return [`Its power limit is set to ${Math.round(powerLimitW)} W; it shipped with ${Math.round(powerLimitDefaultW)} W.`]
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
