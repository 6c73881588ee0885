/** Looks at one card once for all programmes: who else uses it, how hot and how loud it is. */
import type { PolicyCard, PolicyProgramme } from '../../shared/policy-state.ts'
import { isLeavingPhase, isUpPhase } from './memory.ts'
import { busyOn } from './rule-busy.ts'
import { loudOf } from './rule-loud.ts'
import { withHeavyDesktop } from './rule-heavy.ts'
import type { CardLook, Holding, Scene } from './rule-types.ts'
import { degrees } from './words.ts'

/** So much cooler, for so long, before it works again. */
const coolerC = 8
const coolMs = 2 * 60_000
/** Where the card tells no slow-down point of its own. */
export const assumedMostC = 83
const belowSlowdownC = 5

export function lookAtCard(scene: Scene, given: PolicyCard, programmes: readonly PolicyProgramme[]): CardLook {
  const { settings } = scene.inputs
  const card = withHeavyDesktop(scene, given)
  const policy = settings.cards[card.gpuId] ?? null
  const isOursActive = card.programs.some(({ whose }) => whose === 'ours') || programmes.some(({ phase, gpuIds }) => (isUpPhase(phase) || isLeavingPhase(phase)) && gpuIds.includes(card.gpuId))
  const busy = busyOn(card, settings, isOursActive)
  return {
    card,
    policy,
    isOursActive,
    inTheWay: busy.found,
    isBusyUnknown: busy.isUnknown,
    isHot: hotOf(scene, card, policy?.maxTemperatureC ?? settings.maxTemperatureC),
    isLoud: loudOf(scene, card, policy?.maxFan ?? settings.maxFan, isOursActive),
    isSpare: settings.sparesOnlyDisplay && card.drivesDisplay.value === false,
  }
}

function hotOf(scene: Scene, card: PolicyCard, setC: number | null): Holding | null {
  const mostC = setC ?? (card.slowdownC === null || !Number.isFinite(card.slowdownC) ? assumedMostC : card.slowdownC - belowSlowdownC)
  const isC = card.temperatureC
  const isNow = isC !== null && isC >= mostC
  const isHeld = scene.holdsOn(`hot|${card.gpuId}`, isNow, isC !== null && isC <= mostC - coolerC, coolMs)
  if (!isHeld) return null
  const read = isC === null ? 'its temperature is not told now' : `it has ${degrees(isC)}`
  return {
    is: 'holds',
    do: 'stop',
    sentence: isNow ? `${card.name} is too hot: ${degrees(isC)}, and ${degrees(mostC)} is the limit.` : `${card.name} was too hot and has to cool down: ${read}.`,
    evidence: [`core temperature: ${isC === null ? 'not known' : degrees(isC)}; limit ${degrees(mostC)}${setC === null ? (card.slowdownC === null ? ' (assumed)' : ' (5 °C below its own slow-down point)') : ' (you set it)'}`],
    isForUser: false,
    untilWords: `once it has had ${degrees(mostC - coolerC)} or less for 2 min`,
  }
}
