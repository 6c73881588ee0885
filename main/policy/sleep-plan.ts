/** Whether the machine is to sleep now, and when it is to wake: only while nobody is there, nothing works, and what is to run waits for better hours. Pure. */
import type { Decision, PolicyCard, PolicyProgramme, RuleId } from '../../shared/policy-state.ts'
import type { PolicyInputs } from './inputs.ts'

const minuteMs = 60_000
const idleForMs = 10 * minuteMs
/** A shorter sleep is not worth waking for. */
const leastMs = 30 * minuteMs
/** Before the hours that are worth running. */
export const wakesEarlierMs = 2 * minuteMs
/** From this load on, somebody's work goes on. */
const foreignLoad = 0.15
/** What software waits for where a sleep loses nothing. */
const waitsForHours: readonly RuleId[] = ['schedule', 'at-a-loss', 'quiet-hours']
const standsStill = new Set(['stopped', 'failed', 'not-set-up'])

export interface SleepPlan {
  wakeAt: number | null
  /** A sentence. */
  because: string
}

/** null: it stays awake. What is not known keeps it awake, too. */
export function sleepPlan(inputs: PolicyInputs, decisions: readonly Decision[]): SleepPlan | null {
  const { settings, machine, programmes, cards, at } = inputs
  if (!settings.sleepsAtLoss || machine.isGoingToSleep || !isNobodyThere(inputs)) return null
  if (machine.processorLoad.value === null || machine.processorLoad.value > foreignLoad) return null
  if (cards.some((card) => isUsed(card, settings.busyMemoryMb))) return null
  if (programmes.some((programme) => !standsStill.has(programme.phase) || programme.job !== null)) return null

  const armed = programmes.filter((programme) => programme.isSetUp && programme.cannotStart === null && settings.programmes[programme.programmeId]?.isArmed === true)
  // With nothing to wake for, the system's own time until sleep holds. A duty to be there is broken by sleeping.
  if (armed.length === 0 || armed.some(hasDuty)) return null
  const theirs = decisions.filter(({ programmeId }) => armed.some((programme) => programme.programmeId === programmeId))
  const waiting = theirs.filter((decision) => decision.do === 'wait' && waitsForHours.includes(decision.because[0]?.rule ?? 'free'))
  // A card that the user has taken out waits for nothing.
  if (theirs.some((decision) => !waiting.includes(decision) && !isOut(decision)) || waiting.length === 0) return null

  const ends = waiting.map(({ until }) => until)
  const known = ends.filter((until) => until !== null && Number.isFinite(until)) as number[]
  if (known.length === 0) return null
  const next = Math.min(...known)
  if (!(next - at >= leastMs)) return null
  const rules = new Set(waiting.map((decision) => decision.because[0]!.rule))
  const because = rules.has('at-a-loss') ? 'Nobody is there, and the coming hours would cost more than they bring.' : rules.has('schedule') ? 'Nobody is there, and the schedule lets nothing run for a while.' : 'Nobody is there, and the room is to be quiet for a while.'
  return { wakeAt: next - wakesEarlierMs, because }
}

/** Known, and long enough; a machine without a screen tells nothing of who uses it. */
function isNobodyThere({ machine }: PolicyInputs): boolean {
  return machine.idleMs.value !== null && machine.idleMs.value >= idleForMs && typeof machine.fullScreen.value !== 'string' && machine.gameMode.value !== true
}

function isUsed(card: PolicyCard, busyMemoryMb: number): boolean {
  if (!card.isHere) return false
  if (card.isMeasured || card.silent !== null) return true
  const foreign = card.programs.filter(({ whose }) => whose !== 'desktop')
  if (card.listedBy.length > 0 || foreign.some(({ memoryBytes }) => (memoryBytes ?? 0) >= busyMemoryMb * 1e6)) return true
  // Where the card tells nothing, any program of somebody's on it counts as work.
  return card.utilisation === null ? foreign.length > 0 : card.utilisation > foreignLoad
}

function hasDuty({ demands }: PolicyProgramme): boolean {
  return demands.uptime !== null
}

function isOut(decision: Decision): boolean {
  return decision.do === 'wait' && (['card-gone', 'card-never', 'not-armed', 'not-set-up', 'observed', 'other-card'] as RuleId[]).includes(decision.because[0]?.rule ?? 'free')
}
