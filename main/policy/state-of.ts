/** The policy as windows and `policy show --json` see it, and what of it is worth telling. Pure. */
import type { Decision, PolicyMachine, PolicyProgramme, PolicyState, Sensed } from '../../shared/policy-state.ts'
import { verdictOf } from './acting.ts'
import type { PolicyInputs } from './inputs.ts'
import { overviewOf } from './overview.ts'

export interface StateQuestion extends Pick<PolicyState, 'keepsAwake' | 'freed' | 'shortcut' | 'canSleep' | 'notActing'> {
  inputs: PolicyInputs
  decisions: Decision[]
  /** Of them those that are carried out. */
  stops: readonly Decision[]
}

export function policyStateOf(question: StateQuestion): PolicyState {
  const { inputs, decisions, notActing, keepsAwake, freed, shortcut, canSleep } = question
  return {
    settings: inputs.settings,
    notActing,
    ...nowOf(question),
    decisions,
    machine: inputs.machine,
    cards: [...inputs.cards],
    programmes: inputs.programmes.map(({ programmeId, title, gpuIds, demands, worth, stopPrice }) => ({ programmeId, title, gpuIds, demands, worth, stopPrice })),
    prices: [...inputs.prices],
    zone: inputs.zone,
    keepsAwake,
    freed,
    shortcut,
    canSleep,
    madeAt: inputs.at,
  }
}

/** What is told to stop is not yet known to be stopping for a moment: "it runs, since you paused everything" would be odd. */
function nowOf({ inputs, decisions, stops, notActing }: StateQuestion): Pick<PolicyState, 'sentence' | 'why' | 'until'> {
  const programmes = inputs.programmes.map((programme) => ({ ...programme, phase: phaseSoon(programme, stops) }))
  const isStopping = programmes.some(({ phase, kind }) => phase === 'stopping' && kind === 'managed')
  const { sentence, why, until } = overviewOf({ ...inputs, programmes, decisions, notActing: isStopping && stops.length > 0 ? null : notActing })
  return { sentence, why: why === notActing ? null : why, until }
}

function phaseSoon({ programmeId, kind, phase }: PolicyProgramme, stops: readonly Decision[]): PolicyProgramme['phase'] {
  const doing = kind === 'managed' ? verdictOf(stops.filter((one) => one.programmeId === programmeId))?.do : undefined
  if (doing === 'stop' && (phase === 'starting' || phase === 'running' || phase === 'finishing')) return 'stopping'
  return doing === 'finish' && (phase === 'starting' || phase === 'running') ? 'finishing' : phase
}

/** Changes when there is something new to tell. Figures that move all the time are nothing new, nor is how long the mouse has been still. */
export function newsOf(state: PolicyState): string {
  return JSON.stringify([
    state.settings,
    state.notActing,
    plain(state.sentence),
    plain(state.why ?? ''),
    minutes(state.until),
    state.decisions.map(({ gpuId, programmeId, do: what, because, until }) => [gpuId, programmeId, what, minutes(until), because.map(({ rule, sentence, program }) => [rule, plain(sentence), program?.pid])]),
    machineNews(state.machine),
    state.cards.map(({ gpuId, isHere, silent, drivesDisplay, programs, listedBy, isMeasured, temperatureC }) => [gpuId, isHere, plain(silent ?? ''), drivesDisplay.value, programs.map(({ pid, name, whose }) => [pid, name, whose]), listedBy, isMeasured, temperatureC === null ? null : Math.round(temperatureC / 10)]),
    state.programmes.map(({ programmeId, gpuIds, stopPrice }) => [programmeId, gpuIds, plain(stopPrice.sentence)]),
    [state.prices.length, state.prices.at(-1)?.to],
    [state.zone, state.keepsAwake, state.shortcut, state.canSleep],
    state.freed.map(({ gpuId, programmeId, at, isOver, afterMs }) => [gpuId, programmeId, at, isOver, afterMs]),
  ])
}

function machineNews(machine: PolicyMachine): unknown[] {
  const { idleMs, charge, trafficTodayBytes, diskFreeBytes, processorLoad, isGoingToSleep } = machine
  const whole = [machine.isAttended, machine.isLocked, machine.fullScreen, machine.gameMode, machine.onBattery, machine.isLidClosed, machine.isMetered].map((sensed) => [sensed.value, wordsOf(sensed)])
  return [whole, lastInput(idleMs), wordsOf(idleMs), coarse(charge, 0.02), coarse(trafficTodayBytes, 1e9), coarse(diskFreeBytes, 1e9), coarse(processorLoad, 0.2), isGoingToSleep]
}

/** As a moment, so that it stands still while nobody touches anything; while somebody does it is always "now". */
function lastInput({ value, at }: Sensed<number>): number | string | null {
  if (value === null) return null
  return value < 30_000 ? 'now' : Math.round((at - value) / 5000)
}

function wordsOf(sensed: Sensed<unknown>): string {
  return plain('how' in sensed ? sensed.how : sensed.why)
}

function coarse({ value }: Sensed<number>, step: number): number | null {
  return value === null ? null : Math.round(value / step)
}

/** Without figures of things that move. */
function plain(text: string): string {
  return text.replace(/\d+(?:[.,]\d+)? (%|°C|[kMG]B|s|min|h|USD)/g, '$1')
}

function minutes(moment: number | null): number | null {
  return moment === null ? null : Math.round(moment / 10_000)
}
