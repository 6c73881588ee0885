/** What Windows' answers mean: ticks that wrap, flags, structs. Numbers from Microsoft's own headers; pure. */
export const WTS = { ACTIVE: 0, SESSION_INFO_EX: 25 } as const

export interface InputTick {
  /** As Windows told it: 32 bits, which begin again after 49.7 days. */
  tick: number
  /** The same on the clock of 64 bits. */
  at: bigint
}

/**
 * When the last input was, on the clock of 64 bits. Nobody at the keyboard for 49.7 days must not look like somebody who
 * has just come: a tick that has not changed is the same moment as before.
 */
export function lastInputAt(tick: number, nowTick: bigint, before: InputTick | null): InputTick {
  if (before !== null && before.tick === tick && before.at <= nowTick) return before
  const since = (nowTick - BigInt(tick)) & 0xffff_ffffn
  // An input that came between the two calls lies a moment ahead.
  const isAhead = since > 0xffff_ffffn - 10_000n
  return { tick, at: isAhead ? nowTick : nowTick - since }
}

export interface WindowsSession {
  id: number
  /** Connected to a keyboard and screen, or to a remote one. */
  isActive: boolean
  /** null: not told. */
  isLocked: boolean | null
  user: string
  /** "Console", "RDP-Tcp#3". */
  station: string
}

/**
 * WTSINFOEXW at level 1: the level, then at 8 id, state and flags, the station's name (33 characters), the user's (21).
 * Windows 7 tells locked and unlocked the wrong way round, as Microsoft's own page says. null: too short, or another level.
 */
export function sessionOf(bytes: Buffer, isWindows7: boolean): WindowsSession | null {
  if (bytes.length < 128 || bytes.readUInt32LE(0) !== 1) return null
  const flags = bytes.readInt32LE(16)
  return {
    id: bytes.readUInt32LE(8),
    isActive: bytes.readInt32LE(12) === WTS.ACTIVE,
    isLocked: flags === 0 ? !isWindows7 : flags === 1 ? isWindows7 : null,
    station: wideText(bytes.subarray(20, 86)),
    user: wideText(bytes.subarray(86, 128)),
  }
}

export function wideText(bytes: Buffer): string {
  const text = bytes.toString('utf16le')
  const end = text.indexOf('\0')
  return end < 0 ? text : text.slice(0, end)
}

/** Sessions somebody is logged in to and connected to. */
export function attendedSessions(sessions: readonly WindowsSession[]): WindowsSession[] {
  return sessions.filter(({ isActive, user }) => isActive && user !== '')
}

/** Everybody's screen has to be locked. null: not told, or nobody is there. */
export function isEveryoneLocked(sessions: readonly WindowsSession[]): boolean | null {
  const attended = attendedSessions(sessions)
  if (attended.some(({ isLocked }) => isLocked === false)) return false
  return attended.length === 0 || attended.some(({ isLocked }) => isLocked === null) ? null : true
}

export interface Rectangle {
  left: number
  top: number
  right: number
  bottom: number
}

export interface FrontWindow {
  pid: number
  /** "eldenring.exe"; "": not told. */
  program: string
  className: string
  window: Rectangle
  monitor: Rectangle
  /** With a title bar, as an ordinary window has even where it is as large as the screen. */
  hasTitleBar: boolean
}

/** The desktop, the task bar and what the shell itself lays over the screen. */
const shellClasses = /^(Progman|WorkerW|Shell_TrayWnd|Shell_SecondaryTrayWnd|Button|MultitaskingViewFrame|XamlExplorerHostIslandWindow|ForegroundStaging|Windows\.UI\.Core\.CoreWindow|LockScreenControllerProxyWindow|TaskListThumbnailWnd)$/
/** Clear overlays as large as the screen, which stand there all day. */
const overlays = /^(nvidia (share|overlay|app)|gamebar(ftserver)?|rtss|radeonsoftware|amdrssrcext|discord ?overlay|textinputhost|searchhost|startmenuexperiencehost|shellexperiencehost|lockapp|logonui)\.exe$/i

const notificationStates: Record<number, string> = { 3: 'a program has the screen for itself (Direct3D)', 4: 'presentation mode' }

/**
 * Windows' own notification state, and the window in front: games without a border tell Windows nothing. State 2 ("busy") counts
 * only with such a window, since card makers' overlays leave it on all day; state 7 is told while the start menu is open.
 */
export function fullScreenOf(state: number | null, front: FrontWindow | null, ownPid: number): { value: string | false; how: string } | { value: null; why: string } {
  // 1: locked, another user's session, or the screen saver: nobody sees what fills the screen.
  if (state === 1) return { value: false, how: 'Windows: nobody is in front of the screen' }
  const covers = front !== null && front.pid !== ownPid && coversScreen(front)
  const told = state === null ? undefined : notificationStates[state]
  if (told !== undefined && front?.pid !== ownPid) return { value: covers ? front.program : '', how: `Windows: ${told}` }
  if (covers) return { value: front.program, how: 'the window in front fills its screen' }
  if (state === null && front === null) return { value: null, why: 'Windows does not tell which window is in front.' }
  return { value: false, how: 'Windows: no window in front fills its screen' }
}

function coversScreen({ window, monitor, className, program, hasTitleBar }: FrontWindow): boolean {
  const isEmpty = monitor.right <= monitor.left || monitor.bottom <= monitor.top
  if (isEmpty || hasTitleBar || shellClasses.test(className) || overlays.test(program)) return false
  return window.left <= monitor.left && window.top <= monitor.top && window.right >= monitor.right && window.bottom >= monitor.bottom
}

/** SYSTEM_POWER_STATUS: mains (0 off, 1 on), flags (128: no battery), charge in per cent; 255 each: not told. */
export function powerOf(bytes: Buffer): { onBattery: boolean | null; hasBattery: boolean | null; charge: number | null } {
  const [mains, flags, percent] = [bytes[0]!, bytes[1]!, bytes[2]!]
  const hasBattery = flags === 255 ? null : (flags & 128) === 0
  return {
    onBattery: hasBattery === false ? false : mains === 0 ? true : mains === 1 ? false : null,
    hasBattery,
    charge: hasBattery === false || percent > 100 ? null : percent / 100,
  }
}

/** SYSTEM_POWER_CAPABILITIES: a lid at 2, sleep S1 to S3 at 3 to 5, a clock that wakes at 19, modern standby at 20. */
export function capabilitiesOf(bytes: Buffer): { hasLid: boolean; sleeps: boolean; isModernStandby: boolean; hasWakeClock: boolean } {
  return { hasLid: bytes[2] !== 0, sleeps: bytes[3] !== 0 || bytes[4] !== 0 || bytes[5] !== 0, isModernStandby: bytes[20] !== 0, hasWakeClock: bytes[19] !== 0 }
}
