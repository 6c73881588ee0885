/** Puts all rules to one pair, and picks the one that decides. */
import { rules } from './rules.ts'
import type { Holding, Look, Rule, Verdict } from './rule-types.ts'

export interface Judged {
  look: Look
  verdicts: { rule: Rule; verdict: Verdict }[]
  /** Index in `verdicts` of the one that decides. */
  deciding: number
  /** So many of `verdicts` count; those behind are there to be told only. */
  counted: number
}

/** `isFull`: also those that can no longer matter. */
export function judgeAll(alone: Look, isFull: boolean): Judged {
  const verdicts: Judged['verdicts'] = []
  let look = alone
  let [isDisturbed, isSomebodyThere] = [false, false]
  let counted: number | null = null
  for (const rule of rules) {
    if (rule.id === 'calm') look = { ...look, ...freeSince(look, isDisturbed, isSomebodyThere) }
    const verdict = rule.judge(look)
    verdicts.push({ rule, verdict })
    if (verdict.is !== 'holds') continue
    if (rule.breaks === 'quiet') isDisturbed = true
    if (rule.breaks === 'away') isSomebodyThere = true
    if (verdict.isFinal === true) counted ??= verdicts.length
    if (counted !== null && !isFull) break
  }
  counted ??= verdicts.length
  return { look, verdicts, deciding: decidingIn(look, verdicts, counted), counted }
}

/** The first that holds. A job may be finished, and what is left as it is may run on, but whoever needs the card all the same does not wait for that. */
function decidingIn(look: Look, verdicts: Judged['verdicts'], counted: number): number {
  let first = -1
  let isRunNow = false
  for (let index = 0; index < counted; index += 1) {
    const { rule, verdict } = verdicts[index] as Judged['verdicts'][number]
    if (verdict.is !== 'holds' || verdict.isBeside === true) continue
    // What the user asked for goes before all that follows it, but for what began since.
    if (isRunNow) {
      if (verdict.beatsRunNow === true) return index
      continue
    }
    if (first >= 0 && stopsAnyway(look, rule, verdict)) return index
    if (first < 0) first = index
    isRunNow = rule.id === 'run-now'
    if (!isRunNow && index === first && verdict.isWeak !== true && verdict.do !== 'finish') return first
  }
  return first
}

function stopsAnyway({ programme }: Look, { id }: Rule, verdict: Holding): boolean {
  const isPresence = id === 'user-here' || id === 'idle-unknown'
  return verdict.do === 'stop' && (verdict.isForUser || id === 'too-hot') && !(isPresence && programme.kind === 'observed')
}

/** From the first look at which the way was free. */
function freeSince({ before, scene }: Look, isDisturbed: boolean, isSomebodyThere: boolean): Pick<Look, 'quietSteady' | 'awaySteady'> {
  return {
    quietSteady: isDisturbed ? null : (before?.quietSteady ?? scene.steadyMs),
    awaySteady: isDisturbed || isSomebodyThere ? null : (before?.awaySteady ?? scene.steadyMs),
  }
}
