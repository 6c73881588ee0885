/** Whose a program on a card is, and how sure that is; numbers that are used again; two hundred processes. */
import { spawn } from 'node:child_process'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createOrigins } from '../../../main/policy/programs-origins.ts'
import { parentsCommand, parseParents } from '../../../main/policy/programs-parents.ts'
import { programsOf, type Origin } from '../../../main/policy/programs.ts'
import { readRow, type ProcessRow } from '../../../main/system/process-table.ts'
import type { MachineSource } from '../../../main/system/machine-source.ts'
import type { GpuProcess } from '../../../shared/telemetry.ts'

const none = { busyPrograms: [], ignoredPrograms: [] }
const stranger: Origin = { kind: 'other', startedAt: 5, parent: 12, parentName: 'bash' }

function process(over: Partial<GpuProcess> = {}): GpuProcess {
  return { pid: 4711, name: '/usr/bin/blender --background', memoryBytes: 6e9, ours: null, utilisation: 0.4, ...over }
}

function whoseIs(name: string, origin: Origin, lists: { busyPrograms?: string[]; ignoredPrograms?: string[]; isOursActive?: boolean } = {}): { whose: string; confidence: string } {
  const [program] = programsOf({ processes: [process({ name })], originOf: () => origin, settings: { ...none, ...lists }, isOursActive: lists.isOursActive ?? false })
  if (program === undefined) throw new Error('it was lost')
  return { whose: program.whose, confidence: program.confidence }
}

describe('told apart', () => {
  test('ours, a child of ours, a container of ours, and a stranger with the name of its parent', () => {
    expect(whoseIs('worker', { kind: 'ours', startedAt: 1 })).toEqual({ whose: 'ours', confidence: 'high' })
    expect(whoseIs('python3', { kind: 'child', startedAt: 1, parent: 7, isOwn: false })).toEqual({ whose: 'ours', confidence: 'high' })
    expect(whoseIs('python3', { kind: 'container', startedAt: 1, container: 'abc' })).toEqual({ whose: 'ours', confidence: 'medium' })
    const [program] = programsOf({ processes: [process()], originOf: () => stranger, settings: none, isOursActive: true })
    expect(program).toEqual({ pid: 4711, name: 'blender', startedAt: 5, memoryBytes: 6e9, utilisation: 0.4, whose: 'stranger', confidence: 'high', why: 'Idlewatt did not start it: its parent is bash (12).' })
  })

  test('what the user listed counts, what they ignored does not, by names without path, case and .exe', () => {
    expect(whoseIs('C:\\Games\\Elden Ring\\ELDENRING.EXE', stranger, { busyPrograms: ['eldenring'] }).whose).toBe('listed')
    expect(whoseIs('C:\\Tools\\wallpaper64.exe', stranger, { ignoredPrograms: ['Wallpaper64'] }).whose).toBe('ignored')
    expect(whoseIs('wallpaper64', stranger, { ignoredPrograms: ['wallpaper64'], busyPrograms: ['wallpaper64'] }).whose).toBe('listed')
  })

  test('a program of ours stays ours though its name is listed or ignored', () => {
    expect(whoseIs('blender', { kind: 'child', startedAt: 1, parent: 7, isOwn: false }, { busyPrograms: ['blender'] }).whose).toBe('ours')
  })

  test('the desktop and launchers are no strangers; the game that a launcher started is one', () => {
    for (const name of ['/usr/lib/xorg/Xorg', 'gnome-shell', 'C:\\Windows\\System32\\dwm.exe', 'explorer.exe', 'steamwebhelper.exe', 'EpicGamesLauncher.exe', 'Battle.net.exe']) expect(whoseIs(name, stranger).whose, name).toBe('desktop')
    for (const name of ['hl2_linux', 'steam_app_570', 'cs2.exe', 'chrome']) expect(whoseIs(name, stranger).whose, name).toBe('stranger')
  })

  test('its own window is told from a program of the same name by its parent', () => {
    expect(whoseIs('electron', { kind: 'child', startedAt: 1, parent: 99, isOwn: true })).toEqual({ whose: 'desktop', confidence: 'high' })
    expect(whoseIs('electron', stranger)).toEqual({ whose: 'desktop', confidence: 'medium' })
  })

  test('where the driver counts otherwise than the system, it is ours only while ours runs there, and that with low confidence', () => {
    expect(whoseIs('python3', { kind: 'not-visible' }, { isOursActive: true })).toEqual({ whose: 'ours', confidence: 'low' })
    expect(whoseIs('python3', { kind: 'not-visible' })).toEqual({ whose: 'stranger', confidence: 'low' })
    expect(whoseIs('python3', { kind: 'untold', startedAt: null }, { isOursActive: true })).toEqual({ whose: 'stranger', confidence: 'medium' })
  })
})

