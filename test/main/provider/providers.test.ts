/** Provider software with real processes: crash, hang, deafness to signals, forks, a command that disappears, a flood, a full disk, restarts of Idlewatt. */
import { chmodSync, copyFileSync, existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { SoftwareDefinition } from '../../../main/networks/network.ts'
import { readRow } from '../../../main/system/process-table.ts'
import { newFolder } from '../../helpers/files.ts'
import { programPath } from '../../helpers/programs/index.ts'
import { openProviderHouse, scriptDefinition, type ProviderHouse } from '../../helpers/provider-house.ts'

function opened(folder: string, definitions: SoftwareDefinition[], options: Parameters<typeof openProviderHouse>[2] = {}): ProviderHouse {
  const house = openProviderHouse(folder, definitions, options)
  onTestFinished(() => house.end(), 30_000)
  return house
}
const isThere = (pid: number): boolean => readRow(pid) !== null
const soon = { timeout: 10_000, interval: 10 }

describe.skipIf(process.platform !== 'linux')('provider software', () => {
  it('starts, becomes ready by its log, and stops with nothing left', async () => {
    const folder = newFolder()
    const house = opened(folder, [scriptDefinition('test/one', [programPath('hangs')])])
    await house.providers.begin()
    const { pid } = await house.providers.start('test/one')
    expect(isThere(pid as number)).toBe(true)
    expect(house.providers.isOurs(pid as number)).toBe(true)
    await house.becomes('running')
    expect(house.providers.logs({ programmeId: 'test/one', limit: 10 }).lines.map(({ text }) => text)).toContain('ready')
    await house.providers.stop('test/one')
    await house.becomes('stopped')
    expect(isThere(pid as number)).toBe(false)
    expect(house.events.map(({ id }) => id)).toEqual(['provider-started', 'provider-ready', 'provider-stopped'])
  })

  it('that crashes is noticed within a second and started again after two, with the reason', async () => {
    const house = opened(newFolder(), [scriptDefinition('test/one', [programPath('hangs')])])
    await house.providers.begin()
    const { pid } = await house.providers.start('test/one')
    await house.becomes('running')
    const killedAt = performance.now()
    process.kill(pid as number, 'SIGKILL')
    const waiting = await house.becomes('waiting')
    expect(performance.now() - killedAt).toBeLessThan(1000)
    expect(waiting.because).toContain('SIGKILL')
    expect(waiting.retryAt).toBeGreaterThan(Date.now())
    const again = await house.becomes('running')
    expect(performance.now() - killedAt).toBeGreaterThanOrEqual(2000)
    expect(again.pid).not.toBe(pid)
  })

  it('that gives an exit code is told in the words of its adapter', async () => {
    const house = opened(newFolder(), [scriptDefinition('test/one', [programPath('crashes'), '3'])])
    await house.providers.begin()
    await house.providers.start('test/one')
    expect((await house.becomes('waiting')).because).toContain('its token is not valid')
  })

  it('that is deaf to its signal is killed after its grace', async () => {
    const house = opened(newFolder(), [scriptDefinition('test/one', [programPath('ignores-term')])])
    await house.providers.begin()
    const { pid } = await house.providers.start('test/one')
    await house.becomes('running')
    const askedAt = performance.now()
    expect((await house.providers.stop('test/one')).phase).toBe('stopping')
    await house.becomes('stopped')
    expect(performance.now() - askedAt).toBeGreaterThan(1400)
    expect(isThere(pid as number)).toBe(false)
  })

  it('that is deaf to its signal is gone after a moment where somebody waits for the card, whatever its own grace', async () => {
    const house = opened(newFolder(), [scriptDefinition('test/one', [programPath('ignores-term')], { stop: { signal: 'SIGTERM', graceMs: 60_000 } })])
    await house.providers.begin()
    const { pid } = await house.providers.start('test/one')
    await house.becomes('running')
    const askedAt = performance.now()
    await house.providers.stop('test/one', { isForUser: true })
    await house.becomes('stopped')
    const tookMs = performance.now() - askedAt
    expect(isThere(pid as number)).toBe(false)
    // It is asked first, and given its moment.
    expect(tookMs).toBeGreaterThan(1400)
    expect(tookMs).toBeLessThan(5000)
  })

  it('that is being stopped in its own time is ended soon after somebody comes', async () => {
    const house = opened(newFolder(), [scriptDefinition('test/one', [programPath('ignores-term')], { stop: { signal: 'SIGTERM', graceMs: 60_000 } })])
    await house.providers.begin()
    const { pid } = await house.providers.start('test/one')
    await house.becomes('running')
    await house.providers.stop('test/one')
    await house.becomes('stopping')
    expect(isThere(pid as number)).toBe(true)
    const cameAt = performance.now()
    await house.providers.stop('test/one', { isForUser: true })
    await house.becomes('stopped')
    expect(performance.now() - cameAt).toBeLessThan(5000)
    expect(isThere(pid as number)).toBe(false)
  })

  it('that forks and ends is cleared away before it is started again', async () => {
    const folder = newFolder()
    const list = join(folder, 'pids')
    const house = opened(folder, [scriptDefinition('test/one', [programPath('forks'), list, 'ends'])])
    await house.providers.begin()
    await house.providers.start('test/one')
    await house.becomes('waiting')
    const pids = readFileSync(list, 'utf8').trim().split(/\s+/).map(Number)
    expect(pids).toHaveLength(3)
    expect(pids.filter(isThere)).toEqual([])
  })

  it('whose command has disappeared is not started, and says what to do', async () => {
    const folder = newFolder()
    const program = join(folder, 'worker.sh')
    copyFileSync(programPath('hangs'), program)
    chmodSync(program, 0o700)
    const house = opened(folder, [scriptDefinition('test/one', [], { command: { program, args: [] } })])
    await house.providers.begin()
    await house.providers.start('test/one')
    await house.becomes('running')
    rmSync(program)
    process.kill(house.state().pid as number, 'SIGKILL')
    const failed = await house.becomes('failed')
    expect(failed.because).toContain(program)
    await expect(house.providers.start('test/one')).rejects.toThrow(program)
  })

  it('gets its secret by its environment alone, and the log does not hold it', async () => {
    const folder = newFolder()
    const secret = 'correct-horse-battery-9731'
    const house = opened(folder, [scriptDefinition('test/one', [], { command: { program: '/bin/sh', args: ['-c', 'echo "I was given $GIVEN"; echo ready; exec sleep 1000'], env: { GIVEN: '{secret:token}' } } })], { secret })
    await house.providers.begin()
    const { pid } = await house.providers.start('test/one')
    await house.becomes('running')
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    expect(words).not.toContain(secret)
    const page = await vi.waitFor(() => {
      const lines = house.providers.logs({ programmeId: 'test/one', limit: 50 }).lines.map(({ text }) => text).join('\n')
      expect(lines).toContain('I was given')
      return lines
    }, soon)
    expect(page).not.toContain(secret)
    expect(JSON.stringify([house.states, house.events])).not.toContain(secret)
  })

  it('is left untouched by a restart of Idlewatt, taken over, and watched on', async () => {
    const house = opened(newFolder(), [scriptDefinition('test/one', [programPath('hangs')])])
    await house.providers.begin()
    const { pid } = await house.providers.start('test/one')
    await house.becomes('running')
    await house.again('closed')
    expect(house.state()).toMatchObject({ phase: 'running', pid, adopted: true, activity: 'idle' })
    process.kill(pid as number, 'SIGKILL')
    const killedAt = performance.now()
    await house.becomes('waiting')
    expect(performance.now() - killedAt).toBeLessThan(1000)
    await house.becomes('running')
  })

  it('is stopped after a restart of Idlewatt if that was wished for before', async () => {
    const house = opened(newFolder(), [scriptDefinition('test/one', [programPath('ignores-term')])])
    await house.providers.begin()
    const { pid } = await house.providers.start('test/one')
    await house.becomes('running')
    await house.providers.stop('test/one')
    await house.again('closed')
    await house.becomes('stopped')
    expect(isThere(pid as number)).toBe(false)
  })

  it('of which only children are left is looked at by a one-shot command and left as it is, until it is stopped', async () => {
    const folder = newFolder()
    const list = join(folder, 'pids')
    const house = opened(folder, [scriptDefinition('test/one', [programPath('forks'), list])])
    await house.providers.begin()
    const { pid } = await house.providers.start('test/one')
    await house.becomes('running')
    const pids = await vi.waitFor(() => {
      const all = readFileSync(list, 'utf8').trim().split(/\s+/).map(Number)
      expect(all).toHaveLength(3)
      return all
    }, soon)
    await house.providers.close()
    process.kill(pid as number, 'SIGKILL')
    await vi.waitFor(() => expect(isThere(pid as number)).toBe(false), soon)
    const left = pids.filter(isThere)
    expect(left.length).toBeGreaterThan(0)
    house.events.length = 0
    for (let turn = 0; turn < 3; turn += 1) {
      await house.again('closed', { keepsWatch: false })
      const [state] = await house.providers.look()
      expect(state).toMatchObject({ phase: 'running', because: expect.stringContaining('What is left of it runs on') })
      await house.providers.close()
      expect(pids.filter(isThere)).toEqual(left)
    }
    expect(house.events).toEqual([])
    await house.again('closed', { keepsWatch: false })
    expect(await house.providers.stop('test/one')).toMatchObject({ phase: 'stopped' })
    expect(pids.filter(isThere)).toEqual([])
  })

  it('is not started beside a copy that somebody else has started, which is left alone', async () => {
    const folder = newFolder()
    const program = join(folder, 'odd-worker.sh')
    copyFileSync(programPath('ignores-term'), program)
    const processes = [{ name: 'odd-worker.sh', pathContains: folder }]
    const theirs = openProviderHouse(newFolder(), [scriptDefinition('test/theirs', [program])])
    await theirs.providers.begin()
    const { pid } = await theirs.providers.start('test/theirs')
    onTestFinished(() => theirs.end(), 30_000)
    const ours = opened(newFolder(), [scriptDefinition('test/one', [program], { processes, command: { program: '/bin/sh', args: [program] } })])
    await ours.providers.begin()
    await vi.waitFor(() => expect(theirs.state('test/theirs').phase).toBe('running'), soon)
    await expect(ours.providers.start('test/one')).rejects.toThrow(`process ${pid}`)
    expect(isThere(pid as number)).toBe(true)
  })

  it('costs the others nothing when it floods its log, crashes and has a broken reader', async () => {
    const broken = scriptDefinition('test/broken', [programPath('floods'), '0'], { readLine: () => { throw new Error('adapter') }, read: () => { throw new Error('adapter') } })
    const house = opened(newFolder(), [broken, scriptDefinition('test/crashes', [programPath('crashes'), '1']), scriptDefinition('test/good', [programPath('hangs')])])
    await house.providers.begin()
    await Promise.all([house.providers.start('test/broken'), house.providers.start('test/crashes'), house.providers.start('test/good')])
    await house.becomes('running', 'test/good')
    await house.becomes('waiting', 'test/crashes')
    const askedAt = performance.now()
    await house.providers.stop('test/good')
    await house.becomes('stopped', 'test/good')
    expect(performance.now() - askedAt).toBeLessThan(3000)
  })

  it('is forgotten with its folder once it is stopped, and not before', async () => {
    const folder = newFolder()
    const house = opened(folder, [scriptDefinition('test/one', [programPath('hangs')])])
    await house.providers.begin()
    await house.providers.start('test/one')
    await house.becomes('running')
    await expect(house.providers.forget('test/one')).rejects.toThrow('Stop it first')
    await house.providers.stop('test/one')
    await house.becomes('stopped')
    expect(existsSync(join(folder, 'providers', 'test-one'))).toBe(true)
    await house.providers.forget('test/one')
    expect(existsSync(join(folder, 'providers', 'test-one'))).toBe(false)
  })

  it('says which programme there is not, and what is only looked at', async () => {
    const house = opened(newFolder(), [scriptDefinition('test/one', [], { kind: 'observed', command: null })])
    await expect(house.providers.start('test/none')).rejects.toThrow('"test/none"')
    await expect(house.providers.start('test/one')).rejects.toThrow('only looked at')
  })

  it('tells its state at most four times a second, however much it prints', async () => {
    const house = opened(newFolder(), [scriptDefinition('test/one', [programPath('floods'), '0'])])
    const told: number[] = []
    await house.again('closed', { onState: () => void told.push(performance.now()) })
    await house.providers.start('test/one')
    await vi.waitFor(() => expect(told.length).toBeGreaterThan(2), soon)
    for (const [index, at] of told.slice(1).entries()) expect(at - (told[index] as number)).toBeGreaterThan(240)
  })
})
