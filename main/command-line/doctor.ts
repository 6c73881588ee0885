/** `idlewatt doctor`: looks at this installation and says what is wrong and what mends it. */
import type { Detection, Problem } from '../../shared/machine.ts'
import type { App } from '../app.ts'
import { checks, type CheckSubject, type Finding } from './doctor-checks.ts'
import { dataFolderOf, openApp, ownFiles, type Call } from './open-app.ts'
import { drawTable, wrap } from './output.ts'
import { readWholeNumber } from './words.ts'

export interface CheckResult extends Finding {
  id: string
  title: string
}

/** 0: nothing wrong; 1: at least one check found a problem. */
export async function doctor(call: Call, flags: { port?: string }): Promise<number> {
  const port = flags.port === undefined ? 0 : readWholeNumber('--port', flags.port, { min: 0, max: 65535, unit: '(0: any free port)' })
  const app = openApp(call, 'command-line')
  const looked = await lookForGpus(app)
  const hasOpenCl = looked.detection?.gpus.some((gpu) => gpu.opencl !== null) ?? false
  const subject: CheckSubject = {
    dataFolder: dataFolderOf(call.common),
    root: ownFiles.root,
    rendererFolder: ownFiles.rendererFolder,
    port,
    ...looked,
    whyNoOpenCl: hasOpenCl ? null : await app.gpus.whyNoOpenCl(),
    notices: app.store.read('app').notices,
  }
  const results: CheckResult[] = []
  for (const { id, title, look } of checks) results.push({ id, title, ...(await look(subject)) })
  const isWell = results.every((result) => result.ok !== false)
  if (call.common.json) await call.terminal.document({ ok: isWell, checks: results })
  else await call.terminal.print(doctorText(results, subject.detection))
  return isWell ? 0 : 1
}

async function lookForGpus(app: App): Promise<{ detection: Detection | null; problem: Problem | null }> {
  await app.start()
  const state = app.store.read('gpus')
  if (state.phase === 'ready') return { detection: state.detection, problem: null }
  return { detection: null, problem: state.phase === 'failed' ? state.problem : null }
}

export function doctorText(results: CheckResult[], detection: Detection | null): string {
  const marks = { true: 'ok', false: 'WRONG', null: 'note' }
  const table = drawTable(
    [{ head: '' }, { head: 'Check' }, { head: 'Found', flexible: true }],
    results.map((result) => [marks[`${result.ok}`], result.title, result.remedy === null ? result.what : `${result.what}\n${result.remedy}`]),
  )
  const bad = results.filter((result) => result.ok === false).length
  const recorded = detection?.machine.recorded ? `The cards are those of the recorded machine "${detection.machine.recorded}". ` : ''
  return [table, wrap(`${recorded}${bad === 0 ? 'Nothing is wrong.' : bad === 1 ? 'One thing is wrong.' : `${bad} things are wrong.`}`)].join('\n\n')
}