const source = { run: () => Promise.resolve({ kind: 'not-found' as const }) }
function row(pid: number, parent: number, startedAt: number): ProcessRow {
  return { pid, parent, group: pid, session: null, startedAt, identity: `boot:${startedAt}` }
}

function originsOn(rows: Map<number, ProcessRow>, more: { isOurs?: (pid: number) => boolean; ownContainers?: () => string[]; exists?: (pid: number) => boolean } = {}) {
  const clock = { ms: 1000, reads: 0 }
  const origins = createOrigins({
    platform: 'linux',
    source: source as Pick<MachineSource, 'run'>,
    steadyMs: () => clock.ms,
    isOurs: more.isOurs ?? (() => false),
    ownContainers: more.ownContainers ?? (() => []),
    ownPid: 99,
    readRow(pid) {
      clock.reads += 1
      return rows.get(pid) ?? null
    },
    exists: more.exists ?? (() => false),
  })
  const look = (pid: number, name = 'a'): Origin => {
    clock.ms += 1000
    origins.begin()
    return origins.of(pid, name)
  }
  return { origins, clock, look }
}

describe('where it comes from', () => {
  test('a grandchild of ours is ours; one of Idlewatt itself is told apart', () => {
    const rows = new Map([row(30, 20, 300), row(20, 10, 200), row(10, 1, 100), row(40, 99, 400), row(99, 1, 50)].map((one) => [one.pid, one]))
    const { look } = originsOn(rows, { isOurs: (pid) => pid === 10 })
    expect(look(10)).toMatchObject({ kind: 'ours' })
    expect(look(30)).toMatchObject({ kind: 'child', parent: 10, isOwn: false })
    expect(look(40)).toMatchObject({ kind: 'child', parent: 99, isOwn: true })
  })

  test('a number that is used again is another program, with another start', () => {
    const rows = new Map([[30, row(30, 10, 300)]])
    const { look, clock } = originsOn(rows, { isOurs: (pid) => pid === 10 })
    expect(look(30)).toMatchObject({ kind: 'child' })
    clock.ms += 60_000
    rows.set(30, row(30, 1, 9000))
    const after = look(30)
    expect(after).toMatchObject({ kind: 'other', parent: 1 })
  })

  test('a parent that began after its child is another process with its number', () => {
    const rows = new Map([row(30, 20, 300), row(20, 10, 500)].map((one) => [one.pid, one]))
    expect(originsOn(rows, { isOurs: (pid) => pid === 10 }).look(30)).toMatchObject({ kind: 'other' })
  })

  test('parents in a circle end the search', () => {
    const rows = new Map([row(30, 20, 300), row(20, 30, 300)].map((one) => [one.pid, one]))
    expect(originsOn(rows).look(30)).toMatchObject({ kind: 'other' })
  })

  test('hidden from us but there: a stranger; not there at all: not visible', () => {
    expect(originsOn(new Map(), { exists: () => true }).look(30)).toMatchObject({ kind: 'other', parent: null })
    expect(originsOn(new Map()).look(30)).toEqual({ kind: 'not-visible' })
  })

  test('one that has just ended is still whose it was', () => {
    const rows = new Map([[30, row(30, 10, 300)]])
    const { look } = originsOn(rows, { isOurs: (pid) => pid === 10 })
    look(30)
    rows.clear()
    expect(look(30)).toMatchObject({ kind: 'child' })
  })

  test('whose parent becomes known as ours a moment later is ours then', () => {
    let isKnown = false
    const rows = new Map([[30, row(30, 10, 300)]])
    const { look } = originsOn(rows, { isOurs: (pid) => isKnown && pid === 10 })
    expect(look(30)).toMatchObject({ kind: 'other' })
    isKnown = true
    expect(look(30)).toMatchObject({ kind: 'child' })
  })

  test('two hundred processes are not looked up each second, and all have their turn', () => {
    const rows = new Map(Array.from({ length: 200 }, (_, index) => [1000 + index, row(1000 + index, 1, 100)]))
    const { origins, clock } = originsOn(rows)
    const turn = (): void => {
      clock.ms += 1000
      origins.begin()
      for (const pid of rows.keys()) origins.of(pid, 'a')
    }
    for (let no = 0; no < 10; no += 1) turn()
    clock.reads = 0
    turn()
    expect(clock.reads).toBeLessThanOrEqual(48)
    // One at the very end of the list gets another process in its place, of the same name.
    const before = origins.of(1199, 'a')
    rows.set(1199, row(1199, 1, 7777))
    for (let no = 0; no < 12; no += 1) turn()
    expect(origins.of(1199, 'a')).not.toEqual(before)
  })

  test.runIf(globalThis.process.platform === 'linux')('real processes: a child of a shell that is ours', async () => {
    const shell = spawn('/bin/sh', ['-c', 'sleep 30 & echo $!; wait'], { stdio: ['ignore', 'pipe', 'ignore'] })
    onTestFinished(() => void shell.kill('SIGKILL'))
    const pid = await new Promise<number>((done) => shell.stdout.once('data', (text) => done(Number(String(text)))))
    onTestFinished(() => void globalThis.process.kill(pid, 'SIGKILL'))
    let isOurs = true
    const origins = createOrigins({ platform: 'linux', source: source as Pick<MachineSource, 'run'>, steadyMs: () => performance.now(), isOurs: (one) => isOurs && one === shell.pid, ownContainers: () => [], ownPid: globalThis.process.pid })
    const seen = origins.of(pid, 'sleep')
    expect(seen).toMatchObject({ kind: 'child', parent: shell.pid, isOwn: false })
    expect(Math.abs(('startedAt' in seen ? (seen.startedAt ?? 0) : 0) - Date.now())).toBeLessThan(20_000)
    isOurs = false
    expect(createOrigins({ platform: 'linux', source: source as Pick<MachineSource, 'run'>, steadyMs: () => 0, isOurs: () => false, ownContainers: () => [], ownPid: 1 }).of(pid, 'sleep')).toMatchObject({ kind: 'other', parentName: 'sh' })
    expect(readRow(pid)).not.toBe(null)
  })
})

