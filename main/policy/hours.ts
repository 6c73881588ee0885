/** Which hours count for what electricity costs: those in which the schedule and the quiet hours let a card run. Pure. */
import type { PolicySettings } from '../../shared/policy.ts'
import { modeAt, quietAt } from './schedule.ts'

export type HoursSettings = Pick<PolicySettings, 'isOn' | 'schedule' | 'otherwise' | 'quietFrom' | 'quietTo' | 'quietMaxFan'>

let last: { settings: HoursSettings; zone: string; cards: string; hours: ((at: number) => boolean) | null } | null = null

/**
 * null: nothing is out, so all count. `gpuIds`: the cards there are; an hour counts where any of them may run.
 * For the same settings it is the same function again, so that what was worked out with it can be kept.
 */
export function hoursOf(settings: HoursSettings, zone: string, gpuIds: readonly string[] = []): ((at: number) => boolean) | null {
  const cards = gpuIds.join('\n')
  if (last?.settings !== settings || last.zone !== zone || last.cards !== cards) last = { settings, zone, cards, hours: made(settings, zone, gpuIds) }
  return last.hours
}

function made(settings: HoursSettings, zone: string, gpuIds: readonly string[]): ((at: number) => boolean) | null {
  const { schedule, otherwise } = settings
  const isQuietOut = settings.quietMaxFan === 0 && settings.quietFrom !== null && settings.quietTo !== null
  const isNeverOut = otherwise === 'never' || schedule.some(({ may }) => may === 'never')
  // Switched off, the policy starts and stops nothing: when the user will is not known.
  if (!settings.isOn || (!isQuietOut && !isNeverOut)) return null
  const named = schedule.flatMap(({ gpuId }) => gpuId ?? [])
  const cards: (string | null)[] = gpuIds.length > 0 ? [...gpuIds] : [null, ...new Set(named)]
  return (at) => !(isQuietOut && quietAt(settings, zone, at).isQuiet) && cards.some((gpuId) => modeAt(schedule, otherwise, zone, at, gpuId).may !== 'never')
}
