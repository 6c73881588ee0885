/** What the policy decides as pages need it: a word and a tone, pauses in force, ends in words. Pure. */
import type { Decision, Do, PolicyState } from '../../shared/policy-state.ts'
import type { Override, RunMode } from '../../shared/policy.ts'
import { formatShortMoment, formatSpan } from '../format/time.ts'
import type { Mark } from './providers.ts'

const doMarks: Record<Do, Mark> = {
  run: { word: 'Runs', icon: 'play', tone: 'good' },
  finish: { word: 'Finishes its work', icon: 'wait', tone: 'open' },
  stop: { word: 'Stops', icon: 'stop', tone: 'fix' },
  wait: { word: 'Waits', icon: 'clock', tone: 'unknown' },
}
const wouldMarks: Record<Do, string> = { run: 'Would run', finish: 'Would finish its work', stop: 'Would stop', wait: 'Would wait' }

/** `isActing`: nothing is started or stopped where it is not, and the word says so. */
export function doMark(what: Do, isActing: boolean): Mark {
  return isActing ? doMarks[what] : { ...doMarks[what], word: wouldMarks[what] }
}

export const modeWords: Record<RunMode, string> = { always: 'always', 'when-idle': 'when idle', never: 'never' }
/** Beside every colour and pattern. */
export const modeLetters: Record<RunMode, string> = { always: 'A', 'when-idle': 'I', never: 'N' }

/** Of one kind, those that hold now; what is for everything first. */
export function overridesNow(policy: PolicyState, kind: Override['kind'], now: number): Override[] {
  const held = policy.settings.overrides.filter((one) => one.kind === kind && (one.until === null || one.until > now))
  return held.sort((a, b) => width(a) - width(b))
}

function width(override: Override): number {
  return (override.gpuId === null ? 0 : 1) + (override.programmeId === null ? 0 : 2)
}

/** "until 18:00, in 2 h 5 min". */
export function untilWords(until: number | null, now: number): string {
  if (until === null) return 'until you resume'
  const left = until - now
  return left <= 0 ? `until ${formatShortMoment(until, now)}` : `until ${formatShortMoment(until, now)}, in ${formatSpan(left < 60_000 ? left : Math.ceil(left / 60_000) * 60_000)}`
}

/** "until 21:07" under a heading that says "Until" already. */
export function withoutUntil(words: string): string {
  return words.replace(/^until /i, '')
}

/** The end of this day by this window's clock: what "until tonight" means. */
export function tonight(now: number): number {
  return new Date(now).setHours(24, 0, 0, 0)
}

export interface Names {
  card(gpuId: string): string
  programme(programmeId: string): string
}

/** "Everything", "Framefarm Rendering on GeForce RTX 3090 #2". */
export function aboutWords({ gpuId, programmeId }: Pick<Override, 'gpuId' | 'programmeId'>, names: Names): string {
  if (gpuId === null && programmeId === null) return 'Everything'
  if (gpuId === null) return names.programme(programmeId ?? '')
  return programmeId === null ? names.card(gpuId) : `${names.programme(programmeId)} on ${names.card(gpuId)}`
}

/** Of programmes that are set up: there is nothing to say of the others. */
export function decisionsToSay({ decisions }: Pick<PolicyState, 'decisions'>): Decision[] {
  return decisions.filter(({ because }) => because[0]?.rule !== 'not-set-up')
}

/** Decisions of one programme that say the same on several cards, as one. */
export interface DecisionGroup {
  decision: Decision
  gpuIds: string[]
}

export function decisionGroups(decisions: readonly Decision[]): DecisionGroup[] {
  const groups = new Map<string, DecisionGroup>()
  for (const decision of decisions) {
    const { programmeId, because, untilWords: until } = decision
    const key = JSON.stringify([programmeId, decision.do, because.map(({ rule, sentence, program }) => [rule, sentence, program?.name ?? null]), until])
    const found = groups.get(key)
    if (found === undefined) groups.set(key, { decision, gpuIds: decision.gpuId === null ? [] : [decision.gpuId] })
    else if (decision.gpuId !== null) found.gpuIds.push(decision.gpuId)
  }
  return [...groups.values()]
}
