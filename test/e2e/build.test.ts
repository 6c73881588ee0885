/** What `npm run build` makes: the entries are there, Electron is asked for where it belongs, and the built doors run. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { ensureBuilt, repositoryFolder } from '../helpers/built.ts'
import { newFolder } from '../helpers/files.ts'

const out = join(repositoryFolder, 'out')
beforeAll(ensureBuilt)

/** A built entry and every file of the build that it can reach. */
function reachable(entry: string, seen = new Set<string>()): Set<string> {
  if (seen.has(entry)) return seen
  seen.add(entry)
  for (const [, path] of readFileSync(entry, 'utf8').matchAll(/(?:from|import)\s*\(?\s*["'](\.[^"']+)["']/g)) reachable(join(dirname(entry), path as string), seen)
  return seen
}

describe('the build', () => {
  it.each(['idlewatt', 'probe-worker', 'bench-worker'])('%s reaches no import of Electron', (name) => {
    const files = [...reachable(join(out, 'main', `${name}.js`))]
    expect(files.filter((file) => /(?:from|import|require)\s*\(?\s*["']electron/.test(readFileSync(file, 'utf8')))).toEqual([])
  })

  it('the desktop entry does import it, and the preload is CommonJS that asks for nothing else', () => {
    expect(readFileSync(join(out, 'main', 'desktop.js'), 'utf8')).toMatch(/from "electron"/)
    const preload = readFileSync(join(out, 'preload', 'preload.cjs'), 'utf8')
    expect([...preload.matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name)).toEqual(['electron'])
    expect(preload).not.toMatch(/^import /m)
    expect(preload.length).toBeLessThan(2000)
  })

  it('the page loads files only, within its budget of 250 kB of JavaScript', () => {
    const html = readFileSync(join(out, 'renderer', 'index.html'), 'utf8')
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)/)
    const scripts = [...html.matchAll(/(?:src|modulepreload"[^>]*href)="\.\/(assets\/[^"]+\.js)"/g)].map(([, file]) => readFileSync(join(out, 'renderer', file as string)))
    expect(scripts.length).toBeGreaterThan(0)
    expect(scripts.reduce((sum, script) => sum + gzipSync(script).length, 0)).toBeLessThan(250_000)
    expect(readdirSync(join(out, 'renderer', 'assets')).some((name) => name.endsWith('.map'))).toBe(false)
  })
})

describe('the built headless door', () => {
  function serve(data: string, words: string[] = []): ChildProcess & { ready: Promise<string>; errors: string } {
    const child = spawn(process.execPath, [join(out, 'main', 'idlewatt.js'), 'serve', '--no-open', '--port', '0', '--data', data, ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    const ready = new Promise<string>((resolve) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        const address = /^Idlewatt is ready: (http:\S+)$/.exec(line)?.[1]
        if (address) resolve(address)
      })
    })
    const seen = Object.assign(child, { ready, errors: '' })
    child.stderr.on('data', (chunk: Buffer) => (seen.errors += chunk.toString()))
    return seen
  }

  it('serves the page and its state, tells a second instance who is there, and ends within two seconds of Ctrl-C', async () => {
    const data = newFolder()
    const first = serve(data)
    const address = new URL(await first.ready)
    expect(await (await fetch(address)).text()).toContain('<div id="root">')
    const headers = { Authorization: `Bearer ${address.hash.slice(1)}`, 'Content-Type': 'application/json' }
    const stream = await fetch(new URL('/updates', address), { headers })
    const reply = (await (await fetch(new URL('/ask', address), { method: 'POST', headers, body: '{"name":"state.read"}' })).json()) as { ok: boolean }
    expect(reply.ok).toBe(true)

    const second = serve(data)
    const [code] = (await once(second, 'exit')) as [number]
    expect(code).toBe(1)
    expect(second.errors).toContain(`process ${first.pid}`)
    expect(second.errors).toContain(address.origin)
    expect(second.errors).not.toContain(address.hash.slice(1))

    const children = process.platform === 'linux' ? readFileSync(`/proc/${first.pid}/task/${first.pid}/children`, 'utf8').trim().split(' ').filter(Boolean) : []
    const began = performance.now()
    first.kill('SIGINT')
    await once(first, 'exit')
    expect(performance.now() - began).toBeLessThan(2000)
    await stream.body?.cancel().catch(() => {})
    expect(children.filter((pid) => existsSync(`/proc/${pid}`) && !/\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8')))).toEqual([])
    expect(readdirSync(data)).not.toContain('idlewatt.lock')
  })
})
