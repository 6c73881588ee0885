/** Windows' readers: the last input, who is logged in, what fills the screen, the battery, the connection's cost. */
import os from 'node:os'
import type { MachineSource } from '../system/machine-source.ts'
import { known, unknown, type PlatformReader, type Readings } from './readers.ts'
import { unknownToAll } from './senses-reader.ts'
import type { WindowsCalls } from './windows-calls.ts'
import { attendedSessions, capabilitiesOf, fullScreenOf, isEveryoneLocked, lastInputAt, powerOf, type InputTick, type WindowsSession } from './windows-decode.ts'
import { networkCostReader } from './windows-network.ts'

const callMs = 2_000

/** `calls`: handed in by tests; left out: Windows' own, on Windows alone. */
export async function windowsReaders(source: MachineSource, now: () => number, calls?: WindowsCalls): Promise<PlatformReader[]> {
  const windows = calls ?? (await callsHere(source))
  const network = networkCostReader(source, now)
  return windows === null ? [network] : [userReader(windows, now), screenReader(windows, now), powerReader(windows, now), network]
}

async function callsHere(source: MachineSource): Promise<WindowsCalls | null> {
  if (source.recorded !== null || process.platform !== 'win32') return null
  // A library that cannot be loaded costs these readings alone.
  const binding = await import('./windows-calls.ts').catch(() => null)
  return binding?.openWindowsCalls({ isWindows7: os.release().startsWith('6.1') }) ?? null
}

function userReader(windows: WindowsCalls, now: () => number): PlatformReader {
  let input: InputTick | null = null

  function idle(sessions: WindowsSession[] | null, own: number | null, at: number): Readings['idleMs'] {
    if (own === 0) return unknownToAll('Idlewatt runs as a service of Windows, which sees no keyboard and no mouse.', at)
    const others = attendedSessions(sessions ?? []).filter(({ id }) => id !== own)
    if (others.length > 0) return unknownToAll('Somebody else is logged in at this machine, whose keyboard and mouse Windows does not show to Idlewatt.', at)
    // The tick first: an input between the two calls must not lie ahead of the clock.
    const tick = windows.lastInputTick()
    const ticks = windows.tickCount()
    if (tick === null || ticks === null) return unknown('Windows did not tell when the last input was.', at)
    input = lastInputAt(tick, ticks, input)
    return known(Number(ticks - input.at), 'Windows', at)
  }

  return {
    name: 'Windows’ last input',
    fields: ['idleMs', 'isAttended', 'isLocked'],
    everyMs: 1_000,
    limitMs: callMs,
    async read() {
      const at = now()
      const sessions = windows.sessions()
      const attended = attendedSessions(sessions ?? [])
      const locked = sessions === null ? null : isEveryoneLocked(sessions)
      return {
        idleMs: idle(sessions, windows.ownSession(), at),
        isAttended: sessions === null ? unknown('Windows did not tell who is logged in.', at) : known(attended.length > 0, 'Windows', at),
        isLocked: locked === null ? unknown(sessions !== null && attended.length === 0 ? 'Nobody is logged in at a screen.' : 'Windows did not tell whether the screen is locked.', at) : known(locked, 'Windows', at),
      }
    },
    close: windows.close,
  }
}

function screenReader(windows: WindowsCalls, now: () => number): PlatformReader {
  return {
    name: 'Windows’ screen',
    fields: ['fullScreen', 'gameMode'],
    everyMs: 1_000,
    limitMs: callMs,
    async read() {
      const at = now()
      const gameMode = unknown('Windows tells no other program whether its game mode is on.', at)
      if (windows.ownSession() === 0) return { gameMode, fullScreen: unknownToAll('Idlewatt runs as a service of Windows, which sees no screen.', at) }
      const answer = fullScreenOf(windows.notificationState(), windows.frontWindow(), process.pid)
      return { gameMode, fullScreen: { ...answer, at } }
    },
    close() {},
  }
}

function powerReader(windows: WindowsCalls, now: () => number): PlatformReader {
  return {
    name: 'Windows’ power',
    fields: ['onBattery', 'charge', 'isLidClosed'],
    everyMs: 2_000,
    limitMs: callMs,
    async read() {
      const at = now()
      const status = windows.powerStatus()
      const power = status === null ? null : powerOf(status)
      const capabilities = windows.powerCapabilities()
      return {
        onBattery: power === null || power.onBattery === null ? unknown('Windows did not tell whether the machine is plugged in.', at) : known(power.onBattery, power.hasBattery === false ? 'Windows: no battery' : 'Windows', at),
        charge: power === null || power.charge === null ? unknown(power?.hasBattery === false ? 'This machine has no battery.' : 'Windows did not tell how full the battery is.', at) : known(power.charge, 'Windows', at),
        isLidClosed: capabilities !== null && !capabilitiesOf(capabilities).hasLid ? known(false, 'Windows: this machine has no lid', at) : unknown('Windows does not tell programs in the background whether the lid is closed.', at),
      }
    },
    close() {},
  }
}
