/** `idlewatt bench run`: measures cards, shows how it goes, and says how they did against what their model should reach. */
import { benchmarkModes, sustainableWorkloads, sustainedMinutes, workloadIds, type BenchmarkMode, type BenchmarkPhase, type BenchmarkResult, type Meaning, type RunningCard, type WorkloadId } from '../../shared/benchmark.ts'
import { presentGpus, type Detection, type Gpu } from '../../shared/machine.ts'
import type { App } from '../app.ts'
import { claimDataFolder } from '../system/data-folder.ts'
import { NotPossible } from '../system/not-possible.ts'
import { resultText } from './bench-text.ts'
import { dataFolderOf, detectWith, findGpu, openApp, sayNotices, type Call } from './open-app.ts'
import { percentText } from './output.ts'
import { spanText, timeText } from './times.ts'
import { readNumber, readOneOf, readWholeNumber, WrongWords } from './words.ts'

export interface RunFlags {
  mode?: string
  workload?: string[]
  minutes?: string
  parallel?: boolean
  maxTemperature?: string
  evenAfterCrash?: boolean
  evenIfBusy?: boolean
}

interface RunWords {
  mode: BenchmarkMode
  workloads: WorkloadId[] | null
  minutes: number
  parallel: boolean
  maxTemperatureC: number | null
  evenAfterCrash: boolean
  evenIfBusy: boolean
}

/** 0: measured; 1: something could not be measured, or was found wrong. Results are kept, so the data folder must be ours. */
export async function benchRun(call: Call, flags: RunFlags): Promise<number> {
  const words = readFlags(flags)
  if (call.common.machine === null) {
    const claim = claimDataFolder(dataFolderOf(call.common), 'command-line')
    call.stops.add(() => claim.release())
  }
  const app = openApp(call, 'command-line')
  const blocked = app.store.read('benchmark').blocked
  if (blocked !== null) throw new NotPossible(blocked)
  const detection = await detectWith(app)
  const { chosen, leftOut } = chooseCards(detection, call.common.gpus)
  for (const gpu of leftOut) call.terminal.say(`${gpu.name} is not measured: no OpenCL driver offers it.`)
  if (chosen.length === 0) throw new NotPossible('There is no card here that can be measured: none was found, or no OpenCL driver offers it. `idlewatt doctor` says what is missing.')

  const heldBack = app.store.read('benchmark').crashes.some((marker) => chosen.some((gpu) => gpu.id === marker.gpuId))
  if (heldBack && !words.evenAfterCrash) call.terminal.say('What did not come back the last time is left out now; --even-after-crash runs it all the same.')

  const results = await measure(call, app, chosen, words)
  // Stopped by a signal: half a result is none, and the exit code says the rest.
  if (call.stops.isStopping()) return 1
  sayNotices(app, call.terminal, true)
  const told = results.map((result) => ({ result, meaning: meaningOf(app, result) }))
  if (call.common.json) {
    const documents = told.map(({ result, meaning }) => ({ ...result, meaning }))
    await call.terminal.document(documents.length === 1 ? documents[0] : documents)
  } else await call.terminal.print(told.map(({ result, meaning }) => resultText(result, meaning)).join('\n\n\n'))
  return leftOut.length === 0 && results.length === chosen.length && results.every(isWhole) ? 0 : 1
}

async function measure(call: Call, app: App, chosen: Gpu[], words: RunWords): Promise<BenchmarkResult[]> {
  const startedAt = Date.now()
  let isOver = false
  call.stops.add(async () => {
    if (isOver) return
    await app.benchmark.cancel()
    const kept = app.runs.list().some((run) => run.import === null && run.result.startedAt >= startedAt)
    call.terminal.say(kept ? 'Stopped. What was measured until then is kept: `idlewatt bench list`.' : 'Stopped. No figure was finished, so nothing is kept.')
  })
  const sayProgress = createProgress(call, new Map(chosen.map((gpu) => [gpu.id, gpu.name])))
  const unsubscribe = app.store.subscribe((update) => {
    if (update.part === 'benchmark') sayProgress(update.value.now)
  })
  try {
    return await app.benchmark.run({
      gpuIds: chosen.map((gpu) => gpu.id),
      mode: words.mode,
      ...(words.workloads === null ? {} : { workloads: words.workloads }),
      minutes: words.minutes,
      parallel: words.parallel,
      ...(words.maxTemperatureC === null ? {} : { maxTemperatureC: words.maxTemperatureC }),
      evenAfterCrash: words.evenAfterCrash,
      evenIfBusy: words.evenIfBusy,
    })
  } finally {
    isOver = true
    unsubscribe()
    call.terminal.endProgress()
  }
}

/** A run without any figure is told, but not kept, and so it has no standing among the others. */
function meaningOf(app: App, result: BenchmarkResult): Meaning | null {
  try {
    return app.runs.meaning({ importId: null, gpuId: result.gpuId, startedAt: result.startedAt })
  } catch (error) {
    if (error instanceof NotPossible) return null
    throw error
  }
}

