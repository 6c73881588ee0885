/** What a door (desktop, headless, command line) must supply so that the app can live in it. */
import type { Door } from '../shared/state.ts'

/** Programs that run in a process of their own, because a driver may hang or crash them. */
export type WorkerName = 'probe' | 'bench'

/** A running worker. It is stopped by this handle alone, never by name. */
export interface WorkerHandle {
  readonly pid: number | undefined
  /** Structured-clone data; dropped silently once the worker is gone (`onExit` says so). */
  send(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  onExit(listener: (how: { code: number | null; signal: string | null }) => void): void
  /** Ends the process at once (SIGKILL or the platform's equivalent). */
  kill(): void
}

/** Key-value file that holds the settings: `conf` in the headless and command-line doors, `electron-store` on the desktop. */
export interface SettingsFile {
  /** The whole content; an object of unknown shape, since users edit it. */
  read(): Record<string, unknown>
  /** Writes the whole content atomically. Throws where the folder cannot be written. */
  write(values: Record<string, unknown>): void
  readonly path: string
}

/** Things that must not stand in settings, state, logs or exports: a webhook's address and signing secret. */
export interface Secrets {
  /** null: not set. Throws NotPossible where the file is there but cannot be read. */
  read(name: string): string | null
  /** null removes. Throws NotPossible where it cannot be kept safely. */
  write(name: string, value: string | null): void
}

/** What the door's own toolkit tells of whoever sits at the machine. Electron's figures are wrong on Wayland: there they are not handed on. */
export interface HostSenses {
  /** null: it cannot tell. */
  idleSeconds(): number | null
  /** null: it has not been told since the start. */
  isLocked(): boolean | null
  isOnBattery(): boolean | null
  /** Told at once; returns how to end it. */
  onChange(listener: (what: 'locked' | 'unlocked' | 'suspend' | 'resume' | 'battery' | 'plugged-in' | 'shutdown') => void): () => void
}

export interface Host {
  door: Door
  /** Where everything that is kept lives; exists and belongs to this instance (see main/system/data-folder.ts). */
  dataFolder: string
  /** Where history.sqlite is in its place: a copy, for a command that must leave nothing behind. Left out: in the data folder. */
  historyFolder?: string
  /** `resources/` of the installed app. */
  resourcesFolder: string
  version: string
  settingsFile: SettingsFile
  /** `env`: on top of our own environment. */
  startWorker(name: WorkerName, env?: Record<string, string>): WorkerHandle
  openExternal(url: string): Promise<void>
  secrets: Secrets
  /** Shows a notification on the desktop; null: this door has none. */
  notify: ((message: { title: string; body: string; isUrgent: boolean }) => void) | null
  /** Samples are kept and health is watched while this door is open: not for a command that ends at once. */
  keepsWatch: boolean
  /** Left out: the system itself is asked. */
  senses?: HostSenses
  /** Keeps the machine awake (never the screen) until the function it gives is called; left out: the system itself is asked to. */
  keepAwake?(why: string): () => void
  /** Whether public data may be asked for at all, and whether at a loopback address in place of the real hosts; left out: not at all. */
  outside?: { isAllowed: boolean; loopback: string | null }
}

/** As the environment says: IDLEWATT_OFFLINE=1 asks nobody, IDLEWATT_LOOPBACK=http://127.0.0.1:PORT asks there in place of every host. */
export function outsideOf(env: Record<string, string | undefined>): NonNullable<Host['outside']> {
  return { isAllowed: env['IDLEWATT_OFFLINE'] !== '1', loopback: env['IDLEWATT_LOOPBACK'] ?? null }
}
