/** Plays a trace: the machine, its cards, its clock and what the user asked for, as they stand at a moment. */
import { activeOverrides } from './rule-override.ts'
import { moved, overrideOf, withOverride } from './overrides.ts'
import type { PolicySettings } from '../../shared/policy.ts'
import type { Trace, TraceChange } from './trace.ts'
import type { TraceProgram } from './trace-format.ts'

export interface WorldCard {
  isHere: boolean
  silent: string | null
  isMeasured: boolean
  programs: readonly TraceProgram[]
  temperatureC: number | null
  fan: number | null
  listedBy: readonly string[]
}

export interface World {
  /** `active`: touched all the time. */
  idle: 'active' | 'away' | 'unknown'
  lastInputAt: number
  attended: boolean | null
  locked: boolean | null
  fullScreen: string | false | null
  gameMode: boolean | null
  onBattery: boolean | null
  charge: number | null
  lidClosed: boolean | null
  metered: boolean | null
  trafficGb: number | null
  diskFreeGb: number | null
  processorLoad: number | null
  cards: Map<string, WorldCard>
  settings: PolicySettings
  /** When each wish was said, by id, by a clock that is right. */
  saidAt: Map<string, number>
  /** How far the machine's clock is off, in ms. */
  clockOffMs: number
  sleep: TraceChange['sleep']
}

export interface Player {
  world: World
  /** When the next change is; Infinity: none follows. */
  nextAt(): number
  /** When the machine falls asleep or wakes next; Infinity: it does not. */
  nextSleepAt(): number
  /** Takes every change before `at`; with `isWith` also those at that very moment. */
  advance(at: number, isWith: boolean): void
}

/** Before the first change: a quiet desktop that nobody has touched for an hour. */
export function playTrace(trace: Trace): Player {
  const world: World = {
    idle: 'away',
    lastInputAt: trace.from - 3_600_000,
    attended: true,
    locked: false,
    fullScreen: false,
    gameMode: false,
    onBattery: false,
    charge: 1,
    lidClosed: false,
    metered: false,
    trafficGb: 0,
    diskFreeGb: 500,
    processorLoad: 0.03,
    cards: new Map(trace.cards.map(({ id }) => [id, { isHere: true, silent: null, isMeasured: false, programs: [], temperatureC: 45, fan: 0.3, listedBy: [] }])),
    settings: trace.settings,
    saidAt: new Map(),
    clockOffMs: 0,
    sleep: false,
  }
  let next = 0
  let asked = 0
  const sleeps = trace.changes.flatMap(({ sleep: said }, index) => (said === null ? [] : [index]))
  let sleep = 0

  function take(change: TraceChange): void {
    const { idle, ...machine } = change.machine
    if (idle === 'active' || idle === 'touched' || (world.idle === 'active' && idle !== undefined)) world.lastInputAt = change.at
    // Nobody knows when the last input was; that it was just now is the careful guess.
    if (world.idle === 'unknown' && idle === 'away') world.lastInputAt = change.at
    if (idle !== undefined) world.idle = idle === 'touched' ? 'away' : idle
    Object.assign(world, machine)
    for (const [id, card] of Object.entries(change.cards)) world.cards.set(id, { ...(world.cards.get(id) as WorldCard), ...card })
    if (change.sleep !== null) world.sleep = change.sleep
    if (change.clockJumpMs !== 0) {
      world.clockOffMs += change.clockJumpMs
      world.settings = { ...world.settings, overrides: [...moved(world.settings.overrides, change.clockJumpMs)] }
    }
    if (change.says !== null) say(change.says, change.at)
  }

  function say(says: NonNullable<TraceChange['says']>, at: number): void {
    const wall = at + world.clockOffMs
    const running = activeOverrides(world.settings.overrides, wall)
    asked += 1
    world.saidAt.set(`asked-${asked}`, at)
    world.settings = { ...world.settings, overrides: says === 'resume' ? [] : withOverride(running, overrideOf(says, wall, `asked-${asked}`)) }
  }

  return {
    world,
    nextAt: () => trace.changes[next]?.at ?? Infinity,
    nextSleepAt() {
      while (sleep < sleeps.length && (sleeps[sleep] as number) < next) sleep += 1
      for (let n = sleep; n < sleeps.length; n += 1) {
        const change = trace.changes[sleeps[n] as number] as TraceChange
        if ((change.sleep !== false) !== (world.sleep !== false)) return change.at
      }
      return Infinity
    },
    advance(at, isWith) {
      for (;;) {
        const change = trace.changes[next]
        if (change === undefined || change.at > at || (change.at === at && !isWith)) return
        take(change)
        next += 1
      }
    },
  }
}
