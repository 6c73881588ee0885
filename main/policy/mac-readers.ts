/** macOS' readers: the last input, who is logged in, what fills the screen, battery and lid. A person types `pmset -g batt` and `ioreg -r -k AppleClamshellState -d 1`. */
import type { MachineSource } from '../system/machine-source.ts'
import type { MacCalls } from './mac-calls.ts'
import { batteryIn, fullScreenAmong, idleMsIn, isAttendedIn, isLidClosedIn, type MacSession } from './mac-decode.ts'
import { known, unknown, type PlatformReader, type Readings } from './readers.ts'
import { unknownToAll } from './senses-reader.ts'

const timeoutMs = 3_000
/** Who is logged in at the screen changes seldom, and asking starts a program. */
const consoleEveryMs = 10_000

/** `calls`: handed in by tests; left out: macOS' own, on macOS alone. */
export async function macReaders(source: MachineSource, now: () => number, calls?: MacCalls): Promise<PlatformReader[]> {
  const mac = calls ?? (await callsHere(source))
  const isRecorded = source.recorded !== null
  return [...(isRecorded ? [] : [userReader(mac, source, now), screenReader(mac, now)]), powerReader(source, now)]
}

async function callsHere(source: MachineSource): Promise<MacCalls | null> {
  if (source.recorded !== null || process.platform !== 'darwin') return null
  try {
    return (await import('./mac-calls.ts')).openMacCalls()
  } catch {
    return null
  }
}

async function ask(source: MachineSource, program: string, args: string[]): Promise<string | null> {
  const answer = await source.run(program, args, { timeoutMs, maxBytes: 1024 * 1024 })
  return answer.kind === 'done' && answer.exitCode === 0 ? answer.stdout : null
}

/** Told for certain: another session has the screen. */
function isElsewhere(session: MacSession | null): boolean {
  return session?.isOnConsole === false
}

function userReader(mac: MacCalls | null, source: MachineSource, now: () => number): PlatformReader {
  let atScreen: { at: number; isAttended: boolean | null } | null = null

  async function attended(session: MacSession | null, at: number): Promise<boolean | null> {
    if (session?.isOnConsole === true) return true
    if (atScreen === null || at < atScreen.at || at - atScreen.at >= consoleEveryMs) atScreen = { at, isAttended: isAttendedIn((await ask(source, 'stat', ['-f', '%Su', '/dev/console'])) ?? '') }
    return atScreen.isAttended
  }

  /** A session that is not at the screen hears no keyboard; the input system itself hears every one. */
  async function idle(session: MacSession | null, at: number): Promise<Readings['idleMs']> {
    const seconds = session?.isOnConsole === true ? (mac?.secondsSinceInput() ?? null) : null
    if (seconds !== null) return known(Math.floor(seconds * 1000), 'macOS', at)
    const told = await ask(source, 'ioreg', ['-r', '-c', 'IOHIDSystem', '-d', '1'])
    const idleMs = told === null ? null : idleMsIn(told)
    if (idleMs !== null) return known(idleMs, 'macOS’ input system', at)
    return (isElsewhere(session) ? unknownToAll : unknown)('macOS did not tell when the last input was.', at)
  }

  return {
    name: 'macOS’ last input',
    fields: ['idleMs', 'isAttended', 'isLocked'],
    everyMs: 1_000,
    limitMs: 2 * timeoutMs,
    async read() {
      const at = now()
      const session = mac?.session() ?? null
      const isAttended = await attended(session, at)
      return {
        idleMs: await idle(session, at),
        isAttended: isAttended === null ? unknown('macOS did not tell who is logged in.', at) : known(isAttended, 'macOS', at),
        // The key is there only while the screen is locked.
        isLocked: session?.isOnConsole === true ? known(session.isLocked === true, 'macOS', at) : (isElsewhere(session) ? unknownToAll : unknown)('Idlewatt does not run in the session at the screen, so macOS does not tell whether that is locked.', at),
      }
    },
    close: () => mac?.close(),
  }
}

function screenReader(mac: MacCalls | null, now: () => number): PlatformReader {
  return {
    name: 'macOS’ screen',
    fields: ['fullScreen', 'gameMode', 'isMetered'],
    everyMs: 1_000,
    limitMs: timeoutMs,
    async read() {
      const at = now()
      const isInFront = mac?.session()?.isOnConsole === true
      const [windows, displays] = isInFront && mac !== null ? [mac.windows(), mac.displays()] : [null, null]
      return {
        fullScreen: windows === null || displays === null || displays.length === 0 ? unknown('macOS did not tell which windows are on the screen.', at) : known(fullScreenAmong(windows, displays, process.pid), 'macOS', at),
        gameMode: unknown('macOS tells no other program whether its game mode is on.', at),
        isMetered: unknown('macOS tells no command whether the connection is metered.', at),
      }
    },
    close() {},
  }
}

function powerReader(source: MachineSource, now: () => number): PlatformReader {
  return {
    name: 'macOS’ power',
    fields: ['onBattery', 'charge', 'isLidClosed'],
    everyMs: 5_000,
    limitMs: timeoutMs,
    async read() {
      const at = now()
      const [power, lid] = await Promise.all([ask(source, 'pmset', ['-g', 'batt']), ask(source, 'ioreg', ['-r', '-k', 'AppleClamshellState', '-d', '1'])])
      const battery = power === null ? null : batteryIn(power)
      const closed = isLidClosedIn(lid)
      return {
        onBattery: battery === null || battery.onBattery === null ? unknown('macOS did not tell whether the machine is plugged in.', at) : known(battery.onBattery, 'pmset', at),
        charge: battery === null || battery.charge === null ? unknown(battery?.hasBattery === false ? 'This machine has no battery.' : 'macOS did not tell how full the battery is.', at) : known(battery.charge, 'pmset', at),
        isLidClosed: closed === null ? unknown('macOS did not tell whether the lid is closed.', at) : known(closed.value, closed.hasLid ? 'ioreg' : 'ioreg: this machine has no lid', at),
      }
    },
    close() {},
  }
}
