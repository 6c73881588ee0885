/** The practice programme from a terminal, from the first word to the last: a real Docker Engine, a real process, and a stranger's container beside them that nothing touches. */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { EnrolmentReport, EnrolmentState } from '../../../shared/enrolment.ts'
import type { LogPage, ProviderState } from '../../../shared/provider.ts'
import { startDocker } from '../../helpers/docker-daemon.ts'
import { newFolder } from '../../helpers/files.ts'
import { entryFile } from './call.ts'
import { idlewattHere } from './here.ts'

const daemon = await startDocker()
const id = 'practice/worker'
const secret = 'made-up-8841-word'
const limit = { timeout: 180_000 }

afterAll(async () => {
  if (!('why' in daemon)) await daemon.close()
})

describe.skipIf('why' in daemon)('from a terminal', () => {
  if ('why' in daemon) return
  const { docker } = daemon
  vi.stubEnv('IDLEWATT_OFFLINE', '1')
  vi.stubEnv('DOCKER_HOST', `unix://${daemon.socketPath}`)

  /** One document on stdout. */
  async function json<T>(words: string[], code = 0): Promise<T> {
    const answer = await idlewattHere([...words, '--json'])
    expect(answer.exitCode, answer.stderr).toBe(code)
    return JSON.parse(answer.stdout) as T
  }
  async function provider(data: string): Promise<ProviderState | undefined> {
    const { providers } = await json<{ providers: ProviderState[] }>(['providers', 'list', '--network', 'practice', '--data', data])
    return providers[0]
  }
  async function onDocker(): Promise<string[]> {
    const [containers, images] = [await docker.listContainers({ all: true }), await docker.listImages()]
    return [...containers.map(({ Id, State }) => `${Id} ${State}`), ...images.map(({ Id }) => Id)].sort()
  }
  /** Whatever comes of the test, nothing of it goes on. */
  function folder(): string {
    const data = join(newFolder(), 'data')
    onTestFinished(async () => void (await idlewattHere(['providers', 'leave', id, '--yes', '--data', data])))
    return data
  }
  async function setUp(data: string): Promise<EnrolmentState> {
    const { reports } = await json<{ reports: EnrolmentReport[] }>(['enrol', id, '--dry-run', '--data', data])
    await json(['enrol', id, '--agree', reports[0]?.hash ?? '', '--confirm', 'read', '--answer', 'name=hall rig', '--answer', 'behaviour=usual', '--data', data])
    expect(await withInput(['enrol', id, '--secret', 'token', '--data', data], secret)).toBe(0)
    const { enrolment } = await json<{ enrolment: EnrolmentState }>(['enrol', id, '--continue', '--data', data])
    return enrolment
  }

  test('said, agreed to, set up, started, looked at, stopped, left: and then it is as it was', limit, async () => {
    const data = folder()
    await daemon.image('stranger:1')
    const stranger = await daemon.run('stranger:1', 'sleep 600')
    const before = await onDocker()
    await idlewattHere(['enrol', id, '--dry-run', '--data', data])
    expect(await onDocker()).toEqual(before)
    expect(existsSync(data)).toBe(false)

    const enrolment = await setUp(data)
    expect(enrolment.phase).toBe('set-up')
    expect(enrolment.steps.filter(({ phase }) => phase !== 'left-out').map(({ phase }) => phase)).not.toContain('failed')
    const running = await provider(data)
    expect(running).toMatchObject({ phase: 'running', wanted: 'run' })
    expect(running?.containers).toHaveLength(1)
    process.kill(running?.pid ?? 0, 0)

    // What is decided on it stands at the top, before anything that was read.
    const { stdout: policy } = await idlewattHere(['policy', '--data', data])
    expect(policy).toMatch(/^Programme +Card +Does +Why +Until$/m)
    expect(policy).toMatch(/^Practice worker +– +would (run|wait|stop|finish) /m)
    expect(policy.indexOf('Practice worker')).toBeLessThan(policy.indexOf('Read  '))
    expect(policy).not.toMatch(/Not set up: .*Practice worker/)

    const page = await json<LogPage>(['providers', 'logs', id, '--data', data])
    const log = page.lines.map(({ text }) => text)
    expect(log).toContain('practice: starting as hall rig')
    expect(log.join('\n')).not.toContain(secret)
    expect((await json<LogPage>(['providers', 'logs', id, '--search', 'SIGNED in', '--limit', '1', '--data', data])).lines).toHaveLength(1)
    const shown = await idlewattHere(['support-bundle', '--show', 'logs/practice-worker.txt', '--data', data])
    expect(shown.stdout).toMatch(/^\S+ out practice: starting as \[answer of yours 1\]$/m)

    expect(await json<{ provider: ProviderState }>(['providers', 'stop', id, '--data', data])).toMatchObject({ provider: { phase: 'stopped', pid: null } })
    expect(() => process.kill(running?.pid ?? 0, 0)).toThrow()
    // Calls at the same time act one after the other: never two workers.
    const codes = await Promise.all([0, 1, 2].map((no) => withInput(['providers', 'start', id, '--data', data], '', no * 20)))
    expect(codes).toEqual([0, 0, 0])
    expect(await docker.listContainers({ filters: { label: ['net.idlewatt.practice=worker'] } })).toHaveLength(1)
    await json(['providers', 'leave', id, '--data', data], 1)
    expect((await provider(data))?.phase).toBe('running')
    const left = await json<{ enrolment: EnrolmentState }>(['providers', 'leave', id, '--yes', '--data', data])
    expect(left.enrolment.phase).toBe('left')
    expect(await onDocker()).toEqual(before)
    expect((await docker.getContainer(stranger).inspect()).State.Running).toBe(true)
    expect(readdirSync(join(data, 'providers'), { recursive: true })).toEqual([])
    for (const file of readdirSync(data).filter((name) => name !== 'providers')) expect(readFileSync(join(data, file)).includes(secret), file).toBe(false)
  })

  test('a worker that died while no Idlewatt was open is told, and can be left all the same', limit, async () => {
    const data = folder()
    await setUp(data)
    const pid = (await provider(data))?.pid ?? null
    expect(pid).not.toBeNull()
    // All of it: it leads a group of its own.
    process.kill(-Number(pid), 'SIGKILL')
    // Its container runs on: a look says so, and ends nothing.
    await vi.waitFor(async () => expect(await provider(data)).toMatchObject({ pid: null, because: expect.stringContaining('It ended while Idlewatt was not running') }), { timeout: 10_000, interval: 100 })
    const left = await json<{ enrolment: EnrolmentState }>(['providers', 'leave', id, '--yes', '--data', data])
    expect(left.enrolment.phase).toBe('left')
  })

  test('a command that was killed in the middle of a step leaves it to be tried again', limit, async () => {
    const data = folder()
    await json(['enrol', id, '--confirm', 'read', '--answer', 'name=rig', '--answer', 'behaviour=silent', '--data', data])
    expect(await withInput(['enrol', id, '--secret', 'token', '--data', data], secret)).toBe(0)
    const { reports } = await json<{ reports: EnrolmentReport[] }>(['enrol', id, '--dry-run', '--data', data])
    const child = start(['enrol', id, '--agree', reports[0]?.hash ?? '', '--continue', '--data', data])
    await new Promise<void>((done) => child.stderr?.on('data', (text: Buffer) => void (text.toString().includes('Start it') && done())))
    child.kill('SIGKILL')
    await new Promise((done) => child.once('close', done))
    // Where the kill fell decides whether it stands as failed (exit code 1) or as still to be done.
    const { stdout } = await idlewattHere(['enrol', id, '--data', data, '--json'])
    const { enrolment } = JSON.parse(stdout) as { enrolment: EnrolmentState }
    const last = enrolment.steps.find((step) => step.id === 'start')
    expect(last?.can.do === true || last?.can.retry === true, `${last?.phase}: ${last?.because}`).toBe(true)
    await json(['providers', 'leave', id, '--yes', '--data', data])
    expect(await docker.listContainers({ filters: { label: ['net.idlewatt.practice=worker'] } })).toEqual([])
  })
})

function start(words: string[]): ChildProcess {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entryFile, ...words], { env: { ...process.env, NO_COLOR: '1' }, stdio: ['pipe', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

/** The real entry in its own process, with something on its standard input. Gives the exit code. */
function withInput(words: string[], input: string, waitMs = 0): Promise<number | null> {
  return new Promise((done) => {
    setTimeout(() => {
      const child = start(words)
      child.stdout?.resume()
      child.stderr?.resume()
      child.stdin?.end(input)
      child.once('close', done)
    }, waitMs)
  })
}
