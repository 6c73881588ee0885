/** The machine and whoever sits at it: polls every reader with a time limit, hears what is told at once, and says "unknown" where an answer is late or old. */
import type { PolicyMachine } from '../../shared/policy-state.ts'
import type { HostSenses } from '../host.ts'
import type { Clock } from '../system/clock.ts'
import type { Log } from '../system/log.ts'
import type { MachineSource } from '../system/machine-source.ts'
import type { SensedField } from './readers.ts'
import { commonReaders } from './senses-common.ts'
import { isFinal, isNews, pick, type Polled, type Taken } from './senses-pick.ts'
import type { SenseReader, SenseWorld } from './senses-reader.ts'
import { untoldOn } from './senses-untold.ts'

export interface Senses {
  /** The last readings, with their time. */
  machine(): PolicyMachine
  begin(): void
  /** Each reader has answered once, or failed to. */
  hasRead(): boolean
  /** `watch`: something is to run, so that each second counts. */
  wants(level: 'watch' | 'rest'): void
  /** At once where the user comes back, locks, goes to full screen, or the machine goes on battery or to sleep; returns how to end it. */
  onChange(listener: () => void): () => void
  stop(): Promise<void>
}

export interface SensesOptions {
  source: MachineSource
  host: HostSenses | null
  clock: Clock
  steadyMs(): number
  log: Log
  dataFolder: string
  isRecorded: boolean
  /** For tests: in place of this process's own. */
  world?: Partial<SenseWorld>
  /** For tests: in place of those of this system, which may be unable to be loaded. */
  readers?: () => Promise<SenseReader[]>
}

const tickMs = 1_000
const restingEveryMs = 10_000
/** A reading is kept for some of its turns, and at least for so long. */
const leastKeptMs = 5_000
const longestBackOffMs = 30_000
/** So much more than a tick between two ticks: the machine slept, or this process stood still. */
const gapMs = 10_000
/** A sleep that was announced and did not come about. */
const noSleepAfterMs = 60_000

interface Turn extends Polled {
  reader: SenseReader
  last: Map<SensedField, Taken>
  nextAt: number
  isBusy: boolean
  /** Asked for while a read was under way. */
  isAgain: boolean
  failures: number
}

