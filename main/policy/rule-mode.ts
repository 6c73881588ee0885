/** Whether a programme may have a card always, while nobody is there, or never: the schedule, the card and the programme together. Pure. */
import type { CardPolicy, PolicySettings, ProgrammePolicy, RunMode } from '../../shared/policy.ts'
import { modeAt, nextModeChange } from './schedule.ts'
import { clockText } from './words.ts'

export interface Mode {
  may: RunMode
  /** What set it, as the end of a sentence: "the schedule (Mon to Fri 09:00 to 17:00)". */
  by: string
  /** When it is another by itself; null: not in the coming days, or never. */
  next: { at: number; may: RunMode } | null
}

interface Subject {
  gpuId: string | null
  card: CardPolicy | null
  programme: ProgrammePolicy
}

/** `always` of a card or a programme is an explicit permission: it lifts the schedule's "while nobody is there", never its "never". */
export function modeOf(settings: PolicySettings, zone: string, at: number, { gpuId, card, programme }: Subject): Mode {
  const now = modeAt(settings.schedule, settings.otherwise, zone, at, gpuId)
  const next = nextModeChange(settings.schedule, settings.otherwise, zone, at, gpuId)
  const then = next === null ? null : { at: next.at, may: together(next.may, card, programme) }
  const may = together(now.may, card, programme)
  const changes = then === null || then.may === may ? null : then
  const bySchedule = settings.schedule.length === 0 ? 'what you set for all hours' : now.block === null ? 'what you set outside of the schedule’s hours' : `the schedule (${now.block.from} to ${now.block.to})`
  if (programme.may === 'never') return { may, by: 'what you set for this programme', next: null }
  if (now.may === 'never' || may === now.may) return { may, by: bySchedule, next: changes }
  return { may, by: programme.may === may ? 'what you set for this programme' : 'what you set for this card', next: changes }
}

function together(schedule: RunMode, card: CardPolicy | null, programme: ProgrammePolicy): RunMode {
  if (schedule === 'never' || programme.may === 'never') return 'never'
  if (card?.may === 'when-idle' || programme.may === 'when-idle') return 'when-idle'
  if (card?.may === 'always' || programme.may === 'always') return 'always'
  return schedule
}

/** "until 22:00, when it may always run". */
export function untilMode(next: Mode['next'], zone: string, at: number): string {
  if (next === null) return 'until you change it'
  const then = next.may === 'never' ? 'when nothing may run' : next.may === 'always' ? 'when it may always run' : 'when it may run while nobody is there'
  return `until ${clockText(next.at, zone, at)}, ${then}`
}
