/** The functions of Windows that tell of its user, bound through koffi as they stand in Microsoft's headers. Read alone; nothing is hooked. */
import koffi from 'koffi'
import { sessionOf, wideText, WTS, type FrontWindow, type Rectangle, type WindowsSession } from './windows-decode.ts'

/** Each call gives null where Windows does not answer or has no such function. */
export interface WindowsCalls {
  /** ms since the machine started, in 64 bits. */
  tickCount(): bigint | null
  lastInputTick(): number | null
  /** QUERY_USER_NOTIFICATION_STATE. */
  notificationState(): number | null
  frontWindow(): FrontWindow | null
  /** 0: where services run, without a screen. */
  ownSession(): number | null
  sessions(): WindowsSession[] | null
  /** SYSTEM_POWER_STATUS. */
  powerStatus(): Buffer | null
  /** SYSTEM_POWER_CAPABILITIES. */
  powerCapabilities(): Buffer | null
  close(): void
}

export type WindowsLibrary = 'kernel32' | 'user32' | 'shell32' | 'wtsapi32' | 'powrprof' | 'advapi32'
export type Call = (...args: (number | bigint | Buffer | null)[]) => number | bigint

const handle = 'uintptr_t'
const pointer = 'void *'
const styleIndex = -16
/** WS_CAPTION: both bits of it. */
const captionBits = 0x00c0_0000
const nearestMonitor = 2
/** PROCESS_QUERY_LIMITED_INFORMATION. */
const mayAskItsName = 0x1000
const pathCharacters = 1024

/** Looks functions up when they are first called. `pathOf`: where a library lies, for tests; left out: as the loader finds it. */
export function bindWindows(pathOf: (name: WindowsLibrary) => string = (name) => `${name}.dll`): { call(library: WindowsLibrary, name: string, result: string, args: string[]): Call | null; close(): void } {
  const libraries = new Map<string, ReturnType<typeof koffi.load> | null>()
  const calls = new Map<string, Call | null>()
  function open(path: string): ReturnType<typeof koffi.load> | null {
    if (!libraries.has(path)) libraries.set(path, orNull(() => koffi.load(path)))
    return libraries.get(path) ?? null
  }
  return {
    call(library, name, result, args) {
      if (!calls.has(name)) calls.set(name, orNull(() => (open(pathOf(library))?.func(name, result, args) as unknown as Call | undefined) ?? null))
      return calls.get(name) ?? null
    },
    close() {
      calls.clear()
      for (const library of libraries.values()) library?.unload()
      libraries.clear()
    },
  }
}

