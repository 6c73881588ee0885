/** Asks an adapter's readers, whose faults stay its own, and says on top what is wrong with its containers. */
import type { SoftwareReading, StopPrice } from '../../shared/provider.ts'
import type { SoftwareDefinition, SoftwareFacts, SoftwareSign } from '../networks/network.ts'
import type { Log } from '../system/log.ts'
import { containerTrouble, doubled, isPaused } from './fold-presence.ts'

export interface Readers {
  read(facts: SoftwareFacts): SoftwareReading
  readLine(line: string): SoftwareSign | null
  stopPrice(facts: SoftwareFacts): StopPrice
}

/** A reader that throws with every line must not fill Idlewatt's own log. */
const mostComplaints = 5

export function createReaders(definition: SoftwareDefinition, log: Log): Readers {
  let complaints = 0
  function guarded<T>(what: string, run: () => T, otherwise: T): T {
    try {
      return run()
    } catch (error) {
      complaints += 1
      if (complaints <= mostComplaints) log.error(`${definition.programmeId}: ${what} failed`, { error: String(error) })
      return otherwise
    }
  }
  return {
    read(facts) {
      const reading = guarded('reading its state', () => definition.read(facts), unread(facts.at))
      const trouble = doubled(definition, facts.containers) ?? (facts.startedAt === null ? null : containerTrouble(facts.containers))
      // Of a paused one an adapter sees only that it does not run.
      const isOwnBetter = reading.activity === 'unhealthy' && (doubled(definition, facts.containers) !== null || !isPaused(facts.containers))
      if (trouble === null || isOwnBetter) return reading
      return { ...reading, activity: 'unhealthy', earning: false, cause: 'broken-here', sentence: trouble }
    },
    readLine: (line) => guarded('reading a line of its log', () => definition.readLine(line), null),
    stopPrice: (facts) => guarded('telling what stopping costs', () => definition.stopPrice(facts), { sentence: 'What stopping costs cannot be told now. Work in progress may be lost.', usd: null, finishMinutes: null, source: null }),
  }
}

function unread(at: number): SoftwareReading {
  return { activity: 'unknown', earning: null, cause: null, sentence: 'It is running; what it does cannot be told, since Idlewatt could not read it.', evidence: [], job: null, at }
}
