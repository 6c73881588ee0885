/** What the scripts decide before anything runs: is an install whole, is a build fresh, may a download be tried, which door is meant. */
import { describe, expect, test } from 'vitest'
import { desktopWords, doorFor } from '../../scripts/lib/arguments.js'
import { lineToType, parseMissingLibraries } from '../../scripts/lib/debian.js'
import { cacheFolder } from '../../scripts/lib/paths.js'
import { buildState, hashOf, mayTryAgain, packagesState, readStamp } from '../../scripts/lib/stale.js'
import { hasDisplay } from '../../scripts/lib/window.js'

const lockOf = (packages: Record<string, object>): string => JSON.stringify({ lockfileVersion: 3, packages: { '': { name: 'idlewatt' }, ...packages } })
const lock = lockOf({
  'node_modules/zod': { version: '4.0.0', integrity: 'sha512-a' },
  'node_modules/a/node_modules/zod': { version: '3.0.0' },
  'node_modules/fsevents': { version: '2.0.0', optional: true },
})
const whole = lockOf({ 'node_modules/zod': { version: '4.0.0', integrity: 'sha512-a' }, 'node_modules/a/node_modules/zod': { version: '3.0.0' } })

describe('npm packages', () => {
  test('an install that matches the lock file needs nothing, whatever other systems would add', () => {
    expect(packagesState({ lock, installed: whole })).toEqual({ stale: false })
  })
  test.each([
    ['nothing is installed', null],
    ['an install broke off while its record was written', whole.slice(0, 40)],
    ['a package is missing', lockOf({ 'node_modules/zod': { version: '4.0.0' } })],
    ['a package is older than the lock file says', lockOf({ 'node_modules/zod': { version: '3.9.0' }, 'node_modules/a/node_modules/zod': { version: '3.0.0' } })],
    ['a package has the version but not the content', lockOf({ 'node_modules/zod': { version: '4.0.0', integrity: 'sha512-b' }, 'node_modules/a/node_modules/zod': { version: '3.0.0' } })],
  ])('%s: install', (_what, installed) => {
    expect(packagesState({ lock, installed }).stale).toBe(true)
  })
  test('the sentence names the package', () => {
    const state = packagesState({ lock, installed: lockOf({ 'node_modules/zod': { version: '4.0.0' } }) })
    expect(state).toMatchObject({ why: 'zod is not installed' })
  })
})

describe('the build', () => {
  const stamp = { looks: 'a', content: hashOf('text') }
  const never = (): string => expect.fail('the content is not to be read when nothing looks different')
  test('fresh: nothing looks different', () => expect(buildState({ stamp, outputsExist: true, looks: 'a', content: never })).toBe('fresh'))
  test('a checkout that touched the files but not their text needs no build', () => {
    expect(buildState({ stamp, outputsExist: true, looks: 'b', content: () => hashOf('text') })).toBe('same-content')
  })
  test('another text is built', () => expect(buildState({ stamp, outputsExist: true, looks: 'b', content: () => hashOf('other') })).toBe('stale'))
  test('a build that lost a file, or left no stamp because it broke off, is built again', () => {
    expect(buildState({ stamp, outputsExist: false, looks: 'a', content: never })).toBe('stale')
    expect(buildState({ stamp: null, outputsExist: true, looks: 'a', content: never })).toBe('stale')
  })
  test.each([null, '', '{"looks":"a"', '{"looks":1,"content":"b"}', 'null'])('a stamp that cannot be read counts as none: %s', (text) => {
    expect(readStamp(text)).toBeNull()
  })
})

describe('the download of Electron', () => {
  const now = 1_800_000_000_000
  const tried = (at: number, version = '45.0.0'): string => JSON.stringify({ at, version })
  test.each([
    ['never tried', null, true],
    ['half an hour ago', tried(now - 1_800_000), false],
    ['an hour ago', tried(now - 3_600_000), true],
    ['another version half an hour ago', tried(now - 1_800_000, '44.0.0'), true],
    ['by a clock that ran ahead', tried(now + 3_600_000), true],
    ['a stamp that cannot be read', '{', true],
  ])('%s', (_what, stamp, expected) => expect(mayTryAgain({ stamp, version: '45.0.0', now })).toBe(expected))
})

describe('which door is meant', () => {
  test.each([[[]], [['--machine', 'detect']], [['--machine=x', '--data', 'serve']], [['--no-open', '--port', '0']]])('%j: the desktop', (words) => {
    expect(doorFor(words)).toBe('desktop')
  })
  test.each([[['detect']], [['--machine', 'x', 'detect']], [['--help']], [['--version']], [['--jsno']], [['--machine']], [['detetc', '--json']]])('%j: the command line', (words) => {
    expect(doorFor(words)).toBe('command-line')
  })
  test('the desktop app gets its own words alone', () => {
    expect(desktopWords(['--machine', 'x', '--no-open', '--port', '8080', '--data=y'])).toEqual(['--machine', 'x', '--data=y'])
  })
})

describe('the system', () => {
  test('a display is asked for on Linux alone', () => {
    expect(hasDisplay({}, 'linux')).toBe(false)
    expect(hasDisplay({ WAYLAND_DISPLAY: 'wayland-0' }, 'linux')).toBe(true)
    expect(hasDisplay({}, 'win32')).toBe(true)
  })
  test('missing libraries are read from what ldd prints', () => {
    const text = '\tlinux-vdso.so.1 (0x00007ffc)\n\tlibgtk-3.so.0 => not found\n\tlibc.so.6 => /lib/libc.so.6 (0x1)\n\tlibnss3.so => not found\n'
    expect(parseMissingLibraries(text)).toEqual(['libgtk-3.so.0', 'libnss3.so'])
  })
  test('the line to type is one line', () => {
    expect(lineToType(['chromium', 'gcc'], false)).toBe('sudo apt-get install -y --no-install-recommends chromium gcc')
    expect(lineToType(['gcc'], true)).toMatch(/^apt-get /)
  })
  test('the cache lies where each system keeps such things', () => {
    expect(cacheFolder({ XDG_CACHE_HOME: '/x' }, 'linux')).toBe('/x/idlewatt')
    expect(cacheFolder({ LOCALAPPDATA: '/local' }, 'win32')).toContain('idlewatt')
    expect(cacheFolder({}, 'darwin')).toContain('Caches')
  })
})
