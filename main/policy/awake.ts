/** Keeps the machine from sleeping while something paid or listed runs or is to run, and lets it sleep at once when not. */
import type { Decision, PolicyProgramme } from '../../shared/policy-state.ts'
import { verdictOf } from './acting.ts'
import type { PolicyInputs } from './inputs.ts'
import { wakesEarlierMs } from './sleep-plan.ts'
import { clockText } from './words.ts'

const working = new Set(['starting', 'running', 'finishing'])
/** A machine's clock may wake it a little early. */
const wokenEarlyMs = 60_000
/** What it was woken for may begin late; hours that turned out worse hold nobody for longer. */
const wokenForMs = 10 * 60_000

/** Why it must stay awake; null: it need not. Practice pays nothing and keeps nobody awake. Pure. */
export function whyAwake(inputs: PolicyInputs, decisions: readonly Decision[]): string | null {
  if (!inputs.settings.keepsAwake || inputs.machine.isGoingToSleep) return null
  const needed = inputs.programmes.filter((programme) => !programme.isPractice && (working.has(programme.phase) || isToRun(programme, decisions)))
  if (needed.length === 0) return null
  const titles = needed.map(({ title }) => title)
  const all = titles.length === 1 ? titles[0] : `${titles.slice(0, -1).join(', ')} and ${titles.at(-1)}`
  return `${all} ${titles.length === 1 ? 'runs' : 'run'} on this machine`
}

/** Why a machine that was to wake at `wakeAt` stays awake until the first start, which comes minutes later; null: it need not. Pure. */
export function whyAwakeAfterSleep({ at, settings, machine, programmes, zone }: PolicyInputs, wakeAt: number): string | null {
  if (!settings.keepsAwake || machine.isGoingToSleep || at < wakeAt - wokenEarlyMs || at >= wakeAt + wokenForMs) return null
  if (!programmes.some(({ programmeId }) => settings.programmes[programmeId]?.isArmed === true)) return null
  return `software is to run from ${clockText(wakeAt + wakesEarlierMs, zone, at)} on`
}

function isToRun({ programmeId, kind, phase }: PolicyProgramme, decisions: readonly Decision[]): boolean {
  return kind === 'managed' && phase !== 'waiting' && verdictOf(decisions.filter((decision) => decision.programmeId === programmeId))?.do === 'run'
}
