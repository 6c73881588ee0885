/** The policy's turn, once a second and at once where something changes: gather, decide, act, look after what was done, tell. */
import type { Decision, Explanation, PolicyProgramme, PolicyState, Simulation, WeekOutlook } from '../../shared/policy-state.ts'
import type { PolicySettings } from '../../shared/policy.ts'
import type { SampleTurn } from '../../shared/telemetry.ts'
import { NotPossible } from '../system/not-possible.ts'
import { createActing, isPause } from './acting.ts'
import type { Known } from './asks.ts'
import { createBar } from './bar.ts'
import { createCare } from './care.ts'
import { createFreedWatch } from './freed.ts'
import { createGathering } from './gathering.ts'
import type { PolicyOptions } from './index.ts'
import { noMemory, type Decided, type PolicyInputs, type PolicyMemory } from './inputs.ts'
import type { PolicyLayers } from './layers.ts'
import { createOrigins } from './programs-origins.ts'
import { shownSettings } from './overrides.ts'
import { createResting } from './resting.ts'
import { createTelling } from './telling.ts'

export interface Loop {
  state(): PolicyState
  programmes(): readonly PolicyProgramme[]
  begin(): void
  take(turn: SampleTurn): void
  again(): void
  look(): Promise<PolicyState>
  /** At once, and told at once. */
  decideNow(): PolicyState
  /** What is shown has changed. */
  tell(): void
  explain(): Explanation[]
  week(gpuId: string | null): WeekOutlook
  simulate(question: { trace: string; from?: number | undefined; to?: number | undefined }): Promise<Simulation>
  byHand(programmeId: string): void
  bar(programmeId: string): string | null
  stop(): Promise<void>
}

export interface LoopOptions extends Omit<PolicyOptions, 'onState'> {
  onState(state: PolicyState): void
  /** `isForced`: it holds even where it cannot be saved. */
  keep(settings: PolicySettings, isForced: boolean): void
  known(): Known
  shortcut(): PolicyState['shortcut']
  /** Before anything was read. */
  fresh: PolicyState
  /** Before each turn. */
  onTurn(): void
}

const turnMs = 1_000
/** While nothing is to run. */
const restTurnMs = 5_000
/** What is due earlier than this is bundled. */
const soonestMs = 20
/** Nothing is done before the senses and the cards have said something, or this has passed. */
const warmUpMs = 3_000
/** The same fault is logged once in a minute. */
const sameFaultMs = 60_000
const lookMs = 1_500
const lookStepMs = 50
const weekAheadMs = 8 * 86_400_000
const gapMs = 30_000
/** Decisions older than this are made again before a start. */
const freshMs = 1_500

const inWork = new Set(['starting', 'running', 'finishing', 'stopping', 'stop-failed'])

