/** What `idlewatt providers` prints: the list, one programme's state, what stopping costs, what leaving undoes. */
import type { EnrolmentReport } from '../../shared/enrolment.ts'
import type { ProviderPhase, ProviderState, StopPrice } from '../../shared/provider.ts'
import { bullet, drawTable, wrap } from './output.ts'
import type { NamedProgramme } from './programme-words.ts'
import { timeText } from './times.ts'

const phaseWords: Record<ProviderPhase, string> = {
  'not-set-up': 'not set up',
  stopped: 'stopped',
  starting: 'starting',
  running: 'running',
  finishing: 'finishing',
  stopping: 'stopping',
  'stop-failed': 'WILL NOT END',
  waiting: 'waiting',
  failed: 'GAVE UP',
}

export function providersText(states: ProviderState[], known: NamedProgramme[]): string {
  if (states.length === 0) return wrap('No provider software is known here.')
  const titles = new Map(known.map(({ id, title }) => [id, title]))
  const table = drawTable(
    [{ head: 'Programme', flexible: true }, { head: 'State' }, { head: 'Earning' }, { head: 'Since' }, { head: 'Why', flexible: true, least: 24 }],
    states.map((state) => [`${titles.get(state.programmeId) ?? state.programmeId}\n${state.programmeId}`, phaseWords[state.phase], earningWords(state), state.phase === 'not-set-up' ? '–' : timeText(state.since), whyOf(state)]),
  )
  return table
}

export function stateText(state: ProviderState, title: string): string {
  const lines = [
    wrap(`${title} is ${phaseWords[state.phase].toLowerCase()}${state.because === `It is ${phaseWords[state.phase]}.` ? '.' : `: ${state.because}`}`),
    ...(state.pid === null ? [] : [bullet(`Process ${state.pid}${state.adopted ? ', taken over as it was' : ''}.`)]),
    ...state.containers.map(({ id, image, state: word }) => bullet(`Container ${id.slice(0, 12)} (${image}): ${word}.`)),
    ...state.evidence.map(bullet),
  ]
  return lines.join('\n')
}

function whyOf(state: ProviderState): string {
  const retry = state.retryAt === null ? '' : `\nTried again at ${timeText(state.retryAt)}.`
  const duplicate = state.duplicate === null ? '' : `\n${state.duplicate}`
  return `${state.because}${retry}${duplicate}`
}

function earningWords({ earning, cause, phase }: ProviderState): string {
  if (phase === 'not-set-up' || phase === 'stopped') return '–'
  if (earning === true) return 'yes'
  if (earning === null) return 'unknown'
  return { 'no-demand': 'no: no demand', 'not-eligible': 'no: not eligible', 'broken-here': 'no: broken here', unknown: 'no' }[cause ?? 'unknown']
}

export function priceText({ sentence, usd, finishMinutes }: StopPrice): string {
  const money = usd === null || usd === 0 || sentence.includes('USD') ? '' : ` About ${usd.toFixed(2)} USD.`
  const wait = finishMinutes === null || finishMinutes < 1 || /\bmin/.test(sentence) ? '' : ` Finishing takes about ${Math.round(finishMinutes)} minutes.`
  return `${sentence}${money}${wait}`
}

/** Last first; what there is nothing to undo of, and does not concern this machine, is left out. */
export function leavingLines({ leaving, steps }: EnrolmentReport): string[] {
  // Stakes are asked back in no step.
  const isLeftOut = (title: string): boolean => steps.some((step) => step.title === title) && steps.every((step) => step.title !== title || step.phase === 'left-out')
  const told = new Set<string>()
  return leaving.flatMap(({ step, undo, remains }) => {
    const line = `${step}: ${undo}`
    if (told.has(line) || isLeftOut(step) || (remains.length === 0 && /^nothing\b/i.test(undo))) return []
    told.add(line)
    return [bullet(line), ...remains.map((one) => wrap(`What remains: ${one}`, '    '))]
  })
}

export function leavingText(report: EnrolmentReport, title: string): string {
  const lines = leavingLines(report)
  if (lines.length === 0) return wrap(`Nothing was set up for ${title}, so there is nothing to undo.`)
  return [wrap(`Leaving ${title} would:`), ...lines].join('\n')
}
