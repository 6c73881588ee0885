/** Cards as `decide` is given them: what was detected, the newest reading, and whose the programs on them are. Pure. */
import type { Gpu } from '../../shared/machine.ts'
import type { PolicyCard, Sensed } from '../../shared/policy-state.ts'
import type { PolicySettings } from '../../shared/policy.ts'
import type { GpuSample, SampleTurn } from '../../shared/telemetry.ts'
import { plainName } from '../system/desktop-programs.ts'
import { programsOf, type Origin } from './programs.ts'

/** Older readings say nothing of now; where a command is run for each, it may be late. */
const staleMs = 5_000
const staleByCommandMs = 10_000
/** So long without any reading, and the driver counts as silent. A look at the machine holds readings up for seconds. */
const silentMs = 20_000

export interface CardsQuestion {
  cards: readonly Gpu[]
  /** The newest turn and how old it is by the steady clock; null: none came. */
  turn: { turn: SampleTurn; ageMs: number } | null
  /** Nobody samples: what was read when the machine was looked at stands in while it is fresh (or for ever, on a recorded machine). */
  detected: 'counts-while-fresh' | 'counts' | 'counts-not'
  at: number
  measured: readonly string[]
  settings: Pick<PolicySettings, 'busyPrograms' | 'ignoredPrograms'>
  signs: readonly { programmeId: string; title: string; processNames: string[] }[]
  originOf(pid: number, name: string): Origin
  /** Software of ours may be on this card now. */
  isOursActive(gpuId: string): boolean
}

export function cardsOf(question: CardsQuestion): PolicyCard[] {
  return question.cards.filter(({ kind }) => kind === 'gpu').map((gpu) => cardOf(gpu, question))
}

function cardOf(gpu: Gpu, question: CardsQuestion): PolicyCard {
  const { sample, silent } = readingOf(gpu, question)
  const programs = programsOf({
    processes: sample?.processes ?? [],
    originOf: question.originOf,
    settings: question.settings,
    isOursActive: question.isOursActive(gpu.id),
  })
  const others = new Set(programs.filter(({ whose }) => whose !== 'ours').map(({ name }) => plainName(name)))
  return {
    gpuId: gpu.id,
    name: gpu.name,
    model: gpu.model,
    isHere: gpu.lostSince === null,
    silent,
    drivesDisplay: displayOf(gpu, question.at),
    temperatureC: sample?.temperatureC ?? null,
    slowdownC: gpu.temperatureLimits?.slowdownC ?? null,
    fan: sample?.fan ?? null,
    utilisation: sample?.utilisation ?? null,
    memoryUsedBytes: sample?.memoryUsedBytes ?? null,
    programs,
    listedBy: [...new Set(question.signs.filter(({ processNames }) => processNames.some((name) => others.has(plainName(name)))).map(({ title }) => title))],
    isMeasured: question.measured.includes(gpu.id),
    at: sample?.takenAt ?? null,
  }
}

function readingOf(gpu: Gpu, { turn, detected, at }: CardsQuestion): { sample: GpuSample | null; silent: string | null } {
  if (turn === null) {
    if (gpu.sample === null || detected === 'counts-not') return { sample: null, silent: null }
    return { sample: detected === 'counts' || Math.abs(at - gpu.sample.takenAt) <= staleByCommandMs ? gpu.sample : null, silent: null }
  }
  const told = turn.turn.silent[gpu.id]
  if (told !== undefined) return { sample: null, silent: told }
  if (turn.ageMs > silentMs) return { sample: null, silent: `No reading of ${gpu.name} has come for ${Math.round(turn.ageMs / 1000)} s.` }
  const isByCommand = !gpu.seenBy.includes('nvml') && gpu.seenBy.some((layer) => layer === 'nvidia-smi' || layer === 'rocm-smi' || layer === 'amd-smi')
  return { sample: turn.ageMs > (isByCommand ? staleByCommandMs : staleMs) ? null : (turn.turn.samples[gpu.id] ?? null), silent: null }
}

function displayOf(gpu: Gpu, at: number): Sensed<boolean> {
  if (gpu.drivesDisplay === null) return { value: null, why: `The driver of ${gpu.name} does not tell whether it drives a display.`, at }
  return { value: gpu.drivesDisplay, how: 'told by the driver', at }
}
