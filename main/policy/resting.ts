/** Keeps the machine awake while something paid needs it, and puts it to sleep while nothing is worth running, where the user wants that. */
import type { Decision, PolicyState } from '../../shared/policy-state.ts'
import { NotPossible } from '../system/not-possible.ts'
import { whyAwake, whyAwakeAfterSleep } from './awake.ts'
import type { PolicyOptions } from './index.ts'
import type { PolicyInputs } from './inputs.ts'
import type { PolicyLayers } from './layers.ts'
import { clockText } from './words.ts'

/** A plan to sleep must stand for so long, since somebody may be about to come back. */
const sleepStandsMs = 60_000
/** After a wake-up, whoever woke it is given this long. */
const awakeAfterMs = 10 * 60_000
/** What was refused by the system is not asked of it every minute. */
const refusedMs = 60 * 60_000
/** Nobody puts a machine to sleep by what was seen longer ago: a turn that fails sees nothing. */
const seenWithinMs = 10_000

export interface Resting {
  begin(): void
  look(inputs: PolicyInputs, decisions: Decision[], mayAct: boolean): void
  keepsAwake(): PolicyState['keepsAwake']
  canSleep(): PolicyState['canSleep']
  stop(): Promise<void>
}

export interface RestingOptions extends Pick<PolicyOptions, 'clock' | 'log' | 'steadyMs' | 'source' | 'keepAwake' | 'onEvents'> {
  layers: PolicyLayers
  /** A machine that is here, watched by a door that stays. */
  isLive: boolean
}

export function createResting(options: RestingOptions): Resting {
  const { clock, log, steadyMs, source, layers, isLive } = options
  const keeper = isLive ? layers.createKeepAwake({ host: options.keepAwake, source, clock, log }) : null
  const sleep = isLive ? layers.createSleep({ source, clock, log }) : null
  let can: PolicyState['canSleep'] = { sleeps: null, wakes: null, sentence: isLive ? 'Not looked at yet.' : 'Only a machine that Idlewatt watches can be put to sleep.' }
  let why: string | null = null
  let planSince: number | null = null
  let notBefore = Number.NEGATIVE_INFINITY
  let isAsleep = false
  /** When the last sleep was to end, until the first start after it. */
  let wokenAt: number | null = null
  let newest: { inputs: PolicyInputs; decisions: Decision[]; mayAct: boolean } | null = null
  let isStopped = false

  function keepAwake(wanted: string | null, at: number): void {
    if (keeper === null || wanted === why) return
    const had = why !== null
    why = wanted
    keeper.set(wanted)
    const problem = wanted === null ? null : keeper.problem()
    if (problem !== null) log.warn('the machine cannot be kept awake', { problem })
    if (had === (wanted !== null)) return
    options.onEvents([{ at, id: wanted === null ? 'policy-lets-sleep' : 'policy-keeps-awake', gpuId: null, programmeId: null, sentence: wanted === null ? 'The machine may sleep again: nothing paid runs.' : `${wanted.slice(0, 1).toUpperCase()}${wanted.slice(1)}: it is kept from sleeping meanwhile.` }])
  }

  function reason(inputs: PolicyInputs, decisions: Decision[], mayAct: boolean): string | null {
    const works = whyAwake(inputs, decisions)
    if (works !== null) wokenAt = null
    return works ?? (wokenAt === null || !mayAct ? null : whyAwakeAfterSleep(inputs, wokenAt))
  }

  function isStillWanted(): boolean {
    if (isStopped || newest === null || !newest.mayAct || steadyMs() - newest.inputs.steadyMs > seenWithinMs) return false
    return newest.inputs.settings.sleepsAtLoss && layers.sleepPlan(newest.inputs, newest.decisions) !== null
  }

  function considerSleep(inputs: PolicyInputs, decisions: Decision[], mayAct: boolean): void {
    const now = steadyMs()
    const plan = sleep !== null && mayAct && !isAsleep && why === null && inputs.settings.sleepsAtLoss && now >= notBefore ? layers.sleepPlan(inputs, decisions) : null
    if (plan === null) return void (planSince = null)
    planSince ??= now
    if (now - planSince < sleepStandsMs) return
    planSince = null
    isAsleep = true
    wokenAt = plan.wakeAt
    let isDropped = false
    const until = plan.wakeAt === null ? '' : ` It is to wake at ${clockText(plan.wakeAt, inputs.zone, inputs.at)}.`
    options.onEvents([{ at: inputs.at, id: 'policy-sleeps', gpuId: null, programmeId: null, sentence: `The machine is put to sleep: ${plan.because}${until}` }])
    void (sleep as NonNullable<typeof sleep>)
      .sleepUntil(plan.wakeAt, () => !(isDropped = !isStillWanted()))
      .then(
        () => {
          if (!isDropped) return void (notBefore = steadyMs() + awakeAfterMs)
          wokenAt = null
          options.onEvents([{ at: clock.now(), id: 'policy-sleeps', gpuId: null, programmeId: null, sentence: 'The machine was not put to sleep after all: something changed at the last moment.' }])
        },
        (error: unknown) => {
          notBefore = steadyMs() + refusedMs
          wokenAt = null
          const sentence = error instanceof NotPossible ? error.message : 'Putting the machine to sleep failed inside Idlewatt. The log has the details.'
          can = { ...can, sentence }
          log.warn('the machine could not be put to sleep', { error: String(error) })
        },
      )
      .finally(() => void (isAsleep = false))
  }

  return {
    begin() {
      void sleep?.can().then(
        (told) => void (isStopped || (can = told)),
        (error: unknown) => log.warn('it cannot be told whether the machine can be put to sleep', { error: String(error) }),
      )
    },
    look(inputs, decisions, mayAct) {
      if (!isLive || isStopped) return
      newest = { inputs, decisions, mayAct }
      keepAwake(reason(inputs, decisions, mayAct), inputs.at)
      considerSleep(inputs, decisions, mayAct)
    },
    keepsAwake: () => keeper?.state() ?? null,
    canSleep: () => can,
    stop() {
      isStopped = true
      keeper?.set(null)
      keeper?.close()
      return Promise.resolve()
    },
  }
}
