/** Writes the decision of one pair: what to do, why, since when, and until when. */
import type { Because, Decision, Do, RuleVerdict } from '../../shared/policy-state.ts'
import type { Judged } from './decide-judge.ts'
import type { Holding } from './rule-types.ts'
import { partOf } from './words.ts'

export type { Judged }

/** More would be read by nobody. */
const mostReasons = 5

export function decidingOf({ verdicts, deciding }: Judged): Holding {
  return verdicts[deciding]?.verdict as Holding
}

export function doOf(judged: Judged): Do {
  return decidingOf(judged).do
}

export function decisionOf(judged: Judged): Decision {
  const { look, verdicts, deciding, counted } = judged
  const main = decidingOf(judged)
  const isRun = main.do === 'run'
  const others: Because[] = []
  const overruled: Holding[] = []
  for (let index = 0; index < counted; index += 1) {
    const { rule, verdict } = verdicts[index] as Judged['verdicts'][number]
    if (index === deciding || verdict.is !== 'holds' || rule.id === 'free' || rule.id === 'run-now' || verdict.isWeak === true) continue
    if (isRun && verdict.isBeside !== true) overruled.push(verdict)
    else if (others.length < mostReasons - 1) others.push(because(judged, index, verdict))
  }
  const alone = because(judged, deciding, main)
  const isLookedAt = look.programme.kind === 'observed' && (main.do === 'stop' || main.do === 'finish')
  const first = isLookedAt ? { ...alone, sentence: `${alone.sentence} Stop ${look.programme.title} in its own program: Idlewatt only looks at it.` } : alone
  const because0 = overruled.length > 0 && first.rule === 'run-now' ? { ...first, sentence: `${first.sentence} Otherwise it would not run: ${overruled[0]?.sentence}`, evidence: [...first.evidence, ...overruled.map(({ sentence }) => `overruled: ${partOf(sentence)}`)] } : first
  return { gpuId: look.gpuId, programmeId: look.programme.programmeId, do: main.do, because: [because0, ...others], until: soon(main.untilMs), untilWords: main.untilWords }
}

function because({ look, verdicts }: Judged, index: number, verdict: Holding): Because {
  const { before, scene } = look
  const rule = (verdicts[index] as Judged['verdicts'][number]).rule.id
  const kept = scene.heldSince(`since|${look.key}|${rule}`, true)
  const since = before !== null && before.rule === rule && before.do === verdict.do ? before.since : (kept?.at ?? scene.at)
  return { rule, sentence: verdict.sentence, since: Math.min(since, scene.at), evidence: verdict.evidence, isForUser: verdict.isForUser, ...(verdict.program === undefined ? {} : { program: verdict.program }) }
}

function soon(untilMs: number | null | undefined): number | null {
  return untilMs === undefined || untilMs === null || !Number.isFinite(untilMs) ? null : untilMs
}

export function outcomeOf(judged: Judged, index: number): RuleVerdict['outcome'] {
  const { verdicts, deciding } = judged
  const entry = verdicts[index] as Judged['verdicts'][number]
  if (index === deciding) return 'decides'
  if (entry.verdict.is !== 'holds') return entry.verdict.is
  if (entry.rule.id === 'free') return 'clear'
  const isRunNow = verdicts[deciding]?.rule.id === 'run-now'
  return isRunNow && entry.rule.canOverride ? 'overridden' : 'holds'
}
