/** Whether the machine goes to sleep by itself while nobody sits before it. A person types `gsettings list-recursively org.gnome.settings-daemon.plugins.power`, `powercfg /query` or `pmset -g custom`. */
import type { MachineReadings } from '../../../shared/preflight.ts'
import { known, notKnown, said } from './known.ts'
import type { PartContext } from './part.ts'

type Sleep = MachineReadings['sleep']

export async function readSleep({ source, signal, timeoutMs }: PartContext): Promise<Sleep> {
  const ask = async (program: string, args: string[], anyExit = false): Promise<string | null> => (await said(source, program, args, { timeoutMs: timeoutMs - 500, signal, anyExit })).value
  if (source.platform === 'linux') {
    const power = 'org.gnome.settings-daemon.plugins.power'
    const [units, idle, kind, after] = await Promise.all([
      ask('systemctl', ['is-enabled', 'sleep.target', 'suspend.target'], true),
      ask('busctl', ['get-property', 'org.freedesktop.login1', '/org/freedesktop/login1', 'org.freedesktop.login1.Manager', 'IdleAction']),
      ask('gsettings', ['get', power, 'sleep-inactive-ac-type']),
      ask('gsettings', ['get', power, 'sleep-inactive-ac-timeout']),
    ])
    return linuxSleep({ units, idle, kind, after })
  }
  if (source.platform === 'win32') {
    const text = await ask('powercfg', ['/query', 'SCHEME_CURRENT', 'SUB_SLEEP', 'STANDBYIDLE'])
    return text === null ? notKnown('powercfg does not tell when this machine sleeps.') : windowsSleep(text)
  }
  if (source.platform === 'darwin') {
    const text = await ask('pmset', ['-g', 'custom'])
    return text === null ? notKnown('pmset does not tell when this machine sleeps.') : macSleep(text)
  }
  return notKnown('How this system tells its sleep settings is not known.')
}

/** Pure. Each is the program's answer; null: it gave none. */
export function linuxSleep(found: { units: string | null; idle: string | null; kind: string | null; after: string | null }): Sleep {
  const states = found.units?.trim().split(/\s+/) ?? []
  if (states.length === 2 && states.every((state) => state === 'masked')) return known({ mayIdleSleep: false, how: 'sleep is masked (systemctl mask sleep.target suspend.target)' })
  const idleAction = /^s "([a-z-]+)"/.exec(found.idle ?? '')?.[1] ?? null
  if (idleAction !== null && /suspend|hibernate|sleep/.test(idleAction)) return known({ mayIdleSleep: true, how: `logind's IdleAction is ${idleAction}` })
  const kind = /'([a-z-]+)'/.exec(found.kind ?? '')?.[1] ?? null
  const seconds = found.after === null || !/^(uint32 )?\d+\s*$/.test(found.after.trim()) ? null : Number(/\d+\s*$/.exec(found.after)?.[0])
  if (kind !== null && /suspend|hibernate/.test(kind) && seconds !== 0) return known({ mayIdleSleep: true, how: `the desktop's power settings say ${kind}${seconds === null ? '' : ` after ${minutes(seconds)}`} on mains` })
  if (kind !== null) return known({ mayIdleSleep: false, how: 'the desktop’s power settings never let it sleep on mains' })
  if (idleAction === 'ignore') return known({ mayIdleSleep: false, how: "logind's IdleAction is ignore, and no desktop settings were found" })
  return notKnown('Neither systemd nor a desktop tells when this machine sleeps.')
}

/** The words differ by language; the last two hexadecimal figures are the seconds on mains and on battery. Pure. */
export function windowsSleep(text: string): Sleep {
  const figures = [...text.matchAll(/:\s*0x([0-9a-f]{8})\s*$/gim)].map(([, figure]) => parseInt(figure ?? '', 16))
  const onMains = figures.at(-2)
  if (onMains === undefined) return notKnown('powercfg tells no time after which this machine sleeps.')
  return known(onMains === 0 ? { mayIdleSleep: false, how: 'the power plan never lets it sleep on mains' } : { mayIdleSleep: true, how: `the power plan says after ${minutes(onMains)} on mains` })
}

/** Pure. */
export function macSleep(text: string): Sleep {
  const mains = /AC Power:([\s\S]*?)(?=^\S|$(?![\s\S]))/m.exec(text)?.[1] ?? text
  const after = /^\s*sleep\s+(\d+)/m.exec(mains)?.[1]
  if (after === undefined) return notKnown('pmset tells no time after which this machine sleeps.')
  return known(after === '0' ? { mayIdleSleep: false, how: 'pmset never lets it sleep on mains' } : { mayIdleSleep: true, how: `pmset says after ${minutes(Number(after) * 60)} on mains` })
}

function minutes(seconds: number): string {
  const value = Math.round(seconds / 60)
  return value === 1 ? '1 minute' : `${value} minutes`
}
