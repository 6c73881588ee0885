/** Whether anybody can sit at a screen of a Linux machine that has no logind: where no display server, no log-in screen and no socket of one is, nobody can. */
import type { MachineSource } from '../system/machine-source.ts'
import { surroundingsOf } from '../system/surroundings.ts'
import type { SenseWorld } from './senses-reader.ts'
import { displayNumber } from './x11-authority.ts'

/** `false`: nobody can, and `how` says what that was told by. null: somebody may, and `how` says why. */
export interface Screens {
  isPossible: false | null
  how: string
}

/** Reading the name of every program costs some ms; sockets, which each display server has, are looked for at every turn. */
const programsEveryMs = 60_000

/** By their names in /proc, which end after 15 characters: X servers and VNC's, compositors, desktops, log-in screens, programs that fill a screen without a server. */
const servers = /^(x|xorg(\.bin|\.wrap)?|xwayland|xvfb|x.*vnc.*|vnc.*|xephyr|xrdp.*|gnome-shell|gnome-session.*|mutter|kwin.*|plasma.*|startplasma.*|sway|hyprland|weston|labwc|wayfire|river|niri|cage|miriway|gamescope.*|cosmic-.*|xfce4-session|xfwm4|lxsession|lxqt-session|mate-session|marco|cinnamon.*|budgie-.*|enlightenment.*|openbox|fluxbox|icewm|i3|bspwm|dwm|kodi.*|retroarch|kmscon)$/i
const greeters = /^(gdm.*|sddm.*|lightdm.*|lxdm.*|xdm|kdm|slim|ly|ly-dm|greetd.*|entrance.*|nodm|tdm|wdm)$/i
const logins = /^(systemd-logind|elogind.*|console-kit-dae.*)$/i

/** Paths of what display servers listen at, as /proc/net/unix writes them at the end of a line; other users' folders cannot be looked into. */
const listening = /(@?\/tmp\/\.X11-unix\/X\d+|\/\S*\/wayland-\d+|\/\S*mir_socket)$/m

export function createScreenSearch({ source, world }: { source: MachineSource; world: SenseWorld }): () => Promise<Screens> {
  /** What is around does not change. */
  let around: Promise<string | null> | null = null
  let programs: { told: Screens; steadyMs: number } | null = null

  return async () => {
    const hidden = await (around ??= hiddenBy(source, world))
    if (hidden !== null) return maybe(hidden)
    const socket = await socketOf(source, world)
    if (socket !== null) return maybe(`A display server listens at ${socket}, so somebody may be at a screen.`)
    if (programs === null || world.steadyMs() - programs.steadyMs >= programsEveryMs || world.steadyMs() < programs.steadyMs) programs = { told: await byPrograms(source), steadyMs: world.steadyMs() }
    return programs.told
  }
}

function maybe(how: string): Screens {
  return { isPossible: null, how }
}

/** Why this process does not see the machine as it is; null: it does. */
async function hiddenBy(source: MachineSource, { env }: SenseWorld): Promise<string | null> {
  const surroundings = await surroundingsOf(source, { env })
  if (surroundings === null) return 'What kind of machine this is cannot be told.'
  if (surroundings.kind === 'container') return 'Idlewatt runs in a container, which shows nothing of the machine’s screens.'
  if (surroundings.kind === 'wsl') return 'Idlewatt runs in WSL, which shows nothing of Windows’ screens.'
  return null
}

async function socketOf(source: MachineSource, { env }: SenseWorld): Promise<string | null> {
  const display = env['DISPLAY'] ?? ''
  // One that SSH forwards is of another machine.
  if (display !== '' && displayNumber(display) !== null) return display
  if ((env['WAYLAND_DISPLAY'] ?? '') !== '') return env['WAYLAND_DISPLAY'] as string
  const [x11, users, open] = await Promise.all([source.listFolder('/tmp/.X11-unix'), source.listFolder('/run/user'), source.readFile('/proc/net/unix')])
  const x = x11.find((name) => /^X\d+$/.test(name))
  if (x !== undefined) return `/tmp/.X11-unix/${x}`
  for (const user of users) {
    const name = (await source.listFolder(`/run/user/${user}`)).find((one) => /^wayland-\d+$/.test(one))
    if (name !== undefined) return `/run/user/${user}/${name}`
  }
  return listening.exec(open ?? '')?.[1] ?? null
}

async function byPrograms(source: MachineSource): Promise<Screens> {
  // The kernel's own thread is seen only where every program of the machine is: not in another's process list, nor where /proc hides other users'.
  if ((await source.readFile('/proc/2/comm'))?.trim() !== 'kthreadd') return maybe('Idlewatt does not see every program of this machine, so there may be a desktop.')
  const pids = (await source.listFolder('/proc')).filter((name) => /^\d+$/.test(name))
  const names = (await Promise.all(pids.map((pid) => source.readFile(`/proc/${pid}/comm`)))).map((name) => name?.trim() ?? '')
  const login = names.find((name) => logins.test(name))
  if (login !== undefined) return maybe(`${login} runs here and does not answer Idlewatt.`)
  const shown = names.find((name) => servers.test(name) || greeters.test(name))
  if (shown !== undefined) return maybe(`${shown} runs here, so somebody may be at a screen.`)
  return { isPossible: false, how: 'no logind, no display server and no log-in screen run on this machine' }
}
