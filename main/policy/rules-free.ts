/** The last rule: nothing is in the way, as far as can be told, and what is known to end that. */
import { untilMode } from './rule-mode.ts'
import { isSpared } from './rules-user.ts'
import type { Look, Rule } from './rule-types.ts'
import { holds } from './rule-verdicts.ts'
import { clockText } from './words.ts'

export const freeRule: Rule = {
  id: 'free',
  title: 'Nothing is in the way',
  canOverride: false,
  judge(look) {
    const { presence } = look.scene
    const { untilMs, untilWords } = whatEndsIt(look)
    const isAway = presence.is === 'away' && look.mode === 'when-idle'
    const untold = untoldOf(look)
    const free = untold.length > 0 ? `Nothing is in the way, as far as can be told: ${untold.join(', and ')}` : look.money.heldBack !== null ? 'Nothing is in the way, but it runs at a loss' : 'Nothing is in the way'
    return holds('run', { sentence: `${free}.${isAway ? ` ${presence.sentence}` : ''}`, evidence: presence.is === 'here' ? [] : presence.evidence, untilMs, untilWords }, false)
  },
}

function untoldOf(look: Look): string[] {
  const { presence } = look.scene
  const asksWho = look.mode === 'when-idle' && !isSpared(look)
  return [...(asksWho && presence.is === 'unknown' ? ['whether somebody is there is not known'] : []), ...(look.card?.isBusyUnknown === true ? ['what other programs do on the card is not known'] : [])]
}

/** What is known in advance: the schedule, quiet hours, and the next hours at a loss; the first of them. */
function whatEndsIt({ scene, mode, modeUntil, money, card }: Look): { untilMs: number | null; untilWords: string } {
  const { zone, settings } = scene.inputs
  const ends: { at: number; words: string }[] = []
  if (modeUntil !== null && (modeUntil.may === 'never' || (modeUntil.may === 'when-idle' && mode === 'always'))) ends.push({ at: modeUntil.at, words: untilMode(modeUntil, zone, scene.at) })
  const isQuietWait = settings.quietMaxFan === 0 || (card !== null && card.card.fan === null)
  if (scene.quietFrom !== null && isQuietWait) ends.push({ at: scene.quietFrom, words: `until ${clockText(scene.quietFrom, zone, scene.at)}, when the room is to be quiet` })
  if (settings.stopsAtLoss && money.nextLossAt !== null) ends.push({ at: money.nextLossAt, words: `until ${clockText(money.nextLossAt, zone, scene.at)}, when power costs more than it brings` })
  const first = ends.sort((one, other) => one.at - other.at)[0]
  return first === undefined ? { untilMs: null, untilWords: mode === 'when-idle' ? 'until you need the machine' : 'until something comes in the way' } : { untilMs: first.at, untilWords: first.words }
}
