/** A worker that hangs inside a library cannot notice that its starter is gone: the system's own alarm clock ends it. */
import koffi from 'koffi'

export interface DeadMan {
  /** The loop turns: the alarm is put off. */
  alive(): void
}

/**
 * `seconds`: longer than any call may take. Where there is no `alarm` (Windows) the starter's job object ends its workers.
 * Never throws: without it, everything else works as well.
 */
export function startDeadMan(seconds: number, platform: string = process.platform): DeadMan {
  if (platform !== 'linux' && platform !== 'darwin') return { alive() {} }
  try {
    // SIGALRM ends a process that does not listen to it, and nobody here does.
    const alarm = koffi.load(null).func('unsigned int alarm(unsigned int seconds)') as (seconds: number) => number
    alarm(seconds)
    return { alive: () => void alarm(seconds) }
  } catch {
    return { alive() {} }
  }
}
