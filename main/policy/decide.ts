/** Which software may run on which card now, and why: pure, total and deterministic. The rules stand in rules.ts, in their order. */
import type { Decision, Explanation, PolicyProgramme, RuleVerdict } from '../../shared/policy-state.ts'
import { decisionOf, outcomeOf, type Judged } from './decide-pair.ts'
import { withOthers } from './decide-between.ts'
import { pairKey, type Decided, type PairMemory, type PolicyInputs, type PolicyMemory } from './inputs.ts'
import { fitInputs } from './fit-inputs.ts'
import { cardStopsAfter, isUpPhase, momentOf, rememberedAt, shortRunsAfter } from './memory.ts'
import { lookAtCard } from './rule-card.ts'
import { judgeAll } from './decide-judge.ts'
import { cardStopsOf, looksOf, type Around } from './rule-look.ts'
import { activeOverrides } from './rule-override.ts'
import { openScene, type OpenScene } from './rule-scene.ts'
import type { CardLook } from './rule-types.ts'
import { moneyOf, wasAtLoss, type Money } from './rule-worth.ts'

/** `previous`: what the call before gave as `memory`; `noMemory` to begin with. */
export function decide(inputs: PolicyInputs, previous: PolicyMemory): Decided {
  const { judged, scene, before } = judge(inputs, previous, false)
  const decisions = judged.map((one) => decisionOf(one))
  const pairs: Record<string, PairMemory> = {}
  for (const [index, one] of judged.entries()) pairs[one.look.key] = remembered(one, decisions[index] as Decision, scene)
  const nextInMs = scene.nextInMs()
  const memory: PolicyMemory = {
    steadyMs: scene.steadyMs,
    at: scene.at,
    pairs,
    holds: scene.kept(),
    watchedSteady: before.watchedSteady,
    dueSteady: nextInMs === null ? null : scene.steadyMs + nextInMs,
    wasGoingToSleep: inputs.machine.isGoingToSleep,
  }
  return { decisions, memory, nextInMs }
}

/** Every rule of every pair, whether it decides or not. */
export function explain(inputs: PolicyInputs, previous: PolicyMemory): Explanation[] {
  return judge(inputs, previous, true).judged.map((one) => {
    const decision = decisionOf(one)
    const rules = one.verdicts.map(({ rule, verdict }, index): RuleVerdict => ({ rule: rule.id, title: rule.title, outcome: outcomeOf(one, index), sentence: verdict.sentence }))
    return { gpuId: one.look.gpuId, programmeId: one.look.programme.programmeId, decision, rules }
  })
}

function judge(given: PolicyInputs, previous: PolicyMemory, isFull: boolean): { judged: Judged[]; scene: OpenScene; before: PolicyMemory } {
  const inputs = fitInputs(given)
  const moment = momentOf(inputs, previous)
  const before = rememberedAt(previous, moment, inputs.isAfterGap === true)
  const now = moment.at === inputs.at && moment.steadyMs === inputs.steadyMs ? inputs : { ...inputs, ...moment }
  const scene = openScene(now, before, moment, isFull)
  const cards = new Map<string, CardLook>()
  for (const card of now.cards) if (!cards.has(card.gpuId)) cards.set(card.gpuId, lookAtCard(scene, card, now.programmes))
  const overrides = activeOverrides(now.settings.overrides, moment.at)
  for (const { until } of overrides) if (until !== null) scene.wakeAt(until)
  const around: Around = { scene, previous: before, cards, overrides, cardStops: cardStopsOf(before, moment.steadyMs) }
  const seen = new Set<string>()
  const alone = now.programmes.flatMap((programme) => {
    // The same twice is once: two answers for one pair would be none.
    if (seen.has(programme.programmeId)) return []
    seen.add(programme.programmeId)
    return [looksOf(around, programme, moneyFor(programme, now, before)).map((look) => judgeAll(look, isFull))]
  })
  return { judged: withOthers(alone, scene), scene, before }
}

function moneyFor(programme: PolicyProgramme, inputs: PolicyInputs, before: PolicyMemory): Money {
  const wasLoss = wasAtLoss(before, programme.programmeId)
  const pair = before.pairs[pairKey(programme.gpuIds[0] ?? null, programme.programmeId)]
  const isEnding = programme.phase === 'finishing' || (pair !== undefined && pair.rule === 'at-a-loss' && pair.do !== 'wait')
  return moneyOf(programme, inputs, { wasLoss, isUp: isUpPhase(programme.phase) && !(wasLoss && isEnding) })
}

function remembered({ look }: Judged, decision: Decision, { steadyMs, at }: OpenScene): PairMemory {
  const { before } = look
  const first = decision.because[0]
  const rule = first?.rule ?? 'free'
  const isSame = before !== null && before.do === decision.do && before.rule === rule
  return {
    do: decision.do,
    rule,
    sinceSteady: isSame ? before.sinceSteady : steadyMs,
    since: isSame ? Math.min(before.since, at) : at,
    startedSteady: look.startedSteady,
    stoppedSteady: look.stoppedSteady,
    shortRuns: shortRunsAfter(look, { do: decision.do, rule }, steadyMs),
    cardStops: cardStopsAfter(look, { do: decision.do, rule }, steadyMs),
    quietSteady: look.quietSteady,
    awaySteady: look.awaySteady,
  }
}
