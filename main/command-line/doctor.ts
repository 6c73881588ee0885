/** `idlewatt doctor`: checks this installation, this machine and what programmes need of it; says what is wrong and what mends it. Changes nothing. */
import type { Detection, Problem } from '../../shared/machine.ts'
import type { CheckRecord } from '../../shared/preflight.ts'
import type { App } from '../app.ts'
import { checks, type CheckSubject, type Finding } from './doctor-checks.ts'
import { doctorText, listText, type Examined } from './doctor-text.ts'
import { readNetwork } from './eligibility.ts'
import { dataFolderOf, openApp, ownFiles, type Call } from './open-app.ts'
import { programmesOf, readProgramme, type NamedProgramme } from './programme-words.ts'
import { nearestWord, quoted, readText, readWholeNumber, WrongWords } from './words.ts'

export interface DoctorFlags {
  port?: string
  programme?: string
  only?: string[]
  measure?: boolean
  outside?: boolean
  list?: boolean
}

export interface CheckResult extends Finding {
  id: string
  title: string
}

type Question = Parameters<App['programmes']['enrolment']['preflight']>[0]

/** 0: nothing wrong; 1: at least one check found a problem. What programmes need counts where they were asked for. */
export async function doctor(call: Call, flags: DoctorFlags): Promise<number> {
  const port = flags.port === undefined ? 0 : readWholeNumber('--port', flags.port, { min: 0, max: 65535, unit: '(0: any free port)' })
  const networkId = call.common.network === null ? null : readNetwork(call.common.network)
  const only = (flags.only ?? []).map((id) => readText('--only', id))
  const app = openApp(call, 'command-line')
  const programmes = programmesOf(app.store.snapshot().state)
  const asked = askedFor(programmes, networkId, flags.programme)
  if (flags.list) return list(call, app, asked)
  const looked = await lookForGpus(app)
  if (only.length > 0) await refuseUnknown(app, only)
  const own = only.length === 0 ? checks : checks.filter(({ id }) => only.includes(id))
  const results = await runOwn(own, { call, app, port, looked })
  const records = only.length > 0 && own.length === only.length ? [] : await preflight(app, only, flags)
  const examined = choose({ results, records, programmes, asked, only, detection: looked.detection })
  const isWell = examined.results.every(({ ok }) => ok !== false)
  if (call.common.json) await call.terminal.document({ ok: isWell, checks: examined.results, records: examined.records })
  else await call.terminal.print(doctorText(examined, { asksOutside: flags.outside === true, measures: flags.measure === true }))
  return isWell ? 0 : 1
}

/** The programmes whose needs count; empty: none were asked for. */
function askedFor(programmes: NamedProgramme[], networkId: string | null, typed: string | undefined): NamedProgramme[] {
  if (typed !== undefined) return [readProgramme(readText('--programme', typed), programmes)]
  return networkId === null ? [] : programmes.filter((programme) => programme.networkId === networkId)
}

async function runOwn(own: typeof checks, { call, app, port, looked }: { call: Call; app: App; port: number; looked: { detection: Detection | null; problem: Problem | null } }): Promise<CheckResult[]> {
  const hasOpenCl = looked.detection?.gpus.some((gpu) => gpu.opencl !== null) ?? false
  const subject: CheckSubject = {
    dataFolder: dataFolderOf(call.common),
    root: ownFiles.root,
    rendererFolder: ownFiles.rendererFolder,
    port,
    ...looked,
    whyNoOpenCl: hasOpenCl || !own.some(({ id }) => id === 'opencl') ? null : await app.gpus.whyNoOpenCl(),
    notices: app.store.read('app').notices,
  }
  const results: CheckResult[] = []
  for (const { id, title, look } of own) results.push({ id, title, ...(await look(subject)) })
  return results
}

/** A call that ends at once asks nobody outside unless it was told to. */
function preflight(app: App, only: string[], flags: DoctorFlags): Promise<CheckRecord[]> {
  const checkIds = only.map((id) => id.slice(id.indexOf(':') + 1))
  const question: Question & { outside: boolean } = { programmeId: null, measures: flags.measure === true, outside: flags.outside === true, ...(only.length > 0 ? { checkIds } : {}) }
  return app.programmes.enrolment.preflight(question)
}

async function lookForGpus(app: App): Promise<{ detection: Detection | null; problem: Problem | null }> {
  await app.start()
  const state = app.store.read('gpus')
  if (state.phase === 'ready') return { detection: state.detection, problem: null }
  return { detection: null, problem: state.phase === 'failed' ? state.problem : null }
}

/** Throws WrongWords for a check there is not, before any is run. */
async function refuseUnknown(app: App, only: string[]): Promise<void> {
  const known = new Set([...checks.map(({ id }) => id), ...(await untaken(app)).flatMap((record) => [record.id, idOf(record)])])
  for (const id of only) {
    if (known.has(id)) continue
    const near = nearestWord(id, [...known])
    throw new WrongWords(`There is no check ${quoted(id)}.${near === null ? '' : ` Did you mean ${near}?`} \`idlewatt doctor --list\` lists them.`)
  }
}

/** Every check as it stands, without measuring anything anew. */
function untaken(app: App): Promise<CheckRecord[]> {
  const nothing: Question & { outside: boolean } = { programmeId: null, only: [], outside: false }
  return app.programmes.enrolment.preflight(nothing)
}

/** Which of all that was found is shown and counts. */
function choose(found: { results: CheckResult[]; records: CheckRecord[]; programmes: NamedProgramme[]; asked: NamedProgramme[]; only: string[]; detection: Detection | null }): Examined {
  const { only, asked } = found
  const isAsked = ({ programmeId }: CheckRecord): boolean => programmeId === null || asked.length === 0 || asked.some(({ id }) => id === programmeId)
  const isMeant = (record: CheckRecord): boolean => only.length === 0 || only.includes(record.id) || only.includes(idOf(record))
  const kept = found.records.filter((record) => isMeant(record) && isAsked(record))
  const counts = kept.filter((record) => record.programmeId === null || asked.length > 0 || only.length > 0)
  return { results: [...found.results, ...counts.map(resultOf)], own: found.results, records: kept, programmes: found.programmes, asked, isPart: only.length > 0, detection: found.detection }
}

/** A check as `doctor` has always told one. */
function resultOf(record: CheckRecord): CheckResult {
  const what = [record.actual, record.why].filter((part) => part !== null && part !== '').join('. ')
  return { id: idOf(record), title: record.title, ok: record.ok, what: what === '' ? 'not known' : what, remedy: record.ok === true ? null : record.remedy }
}

/** Needs of programmes have ids of their own programme alone. */
export function idOf({ programmeId, id }: CheckRecord): string {
  return programmeId === null ? id : `${programmeId}:${id}`
}

/** Looks at nothing but the cards, by which needs are told. */
async function list(call: Call, app: App, asked: NamedProgramme[]): Promise<number> {
  await lookForGpus(app)
  const records = (await untaken(app)).filter(({ programmeId }) => programmeId === null || asked.length === 0 || asked.some(({ id }) => id === programmeId))
  const rows = [...checks.map(({ id, title }) => ({ id, title, required: 'in order' })), ...records.map((record) => ({ id: idOf(record), title: record.title, required: record.required }))]
  if (call.common.json) await call.terminal.document({ checks: rows })
  else await call.terminal.print(listText(rows))
  return 0
}
