/** `idlewatt enrol`: says everything that setting a programme up would do, and does it step by step once that was agreed to. */
import { readFileSync } from 'node:fs'
import type { EnrolmentState, StepState } from '../../shared/enrolment.ts'
import { NotPossible } from '../system/not-possible.ts'
import { openForAsking, type AskedApp } from './ask-app.ts'
import { reportText } from './enrol-report-text.ts'
import { enrolmentText } from './enrol-text.ts'
import { keepsOwn, sayNotices, type Call } from './open-app.ts'
import { wrap } from './output.ts'
import { programmesOf, readProgramme, refuseOtherNetwork, type NamedProgramme } from './programme-words.ts'
import { quoted, readOneOf, readText, WrongWords } from './words.ts'

export interface EnrolFlags {
  dryRun?: boolean
  agree?: string
  answer?: string[]
  secret?: string
  do?: string
  confirm?: string
  undo?: string
  continue?: boolean
}

const mostSecret = 4000

/** 0: said or done; 1: a step failed, is blocked, or nothing could be agreed to. */
export async function enrol(call: Call, words: string[], flags: EnrolFlags): Promise<number> {
  const [typed, ...more] = words
  if (more.length > 0) throw new WrongWords(`enrol takes one programme; ${quoted(more[0] ?? '')} is one too many.`)
  const acts = [flags.agree, flags.secret, flags.do, flags.confirm, flags.undo].some((flag) => flag !== undefined) || flags.answer !== undefined || flags.continue === true
  if (flags.dryRun && acts) throw new WrongWords('--dry-run does nothing: it goes with no other flag of enrol.')
  if (flags.undo !== undefined && (flags.do !== undefined || flags.confirm !== undefined || flags.continue)) throw new WrongWords('--undo goes with neither --do, --confirm nor --continue: undo first, then call again.')
  const app = await openForAsking(call, flags.dryRun ? 'reads' : acts ? 'acts' : 'looks')
  if (app.own) {
    sayNotices(app.own, call.terminal, flags.dryRun !== true && keepsOwn(call))
    await app.own.start()
    await app.look()
    // Nobody else has the folder: what an earlier command left under way is under way no longer.
    if (!flags.dryRun) await app.own.programmes.enrolment.begin()
  }
  const { state } = await app.ask('state.read', undefined)
  const wanted = readWanted(typed, call.common.network, programmesOf(state))
  if (flags.dryRun) return dryRun(call, app, wanted)
  const [programme] = wanted
  if (programme === undefined || wanted.length > 1) throw new WrongWords(`Name one programme to set up: ${wanted.map(({ id }) => id).join(', ')}. With --dry-run, all of them are told.`)
  const steps = (): Promise<StepState[]> => stateOf(app, programme).then((found) => found.steps)
  if (flags.agree !== undefined) await app.ask('enrolment.consent', { programmeId: programme.id, reportHash: readText('--agree', flags.agree) })
  await answerAll(call, app, programme, flags, await steps())
  if (flags.do !== undefined) await app.ask('enrolment.do', { programmeId: programme.id, stepId: readStepId('--do', flags.do, await steps()) })
  if (flags.confirm !== undefined) await app.ask('enrolment.confirm', { programmeId: programme.id, stepId: readStepId('--confirm', flags.confirm, await steps()) })
  if (flags.undo !== undefined) await app.ask('enrolment.undo', { programmeId: programme.id, stepId: readStepId('--undo', flags.undo, await steps()) })
  if (flags.continue) await goOn(call, app, programme)
  const after = await stateOf(app, programme)
  if (call.common.json) await call.terminal.document({ enrolment: after })
  else await call.terminal.print(enrolmentText(after, programme.title, again(call)))
  return after.steps.some(({ phase }) => phase === 'failed' || phase === 'blocked' || phase === 'undo-failed') ? 1 : 0
}

/** Flags without which the next call would mean another folder. */
function again({ common }: Call): string {
  return common.data === null ? '' : ` --data ${/^[\w@%+=:,./-]+$/.test(common.data) ? common.data : JSON.stringify(common.data)}`
}

function readWanted(typed: string | undefined, network: string | null, known: NamedProgramme[]): NamedProgramme[] {
  if (typed !== undefined) {
    const programme = readProgramme(typed, known)
    if (network !== null) refuseOtherNetwork(programme, network)
    return [programme]
  }
  if (network === null) throw new WrongWords(`enrol needs a programme, or --network. There are: ${known.map(({ id }) => id).join(', ')}.`)
  const id = readOneOf('network', network, [...new Set(known.map(({ networkId }) => networkId))])
  return known.filter(({ networkId }) => networkId === id)
}

