/** Whether a card is too loud, now or again in this stretch of quiet hours. */
import type { PolicyCard } from '../../shared/policy-state.ts'
import type { Loud, Scene } from './rule-types.ts'
import { clockText, share } from './words.ts'

/** So much quieter, for so long, before it works again. */
const calmerFan = 0.1
const calmMs = 2 * 60_000
/** A fan that rises for a moment ends nothing. */
export const loudAfterMs = 20_000

/** `setFan`: the limit at any time; null: there is none. */
export function loudOf(scene: Scene, card: PolicyCard, setFan: number | null, isOursActive: boolean): Loud | null {
  const { settings, zone } = scene.inputs
  const quietFan = scene.isQuietNow && settings.quietMaxFan > 0 ? settings.quietMaxFan : null
  const mostFan = quietFan === null ? setFan : Math.min(quietFan, setFan ?? 1)
  if (mostFan === null) return null
  const fan = card.fan !== null && Number.isFinite(card.fan) ? card.fan : null
  const inQuiet = quietFan === null ? '' : ' in quiet hours'
  const untilQuietEnds = { untilMs: scene.quietUntil, untilWords: scene.quietUntil === null ? 'until you change the quiet hours' : `until ${clockText(scene.quietUntil, zone, scene.at)}, when the quiet hours end` }
  const evidence = [`fan: ${fan === null ? 'not known' : share(fan)}; limit ${share(mostFan)}${inQuiet}`]

  const isUnknown = fan === null && quietFan !== null
  const untold = scene.heldSince(`untold-fan|${card.gpuId}`, isUnknown)
  const isAbove = fan !== null && fan > mostFan
  const above = scene.heldSince(`above-fan|${card.gpuId}`, isAbove)
  const isOver = above !== null && hasLasted(scene, above)
  const isHeld = scene.holdsOn(`loud|${card.gpuId}`, isOver || (isAbove && !isOursActive), fan !== null && fan <= Math.max(0, mostFan - calmerFan), calmMs)
  // It would be as loud again: with this limit it has had its try for tonight.
  const isBarred = quietFan !== null && scene.holdsOn(`loud-tonight|${card.gpuId}|${quietFan}|${scene.quietUntil ?? ''}`, isOver && isOursActive, false, 0)
  const since = scene.heldSince(`loud-since|${card.gpuId}`, isHeld)
  const atLimit = `its fan runs at ${share(fan ?? 0)}, and ${share(mostFan)} is the limit${inQuiet}`

  if (isUnknown && untold !== null) {
    const sentence = `How loud ${card.name} is cannot be told, and its fan is to be quiet now: the driver does not tell the fan’s speed.`
    return { sentence, evidence, ...untilQuietEnds, stopsSince: hasLasted(scene, untold) ? untold.steady + loudAfterMs : null }
  }
  const stopsSince = since?.steady ?? null
  if (isBarred) return { sentence: isAbove ? `${card.name} is too loud: ${atLimit}.` : `${card.name} was too loud when it worked in these quiet hours, so it waits for their end.`, evidence, ...untilQuietEnds, stopsSince }
  if (!isHeld && !isAbove) return null
  const read = fan === null ? 'its fan’s speed is not told now' : `its fan runs at ${share(fan)}`
  return {
    sentence: isAbove ? `${card.name} is too loud: ${atLimit}.` : `${card.name} was too loud and has to calm down: ${read}.`,
    evidence,
    untilMs: null,
    untilWords: `once its fan has run at ${share(Math.max(0, mostFan - calmerFan))} or less for 2 min`,
    stopsSince,
  }
}

function hasLasted(scene: Scene, since: { steady: number }): boolean {
  const leftMs = since.steady + loudAfterMs - scene.steadyMs
  if (leftMs > 0) scene.wakeIn(leftMs)
  return leftMs <= 0
}
