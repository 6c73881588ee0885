/** Installing, looking and removing on each system, with scripted tools and real files: only what Idlewatt made is ever touched. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { bootSystemOf, carryOut, type BootPlace } from '../../../main/service/index.ts'
import type { CommandResult } from '../../../main/system/machine-source.ts'

const folders: string[] = []
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))

const call = ['/usr/bin/node', '/opt/idle watt/idlewatt.js', 'serve', '--no-open', '--no-token', '--data', '/srv/data dir']
const done = (stdout = '', exitCode = 0, stderr = ''): CommandResult => ({ kind: 'done', exitCode, stdout, stderr })

/** `answers`: beginning of a command → what it says; the longest beginning counts. */
function place(platform: string, answers: Record<string, CommandResult>): BootPlace & { ran: string[] } {
  const home = mkdtempSync(join(tmpdir(), 'idlewatt-home-'))
  folders.push(home)
  const ran: string[] = []
  return {
    platform,
    env: { PATH: '/usr/bin', TEMP: home },
    home,
    uid: platform === 'win32' ? null : 501,
    userName: 'joe',
    ran,
    async run(program, args) {
      const line = [program, ...args].join(' ')
      ran.push(line)
      const key = Object.keys(answers).filter((one) => line.startsWith(one)).sort((a, b) => b.length - a.length)[0]
      return key === undefined ? { kind: 'not-found' } : (answers[key] ?? { kind: 'not-found' })
    },
  }
}

const well = { 'systemctl --user': done(), 'loginctl show-user': done('no\n'), 'loginctl enable-linger': done() }
const running = 'LoadState=loaded\nUnitFileState=enabled\nActiveState=active\nSubState=running\nMainPID=4711\nResult=success\nExecMainStatus=0\nNRestarts=0\nNeedDaemonReload=no\n'
const unitOf = (home: string | null): string => join(home ?? '', '.config/systemd/user/idlewatt.service')

