/** A step that both kinds of node share: each wants the machine without the other. */
import type { MachineReadings } from '../../../shared/preflight.ts'
import { defineStep, type StepDefinition } from '../network.ts'
import sources from './sources.json' with { type: 'json' }

/** What of the other programme was found; null: not looked. */
export function otherNode(readings: MachineReadings | null | undefined, otherId: string): string[] | null {
  const found = readings?.software.value
  return found ? found.filter(({ programmeId }) => programmeId === otherId).map(({ what }) => what) : null
}

export function aloneStep(otherId: string, otherTitle: string): StepDefinition {
  const isSo = (readings: MachineReadings): { ok: boolean | null; because: string } => {
    const found = otherNode(readings, otherId)
    if (found === null) return { ok: null, because: readings.software.why ?? 'Not looked yet.' }
    return found.length === 0 ? { ok: true, because: `No ${otherTitle} was found running here.` } : { ok: false, because: `A ${otherTitle} runs here: ${found.join(', ')}. Close it first; the two must not share a machine.` }
  }
  return defineStep({
    id: 'alone', title: `No ${otherTitle} beside it`, source: sources.rnp019,
    what: `The network forbids a rendering node and a compute node on one machine. Idlewatt looks whether a ${otherTitle} runs here.`,
    check: { kind: 'reading', isSo }, do: { kind: 'check' }, verify: { kind: 'reading', isSo },
    noticedBy: 'No process of the other client is running.',
    undo: { kind: 'nothing', why: 'Nothing was changed.' }, undoWords: 'Nothing to undo.',
  })
}
