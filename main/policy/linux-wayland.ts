/** Idle time from a Wayland compositor itself (ext-idle-notify, or KDE's older org_kde_kwin_idle): it says when input stops and when it is back. */
import { join } from 'node:path'
import type { Clock } from '../system/clock.ts'
import { openSocket } from './dbus-address.ts'
import { createWire, type Wire } from './linux-wayland-wire.ts'

export interface Wayland {
  /** null: nothing has been told yet. */
  idleMs(): number | null
  /** false: a film, music or whatever else keeps the screen awake counts as input, for as long as it does. */
  isInputAlone: boolean
  /** Input after a while without. */
  onBack(listener: () => void): void
  isGone(): boolean
  close(): void
}

/** Input that stops for less is no pause. */
const pauseMs = 1_000
const limitMs = 3_000
/** Interfaces that tell of idleness, the best first: from which version, the request's number, whether the seat comes before the time, and whether nothing but input counts. */
const kinds = [
  { name: 'ext_idle_notifier_v1', version: 2, request: 2, isSeatFirst: false, isInputAlone: true },
  { name: 'ext_idle_notifier_v1', version: 1, request: 1, isSeatFirst: false, isInputAlone: false },
  { name: 'org_kde_kwin_idle', version: 1, request: 0, isSeatFirst: true, isInputAlone: false },
]

/** Rejects with a sentence where there is no compositor or it does not tell. */
export function openWayland(options: { env: Record<string, string | undefined>; uid: number | null; clock: Clock; steadyMs(): number }): Promise<Wayland> {
  const { env, uid, clock, steadyMs } = options
  const folder = env['XDG_RUNTIME_DIR'] ?? (uid === null ? null : `/run/user/${uid}`)
  const name = env['WAYLAND_DISPLAY'] || 'wayland-0'
  if (folder === null && !name.startsWith('/')) return Promise.reject(new Error('Nothing says where the Wayland desktop listens.'))
  const path = name.startsWith('/') ? name : join(folder ?? '', name)
  return new Promise((done, fail) => {
    const socket = openSocket(path)
    const listeners: (() => void)[] = []
    let isGone = false
    let hasPaused = false
    /** Steady ms of the last input while nothing moves; null: somebody is at it now. */
    let still: number | null = null
    const endLimit = clock.after(limitMs, () => end(`The Wayland desktop at ${path} did not answer in ${limitMs / 1000} s.`))

    function end(why: string): void {
      isGone = true
      endLimit()
      socket.destroy()
      fail(new Error(why))
    }
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code === 'EACCES' ? `This user may not ask the Wayland desktop at ${path}.` : `There is no Wayland desktop at ${path}.`))
    socket.on('close', () => end(`The Wayland desktop at ${path} is gone.`))

    const globals = new Map<string, { number: number; name: string; version: number }>()
    const wire: Wire = createWire((bytes) => socket.write(bytes), heard)
    socket.on('data', wire.take)
    const registry = wire.newId()
    const roundTrip = wire.newId()
    let notification = 0
    // wl_display: get_registry, sync.
    wire.send(1, 1, [registry])
    wire.send(1, 0, [roundTrip])

    function heard(object: number, event: number, body: Buffer): void {
      if (object === 1 && event === 0) return end('The Wayland desktop refused what Idlewatt asked.')
      if (object === registry && event === 0) {
        const length = body.readUInt32LE(4)
        const name = body.toString('utf8', 8, 8 + Math.max(0, length - 1))
        // The version comes after the name, which is filled up to a full word.
        const version = body.readUInt32LE(8 + Math.ceil(length / 4) * 4)
        if (!globals.has(name)) globals.set(name, { number: body.readUInt32LE(0), name, version })
      } else if (object === roundTrip) ask()
      else if (object === notification && event === 0) {
        hasPaused = true
        still = steadyMs() - pauseMs
      } else if (object === notification && event === 1) {
        still = null
        for (const listener of listeners) listener()
      }
    }

    function ask(): void {
      const seat = globals.get('wl_seat')
      const kind = kinds.find(({ name, version }) => (globals.get(name)?.version ?? 0) >= version)
      if (!seat || !kind) return end('On this Wayland desktop nothing tells when a key was last pressed.')
      const notifier = globals.get(kind.name) as { number: number; name: string }
      const [seatId, notifierId] = [wire.newId(), wire.newId()]
      notification = wire.newId()
      wire.bind(registry, seat, 1, seatId)
      wire.bind(registry, notifier, kind.version, notifierId)
      wire.send(notifierId, kind.request, kind.isSeatFirst ? [notification, seatId, pauseMs] : [notification, pauseMs, seatId])
      endLimit()
      done({
        // Until it has once said that input stopped, it may be one that never does.
        idleMs: () => (isGone || !hasPaused ? null : still === null ? 0 : Math.max(0, steadyMs() - still)),
        isInputAlone: kind.isInputAlone,
        onBack: (listener) => void listeners.push(listener),
        isGone: () => isGone,
        close: () => end('closed'),
      })
    }
  })
}
