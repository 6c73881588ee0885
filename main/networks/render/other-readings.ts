/** What can be told of the two clients that say nothing of themselves here: that they run, and whether the card works. Pure. */
import type { SoftwareReading } from '../../../shared/provider.ts'
import type { SoftwareFacts } from '../network.ts'

const atWork = 0.25

export function readCompute(facts: SoftwareFacts): SoftwareReading {
  return readSilent(facts, {
    missing: 'The node\'s client (disNet) is not running. Start it with the keys of your account.',
    working: 'The client runs and the card is at work, so a job is likely. What it earns, the console of Dispersed shows.',
    waiting: 'The client runs and the card rests. The time it is online is paid; whether it is counted, the console of Dispersed shows.',
  })
}

export function readSalad(facts: SoftwareFacts): SoftwareReading {
  return readSilent(facts, {
    missing: 'Salad is not running. Start its app.',
    working: 'Salad runs and the card is at work, so a job is likely. What it earns, its own app shows.',
    waiting: 'Salad runs and the card rests: no job now, or it is paused. Its own app shows which.',
  })
}

function readSilent(facts: SoftwareFacts, words: { missing: string; working: string; waiting: string }): SoftwareReading {
  const load = facts.cards.reduce<number | null>((most, { utilisation }) => (utilisation === null ? most : Math.max(most ?? 0, utilisation)), null)
  const evidence = [
    facts.isProcessThere === null ? 'process: cannot be told' : `process: ${facts.isProcessThere ? 'running' : 'not found'}`,
    ...(load === null ? [] : [`card: ${Math.round(load * 100)} % at work`]),
  ]
  const base = { evidence, job: null, at: facts.at, earning: null, cause: null }
  if (facts.isProcessThere === null) return { ...base, activity: 'unknown', sentence: 'Whether it runs cannot be told on this machine.' }
  if (!facts.isProcessThere) return { ...base, activity: 'unknown', earning: false, cause: 'broken-here', sentence: words.missing }
  // The card may be at work for anybody: likely is not known.
  return { ...base, activity: 'ready', sentence: (load ?? 0) > atWork ? words.working : words.waiting }
}
