/** Keeps the machine from sleeping while something paid or listed runs or is to run, and lets it sleep at once when not. */
import type { Decision, PolicyProgramme } from '../../shared/policy-state.ts'
import { verdictOf } from './acting.ts'
import type { PolicyInputs } from './inputs.ts'

const working = new Set(['starting', 'running', 'finishing'])

/** Why it must stay awake; null: it need not. Practice pays nothing and keeps nobody awake. Pure. */
export function whyAwake(inputs: PolicyInputs, decisions: readonly Decision[]): string | null {
  if (!inputs.settings.keepsAwake || inputs.machine.isGoingToSleep) return null
  const needed = inputs.programmes.filter((programme) => !programme.isPractice && (working.has(programme.phase) || isToRun(programme, decisions)))
  if (needed.length === 0) return null
  const titles = needed.map(({ title }) => title)
  const all = titles.length === 1 ? titles[0] : `${titles.slice(0, -1).join(', ')} and ${titles.at(-1)}`
  return `${all} ${titles.length === 1 ? 'runs' : 'run'} on this machine`
}

function isToRun({ programmeId, kind }: PolicyProgramme, decisions: readonly Decision[]): boolean {
  return kind === 'managed' && verdictOf(decisions.filter((decision) => decision.programmeId === programmeId))?.do === 'run'
}
