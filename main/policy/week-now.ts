/** What would happen this second, in one or two sentences. Pure. */
import type { Because, Decision, PolicyProgramme } from '../../shared/policy-state.ts'
import { verdictOf } from './acting.ts'
import type { PolicyInputs } from './inputs.ts'

const most = 3
const isUp = new Set(['starting', 'running', 'finishing'])

/** `assumed`: nothing that pays is set up, and `decisions` are as if this were. */
export function nowWords(decisions: readonly Decision[], { programmes }: PolicyInputs, gpuId: string | null, assumed: PolicyProgramme | null = null): string {
  const isNoneSetUp = !programmes.some(({ isSetUp, gpuIds }) => isSetUp && (gpuId === null || gpuIds.includes(gpuId)))
  if (assumed !== null && isNoneSetUp) return assumedWords(decisions, assumed)
  const about = programmes.filter(({ isSetUp, gpuIds }) => isSetUp && (gpuId === null || gpuIds.includes(gpuId)))
  if (about.length === 0) return 'Nothing would happen: no programme is set up.'
  const sentences = about.flatMap(({ programmeId, title, phase }) => {
    const verdict = verdictOf(decisions.filter((one) => one.programmeId === programmeId))
    if (verdict === null) return []
    const { sentence } = verdict.because[0] as Because
    const words = { run: isUp.has(phase) ? 'runs on' : 'would start', finish: 'would finish its work and stop', stop: 'would stop at once', wait: 'would wait' }[verdict.do]
    return [`${title} ${words}: ${sentence}`]
  })
  const more = sentences.length - most
  return `${sentences.slice(0, most).join(' ')}${more > 0 ? ` ${more} more would be looked at.` : ''}`
}

function assumedWords(decisions: readonly Decision[], { programmeId, title }: PolicyProgramme): string {
  const verdict = verdictOf(decisions.filter((one) => one.programmeId === programmeId))
  const none = 'Nothing would happen: no programme is set up.'
  if (verdict === null) return none
  return `${none} If ${title} were, it ${verdict.do === 'run' ? 'would start' : 'would wait'}: ${(verdict.because[0] as Because).sentence}`
}