export function createSenses(options: SensesOptions): Senses {
  const { clock, source, log } = options
  const world: SenseWorld = {
    now: clock.now,
    steadyMs: options.steadyMs,
    env: process.env,
    uid: process.getuid?.() ?? null,
    ...options.world,
  }
  const untold = untoldOn(source.platform, options.isRecorded)
  const listeners = new Set<() => void>()
  /** Of reads under way: a stop does not wait for them. */
  const limits = new Set<() => void>()
  let turns: Turn[] = []
  let level: 'watch' | 'rest' = 'watch'
  let sleepSince: number | null = null
  let hasBegun = false
  let areLoaded = false
  let isStopped = false
  let cancelTick = (): void => {}
  let lastTick = { at: clock.now(), steadyMs: options.steadyMs() }
  let shown = look()

  function look(): PolicyMachine {
    return pick(turns, untold, { at: clock.now(), steadyMs: options.steadyMs() }, sleepSince !== null)
  }

  function tell(): void {
    const before = shown
    shown = look()
    if (!isNews(before, shown)) return
    for (const listener of [...listeners]) {
      try {
        listener()
      } catch (error) {
        log.warn('what follows from a change at the machine failed', { why: String(error) })
      }
    }
  }

  function everyMs(reader: SenseReader): number {
    return level === 'watch' ? reader.everyMs : Math.max(reader.everyMs, restingEveryMs)
  }

  function setKept(turn: Turn): void {
    turn.keepsMs = Math.max(leastKeptMs, everyMs(turn.reader) * 2.5)
  }

  async function poll(turn: Turn): Promise<void> {
    const begun = options.steadyMs()
    if (turn.isBusy) {
      turn.isAgain = true
      return
    }
    turn.isBusy = true
    turn.isAgain = false
    turn.nextAt = begun + everyMs(turn.reader)
    let endLimit = (): void => {}
    const late = new Promise<string>((done) => (endLimit = clock.after(turn.reader.limitMs, () => done(`${turn.reader.name} did not answer in ${turn.reader.limitMs / 1000} s.`))))
    const answer = Promise.resolve()
      .then(() => turn.reader.read())
      .catch((error: unknown) => (error instanceof Error ? error.message : String(error)))
    limits.add(endLimit)
    const first = await Promise.race([answer, late])
    limits.delete(endLimit)
    endLimit()
    if (isStopped) return
    if (typeof first === 'string') {
      failed(turn, first)
      // A call that hangs is the only one: until it is over no other is made.
      await answer
      if (isStopped) return
    } else {
      turn.failures = 0
      const steadyMs = options.steadyMs()
      for (const field of turn.reader.fields) {
        const reading = first[field]
        if (reading !== undefined) turn.last.set(field, { reading, steadyMs })
      }
    }
    turn.isBusy = false
    tell()
    if (turn.isAgain) void poll(turn)
  }

  function failed(turn: Turn, why: string): void {
    turn.failures += 1
    if (turn.failures === 1) log.debug('something could not be read of the machine', { reader: turn.reader.name, why })
    turn.nextAt = options.steadyMs() + Math.max(everyMs(turn.reader), Math.min(longestBackOffMs, tickMs * 2 ** Math.min(turn.failures - 1, 10)))
    const steadyMs = options.steadyMs()
    for (const field of turn.reader.fields) {
      // One late answer does not bring whoever is elsewhere to the screen.
      if (!isFinal(turn.last.get(field)?.reading)) turn.last.set(field, { reading: { value: null, why, at: clock.now() }, steadyMs })
    }
    tell()
  }

  function tick(): void {
    if (isStopped) return
    const now = { at: clock.now(), steadyMs: options.steadyMs() }
    const passedMs = Math.max(now.at - lastTick.at, now.steadyMs - lastTick.steadyMs)
    lastTick = now
    if (passedMs > tickMs + gapMs) {
      // What was told before a sleep says nothing of now.
      for (const turn of turns) {
        turn.last.clear()
        turn.nextAt = now.steadyMs
      }
    }
    if (sleepSince !== null && now.steadyMs - sleepSince > noSleepAfterMs) sleepSince = null
    for (const turn of turns) if (now.steadyMs >= turn.nextAt) void poll(turn)
    tell()
    cancelTick = clock.after(tickMs, tick)
  }

  function sleep(isGoing: boolean): void {
    sleepSince = isGoing ? options.steadyMs() : null
    if (!isGoing) for (const turn of turns) void poll(turn)
    tell()
  }

  async function readersHere(): Promise<SenseReader[]> {
    if (options.readers) return options.readers()
    const common = await commonReaders({ ...options, world })
    if (options.isRecorded || source.platform !== 'linux') return common
    const { linuxReaders } = await import('./linux-readers.ts')
    return [...linuxReaders({ source, clock, log, world }), ...common]
  }

  return {
    machine: look,
    hasRead: () => areLoaded && turns.every(({ last, failures }) => last.size > 0 || failures > 0),
    begin() {
      if (hasBegun) return
      hasBegun = true
      void readersHere()
        .catch((error: unknown) => {
          log.warn('what tells of the machine could not be loaded', { why: String(error) })
          return []
        })
        .then((readers) => {
          if (isStopped) return void readers.forEach((reader) => reader.close())
          areLoaded = true
          turns = readers.map((reader) => ({ reader, name: reader.name, fields: reader.fields, keepsMs: leastKeptMs, last: new Map(), nextAt: 0, isBusy: false, isAgain: false, failures: 0 }))
          for (const turn of turns) {
            setKept(turn)
            turn.reader.begin?.({ again: () => !isStopped && void poll(turn), sleep: (isGoing) => !isStopped && sleep(isGoing) })
          }
          lastTick = { at: clock.now(), steadyMs: options.steadyMs() }
          tick()
        })
    },
    wants(wanted) {
      if (level === wanted) return
      level = wanted
      for (const turn of turns) {
        setKept(turn)
        if (wanted === 'watch') void poll(turn)
      }
    },
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async stop() {
      isStopped = true
      cancelTick()
      for (const end of limits) end()
      limits.clear()
      listeners.clear()
      for (const { reader } of turns) {
        try {
          reader.close()
        } catch (error) {
          log.debug('a reader could not be closed', { reader: reader.name, why: String(error) })
        }
      }
      turns = []
    },
  }
}

