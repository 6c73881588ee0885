/** All rules in the order in which they decide; that of two programmes which cannot share a card is settled between them, in exclusive.ts. */
import { ruleIds, type RuleId } from '../../shared/policy-state.ts'
import type { Rule } from './rule-types.ts'
import { clear } from './rule-verdicts.ts'
import { calmRules } from './rules-calm.ts'
import { cardRules, ceilingRule } from './rules-card.ts'
import { freeRule } from './rules-free.ts'
import { moneyRules } from './rules-money.ts'
import { diskRule, powerRules, sleepRule } from './rules-power.ts'
import { heatRule, noiseRules } from './rules-room.ts'
import { softwareRules } from './rules-software.ts'
import { saidRules, userRules } from './rules-user.ts'

/** Settled after all pairs were looked at: alone they are clear. */
const between: Rule[] = [
  { id: 'exclusive', title: 'Nothing runs that must not run beside it', canOverride: false, judge: () => clear('Nothing runs that must not run beside it.') },
  { id: 'other-card', title: 'All its cards may run', canOverride: false, judge: () => clear('All its cards may run.') },
]

const all: ReadonlyMap<RuleId, Rule> = new Map(
  [...softwareRules, ...cardRules, sleepRule, heatRule, diskRule, ceilingRule, ...between, ...saidRules, ...userRules, ...powerRules, ...noiseRules, ...moneyRules, ...calmRules, freeRule].map((rule) => [rule.id, rule]),
)

/** Judged also while Idlewatt does not decide by itself. */
const alsoOff: ReadonlySet<RuleId> = new Set(['not-set-up', 'observed', 'not-armed', 'policy-off', 'paused'])

function unlessOff(rule: Rule): Rule {
  if (alsoOff.has(rule.id)) return rule
  return { ...rule, judge: (look) => (look.scene.inputs.settings.isOn ? rule.judge(look) : clear('You switched off that Idlewatt decides: this is not looked at.')) }
}

export const rules: readonly Rule[] = ruleIds.flatMap((id) => all.get(id) ?? []).map(unlessOff)
