/** What all cards do now in one sentence, why, and until when it may change. Pure. */
import type { Because, Decision, PolicyCard, PolicyProgramme, RuleId } from '../../shared/policy-state.ts'
import type { PolicySettings } from '../../shared/policy.ts'
import { verdictOf } from './acting.ts'
import { pauseOfAll } from './overrides.ts'
import { clockText } from './words.ts'

export interface OverviewQuestion {
  decisions: readonly Decision[]
  programmes: readonly PolicyProgramme[]
  cards: readonly PolicyCard[]
  settings: PolicySettings
  notActing: string | null
  at: number
  zone: string
}

export interface Overview {
  sentence: string
  why: string | null
  until: number | null
}

/** They say that nothing is wanted, which is no reason for what is wanted not to run. */
const notWanted: ReadonlySet<RuleId> = new Set(['not-set-up', 'not-armed', 'observed'])
const inWork = new Set(['starting', 'running', 'finishing'])

export function overviewOf(question: OverviewQuestion): Overview {
  const { decisions, programmes, settings, at, notActing } = question
  const setUp = programmes.filter(({ isSetUp, kind }) => isSetUp && kind === 'managed')
  const toldToStop = new Set(notActing === null ? decisions.filter((one) => one.do === 'stop').map(({ programmeId }) => programmeId) : [])
  const isEnding = ({ programmeId, phase, kind }: PolicyProgramme): boolean => phase === 'stopping' || phase === 'stop-failed' || (inWork.has(phase) && kind === 'managed' && toldToStop.has(programmeId))
  const ending = programmes.filter(isEnding)
  const working = programmes.filter((one) => inWork.has(one.phase) && !isEnding(one))
  if (notActing !== null) return { sentence: working.length === 0 ? 'Nothing runs, and nothing is started by itself.' : `${namesOf(working, question)}; nothing is started or stopped by itself.`, why: notActing, until: null }
  const pause = pauseOfAll(settings, at)
  if (pause !== null && working.length === 0 && ending.length === 0) {
    return { sentence: pause.until === null ? 'Paused until you resume.' : `Paused until ${clockText(pause.until, question.zone, at)}.`, why: 'You paused everything.', until: pause.until }
  }
  const verdicts = programmes.flatMap(({ programmeId }) => verdictOf(decisions.filter((one) => one.programmeId === programmeId)) ?? [])
  if (ending.length > 0) return { sentence: `${list(ending.map(({ title }) => title))} ${ending.length === 1 ? 'is' : 'are'} being stopped.`, ...whyOf(verdicts.filter(({ programmeId }) => ending.some((one) => one.programmeId === programmeId)), question) }
  if (working.length > 0) return { sentence: `${namesOf(working, question)}.`, ...whyOf(verdicts.filter(({ programmeId }) => working.some((one) => one.programmeId === programmeId)), question) }
  const wanted = verdicts.filter(({ because }) => !notWanted.has((because[0] as Because).rule))
  if (wanted.some((verdict) => verdict.do === 'run')) return { sentence: 'Software is about to start.', ...whyOf(wanted.filter((verdict) => verdict.do === 'run'), question) }
  if (wanted.length > 0) return { sentence: `Nothing runs now; ${wanted.length === 1 ? `${titleOf((wanted[0] as Decision).programmeId, question)} waits` : `${wanted.length} programmes wait`}.`, ...whyOf(wanted, question) }
  if (setUp.length === 0) return { sentence: 'Nothing runs, since no programme is set up yet.', why: 'Choose one on the Compare page and go through its steps.', until: null }
  return { sentence: 'Nothing runs, since you have started nothing.', why: `${list(setUp.map(({ title }) => title))} ${setUp.length === 1 ? 'is' : 'are'} set up: start ${setUp.length === 1 ? 'it' : 'one'}, and Idlewatt runs it whenever it may.`, until: null }
}

function namesOf(working: readonly PolicyProgramme[], { cards }: OverviewQuestion): string {
  const [one] = working
  if (working.length === 1 && one !== undefined) {
    const verb = one.phase === 'starting' ? 'is starting' : one.phase === 'finishing' ? 'finishes its work and then stops' : 'runs'
    return one.phase === 'finishing' ? `${one.title} ${verb}` : `${one.title} ${verb}${onCards(one.gpuIds, cards)}`
  }
  const used = new Set(working.flatMap(({ gpuIds }) => gpuIds))
  const here = cards.filter(({ isHere }) => isHere).length
  return `${list(working.map(({ title }) => title))} run${used.size === 0 ? '' : ` on ${used.size} of ${here} ${here === 1 ? 'card' : 'cards'}`}`
}

function onCards(gpuIds: readonly string[], cards: readonly PolicyCard[]): string {
  if (gpuIds.length === 0) return ''
  const here = cards.filter(({ isHere }) => isHere).length
  if (gpuIds.length === 1) return ` on ${cards.find(({ gpuId }) => gpuId === gpuIds[0])?.name ?? 'a card'}`
  return gpuIds.length >= here ? ` on all ${here} cards` : ` on ${gpuIds.length} of ${here} cards`
}

/** The reason that most programmes share; of equals the first. */
function whyOf(verdicts: readonly Decision[], { at }: OverviewQuestion): { why: string | null; until: number | null } {
  const counts = new Map<string, number>()
  for (const { because } of verdicts) counts.set((because[0] as Because).sentence, (counts.get((because[0] as Because).sentence) ?? 0) + 1)
  const [why] = [...counts].sort((one, other) => other[1] - one[1])[0] ?? [null]
  const untils = verdicts.flatMap(({ until }) => (until !== null && until > at ? [until] : []))
  return { why, until: untils.length === 0 ? null : Math.min(...untils) }
}

function titleOf(programmeId: string, { programmes }: OverviewQuestion): string {
  return programmes.find((one) => one.programmeId === programmeId)?.title ?? programmeId
}

function list(words: readonly string[]): string {
  return words.length <= 1 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}
