/** `idlewatt bench`: measures cards, one after another, and says how they did against what their model should reach. */
import type { BenchmarkPhase, BenchmarkResult, WorkloadResult } from '../../shared/benchmark.ts'
import { presentGpus, type Detection, type Gpu } from '../../shared/machine.ts'
import { claimDataFolder } from '../system/data-folder.ts'
import { NotPossible } from '../system/not-possible.ts'
import { dataFolderOf, detectWith, findGpu, openApp, sayNotices, type Call } from './open-app.ts'
import { bullet, drawTable, numberText, percentText, unknown } from './output.ts'
import { timeText } from './times.ts'

/** 0: measured; 1: something could not be measured. Results are kept, so the data folder must be ours. */
export async function bench(call: Call, flags: { evenAfterCrash: boolean }): Promise<number> {
  if (call.common.machine === null) {
    const claim = claimDataFolder(dataFolderOf(call.common), 'command-line')
    call.stops.add(() => claim.release())
  }
  const app = openApp(call, 'command-line')
  const blocked = app.store.read('benchmark').blocked
  if (blocked !== null) throw new NotPossible(blocked)
  const detection = await detectWith(app)
  const { chosen, leftOut } = chooseCards(detection, call.common.gpu)
  for (const gpu of leftOut) call.terminal.say(`${gpu.name} is not measured: no OpenCL driver offers it.`)
  if (chosen.length === 0) throw new NotPossible('There is no card here that can be measured: none was found, or no OpenCL driver offers it. `idlewatt doctor` says what is missing.')

  const heldBack = app.store.read('benchmark').crashes.some((marker) => chosen.some((gpu) => gpu.id === marker.gpuId))
  if (heldBack && !flags.evenAfterCrash) call.terminal.say('What did not come back the last time is left out now; --even-after-crash runs it all the same.')

  call.stops.add(() => app.benchmark.cancel())
  const names = new Map(detection.gpus.map((gpu) => [gpu.id, gpu.name]))
  const unsubscribe = app.store.subscribe((update) => {
    if (update.part === 'benchmark') sayProgress(call, update.value.now, names)
  })
  const results = await app.benchmark.run({ gpuIds: chosen.map((gpu) => gpu.id), mode: 'quick', evenAfterCrash: flags.evenAfterCrash }).finally(() => {
    unsubscribe()
    call.terminal.endProgress()
  })

  // Stopped by a signal: half a result is none, and the exit code says the rest.
  if (call.stops.isStopping()) return 1
  sayNotices(app, call.terminal, true)
  if (call.common.json) await call.terminal.document(results.length === 1 ? results[0] : results)
  else await call.terminal.print(results.map(resultText).join('\n\n'))
  const isWhole = leftOut.length === 0 && results.length === chosen.length && results.every((result) => result.results.every((one) => one.value !== null))
  return isWhole ? 0 : 1
}

/** The card that was named; else every GPU; else, where there is none, the processors that offer OpenCL. */
export function chooseCards(detection: Detection, typed: string | null): { chosen: Gpu[]; leftOut: Gpu[] } {
  if (typed !== null) {
    const named = findGpu(detection, typed)
    if (named.lostSince !== null) throw new NotPossible(`${named.name} is not here now (lost since ${timeText(named.lostSince)}), so it cannot be measured.`)
    return { chosen: [named], leftOut: [] }
  }
  const present = presentGpus(detection.gpus)
  const gpus = present.filter((gpu) => gpu.kind === 'gpu')
  const all = gpus.length > 0 ? gpus : present.filter((gpu) => gpu.kind === 'cpu-device')
  return { chosen: all.filter((gpu) => gpu.opencl !== null), leftOut: all.filter((gpu) => gpu.opencl === null) }
}

function sayProgress(call: Call, now: BenchmarkPhase, names: Map<string, string>): void {
  if (now.phase !== 'running') return
  const name = names.get(now.gpuId) ?? now.gpuId
  call.terminal.progress(now.workload === null ? `${name}: measuring …` : `${name}: ${now.workload} …`, `${name}: ${now.step} (${percentText(now.progress)})`)
}

export function resultText(result: BenchmarkResult): string {
  const table = drawTable(
    [{ head: 'Workload' }, { head: 'Result', align: 'right' }, { head: 'Spread', align: 'right' }, { head: 'Runs', align: 'right' }, { head: 'Expected of this model', align: 'right' }],
    result.results.map((one) => [one.workload, valueText(one), percentText(one.spread, 1), String(one.runs), expectedText(one)]),
  )
  const power = result.power === null ? 'Power: not readable here.' : `Power: ${wattsText(result.power.workW)} working, ${wattsText(result.power.waitW)} waiting.`
  const verdict = { 'as-expected': 'As this model should do.', low: 'Less than this model should do.', unstable: 'The runs differ too much from each other.', unknown: 'Whether this is what the card should do is not known.' }[result.verdict]
  return [result.gpuName, table, [`${verdict} ${power}`, ...result.reasons.map(bullet)].join('\n')].join('\n\n')
}

function valueText(one: WorkloadResult): string {
  return one.value === null ? unknown : `${numberText(one.value)} ${one.unit}`
}

function expectedText(one: WorkloadResult): string {
  return one.expected === null ? unknown : `${numberText(one.expected.low)} to ${numberText(one.expected.high)} ${one.unit}`
}

function wattsText(watts: number | null): string {
  return watts === null ? 'unknown' : `${Math.round(watts)} W`
}
