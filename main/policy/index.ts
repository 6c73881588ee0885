/** Decides once a second which software runs on which card, and sees that it is so: joins senses, `decide` (pure), acting, keeping awake and sleep. */
import { randomUUID } from 'node:crypto'
import type { HistoryEvent } from '../../shared/history.ts'
import type { Gpu } from '../../shared/machine.ts'
import type { Explanation, PolicyProgramme, PolicyState, PriceStep, Simulation, WeekOutlook } from '../../shared/policy-state.ts'
import type { OverrideAsk, PolicyChange, PolicySettings } from '../../shared/policy.ts'
import type { SampleTurn } from '../../shared/telemetry.ts'
import type { HostSenses } from '../host.ts'
import type { Clock } from '../system/clock.ts'
import type { Log } from '../system/log.ts'
import type { MachineSource } from '../system/machine-source.ts'
import { NotPossible } from '../system/not-possible.ts'
import { armedIn, changed, disarmedIn, ignored, overridden, resumed, type Asked, type Known } from './asks.ts'
import { hoursOf } from './hours.ts'
import { realLayers, type PolicyLayers } from './layers.ts'
import { createLoop } from './loop.ts'
import { unreadState } from './unread.ts'

export interface Policy {
  state(): PolicyState
  /** After the first look and after provider software was taken over. Acts from then on where this door keeps watch. Again: nothing. */
  begin(): void
  /** Each turn of samples; what it shows is decided on at once. */
  take(turn: SampleTurn): void
  /** Software, enrolment, settings or cards have changed: decided on at once. */
  again(): void
  /** For a one-shot command: reads the machine once and decides; where the door stays, what stands. */
  look(): Promise<PolicyState>
  /** Throw NotPossible with a sentence. */
  change(change: PolicyChange): PolicyState
  override(ask: OverrideAsk): PolicyState
  resume(id: string | null): PolicyState
  ignore(name: string, isIgnored: boolean): PolicyState
  explain(of: { gpuId?: string | undefined; programmeId?: string | undefined }): Explanation[]
  week(gpuId: string | null): WeekOutlook
  simulate(question: { trace: string; from?: number | undefined; to?: number | undefined }): Promise<Simulation>
  /** The user starts it: from now on it runs whenever it may, and at once for an hour. Called before the software is told. */
  armed(programmeId: string): void
  /** The user stops it: it is not started again until they start it. Called before the software is told. */
  disarmed(programmeId: string): void
  /** Why it must not be started this moment, for the last look before every start; null: it may. */
  bar(programmeId: string): string | null
  /** Whether the schedule lets cards run in the quarter of an hour that begins then, for what electricity costs; null: always. */
  hours(): ((at: number) => boolean) | null
  /** From the desktop: how its shortcut stands. */
  setShortcut(shortcut: PolicyState['shortcut']): void
  stop(): Promise<void>
}

export interface PolicyOptions {
  clock: Clock
  log: Log
  /** A clock that never jumps, in ms. */
  steadyMs(): number
  source: MachineSource
  senses: HostSenses | null
  keepAwake: ((why: string) => () => void) | null
  dataFolder: string
  settings(): PolicySettings
  /** Throws NotPossible where it cannot be saved. */
  saveSettings(settings: PolicySettings): void
  /** This machine's own clock, where the settings name none. */
  zone(): string
  /** Cards that are here or were lost, as last detected. */
  cards(): Gpu[]
  /** Cards that Idlewatt measures now. */
  measured(): string[]
  /** Everything of PolicyProgramme but what the settings say. Practice too. */
  programmes(): PolicyProgramme[]
  /** By which processes other software is told: "IO worker" from its process names. */
  signs: { programmeId: string; title: string; processNames: string[] }[]
  /** From `at` on for so long, in USD, with what stands in where dated prices end. */
  prices(at: number, lengthMs: number): PriceStep[]
  isOurs(pid: number): boolean
  /** Ids of containers of software that Idlewatt runs; left out: none. */
  ownContainers?(): string[]
  start(programmeId: string): Promise<unknown>
  finish(programmeId: string): Promise<unknown>
  /** `isForUser`: somebody waits for the card, so that its software is given seconds and not its usual time to end. */
  stop(programmeId: string, how: { isForUser: boolean }): Promise<unknown>
  /** A door that stays: acts. A one-shot command decides and tells. */
  keepsWatch: boolean
  onState(state: PolicyState): void
  onEvents(events: HistoryEvent[]): void
}

