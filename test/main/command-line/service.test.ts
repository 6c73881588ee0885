/** Starting at boot, end to end: a stand-in for systemctl that really starts what the unit says, and the app that answers. */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { serveCall, statusText } from '../../../main/command-line/service.ts'
import { unitText } from '../../../main/service/systemd.ts'
import { channels } from '../../../shared/bridge.ts'
import { emptyFolder, entryFile, idlewatt, root, startCommand } from './call.ts'

const isBuilt = existsSync(join(root, 'out', 'renderer', 'index.html'))
const started: number[] = []
afterAll(() => {
  for (const pid of started) {
    try {
      process.kill(pid, 'SIGTERM')
    } catch {
      continue
    }
  }
})

/** A home with tools of its own; `systemctl` starts and stops what stands in the unit, as systemd would. */
function homeWithTools(): { home: string; env: Record<string, string>; unit: string; log: () => string; pid: () => number } {
  const home = emptyFolder()
  const unit = join(home, '.config', 'systemd', 'user', 'idlewatt.service')
  const tool = `#!${process.execPath}
const { appendFileSync, existsSync, readFileSync, writeFileSync, rmSync } = require('node:fs')
const { spawn } = require('node:child_process')
const words = process.argv.slice(2)
appendFileSync(${JSON.stringify(join(home, 'log'))}, words.join(' ') + '\\n')
const pidFile = ${JSON.stringify(join(home, 'pid'))}
const pid = existsSync(pidFile) ? readFileSync(pidFile, 'utf8') : '0'
if (words[1] === 'restart') {
  const call = JSON.parse(/^# Call: (.*)$/m.exec(readFileSync(${JSON.stringify(unit)}, 'utf8'))[1])
  const child = spawn(call[0], call.slice(1), { detached: true, stdio: 'ignore' })
  writeFileSync(pidFile, String(child.pid))
  child.unref()
} else if (words[1] === 'disable' && pid !== '0') {
  process.kill(Number(pid), 'SIGTERM')
  rmSync(pidFile)
} else if (words[1] === 'show' && words[2] === 'idlewatt.service') {
  console.log('LoadState=loaded\\nUnitFileState=enabled\\nActiveState=' + (pid === '0' ? 'inactive' : 'active') + '\\nSubState=running\\nMainPID=' + pid + '\\nNRestarts=0\\nNeedDaemonReload=no')
}`
  for (const [name, text] of [['systemctl', tool], ['loginctl', '#!/bin/sh\necho yes\n']] as const) {
    writeFileSync(join(home, name), text)
    chmodSync(join(home, name), 0o755)
  }
  const pid = (): number => Number(existsSync(join(home, 'pid')) ? readFileSync(join(home, 'pid'), 'utf8') : 0)
  return { home, unit, log: () => readFileSync(join(home, 'log'), 'utf8'), pid, env: { HOME: home, XDG_CONFIG_HOME: '', PATH: `${home}:${process.env['PATH'] ?? ''}`, IDLEWATT_PARENTS: '' } }
}

