/** Real processes of provider software: started, found again, and ended with all that they started; nobody else is touched. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { adoptMarked, adoptProcess, findMarked, startProcess, type OwnedProcess, type ProcessEnd, type ProcessWanted } from '../../../main/provider/process.ts'
import { readRow } from '../../../main/system/process-table.ts'
import { isRunning } from '../../../main/system/process-identity.ts'
import { moduleUrl, newFolder } from '../../helpers/files.ts'
import { programPath } from '../../helpers/programs/index.ts'

/** Groups, signals and /proc: the Windows part is taskkill's. */
const here = describe.skipIf(process.platform !== 'linux')
let count = 0

function wanted(folder: string, args: string[], more: Partial<ProcessWanted> = {}): ProcessWanted {
  return { program: '/bin/sh', args, env: {}, cwd: folder, outputFile: join(folder, 'output.txt'), mark: `test-${process.pid}-${++count}`, needsTerminal: false, ...more }
}

async function start(what: ProcessWanted): Promise<OwnedProcess> {
  const owned = await startProcess(what)
  onTestFinished(async () => {
    await owned.kill(5000)
    owned.letGo()
  })
  return owned
}

const ended = (owned: OwnedProcess): Promise<ProcessEnd> => new Promise((done) => owned.onEnd(done))
const output = (folder: string): string => readFileSync(join(folder, 'output.txt'), 'utf8')
const waits = { timeout: 10_000, interval: 10 }
const says = (folder: string, text: string): Promise<void> => vi.waitFor(() => expect(output(folder)).toContain(text), waits)
const isThere = (pid: number): boolean => readRow(pid) !== null