export function openWindowsCalls(options: { pathOf?: (name: WindowsLibrary) => string; isWindows7: boolean }): WindowsCalls {
  const windows = bindWindows(options.pathOf)
  const own = process.pid

  function ownSession(): number | null {
    const id = Buffer.alloc(4)
    return windows.call('kernel32', 'ProcessIdToSessionId', 'int', ['uint32_t', pointer])?.(own, id) ? id.readUInt32LE(0) : null
  }

  function rectangleOf(bytes: Buffer, offset: number): Rectangle {
    const [left, top, right, bottom] = [0, 4, 8, 12].map((step) => bytes.readInt32LE(offset + step)) as [number, number, number, number]
    return { left, top, right, bottom }
  }

  /** "": a program that this user may not ask, one with more rights as a rule. */
  function programOf(pid: number): string {
    const process = windows.call('kernel32', 'OpenProcess', handle, ['uint32_t', 'int', 'uint32_t'])?.(mayAskItsName, 0, pid)
    if (!process) return ''
    const path = Buffer.alloc(2 * pathCharacters)
    const length = Buffer.alloc(4)
    length.writeUInt32LE(pathCharacters)
    const isTold = windows.call('kernel32', 'QueryFullProcessImageNameW', 'int', [handle, 'uint32_t', pointer, pointer])?.(process, 0, path, length)
    windows.call('kernel32', 'CloseHandle', 'int', [handle])?.(process)
    return isTold ? (wideText(path).split(/[\\/]/).at(-1) ?? '') : ''
  }

  function frontWindow(): FrontWindow | null {
    const window = windows.call('user32', 'GetForegroundWindow', handle, [])?.()
    if (!window) return null
    const [pid, place, className] = [Buffer.alloc(4), Buffer.alloc(16), Buffer.alloc(512)]
    windows.call('user32', 'GetWindowThreadProcessId', 'uint32_t', [handle, pointer])?.(window, pid)
    if (!windows.call('user32', 'GetWindowRect', 'int', [handle, pointer])?.(window, place)) return null
    const screen = windows.call('user32', 'MonitorFromWindow', handle, [handle, 'uint32_t'])?.(window, nearestMonitor)
    // MONITORINFO: its own size, the whole screen, the part without the task bar, flags.
    const info = Buffer.alloc(40)
    info.writeUInt32LE(40)
    if (!screen || !windows.call('user32', 'GetMonitorInfoW', 'int', [handle, pointer])?.(screen, info)) return null
    windows.call('user32', 'GetClassNameW', 'int', [handle, pointer, 'int'])?.(window, className, 256)
    const style = Number(windows.call('user32', 'GetWindowLongPtrW', 'intptr_t', [handle, 'int'])?.(window, styleIndex) ?? 0)
    const id = pid.readUInt32LE(0)
    return { pid: id, program: programOf(id), className: wideText(className), window: rectangleOf(place, 0), monitor: rectangleOf(info, 4), hasTitleBar: (style & captionBits) === captionBits }
  }

  /** What the system has allocated is copied and given back. */
  function taken(holder: Buffer, bytes: number): Buffer {
    const address = holder.readBigUInt64LE(0)
    const copy = Buffer.from(koffi.decode(address, 0, 'uint8_t', bytes) as unknown as Uint8Array)
    windows.call('wtsapi32', 'WTSFreeMemory', 'void', [handle])?.(address)
    return copy
  }

  function sessions(): WindowsSession[] | null {
    const list = windows.call('wtsapi32', 'WTSEnumerateSessionsW', 'int', [handle, 'uint32_t', 'uint32_t', pointer, pointer])
    const query = windows.call('wtsapi32', 'WTSQuerySessionInformationW', 'int', [handle, 'uint32_t', 'int', pointer, pointer])
    const [found, count] = [Buffer.alloc(8), Buffer.alloc(4)]
    if (!list || !query || !list(0, 0, 1, found, count)) return null
    // WTS_SESSION_INFOW: the id, the station's name (a pointer), the state.
    const entries = taken(found, 24 * count.readUInt32LE(0))
    return Array.from({ length: entries.length / 24 }, (_, index) => entries.readUInt32LE(24 * index)).flatMap((id) => {
      const [about, bytes] = [Buffer.alloc(8), Buffer.alloc(4)]
      if (!query(0, id, WTS.SESSION_INFO_EX, about, bytes)) return []
      return sessionOf(taken(about, bytes.readUInt32LE(0)), options.isWindows7) ?? []
    })
  }

  return {
    tickCount() {
      const ticks = windows.call('kernel32', 'GetTickCount64', 'uint64_t', [])?.()
      return ticks === undefined ? null : BigInt(ticks)
    },
    lastInputTick() {
      const info = Buffer.alloc(8)
      info.writeUInt32LE(8)
      return windows.call('user32', 'GetLastInputInfo', 'int', [pointer])?.(info) ? info.readUInt32LE(4) : null
    },
    notificationState() {
      const state = Buffer.alloc(4)
      return windows.call('shell32', 'SHQueryUserNotificationState', 'int', [pointer])?.(state) === 0 ? state.readInt32LE(0) : null
    },
    frontWindow,
    ownSession,
    sessions,
    powerStatus() {
      const status = Buffer.alloc(12)
      return windows.call('kernel32', 'GetSystemPowerStatus', 'int', [pointer])?.(status) ? status : null
    },
    powerCapabilities() {
      // 76 bytes today; newer systems may write a little more.
      const capabilities = Buffer.alloc(256)
      return windows.call('powrprof', 'GetPwrCapabilities', 'uint8_t', [pointer])?.(capabilities) ? capabilities : null
    },
    close: windows.close,
  }
}

function orNull<T>(make: () => T): T | null {
  try {
    return make()
  } catch {
    return null
  }
}
