/** The door to Docker against a real engine on a socket of its own. */
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createDockerEngine, type DockerEngine, type EngineEvent } from '../../../main/system/docker-engine.ts'
import { startDocker, until, type DockerDaemon } from '../../helpers/docker-daemon.ts'
import { heedsReadOnly, moduleUrl, newFolder, runCode } from '../../helpers/files.ts'

const made = await startDocker()
const whyNot = 'why' in made ? made.why : null
const daemon = made as DockerDaemon
const image = 'example/worker:1'

function engineOf(socketPath: string): DockerEngine {
  return createDockerEngine({ socketPath, now: Date.now })
}

describe.skipIf(whyNot !== null)(`a real Docker Engine${whyNot === null ? '' : ` (skipped: ${whyNot})`}`, { timeout: 60_000 }, () => {
  let docker: DockerEngine
  beforeAll(async () => {
    await daemon.image(image)
    docker = engineOf(daemon.socketPath)
  })
  afterAll(() => daemon.close())

  test('is looked at without being changed', async () => {
    const id = await daemon.run(image, 'sleep 1000', { name: 'stranger', Labels: { of: 'another' } })
    const { value } = await docker.look()
    expect(value).toMatchObject({ answers: true, why: null, isDesktop: false, hasNvidiaRuntime: false })
    expect(value?.version).toMatch(/^\d+\./)
    expect(value?.runtimes).toContain('runc')
    expect(value?.rootFolder).toContain('idlewatt-docker-')
    expect(value?.containers).toContainEqual({ id, name: 'stranger', image, state: 'running', labels: { of: 'another' } })
    expect(value?.images.some((one) => one.tags.includes(image) && one.bytes > 100_000)).toBe(true)
    await daemon.docker.getContainer(id).remove({ force: true })
  })

  test('a container is made, started, stopped in time and removed, by its id', async () => {
    const id = await docker.create({ image, command: ['/bin/sh', '-c', 'trap "exit 7" TERM; while true; do sleep 0.05; done'], labels: { a: 'b' }, env: { COLOUR: 'green' }, networkMode: 'none' })
    expect(await docker.inspect(id)).toMatchObject({ id, image, state: 'created', labels: { a: 'b' }, startedAt: null, exitCode: null, restartCount: 0, health: null })
    await docker.start(id)
    await docker.start(id)
    expect((await docker.inspect(id))?.startedAt).toBeGreaterThan(Date.now() - 60_000)
    await docker.stop(id, 10_000)
    expect(await docker.inspect(id)).toMatchObject({ state: 'exited', exitCode: 7 })
    await docker.stop(id, 1000)
    await docker.kill(id)
    await docker.remove(id)
    expect(await docker.inspect(id)).toBeNull()
    await docker.stop(id, 0)
    await docker.kill(id)
    await docker.remove(id)
  })

  test('one that ignores SIGTERM is ended by the engine after the grace', async () => {
    const id = await daemon.run(image, 'trap "" TERM; while true; do sleep 0.05; done')
    const began = performance.now()
    await docker.stop(id, 1000)
    expect(performance.now() - began).toBeGreaterThan(900)
    expect(await docker.inspect(id)).toMatchObject({ state: 'exited', exitCode: 137 })
    await docker.remove(id)
  })

  test('what cannot be is refused in words', async () => {
    await expect(docker.create({ image: 'example/none:1', command: [], labels: {}, env: {}, networkMode: 'none' })).rejects.toMatchObject({ kind: 'not-found' })
    await expect(docker.start('0123456789ab')).rejects.toMatchObject({ name: 'DockerFault', kind: 'not-found' })
    const id = await docker.create({ image, command: ['/bin/true'], labels: {}, env: {}, networkMode: 'none', name: 'one-of-it' })
    await expect(docker.create({ image, command: ['/bin/true'], labels: {}, env: {}, networkMode: 'none', name: 'one-of-it' })).rejects.toMatchObject({ kind: 'conflict' })
    await docker.remove(id)
    const running = await daemon.run(image, 'sleep 1000')
    await expect(docker.remove(running)).rejects.toMatchObject({ kind: 'conflict' })
    await docker.kill(running)
    await docker.remove(running)
    const broken = await docker.create({ image, command: ['/no/such/program'], labels: {}, env: {}, networkMode: 'none' })
    await expect(docker.start(broken)).rejects.toThrow(/no such file/)
    await docker.remove(broken)
  })

  test('removed by several at once, each is told once it is gone', async () => {
    for (let turn = 0; turn < 5; turn += 1) {
      const id = await docker.create({ image, command: ['/bin/sh', '-c', 'head -c 3000000 /dev/zero > /big'], labels: {}, env: {}, networkMode: 'none' })
      await docker.start(id)
      await daemon.docker.getContainer(id).wait()
      const removed = await Promise.all(Array.from({ length: 4 }, () => docker.remove(id).then(() => docker.inspect(id))))
      expect(removed).toEqual([null, null, null, null])
    }
  })

  test('a container keeps the name of its image when that name goes over to a newer one', async () => {
    await daemon.image('example/moving:1')
    const id = await daemon.run('example/moving:1', 'sleep 1000')
    await daemon.docker.getImage('example/moving:1').remove({ force: true })
    const listed = await daemon.docker.listContainers()
    expect(listed.find((one) => one.Id === id)?.Image).not.toBe('example/moving:1')
    expect((await docker.containers()).find((one) => one.id === id)?.image).toBe('example/moving:1')
    await daemon.docker.getContainer(id).remove({ force: true })
  })

  describe('what a container prints', () => {
    async function printed(script: string, more: { since?: number; tty?: boolean } = {}): Promise<string[]> {
      const id = await daemon.run(image, script, { Tty: more.tty ?? false })
      const lines: string[] = []
      await docker.follow(id, { since: more.since ?? 0, signal: new AbortController().signal, onLine: (line, stream) => lines.push(`${stream} ${line}`) })
      await daemon.docker.getContainer(id).remove({ force: true })
      return lines
    }

    test('both streams, a line each, to the end', async () => {
      const lines = await printed('echo one; sleep 0.2; echo two >&2; sleep 0.2; printf three')
      expect(lines).toEqual(['out one', 'error two', 'out three'])
    })

    test('of a terminal', async () => expect(await printed('echo one; echo two', { tty: true })).toEqual(['out one', 'out two']))

    test('a line of 1 MB, invalid UTF-8 and escapes come through as text', async () => {
      const lines = await printed("head -c 1000000 /dev/zero | tr '\\0' x; echo; printf '\\377\\033[31mred\\n'".replace('| tr', '| busybox tr'))
      expect(lines[0]).toHaveLength(1_000_004)
      expect(lines[1]).toBe('out \ufffd\u001b[31mred')
    })

    test('only what is new, by the stamp of the last line', async () => {
      const id = await daemon.run(image, 'echo one; echo two; sleep 1000')
      const seen: { line: string; stamp: string }[] = []
      const first = new AbortController()
      const following = docker.follow(id, { since: 0, signal: first.signal, onLine: (line, _stream, stamp) => seen.push({ line, stamp }) })
      await until('two lines', () => seen.length === 2)
      first.abort()
      await following
      await daemon.docker.getContainer(id).kill()
      const again: string[] = []
      const afterStamp = seen[0]?.stamp ?? ''
      await docker.follow(id, { since: Date.parse(afterStamp), afterStamp, signal: new AbortController().signal, onLine: (line) => again.push(line) })
      expect(again).toEqual(['two'])
      await docker.remove(id)
      await expect(docker.follow(id, { since: 0, signal: new AbortController().signal, onLine: () => {} })).rejects.toMatchObject({ kind: 'not-found' })
    })
  })

  describe('events', () => {
    function watching(): { events: EngineEvent[]; has(kind: string, id?: string): boolean } {
      const events: EngineEvent[] = []
      onTestFinished(docker.watch((event) => events.push(event)))
      return { events, has: (kind, id) => events.some((one) => (one.kind === 'container' ? one.what === kind && one.id === id : one.kind === kind)) }
    }

    test('a death is told within a second, with its exit code', async () => {
      const { events, has } = watching()
      await until('the stream is open', () => has('back'))
      const id = await daemon.run(image, 'sleep 1000')
      await until('its start is told', () => has('start', id))
      const began = performance.now()
      await daemon.docker.getContainer(id).kill()
      await until('its death is told', () => has('die', id), 1000)
      expect(performance.now() - began).toBeLessThan(1000)
      expect(events.find((one) => one.kind === 'container' && one.what === 'die')).toMatchObject({ id, image, exitCode: 137 })
      await docker.remove(id)
      await until('its going is told', () => has('destroy', id))
    })

    test('an engine that is stopped and comes back', async () => {
      const { events, has } = watching()
      await until('the stream is open', () => has('back'))
      await daemon.stop()
      await until('it is lost', () => has('lost'))
      await expect(docker.containers()).rejects.toMatchObject({ kind: 'not-there', message: /systemctl start docker/ })
      expect((await docker.look()).value).toMatchObject({ answers: false, why: 'not running' })
      await daemon.start()
      await until('it is back', () => events.filter((one) => one.kind === 'back').length === 2)
      expect(events.filter((one) => one.kind === 'lost')).toHaveLength(1)
    })

    test('an engine that hangs is lost too, and calls end in time', async () => {
      const { events, has } = watching()
      await until('the stream is open', () => has('back'))
      daemon.pause()
      onTestFinished(() => daemon.resume())
      const began = performance.now()
      await expect(docker.containers()).rejects.toMatchObject({ kind: 'timed-out', message: /within 5 s/ })
      expect(performance.now() - began).toBeLessThan(6000)
      expect((await docker.look()).value).toMatchObject({ answers: false, why: 'no answer within 5 s' })
      await until('it is lost', () => has('lost'))
      daemon.resume()
      await until('it is back', () => events.filter((one) => one.kind === 'back').length === 2)
    })
  })

  test.skipIf(heedsReadOnly === null)('a socket without permission (skipped where rights cannot be given up)', async () => {
    chmodSync(daemon.socketPath, 0o000)
    onTestFinished(() => chmodSync(daemon.socketPath, 0o660))
    const code = `const { createDockerEngine } = await import(${moduleUrl('main/system/docker-engine.ts')})
      const docker = createDockerEngine({ socketPath: process.argv[1], now: Date.now })
      const look = await docker.look()
      const fault = await docker.containers().catch((error) => error)
      process.stdout.write(JSON.stringify({ why: look.value.why, remedy: look.value.remedy, kind: fault.kind }))`
    const { stdout, stderr } = runCode(code, { args: [daemon.socketPath], wrap: heedsReadOnly ?? [] })
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toMatchObject({ why: 'permission denied', remedy: /usermod -aG docker/, kind: 'no-permission' })
  })
})

describe('no engine', () => {
  test('no socket, and a socket whose engine died', async () => {
    const folder = newFolder()
    await expect(engineOf(join(folder, 'none.sock')).containers()).rejects.toMatchObject({ kind: 'not-there' })
    const dead = join(folder, 'dead.sock')
    runCode(`import { createServer } from 'node:net'; createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`, { args: [dead] })
    await expect(engineOf(dead).containers()).rejects.toMatchObject({ kind: 'not-there', message: /nobody answers at .*dead\.sock/ })
    expect((await engineOf(dead).look()).value).toMatchObject({ answers: false, why: 'not running' })
  })

  test('loading it loads no dockerode', () => {
    const code = `const { createDockerEngine } = await import(${moduleUrl('main/system/docker-engine.ts')})
      createDockerEngine({ now: Date.now })
      const { createRequire } = await import('node:module')
      const loaded = Object.keys(createRequire(import.meta.url).cache).filter((path) => path.includes('dockerode'))
      process.stdout.write(String(loaded.length))`
    const { stdout, stderr } = runCode(code, { cwd: process.cwd() })
    expect(stdout + stderr).toBe('0')
  })
})
