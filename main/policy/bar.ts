/** The policy's word in the last look before every start, whoever asked for it. */
import type { Decision, RuleId } from '../../shared/policy-state.ts'
import type { ProgrammePolicy } from '../../shared/policy.ts'
import type { Log } from '../system/log.ts'
import { verdictOf } from './acting.ts'
import type { PolicyInputs, PolicyMemory } from './inputs.ts'
import type { PolicyLayers } from './layers.ts'

/** What no start may pass: it protects cards, deposits and measurements. */
const hardRules: ReadonlySet<RuleId> = new Set(['card-gone', 'driver-silent', 'going-to-sleep', 'benchmark', 'too-hot', 'disk-full', 'listed-elsewhere', 'exclusive', 'ceiling'])
/** They are no reason against a start that somebody asks for, or whoever starts it says so itself. */
const noBar: ReadonlySet<RuleId> = new Set(['not-set-up', 'observed', 'not-armed', 'policy-off', 'cannot-start'])

export interface BarOptions {
  log: Log
  decide: PolicyLayers['decide']
  acts(): boolean
  hasBegun(): boolean
  /** As they stand now. */
  decisions(): Decision[]
  inputs(): PolicyInputs
  memory(): PolicyMemory
}

/** null: it may be started. Never throws. */
export function createBar(options: BarOptions): (programmeId: string) => string | null {
  return (programmeId) => {
    try {
      if (!options.acts()) return hardBar(options, programmeId)
      if (!options.hasBegun()) return 'Idlewatt is starting and has yet to look whether it may run now.'
      return sentenceOf(options.decisions(), programmeId, (rule) => !noBar.has(rule))
    } catch (error) {
      options.log.error('the policy could not look before a start', { error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
      return null
    }
  }
}

/** Where the policy does not act, only what must not be passed by anybody stands in the way, and the user's own pause. */
function hardBar({ decide, inputs, memory }: BarOptions, programmeId: string): string | null {
  const now = inputs()
  const own: ProgrammePolicy = { may: null, priority: 0, ...now.settings.programmes[programmeId], isArmed: true }
  const settings = { ...now.settings, isOn: true, programmes: { ...now.settings.programmes, [programmeId]: own } }
  return sentenceOf(decide({ ...now, settings }, memory()).decisions, programmeId, (rule) => rule === 'paused' || hardRules.has(rule))
}

function sentenceOf(decisions: readonly Decision[], programmeId: string, counts: (rule: RuleId) => boolean): string | null {
  const verdict = verdictOf(decisions.filter((decision) => decision.programmeId === programmeId))
  const because = verdict?.because[0]
  return verdict === null || because === undefined || verdict.do === 'run' || !counts(because.rule) ? null : because.sentence
}