describe('where all processes are listed at once', () => {
  test('Windows and macOS print them with parents and starts', () => {
    const windows = parseParents('4 0 - System\r\n4711 12 2026-11-23T09:00:00.0000000Z Elden Ring.exe\r\nnonsense\r\n')
    expect(windows.get(4711)).toEqual({ parent: 12, name: 'Elden Ring.exe', startedAt: Date.UTC(2026, 10, 23, 9) })
    expect(windows.get(4)).toEqual({ parent: 0, name: 'System', startedAt: null })
    expect(parseParents('  501     1 Mon Nov 23 16:27:51 2026 /Applications/Blender.app/Contents/MacOS/Blender\n').get(501)).toMatchObject({ parent: 1, name: '/Applications/Blender.app/Contents/MacOS/Blender' })
    expect(parentsCommand('win32').program).toBe('powershell.exe')
  })

  test('a new process is asked for once, is ours meanwhile with low confidence, and is then told apart', async () => {
    let lists = 0
    let ms = 0
    const origins = createOrigins({
      platform: 'win32',
      source: {
        run() {
          lists += 1
          return Promise.resolve({ kind: 'done', exitCode: 0, stdout: '30 20 2026-11-23T09:00:00Z worker.exe\n20 1 2026-11-23T08:00:00Z launcher.exe\n50 2 2026-11-23T09:00:00Z game.exe\n', stderr: '' })
        },
      },
      steadyMs: () => ms,
      isOurs: (pid) => pid === 20,
      ownContainers: () => [],
      ownPid: 99,
    })
    expect(origins.of(30, 'worker.exe')).toEqual({ kind: 'asked' })
    expect(origins.of(50, 'game.exe')).toEqual({ kind: 'asked' })
    await new Promise((done) => setImmediate(done))
    expect(origins.of(30, 'worker.exe')).toMatchObject({ kind: 'child', parent: 20 })
    expect(origins.of(50, 'game.exe')).toMatchObject({ kind: 'other', parent: 2 })
    expect(lists).toBe(1)
    // Nothing in the list: after a moment it is said that it cannot be told.
    expect(origins.of(77, 'new.exe')).toEqual({ kind: 'asked' })
    ms += 4000
    expect(origins.of(77, 'new.exe')).toMatchObject({ kind: 'untold' })
  })
})