here('a process of a provider', () => {
  test('runs in a group of its own, its output goes to a file that its owner alone reads', async () => {
    const folder = newFolder()
    const owned = await start(wanted(folder, [programPath('hangs')]))
    await says(folder, 'ready')
    expect(owned.isAlive()).toBe(true)
    expect(owned.pids()).toEqual([owned.handle.pid])
    expect(readRow(owned.handle.pid)).toMatchObject({ group: owned.handle.pid, session: owned.handle.pid })
    expect(statSync(join(folder, 'output.txt')).mode & 0o777).toBe(0o600)
    expect(isRunning(owned.handle)).toBe(true)
    expect(Math.abs(owned.handle.processStartedAt - Date.now())).toBeLessThan(20_000)
  })

  test.each<[string, ProcessEnd]>([
    ['0', { code: 0, signal: null }],
    ['42', { code: 42, signal: null }],
    ['SEGV', { code: null, signal: 'SIGSEGV' }],
    ['KILL', { code: null, signal: 'SIGKILL' }],
  ])('that ends by %s tells so once, and to whom asks late as well', async (how, end) => {
    const folder = newFolder()
    const owned = await start(wanted(folder, [programPath('crashes'), how]))
    const told = vi.fn()
    owned.onEnd(told)
    expect(await ended(owned)).toEqual(end)
    expect(await ended(owned)).toEqual(end)
    expect(told.mock.calls).toEqual([[end]])
    expect(owned.isAlive()).toBe(false)
    expect(owned.pids()).toEqual([])
    expect(output(folder)).toBe('starting\ncannot go on\n')
  })

  test('is told to be dead within a second of its end', async () => {
    const owned = await start(wanted(newFolder(), [programPath('hangs')]))
    const at = performance.now()
    process.kill(owned.handle.pid, 'SIGKILL')
    await ended(owned)
    expect(performance.now() - at).toBeLessThan(1000)
  })

  test.each(['SIGINT', 'SIGTERM'] as const)('is asked to end by %s', async (signal) => {
    const folder = newFolder()
    writeFileSync(join(folder, 'lines'), 'one\n')
    const owned = await start(wanted(folder, [programPath('prints-lines'), join(folder, 'lines')]))
    await says(folder, 'one')
    owned.signal(signal)
    expect(await ended(owned)).toEqual({ code: 0, signal: null })
    await says(folder, 'asked to end')
  })

  test('that was stopped hears of the signal all the same', async () => {
    const folder = newFolder()
    const owned = await start(wanted(folder, [programPath('hangs')]))
    await says(folder, 'ready')
    process.kill(owned.handle.pid, 'SIGSTOP')
    owned.signal('SIGTERM')
    expect(await ended(owned)).toEqual({ code: null, signal: 'SIGTERM' })
  })

  test('that ignores SIGTERM is killed', async () => {
    const folder = newFolder()
    const owned = await start(wanted(folder, [programPath('ignores-term')]))
    await says(folder, 'ready')
    owned.signal('SIGTERM')
    await says(folder, 'not now')
    expect(owned.isAlive()).toBe(true)
    expect(await owned.kill(5000)).toEqual([])
    expect(await ended(owned)).toEqual({ code: null, signal: 'SIGKILL' })
    expect(isThere(owned.handle.pid)).toBe(false)
  })

  test('takes those it forked with it, whatever group they are in; a bystander of the same name lives on', async () => {
    const bystander = spawn('sleep', ['1000'], { stdio: 'ignore', detached: true })
    onTestFinished(() => void bystander.kill('SIGKILL'))
    const folder = newFolder()
    const owned = await start(wanted(folder, [programPath('forks'), join(folder, 'pids')]))
    await says(folder, 'ready')
    const pids = readFileSync(join(folder, 'pids'), 'utf8').trim().split(' ').map(Number)
    expect(owned.pids().sort()).toEqual(pids.sort())
    expect(await owned.kill(5000)).toEqual([])
    expect(pids.filter(isThere)).toEqual([])
    expect(isThere(bystander.pid as number)).toBe(true)
  })

  test('that ended and left others behind still knows them', async () => {
    const folder = newFolder()
    const owned = await start(wanted(folder, [programPath('forks'), join(folder, 'pids'), 'ends']))
    expect(await ended(owned)).toEqual({ code: 0, signal: null })
    const left = readFileSync(join(folder, 'pids'), 'utf8').trim().split(' ').map(Number).slice(1)
    expect(owned.pids().sort()).toEqual(left.sort())
    owned.signal('SIGTERM')
    await vi.waitFor(() => expect(owned.pids()).toEqual([]), waits)
  })

  test('that puts itself behind (setsid twice) is found by its mark, and ended', async () => {
    const folder = newFolder()
    const what = wanted(folder, [programPath('daemonises'), join(folder, 'pid')])
    const owned = await start(what)
    expect(await ended(owned)).toEqual({ code: 0, signal: null })
    const daemon = Number(readFileSync(join(folder, 'pid'), 'utf8'))
    expect(findMarked(what.mark)).toEqual([daemon])
    expect(owned.pids()).toEqual([daemon])
    expect(await owned.kill(5000)).toEqual([])
    expect(isThere(daemon)).toBe(false)
    expect(findMarked(what.mark)).toEqual([])
  })

  test('a daemon that threw its environment away is still ours if it was seen with its parents', async () => {
    const folder = newFolder()
    const owned = await start(wanted(folder, ['-c', `env -i /bin/sh -c 'echo $$ > "$0.new"; mv "$0.new" "$0"; exec setsid sleep 1000' "${join(folder, 'pid')}" & wait`]))
    await vi.waitFor(() => expect(existsSync(join(folder, 'pid'))).toBe(true), waits)
    const bare = Number(readFileSync(join(folder, 'pid'), 'utf8'))
    await vi.waitFor(() => expect(owned.pids()).toContain(bare), waits)
    process.kill(owned.handle.pid, 'SIGKILL')
    await ended(owned)
    expect(owned.pids()).toEqual([bare])
    expect(await owned.kill(5000)).toEqual([])
    expect(isThere(bare)).toBe(false)
  })

  test('gets our environment without what is ours alone; its secrets come by environment', async () => {
    const folder = newFolder()
    vi.stubEnv('IDLEWATT_API_TOKEN', 'ours')
    vi.stubEnv('ELECTRON_RUN_AS_NODE', '1')
    vi.stubEnv('NODE_OPTIONS', '--max-old-space-size=99')
    vi.stubEnv('LC_ALL', 'C.UTF-8')
    onTestFinished(() => void vi.unstubAllEnvs())
    const what = wanted(folder, ['-c', 'env'], { env: { ACCESS: 'a secret' } })
    await ended(await start(what))
    const lines = output(folder).split('\n')
    expect(lines).toEqual(expect.arrayContaining(['ACCESS=a secret', 'LC_ALL=C.UTF-8', `IDLEWATT_RUN=${what.mark}`]))
    expect(lines.filter((line) => /^(IDLEWATT_(?!RUN=)|ELECTRON_|NODE_OPTIONS)/.test(line))).toEqual([])
  })

  test('gets its words as they are', async () => {
    const folder = newFolder()
    await ended(await start(wanted(folder, ['$(id)', "it's", '; ls', ''], { program: '/usr/bin/printf', args: ['[%s]', '$(id)', "it's", '; ls', ''] })))
    expect(output(folder)).toBe("[$(id)][it's][; ls][]")
  })

  test('adds to the output of earlier runs', async () => {
    const folder = newFolder()
    for (const word of ['one', 'two']) await ended(await start(wanted(folder, ['-c', `echo ${word}`])))
    expect(output(folder)).toBe('one\ntwo\n')
  })

  test('let go, it goes on, and nobody is told of its end', async () => {
    const folder = newFolder()
    const owned = await start(wanted(folder, [programPath('hangs')]))
    const told = vi.fn()
    owned.onEnd(told)
    owned.letGo()
    expect(isThere(owned.handle.pid)).toBe(true)
    await owned.kill(5000)
    await vi.waitFor(() => expect(existsSync(`/proc/${owned.handle.pid}`)).toBe(false), waits)
    expect(told).not.toHaveBeenCalled()
  })
})

