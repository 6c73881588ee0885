/** What macOS' programs print on battery, lid and input, and which of its windows fills a screen. Pure. */

/**
 * `pmset -g batt`: "Now drawing from 'Battery Power'", then a line for each source: " -InternalBattery-0 (id=…)	85%; discharging; …".
 * A UPS counts like a battery; its charge is told where there is no other.
 */
export function batteryIn(text: string): { onBattery: boolean | null; charge: number | null; hasBattery: boolean | null } {
  const from = /drawing from '([^']*)'/i.exec(text)?.[1]
  const sources = text.split('\n').flatMap((line) => {
    const match = /^\s*-(.+?)\s*(?:\(id=.*?\))?\s+(\d{1,3})%;/.exec(line)
    return match === null ? [] : [{ name: match[1]!, charge: Number(match[2]) / 100 }]
  })
  const inner = sources.find(({ name }) => /^InternalBattery/i.test(name)) ?? sources[0]
  return {
    onBattery: from === undefined ? null : /^(Battery|UPS) Power$/i.test(from) ? true : /^AC Power$/i.test(from) ? false : null,
    charge: inner === undefined || inner.charge > 1 ? null : inner.charge,
    hasBattery: from === undefined ? null : inner !== undefined,
  }
}

/** `ioreg -r -k AppleClamshellState -d 1`: `"AppleClamshellState" = Yes`. A machine without a lid prints no such line: false. null: the command told nothing at all. */
export function isLidClosedIn(text: string | null): { value: boolean; hasLid: boolean } | null {
  if (text === null) return null
  const state = /"AppleClamshellState"\s*=\s*(Yes|No)/.exec(text)?.[1]
  return state === undefined ? { value: false, hasLid: false } : { value: state === 'Yes', hasLid: true }
}

/** `ioreg -r -c IOHIDSystem -d 1`: `"HIDIdleTime" = 83541000000`, in nanoseconds. null: not told. */
export function idleMsIn(text: string): number | null {
  const nanoseconds = /"HIDIdleTime"\s*=\s*(\d+)/.exec(text)?.[1]
  return nanoseconds === undefined ? null : Math.floor(Number(nanoseconds) / 1e6)
}

/** `stat -f %Su /dev/console`: who is logged in at the screen; root: nobody, the login window stands there. null: not told. */
export function isAttendedIn(text: string): boolean | null {
  const user = text.trim()
  return user === '' ? null : user !== 'root' && user !== '_windowserver'
}

/** Of CGSessionCopyCurrentDictionary; null: the key is not there. */
export interface MacSession {
  isOnConsole: boolean | null
  isLocked: boolean | null
}

export interface MacWindow {
  pid: number
  program: string
  /** 0: ordinary windows; 24: the menu bar. */
  layer: number
  x: number
  y: number
  width: number
  height: number
}

export interface MacDisplay {
  x: number
  y: number
  width: number
  height: number
}

const menuBarLayer = 24
/** A screen with a notch keeps so much free above a program in full screen. In points. */
const notchHeight = 45
/** They draw what stands on the screen anyway. */
const systemPrograms = /^(Window Server|Dock|Finder|SystemUIServer|Control Cent(er|re)|Notification Cent(er|re)|loginwindow|Spotlight|WindowManager)$/i

/**
 * In front-to-back order, as CGWindowListCopyWindowInfo gives them. A program fills a screen where its front window covers it
 * whole, or all but the notch on a screen that shows no menu bar.
 */
export function fullScreenAmong(windows: readonly MacWindow[], displays: readonly MacDisplay[], ownPid: number): string | false {
  for (const display of displays) {
    const overlaps = (window: MacWindow): boolean => window.x < display.x + display.width && window.x + window.width > display.x && window.y < display.y + display.height && window.y + window.height > display.y
    const hasMenuBar = windows.some((window) => window.layer === menuBarLayer && overlaps(window))
    const front = windows.find((window) => window.layer === 0 && overlaps(window) && !systemPrograms.test(window.program))
    if (front === undefined || front.pid === ownPid) continue
    const spare = hasMenuBar ? 0 : notchHeight
    const covers = front.x <= display.x && front.x + front.width >= display.x + display.width && front.y <= display.y + spare && front.y + front.height >= display.y + display.height
    if (covers) return front.program
  }
  return false
}
