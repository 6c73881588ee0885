/** Sleep on Windows: SetSuspendState, and a waitable timer of ours that wakes. A person sees the rest under `powercfg /query` and `powercfg /waketimers`. */
import type { WindowsLibrary } from './windows-calls.ts'
import { NotPossible } from '../system/not-possible.ts'
import type { SleepOptions, SleepWays } from './sleep.ts'
import { attendedSessions, capabilitiesOf } from './windows-decode.ts'

const timeoutMs = 5_000
const pointer = 'void *'
const handle = 'uintptr_t'
/** TOKEN_ADJUST_PRIVILEGES and TOKEN_QUERY. */
const mayAdjust = 0x28
const privilegeOn = 2
/** From 1601 to 1970, in steps of 100 ns. */
const epochSteps = 116_444_736_000_000_000n

export function windowsSleep(options: SleepOptions, pathOf?: (name: WindowsLibrary) => string): SleepWays {
  const { source, clock } = options

  async function bound(): Promise<typeof import('./windows-calls.ts')> {
    if (pathOf === undefined && process.platform !== 'win32') throw new NotPossible('This is no Windows.')
    return import('./windows-calls.ts')
  }
  const given = pathOf === undefined ? {} : { pathOf }

  return {
    async can() {
      const windows = (await bound()).openWindowsCalls({ ...given, isWindows7: false })
      const bytes = windows.powerCapabilities()
      windows.close()
      if (bytes === null) return { sleeps: null, wakes: null, sentence: 'Windows did not tell whether this machine can sleep.' }
      const { sleeps, isModernStandby, hasWakeClock } = capabilitiesOf(bytes)
      if (!sleeps) return { sleeps: false, wakes: false, sentence: isModernStandby ? 'This machine sleeps by modern standby alone, which no program can start.' : 'This machine cannot sleep.' }
      const timers = await wakeTimers()
      const wakes = !hasWakeClock || timers === false ? false : timers
      return { sleeps: true, wakes, sentence: `The machine can be put to sleep. ${wakes === true ? 'Its clock can wake it.' : wakes === false ? 'Windows’ power plan does not allow wake timers: allow them under “Sleep” in its advanced settings.' : 'Whether its clock may wake it is for Windows’ power plan to say.'}` }
    },
    async isUsedFromElsewhere() {
      const windows = (await bound()).openWindowsCalls({ ...given, isWindows7: false })
      const sessions = windows.sessions()
      windows.close()
      return sessions === null ? null : attendedSessions(sessions).some(({ station }) => /^rdp-/i.test(station))
    },
    async setAlarm(inMs) {
      const windows = (await bound()).bindWindows(pathOf)
      const timer = windows.call('kernel32', 'CreateWaitableTimerW', handle, [pointer, 'int', pointer])?.(null, 1, null) ?? 0
      // A moment and not a length of time: a length stands still while the machine sleeps.
      const due = Buffer.alloc(8)
      due.writeBigInt64LE(BigInt(Math.ceil(clock.now() + inMs)) * 10_000n + epochSteps)
      const isSet = timer && windows.call('kernel32', 'SetWaitableTimer', 'int', [handle, pointer, 'int32_t', pointer, pointer, 'int'])?.(timer, due, 0, null, null, 1)
      const close = (): void => {
        if (timer) windows.call('kernel32', 'CloseHandle', 'int', [handle])?.(timer)
        windows.close()
      }
      if (isSet && (await wakeTimers()) !== false) return async () => close()
      close()
      throw new NotPossible('The machine stays awake, since Windows did not take a time at which it is to wake. Allow wake timers under “Sleep” in the power plan’s advanced settings.')
    },
    async sleep() {
      const windows = (await bound()).bindWindows(pathOf)
      const suspend = windows.call('powrprof', 'SetSuspendState', 'uint8_t', ['uint8_t', 'uint8_t', 'uint8_t'])
      if (suspend === null) throw new NotPossible('Windows did not put the machine to sleep: it has no such function here.')
      allowShutdown(windows)
      // It comes back once the machine is awake again; on a thread of its own, so that nothing else waits for the way there.
      const done = await new Promise<number>((resolve, reject) => (suspend as unknown as Deferred).async(0, 0, 0, (error, result) => (error ? reject(error instanceof Error ? error : new Error('SetSuspendState failed')) : resolve(Number(result)))))
      windows.close()
      if (done === 0) throw new NotPossible('Windows did not put the machine to sleep. `powercfg /requests` shows who keeps it awake.')
    },
  }

  /** Whether the power plan allows wake timers on mains: the last but one of the two figures, 0 never, 1 yes, 2 only important ones. null: not told. */
  async function wakeTimers(): Promise<boolean | null> {
    const answer = await source.run('powercfg', ['/query', 'SCHEME_CURRENT', 'SUB_SLEEP', 'RTCWAKE'], { timeoutMs })
    return answer.kind === 'done' && answer.exitCode === 0 ? mayWakeIn(answer.stdout) : null
  }
}

type Deferred = { async(hibernate: number, force: number, noWake: number, done: (error: unknown, result: unknown) => void): void }

/** `powercfg /query` is in the user's language; its last two figures are the settings on mains and on battery. Ours is no "important" timer. Pure. */
export function mayWakeIn(text: string): boolean | null {
  const onMains = [...text.matchAll(/0x([0-9a-f]{8})\b/gi)].map((match) => Number.parseInt(match[1]!, 16)).at(-2)
  return onMains === undefined ? null : onMains === 1
}

/** Everyone at the screen has this right, turned off until it is asked for. Refused: SetSuspendState says so itself. */
function allowShutdown(windows: ReturnType<typeof import('./windows-calls.ts').bindWindows>): void {
  const self = windows.call('kernel32', 'GetCurrentProcess', handle, [])?.()
  const token = Buffer.alloc(8)
  if (self === undefined || !windows.call('advapi32', 'OpenProcessToken', 'int', [handle, 'uint32_t', pointer])?.(self, mayAdjust, token)) return
  const name = Buffer.from('SeShutdownPrivilege\0', 'utf16le')
  // TOKEN_PRIVILEGES: how many, the right's number (8 bytes), on.
  const privileges = Buffer.alloc(16)
  privileges.writeUInt32LE(1, 0)
  privileges.writeUInt32LE(privilegeOn, 12)
  const luid = Buffer.alloc(8)
  if (windows.call('advapi32', 'LookupPrivilegeValueW', 'int', [pointer, pointer, pointer])?.(null, name, luid)) {
    luid.copy(privileges, 4)
    windows.call('advapi32', 'AdjustTokenPrivileges', 'int', [handle, 'int', pointer, 'uint32_t', pointer, pointer])?.(token.readBigUInt64LE(), 0, privileges, 0, null, null)
  }
  windows.call('kernel32', 'CloseHandle', 'int', [handle])?.(token.readBigUInt64LE())
}
