/** `idlewatt bench list`, `compare`, `report`, `export`, `import`, `octane` and `workloads`: what there is to do with runs. No driver is asked but for `octane`. */
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { App } from '../app.ts'
import { fileErrorWords } from '../system/file-errors.ts'
import { NotPossible } from '../system/not-possible.ts'
import { findRun, readRunFile } from './bench-find.ts'
import { comparisonText, listText } from './bench-text.ts'
import { detectWith, findGpu, makeDataFolder, openApp, sayNotices, type Call } from './open-app.ts'
import { bullet, count, numberText, wrap } from './output.ts'
import { timeText } from './times.ts'
import { WrongWords } from './words.ts'

export async function benchList(call: Call): Promise<number> {
  const app = openApp(call, 'command-line')
  const wanted = call.common.gpus.map((id) => id.toLowerCase())
  const runs = app.runs.list().filter(({ ref }) => wanted.length === 0 || wanted.some((id) => ref.gpuId.toLowerCase().startsWith(id)))
  sayNotices(app, call.terminal)
  if (call.common.json) await call.terminal.document({ runs: runs.map(({ id, result, ...run }) => ({ id, importId: run.import?.id ?? null, from: run.import?.from ?? null, importedAt: run.import?.importedAt ?? null, result })) })
  else if (runs.length > 0) await call.terminal.print(listText(runs.map((run) => ({ id: run.id, result: run.result, from: run.import?.from ?? null }))))
  if (runs.length === 0) call.terminal.say('No run is kept yet. `idlewatt bench` measures, `idlewatt bench import FILE` takes one from elsewhere.')
  return 0
}

/** 0: compared; 1: they have nothing in common. */
export async function benchCompare(call: Call, a: string, b: string): Promise<number> {
  const app = openApp(call, 'command-line')
  const comparison = app.runs.compare(findRun(call, app, a), findRun(call, app, b))
  if (call.common.json) await call.terminal.document(comparison)
  else await call.terminal.print(comparisonText(comparison))
  return comparison.rows.some((row) => row.ratio !== null) ? 0 : 1
}

/** To `out`; without it to a file named after the card where a person looks on, and to stdout where it goes on to something else. */
export async function benchReport(call: Call, typed: string[], out: string | null): Promise<number> {
  const app = openApp(call, 'command-line')
  const { fileName, html } = app.runs.report((typed.length === 0 ? ['latest'] : typed).map((one) => findRun(call, app, one)))
  const place = out ?? (call.terminal.isScreen && !call.common.json ? fileName : '-')
  if (place === '-') await (call.common.json ? call.terminal.document({ fileName, html }) : call.terminal.write(html))
  else await writeOut(call, place, html)
  return 0
}

export async function benchExport(call: Call, typed: string, out: string | null): Promise<number> {
  const app = openApp(call, 'command-line')
  const source = findRun(call, app, typed)
  if ('result' in source) throw new NotPossible('That is a file already: there is nothing to export.')
  const { text } = app.runs.exportRun(source)
  if (out === null || out === '-') await call.terminal.write(text)
  else await writeOut(call, out, text)
  return 0
}

async function writeOut(call: Call, place: string, text: string): Promise<void> {
  try {
    writeFileSync(place, text)
  } catch (error) {
    throw new NotPossible(`${place} cannot be written: ${fileErrorWords(error)}.`)
  }
  const file = resolve(place)
  if (call.common.json) await call.terminal.document({ file })
  else await call.terminal.print(`Written to ${file}`)
}

/** 0: everything in it is kept, be it from before; 1: the data folder cannot be written. */
export async function benchImport(call: Call, file: string): Promise<number> {
  const read = await readRunFile(file)
  makeDataFolder(call)
  const app = openApp(call, 'command-line')
  const { added, known } = app.runs.importRuns(read)
  sayNotices(app, call.terminal, true)
  if (call.common.json) await call.terminal.document({ added, known })
  else {
    const lines = added.map((run) => bullet(`${run.id.slice(0, 8)}  ${run.result.gpuName}, ${run.result.mode}, ${timeText(run.result.startedAt)}`))
    const head = added.length === 0 ? 'Nothing new.' : `${count(added.length, 'run')} imported:`
    const rest = known === 0 ? [] : [`${count(known, 'run')} in it ${known === 1 ? 'is' : 'are'} known already.`]
    await call.terminal.print([head, ...lines, ...rest].join('\n'))
  }
  return isKept(app) ? 0 : 1
}

export async function benchOctane(call: Call, file: string): Promise<number> {
  const [typed, second] = call.common.gpus
  if (typed === undefined || second !== undefined) throw new WrongWords('bench octane needs the card that the score is of: bench octane FILE --gpu ID.')
  const read = await readRunFile(file)
  makeDataFolder(call)
  const app = openApp(call, 'command-line')
  const gpu = findGpu(await detectWith(app), typed)
  const score = app.runs.importOctane({ gpuId: gpu.id, ...read })
  sayNotices(app, call.terminal, true)
  if (score.remark !== undefined) call.terminal.say(score.remark)
  if (call.common.json) await call.terminal.document(score)
  else await call.terminal.print(wrap(`OctaneBench ${score.version ?? '(version not told)'} of ${gpu.name}: ${numberText(score.score)}. It takes the place of the score that is worked out from measurements.`))
  return isKept(app) ? 0 : 1
}

/** Where the place cannot be written, what was imported lives in memory until the call ends; the notice says so. */
function isKept(app: App): boolean {
  return !app.store.read('app').notices.some((notice) => notice.id === 'history-not-kept' && notice.level === 'warning')
}

export async function benchWorkloads(call: Call): Promise<number> {
  const workloads = openApp(call, 'command-line').runs.workloads()
  if (call.common.json) await call.terminal.document({ workloads })
  else
    await call.terminal.print(
      workloads
        .map((one) =>
          [
            `${one.id}: ${one.title}, in ${one.unit}${one.isLowerBetter ? ' (less is better)' : ''}, ${one.modes.length === 0 ? 'only by --workload' : one.modes.join(' and ')}${one.wasObserved === false ? ', not yet seen on a card by us' : ''}`,
            wrap(`Measures ${lower(one.measures)}`, '  '),
            wrap(`Counts ${lower(one.counts)}`, '  '),
            wrap(`Size: ${lower(one.calibrates)}`, '  '),
            wrap(`Worth nothing when ${one.invalidWhen.map((when) => lower(when).replace(/\.$/, '')).join('; ')}.`, '  '),
          ].join('\n'),
        )
        .join('\n\n'),
    )
  return 0
}

/** A capital that begins a sentence, not one of a name or a unit. */
function lower(text: string): string {
  return /^[A-Z][a-z ]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text
}
