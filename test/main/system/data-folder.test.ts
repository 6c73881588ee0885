/** Who a data folder belongs to: live holders, dead ones, pids given away again, and rubbish in the lock file. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { claimDataFolder, claimForDoor, defaultDataFolder, holderOf, type Holder } from '../../../main/system/data-folder.ts'
import { NotPossible } from '../../../main/system/not-possible.ts'
import { canMountTinyDisk, heedsReadOnly, moduleUrl, newFolder, runCode, runOnTinyDisk } from '../../helpers/files.ts'

const lockIn = (folder: string): string => join(folder, 'idlewatt.lock')
const readLock = (folder: string): Holder => JSON.parse(readFileSync(lockIn(folder), 'utf8')) as Holder

/** Another process that holds the folder until it is killed. */
async function holdElsewhere(folder: string): Promise<ChildProcess> {
  const code = `const { claimDataFolder } = await import(${moduleUrl('main/system/data-folder.ts')}); claimDataFolder(${JSON.stringify(folder)}, 'headless').setAddress('http://127.0.0.1:4711/#secret'); console.log('held'); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--disable-warning=ExperimentalWarning', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout as NodeJS.ReadableStream, 'data')
  return child
}

describe('claiming a data folder', () => {
  it('makes it, private to the user, and leaves nothing behind when released', () => {
    const folder = join(newFolder(), 'a', 'b')
    const claim = claimDataFolder(folder, 'headless')
    expect(holderOf(folder)).toMatchObject({ pid: process.pid, door: 'headless', address: null })
    claim.release()
    claim.release()
    expect(holderOf(folder)).toBeNull()
    expect(readdirSync(folder)).toEqual([])
  })

  it('twice is refused with the holder named: door, process and address, but never its token', async () => {
    const folder = newFolder()
    const child = await holdElsewhere(folder)
    expect(readFileSync(lockIn(folder), 'utf8')).not.toContain('secret')
    expect(() => claimDataFolder(folder, 'desktop')).toThrow(NotPossible)
    expect(() => claimDataFolder(folder, 'desktop')).toThrow(new RegExp(`already uses ${folder}: the headless door, process ${child.pid}, since .* UTC; it answers at http://127\\.0\\.0\\.1:4711/\\.`))
    // Also for a second claim inside this very process.
    const other = newFolder()
    const claim = claimDataFolder(other, 'desktop')
    expect(() => claimDataFolder(other, 'headless')).toThrow(`process ${process.pid}`)
    claim.release()
  })

  it('takes over from a holder that was killed', async () => {
    const folder = newFolder()
    const child = await holdElsewhere(folder)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(existsSync(lockIn(folder))).toBe(true)
    const claim = claimDataFolder(folder, 'desktop')
    expect(readLock(folder)).toMatchObject({ pid: process.pid, door: 'desktop' })
    expect(readdirSync(folder)).toEqual(['idlewatt.lock'])
    claim.release()
  })

  it('is given up when its process ends by itself', () => {
    const folder = newFolder()
    const result = runCode(`const { claimDataFolder } = await import(${moduleUrl('main/system/data-folder.ts')}); claimDataFolder(${JSON.stringify(folder)}, 'headless')`)
    expect(result).toMatchObject({ status: 0, stderr: '' })
    expect(readdirSync(folder)).toEqual([])
  })

  it.skipIf(process.platform === 'win32')('takes over where the pid now belongs to another program', () => {
    const folder = newFolder()
    const claim = claimDataFolder(folder, 'headless')
    const lock = readLock(folder)
    claim.release()
    // Our own pid runs, but not since then.
    writeFileSync(lockIn(folder), JSON.stringify({ ...lock, claim: 'earlier', processStartedAt: lock.processStartedAt - 3_600_000, startTicks: lock.startTicks === null ? null : `${lock.startTicks}0` }))
    expect(holderOf(folder)).toBeNull()
    claimDataFolder(folder, 'headless').release()
  })

  it('of another computer counts as held while its lock is touched, and no longer', () => {
    const folder = newFolder()
    claimDataFolder(folder, 'headless').release()
    const lock: Holder = { pid: 1, processStartedAt: 1, startTicks: null, door: 'headless', since: Date.now(), address: null, host: 'another-computer', claim: 'x' }
    writeFileSync(lockIn(folder), JSON.stringify(lock))
    expect(() => claimDataFolder(folder, 'desktop')).toThrow('process 1 on another-computer')
    const longAgo = new Date(Date.now() - 120_000)
    utimesSync(lockIn(folder), longAgo, longAgo)
    claimDataFolder(folder, 'desktop').release()
  })

  it.each(['', '{', 'null', '[]', '{"pid":"1"}', '{"pid":-1,"door":"x","host":"h","since":1,"processStartedAt":1,"claim":"c"}', '\0\0\0\0', '{"pid":1e400}'])('takes over a lock file that holds %j', (content) => {
    const folder = newFolder()
    writeFileSync(lockIn(folder), content)
    claimDataFolder(folder, 'headless').release()
    expect(readdirSync(folder)).toEqual([])
  })

  it('of which ten want it at once is given to one', async () => {
    const folder = newFolder()
    writeFileSync(lockIn(folder), '{"left":"by a crash"}')
    const code = `const { claimDataFolder } = await import(${moduleUrl('main/system/data-folder.ts')}); try { claimDataFolder(${JSON.stringify(folder)}, 'headless'); console.log('mine') } catch (error) { console.log(error.name) } await new Promise((resolve) => process.stdin.once('end', resolve).resume())`
    const children = Array.from({ length: 10 }, () => spawn(process.execPath, ['--input-type=module-typescript', '--disable-warning=ExperimentalWarning', '-e', code], { stdio: ['pipe', 'pipe', 'inherit'] }))
    const answers = await Promise.all(children.map(async (child) => String((await once(child.stdout, 'data'))[0]).trim()))
    for (const child of children) child.stdin.end()
    expect(answers.sort()).toEqual(['NotPossible', 'NotPossible', 'NotPossible', 'NotPossible', 'NotPossible', 'NotPossible', 'NotPossible', 'NotPossible', 'NotPossible', 'mine'].sort())
  })

  it('removes only its own lock', () => {
    const folder = newFolder()
    const claim = claimDataFolder(folder, 'headless')
    writeFileSync(lockIn(folder), '{"somebody":"else"}')
    claim.setAddress('http://127.0.0.1:1')
    claim.release()
    expect(readFileSync(lockIn(folder), 'utf8')).toBe('{"somebody":"else"}')
  })
})

