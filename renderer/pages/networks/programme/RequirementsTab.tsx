/** Everything the programme asks of this machine, measured, with the way to measure it again. */
import type { Checks } from '../../checks/use-checks.ts'
import { ChecksPanel } from '../../checks/ChecksPanel.tsx'

export function RequirementsTab({ name, checks, isReading, onAll }: { name: string; checks: Checks; isReading: boolean; onAll: () => void }) {
  return <ChecksPanel label={`Requirements of ${name}`} checks={checks} isReading={isReading} nameOf={() => name} onAll={onAll} empty="None of its requirements can be judged here: no card was found that it could take. A what-if on Compare judges them for a card that you name." foldsMachine />
}