describe('systemd', () => {
  test('installs, says how it does, and removes what it made', async () => {
    const answers: Record<string, CommandResult> = { ...well }
    const joe = place('linux', answers)
    const system = bootSystemOf(joe)
    expect(await system.status()).toMatchObject({ isInstalled: false, problems: [] })
    const plan = await system.planInstall(call)
    expect(joe.ran.some((line) => /daemon-reload|enable/.test(line)), 'nothing is done while it is planned').toBe(false)
    expect(existsSync(unitOf(joe.home))).toBe(false)
    expect(await carryOut(plan, joe.run)).toEqual([])
    expect(readFileSync(unitOf(joe.home), 'utf8')).toContain('"/srv/data dir"')
    expect(joe.ran.slice(-4)).toEqual(['systemctl --user daemon-reload', 'systemctl --user enable idlewatt.service', 'systemctl --user restart idlewatt.service', 'loginctl enable-linger joe'])

    answers['systemctl --user show idlewatt.service'] = done(running)
    expect(await system.status()).toMatchObject({ isInstalled: true, call, startsAt: 'login', isRunning: true, pid: 4711 })
    answers['loginctl show-user'] = done('yes\n')
    expect(await system.status()).toMatchObject({ startsAt: 'boot', problems: [] })

    const removal = await system.planRemove()
    expect(removal?.notes.join()).toContain('disable-linger')
    if (removal) await carryOut(removal, joe.run)
    expect(existsSync(unitOf(joe.home))).toBe(false)
    expect(await system.planRemove()).toBeNull()
  })

  test.each([
    ['that fails', running.replace('ActiveState=active', 'ActiveState=failed').replace('ExecMainStatus=0', 'ExecMainStatus=1'), { isRunning: false }, /failed.*exit code 1.*journalctl/],
    ['that is started again and again', running.replace('ActiveState=active', 'ActiveState=activating').replace('SubState=running', 'SubState=auto-restart').replace('NRestarts=0', 'NRestarts=12'), { isRunning: false }, /12 times/],
    ['that is not enabled', running.replace('enabled', 'disabled'), { startsAt: 'never' }, /not enabled/],
    ['that systemd has not read', running.replace('LoadState=loaded', 'LoadState=not-found').replace('ActiveState=active', 'ActiveState=inactive'), { isRunning: false }, /not loaded/],
  ])('one %s is told truthfully', async (_what, facts, expected, said) => {
    const joe = place('linux', { ...well, 'loginctl show-user': done('yes\n'), 'systemctl --user show idlewatt.service': done(facts) })
    const system = bootSystemOf(joe)
    await carryOut(await system.planInstall(call), joe.run)
    const status = await system.status()
    expect(status).toMatchObject(expected)
    expect(status.problems.join(' ')).toMatch(said)
  })

  test('what another program made stays', async () => {
    const joe = place('linux', well)
    const system = bootSystemOf(joe)
    mkdirSync(dirname(unitOf(joe.home)), { recursive: true })
    writeFileSync(unitOf(joe.home), '[Service]\nExecStart=/bin/true\n')
    await expect(system.planInstall(call)).rejects.toThrow('did not make it')
    await expect(system.planRemove()).rejects.toThrow('leaves it alone')
    expect(await system.status()).toMatchObject({ isInstalled: false })
    expect(readFileSync(unitOf(joe.home), 'utf8')).toContain('/bin/true')
  })

  test('lingering that is refused is said, and the rest is done', async () => {
    const joe = place('linux', { ...well, 'loginctl enable-linger': done('', 1, 'Could not enable linger: Access denied') })
    const system = bootSystemOf(joe)
    expect((await carryOut(await system.planInstall(call), joe.run)).join()).toContain('Access denied')
    expect(existsSync(unitOf(joe.home))).toBe(true)
  })

  test('without systemd the plan is shown, and refused with a sentence when it is to be done', async () => {
    for (const answer of [{ kind: 'not-found' } as const, done('', 1, 'Failed to connect to bus: No medium found')]) {
      const joe = place('linux', { 'systemctl': answer })
      const plan = await bootSystemOf(joe).planInstall(call)
      expect(plan.steps.length).toBeGreaterThan(3)
      await expect(carryOut(plan, joe.run)).rejects.toThrow('idlewatt serve --no-open')
      expect(existsSync(unitOf(joe.home)), 'nothing was written').toBe(false)
    }
  })

  test('a line break in a path is refused: it would begin another setting', async () => {
    await expect(bootSystemOf(place('linux', well)).planInstall([...call, '/srv/a\nExecStart=/bin/evil'])).rejects.toThrow('control character')
  })
})

