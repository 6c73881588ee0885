/** What begins after the user said "run now" stops it all the same: the newest wish wins. */
import type { RuleId } from '../../shared/policy-state.ts'
import type { Override } from '../../shared/policy.ts'
import { foundOn, inTheWay, type InTheWay } from './rule-busy.ts'
import type { CardLook, Look, Scene, Verdict } from './rule-types.ts'
import { stopsForUser } from './rule-verdicts.ts'

/** What is seen so soon after it was said was there when it was said. */
const seenMs = 3_000
/** What stopped it is over for so long before it goes on. */
const overMs = 60_000

/** `always`: "run now" never goes before it. */
export function orNewer(look: Look, rule: RuleId, verdict: Verdict, always: string | null = null): Verdict {
  const { scene, override, programme } = look
  const isHolding = verdict.is === 'holds'
  const began = scene.heldSince(`began|${look.key}|${rule}`, isHolding)
  if (override?.kind !== 'run-now') return verdict
  const said = scene.remember(`said|${override.id}`, { steady: scene.steadyMs - Math.max(0, scene.at - override.since), at: override.since })
  const newcomer = rule === 'busy' && look.card !== null ? newcomerOn(look.card, scene, override, said.steady + seenMs) : null
  const isNewer = isHolding && ((began !== null && began.steady > said.steady + seenMs) || newcomer !== null)
  const isOn = isNewer || (isHolding && always !== null)
  const beats = scene.holdsOn(`beats|${look.key}|${rule}|${override.id}`, isOn, !isOn, overMs)
  if (isHolding && isOn) {
    const told = newcomer?.program == null || newcomer.program.pid === verdict.program?.pid ? verdict : { ...verdict, sentence: newcomer.sentence, evidence: newcomer.evidence, program: newcomer.program }
    return { ...told, beatsRunNow: true, sentence: `${told.sentence} ${isNewer ? `That began after you asked for it to run, so it ${look.isUp ? 'stops' : 'waits'} all the same.` : always}` }
  }
  if (!beats) return verdict
  return stopsForUser(look, { sentence: `What stopped ${programme.title} is over: it goes on after a minute of calm, as you asked for it to run.`, untilWords: 'in 1 min, if it stays calm', beatsRunNow: true })
}

/** Told once for all programmes of a card. */
const newcomers = new WeakMap<CardLook, Map<string, InTheWay | null>>()

/** A program in the way that was not when "run now" was said, or was away since: what was there then hides no other. */
function newcomerOn(look: CardLook, scene: Scene, { id }: Override, seenUntilSteady: number): InTheWay | null {
  const known = newcomers.get(look) ?? new Map<string, InTheWay | null>()
  newcomers.set(look, known)
  const before = known.get(id)
  if (before !== undefined) return before
  const { card } = look
  let newest: InTheWay | null = null
  for (const program of card.programs) {
    if (!inTheWay(program, card, scene.inputs.settings)) continue
    const wasThere = scene.holdsOn(`there|${id}|${card.gpuId}|${program.pid}|${program.name}`, scene.steadyMs <= seenUntilSteady, false, 0)
    if (!wasThere) newest ??= foundOn(program, card)
  }
  known.set(id, newest)
  return newest
}
