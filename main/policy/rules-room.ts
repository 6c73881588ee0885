/** Rules about heat and noise. */
import type { PolicyProgramme } from '../../shared/policy-state.ts'
import type { Rule } from './rule-types.ts'
import { clear, ends, holds, stops, unknown } from './rule-verdicts.ts'
import { clockText, lengthText } from './words.ts'

export const heatRule: Rule = {
  id: 'too-hot',
  title: 'The card is cool enough',
  canOverride: false,
  judge(look) {
    if (look.card === null) return clear('It heats no card.')
    const { isHot, card } = look.card
    if (isHot !== null) return { ...isHot, do: look.isUp || look.isLeaving ? 'stop' : 'wait' }
    return card.temperatureC === null ? unknown('The card’s temperature is not told.') : clear('The card is cool enough.')
  },
}

export const noiseRules: Rule[] = [
  {
    id: 'quiet-hours',
    title: 'Not in quiet hours',
    canOverride: true,
    judge(look) {
      const { scene } = look
      if (!scene.isQuietNow || scene.inputs.settings.quietMaxFan > 0) return clear(scene.isQuietNow ? 'It is a quiet hour, and a quiet fan may run.' : 'It is no quiet hour.')
      const until = scene.quietUntil === null ? 'until you change it' : `until ${clockText(scene.quietUntil, scene.inputs.zone, scene.at)}`
      return ends(look, { sentence: `The room is to be quiet ${until}.`, evidence: ['nothing runs in quiet hours, as you set it'], untilMs: scene.quietUntil, untilWords: until })
    },
  },
  {
    id: 'too-loud',
    title: 'The fan is quiet enough',
    canOverride: true,
    judge(look) {
      if (look.card === null) return clear('It turns no card’s fan.')
      const { isLoud, card } = look.card
      if (isLoud === null) return card.fan === null ? unknown('The fan’s speed is not told.') : clear('The fan is quiet enough.')
      const { stopsSince, ...said } = isLoud
      if (!look.isUp || look.isLeaving) return stops(look, said)
      if (stopsSince === null) return clear(`${said.sentence} What runs is stopped where that lasts for 20 s.`)
      if (!isPunishedJob(look.programme)) return stops(look, said)
      const leftMs = stopsSince + mostFinishMs - look.scene.steadyMs
      if (leftMs <= 0) return stops(look, said)
      look.scene.wakeIn(leftMs)
      return holds('finish', { ...said, untilMs: look.scene.at + leftMs, untilWords: `until its work is done, and for ${lengthText(leftMs)} at most` }, false)
    },
  },
]

/** A job that must not be cut may be loud for so long. */
const mostFinishMs = 10 * 60_000

function isPunishedJob({ job, demands, stopPrice }: PolicyProgramme): boolean {
  return job !== null && demands.interruption === 'punished' && stopPrice.usd !== 0
}