here('a process that was running before', () => {
  /** As after a restart of Idlewatt: started by a process that is gone, so that it is nobody's child. */
  async function startElsewhere(what: ProcessWanted): Promise<OwnedProcess['handle']> {
    const code = `import { startProcess } from ${moduleUrl('main/provider/process.ts')}
      const owned = await startProcess(JSON.parse(process.argv[1])); console.log(JSON.stringify(owned.handle)); process.exit(0)`
    const earlier = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module-typescript', '-e', code, JSON.stringify(what)], { stdio: ['ignore', 'pipe', 'inherit'] })
    const text = await new Promise<string>((done) => earlier.stdout.on('data', (piece: Buffer) => done(String(piece))))
    await new Promise((done) => earlier.once('close', done))
    return JSON.parse(text) as OwnedProcess['handle']
  }

  test('is taken over as it is, its end is noticed within half a second, and it can be ended', async () => {
    const folder = newFolder()
    const what = wanted(folder, [programPath('ignores-term')])
    const handle = await startElsewhere(what)
    const owned = adoptProcess(handle, what.mark) as OwnedProcess
    onTestFinished(async () => void (await owned.kill(5000)))
    await says(folder, 'ready')
    expect(owned.isAlive()).toBe(true)
    const end = ended(owned)
    expect(await owned.kill(5000)).toEqual([])
    const at = performance.now()
    expect(await end).toEqual({ code: null, signal: null })
    expect(performance.now() - at).toBeLessThan(1000)
    expect(adoptProcess(handle, what.mark)).toBeNull()
  })

  test.each([
    ['by what was written down', adoptProcess],
    ['by its mark', (_handle: unknown, mark: string) => adoptMarked(mark)],
  ])('with a terminal, taken over %s: the signal reaches the program itself', async (_how, adopt) => {
    const folder = newFolder()
    const what = wanted(folder, [programPath('wants-terminal')], { needsTerminal: true })
    const owned = adopt(await startElsewhere(what), what.mark) as OwnedProcess
    onTestFinished(async () => void (await owned.kill(5000)))
    await says(folder, 'a terminal of')
    owned.signal('SIGINT')
    await ended(owned)
    expect(output(folder)).toContain('asked to end by INT')
  })

  test('with the same pid and another start is somebody else: not taken over, not touched', async () => {
    const folder = newFolder()
    const owned = await start(wanted(folder, [programPath('hangs')]))
    // This very process: it runs, and began at another time.
    expect(adoptProcess({ ...owned.handle, pid: process.pid }, 'no-such-mark')).toBeNull()
    expect(adoptProcess({ ...owned.handle, startTicks: `${owned.handle.startTicks}9` }, 'no-such-mark')).toBeNull()
    expect(isThere(owned.handle.pid)).toBe(true)
  })

  test('is found by its mark alone where Idlewatt was killed before it wrote anything down', async () => {
    const folder = newFolder()
    const what = wanted(folder, [programPath('forks'), join(folder, 'pids')])
    const handle = await startElsewhere(what)
    await says(folder, 'ready')
    const owned = adoptMarked(what.mark) as OwnedProcess
    onTestFinished(async () => void (await owned.kill(5000)))
    expect(owned.handle).toMatchObject({ pid: handle.pid, startTicks: handle.startTicks })
    expect(Math.abs(owned.handle.processStartedAt - handle.processStartedAt)).toBeLessThan(5000)
    expect(owned.pids()).toHaveLength(3)
    expect(await owned.kill(5000)).toEqual([])
    expect(adoptMarked(what.mark)).toBeNull()
  })
})

here('with a terminal', () => {
  const needs = { needsTerminal: true }

  test('a program that wants one has one, and its words and shell stay as they are', async () => {
    const folder = newFolder()
    const owned = await start(wanted(folder, [programPath('wants-terminal'), "it's", '$HOME "x"'], { ...needs, env: { SHELL: '/no/such/fish' } }))
    await says(folder, `a terminal of 50 240, shell /no/such/fish, words: it's $HOME "x"`)
    // `script`, the program, and its `sleep`.
    expect(owned.pids().length).toBeGreaterThanOrEqual(2)
  })

  test.each([['SIGINT', 5], ['SIGTERM', 6]] as const)('%s reaches the program itself, and its exit code comes back', async (signal, code) => {
    const folder = newFolder()
    const owned = await start(wanted(folder, [programPath('wants-terminal')], needs))
    await says(folder, 'a terminal of')
    owned.signal(signal)
    expect(await ended(owned)).toEqual({ code, signal: null })
  })

  test('it is killed with its terminal', async () => {
    const folder = newFolder()
    const owned = await start(wanted(folder, [programPath('ignores-term')], needs))
    await says(folder, 'ready')
    const pids = owned.pids()
    expect(pids.length).toBeGreaterThanOrEqual(2)
    expect(await owned.kill(5000)).toEqual([])
    expect(pids.filter(isThere)).toEqual([])
  })

  test('without one it says so itself', async () => {
    const folder = newFolder()
    expect(await ended(await start(wanted(folder, [programPath('wants-terminal')])))).toEqual({ code: 3, signal: null })
  })
})
