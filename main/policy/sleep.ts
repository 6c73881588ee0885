/** Puts the machine to sleep and has it wake at a time, where the system allows that without asking for a password. When to do so is decided elsewhere. */
import type { PolicyState } from '../../shared/policy-state.ts'
import type { Clock } from '../system/clock.ts'
import type { Log } from '../system/log.ts'
import type { MachineSource } from '../system/machine-source.ts'
import { NotPossible } from '../system/not-possible.ts'
import { linuxSleep } from './sleep-linux.ts'
import { macSleep } from './sleep-mac.ts'
import { windowsSleep } from './sleep-windows.ts'

export type CanSleep = PolicyState['canSleep']

export interface Sleep {
  /** Asks the system; starts nothing. */
  can(): Promise<CanSleep>
  /**
   * Resolves once the machine is awake again; at once where the system does not tell. Throws NotPossible, and then it has not slept and no alarm is left set.
   * `isStillWanted` is asked last of all, since the way there takes seconds: where it says no, the alarm is taken back, it has not slept, and this resolves.
   */
  sleepUntil(wakeAt: number | null, isStillWanted?: () => boolean): Promise<void>
}

export interface SleepOptions {
  source: MachineSource
  clock: Clock
  log: Log
}

/** What a platform adds: the two halves, each throwing NotPossible. */
export interface SleepWays {
  can(): Promise<CanSleep>
  /** Whether somebody works on this machine from another one; null: not told. */
  isUsedFromElsewhere(): Promise<boolean | null>
  /** Returns how to take the alarm back. */
  setAlarm(inMs: number): Promise<() => Promise<void>>
  /** Resolves once it is awake again. */
  sleep(): Promise<void>
}

/** A machine that is to wake sooner would hardly have slept. */
const leastMs = 5 * 60_000

export function createSleep(options: SleepOptions, ways: SleepWays | null = waysOf(options)): Sleep {
  const { source, clock, log } = options
  return {
    async can() {
      if (source.recorded !== null) return { sleeps: false, wakes: false, sentence: 'A recorded machine does not sleep.' }
      return ways === null ? { sleeps: null, wakes: null, sentence: 'On this system Idlewatt knows no way to put the machine to sleep.' } : ways.can()
    },
    async sleepUntil(wakeAt, isStillWanted = () => true) {
      if (source.recorded !== null || ways === null) throw new NotPossible('This machine cannot be put to sleep from here.')
      const inMs = wakeAt === null ? null : wakeAt - clock.now()
      if (inMs !== null && !(inMs >= leastMs)) throw new NotPossible('It is to wake again within five minutes, so the machine stays awake.')
      if ((await ways.isUsedFromElsewhere()) === true) throw new NotPossible('Somebody is logged in from another machine, so this one stays awake.')
      // Asleep with nobody to wake it, it would miss the very hours it is to wake for: the alarm first.
      const takeBack = inMs === null ? null : await ways.setAlarm(inMs)
      try {
        if (isStillWanted()) await ways.sleep()
      } finally {
        await takeBack?.().catch((error: unknown) => log.warn('the alarm that was to wake the machine could not be taken back', { error: String(error) }))
      }
    },
  }
}

function waysOf(options: SleepOptions): SleepWays | null {
  const { platform } = options.source
  if (platform === 'linux') return linuxSleep(options)
  if (platform === 'win32') return windowsSleep(options)
  return platform === 'darwin' ? macSleep(options) : null
}

/** `who`: "ada pts/0 2026-11-23 19:00 (192.168.1.5)"; a screen of this machine (":0", "tty2", "login screen") and a terminal in tmux are no other machine. Pure. */
export function isFromElsewhere(who: string): boolean {
  return who.split('\n').some((line) => {
    const host = /\(([^()]+(?:\([^()]*\))?[^()]*)\)\s*$/.exec(line)?.[1]?.trim()
    return host !== undefined && !/^(:\d|tmux|screen|tty|login screen|localhost\b|mosh )/i.test(host) && !/^:pts/.test(host)
  })
}
