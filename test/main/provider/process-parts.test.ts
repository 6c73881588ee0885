/** The pure parts beneath processes: who belongs to a run, lists of processes, environments, quoting, copies. */
import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { findCopies, parseList, pickCopies } from '../../../main/provider/copies.ts'
import { pickMembers } from '../../../main/provider/process-family.ts'
import { parsePs, parseStat, type ProcessRow } from '../../../main/system/process-table.ts'
import { inTerminal, quoted } from '../../../main/provider/process-terminal.ts'
import { newFolder } from '../../helpers/files.ts'

function row(pid: number, parent: number, group = pid, session = group, startedAt = 1000): ProcessRow {
  return { pid, parent, group, session, startedAt, identity: `boot:${startedAt}` }
}
const leader = { pid: 100, identity: 'boot:1000', startedAt: 1000 }
const pick = (rows: ProcessRow[], more: { known?: [number, string][]; marked?: number[]; isFresh?: boolean } = {}): number[] =>
  pickMembers({ leader, mark: 'm', known: new Map(more.known ?? []) }, rows, new Set(more.marked ?? []), more.isFresh ?? false).map((found) => found.pid)

describe('who belongs to a run', () => {
  test('the first, its group, descendants in groups of their own, and their groups', () => {
    expect(pick([row(100, 1), row(101, 100, 100, 100), row(102, 1, 100, 100), row(103, 101, 103, 103), row(104, 1, 103, 103), row(200, 1)])).toEqual([100, 101, 102, 103, 104])
  })
  test('a pid that was given to somebody else is not the first, and its group is not ours', () => {
    expect(pick([row(100, 1, 100, 100, 2000), row(101, 100, 100, 100, 2001)])).toEqual([])
  })
  test('without the first, its group counts only just after its end', () => {
    expect(pick([row(101, 1, 100, 100)])).toEqual([])
    expect(pick([row(101, 1, 100, 100)], { isFresh: true })).toEqual([101])
    expect(pick([row(100, 1, 100, 100, 2000), row(101, 1, 100, 100, 2001)], { isFresh: true })).toEqual([])
  })
  test('those seen before stay ours, unless the pid is another process now', () => {
    expect(pick([row(150, 1)], { known: [[150, 'boot:1000']] })).toEqual([150])
    expect(pick([row(150, 1, 150, 150, 3000)], { known: [[150, 'boot:1000']] })).toEqual([])
  })
  test('the marked, and what they started', () => {
    expect(pick([row(150, 1), row(151, 150), row(160, 1)], { marked: [150] })).toEqual([150, 151])
  })
  test('nobody is ours who is not linked to the run, whatever the tree looks like', () => {
    const tree = fc.uniqueArray(fc.record({ pid: fc.integer({ min: 100, max: 140 }), parent: fc.integer({ min: 1, max: 140 }), group: fc.integer({ min: 100, max: 140 }) }), { selector: (one) => one.pid, maxLength: 30 })
    fc.assert(
      fc.property(tree, (nodes) => {
        const rows = nodes.map((node) => row(node.pid, node.parent, node.group))
        const ours = new Set(pick(rows))
        for (const found of rows) {
          const isLinked = found.pid === 100 || ours.has(found.parent) || rows.some((other) => ours.has(other.pid) && other.pid === found.group && (other.pid === 100 || other.group === other.pid))
          expect(ours.has(found.pid)).toBe(rows.some((other) => other.pid === 100) && isLinked)
        }
      }),
    )
  })
})

describe('lists of processes', () => {
  test('/proc/PID/stat, whatever the name holds', () => {
    const stat = '4711 (a name) S 1 (x) Z) S 4700 4711 4690 0 -1 4194304 100 0 0 0 0 0 0 0 20 0 1 0 4589470 3133440 412'
    expect(parseStat(stat, 'boot')).toEqual({ state: 'S', row: { pid: 4711, parent: 4700, group: 4711, session: 4690, startedAt: 4589470, identity: 'boot:4589470' } })
    expect(parseStat('', 'boot')).toBeNull()
    expect(parseStat('1 (x) S 1', 'boot')).toBeNull()
  })
  test("macOS' ps; a zombie is gone", () => {
    const text = '    1     0     1 Ss   Mon Nov 23 08:00:00 2026    \n  501     1   501 S+   Mon Nov 23 16:27:51 2026\n  502   501   501 Z    Mon Nov 23 16:27:52 2026\n\n'
    expect(parsePs(text)).toMatchObject([{ pid: 1 }, { pid: 501, parent: 1, group: 501, session: null, startedAt: Date.parse('Mon Nov 23 16:27:51 2026') }])
  })
})

