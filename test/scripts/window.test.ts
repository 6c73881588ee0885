/** `npm start` where a window is hoped for: a display that is only a name, and an Electron that ends at once, both lead to the browser. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { displayAddresses } from '../../scripts/lib/window.js'
import { ensureBuilt, repositoryFolder } from '../helpers/built.ts'
import { newFolder } from '../helpers/files.ts'

describe('where a display listens', () => {
  test.each([
    [{ DISPLAY: ':0' }, [{ path: '/tmp/.X11-unix/X0' }, { path: '\0/tmp/.X11-unix/X0' }]],
    [{ DISPLAY: 'unix:1.0' }, [{ path: '/tmp/.X11-unix/X1' }, { path: '\0/tmp/.X11-unix/X1' }]],
    [{ DISPLAY: 'localhost:10.0' }, [{ host: 'localhost', port: 6010 }]],
    [{ WAYLAND_DISPLAY: 'wayland-0', XDG_RUNTIME_DIR: '/run/user/1000' }, [{ path: '/run/user/1000/wayland-0' }]],
    [{ WAYLAND_DISPLAY: '/run/w' }, [{ path: '/run/w' }]],
    [{ WAYLAND_DISPLAY: 'wayland-0' }, []],
    [{ DISPLAY: 'nonsense' }, []],
    [{ DISPLAY: '', WAYLAND_DISPLAY: '' }, []],
    [{}, []],
  ])('%j', (env, addresses) => expect(displayAddresses(env)).toEqual(addresses))
})

describe.skipIf(process.platform !== 'linux')('npm start (skipped: displays are a matter of Linux)', () => {
  beforeAll(ensureBuilt)

  /** `electron`: a program in place of Electron's binary, as a shell script. */
  function start(electron: string, env: Record<string, string>): ChildProcess & { text: () => string; errors: () => string } {
    const folder = newFolder()
    mkdirSync(join(folder, 'electron'))
    writeFileSync(join(folder, 'electron', 'electron'), `#!/bin/sh\n${electron}\n`)
    chmodSync(join(folder, 'electron', 'electron'), 0o755)
    const words = ['--no-open', '--data', join(folder, 'data'), '--machine', join(repositoryFolder, 'test', 'machines', 'rtx-3050')]
    const child = spawn(process.execPath, [join(repositoryFolder, 'scripts', 'start.js'), ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, WAYLAND_DISPLAY: '', XDG_RUNTIME_DIR: folder, ELECTRON_OVERRIDE_DIST_PATH: join(folder, 'electron'), ...env },
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    let text = ''
    let errors = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk))
    return Object.assign(child, { text: () => text, errors: () => errors })
  }

  /** A display that takes connections, which is all that can be told before a window is tried. */
  async function aDisplay(): Promise<Record<string, string>> {
    const server = createServer((socket) => void socket.destroy())
    const path = join(newFolder(), 'wayland-0')
    await once(server.listen(path), 'listening')
    onTestFinished(() => void server.close())
    return { DISPLAY: '', WAYLAND_DISPLAY: path }
  }

  test('a display that does not answer: one line, and the browser', { timeout: 60_000 }, async () => {
    const child = start('echo never >&2; exit 1', { DISPLAY: 'localhost:9871' })
    await expect.poll(child.text, { timeout: 50_000 }).toContain('Idlewatt is ready: http://127.0.0.1:')
    expect(child.errors().trim().split('\n').filter((line) => line.includes('served to the browser'))).toEqual(['Idlewatt: The display localhost:9871 does not answer, so Idlewatt is served to the browser.'])
    expect(child.errors()).not.toContain('never')
  })

  test('an Electron that ends by itself at once: one line of ours, and the browser', { timeout: 60_000 }, async () => {
    const child = start('echo "Missing X server or \\$DISPLAY" >&2; exit 1', await aDisplay())
    await expect.poll(child.text, { timeout: 50_000 }).toContain('Idlewatt is ready: http://127.0.0.1:')
    expect(child.errors()).toContain('Electron could not open a window (exit code 1), so Idlewatt is served to the browser.')
  })

  test('a desktop app that says why it cannot start is not served instead: exit code 1', { timeout: 60_000 }, async () => {
    const child = start('echo "The folder is taken." >&2; exit "$IDLEWATT_REFUSED_EXIT_CODE"', await aDisplay())
    const [code] = (await once(child, 'exit')) as [number]
    expect({ code, text: child.text() }).toEqual({ code: 1, text: '' })
    expect(child.errors()).not.toContain('served to the browser')
  })

  test('a window that is closed is the end: exit code 0', { timeout: 60_000 }, async () => {
    const child = start('exit 0', await aDisplay())
    const [code] = (await once(child, 'exit')) as [number]
    expect({ code, text: child.text() }).toEqual({ code: 0, text: '' })
  })
})
