/** A private D-Bus daemon, and programs on it that stand for logind, GNOME and others. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import dbus, { type InterfaceDescriptor, type MessageBus } from 'dbus-native'

/** Why there is none, in one sentence; null: there is. */
export const noDbusDaemon: string | null = spawnSync('dbus-daemon', ['--version']).status === 0 ? null : 'There is no dbus-daemon on this machine (Debian: apt install dbus-daemon).'

export interface Daemon {
  address: string
  /** A program on it. */
  program(): Promise<MessageBus>
  /** Ends it by its own handle, as a crash would. */
  stop(): Promise<void>
}

/** `path`: where its socket is to be, so that it can be started again at the same place. `services`: a folder of programs that it starts where somebody asks for them. */
export async function startDaemon(path?: string, services?: string): Promise<Daemon> {
  const folder = mkdtempSync(join(tmpdir(), 'idlewatt-bus-'))
  const socket = path ?? join(folder, 'bus')
  const config = join(folder, 'bus.conf')
  writeFileSync(
    config,
    `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path=${socket}</listen><auth>EXTERNAL</auth>${services === undefined ? '' : `<servicedir>${services}</servicedir>`}
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/><allow user="*"/></policy></busconfig>`,
  )
  const child = spawn('dbus-daemon', ['--nofork', '--nopidfile', '--print-address=1', `--config-file=${config}`], { stdio: ['ignore', 'pipe', 'ignore'] })
  const programs: MessageBus[] = []
  const ended = new Promise<void>((done) => child.once('exit', () => done()))
  await new Promise<void>((done, fail) => {
    child.stdout.once('data', () => done())
    child.once('exit', (code) => fail(new Error(`dbus-daemon ended with ${code}`)))
  })
  return {
    address: `unix:path=${socket}`,
    async program() {
      const bus = dbus.createClient({ busAddress: `unix:path=${socket}` })
      bus.connection.on('error', () => {})
      await bus.getId()
      programs.push(bus)
      return bus
    },
    async stop() {
      await Promise.all(programs.map((bus) => bus.close()))
      child.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Puts an object on the bus under a name. Methods are functions of `of`, properties are its fields. */
export async function serve(bus: MessageBus, name: string, path: string, of: Record<string, unknown>, descriptor: InterfaceDescriptor): Promise<void> {
  bus.exportInterface(of, path, descriptor)
  if (!bus.names.has(name)) await bus.requestName(name, 0)
}