describe('a door that stays', () => {
  it('waits for a command that holds the folder for its one act', async () => {
    const folder = newFolder()
    const command = claimDataFolder(folder, 'command-line')
    const door = claimForDoor(folder, 'headless', 20_000)
    setImmediate(() => command.release())
    const claim = await door
    expect(holderOf(folder)?.door).toBe('headless')
    claim.release()
  })
  it('gives up on one that goes on, and does not wait for another door at all', async () => {
    const folder = newFolder()
    const command = claimDataFolder(folder, 'command-line')
    await expect(claimForDoor(folder, 'headless', 150)).rejects.toThrow(/the command-line door, process/)
    command.release()
    const other = claimDataFolder(folder, 'desktop')
    await expect(claimForDoor(folder, 'headless', 600_000)).rejects.toThrow(/the desktop door, process/)
    other.release()
  })
})

describe('a place that cannot be used', () => {
  it('is refused in words: a file in the way, a folder in the way of the lock', () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'file'), '')
    expect(() => claimDataFolder(join(folder, 'file'), 'headless')).toThrow(`cannot keep its data in ${join(folder, 'file')}: it, or a part of its path, is a file and not a folder`)
    expect(() => claimDataFolder(join(folder, 'file', 'below'), 'headless')).toThrow('it, or a part of its path, is a file and not a folder')
    mkdirSync(lockIn(folder))
    expect(() => claimDataFolder(folder, 'headless')).toThrow(/is a folder; a lock file belongs there/)
  })

  it.skipIf(process.platform !== 'linux')('under /proc it ends, where Node itself would try for ever', () => {
    expect(() => claimDataFolder('/proc/idlewatt/data', 'headless')).toThrow('it does not exist')
  })

  const claimCode = (folder: string): string => `const { claimDataFolder } = await import(${moduleUrl('main/system/data-folder.ts')}); try { claimDataFolder(${JSON.stringify(folder)}, 'headless') } catch (error) { console.log(error.name + ': ' + error.message) }`

  it.skipIf(heedsReadOnly === null)('read-only', () => {
    const folder = newFolder()
    chmodSync(folder, 0o555)
    const result = runCode(claimCode(folder), { wrap: heedsReadOnly ?? [] })
    chmodSync(folder, 0o755)
    expect(result.stdout.trim()).toBe(`NotPossible: Idlewatt cannot keep its data in ${folder}: this user may not write there. Name another folder with --data, or make this one writable.`)
  })

  it.skipIf(!canMountTinyDisk)('full', () => {
    const folder = newFolder()
    const result = runOnTinyDisk(folder, 'cat /dev/zero > fill 2>/dev/null', `${claimCode(folder)}; console.log((await import('node:fs')).readdirSync('.').join())`)
    expect(result.stdout.trim().split('\n')).toEqual([`NotPossible: Idlewatt cannot keep its data in ${folder}: the disk is full. Name another folder with --data, or make this one writable.`, 'fill'])
  })
})

describe('the standard folder', () => {
  it('is where each system keeps such data', () => {
    expect(defaultDataFolder('linux', {}, '/home/ada')).toBe('/home/ada/.local/share/idlewatt')
    expect(defaultDataFolder('linux', { XDG_DATA_HOME: '/data' }, '/home/ada')).toBe('/data/idlewatt')
    expect(defaultDataFolder('linux', { XDG_DATA_HOME: 'relative' }, '/home/ada')).toBe('/home/ada/.local/share/idlewatt')
    expect(defaultDataFolder('darwin', {}, '/Users/ada')).toBe('/Users/ada/Library/Application Support/Idlewatt')
  })

  it.each(['linux', 'darwin', 'win32'])('%s: without a home there is none, rather than the folder one happens to stand in', (platform) => {
    expect(() => defaultDataFolder(platform, {}, null)).toThrow(NotPossible)
    expect(() => defaultDataFolder(platform, {}, null)).toThrow('--data')
  })
})
