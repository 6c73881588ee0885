/** Settles what no pair can know alone: programmes that must not meet, and programmes that take all their cards or none. */
import type { PolicyProgramme, RuleId } from '../../shared/policy-state.ts'
import { decidingOf, doOf, type Judged } from './decide-pair.ts'
import { isLeavingPhase, isUpPhase } from './memory.ts'
import { nextUnpinned, settle, type Contender, type Yield } from './exclusive.ts'
import type { Holding, Look, Rule, Scene } from './rule-types.ts'
import { endingOf, holds } from './rule-verdicts.ts'
import { rules } from './rules.ts'

const strictness = { run: 0, wait: 1, finish: 2, stop: 3 } as const

/** `alone`: the pairs of each programme. */
export function withOthers(alone: readonly Judged[][], scene: Scene): Judged[] {
  const bound = alone.map((pairs) => onAllCards(pairs.map((pair) => stillLeaving(pair))))
  // Nothing is done then but what a pause asks for.
  if (!scene.inputs.settings.isOn) return bound.flat()
  const yields = settle(bound.map((pairs) => contenderOf(pairs, scene)))
  const inMs = nextUnpinned(bound.map((pairs) => contenderOf(pairs, scene)))
  if (inMs !== null && yields.size > 0) scene.wakeIn(inMs)
  return bound.flatMap((pairs) => {
    const found = yields.get(pairs[0]?.look.programme.programmeId ?? '')
    return found === undefined ? pairs : pairs.map((pair) => deciding(pair, 'exclusive', yielding(pair.look, found)))
  })
}

function contenderOf(pairs: readonly Judged[], scene: Scene): Contender {
  const { look } = pairs[0] as Judged
  return {
    programme: look.programme,
    priority: look.policy.priority,
    netNow: look.money.netNow,
    isUp: look.isUp,
    isLeaving: look.isLeaving,
    ranMs: look.isUp && look.startedSteady !== null ? scene.steadyMs - look.startedSteady : null,
    wants: pairs.every((pair) => doOf(pair) === 'run'),
  }
}

function yielding(look: Look, { to, because }: Yield): Holding {
  const why = {
    has: `${to.title} has it now.`,
    refused: `${to.title} runs, and the last start of ${look.programme.title} was refused.`,
    priority: `${to.title} goes before, as you set it.`,
    'pays-more': `${to.title} pays more.`,
    first: `${to.title} comes first in the list.`,
  }[because]
  const where = look.card === null ? 'this machine' : look.card.card.name
  return holds(endingOf(look), { sentence: `${look.programme.title} and ${to.title} must not share ${where}: ${why}`, evidence: [strictOf(look.programme, to)], untilWords: isUpPhase(to.phase) || isLeavingPhase(to.phase) ? `until ${to.title} has stopped` : `as long as ${to.title} is to run` }, false)
}

function strictOf(one: PolicyProgramme, other: PolicyProgramme): string {
  return one.demands.exclusive === 'free' ? other.demands.exclusiveWhy : one.demands.exclusiveWhy
}

/** What is ending cannot be started: also where the user asked for it to run now. */
function stillLeaving(pair: Judged): Judged {
  if (!pair.look.isLeaving || doOf(pair) !== 'run') return pair
  return deciding(pair, 'dwell', holds('wait', { sentence: `${pair.look.programme.title} is still stopping.`, untilWords: 'until it has stopped' }, false))
}

/** Software that takes all its cards runs on all or on none. */
function onAllCards(pairs: Judged[]): Judged[] {
  if (pairs.length < 2) return pairs
  const strictest = pairs.reduce((one, other) => (strictness[doOf(other)] > strictness[doOf(one)] ? other : one))
  const cause = decidingOf(strictest)
  if (cause.do === 'run') return pairs
  const { programme, card } = strictest.look
  const said = { ...cause, sentence: `${programme.title} takes all its cards at once, and ${card?.card.name ?? 'one of them'} must not run now: ${cause.sentence}` }
  return pairs.map((pair) => (strictness[doOf(pair)] < strictness[cause.do] ? deciding(pair, 'other-card', said) : pair))
}

/** The same pair, decided by another rule. */
function deciding(pair: Judged, id: RuleId, verdict: Holding): Judged {
  const index = pair.verdicts.findIndex(({ rule }) => rule.id === id)
  // Where the rest was of no interest it was not looked at.
  if (index < 0) return { ...pair, verdicts: [...pair.verdicts, { rule: rules.find((rule) => rule.id === id) as Rule, verdict }], deciding: pair.verdicts.length }
  const verdicts = pair.verdicts.map((entry, at) => (at === index ? { ...entry, verdict } : entry))
  return { ...pair, verdicts, deciding: index }
}
