/** What is said of a reading that nothing on a system tells. Pure. */
import type { Platform } from '../../shared/machine.ts'
import type { Untold } from './senses-pick.ts'

export function untoldOn(platform: Platform, isRecorded: boolean): Untold {
  if (isRecorded) return all('A recorded machine has no user, and its recording says nothing of this.')
  const system = { linux: 'Linux', win32: 'Windows', darwin: 'macOS', freebsd: 'FreeBSD', openbsd: 'OpenBSD', unknown: 'this system' }[platform]
  return { ...all(`Idlewatt cannot read this on ${system}.`), gameMode: platform === 'linux' ? 'Idlewatt cannot read this on Linux.' : `There is no game mode that Idlewatt can read on ${system}.` }
}

function all(why: string): Untold {
  return { idleMs: why, isAttended: why, isLocked: why, fullScreen: why, gameMode: why, onBattery: why, charge: why, isLidClosed: why, isMetered: why, trafficTodayBytes: why, diskFreeBytes: why, processorLoad: why }
}