describe.skipIf(process.platform !== 'linux')('service (skipped where systemd is unknown)', () => {
  test('--dry-run shows the file and the commands, and does nothing', { timeout: 20_000 }, async () => {
    const { env, home, unit, log } = homeWithTools()
    const data = join(home, 'data of "mine"')
    const answer = await idlewatt(['service', 'install', '--dry-run', '--port', '8765', '--data', data], env)
    expect(answer.exitCode).toBe(0)
    for (const said of [unit, 'ExecStart=', '"--port" "8765"', 'data of \\"mine\\"', 'systemctl --user enable idlewatt.service', 'Nothing was done']) expect(answer.stdout).toContain(said)
    expect(existsSync(unit)).toBe(false)
    expect(log()).not.toMatch(/enable|restart|daemon-reload/)
    const { plan, done } = JSON.parse((await idlewatt(['service', 'install', '--dry-run', '--json', '--data', data], env)).stdout) as { done: boolean; plan: { steps: { do: string }[] } }
    expect({ done, first: plan.steps[0]?.do }).toEqual({ done: false, first: 'write' })
  })

  test('without anybody to ask nothing is done', { timeout: 20_000 }, async () => {
    const { env, unit } = homeWithTools()
    const answer = await idlewatt(['service', 'install'], env)
    expect(answer.exitCode).toBe(1)
    expect(answer.stderr).toContain('--yes')
    expect(existsSync(unit)).toBe(false)
  })

  test('one whose program was moved away is told', { timeout: 20_000 }, async () => {
    const { env, unit } = homeWithTools()
    mkdirSync(dirname(unit), { recursive: true })
    writeFileSync(unit, unitText([process.execPath, '/moved/away/idlewatt.js', 'serve', '--data', '/nowhere'], null))
    const answer = await idlewatt(['service', 'status'], env)
    expect(answer.exitCode).toBe(1)
    expect(answer.stdout).toContain('not there any more: /moved/away/idlewatt.js')
    expect(answer.stdout).toContain('It does not run now.')
  })

  test.skipIf(!isBuilt)('installed, it runs and its page is found; removed, it has ended and the unit is gone (skipped until the page is built)', { timeout: 60_000 }, async () => {
    const { env, home, unit, pid } = homeWithTools()
    const data = join(home, 'data folder')
    const installed = await idlewatt(['service', 'install', '--yes', '--data', data], env)
    started.push(pid())
    expect(installed, installed.stderr).toMatchObject({ exitCode: 0 })
    expect(installed.stdout).toContain('Installed, and running: http://127.0.0.1:')
    expect(readFileSync(unit, 'utf8'), 'no token stands in the unit').not.toMatch(/#[\w-]{20,}/)

    const status = JSON.parse((await idlewatt(['service', 'status', '--json'], env)).stdout) as { isRunning: boolean; startsAt: string; address: string; dataFolder: string; problems: string[] }
    expect(status).toMatchObject({ isRunning: true, startsAt: 'boot', dataFolder: data, problems: [] })
    const [origin = '', token = ''] = status.address.split('#')
    const reply = await fetch(`${origin}${channels.ask}`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify({ name: 'state.read', input: {} }) })
    expect(reply.status, 'the token is that of the running app').toBe(200)
    expect((await idlewatt(['service', 'status'], env)).exitCode).toBe(0)

    const removed = await idlewatt(['service', 'remove', '--yes', '--data', data], env)
    expect(removed.exitCode, removed.stderr).toBe(0)
    expect(existsSync(unit)).toBe(false)
    await expect.poll(() => readdirSync(data).filter((name) => /lock|page-address/.test(name)), { timeout: 5_000 }).toEqual([])
    expect((await idlewatt(['service', 'remove', '--yes', '--data', data], env)).stdout).toContain('nothing to remove')
  })

  test.skipIf(!isBuilt)('the address with its token is kept from the log, in a file of this user alone (skipped until the page is built)', { timeout: 30_000 }, async () => {
    const data = emptyFolder()
    const child = startCommand(['serve', '--no-open', '--no-token', '--data', data])
    const line = await new Promise<string>((resolve) => child.stdout?.setEncoding('utf8').once('data', resolve))
    expect(line).toMatch(/^Idlewatt is ready: http:\/\/127\.0\.0\.1:\d+\/\n$/)
    const file = join(data, 'page-address.json')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect((JSON.parse(readFileSync(file, 'utf8')) as { url: string }).url).toMatch(/#[\w-]{40,}$/)
    await new Promise((resolve) => {
      child.once('exit', resolve)
      child.kill('SIGTERM')
    })
    expect(existsSync(file)).toBe(false)
  })
})

test('what is started says everything outright', () => {
  expect(serveCall('/srv/my data', 8080, '/opt/idlewatt.js', '/usr/bin/node')).toEqual(['/usr/bin/node', '/opt/idlewatt.js', 'serve', '--no-open', '--no-token', '--port', '8080', '--data', '/srv/my data'])
  expect(() => serveCall('/srv', null, 'idlewatt.js')).toThrow('its own program')
  expect(entryFile.startsWith('/') || /^[A-Z]:/.test(entryFile)).toBe(true)
})

test('what is not known of it is not claimed', () => {
  const text = statusText({ system: 'systemd', isInstalled: true, where: '/u/idlewatt.service', call: null, startsAt: null, isRunning: null, pid: null, problems: [] }, { folder: '/d', address: null, problems: ['systemd does not answer.'] })
  expect(text).toContain('could not be told')
  expect(text).toContain('- systemd does not answer.')
  expect(text).not.toContain('It runs')
})