/** Settings that could not be saved are tried again after this. */
const saveAgainMs = 60_000

export function createPolicy(options: PolicyOptions, layers: PolicyLayers = realLayers): Policy {
  const { clock, log } = options
  /** They hold all the same: "I need my GPU" must not depend on a disk with room. */
  let unsaved: { settings: PolicySettings; triedSteady: number } | null = null
  let shortcut: PolicyState['shortcut'] = { keys: options.settings().shortcut, isTaken: null, sentence: 'Only the desktop app has one.' }

  const settings = (): PolicySettings => unsaved?.settings ?? options.settings()
  const loop = createLoop({ ...options, settings, keep, known, shortcut: () => shortcut, onTurn: saveAgain, fresh: unreadState(options.settings(), zone(), clock.now()) }, layers)

  function zone(): string {
    return settings().zone ?? options.zone()
  }

  function known(): Known {
    return {
      at: clock.now(),
      zone: zone(),
      cards: new Map(options.cards().map(({ id, name }) => [id, name])),
      programmes: new Map(loop.programmes().map(({ programmeId, title }) => [programmeId, title])),
    }
  }

  /** Saved where it can be, and in force in any case. `isForced`: throws nothing. */
  function keep(wanted: PolicySettings, isForced: boolean): void {
    try {
      options.saveSettings(wanted)
      unsaved = null
    } catch (error) {
      if (!isForced || !(error instanceof NotPossible)) throw error
      if (unsaved === null) log.warn('what was asked of the policy holds, but could not be saved', { error: error.message })
      unsaved = { settings: wanted, triedSteady: options.steadyMs() }
    }
  }

  function saveAgain(): void {
    if (unsaved !== null && options.steadyMs() - unsaved.triedSteady > saveAgainMs) keep(unsaved.settings, true)
  }

  function carryOut(asked: Asked, isForced: boolean): PolicyState {
    if (asked.settings !== settings()) keep(asked.settings, isForced)
    if (asked.event !== null) options.onEvents([{ at: clock.now(), ...asked.event }])
    return loop.decideNow()
  }

  return {
    state: loop.state,
    begin: loop.begin,
    take: loop.take,
    again: loop.again,
    look: loop.look,
    change(change) {
      if (change.shortcut !== undefined) shortcut = { ...shortcut, keys: change.shortcut }
      return carryOut(changed(settings(), change, known()), false)
    },
    override: (ask) => carryOut(overridden(settings(), ask, randomUUID(), known()), true),
    resume: (id) => carryOut(resumed(settings(), id, known()), true),
    ignore: (name, isIgnored) => carryOut(ignored(settings(), name, isIgnored), true),
    explain: ({ gpuId, programmeId }) => loop.explain().filter((one) => (gpuId === undefined || one.gpuId === gpuId) && (programmeId === undefined || one.programmeId === programmeId)),
    week: loop.week,
    simulate: loop.simulate,
    armed(programmeId) {
      // What is not there, or not set up, is refused by whoever starts it.
      if (loop.programmes().find((one) => one.programmeId === programmeId)?.isSetUp !== true) return
      loop.byHand(programmeId)
      carryOut(armedIn(settings(), programmeId, randomUUID(), true, known()), true)
    },
    disarmed(programmeId) {
      if (settings().programmes[programmeId] === undefined && !loop.programmes().some((one) => one.programmeId === programmeId)) return
      loop.byHand(programmeId)
      carryOut(disarmedIn(settings(), programmeId), true)
    },
    bar: loop.bar,
    hours: () => hoursOf(settings(), zone(), options.cards().filter(({ kind, lostSince }) => kind === 'gpu' && lostSince === null).map(({ id }) => id)),
    setShortcut(told) {
      shortcut = told
      loop.tell()
    },
    stop: loop.stop,
  }
}
