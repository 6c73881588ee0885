/** What Electron tells of whoever sits at the machine, and nothing of what it only guesses. */
import { powerMonitor } from 'electron'
import type { HostSenses } from '../host.ts'
import { isPlainX11, thisSession, type DesktopSession } from './session.ts'

type What = Parameters<Parameters<HostSenses['onChange']>[0]>[0]
const events: [event: string, what: What][] = [
  ['lock-screen', 'locked'],
  ['unlock-screen', 'unlocked'],
  ['suspend', 'suspend'],
  ['resume', 'resume'],
  ['on-battery', 'battery'],
  ['on-ac', 'plugged-in'],
  ['shutdown', 'shutdown'],
]

/**
 * Not before Electron is ready. Under Wayland its idle time is 0 for ever or misses the keyboard (electron#34826, electron#27912),
 * and on Linux it reads neither lock nor battery: there it tells what it was told, or nothing.
 */
export function createDesktopSenses(session: DesktopSession = thisSession): HostSenses {
  const isLinux = session.platform === 'linux'
  const tellsIdle = !isLinux || isPlainX11(session)
  let isLocked: boolean | null = null
  const listeners = new Set<(what: What) => void>()
  for (const [event, what] of events) {
    ;(powerMonitor as NodeJS.EventEmitter).on(event, () => {
      if (what === 'locked' || what === 'unlocked') isLocked = what === 'locked'
      for (const listener of [...listeners]) listener(what)
    })
  }
  return {
    idleSeconds() {
      if (!tellsIdle) return null
      const seconds = powerMonitor.getSystemIdleTime()
      return Number.isFinite(seconds) && seconds >= 0 ? seconds : null
    },
    isLocked() {
      if (isLocked !== null || isLinux) return isLocked
      const state = powerMonitor.getSystemIdleState(1)
      return state === 'unknown' ? null : state === 'locked'
    },
    isOnBattery: () => (isLinux ? null : powerMonitor.isOnBatteryPower()),
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
