/** What is chosen before a measurement, what it then takes, and what is asked for. Pure. */
import { runSeconds, secondsAtMost, sustainedMinutes, workloadIds, type BenchmarkMode, type Hold, type MarkedStep, type WorkloadId } from '../../../shared/benchmark.ts'
import type { BenchmarkState } from '../../../shared/state.ts'
import type { Gpu } from '../../../shared/machine.ts'
import type { RequestInput } from '../../../shared/requests.ts'
import { quickWorkloads } from '../../format/benchmark-words.ts'
import { parseNumber } from '../../format/typed-number.ts'
import { formatSeconds, formatSpan } from '../../format/time.ts'

export type StartInput = RequestInput<'benchmark.start'>

export interface StartChoice {
  mode: BenchmarkMode
  /** Cards that were unticked, and those that were ticked although they begin without a tick. */
  left: ReadonlySet<string>
  added: ReadonlySet<string>
  /** Cards that are to be measured although something speaks against it. */
  evenIfBusy: ReadonlySet<string>
  /** As typed. */
  minutes: string
  maxTemperature: string
  /** Workloads that were unticked, of quick and full. */
  without: ReadonlySet<WorkloadId>
  kept: WorkloadId
  parallel: boolean
}

export const firstChoice: StartChoice = {
  mode: 'quick',
  left: new Set(),
  added: new Set(),
  evenIfBusy: new Set(),
  minutes: String(sustainedMinutes.usual),
  maxTemperature: '',
  without: new Set(),
  kept: 'fp32-compute',
  parallel: false,
}

/** Why a card cannot be chosen now; null: it can. */
export function standsInTheWay(gpu: Pick<Gpu, 'opencl'>, holds: readonly Hold[]): 'no-driver' | 'held' | null {
  if (gpu.opencl === null) return 'no-driver'
  return holds.some((hold) => !hold.canOverride) ? 'held' : null
}

/** A processor beside cards begins without a tick, and so does a card that is in use. */
export function chosenOf(choice: StartChoice, gpus: readonly Gpu[], holds: BenchmarkState['holds']): string[] {
  const hasCard = gpus.some((gpu) => gpu.kind === 'gpu')
  return gpus
    .filter((gpu) => {
      const own = holds[gpu.id] ?? []
      if (standsInTheWay(gpu, own) !== null) return false
      if (own.length > 0) return choice.evenIfBusy.has(gpu.id)
      return gpu.kind !== 'gpu' && hasCard ? choice.added.has(gpu.id) : !choice.left.has(gpu.id)
    })
    .map((gpu) => gpu.id)
}

export function workloadsOf(mode: BenchmarkMode): readonly WorkloadId[] {
  return mode === 'quick' ? quickWorkloads : mode === 'full' ? workloadIds : []
}

export interface StartProblems {
  minutes?: string
  maxTemperature?: string
  workloads?: string
}

/** null: something typed is wrong, and `problems` says what. */
export function readStart(choice: StartChoice, gpuIds: string[], temperatureUnit: 'C' | 'F'): { input: StartInput | null; problems: StartProblems } {
  const problems: StartProblems = {}
  const input: StartInput = { gpuIds, mode: choice.mode }
  if (choice.mode === 'sustained') {
    const minutes = parseNumber(choice.minutes)
    if (typeof minutes !== 'number' || minutes < sustainedMinutes.least || minutes > sustainedMinutes.most) problems.minutes = `From ${sustainedMinutes.least} to ${sustainedMinutes.most} minutes.`
    else input.minutes = minutes
    if (choice.kept !== 'fp32-compute') input.workloads = [choice.kept]
  }
  const all = workloadsOf(choice.mode)
  const wanted = all.filter((workload) => !choice.without.has(workload))
  if (all.length > 0 && wanted.length === 0) problems.workloads = 'Choose at least one workload.'
  else if (wanted.length < all.length) input.workloads = [...wanted]
  const typed = parseNumber(choice.maxTemperature)
  if (typed !== null) {
    const celsius = typed === 'not-a-number' ? Number.NaN : temperatureUnit === 'F' ? ((typed - 32) * 5) / 9 : typed
    if (celsius >= 40 && celsius <= 110) input.maxTemperatureC = Math.round(celsius * 10) / 10
    else problems.maxTemperature = temperatureUnit === 'F' ? 'From 104 to 230 °F.' : 'From 40 to 110 °C.'
  }
  if (choice.parallel && gpuIds.length > 1) input.parallel = true
  if (gpuIds.some((gpuId) => choice.evenIfBusy.has(gpuId))) input.evenIfBusy = true
  return { input: Object.keys(problems).length === 0 ? input : null, problems }
}

/** Seconds of one card: at most for quick and memory, about for the others; null: the minutes typed are none. */
export function secondsPerCard(choice: Pick<StartChoice, 'mode' | 'minutes' | 'without'>): number | null {
  if (choice.mode === 'sustained') {
    const minutes = parseNumber(choice.minutes)
    return typeof minutes === 'number' ? minutes * 60 : null
  }
  const all = workloadsOf(choice.mode)
  const wanted = all.filter((workload) => !choice.without.has(workload)).length
  // A full run ends when its workloads have: its limit leaves room for slow ones.
  if (choice.mode === 'full') return wanted === all.length ? fullMinutes * 60 : Math.ceil((fullMinutes * 60 * wanted) / all.length)
  return secondsAtMost(choice.mode, 0, wanted === all.length ? null : wanted)
}

/** What a full run of one card usually takes. */
export const fullMinutes = Math.floor(runSeconds.full / 60)

/** "At most 15 s", "About 6 min, one card after another". */
export function durationWords(choice: StartChoice, cards: number): string {
  const each = secondsPerCard(choice)
  const order = cards < 2 ? '' : choice.parallel ? ', all cards at once' : ', one card after another'
  if (each === null) return ''
  const seconds = each * (choice.parallel ? 1 : cards)
  const words = seconds < 600 ? formatSeconds(seconds) : formatSpan(seconds * 1000)
  return `${choice.mode === 'quick' || choice.mode === 'memory' ? 'At most' : 'About'} ${words}${order}`
}

/** What runs the step again that a crash marker holds back. */
export function modeOfStep(step: MarkedStep): BenchmarkMode {
  if (step === 'sustained-load') return 'sustained'
  if (step === 'memory-test') return 'memory'
  return quickWorkloads.includes(step) ? 'quick' : 'full'
}
