/** A start waits for calm, and nothing starts right after it was stopped. */
import { calmUntil, calmAfter, forgetsMs, offTimeMs, restOf, type Rest } from './calm.ts'
import type { Holding, Look, Rule } from './rule-types.ts'
import { clear, holds } from './rule-verdicts.ts'
import { lengthText } from './words.ts'

export const calmRules: Rule[] = [
  {
    id: 'calm',
    title: 'It has been calm for long enough',
    canOverride: true,
    judge(look) {
      if (look.isUp || look.isLeaving) return clear('It runs already.')
      const { scene, shortRuns } = look
      const untilSteady = calmUntil({ ...look, watchedSteady: scene.watchedSteady })
      if (untilSteady === null) return clear('What is in the way decides.')
      const rest = restOf(look.cardStops)
      if (rest !== null && rest.untilSteady > Math.max(untilSteady, scene.steadyMs)) return resting(look, rest)
      const leftMs = untilSteady - scene.steadyMs
      if (leftMs <= 0) return clear('It has been calm for long enough.')
      scene.wakeIn(leftMs)
      const [oldest] = shortRuns
      if (oldest !== undefined) scene.wakeIn(oldest + forgetsMs - scene.steadyMs)
      const why = shortRuns.length === 0 ? [] : [`it was stopped ${shortRuns.length === 1 ? 'once' : `${shortRuns.length} times`} soon after its start, or by others’ use of the card, within 2 h: the calm is ${lengthText(calmAfter(shortRuns.length))}`]
      return holds('wait', { sentence: `A start waits until nothing has been in the way for ${lengthText(calmAfter(shortRuns.length))}.`, evidence: why, untilMs: scene.at + leftMs, untilWords: `in ${lengthText(leftMs)}, if nothing comes in the way` }, false)
    },
  },
  {
    id: 'dwell',
    title: 'It was not stopped a moment ago',
    canOverride: true,
    judge(look) {
      const { stoppedSteady, scene } = look
      if (look.isUp) return clear('It runs already.')
      if (look.isLeaving) return holds('wait', { sentence: `${look.programme.title} is still stopping.`, untilWords: 'until it has stopped' }, false)
      const leftMs = stoppedSteady === null ? 0 : stoppedSteady + offTimeMs - scene.steadyMs
      if (leftMs <= 0) return clear('It was not stopped a moment ago.')
      scene.wakeIn(leftMs)
      return holds('wait', { sentence: `${look.programme.title} was stopped a moment ago.`, evidence: ['at least 1 min lies between a stop and the next start'], untilMs: scene.at + leftMs, untilWords: `in ${lengthText(leftMs)}` }, false)
    },
  },
]

function resting({ scene, card }: Look, { untilSteady, restMs, rule, count }: Rest): Holding {
  const leftMs = untilSteady - scene.steadyMs
  scene.wakeIn(leftMs)
  const name = card?.card.name ?? 'The card'
  const what = rule === 'too-hot' ? 'too hot' : 'too loud'
  const times = count === 1 ? 'a while ago' : `${count} times within a day`
  return holds('wait', { sentence: `${name} was ${what} ${times} while it worked, and rests for ${lengthText(restMs)}.`, evidence: [`each stop for ${rule === 'too-hot' ? 'heat' : 'noise'} doubles the rest, up to 2 h`], untilMs: scene.at + leftMs, untilWords: `in ${lengthText(leftMs)}` }, false)
}