/** Everything that was asked for and is offered has its figure, nothing was found wrong, and the card is well after it. */
export function isWhole(result: BenchmarkResult): boolean {
  const { sustained, memory } = result
  const hasContent = result.results.some((one) => one.value !== null) || Boolean(sustained) || Boolean(memory)
  const isComplete = result.results.every((one) => one.value !== null || one.status === 'not-offered')
  return result.endedWell !== false && hasContent && isComplete && (sustained?.stoppedBecause ?? null) === null && (memory?.stoppedBecause ?? null) === null && (memory?.errorCount ?? 0) === 0
}

/** The cards that were named; else every GPU; else, where there is none, the processors that offer OpenCL. */
export function chooseCards(detection: Detection, typed: readonly string[]): { chosen: Gpu[]; leftOut: Gpu[] } {
  if (typed.length > 0) {
    const named = [...new Set(typed.map((one) => findGpu(detection, one)))]
    for (const gpu of named) if (gpu.lostSince !== null) throw new NotPossible(`${gpu.name} is not here now (lost since ${timeText(gpu.lostSince)}), so it cannot be measured.`)
    return { chosen: named, leftOut: [] }
  }
  const present = presentGpus(detection.gpus)
  const gpus = present.filter((gpu) => gpu.kind === 'gpu')
  const all = gpus.length > 0 ? gpus : present.filter((gpu) => gpu.kind === 'cpu-device')
  return { chosen: all.filter((gpu) => gpu.opencl !== null), leftOut: all.filter((gpu) => gpu.opencl === null) }
}

function readFlags(flags: RunFlags): RunWords {
  const mode = flags.mode === undefined ? 'quick' : (readOneOf('mode', flags.mode, benchmarkModes) as BenchmarkMode)
  const workloads = flags.workload?.flatMap((text) => text.split(',')).map((text) => readOneOf('workload', text, workloadIds) as WorkloadId) ?? null
  if (flags.minutes !== undefined && mode !== 'sustained') throw new WrongWords('--minutes is for --mode sustained; the others end by themselves.')
  if (workloads !== null && mode === 'memory') throw new WrongWords('--mode memory takes no --workload: it tests patterns, and measures nothing.')
  if (workloads !== null && mode === 'sustained' && new Set(workloads).size > 1) throw new WrongWords('--mode sustained keeps one --workload up, not several.')
  const unfit = mode === 'sustained' ? workloads?.find((id) => !sustainableWorkloads.includes(id)) : undefined
  if (unfit !== undefined) throw new WrongWords(`--mode sustained cannot keep ${unfit} up for minutes. It takes one of ${sustainableWorkloads.join(', ')}.`)
  return {
    mode,
    workloads: workloads === null ? null : [...new Set(workloads)],
    minutes: flags.minutes === undefined ? sustainedMinutes.usual : readNumber('--minutes', flags.minutes, { min: sustainedMinutes.least, max: sustainedMinutes.most, unit: 'minutes' }),
    parallel: flags.parallel === true,
    maxTemperatureC: flags.maxTemperature === undefined ? null : readWholeNumber('--max-temperature', flags.maxTemperature, { min: 40, max: 110, unit: '°C' }),
    evenAfterCrash: flags.evenAfterCrash === true,
    evenIfBusy: flags.evenIfBusy === true,
  }
}

/** On a screen one line that is drawn over, with what is left; elsewhere a line for each step of each card. */
function createProgress(call: Call, names: Map<string, string>): (now: BenchmarkPhase) => void {
  const told = new Map<string, string>()
  return (now) => {
    if (now.phase !== 'running') return
    const screen = now.cards.map((card) => `${names.get(card.gpuId) ?? card.gpuId}: ${screenWords(card, Date.now())}`).join(' | ') + (now.queued.length > 0 ? ` | ${now.queued.length} to come` : '')
    for (const card of now.cards) {
      const step = `${names.get(card.gpuId) ?? card.gpuId}: ${card.step ?? 'starting'} …`
      if (told.get(card.gpuId) === step) continue
      told.set(card.gpuId, step)
      call.terminal.progress(step, screen)
    }
    const last = now.cards.at(-1)
    if (last) call.terminal.progress(told.get(last.gpuId) ?? '', screen)
  }
}

function screenWords(card: RunningCard, now: number): string {
  const latest = card.curve.at(-1)
  const figure = latest && card.unit !== null ? `, ${latest.value.toPrecision(4)} ${card.unit}` : ''
  // What is left first: a narrow screen cuts the end off.
  return `${percentText(card.progress)}, ${leftText(card, now)}, ${card.words}${figure}`
}

/** By the pace so far; before there is one, by what it may take at most. */
export function leftText(card: Pick<RunningCard, 'progress' | 'startedAt' | 'limitSeconds'>, now: number): string {
  const goneMs = Math.max(0, now - card.startedAt)
  const limitMs = Math.max(0, card.limitSeconds * 1000 - goneMs)
  if (card.progress < 0.05) return `at most ${spanText(limitMs)} left`
  return `about ${spanText(Math.min(limitMs, (goneMs / card.progress) * (1 - card.progress)))} left`
}