test.skipIf(process.platform === 'win32')('quoting: the shell gives every word back as it was', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary-ascii' }).filter((word) => !word.includes('\0')), { maxLength: 5 }), (words) => {
      const { stdout } = spawnSync('/bin/sh', ['-c', `printf '%s\\0' ${['x', ...words].map(quoted).join(' ')}`], { encoding: 'utf8' })
      expect(stdout.split('\0').slice(1, -1)).toEqual(words)
    }),
    { numRuns: 30 },
  )
})

test('a terminal elsewhere: macOS has its own words, Windows has none and says so', () => {
  expect(inTerminal('/a b', ['c'], {}, 'darwin')).toMatchObject({ program: 'script', args: ['-q', '/dev/null', '/a b', 'c'], remark: null })
  expect(inTerminal('C:\\a.exe', ['c'], {}, 'win32')).toMatchObject({ program: 'C:\\a.exe', args: ['c'], remark: expect.stringContaining('terminal of your own') })
})

describe('copies', () => {
  const worker = [{ name: 'worker.exe', pathContains: 'OctaneRender\\Client' }]
  test.each<[string, string[], { name: string; pathContains: string | null }[], number]>([
    ['the path in any case and either slash', ['c:/users/a/octanerender/CLIENT/Worker.EXE'], worker, 1],
    ['a namesake elsewhere', ['C:\\Games\\worker.exe'], worker, 0],
    ['a path that is not seen', ['worker.exe'], worker, 0],
    ['the name alone decides where no path is known', ['/opt/x/worker'], [{ name: 'worker', pathContains: null }], 1],
    ['a name is a whole one', ['/opt/x/worker-2'], [{ name: 'worker', pathContains: null }], 0],
  ])('%s', (_what, paths, processes, found) => {
    expect(pickCopies([{ pid: 7, paths }], processes, [])).toHaveLength(found)
    expect(pickCopies([{ pid: 7, paths }], processes, [7])).toEqual([])
  })
  test('lists of macOS and Windows, with blanks in paths', () => {
    const list = parseList('  501 /Applications/A b/worker\r\n 502 C:\\Program Files\\x\\worker.exe\n504 \n\n')
    expect(list).toEqual([{ pid: 501, paths: ['/Applications/A b/worker'] }, { pid: 502, paths: ['C:\\Program Files\\x\\worker.exe'] }])
    expect(pickCopies(list, [{ name: 'worker', pathContains: '/Program Files/' }], [])).toMatchObject([{ pid: 502 }])
  })
  test.skipIf(process.platform !== 'linux')('a real one is found by its path, and is not among those excepted', async () => {
    const folder = newFolder()
    copyFileSync('/bin/sleep', join(folder, 'idlewatt-copy'))
    const copy = spawn(join(folder, 'idlewatt-copy'), ['1000'], { stdio: 'ignore' })
    onTestFinished(() => void copy.kill('SIGKILL'))
    await new Promise((done) => copy.once('spawn', done))
    const definition = [{ name: 'idlewatt-copy', pathContains: folder }]
    expect(findCopies(definition, [])).toEqual([{ pid: copy.pid, program: join(folder, 'idlewatt-copy') }])
    expect(findCopies(definition, [copy.pid as number])).toEqual([])
    expect(findCopies([{ name: 'idlewatt-copy', pathContains: '/elsewhere/' }], [])).toEqual([])
    expect(findCopies([], [])).toEqual([])
  })

  const canUnshare = process.platform === 'linux' && spawnSync('unshare', ['--user', '--map-root-user', '--pid', '--fork', 'true']).status === 0
  test.skipIf(!canUnshare)('one in a container is the container\'s (skipped where this user may make none)', async () => {
    const folder = newFolder()
    copyFileSync('/bin/sleep', join(folder, 'idlewatt-inside'))
    const outer = spawn('unshare', ['--user', '--map-root-user', '--pid', '--fork', '--kill-child', 'sh', '-c', `echo in; ${join(folder, 'idlewatt-inside')} 1000; exit`], { stdio: ['ignore', 'pipe', 'ignore'] })
    onTestFinished(() => void outer.kill('SIGKILL'))
    const isInside = (pid: string): boolean => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(join(folder, 'idlewatt-inside'))
      } catch {
        return false
      }
    }
    await vi.waitFor(() => expect(readdirSync('/proc').some(isInside)).toBe(true), { timeout: 10_000 })
    expect(findCopies([{ name: 'idlewatt-inside', pathContains: folder }], [])).toEqual([])
  })
})