export function createLoop(options: LoopOptions, layers: PolicyLayers): Loop {
  const { clock, log, steadyMs, source, keepsWatch } = options
  const isRecorded = source.recorded !== null
  /** A one-shot command looks when it is asked to. */
  const turnsByItself = keepsWatch || isRecorded
  const senses = layers.createSenses({ source, host: options.senses, clock, steadyMs, log, dataFolder: options.dataFolder, isRecorded })
  const origins = createOrigins({ platform: isRecorded ? 'unknown' : source.platform, source, steadyMs, isOurs: options.isOurs, ownContainers: options.ownContainers ?? (() => []), ownPid: process.pid })
  const care = createCare({ ...options, mayWrite: keepsWatch })
  const freed = createFreedWatch(options.onEvents)
  let memory: PolicyMemory = noMemory
  let last: { inputs: PolicyInputs; decided: Decided; steadyMs: number } | null = null
  let fault: { sentence: string; loggedSteady: number } | null = null
  let begunSteady: number | null = null
  let lastUptimeMs: number | null = null
  let isTurning = false
  let isDueAgain = false
  let isStopped = false
  let cancelTimer: (() => void) | null = null
  let endHearing: (() => void) | null = null

  const acting = createActing({
    clock,
    steadyMs,
    log,
    start: options.start,
    finish: options.finish,
    stop: options.stop,
    onEvents: options.onEvents,
    onStopForUser: (programme) => freed.stopped(programme, last?.inputs.cards ?? [], { at: clock.now(), steadyMs: steadyMs() }),
    onStart: (programme) => freed.started(programme, last?.inputs.cards ?? []),
    onSettled() {
      gathering.staleProgrammes()
      if (!isStopped) turn()
    },
  })
  const gathering = createGathering({ ...options, machine: senses.machine, origins, isRecorded, readProgrammes: options.programmes, refusal: acting.refusal, refusals: acting.refusals })
  const resting = createResting({ ...options, layers, isLive: keepsWatch })
  const telling = createTelling({ clock, steadyMs, fresh: options.fresh, onState: options.onState })

  function notActing(): string | null {
    if (isRecorded) return `This is the recorded machine "${source.recorded}": what would be done is shown, and nothing is started or stopped.`
    if (!keepsWatch) return 'This command ends at once: it shows what would be done. Idlewatt starts and stops software while it is open.'
    if (!options.settings().isOn) return 'It is switched off that Idlewatt decides: start and stop software yourself, or switch it on on the Policy page.'
    if (fault !== null) return fault.sentence
    return begunSteady === null ? 'Idlewatt is starting.' : null
  }

  /** Never throws and never overlaps; what fails costs this turn. */
  function turn(): void {
    if (isTurning) return void (isDueAgain = true)
    isTurning = true
    try {
      takeTurn()
      fault = null
    } catch (error) {
      failed(error)
    }
    isTurning = false
    arm()
  }

  function takeTurn(): void {
    options.onTurn()
    const uptimeMs = layers.uptimeMs()
    care.followWallClock({ uptimeMs, steadyMs: steadyMs() })
    // The machine slept: our own clock stood still meanwhile, and nobody watched.
    const isAfterGap = uptimeMs !== null && lastUptimeMs !== null && uptimeMs - lastUptimeMs > gapMs
    lastUptimeMs = uptimeMs
    const inputs = { ...gathering.inputs(), isAfterGap }
    const decided = layers.decide(inputs, memory)
    memory = decided.memory
    last = { inputs, decided, steadyMs: steadyMs() }
    if (begunSteady !== null && turnsByItself) senses.wants(hasWork(inputs) ? 'watch' : 'rest')
    if (mayAct()) {
      if (care.armAdopted(inputs)) isDueAgain = true
      acting.carryOut(decided.decisions, inputs.programmes)
    } else if (endsPauses()) acting.carryOut(decided.decisions.filter(isPause), inputs.programmes)
    freed.look(inputs.cards, inputs.programmes, { at: inputs.at, steadyMs: inputs.steadyMs })
    resting.look(inputs, decided.decisions, mayAct())
    publish()
  }

  /** What was to be stopped for the user's sake goes on being stopped; all else is left as it is. */
  function failed(error: unknown): void {
    const sentence = 'Deciding when software may run failed inside Idlewatt: what runs is left as it is. The log has the details; please report it.'
    const isNew = fault === null || steadyMs() - fault.loggedSteady > sameFaultMs
    if (isNew) log.error('the policy could not decide', { error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    fault = { sentence, loggedSteady: isNew || fault === null ? steadyMs() : fault.loggedSteady }
    try {
      if (last === null) return
      const { isOn } = options.settings()
      if (keepsWatch) acting.carryOut(last.decided.decisions.filter((decision) => (isOn ? decision.do === 'stop' && decision.because[0]?.isForUser === true : isPause(decision))), last.inputs.programmes)
      publish()
    } catch (second) {
      if (isNew) log.error('the policy could not go on stopping', { error: String(second) })
    }
  }

  function mayAct(): boolean {
    return keepsWatch && begunSteady !== null && !isStopped && options.settings().isOn && isWarm(begunSteady)
  }

  /** "I need my GPU" is said by the user and not decided: it holds where nothing else is done. */
  function endsPauses(): boolean {
    return keepsWatch && begunSteady !== null && !isStopped && !options.settings().isOn
  }

  /** At first nothing is known, and unknown must not look like "nobody is there". */
  function isWarm(since: number): boolean {
    if (steadyMs() - since >= warmUpMs) return true
    const { idleMs, isAttended } = senses.machine()
    return (idleMs.value !== null || isAttended.value !== null) && (gathering.hasTurn() || options.cards().every(({ kind }) => kind !== 'gpu'))
  }

  function hasWork({ programmes, settings }: PolicyInputs): boolean {
    return programmes.some(({ programmeId, phase }) => settings.programmes[programmeId]?.isArmed === true || inWork.has(phase))
  }

  function arm(): void {
    cancelTimer?.()
    cancelTimer = null
    if (isStopped || (begunSteady === null && !isDueAgain)) return
    if (!turnsByItself && !isDueAgain) return
    const usual = last !== null && care.hasArmedAdopted() && !hasWork(last.inputs) ? restTurnMs : turnMs
    const due = isDueAgain ? 0 : Math.min(usual, last?.decided.nextInMs ?? usual, acting.nextInMs() ?? usual)
    isDueAgain = false
    cancelTimer = clock.after(Math.max(soonestMs, due), turn)
  }

  function publish(): void {
    if (last === null) return
    const { inputs, decided } = last
    telling.take({
      inputs: { ...inputs, settings: shownSettings(options.settings(), clock.now()) },
      decisions: decided.decisions,
      notActing: notActing(),
      stops: mayAct() ? decided.decisions : endsPauses() ? decided.decisions.filter(isPause) : [],
      keepsAwake: resting.keepsAwake(),
      freed: freed.list(),
      shortcut: options.shortcut(),
      canSleep: resting.canSleep(),
    })
  }

  const barOf = createBar({
    log,
    decide: layers.decide,
    acts: () => keepsWatch && options.settings().isOn,
    hasBegun: () => begunSteady !== null,
    decisions: decisionsNow,
    inputs: gathering.inputs,
    memory: () => memory,
  })

  /** Made again where something may have changed since. */
  function decisionsNow(): Decision[] {
    if (last === null || steadyMs() - last.steadyMs > freshMs) turn()
    return last?.decided.decisions ?? []
  }

  function decideNow(): PolicyState {
    gathering.staleProgrammes()
    turn()
    telling.now()
    return telling.state()
  }

  return {
    state: telling.state,
    programmes() {
      gathering.staleProgrammes()
      return gathering.programmes()
    },
    begin() {
      if (begunSteady !== null || isStopped) return
      begunSteady = steadyMs()
      if (turnsByItself) {
        endHearing = senses.onChange(turn)
        senses.begin()
        resting.begin()
      }
      turn()
      telling.now()
    },
    take(samples) {
      gathering.take(samples)
      if (begunSteady !== null && !isStopped && (last === null || hasWork(last.inputs) || steadyMs() - last.steadyMs >= restTurnMs)) turn()
    },
    again() {
      gathering.stale()
      if (begunSteady !== null && !isStopped) turn()
    },
    async look() {
      if (keepsWatch) return decideNow()
      senses.begin()
      // A recording answers at once; of a real machine some of it comes when it comes.
      for (let leftMs = lookMs; leftMs > 0 && !isStopped && !(isRecorded && senses.hasRead()); leftMs -= lookStepMs) await new Promise<void>((done) => void clock.after(lookStepMs, done))
      return decideNow()
    },
    decideNow,
    tell() {
      publish()
      telling.now()
    },
    explain() {
      gathering.staleProgrammes()
      const inputs = gathering.inputs()
      return layers.explain(inputs, memory)
    },
    week(gpuId) {
      if (gpuId !== null && !options.cards().some(({ id }) => id === gpuId)) throw new NotPossible(`There is no card "${gpuId}". "detect" shows what there is.`)
      gathering.staleProgrammes()
      const inputs = gathering.inputs()
      return layers.week(inputs, gpuId, memory, options.prices(inputs.at, weekAheadMs))
    },
    simulate: (question) => layers.simulate(question),
    byHand: acting.byHand,
    bar(programmeId) {
      const why = barOf(programmeId)
      if (why !== null) acting.barred(programmeId)
      return why
    },
    async stop() {
      isStopped = true
      cancelTimer?.()
      endHearing?.()
      origins.close()
      telling.close()
      await Promise.all([resting.stop(), senses.stop()])
    },
  }
}
