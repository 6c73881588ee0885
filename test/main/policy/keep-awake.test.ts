/** Keeping the machine awake: held only while asked, let go at once, and gone with this process however that ends. */
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import koffi from 'koffi'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createKeepAwake, type KeepAwake, type KeepAwakeOptions } from '../../../main/policy/keep-awake.ts'
import { systemClock } from '../../../main/system/clock.ts'
import { createLog } from '../../../main/system/log.ts'
import { handClock } from '../../helpers/clocks.ts'
import { buildStub, canBuild } from '../../native/system-stubs.ts'

const log = createLog('silent', () => {})
let folder: string
let env: NodeJS.ProcessEnv
const keepers: KeepAwake[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'idlewatt-awake-'))
  env = { ...process.env, PATH: `${folder}:${process.env['PATH']}` }
})
afterEach(() => {
  for (const keeper of keepers.splice(0)) keeper.close()
  rmSync(folder, { recursive: true, force: true })
})

/** As systemd-inhibit: writes its words and its id down, runs the program after them, and is there until that ends. */
function standIn(name: string, body: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\necho "$@" >> ${folder}/words\necho $$ >> ${folder}/pids\n${body}\n`)
  chmodSync(join(folder, name), 0o755)
}
const inhibits = 'exec cat'
const words = (): string => readFileSync(join(folder, 'words'), 'utf8')
const lastPid = (): number => Number(readFileSync(join(folder, 'pids'), 'utf8').trim().split('\n').at(-1))
function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // One that has ended and was not yet taken note of is no longer there.
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

function keeper(over: Partial<KeepAwakeOptions> = {}): KeepAwake {
  const made = createKeepAwake({ host: null, source: { platform: 'linux', recorded: null }, clock: systemClock, log, env, ...over })
  keepers.push(made)
  return made
}
const hold = async (one: KeepAwake): Promise<void> => vi.waitFor(() => expect(one.state()).not.toBeNull(), { interval: 5, timeout: 10_000 })

describe.skipIf(process.platform !== 'linux')('on Linux', { timeout: 30_000 }, () => {
  test('a helper holds it, says why, and ends at once when it is no longer needed', async () => {
    standIn('systemd-inhibit', inhibits)
    // A clock that stands still: it ends because it is told to, and not because it is killed after a while.
    const one = keeper({ clock: handClock() })
    expect(one.state()).toBeNull()
    one.set('Example works')
    expect(one.state()).toBeNull()
    await hold(one)
    expect(one.state()).toMatchObject({ sentence: 'The machine is kept awake: Example works.', since: expect.any(Number) })
    expect(one.problem()).toBeNull()
    expect(words()).toBe('--what=sleep --who=Idlewatt --why=Example works --mode=block cat\n')
    const pid = lastPid()
    expect(lives(pid)).toBe(true)
    one.set(null)
    expect(one.state()).toBeNull()
    await vi.waitFor(() => expect(lives(pid)).toBe(false), { interval: 5, timeout: 10_000 })
  })

  test('another reason starts no other helper, and is told', async () => {
    standIn('systemd-inhibit', inhibits)
    const one = keeper()
    one.set('Example works')
    await hold(one)
    one.set('Two programmes work.')
    expect(one.state()?.sentence).toBe('The machine is kept awake: Two programmes work.')
    expect(words().trim().split('\n')).toHaveLength(1)
  })

  test('a reason with line breaks is one line of the system’s list', async () => {
    standIn('systemd-inhibit', inhibits)
    const one = keeper()
    one.set('Exa\nmple\u0007')
    await hold(one)
    expect(words()).toContain('--why=Exa mple ')
  })

  test('refused: said, tried again after a minute, and not while nothing is wanted', async () => {
    standIn('systemd-inhibit', 'echo "Failed to inhibit: Access denied" >&2\nexit 1')
    const clock = handClock()
    const one = keeper({ clock })
    one.set('Example works')
    await vi.waitFor(() => expect(one.problem()).toContain('Access denied'), { interval: 5, timeout: 10_000 })
    expect(one.state()).toBeNull()
    standIn('systemd-inhibit', inhibits)
    await clock.advance(60_000)
    await hold(one)
    expect(one.problem()).toBeNull()
    one.set(null)
    expect(one.problem()).toBeNull()
    expect(words().trim().split('\n')).toHaveLength(2)
  })

  test('a helper that ends by itself is lost, said, and taken again', async () => {
    standIn('systemd-inhibit', inhibits)
    const clock = handClock()
    const one = keeper({ clock })
    one.set('Example works')
    await hold(one)
    process.kill(lastPid(), 'SIGKILL')
    await vi.waitFor(() => expect(one.state()).toBeNull(), { interval: 5, timeout: 10_000 })
    expect(one.problem()).toContain('did not let Idlewatt keep the machine awake')
    await clock.advance(60_000)
    await hold(one)
    expect(one.problem()).toBeNull()
  })

  test('no systemd-inhibit: said', async () => {
    const one = keeper({ env: { PATH: folder } })
    one.set('Example works')
    await vi.waitFor(() => expect(one.problem()).toContain('has no systemd-inhibit'), { interval: 5, timeout: 10_000 })
    expect(one.state()).toBeNull()
  })

  test('asked for and taken back in one breath, nothing stays', async () => {
    standIn('systemd-inhibit', inhibits)
    const one = keeper()
    for (let turn = 0; turn < 5; turn++) {
      one.set('Example works')
      one.set(null)
    }
    expect(one.state()).toBeNull()
    one.set('Example works')
    await hold(one)
    const pids = readFileSync(join(folder, 'pids'), 'utf8').trim().split('\n').map(Number)
    await vi.waitFor(() => expect(pids.filter(lives)).toHaveLength(1), { interval: 5, timeout: 10_000 })
  })

  test('killed without a last word, this process takes the hold with it', async () => {
    standIn('systemd-inhibit', inhibits)
    const root = new URL('../../../main/', import.meta.url).href
    const code = `
      import { createKeepAwake } from '${root}policy/keep-awake.ts'
      import { systemClock } from '${root}system/clock.ts'
      import { createLog } from '${root}system/log.ts'
      const one = createKeepAwake({ host: null, source: { platform: 'linux', recorded: null }, clock: systemClock, log: createLog('silent', () => {}) })
      one.set('Example works')
      setInterval(() => one.state() && process.send?.('held'), 20)`
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', code], { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    await new Promise((done) => child.once('message', done))
    const pid = lastPid()
    expect(lives(pid)).toBe(true)
    child.kill('SIGKILL')
    await vi.waitFor(() => expect(lives(pid)).toBe(false), { interval: 10, timeout: 10_000 })
  })

  test('the real systemd-inhibit, where no logind answers, is a sentence and no hold', async (context) => {
    if (!existsSync('/usr/bin/systemd-inhibit')) context.skip('there is no systemd-inhibit here')
    if (existsSync('/run/dbus/system_bus_socket')) context.skip('a system bus answers here, and the hold would be real')
    const one = keeper({ env: process.env })
    one.set('Example works')
    await vi.waitFor(() => expect(one.problem()).toMatch(/keep the machine awake \(.*bus.*\)/i), { interval: 10, timeout: 10_000 })
    expect(one.state()).toBeNull()
  })

  test('macOS’ caffeinate is told our process, keeps no screen on, and ends when told', async () => {
    standIn('caffeinate', 'exec cat')
    const one = keeper({ source: { platform: 'darwin', recorded: null } })
    one.set('Example works')
    await vi.waitFor(() => expect(existsSync(join(folder, 'pids'))).toBe(true), { interval: 5, timeout: 10_000 })
    await hold(one)
    expect(words()).toBe(`-i -w ${process.pid}\n`)
    const pid = lastPid()
    one.set(null)
    await vi.waitFor(() => expect(lives(pid)).toBe(false), { interval: 5, timeout: 10_000 })
  })
})

test('the door’s own way goes first, is told once, and its refusal is a sentence', () => {
  const calls: string[] = []
  const one = keeper({ host: (why) => (calls.push(why), () => void calls.push('let go')) })
  one.set('Example works')
  expect(one.state()?.sentence).toContain('Example works')
  one.set('More')
  one.set(null)
  one.close()
  expect(calls).toEqual(['Example works', 'let go'])
  const refused = keeper({ host: () => { throw new Error('no') }, clock: handClock() })
  refused.set('Example works')
  expect(refused.state()).toBeNull()
  expect(refused.problem()).toContain('(no)')
})

test('a recorded machine and an unknown system say that they cannot', () => {
  const clock = handClock()
  const recorded = keeper({ source: { platform: 'linux', recorded: 'laptop' }, host: () => () => expect.unreachable(), clock })
  recorded.set('Example works')
  expect([recorded.state(), recorded.problem()]).toEqual([null, 'A recorded machine is not kept awake.'])
  const other = keeper({ source: { platform: 'freebsd', recorded: null }, clock })
  other.set('Example works')
  expect(other.problem()).toContain('knows no way')
  other.close()
  expect([other.problem(), clock.pending()]).toEqual([null, 1])
})

describe('on Windows', () => {
  const source = { platform: 'win32', recorded: null } as const
  test('the system alone is kept awake, never the screen, until it is taken back', async () => {
    const flags: number[] = []
    const one = keeper({ source, executionState: (value) => (flags.push(value), 0x80000000) })
    one.set('Example works')
    await hold(one)
    one.set(null)
    expect(flags).toEqual([0x80000001, 0x80000000])
  })

  test('refused, it says so', async () => {
    const one = keeper({ source, executionState: () => 0, clock: handClock() })
    one.set('Example works')
    await vi.waitFor(() => expect(one.problem()).toContain('Windows did not let'), { interval: 1, timeout: 10_000 })
  })

  test.skipIf(!canBuild)('the call is bound as Windows has it', () => {
    const path = buildStub('windows-stub')
    const call = koffi.load(path).func('SetThreadExecutionState', 'uint32_t', ['uint32_t']) as unknown as (flags: number) => number
    process.env['WIN_LOG'] = join(folder, 'calls')
    call((0x80000001) >>> 0)
    delete process.env['WIN_LOG']
    expect(readFileSync(join(folder, 'calls'), 'utf8')).toBe('state 80000001\n')
  })
})
