/** What the desktop tells of its user and its tray, and how it keeps the machine awake, against the Electron stand-in. */
import { describe, expect, test } from 'vitest'
import type { DesktopSession } from '../../../main/desktop/session.ts'
import { freshElectron, mac, wayland, windows, x11 } from '../../helpers/fresh-electron.ts'

describe('whether a tray is shown', () => {
  const done = (stdout: string, exitCode = 0) => ({ kind: 'done' as const, exitCode, stdout, stderr: '' })
  const missing = { kind: 'not-found' as const }
  test.each([
    ['gdbus says yes', [done('(true,)\n')], true],
    ['gdbus says no', [done('(false,)\n')], false],
    ['only busctl is there', [missing, done('b true\n')], true],
    ['no bus', [done('', 1), done('', 1)], null],
    ['neither is there', [missing, missing], null],
    ['it hangs', [{ kind: 'timed-out' as const, afterMs: 2000 }, missing], null],
  ])('%s', async (_what, answers, isShown) => {
    const { isTrayShown } = await import('../../../main/desktop/tray-shown.ts')
    expect(await isTrayShown({ ...x11, env: { ...x11.env, DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/user/1000/bus' } }, async () => answers.shift() ?? missing)).toBe(isShown)
  })
  test('without a session bus nobody is asked', async () => {
    const { isTrayShown } = await import('../../../main/desktop/tray-shown.ts')
    expect(await isTrayShown(x11, () => Promise.reject(new Error('asked')))).toBeNull()
  })
  test('elsewhere it always is', async () => {
    const { isTrayShown } = await import('../../../main/desktop/tray-shown.ts')
    expect(await isTrayShown(windows, () => Promise.reject(new Error('asked')))).toBe(true)
  })
})

describe('senses', () => {
  async function senses(session: DesktopSession) {
    const electron = await freshElectron()
    const { createDesktopSenses } = await import('../../../main/desktop/senses.ts')
    return { ...electron.standIn, senses: createDesktopSenses(session) }
  }
  test.each([
    ['X11', x11, 300],
    ['X11 without a session type', { platform: 'linux', env: { DISPLAY: ':0' } } satisfies DesktopSession, 300],
    ['Wayland', wayland, null],
    ['Wayland without a session type', { platform: 'linux', env: { WAYLAND_DISPLAY: 'wayland-0' } } satisfies DesktopSession, null],
    ['a Linux without a screen', { platform: 'linux', env: {} } satisfies DesktopSession, null],
    ['Windows', windows, 300],
    ['macOS', mac, 300],
  ])('idle on %s', async (_what, session, seconds) => {
    const { power, senses: told } = await senses(session)
    power.idleSeconds = 300
    expect(told.idleSeconds()).toBe(seconds)
    power.idleSeconds = Number.NaN
    expect(told.idleSeconds()).toBeNull()
  })
  test('locked: as was told, or as Windows and macOS answer; on Linux unknown until it is told', async () => {
    const linux = await senses(x11)
    linux.power.idleState = 'locked'
    expect(linux.senses.isLocked()).toBeNull()
    linux.power.emit('lock-screen')
    expect(linux.senses.isLocked()).toBe(true)
    linux.power.emit('unlock-screen')
    expect(linux.senses.isLocked()).toBe(false)
    const other = await senses(windows)
    other.power.idleState = 'locked'
    expect(other.senses.isLocked()).toBe(true)
    other.power.idleState = 'unknown'
    expect(other.senses.isLocked()).toBeNull()
  })
  test('the battery is not read where Electron does not read it', async () => {
    expect((await senses(x11)).senses.isOnBattery()).toBeNull()
    const { power, senses: told } = await senses(mac)
    power.isOnBattery = true
    expect(told.isOnBattery()).toBe(true)
  })
  test('changes are told at once, until one ends it', async () => {
    const { power, senses: told } = await senses(mac)
    const heard: string[] = []
    const end = told.onChange((what) => void heard.push(what))
    for (const event of ['lock-screen', 'unlock-screen', 'suspend', 'resume', 'on-battery', 'on-ac', 'shutdown']) power.emit(event)
    end()
    power.emit('suspend')
    expect(heard).toEqual(['locked', 'unlocked', 'suspend', 'resume', 'battery', 'plugged-in', 'shutdown'])
  })
})

test('the machine is kept awake once however many ask, and let go with the last, each once', async () => {
  const { standIn } = await freshElectron()
  const { createDesktopKeepAwake } = await import('../../../main/desktop/keep-awake.ts')
  const keepAwake = createDesktopKeepAwake()
  const [one, other] = [keepAwake('worker'), keepAwake('listed card')]
  expect(standIn.blockers.size).toBe(1)
  one()
  one()
  expect(standIn.blockers.size).toBe(1)
  other()
  expect(standIn.blockers.size).toBe(0)
  keepAwake('again')()
  expect(standIn.blockers.size).toBe(0)
})
