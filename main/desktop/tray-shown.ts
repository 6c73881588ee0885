/** Whether this desktop shows a tray at all: Electron makes one without a word where nobody sees it, as on GNOME without an extension. */
import type { CommandResult } from '../system/machine-source.ts'
import { runProgram } from '../system/run-program.ts'
import { thisSession, type DesktopSession } from './session.ts'

type Run = (program: string, args: string[]) => Promise<CommandResult>
const limitMs = 2000
/** Who shows trays on Linux has this name on the session bus (freedesktop.org, StatusNotifierItem). */
const watcher = 'org.kde.StatusNotifierWatcher'
const bus = 'org.freedesktop.DBus'
/** Either is there on nearly every desktop. */
const questions: [program: string, args: string[]][] = [
  ['gdbus', ['call', '--session', '--dest', bus, '--object-path', '/org/freedesktop/DBus', '--method', `${bus}.NameHasOwner`, watcher]],
  ['busctl', ['--user', 'call', bus, '/org/freedesktop/DBus', bus, 'NameHasOwner', 's', watcher]],
]

/** null: it cannot be told. */
export async function isTrayShown(session: DesktopSession = thisSession, run: Run = (program, args) => runProgram(program, args, { timeoutMs: limitMs })): Promise<boolean | null> {
  if (session.platform !== 'linux') return true
  // Without a session bus there is nobody to ask.
  if (!session.env['DBUS_SESSION_BUS_ADDRESS'] && !session.env['XDG_RUNTIME_DIR']) return null
  for (const [program, args] of questions) {
    const result = await run(program, args)
    const said = result.kind === 'done' && result.exitCode === 0 ? /\b(true|false)\b/.exec(result.stdout) : null
    if (said) return said[1] === 'true'
  }
  return null
}
