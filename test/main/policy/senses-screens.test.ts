/** Whether anybody can sit at a screen of a Linux machine without logind: a server in a rack, and everything that only looks like one. */
import { describe, expect, test } from 'vitest'
import { createScreenSearch } from '../../../main/policy/linux-display.ts'
import { linuxReaders } from '../../../main/policy/linux-readers.ts'
import { systemClock } from '../../../main/system/clock.ts'
import { createLog } from '../../../main/system/log.ts'
import type { MachineSource } from '../../../main/system/machine-source.ts'
import { surroundingsOf } from '../../../main/system/surroundings.ts'

const plate = { '/sys/class/dmi/id/sys_vendor': 'Supermicro\n', '/sys/class/dmi/id/product_name': 'SYS-421GE\n', '/proc/cpuinfo': 'flags : fpu vme\n' }
const server = { ...plate, '/proc/1/comm': 'runit\n', '/proc/2/comm': 'kthreadd\n', '/proc/40/comm': 'sshd\n', '/proc/41/comm': 'idlewatt\n', '/proc/42/comm': 'xfsaild/dm-0\n', '/proc/43/comm': 'getty\n', '/proc/net/unix': 'Num RefCount Protocol Flags Type St Inode Path\n0000: 00000002 00000000 00010000 0001 01 123 /run/sshd.sock\n' }

function machine(files: Record<string, string>): MachineSource {
  return {
    platform: 'linux',
    recorded: null,
    readFile: async (path: string) => files[path] ?? null,
    listFolder: async (path: string) => [...new Set(Object.keys(files).filter((file) => file.startsWith(`${path}/`)).map((file) => file.slice(path.length + 1).split('/')[0] as string))],
    recordedLayer: async () => null,
  } as unknown as MachineSource
}

function search(files: Record<string, string>, env: Record<string, string> = {}, steadyMs = (): number => 0): ReturnType<typeof createScreenSearch> {
  return createScreenSearch({ source: machine(files), world: { now: Date.now, steadyMs, env, uid: 1000 } })
}

test('a server without a display server, a log-in screen or a socket of one: nobody can be at a screen', async () => {
  expect(await search(server)()).toEqual({ isPossible: false, how: 'no logind, no display server and no log-in screen run on this machine' })
  // A display that SSH forwards is of another machine.
  expect((await search(server, { DISPLAY: 'localhost:10.0', SSH_CONNECTION: '1' })()).isPossible).toBe(false)
  expect((await search({ ...server, '/proc/cpuinfo': 'flags : fpu hypervisor\n', '/sys/class/dmi/id/sys_vendor': 'QEMU\n' })()).isPossible).toBe(false)
})

test.each([
  ['an X server', { '/proc/77/comm': 'Xorg\n' }, {}, 'Xorg runs here'],
  ['a compositor', { '/proc/77/comm': 'sway\n' }, {}, 'sway runs here'],
  ['a desktop whose name is cut off', { '/proc/77/comm': 'gnome-session-b\n' }, {}, 'gnome-session-b runs here'],
  ['a log-in screen', { '/proc/77/comm': 'lightdm\n' }, {}, 'lightdm runs here'],
  ['VNC', { '/proc/77/comm': 'Xtigervnc\n' }, {}, 'Xtigervnc runs here'],
  ['logind that does not answer', { '/proc/77/comm': 'systemd-logind\n' }, {}, 'systemd-logind runs here and does not answer'],
  ['an X socket', { '/tmp/.X11-unix/X0': '' }, {}, '/tmp/.X11-unix/X0'],
  ['a Wayland socket', { '/run/user/1000/wayland-1': '' }, {}, '/run/user/1000/wayland-1'],
  ['a socket in a folder of another user', { '/proc/net/unix': '0000: 00000002 00000000 00010000 0001 01 9 /run/user/1001/wayland-0\n' }, {}, '/run/user/1001/wayland-0'],
  ['an abstract X socket', { '/proc/net/unix': '0000: 00000002 00000000 00010000 0001 01 9 @/tmp/.X11-unix/X1\n' }, {}, '@/tmp/.X11-unix/X1'],
  ['a display of its own', {}, { DISPLAY: ':0' }, ':0'],
  ['a container', { '/.dockerenv': '' }, {}, 'container'],
  ['WSL', { '/proc/sys/kernel/osrelease': '5.15.167.4-microsoft-standard-WSL2\n' }, {}, 'WSL'],
  ['a list of processes that is not the machine’s own', { '/proc/2/comm': 'bash\n' }, {}, 'does not see every program'],
] as [string, Record<string, string>, Record<string, string>, string][])('%s: somebody may be there', async (_, files, env, how) => {
  expect(await search({ ...server, ...files }, env)()).toEqual({ isPossible: null, how: expect.stringContaining(how) as string })
})

test('hidden programs, and a machine of which nothing can be read, are unknown', async () => {
  const { '/proc/2/comm': _, ...hidden } = server
  expect((await search(hidden)()).isPossible).toBeNull()
  expect((await search({})()).isPossible).toBeNull()
  expect(await surroundingsOf(machine({}))).toBeNull()
})

test('a display server that begins later is seen by its socket at the next turn, by its name within a minute', async () => {
  const files: Record<string, string> = { ...server }
  let steadyMs = 0
  const look = search(files, {}, () => steadyMs)
  expect((await look()).isPossible).toBe(false)
  files['/proc/77/comm'] = 'Xorg\n'
  steadyMs = 60_000
  expect((await look()).isPossible).toBeNull()
  delete files['/proc/77/comm']
  steadyMs = 120_000
  expect((await look()).isPossible).toBe(false)
  files['/tmp/.X11-unix/X0'] = ''
  expect((await look()).isPossible).toBeNull()
})

describe('joined with what else Linux tells', () => {
  const nowhere = { DBUS_SYSTEM_BUS_ADDRESS: 'unix:path=/nowhere/bus' }
  const log = createLog('silent', () => {})

  test.each([
    ['a server', server, { value: false }, 'Nobody is logged in at a screen of this machine.'],
    ['a container', { ...server, '/.dockerenv': '' }, { value: null, why: expect.stringMatching(/^Nothing tells who is logged in: .*\. Idlewatt runs in a container/) as string }, 'Idlewatt has no way to the desktop'],
  ] as [string, Record<string, string>, object, string][])('%s', async (_, files, isAttended, idleWhy) => {
    const readers = linuxReaders({ source: machine(files), clock: systemClock, log, world: { now: Date.now, steadyMs: () => performance.now(), uid: 1000, env: nowhere } })
    try {
      expect((await readers[0]?.read())?.isAttended).toMatchObject(isAttended)
      expect((await readers[1]?.read())?.idleMs).toMatchObject({ value: null, why: expect.stringContaining(idleWhy) as string })
    } finally {
      for (const reader of readers) reader.close()
    }
  })
})