async function dryRun(call: Call, app: AskedApp, wanted: NamedProgramme[]): Promise<number> {
  const reports = []
  for (const { id } of wanted) reports.push(await app.ask('enrolment.report', { programmeId: id }))
  if (call.common.json) await call.terminal.document({ reports })
  else await call.terminal.print(reports.map((report) => reportText(report, again(call))).join('\n\n\n'))
  call.terminal.say('Nothing was done.')
  return 0
}

/** Each answer goes to the step that asks for it. */
async function answerAll(call: Call, app: AskedApp, programme: NamedProgramme, flags: EnrolFlags, steps: StepState[]): Promise<void> {
  for (const text of flags.answer ?? []) {
    const at = text.indexOf('=')
    if (at < 1) throw new WrongWords(`--answer needs FIELD=VALUE; ${quoted(text)} has no ${at === 0 ? 'field' : '"="'}.`)
    const { step, field } = findField(text.slice(0, at).trim(), steps)
    if (field.kind === 'secret') throw new WrongWords(`${field.id} is a secret: it does not belong on a command line, which the shell keeps and other programs can read. Nothing was kept of it here; if it was a real one, remove it from the shell history. Use --secret ${field.id} and standard input.`)
    await app.ask('enrolment.answer', { programmeId: programme.id, stepId: step.id, values: { [field.id]: text.slice(at + 1) } })
  }
  if (flags.secret === undefined) return
  const { step, field } = findField(readText('--secret', flags.secret), steps)
  if (field.kind !== 'secret') throw new WrongWords(`${field.id} is no secret: use --answer ${field.id}=VALUE.`)
  await app.ask('enrolment.answer', { programmeId: programme.id, stepId: step.id, values: { [field.id]: await readSecret(call, field.label) } })
}

function findField(typed: string, steps: StepState[]): { step: StepState; field: StepState['fields'][number] } {
  const all = steps.flatMap((step) => step.fields.map((field) => ({ step, field })))
  const id = readOneOf('field', typed, all.map(({ field }) => field.id))
  const found = all.find(({ field }) => field.id === id)
  if (!found) throw new WrongWords(`There is no field ${quoted(typed)}.`)
  return found
}

function readStepId(flag: string, typed: string, steps: StepState[]): string {
  return readOneOf('step', readText(flag, typed), steps.map(({ id }) => id))
}

/** From a person without showing it, or from a pipe. Throws NotPossible where nothing came. */
async function readSecret(call: Call, label: string): Promise<string> {
  const typed = await call.terminal.askHidden(`${label} (it is not shown): `)
  const text = (typed ?? readPipe()).replace(/\r?\n$/, '')
  if (text.trim() === '') throw new NotPossible('No secret came on standard input, so nothing was changed.')
  if (text.length > mostSecret) throw new NotPossible(`What came on standard input is longer than ${mostSecret} letters; that is no secret of this kind. Nothing was changed.`)
  return text
}

function readPipe(): string {
  try {
    return readFileSync(0, 'utf8')
  } catch {
    return ''
  }
}

/** Does what can be done, one after another; ends at the first step that waits, fails or is blocked. */
async function goOn(call: Call, app: AskedApp, programme: NamedProgramme): Promise<void> {
  const tried = new Set<string>()
  for (;;) {
    const next = (await stateOf(app, programme)).steps.find((step) => (step.can.do || step.can.retry) && !tried.has(step.id))
    if (!next) return
    tried.add(next.id)
    call.terminal.say(wrap(`${next.title} …`))
    const after = await app.ask('enrolment.do', { programmeId: programme.id, stepId: next.id })
    const step = after.steps.find(({ id }) => id === next.id)
    if (step && !['done', 'found-done', 'left-out'].includes(step.phase)) return
  }
}

async function stateOf(app: AskedApp, programme: NamedProgramme): Promise<EnrolmentState> {
  const { state } = await app.ask('state.read', undefined)
  const found = state.programmes.enrolments.find(({ programmeId }) => programmeId === programme.id)
  if (!found) throw new NotPossible(`${programme.title} cannot be set up with Idlewatt.`)
  return found
}