describe('Task Scheduler', () => {
  const who = { 'whoami /user': done('"pc\\joe","S-1-5-21-11-22-33-1001"\r\n'), 'schtasks /Query': done('', 1, 'ERROR: The system cannot find the file specified.'), 'schtasks /Create': done(), 'schtasks /Run': done(), 'schtasks /End': done(), 'schtasks /Delete': done() }
  const windowsCall = ['C:\\Program Files\\node.exe', 'C:\\idle watt\\idlewatt.js', 'serve', '--data', 'C:\\Users\\Jörg\\Idlewatt']

  test.each([[true, 'BootTrigger', 'boot'], [false, 'LogonTrigger', 'login']])('installs and removes (administrator: %s)', async (isAdministrator, trigger, startsAt) => {
    const answers: Record<string, CommandResult> = { ...who, 'whoami /groups': done(isAdministrator ? '"Mandatory Label\\High Mandatory Level","Label","S-1-16-12288",""' : '"Mandatory Label\\Medium","Label","S-1-16-8192",""') }
    const joe = place('win32', answers)
    const system = bootSystemOf(joe)
    expect(await system.status()).toMatchObject({ isInstalled: false })
    const plan = await system.planInstall(windowsCall)
    const written = plan.steps.find((step) => step.do === 'write')
    expect(written?.do === 'write' && written.text).toContain(`<${trigger}>`)
    await carryOut(plan, joe.run)
    expect(joe.ran.slice(-2).map((line) => line.split(' ')[1])).toEqual(['/Create', '/Run'])
    expect(written?.do === 'write' && existsSync(written.path), 'its XML is gone again').toBe(false)

    // As schtasks gives it back when redirected: UTF-16 read byte by byte.
    answers['schtasks /Query'] = done(written?.do === 'write' ? [...written.text.replace(/[^\u0000-\u007f]/g, '?')].join('\0') : '')
    answers['powershell'] = done('4 267009\r\n')
    expect(await system.status()).toMatchObject({ isInstalled: true, call: windowsCall, isRunning: true, startsAt, problems: [] })
    answers['powershell'] = done('3 1\r\n')
    expect((await system.status()).problems.join()).toContain('0x1')
    answers['powershell'] = done('1 0\r\n')
    expect(await system.status()).toMatchObject({ startsAt: 'never', isRunning: false })
    answers['powershell'] = { kind: 'not-found' }
    expect(await system.status()).toMatchObject({ isRunning: null })

    const again = await system.planInstall(windowsCall)
    expect(again.steps.some((step) => step.do === 'run' && step.args.includes('/F')), 'ours is replaced').toBe(true)
    const removal = await system.planRemove()
    if (removal) await carryOut(removal, joe.run)
    expect(joe.ran.slice(-1)).toEqual(['schtasks /Delete /TN Idlewatt /F'])
  })

  test('a task of that name which is not ours stays', async () => {
    const joe = place('win32', { ...who, 'schtasks /Query': done('<Task><Actions><Exec><Command>calc.exe</Command></Exec></Actions></Task>') })
    await expect(bootSystemOf(joe).planInstall(windowsCall)).rejects.toThrow('did not make it')
    await expect(bootSystemOf(joe).planRemove()).rejects.toThrow('leaves it alone')
  })

  test('a path that Task Scheduler would read a variable in is refused', async () => {
    const joe = place('win32', { ...who, 'whoami /groups': done() })
    await expect(bootSystemOf(joe).planInstall([...windowsCall, 'C:\\%TEMP%\\x'])).rejects.toThrow('variable')
  })
})

describe('launchd', () => {
  test('installs, says how it does, and removes', async () => {
    const answers: Record<string, CommandResult> = { 'launchctl print': done('', 113, 'Could not find service'), 'launchctl enable': done(), 'launchctl bootstrap': done(), 'launchctl bootout': done(), 'launchctl print-disabled': done('disabled services = {\n}\n') }
    const joe = place('darwin', answers)
    const system = bootSystemOf(joe)
    const plan = await system.planInstall(call)
    await carryOut(plan, joe.run)
    const file = join(joe.home ?? '', 'Library/LaunchAgents/app.idlewatt.serve.plist')
    expect(readFileSync(file, 'utf8')).toContain('<string>/srv/data dir</string>')
    expect(await system.status()).toMatchObject({ isInstalled: true, isRunning: false, call })
    answers['launchctl print gui'] = done('app.idlewatt.serve = {\n\tstate = running\n\tpid = 812\n\tlast exit code = (never exited)\n}\n')
    expect(await system.status()).toMatchObject({ isRunning: true, pid: 812, startsAt: 'login', problems: [] })
    answers['launchctl print gui'] = done('app.idlewatt.serve = {\n\tstate = spawn scheduled\n\tlast exit code = 1\n}\n')
    expect((await system.status()).problems.join()).toContain('exit code 1')
    answers['launchctl print-disabled'] = done('disabled services = {\n\t"app.idlewatt.serve" => disabled\n}\n')
    expect(await system.status()).toMatchObject({ startsAt: 'never' })
    const removal = await system.planRemove()
    if (removal) await carryOut(removal, joe.run)
    expect(existsSync(file)).toBe(false)
    expect(joe.ran).toContain('launchctl bootout gui/501/app.idlewatt.serve')
  })
})

test('a system that none of them serves is a sentence', () => expect(() => bootSystemOf(place('freebsd', {}))).toThrow('idlewatt serve --no-open'))
